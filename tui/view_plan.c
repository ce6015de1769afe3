// The plan: what would run, where, and by which command; what needs a yes first; and what may not or cannot
// run, and so stays unknown. Before it is accepted nothing runs but the question what this person may read.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/policy.h"
#include "tui/view_live.h"
#include "tui/view_ui.h"

struct state {
    char *step;    // NULL: all steps
    unsigned only; // what needs one of these consents; 0: all
    struct plan plan;
};

enum group { GROUP_RUN, GROUP_ASK, GROUP_NOT, GROUP_COUNT };

static const struct {
    const char *title;
    enum glyph glyph;
    enum role role;
} groups[] = {
    [GROUP_RUN] = {"Runs", GLYPH_TODO, ROLE_TEXT},
    [GROUP_ASK] = {"Needs your yes, asked for one kind at a time", GLYPH_HELD, ROLE_HELD},
    [GROUP_NOT] = {"Does not run, and stays unknown", GLYPH_UNKNOWN, ROLE_UNKNOWN},
};

static const struct column columns[] = {
    {.title = "where", .least = 10, .most = 34},
    {.title = "by way of", .most = 9, .rank = 2},
    {.title = "command", .least = 24},
};

static bool is_shown(const struct view *view, const struct planned *p)
{
    unsigned only = ((struct state *)view->state)->only;
    return !only || p->row->consent & only;
}

static enum group group_of(const struct ui *ui, const struct planned *p)
{
    unsigned may = session_is_guided(ui->session) ? 0 : session_policy(ui->session)->allow;
    if (p->state == PLANNED_RUN)
        return GROUP_RUN;
    return p->state == PLANNED_NOT_ALLOWED && (p->row->consent & may) ? GROUP_ASK : GROUP_NOT;
}

static void add_planned(struct view *view, const struct planned *p, size_t index, enum group group)
{
    struct view_row *row = view_add(view, groups[group].role, p->where, NULL);
    row->signed_ = true;
    row->glyph = groups[group].glyph;
    row->index = index;
    view_cell(view, 1, ROLE_MUTED, "%s", p->via ? p->via : "");
    view_cell(view, 2, groups[group].role, SPAN_FMT, SPAN_ARG(planned_words(p)));
}

static void add_group(struct ui *ui, struct view *view, enum group group, size_t *counts)
{
    const struct plan *plan = &((struct state *)view->state)->plan;
    counts[group] = 0;
    for (size_t i = 0; i < plan->n; i++)
        counts[group] += is_shown(view, &plan->items[i]) && group_of(ui, &plan->items[i]) == group;
    if (counts[group] > 0)
        view_add_heading(view, groups[group].role,
                         arena_printf(&view->arena, "%s (%zu)", groups[group].title, counts[group]));
    for (size_t i = 0; i < plan->n; i++) {
        if (is_shown(view, &plan->items[i]) && group_of(ui, &plan->items[i]) == group)
            add_planned(view, &plan->items[i], i, group);
    }
}

// "12 run, 2 need a yes; Enter begins, q does not".
static const char *note_of(struct arena *arena, const size_t *counts)
{
    const char *asks = counts[GROUP_ASK] ? arena_printf(arena, ", %zu need a yes", counts[GROUP_ASK]) : "";
    const char *nots = counts[GROUP_NOT] ? arena_printf(arena, ", %zu do not run", counts[GROUP_NOT]) : "";
    return arena_printf(arena, "%zu run%s%s; Enter begins, q does not", counts[GROUP_RUN], asks, nots);
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    size_t counts[GROUP_COUNT];
    plan_done(&state->plan);
    state->plan = (struct plan){0};
    live_plan(ui->live.live, state->step, &state->plan);
    for (enum group group = 0; group < GROUP_COUNT; group++)
        add_group(ui, view, group, counts);
    if (state->plan.waits && !state->only)
        view_add_heading(view, ROLE_MUTED, "More follows when these have named nodes, pods and servers");
    view->note = note_of(&view->arena, counts);
}

// What may and may not be done, above what will be.
static int head(struct ui *ui, struct view *view, struct rect area)
{
    enum { LEAST_ROWS = 16 };
    struct prose p = {0};
    (void)view;
    if (area.rows < LEAST_ROWS)
        return 0;
    view_proposal_tell(ui, &p);
    struct rect rows = {area.row, area.col + 2, area.rows * 2 / 5, area.cols - 4};
    int used = prose_draw(&p, &ui->canvas, rows, 0);
    prose_done(&p);
    return used < rows.rows ? used : rows.rows;
}

static const char *rating_word(enum probe_rating rating)
{
    static const char *const words[] = {"GREEN", "YELLOW", "RED"};
    return words[rating];
}

void view_plan_tell(struct prose *p, const struct planned *planned)
{
    const struct probe_row *row = planned->row;
    prose_label(p, "command", ROLE_CITED, "%s", planned->command);
    prose_label(p, "where", ROLE_TEXT, "%s%s%s", planned->where, planned->via ? " by way of " : "",
                planned->via ? planned->via : "");
    if (row->cost)
        prose_label(p, "costs", ROLE_WARN, "%s", row->cost);
    prose_label(p, "bounds", ROLE_TEXT, "at most %u s and %llu MB; rated %s; %s", planned->seconds,
                (unsigned long long)(row->bytes >> 20), rating_word(row->rating),
                row->flags & PROBE_CHANGES ? "writes on the node" : "only reads");
    if (planned->file)
        prose_label(p, "gives", ROLE_ACCENT, "%s", planned->file);
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    const struct planned *planned = &((struct state *)view->state)->plan.items[row->index];
    if (planned->why)
        prose_label(p, "not, since", ROLE_UNKNOWN, "%s", planned->why);
    view_plan_tell(p, planned);
}

static void enter(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    char *step = state->step;
    unsigned only = state->only;
    state->step = NULL;
    view_back(ui);
    view_live_accept(ui, step, only);
    free(step);
}

static void done(struct view *view)
{
    struct state *state = view->state;
    plan_done(&state->plan);
    free(state->step);
}

static const struct view_ops ops = {
    .title = "What will run",
    .scope = SCOPE_PLAN,
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .state_size = sizeof(struct state),
    .fill = fill,
    .head = head,
    .detail = detail,
    .enter = enter,
    .done = done,
};

void view_plan_push(struct ui *ui, const char *step, unsigned only)
{
    struct state *state = view_push(ui, &ops)->state;
    state->step = step ? mem_strdup(step) : NULL;
    state->only = only;
    view_proposal_look(ui);
    view_rights_ask(ui);
}

void view_plan_open(struct ui *ui, const char *step)
{
    view_close_all(ui);
    view_plan_push(ui, step, CONSENT_NONE);
}
