// The captures: a question with what became of it a row, what nobody answered first. A packet that several
// interfaces saw is one (parse/exchange.h). While one is taken, its file is read every second as far as
// it has come, on a worker; those rows have no line to open yet.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/captures.h"
#include "tui/view_ui.h"
#include "tui/views.h"

struct peeking { // a look into files that grow
    struct ui *ui;
    struct arena arena;
    const char **paths;
    size_t n, cap;
    struct facts *peek;
};

struct state {
    struct facts *peek; // of the captures that are being taken; NULL: what is there is the evidence
    struct peeking *job;
};

static const struct view_ops ops;

enum { LATE_MS = 1000, MOST_ROWS = 5000 }; // a resolver asks again after seconds: a second is late

static const struct column columns[] = {
    {.title = "asked", .least = 12, .most = 15}, {.title = "name", .least = 34},
    {.title = "type", .most = 6, .rank = 1},     {.title = "came of it", .least = 8, .most = 12},
    {.title = "ms", .most = 7, .right = true},   {.title = "client", .most = 39, .rank = 2},
    {.title = "server", .most = 39, .rank = 3},  {.title = "went to", .most = 39, .rank = 4},
    {.title = "", .most = 3, .rank = 5},
};

static const struct group {
    const char *title;
    enum role role;
} groups[] = {
    {"Nobody answered", ROLE_FINDING},
    {"Answered after a second and more", ROLE_WARN},
    {"SERVFAIL, REFUSED and what was turned away", ROLE_FINDING},
    {"Truncated, and not asked again over TCP", ROLE_WARN},
    {"NXDOMAIN and no data", ROLE_MUTED},
    {"Answered", ROLE_OK},
};

static size_t group_of(const struct lookup *l)
{
    switch (l->outcome) {
    case LOOKUP_TIMEOUT:
        return 0;
    case LOOKUP_SERVFAIL:
    case LOOKUP_REFUSED:
    case LOOKUP_UNREACHABLE:
    case LOOKUP_FAILED_UNKNOWN:
        return 2;
    case LOOKUP_TRUNCATED:
        return 3;
    default:
        break;
    }
    if (l->latency != TIME_UNKNOWN && l->latency >= LATE_MS * USEC_MSEC)
        return 1;
    return l->outcome == LOOKUP_ANSWERED ? 5 : 4;
}

// 07:41:02.118, of a time that has a date.
static const char *time_of_day(struct arena *arena, usec_t t)
{
    int parts[6];
    if (t == TIME_UNKNOWN)
        return "time unknown";
    clock_to_parts(t, parts);
    return arena_printf(arena, "%02d:%02d:%02d.%03d", parts[3], parts[4], parts[5],
                        (int)(t % USEC_SEC / USEC_MSEC));
}

static void add_address(struct view *view, size_t column, struct ip ip)
{
    char text[IP_TEXT];
    view_cell(view, column, ROLE_TEXT, "%s", ip.family ? ip_format(ip, text) : "");
}

static void add_lookup(struct view *view, const struct lookup *l, size_t index, enum role role)
{
    struct view_row *row = view_add(view, ROLE_MUTED, time_of_day(&view->arena, l->time), NULL);
    row->index = index;
    if (((struct state *)view->state)->peek == NULL)
        row->place = place_is_set(l->asked) ? l->asked : l->place;
    view_cell(view, 1, ROLE_TEXT, "%s", l->name ? l->name : "(no name seen)");
    view_cell(view, 2, ROLE_MUTED, "%s", l->type ? l->type : "");
    view_cell(view, 3, role, "%s",
              l->outcome == LOOKUP_TIMEOUT ? "no answer" : lookup_outcome_name(l->outcome));
    if (l->latency != TIME_UNKNOWN)
        view_cell(view, 4, role, "%lld", (long long)(l->latency / USEC_MSEC));
    add_address(view, 5, l->client);
    add_address(view, 6, l->server);
    add_address(view, 7, l->endpoint);
    view_cell(view, 8, ROLE_MUTED, "%s", l->proto == LOOKUP_TCP ? "TCP" : "UDP");
}

static void add_group(struct view *view, const struct lookups *all, size_t group)
{
    size_t n = 0, shown = 0;
    for (size_t i = 0; i < all->n; i++)
        n += all->items[i].origin == LOOKUP_CAPTURE && group_of(&all->items[i]) == group;
    if (n == 0)
        return;
    view_add_heading(view, groups[group].role,
                     arena_printf(&view->arena, "%s: %zu%s", groups[group].title, n,
                                  n > MOST_ROWS ? ", the first 5,000 of them" : ""));
    for (size_t i = 0; i < all->n && shown < MOST_ROWS; i++) {
        if (all->items[i].origin != LOOKUP_CAPTURE || group_of(&all->items[i]) != group)
            continue;
        add_lookup(view, &all->items[i], i, groups[group].role);
        shown++;
    }
}

// ---- while one is taken

static bool takes(const struct probe_run *run)
{
    return run->state == PROBE_RUNNING && run->planned->row->consent & CONSENT_CAPTURE;
}

static bool is_taken(const struct ui *ui)
{
    const struct runner *runner = ui->live.live ? live_runner(ui->live.live) : NULL;
    for (size_t i = 0; runner && i < runner_count(runner); i++) {
        if (takes(runner_at(runner, i)))
            return true;
    }
    return false;
}

static void drop_peek(struct state *state)
{
    captures_peek_free(state->peek);
    state->peek = NULL;
}

static const struct facts *facts_of(const struct ui *ui, const struct view *view)
{
    const struct state *state = view->state;
    return state->peek ? state->peek : session_analysis(ui->session)->facts;
}

static void peek_work(void *context)
{
    struct peeking *job = context;
    job->peek = captures_peek(job->paths, job->n);
}

static void peek_done(void *context)
{
    struct peeking *job = context;
    struct view *view = job->ui->view;
    while (view && !(view->ops == &ops && ((struct state *)view->state)->job == job))
        view = view->below;
    if (view && is_taken(job->ui)) { // else it is evidence by now
        struct state *state = view->state;
        drop_peek(state);
        state->peek = job->peek;
        job->peek = NULL;
        view->fresh = false;
        job->ui->dirty = true;
    }
    if (view)
        ((struct state *)view->state)->job = NULL;
    captures_peek_free(job->peek);
    arena_done(&job->arena);
    free(job);
}

void view_capture_tick(struct ui *ui)
{
    struct state *state = ui->view && ui->view->ops == &ops ? ui->view->state : NULL;
    if (!state || state->job || !is_taken(ui))
        return;
    struct peeking *job = mem_alloc(sizeof *job);
    const struct runner *runner = live_runner(ui->live.live);
    job->ui = ui;
    for (size_t i = 0; i < runner_count(runner); i++) {
        if (takes(runner_at(runner, i)))
            *ARENA_PUSH(&job->arena, job->paths, job->n, job->cap) =
                arena_printf(&job->arena, "%s/evidence/%s", session_case_dir(ui->session),
                             runner_at(runner, i)->planned->file);
    }
    state->job = job;
    ui_job(ui, peek_work, peek_done, job);
}

// The commands that run now, with clock and bytes.
static int head(struct ui *ui, struct view *view, struct rect area)
{
    enum { MOST_HEAD = 3 };
    const struct runner *runner = ui->live.live ? live_runner(ui->live.live) : NULL;
    int row = 0;
    (void)view;
    for (size_t i = 0; runner && i < runner_count(runner) && row < MOST_HEAD; i++) {
        if (takes(runner_at(runner, i)))
            view_live_draw_probe(pen_at(&ui->canvas, area, row++, 2), runner_at(runner, i));
    }
    return row;
}

// ---- taking one

// Whether running the step takes a capture, or would after a yes.
static bool step_captures(const struct ui *ui, const char *step)
{
    struct plan plan = {0};
    bool captures = false;
    live_plan(ui->live.live, step, &plan);
    for (size_t i = 0; i < plan.n; i++)
        captures = captures || plan.items[i].row->consent & CONSENT_CAPTURE;
    plan_done(&plan);
    return captures;
}

void view_capture_take(void *context)
{
    struct ui *ui = context;
    const struct incident *in = session_incident(ui->session);
    const char *held = NULL;
    if (ui_is_guided(ui)) {
        ui_say(ui, ROLE_WARN, "Guided mode takes no capture: it does more than read");
        return;
    }
    for (size_t i = 0; i < in->n_steps; i++) {
        const char *step = in->steps[i].id;
        if (session_step_subject(ui->session, step) != SUBJECT_CAPTURE)
            continue;
        if (session_held_by(ui->session, step)) {
            held = step;
        } else if (step_captures(ui, step)) {
            view_plan_push(ui, step, CONSENT_CAPTURE);
            return;
        }
    }
    if (held)
        ui_say(ui, ROLE_WARN, "A gate holds %s, which captures: o in the checklist goes past it", held);
    else
        ui_say(ui, ROLE_WARN,
               "No step captures now: the procedure has none, or the pod's node is not known yet");
}

// ---- the rows

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    if (view->changed && !is_taken(ui))
        drop_peek(state);
    const struct facts *facts = facts_of(ui, view);
    uint64_t questions = 0, unanswered = 0;
    for (size_t i = 0; i < facts->n_captures; i++) {
        questions += facts->captures[i].questions;
        unanswered += facts->captures[i].unanswered;
    }
    view->note =
        arena_printf(&view->arena, "%s%zu capture%s, %llu questions, %llu without an answer",
                     state->peek ? "being taken, " : "", facts->n_captures, facts->n_captures == 1 ? "" : "s",
                     (unsigned long long)questions, (unsigned long long)unanswered);
    for (size_t g = 0; g < ARRAY_LEN(groups); g++)
        add_group(view, &facts->lookups, g);
    if (facts->n_captures == 0)
        view_add_heading(view, ROLE_MUTED,
                         view_live_is_on(ui) ? arena_printf(&view->arena,
                                                            "No capture was taken yet: " SPAN_FMT
                                                            " takes one, after its plan was seen",
                                                            SPAN_ARG(ui_key_of(ui, "take-capture")))
                                             : "There is no capture in the evidence; captures/ takes *.pcap, "
                                               "*.pcapng and tcpdump's text");
}

static const char *way_word(const struct lookup *l)
{
    if (l->outcome != LOOKUP_TIMEOUT)
        return NULL;
    if (l->delivered == TRI_NO)
        return "an answer came back, and was not seen on its last way to the client";
    if (l->forwarded == TRI_NO)
        return "the question came in and was not seen leaving again: it was lost on this machine";
    if (l->forwarded == TRI_YES)
        return "the question was seen leaving; nothing came back";
    return NULL;
}

static void tell_capture(const struct facts *facts, uint32_t file, struct prose *p)
{
    for (size_t i = 0; i < facts->n_captures; i++) {
        const struct capture *c = &facts->captures[i];
        if (c->file == file)
            prose_label(p, "capture", c->cut || c->dropped ? ROLE_WARN : ROLE_MUTED,
                        "%s: %llu questions, %llu unanswered, %llu turned away; the capture lost %llu "
                        "packets%s%s",
                        c->path, (unsigned long long)c->questions, (unsigned long long)c->unanswered,
                        (unsigned long long)c->refused, (unsigned long long)c->dropped,
                        c->cut ? "; it breaks off" : "",
                        c->date_assumed ? "; its times have no date, the window's was taken" : "");
    }
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct facts *facts = facts_of(ui, view);
    const struct lookup *l = &facts->lookups.items[view_current(ui, view)->index];
    if (way_word(l))
        prose_add(p, ROLE_WARN, "%s", way_word(l));
    bool is_evidence = ((struct state *)view->state)->peek == NULL;
    if (is_evidence)
        view_tell_place(ui, l->asked, p);
    if (is_evidence && l->place.line != l->asked.line)
        view_tell_place(ui, l->place, p);
    if (l->pod || l->node)
        prose_label(p, "asked by", ROLE_TEXT, "%s%s%s", l->pod ? l->pod : "", l->pod && l->node ? " on " : "",
                    l->node ? l->node : "");
    tell_capture(facts, l->place.file, p);
}

static void done(struct view *view)
{
    drop_peek(view->state);
}

static const struct view_ops ops = {
    .title = "Capture",
    .scope = SCOPE_CAPTURE,
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .state_size = sizeof(struct state),
    .fill = fill,
    .head = head,
    .detail = detail,
    .done = done,
};

void view_capture_open(void *ui)
{
    view_open(ui, &ops);
    view_capture_tick(ui);
}
