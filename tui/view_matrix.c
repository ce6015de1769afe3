// The matrix: who asked whom, over what, for which name, and what came of it. Above it stands which layer a
// failing row or column points at.
#include "core/base/mem.h"
#include "core/judge/matrix.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { FIRST_CELL = 2, MOST_SAID = 4 };

struct state {
    struct matrix *matrix;
};

static const struct column columns[] = {
    {.title = "server", .least = 20, .most = 36}, {.title = NULL, .most = 7},
    {.title = "failing name", .least = 15},       {.title = "service name", .least = 15},
    {.title = "external name", .least = 15},
};

static const char *server_word(enum lookup_server at)
{
    static const char *const words[] = {
        [LOOKUP_AT_CLUSTER_DNS] = "ClusterIP", [LOOKUP_AT_ENDPOINT] = "CoreDNS",
        [LOOKUP_AT_NODELOCAL] = "NodeLocal",   [LOOKUP_AT_VPC] = "VPC resolver",
        [LOOKUP_AT_OTHER] = "other",           [LOOKUP_AT_UNKNOWN] = "some server",
    };
    return words[at];
}

static void add_outcome(const struct lookup *l, struct str *ret)
{
    str_add(ret, l->outcome == LOOKUP_ANSWERED ? "NOERROR"
                 : l->outcome == LOOKUP_NODATA ? "NODATA"
                                               : lookup_outcome_name(l->outcome));
    if (l->latency != TIME_UNKNOWN)
        str_printf(ret, " %lld ms", (long long)(l->latency / USEC_MSEC));
}

static enum role cell_role(const struct matrix_row *row, const struct matrix_cell *cell)
{
    if (cell->n == 0 || row->no_evidence)
        return ROLE_MUTED;
    if (cell->n_failed)
        return ROLE_FINDING;
    return cell->shown->outcome == LOOKUP_ANSWERED ? ROLE_OK : ROLE_WARN;
}

static void add_cell(struct view *view, const struct matrix_row *row, enum matrix_name name)
{
    const struct matrix_cell *cell = &row->cells[name];
    struct str text = {0};
    if (cell->n == 0)
        str_add(&text, "not asked");
    else
        add_outcome(cell->shown, &text);
    if (cell->n > 1)
        str_printf(&text, " %zu/%zu", cell->n_failed, cell->n);
    if (cell->n && row->no_evidence)
        str_add(&text, " (no evidence)");
    view_cell(view, FIRST_CELL + name, cell_role(row, cell), "%s", str_text(&text));
    if (cell->n)
        view->rows[view->n - 1].cells[FIRST_CELL + name].place = cell->shown->place;
    str_done(&text);
}

static bool is_asked(const struct matrix_row *row)
{
    return row->cells[MATRIX_FAILING].n || row->cells[MATRIX_CLUSTER].n || row->cells[MATRIX_EXTERNAL].n;
}

static void add_row(struct view *view, const struct matrix_row *row, size_t index, const char *protos)
{
    char ip[IP_TEXT];
    const char *name = arena_printf(&view->arena, "%s %s", server_word(row->at),
                                    row->server.family ? ip_format(row->server, ip) : "(not known)");
    struct view_row *added = view_add(view, is_asked(row) ? ROLE_TEXT : ROLE_MUTED, name, NULL);
    added->index = index;
    view_cell(view, 1, ROLE_MUTED, "%s", protos);
    for (enum matrix_name n = 0; n < MATRIX_NAMES; n++)
        add_cell(view, row, n);
}

static const char *from_word(struct ui *ui, struct view *view, const struct matrix_row *row)
{
    const struct facts *facts = session_analysis(ui->session)->facts;
    if (row->others)
        return "From other pods, for comparison";
    if (row->vantage == LOOKUP_FROM_BASTION)
        return "From this host";
    if (row->vantage == LOOKUP_FROM_NODE)
        return arena_printf(&view->arena, "From the node %s", facts->node_name ? facts->node_name : "");
    return arena_printf(&view->arena, "From the pod %s", facts->target.pod ? facts->target.pod : "");
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    matrix_free(state->matrix);
    state->matrix = matrix_make(session_analysis(ui->session)->facts);
    view->note = "who asked whom, and what came of it (failed/all)";
    for (size_t i = 0; i < state->matrix->n_rows; i++) {
        const struct matrix_row *row = &state->matrix->rows[i];
        if (i == 0 || row->vantage != row[-1].vantage || row->others != row[-1].others)
            view_add_heading(view, ROLE_TEXT, from_word(ui, view, row));
        bool both = !row->others && !row->tcp && !is_asked(row) && !is_asked(row + 1);
        add_row(view, row, i, both ? "UDP TCP" : row->tcp ? "TCP" : "UDP");
        i += both; // nobody asked over the one or the other
    }
}

static int head(struct ui *ui, struct view *view, struct rect area)
{
    const struct matrix *matrix = ((struct state *)view->state)->matrix;
    struct prose p = {0};
    for (size_t i = 0; i < matrix->n_says && i < MOST_SAID; i++)
        prose_label(&p, i == 0 ? "points at" : "", ROLE_ACCENT, "%s", matrix->says[i]);
    struct rect room = {area.row, area.col + 2, area.rows / 4 > 0 ? area.rows / 4 : 1, area.cols - 4};
    int rows = prose_draw(&p, &ui->canvas, room, 0);
    prose_done(&p);
    return rows < room.rows ? rows : room.rows;
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct matrix *matrix = ((struct state *)view->state)->matrix;
    const struct matrix_row *row = &matrix->rows[view_current(ui, view)->index];
    const struct matrix_cell *cell = &row->cells[view->column - FIRST_CELL];
    struct str text = {0};
    char time[32];
    if (row->no_evidence)
        prose_add(p, ROLE_WARN,
                  "From a host outside the cluster a ClusterIP never answers: whatever stands here is no "
                  "evidence.");
    if (cell->n == 0) {
        prose_add(p, ROLE_UNKNOWN, "Nobody asked this, so it says nothing. Left and Right choose a cell.");
        return;
    }
    add_outcome(cell->shown, &text);
    prose_add(p, cell_role(row, cell), "%s %s: %s%s",
              cell->shown->name ? cell->shown->name : "(no name seen)",
              cell->shown->type ? cell->shown->type : "", str_text(&text),
              cell->seen ? "; no dig asked this, a capture saw it" : "");
    if (cell->n > 1)
        prose_label(p, "in all", ROLE_TEXT, "%zu lookups, %zu of them failed", cell->n, cell->n_failed);
    if (cell->shown->time != TIME_UNKNOWN)
        prose_label(p, "asked", ROLE_TEXT, "%s", clock_format(cell->shown->time, time));
    view_tell_place(ui, cell->shown->place, p);
    str_done(&text);
}

static void done(struct view *view)
{
    matrix_free(((struct state *)view->state)->matrix);
}

static const struct view_ops ops = {
    .title = "Matrix",
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .first_cell = FIRST_CELL,
    .state_size = sizeof(struct state),
    .fill = fill,
    .head = head,
    .detail = detail,
    .done = done,
};

void view_matrix_open(void *ui)
{
    view_open(ui, &ops);
}
