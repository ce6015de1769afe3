// What a case came to, by itself or beside another one: what they say of the same thing stands in one row.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/view_cases.h"
#include "tui/view_ui.h"

// ---- one report, to read

struct text_state {
    char *id;
    struct str text;
};

static void fill_text(struct ui *ui, struct view *view)
{
    struct text_state *state = view->state;
    struct span rest = str_span(&state->text), line;
    (void)ui;
    view->note = arena_printf(&view->arena, "what %s came to", state->id);
    while (rest.len > 0 && span_cut_line(&rest, &line))
        view_add(view, ROLE_TEXT, NULL, arena_span(&view->arena, line));
}

static void text_done(struct view *view)
{
    struct text_state *state = view->state;
    free(state->id);
    str_done(&state->text);
}

static const struct view_ops text_ops = {
    .title = "Case",
    .state_size = sizeof(struct text_state),
    .fill = fill_text,
    .done = text_done,
};

void view_report_of_case(struct ui *ui, const char *id, const struct report *report)
{
    struct text_state *state = view_push(ui, &text_ops)->state;
    state->id = mem_strdup(id);
    report_write_text(report, &state->text);
}

// ---- two side by side

struct pair {
    char *ids[2];
    struct report *reports[2];
};

static const struct column columns[] = {
    {.least = 10, .most = 20},
    {.most = 2},
    {.least = 16},
    {.least = 16},
};

static void add_pair(struct view *view, const char *label, const char *a, const char *b)
{
    bool differ = a && b ? strcmp(a, b) != 0 : a || b;
    enum role role = differ ? ROLE_WARN : ROLE_TEXT;
    if (!a && !b)
        return;
    view_add(view, differ ? ROLE_HEADING : ROLE_MUTED, label, NULL);
    view_cell(view, 1, ROLE_WARN, "%s", differ ? "!=" : "");
    view_cell(view, 2, a ? role : ROLE_MUTED, "%s", a ? a : "(not there)");
    view_cell(view, 3, b ? role : ROLE_MUTED, "%s", b ? b : "(not there)");
}

static const char *join(struct arena *arena, const char *const *words, size_t n)
{
    struct str text = {0};
    for (size_t i = 0; i < n; i++)
        str_printf(&text, "%s%s", i ? ", " : "", words[i]);
    const char *ret = n ? arena_strdup(arena, str_text(&text)) : NULL;
    str_done(&text);
    return ret;
}

static const char *time_text(struct arena *arena, usec_t t)
{
    char text[32];
    return t == TIME_UNKNOWN ? NULL : arena_strdup(arena, clock_format(t, text));
}

static void add_head(struct view *view, const struct report *a, const struct report *b)
{
    add_pair(view, "diagnosis", diagnosis_info(a->diagnosis)->id, diagnosis_info(b->diagnosis)->id);
    add_pair(view, "verdict", verdict_name(a->verdict), verdict_name(b->verdict));
    add_pair(view, "root cause", a->root_cause, b->root_cause);
    add_pair(view, "severity", a->severity, b->severity);
    add_pair(view, "procedure", a->sop, b->sop);
    add_pair(view, "go on with", a->handoff, b->handoff);
    view_add_heading(view, ROLE_TEXT, "Scope");
    add_pair(view, "pods", a->scope.pods, b->scope.pods);
    add_pair(view, "nodes", join(&view->arena, a->scope.nodes, a->scope.n_nodes),
             join(&view->arena, b->scope.nodes, b->scope.n_nodes));
    add_pair(view, "since", time_text(&view->arena, a->scope.since), time_text(&view->arena, b->scope.since));
    add_pair(view, "fix", a->immediate, b->immediate);
}

static bool has_content(const struct report *r, const char *content)
{
    for (size_t i = 0; i < r->n_evidence; i++) {
        if (strcmp(r->evidence[i].content, content) == 0)
            return true;
    }
    return false;
}

// Lines that both rest on first, then those of each.
static void add_evidence(struct view *view, const struct report *a, const struct report *b)
{
    view_add_heading(view, ROLE_TEXT, "Evidence");
    for (int shared = 1; shared >= 0; shared--) {
        for (size_t i = 0; i < a->n_evidence; i++) {
            const struct report_evidence *e = &a->evidence[i];
            if (has_content(b, e->content) == shared)
                add_pair(view, e->type, e->content, shared ? e->content : NULL);
        }
    }
    for (size_t i = 0; i < b->n_evidence; i++) {
        if (!has_content(a, b->evidence[i].content))
            add_pair(view, b->evidence[i].type, NULL, b->evidence[i].content);
    }
}

static const struct report_step *find_step(const struct report *r, const char *id)
{
    for (size_t i = 0; i < r->n_steps; i++) {
        if (strcmp(r->steps[i].id, id) == 0)
            return &r->steps[i];
    }
    return NULL;
}

static const char *step_text(struct arena *arena, const struct report_step *step)
{
    if (!step)
        return NULL;
    const char *more = step->result ? step->result : step->reason;
    return arena_printf(arena, "%s%s%s", step_status_phrase(step->status), more ? ": " : "",
                        more ? more : "");
}

static void add_steps(struct view *view, const struct report *a, const struct report *b)
{
    view_add_heading(view, ROLE_TEXT, "Steps");
    for (size_t i = 0; i < a->n_steps; i++)
        add_pair(view, a->steps[i].id, step_text(&view->arena, &a->steps[i]),
                 step_text(&view->arena, find_step(b, a->steps[i].id)));
    for (size_t i = 0; i < b->n_steps; i++) {
        if (!find_step(a, b->steps[i].id))
            add_pair(view, b->steps[i].id, NULL, step_text(&view->arena, &b->steps[i]));
    }
}

static void fill_pair(struct ui *ui, struct view *view)
{
    const struct pair *pair = view->state;
    (void)ui;
    view->note = arena_printf(&view->arena, "%s beside %s", pair->ids[0], pair->ids[1]);
    add_pair(view, "case", pair->ids[0], pair->ids[1]);
    add_head(view, pair->reports[0], pair->reports[1]);
    add_evidence(view, pair->reports[0], pair->reports[1]);
    add_steps(view, pair->reports[0], pair->reports[1]);
}

static void detail_pair(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    const struct pair *pair = view->state;
    prose_label(p, row->cells[0].text, row->cells[2].role, "%s", row->cells[2].text);
    prose_label(p, "", row->cells[3].role, "%s", row->cells[3].text);
    if (view->list.at > 0) // the first row is the cases themselves
        prose_add(p, ROLE_MUTED, "the first of %s, the second of %s", pair->ids[0], pair->ids[1]);
}

static void pair_done(struct view *view)
{
    struct pair *pair = view->state;
    for (int i = 0; i < 2; i++) {
        free(pair->ids[i]);
        report_free(pair->reports[i]);
    }
}

static const struct view_ops pair_ops = {
    .title = "Two cases",
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .state_size = sizeof(struct pair),
    .fill = fill_pair,
    .detail = detail_pair,
    .done = pair_done,
};

void view_pair_open(struct ui *ui, char *const ids[2], struct report *const reports[2])
{
    struct pair *pair = view_push(ui, &pair_ops)->state;
    for (int i = 0; i < 2; i++) {
        pair->ids[i] = mem_strdup(ids[i]);
        pair->reports[i] = reports[i];
    }
}
