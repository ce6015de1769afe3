// The candidates in order, each with what speaks for it, what against it, and what would settle it.
#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

static const struct column columns[] = {
    {.title = NULL, .most = 18},
    {.title = NULL, .least = 44},
    {.title = NULL, .most = 20, .rank = 1}, // a diagnosis, F-004
};

// How many of the candidates, from the first on, are causes: none where the evidence shows none.
static size_t count_causes(const struct cause *cause)
{
    return cause->diagnosis == DIAGNOSIS_INCONCLUSIVE ? 0 : 1 + cause->n_also;
}

static const char *standing(const struct cause *cause, size_t i)
{
    size_t n = count_causes(cause);
    if (i < n)
        return i == 0 ? verdict_name(cause->verdict) : "also";
    return i < n + cause->n_rejected ? "rejected" : "considered";
}

static enum role role_of(const struct cause *cause, size_t i)
{
    size_t n = count_causes(cause);
    if (i < n)
        return diagnosis_is_normal(cause->candidates[i].diagnosis) ? ROLE_OK : ROLE_FINDING;
    return i < n + cause->n_rejected ? ROLE_OK : ROLE_HEADING;
}

static const struct reason_kind {
    const char *mark;
    enum role role;
} for_ = {"for", ROLE_FINDING}, against = {"against", ROLE_OK}, elsewhere = {"elsewhere", ROLE_MUTED},
  gaps = {"would settle it", ROLE_UNKNOWN};

// Rows of claims have the claim's number behind that of all candidates.
static void add_claims(struct ui *ui, struct view *view, struct reason_kind kind, const uint32_t *at,
                       size_t n)
{
    const struct analysis *analysis = session_analysis(ui->session);
    for (size_t i = 0; i < n; i++) {
        const struct claim *claim = &analysis->claims->items[at[i]];
        const char *id = arena_printf(&view->arena, "F-%03u", at[i] + 1);
        struct view_row *row = view_add(view, kind.role, kind.mark, claim->text);
        row->depth = 1;
        row->finding = id;
        row->index = analysis->cause->n_candidates + at[i];
        if (claim->n_places > 0)
            row->place = claim->places[0];
        view_cell(view, 2, ROLE_MUTED, "%s", id);
    }
}

static void add_candidate(struct ui *ui, struct view *view, size_t i)
{
    const struct cause *cause = session_analysis(ui->session)->cause;
    const struct candidate *c = &cause->candidates[i];
    const struct diagnosis_info *info = diagnosis_info(c->diagnosis);
    const char *mark = arena_printf(&view->arena, "%zu %s", i + 1, standing(cause, i));
    const char *why = c->reason ? c->reason : c->detail;
    struct view_row *row =
        view_add(view, role_of(cause, i), mark,
                 arena_printf(&view->arena, "%s%s%s", info->title, why ? ": " : "", why ? why : ""));
    row->cells[1].role = role_of(cause, i);
    row->index = i;
    if (c->cause && c->cause->n_places > 0)
        row->place = c->cause->places[0];
    view_cell(view, 2, ROLE_MUTED, "%s", info->id);
    add_claims(ui, view, for_, c->for_, c->n_for);
    add_claims(ui, view, against, c->against, c->n_against);
    add_claims(ui, view, elsewhere, c->elsewhere, c->n_elsewhere);
    add_claims(ui, view, gaps, c->gaps, c->n_gaps);
}

static void fill(struct ui *ui, struct view *view)
{
    const struct cause *cause = session_analysis(ui->session)->cause;
    view->note = arena_printf(&view->arena, "%zu considered; verdict: %s", cause->n_candidates,
                              verdict_name(cause->verdict));
    for (size_t i = 0; i < cause->n_candidates; i++)
        add_candidate(ui, view, i);
    if (cause->n_candidates == 0)
        view_add_heading(view, ROLE_MUTED, "No diagnosis has anything that speaks for or against it");
}

// What would mend it is told of what something speaks for and nothing ruled out: else it would be a fix for
// nothing.
static void tell_candidate(struct ui *ui, const struct candidate *c, struct prose *p)
{
    const struct diagnosis_info *info = diagnosis_info(c->diagnosis);
    prose_add(p, ROLE_HEADING, "%s (%s)", info->title, info->id);
    if (c->detail)
        prose_add(p, ROLE_TEXT, "%s", c->detail);
    if (c->reason)
        prose_label(p, "rejected", ROLE_OK, "%s", c->reason);
    if (c->explained_by)
        prose_label(p, "explained", ROLE_TEXT, "by %s", diagnosis_info(c->explained_by)->title);
    prose_label(p, "balance", ROLE_TEXT, "%zu for, %zu against, %zu elsewhere or earlier, %zu open", c->n_for,
                c->n_against, c->n_elsewhere, c->n_gaps);
    if (c->cause && c->cause->n_places > 0)
        view_tell_place(ui, c->cause->places[0], p);
    if (c->n_for == 0 || c->reason)
        return;
    prose_label(p, "Operator:", ROLE_TEXT, "%s", c->cause && c->cause->fix ? c->cause->fix : info->fix);
    prose_label(p, "check", ROLE_MUTED, "%s", info->check);
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    const struct analysis *analysis = session_analysis(ui->session);
    size_t n = analysis->cause->n_candidates;
    if (row->index < n)
        tell_candidate(ui, &analysis->cause->candidates[row->index], p);
    else
        view_tell_claim(ui, &analysis->claims->items[row->index - n], p);
}

static const struct view_ops ops = {
    .title = "Causes",
    .scope = SCOPE_FINDINGS,
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .fill = fill,
    .detail = detail,
};

void view_causes_open(void *ui)
{
    view_open(ui, &ops);
}
