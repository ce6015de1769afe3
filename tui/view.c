// What all views over the whole screen do alike: the stack, moving, Enter, and drawing rows under columns
// with what there is to say of the current one beside or below.
#include "tui/view.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/quote.h"
#include "tui/view_ui.h"

enum { WIDEST_MARK = 24, SIDE_BY_SIDE = 132, DETAIL_LEAST = 5, DETAIL_MOST = 10, DETAIL_SCREEN = 14 };

static const struct column plain_columns[] = {
    {.least = 0, .most = WIDEST_MARK},
    {.least = 20},
    {.least = 0, .most = 40, .rank = 1},
};

// ---- the stack

static enum screen bottom_screen(const struct ui *ui)
{
    return ui->config->intake && !ui->session ? SCREEN_INTAKE : ui_home(ui);
}

static void free_view(struct view *view)
{
    if (view->ops->done)
        view->ops->done(view);
    arena_done(&view->arena);
    free(view->rows);
    free(view->state);
    free(view);
}

void view_close_all(struct ui *ui)
{
    while (ui->view) {
        struct view *below = ui->view->below;
        free_view(ui->view);
        ui->view = below;
    }
    if (ui->screen == SCREEN_VIEW)
        ui->screen = bottom_screen(ui);
    ui->dirty = true;
}

struct view *view_push(struct ui *ui, const struct view_ops *ops)
{
    struct view *view = mem_alloc(sizeof *view);
    view->ops = ops;
    view->below = ui->view;
    view->from = (int)ui->screen;
    view->state = ops->state_size ? mem_alloc(ops->state_size) : NULL;
    view->across = 1;
    view->changed = true;
    view->column = ops->first_cell;
    ui->view = view;
    ui->screen = SCREEN_VIEW;
    ui->dirty = true;
    return view;
}

void view_open(struct ui *ui, const struct view_ops *ops)
{
    if (ui->screen == SCREEN_VIEW && ui->view->ops == ops)
        return;
    view_close_all(ui);
    view_push(ui, ops);
}

void view_back(struct ui *ui)
{
    struct view *view = ui->view;
    ui->view = view->below;
    ui->screen = (enum screen)view->from;
    if (ui->screen == SCREEN_VIEW && !ui->view)
        ui->screen = bottom_screen(ui);
    free_view(view);
    ui->dirty = true;
}

void view_leave(struct ui *ui)
{
    const struct view_ops *ops = ui->view->ops;
    if (!ops->cancel || !ops->cancel(ui, ui->view))
        view_back(ui);
}

void view_refresh(struct ui *ui)
{
    for (struct view *view = ui->view; view; view = view->below) {
        view->fresh = false;
        view->changed = true;
    }
}

// ---- rows

static const struct column *columns_of(const struct view *view, size_t *ret_n)
{
    *ret_n = view->ops->columns ? view->ops->n_columns : ARRAY_LEN(plain_columns);
    return view->ops->columns ? view->ops->columns : plain_columns;
}

static void measure(struct view *view)
{
    size_t n_columns;
    columns_of(view, &n_columns);
    for (size_t c = 0; c < n_columns; c++) {
        view->wants[c] = 0;
        for (size_t i = 0; i < view->n; i++) {
            const struct view_row *row = &view->rows[i];
            int width = row->heading || !row->cells[c].text ? 0 : text_columns(span_of(row->cells[c].text));
            width += c == 0 && width > 0 ? 2 * row->depth + (row->signed_ ? 2 : 0) : 0;
            view->wants[c] = width > view->wants[c] ? width : view->wants[c];
        }
    }
}

static bool is_heading(const struct view *view, size_t at)
{
    return at < view->n && view->rows[at].heading;
}

// The nearest row from `at` on, in that direction, that can be selected; else one in the other direction.
static size_t selectable(const struct view *view, size_t at, long direction)
{
    for (int turn = 0; turn < 2; turn++, direction = -direction) {
        size_t i = at;
        while (is_heading(view, i) && (direction > 0 ? i + 1 < view->n : i > 0))
            i = direction > 0 ? i + 1 : i - 1;
        if (!is_heading(view, i))
            return i;
    }
    return at;
}

static void freshen(struct ui *ui, struct view *view)
{
    if (view->fresh)
        return;
    view->fresh = true;
    arena_done(&view->arena);
    view->n = 0;
    view->note = NULL;
    view->ops->fill(ui, view);
    view->changed = false;
    measure(view);
    view->list.n = view->n;
    list_go(&view->list, selectable(view, view->list.at < view->n ? view->list.at : 0, 1));
    ui->dirty = true;
}

const struct view_row *view_current(struct ui *ui, struct view *view)
{
    freshen(ui, view);
    return view->list.at < view->n && !view->rows[view->list.at].heading ? &view->rows[view->list.at] : NULL;
}

bool view_has_entry(const struct view *view)
{
    return !view->fresh || (view->list.at < view->n && !view->rows[view->list.at].heading);
}

struct place view_current_place(struct ui *ui, struct view *view)
{
    const struct view_row *row = view_current(ui, view);
    if (!row)
        return (struct place){.file = FILE_NONE};
    return view->ops->first_cell ? row->cells[view->column].place : row->place;
}

// ---- keys

void view_move(struct ui *ui, long by)
{
    struct view *view = ui->view;
    freshen(ui, view);
    size_t from = view->list.at;
    if (view->n == 0)
        return;
    view->list.n = view->n;
    list_move(&view->list, by * (view->ops->grid_columns ? view->across : 1));
    size_t to = selectable(view, view->list.at, by);
    list_go(&view->list, is_heading(view, to) ? from : to);
}

void view_page(struct ui *ui, int direction)
{
    int rows = ui->view->list.rows;
    view_move(ui, direction * (long)(rows > 1 ? rows - 1 : 1));
}

static void choose_cell(struct view *view, int by)
{
    size_t n;
    columns_of(view, &n);
    if (by < 0 ? view->column > view->ops->first_cell : view->column + 1 < n)
        view->column += (size_t)by;
}

void view_sideways(struct ui *ui, int by)
{
    struct view *view = ui->view;
    freshen(ui, view);
    if (view->ops->shift)
        view->ops->shift(ui, view, by);
    else if (view->ops->first_cell)
        choose_cell(view, by);
    else if (view->ops->grid_columns)
        list_move(&view->list, by);
    ui->dirty = true;
}

void view_scroll_detail(struct ui *ui, int by)
{
    ui->view->detail_skip += by;
    if (ui->view->detail_skip < 0)
        ui->view->detail_skip = 0;
}

void view_open_place(struct ui *ui, struct place place)
{
    ui->screen = SCREEN_PANES;
    ui->focus = PANE_EVIDENCE;
    view_evidence_show_place(ui, place);
}

void view_enter(struct ui *ui)
{
    struct view *view = ui->view;
    const struct view_row *row = view_current(ui, view);
    if (view->ops->enter) {
        view->ops->enter(ui, view);
    } else if (row && row->run) {
        const struct command *run = row->run;
        view_back(ui);
        ui_run(ui, run);
    } else if (place_is_set(view_current_place(ui, view))) {
        view_open_place(ui, view_current_place(ui, view));
    } else {
        ui_say(ui, ROLE_MUTED, "No line stands behind this entry");
    }
}

// ---- what the current row says

void view_tell_place(struct ui *ui, struct place place, struct prose *p)
{
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    struct str source = {0}, words = {0};
    if (analysis && place_is_set(place)) {
        evidence_source(analysis->evidence, place, &source);
        prose_label(p, "read at", ROLE_ACCENT, "%s", str_text(&source));
        if (quote_place(analysis->evidence, place, &words))
            prose_label(p, "", ROLE_CITED, "%s", str_text(&words));
    }
    str_done(&source);
    str_done(&words);
}

// The words of a row that its columns may have cut.
static void tell_row(struct ui *ui, struct view *view, const struct view_row *row, struct prose *p)
{
    if (!view->ops->columns && row->cells[1].text)
        prose_add(p, row->cells[1].role, "%s", row->cells[1].text);
    view_tell_place(ui, view_current_place(ui, view), p);
}

static void tell_current(struct ui *ui, struct view *view, struct prose *p)
{
    const struct view_row *row = view_current(ui, view);
    if (view->detail_of != view->list.at)
        view->detail_skip = 0;
    view->detail_of = view->list.at;
    if (row && view->ops->detail)
        view->ops->detail(ui, view, p);
    else if (row)
        tell_row(ui, view, row, p);
}

// ---- drawing

static void draw_cell(struct pen pen, const struct view_cell *cell, int width, bool right)
{
    int columns = right ? text_columns(span_of(cell->text)) : 0;
    pen.area.cols = pen.col + width < pen.area.cols ? pen.col + width : pen.area.cols;
    if (right && columns < width)
        pen_move(&pen, pen.col + width - columns);
    pen_text(&pen, cell->role, cell->text);
}

static void draw_heading(struct pen pen, const struct view_row *row)
{
    pen_move(&pen, 2 + 2 * row->depth);
    pen_text(&pen, row->cells[0].role == ROLE_TEXT ? ROLE_HEADING : row->cells[0].role, row->cells[0].text);
}

// Around the chosen cell, in the gaps beside it.
static void draw_brackets(struct pen pen, int col, int width)
{
    pen_move(&pen, col - 1);
    pen_text(&pen, ROLE_FOCUS, "[");
    pen_move(&pen, col + width);
    pen_text(&pen, ROLE_FOCUS, "]");
}

static void draw_row(struct view *view, struct pen pen, const struct view_row *row, const int *widths)
{
    size_t n;
    const struct column *columns = columns_of(view, &n);
    if (row->heading) {
        draw_heading(pen, row);
        return;
    }
    int col = 2;
    bool current = view->ops->first_cell && row == &view->rows[view->list.at];
    size_t chosen = current ? view->column : n;
    for (size_t c = 0; c < n; c++) {
        if (widths[c] == 0)
            continue;
        int inset = c == 0 ? 2 * row->depth : 0;
        struct pen at = pen;
        pen_move(&at, col + inset);
        if (c == 0 && row->signed_) {
            pen_glyph(&at, row->cells[0].role, row->glyph);
            pen_move(&at, at.col + 1);
            inset += 2;
        }
        draw_cell(at, &row->cells[c], widths[c] - inset, columns[c].right);
        if (c == chosen)
            draw_brackets(pen, col, widths[c]);
        col += widths[c] + TABLE_GAP;
    }
}

static void draw_titles(struct pen pen, const struct view *view, const int *widths)
{
    size_t n;
    const struct column *columns = columns_of(view, &n);
    int col = 2;
    for (size_t c = 0; c < n; c++) {
        struct pen at = pen;
        pen_move(&at, col);
        if (widths[c] > 0 && columns[c].title)
            draw_cell(at, &(struct view_cell){.text = columns[c].title, .role = ROLE_MUTED}, widths[c],
                      columns[c].right);
        col += widths[c] ? widths[c] + TABLE_GAP : 0;
    }
}

static void mark_current(struct ui *ui, struct rect row)
{
    struct pen pen = pen_at(&ui->canvas, row, 0, 0);
    canvas_select(&ui->canvas, row);
    pen_glyph(&pen, ROLE_FOCUS, GLYPH_POINT);
    canvas_cursor(&ui->canvas, row.row, row.col);
}

static void draw_rows(struct ui *ui, struct view *view, struct rect area)
{
    size_t n;
    int widths[TABLE_COLUMNS];
    const struct column *columns = columns_of(view, &n);
    table_fit(columns, n, view->wants, area.cols - 3, widths);
    if (table_has_titles(columns, n)) {
        draw_titles(pen_at(&ui->canvas, area, 0, 0), view, widths);
        area = rect_rows(area, 1, area.rows - 1);
    }
    list_size(&view->list, view->n, area.rows);
    if (view->list.at > 0 && is_heading(view, view->list.at - 1))
        list_lead(&view->list, 1);
    for (int row = 0; row < area.rows && view->list.top + (size_t)row < view->n; row++) {
        size_t at = view->list.top + (size_t)row;
        draw_row(view, pen_at(&ui->canvas, area, row, 0), &view->rows[at], widths);
        if (at == view->list.at && !view->rows[at].heading)
            mark_current(ui, rect_rows(area, row, 1));
    }
}

// Rows side by side, line by line; the list counts lines while it is drawn.
static void draw_grid(struct ui *ui, struct view *view, struct rect area)
{
    int wide = view->ops->grid_columns;
    view->across = area.cols / wide > 0 ? area.cols / wide : 1;
    size_t across = (size_t)view->across;
    struct list lines = {.at = view->list.at / across, .top = view->list.top};
    list_size(&lines, (view->n + across - 1) / across, area.rows);
    view->list.top = lines.top;
    view->list.rows = area.rows;
    for (size_t i = lines.top * across; i < view->n && i / across - lines.top < (size_t)area.rows; i++) {
        const int widths[TABLE_COLUMNS] = {wide - 3};
        struct rect cell = {area.row + (int)(i / across - lines.top), area.col + (int)(i % across) * wide, 1,
                            area.cols < wide ? area.cols : wide - 1};
        draw_row(view, pen_at(&ui->canvas, cell, 0, 0), &view->rows[i], widths);
        if (i == view->list.at && !view->rows[i].heading)
            mark_current(ui, cell);
    }
}

static int body_rows(const struct view *view, int cols)
{
    size_t n;
    const struct column *columns = columns_of(view, &n);
    int wide = view->ops->grid_columns, titles = table_has_titles(columns, n) && !wide;
    int across = wide && cols / wide > 0 ? cols / wide : 1;
    return (int)((view->n + (size_t)across - 1) / (size_t)across) + titles;
}

static void draw_detail(struct ui *ui, struct view *view, struct rect area, const struct prose *p)
{
    int rows = prose_rows(p, area.cols), most = rows > area.rows ? rows - area.rows : 0;
    view->detail_skip = view->detail_skip < most ? view->detail_skip : most;
    prose_draw(p, &ui->canvas, area, view->detail_skip);
    if (view->detail_skip < most) { // and the key that leads there
        struct span key = ui_key_of(ui, "more");
        struct pen pen = pen_at(&ui->canvas, area, area.rows - 1, area.cols - text_columns(key) - 2);
        pen_text(&pen, ROLE_MUTED, " ");
        pen_span(&pen, ROLE_KEY, key);
        pen_glyph(&pen, ROLE_MUTED, GLYPH_MORE);
    }
}

// Cuts what is said of the current row off the area: at the right where there is room and the rows are words,
// else at the foot.
static struct rect cut_detail(struct ui *ui, const struct view *view, struct rect *area)
{
    struct rect all = *area, detail;
    if (all.cols >= SIDE_BY_SIDE && !view->ops->columns && !view->ops->grid_columns) {
        area->cols = all.cols * 58 / 100;
        detail = (struct rect){all.row, area->cols + 3, all.rows, all.cols - area->cols - 4};
        for (int row = 0; row < all.rows; row++) {
            struct pen pen = pen_at(&ui->canvas, all, row, area->cols + 1);
            pen_glyph(&pen, ROLE_BORDER, GLYPH_VERTICAL);
        }
        return detail;
    }
    int want = all.rows * 2 / 5, body = body_rows(view, all.cols);
    want = want > DETAIL_MOST ? DETAIL_MOST : want < DETAIL_LEAST ? DETAIL_LEAST : want;
    if (view->ops->detail_rows)
        want = view->ops->detail_rows;
    else if (body + 1 + want < all.rows)
        want = all.rows - body - 1;
    area->rows = all.rows - want - 1;
    struct pen pen = pen_at(&ui->canvas, all, area->rows, 0);
    pen_fill(&pen, ROLE_BORDER, GLYPH_HORIZONTAL, all.cols);
    return (struct rect){all.row + area->rows + 1, all.col + 2, want, all.cols - 4};
}

void view_draw(struct ui *ui, struct rect area)
{
    struct view *view = ui->view;
    freshen(ui, view);
    int used = view->ops->head ? view->ops->head(ui, view, area) : 0;
    area = rect_rows(area, used, area.rows - used);
    if (area.rows + used >= DETAIL_SCREEN && area.rows > DETAIL_LEAST + 3 && area.cols >= 40) {
        struct prose p = {0};
        struct rect detail = cut_detail(ui, view, &area);
        tell_current(ui, view, &p);
        draw_detail(ui, view, detail, &p);
        prose_done(&p);
    }
    if (view->ops->grid_columns)
        draw_grid(ui, view, area);
    else
        draw_rows(ui, view, area);
}

void view_title(struct ui *ui, struct str *ret)
{
    freshen(ui, ui->view);
    str_add(ret, ui->view->ops->title);
    if (ui->view->note)
        str_printf(ret, ": %s", ui->view->note);
}
