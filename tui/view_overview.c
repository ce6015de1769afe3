// Lists over the whole screen.
#include "tui/view_overview.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

enum { WIDEST_MARK = 24 };

void overview_done(struct overview *overview)
{
    arena_done(&overview->arena);
    free(overview->rows);
    *overview = (struct overview){0};
}

void overview_begin(struct overview *overview, const char *title)
{
    arena_done(&overview->arena);
    overview->title = title;
    overview->n = 0;
    overview->mark_width = 0;
    overview->list = (struct list){0};
}

struct overview_row *overview_add(struct overview *overview, enum role role, const char *mark,
                                  const char *text)
{
    struct overview_row *row = MEM_PUSH(overview->rows, overview->n, overview->cap);
    *row = (struct overview_row){.role = role};
    row->mark = mark ? arena_strdup(&overview->arena, mark) : NULL;
    row->text = arena_strdup(&overview->arena, text);
    int width = mark ? text_columns(span_of(mark)) : 0;
    width = width > WIDEST_MARK ? WIDEST_MARK : width;
    overview->mark_width = width > overview->mark_width ? width : overview->mark_width;
    return row;
}

static bool is_heading(const struct overview *overview)
{
    return overview->list.at < overview->n && overview->rows[overview->list.at].heading;
}

void overview_move(struct overview *overview, long by)
{
    size_t from = overview->list.at;
    overview->list.n = overview->n;
    list_move(&overview->list, by);
    while (is_heading(overview) && overview->list.at > 0 && overview->list.at + 1 < overview->n)
        list_move(&overview->list, by < 0 ? -1 : 1);
    if (is_heading(overview) && overview->list.at == 0 && overview->n > 1)
        list_move(&overview->list, 1);
    if (is_heading(overview))
        list_go(&overview->list, from);
}

void view_overview_open(struct ui *ui)
{
    ui->screen = SCREEN_OVERVIEW;
    overview_move(&ui->overview, 0);
    ui->dirty = true;
}

void view_overview_enter(struct ui *ui)
{
    struct overview *overview = &ui->overview;
    if (overview->list.at >= overview->n)
        return;
    const struct overview_row row = overview->rows[overview->list.at];
    if (row.run) {
        ui->screen = SCREEN_PANES;
        ui_run(ui, row.run);
    } else if (place_is_set(row.place)) {
        ui->screen = SCREEN_PANES;
        ui->focus = PANE_EVIDENCE;
        view_evidence_show_place(ui, row.place);
    } else {
        ui_say(ui, ROLE_MUTED, "No line stands behind this entry");
    }
}

static void draw_row(struct ui *ui, struct pen pen, const struct overview_row *row)
{
    pen.col = 2 + 2 * row->depth;
    if (row->heading) {
        pen_text(&pen, row->role == ROLE_TEXT ? ROLE_HEADING : row->role, row->text);
        return;
    }
    struct pen aside = pen;
    if (row->aside) {
        int width = text_columns(span_of(row->aside));
        width = width > pen.area.cols / 3 ? pen.area.cols / 3 : width;
        aside.col = pen.area.cols - width - 1;
        aside.area.cols -= 1;
        pen.area.cols = aside.col - 1;
        pen_text(&aside, ROLE_MUTED, row->aside);
    }
    struct rect all = pen.area;
    pen.area.cols =
        pen.col + ui->overview.mark_width < all.cols ? pen.col + ui->overview.mark_width : all.cols;
    int behind = pen.area.cols + 2;
    pen_text(&pen, row->role, row->mark);
    pen.area = all;
    pen_move(&pen, ui->overview.mark_width > 0 ? behind : pen.col);
    pen_text(&pen, row->mark ? ROLE_TEXT : row->role, row->text);
}

void view_overview_draw(struct ui *ui, struct rect area)
{
    struct overview *overview = &ui->overview;
    list_size(&overview->list, overview->n, area.rows);
    if (overview->list.at < overview->n && overview->list.at > 0 &&
        overview->rows[overview->list.at - 1].heading)
        list_lead(&overview->list, 1);
    for (int row = 0; row < area.rows && overview->list.top + (size_t)row < overview->n; row++) {
        size_t at = overview->list.top + (size_t)row;
        draw_row(ui, pen_at(&ui->canvas, area, row, 0), &overview->rows[at]);
        if (at == overview->list.at && !overview->rows[at].heading) {
            canvas_select(&ui->canvas, rect_rows(area, row, 1));
            struct pen mark = pen_at(&ui->canvas, area, row, 0);
            pen_glyph(&mark, ROLE_FOCUS, GLYPH_POINT);
            canvas_cursor(&ui->canvas, area.row + row, area.col);
        }
    }
}
