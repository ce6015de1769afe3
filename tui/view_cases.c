// The cases on this machine: go on with one, read what it came to, pack it, or lay two side by side. Cases
// are read on a worker thread: there may be hundreds of them, on a disk that is slow.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "core/session/cases.h"
#include "core/session/export.h"
#include "tui/view_cases.h"
#include "tui/view_ui.h"
#include "tui/views.h"

struct cases { // of the ui, so that a worker finds it whatever view is open
    struct case_list list;
    struct case_summary *summaries; // beside the list
    struct error err;
    bool loading, loaded;
    char *marked; // the first of two that are compared, or NULL
};

static const struct column columns[] = {
    {.title = "case", .most = 16},
    {.title = "state", .most = 10},
    {.title = "opened", .most = 20, .rank = 1},
    {.title = "", .most = 5, .rank = 2},
    {.title = "verdict", .most = 12},
    {.title = "what it came to", .least = 20},
};

void cases_free(struct cases *cases)
{
    if (!cases)
        return;
    for (size_t i = 0; cases->summaries && i < cases->list.n; i++)
        case_summary_done(&cases->summaries[i]);
    free(cases->summaries);
    case_list_done(&cases->list);
    free(cases->marked);
    free(cases);
}

// ---- the list

static void load_work(void *context)
{
    struct ui *ui = context;
    struct cases *cases = ui->cases;
    if (!cases_list(ui->config->session.state_dir, &cases->list, &cases->err))
        return;
    cases->summaries = mem_calloc(cases->list.n + 1, sizeof *cases->summaries);
    for (size_t i = 0; i < cases->list.n; i++)
        case_summarize(&cases->list.items[i], &cases->summaries[i]);
}

static void load_done(void *context)
{
    struct ui *ui = context;
    ui->cases->loading = false;
    ui->cases->loaded = true;
    view_refresh(ui);
    ui->dirty = true;
}

static enum role state_role(const struct case_summary *c)
{
    if (c->damage)
        return ROLE_ERROR;
    return c->written ? ROLE_RUNNING : c->closed ? ROLE_MUTED : ROLE_WARN;
}

static void add_case(struct ui *ui, struct view *view, size_t index)
{
    const struct case_summary *c = &ui->cases->summaries[index];
    const char *id = ui->cases->list.items[index].id,
               *own = ui->session ? session_case_id(ui->session) : NULL;
    bool marked = ui->cases->marked && strcmp(ui->cases->marked, id) == 0;
    bool this_one = own && strcmp(own, id) == 0;
    char time[32];
    struct view_row *row = view_add(view, marked ? ROLE_ACCENT : ROLE_HEADING, id, NULL);
    row->index = index;
    row->signed_ = true;
    row->glyph = marked ? GLYPH_MARK : c->closed ? GLYPH_DONE : GLYPH_TODO;
    view_cell(view, 1, state_role(c), "%s", this_one ? "this one" : case_summary_state(c));
    view_cell(view, 2, ROLE_MUTED, "%s", c->opened != TIME_UNKNOWN ? clock_format(c->opened, time) : "");
    view_cell(view, 3, ROLE_MUTED, "%s", c->sop ? c->sop : "");
    view_cell(view, 4, ROLE_TEXT, "%s", c->verdict ? c->verdict : "");
    view_cell(view, 5, c->damage ? ROLE_ERROR : ROLE_TEXT, "%s",
              c->damage       ? c->damage
              : c->root_cause ? c->root_cause
                              : "not judged yet");
}

static void fill(struct ui *ui, struct view *view)
{
    if (!ui->cases)
        ui->cases = mem_alloc(sizeof *ui->cases);
    if (!ui->cases->loaded && !ui->cases->loading) {
        ui->cases->loading = true;
        ui_job(ui, load_work, load_done, ui);
    }
    if (!ui->cases->loaded) {
        view->note = "being read";
        view_add_heading(view, ROLE_RUNNING, "The cases are being read");
        return;
    }
    view->note = arena_printf(&view->arena, "%zu on this machine", ui->cases->list.n);
    if (ui->cases->err.text[0])
        view_add_heading(view, ROLE_ERROR, ui->cases->err.text);
    else if (ui->cases->list.n == 0)
        view_add_heading(view, ROLE_MUTED,
                         ui->config->session.keep_words
                             ? "There is no case yet: your first note or reason makes one"
                             : "There is no case yet: the first thing that is done makes one");
    for (size_t i = ui->cases->list.n; i-- > 0;) // the latest first
        add_case(ui, view, i);
}

// The current row's case; none while they are being read, and where there is none.
static bool find_current(struct ui *ui, struct view *view, size_t *ret)
{
    const struct view_row *row = view_current(ui, view);
    if (!row || !ui->cases || !ui->cases->loaded || row->index >= ui->cases->list.n)
        return false;
    *ret = row->index;
    return true;
}

// The target's lines, without those that say nothing.
static void tell_target(const char *target, struct prose *p)
{
    struct span rest = span_of(target), line;
    const char *label = "target";
    while (rest.len > 0 && span_cut_line(&rest, &line)) {
        if (span_trim(line).len == 0 || span_ends(line, ": null") ||
            span_contains(line, "{from: null, to: null}"))
            continue;
        prose_label(p, label, ROLE_TEXT, SPAN_FMT, SPAN_ARG(line));
        label = "";
    }
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    size_t index;
    struct str owner = {0};
    if (!find_current(ui, view, &index))
        return;
    const struct case_summary *c = &ui->cases->summaries[index];
    prose_add(p, c->damage ? ROLE_ERROR : ROLE_TEXT, "%s",
              c->damage       ? c->damage
              : c->root_cause ? c->root_cause
                              : "Nothing was judged yet.");
    if (c->written) {
        store_owner_text(&c->owner, &owner);
        prose_label(p, "written", ROLE_RUNNING, "%s", str_text(&owner));
    }
    if (!c->closed && !c->written && !c->damage)
        prose_label(p, "cut off", ROLE_WARN, "it was not left in good order; all that was done is there");
    prose_label(p, "events", ROLE_MUTED, "%llu", (unsigned long long)c->events);
    prose_label(p, "folder", ROLE_MUTED, "%s", ui->cases->list.items[index].dir);
    tell_target(c->target, p);
    str_done(&owner);
}

static const char *current_id(struct ui *ui)
{
    size_t index;
    return find_current(ui, ui->view, &index) ? ui->cases->list.items[index].id : NULL;
}

static void enter(struct ui *ui, struct view *view)
{
    struct error err = {0};
    const char *id = current_id(ui);
    (void)view;
    if (!id)
        return;
    char *own = mem_strdup(id); // the list goes with the views
    if (!ui_open_case(ui, own, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    free(own);
}

static const struct view_ops ops = {
    .title = "Cases",
    .scope = SCOPE_CASES,
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .fill = fill,
    .detail = detail,
    .enter = enter,
    .enter_label = "go on",
};

void view_cases_open(void *context)
{
    struct ui *ui = context;
    if (ui->cases && !ui->cases->loading) { // read anew
        cases_free(ui->cases);
        ui->cases = NULL;
    }
    view_open(ui, &ops);
}

// ---- what is done with one or two, on a worker

struct case_job {
    struct ui *ui;
    char *ids[2]; // the second one NULL: there is one
    char *path;   // to pack it into, or NULL
    enum redact_level level;
    struct report *reports[2];
    struct error err;
};

static void job_free(struct case_job *job)
{
    for (int i = 0; i < 2; i++) {
        free(job->ids[i]);
        report_free(job->reports[i]);
    }
    free(job->path);
    free(job);
}

static bool copy_report(struct session *s, struct report **ret, struct error *err)
{
    const struct report *report = session_report(s);
    *ret = report ? report_copy(report) : NULL;
    return report || error_set(err, "it was left before anything was judged");
}

static bool read_case(struct case_job *job, int i)
{
    struct session_config config = {
        .open_case = job->ids[i], .state_dir = job->ui->config->session.state_dir, .read_only = true};
    struct session *s = session_new(&config, &job->err);
    bool ok = s != NULL;
    if (ok && job->path)
        ok = session_export(s, job->path, job->level, &job->err);
    else if (ok)
        ok = copy_report(s, &job->reports[i], &job->err);
    session_free(s);
    return ok || error_prefix(&job->err, "case %s", job->ids[i]);
}

static void job_work(void *context)
{
    struct case_job *job = context;
    if (read_case(job, 0) && job->ids[1])
        read_case(job, 1);
}

static void job_done(void *context)
{
    struct case_job *job = context;
    struct ui *ui = job->ui;
    str_clear(&ui->message); // that it was under way
    ui->dirty = true;
    if (job->err.text[0]) {
        ui_say(ui, ROLE_ERROR, "%s", job->err.text);
    } else if (job->path) {
        ui_say(ui, ROLE_OK, "case %s is in %s", job->ids[0], job->path);
    } else if (job->ids[1]) {
        view_pair_open(ui, job->ids, job->reports);
        job->reports[0] = job->reports[1] = NULL;
    } else {
        view_report_of_case(ui, job->ids[0], job->reports[0]);
    }
    job_free(job);
}

static struct case_job *make_job(struct ui *ui, const char *id, const char *other)
{
    struct case_job *job = mem_alloc(sizeof *job);
    job->ui = ui;
    job->ids[0] = mem_strdup(id);
    job->ids[1] = other ? mem_strdup(other) : NULL;
    return job;
}

static void start_reading(struct ui *ui, const char *id, const char *other)
{
    struct case_job *job = make_job(ui, id, other);
    ui_say(ui, ROLE_RUNNING, "reading %s", id);
    ui_job(ui, job_work, job_done, job);
}

void view_cases_read(void *context)
{
    struct ui *ui = context;
    if (current_id(ui))
        start_reading(ui, current_id(ui), NULL);
}

void view_cases_compare(void *context)
{
    struct ui *ui = context;
    const char *id = current_id(ui);
    if (!id)
        return;
    if (!ui->cases->marked) {
        ui->cases->marked = mem_strdup(id);
        ui_say(ui, ROLE_ACCENT, "%s is marked; = on another one lays them side by side", id);
    } else if (strcmp(ui->cases->marked, id) == 0) {
        free(ui->cases->marked);
        ui->cases->marked = NULL;
        ui_say(ui, ROLE_MUTED, "no longer marked");
    } else {
        start_reading(ui, ui->cases->marked, id);
        free(ui->cases->marked);
        ui->cases->marked = NULL;
    }
    ui->view->fresh = false;
}

void view_cases_pack(struct ui *ui, const char *id, enum redact_level level, const char *path)
{
    struct case_job *job = make_job(ui, id, NULL);
    job->path = mem_strdup(path);
    job->level = level;
    ui_say(ui, ROLE_RUNNING, "packing %s", id);
    ui_job(ui, job_work, job_done, job);
}

void view_cases_export(void *ui)
{
    const char *id = current_id(ui);
    if (id)
        view_pack_push(ui, id);
}
