// The report pane. The text is the exporter's own, so what is seen is what is sent; a line's place is found
// from the `source:` of the entry that the line belongs to.
#include "tui/view_report.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/view_ui.h"

enum { MARKED_MS = 4000 };

void report_view_done(struct report_view *view)
{
    str_done(&view->text);
    free(view->lines);
    free(view->rows);
    *view = (struct report_view){0};
}

// Lines of the old text, so that new ones can be told.
static void remember(const struct report_view *view, struct map *old)
{
    for (size_t i = 0; i < view->n; i++)
        map_put(old, view->lines[i].text, view);
}

static void split(struct report_view *view, const struct map *old, bool mark)
{
    struct span rest = str_span(&view->text), line;
    view->n = 0;
    view->cols = 0;
    view->marked = false;
    while (rest.len > 0 && span_cut_line(&rest, &line)) {
        struct report_line *l = MEM_PUSH(view->lines, view->n, view->cap);
        *l = (struct report_line){line, mark && !map_get(old, line)};
        view->marked = view->marked || l->changed;
    }
}

void view_report_refresh(struct ui *ui)
{
    struct report_view *view = &ui->report;
    const struct report *report = ui->session ? session_report(ui->session) : NULL;
    struct str text = {0};
    struct map old = {0};
    if (report)
        report_write_yaml(report, &text);
    remember(view, &old);
    bool mark = view->n > 0;
    struct str before = view->text;
    view->text = text;
    split(view, &old, mark);
    str_done(&before);
    map_done(&old);
    if (view->marked)
        ui_after(ui, ui->settle, MARKED_MS);
    ui->dirty = true;
}

void view_report_settle(struct ui *ui)
{
    for (size_t i = 0; i < ui->report.n; i++)
        ui->report.lines[i].changed = false;
    ui->report.marked = false;
    ui->dirty = true;
}

// "source: path:57" or "source: "path:57-60"" somewhere in the line.
static bool find_source(struct span line, struct span *ret_path, uint32_t *ret_line)
{
    size_t at = span_find(line, "source: ");
    if (at == SIZE_MAX)
        return false;
    struct span rest = span_from(line, at + strlen("source: "));
    bool quoted = span_skip(&rest, "\"");
    size_t end = quoted ? span_find_char(rest, '"') : SIZE_MAX;
    rest = span_first(rest, end == SIZE_MAX ? rest.len : end);
    size_t colon = rest.len;
    while (colon > 0 && rest.at[colon - 1] != ':')
        colon--;
    uint64_t n = 0;
    size_t i = colon;
    for (; i < rest.len && rest.at[i] >= '0' && rest.at[i] <= '9' && n < UINT32_MAX / 10; i++)
        n = n * 10 + (uint64_t)(rest.at[i] - '0');
    *ret_path = span_first(rest, colon > 0 ? colon - 1 : 0);
    *ret_line = (uint32_t)n;
    return n > 0 && ret_path->len > 0;
}

static bool starts_entry(struct span line)
{
    struct span trimmed = span_trim(line);
    return span_starts(trimmed, "- ") || (line.len > 0 && line.at[0] != ' ');
}

bool view_report_place(const struct ui *ui, struct place *ret)
{
    const struct report_view *view = &ui->report;
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    if (!analysis || view->list.at >= view->n_rows)
        return false;
    size_t from = view->rows[view->list.at].line;
    while (from > 0 && !starts_entry(view->lines[from].text))
        from--;
    for (size_t i = from; i < view->n && (i == from || !starts_entry(view->lines[i].text)); i++) {
        struct span path;
        uint32_t line;
        if (!find_source(view->lines[i].text, &path, &line))
            continue;
        char *name = mem_strndup(path.at, path.len);
        const struct evidence_file *file = evidence_find(analysis->evidence, name);
        free(name);
        if (file)
            *ret = place_at(file->id, line);
        return file != NULL;
    }
    return false;
}

void view_report_title(const struct ui *ui, struct str *ret)
{
    const struct report *report = ui->session ? session_report(ui->session) : NULL;
    str_add(ret, "Report");
    if (report && session_analysis(ui->session))
        str_printf(ret, " · %s", verdict_name(report->verdict));
}

static int indent_of(struct span line)
{
    int indent = 0;
    while ((size_t)indent < line.len && line.at[indent] == ' ')
        indent++;
    return indent;
}

// Rows of so many columns; what goes on stands two further in than its line. The line that was current stays
// so.
static void wrap(struct report_view *view, int cols)
{
    size_t line = view->list.at < view->n_rows ? view->rows[view->list.at].line : 0;
    view->n_rows = 0;
    view->cols = cols;
    for (size_t i = 0; i < view->n; i++) {
        struct span rest = view->lines[i].text, part;
        bool first = true;
        do {
            int room = cols - 1 - (first ? 0 : indent_of(view->lines[i].text) + 2);
            if (!text_take(&rest, room < 10 ? 10 : room, &part))
                part = rest;
            if (first && i == line)
                view->list.at = view->n_rows;
            *MEM_PUSH(view->rows, view->n_rows, view->cap_rows) = (struct report_row){i, part, first};
            first = false;
        } while (rest.len > 0);
    }
}

// The length of the key in front of a line, its colon included; 0: there is none.
static size_t key_length(struct span line)
{
    size_t colon = span_find(line, ": ");
    size_t key = colon != SIZE_MAX ? colon + 1 : span_ends(line, ":") ? line.len : 0;
    struct span name = span_trim(span_first(line, key));
    span_skip(&name, "- ");
    span_skip(&name, "{");
    return span_contains(name, " ") || span_contains(name, "\"") ? 0 : key; // a colon inside a value
}

static void draw_row(struct ui *ui, struct pen pen, const struct report_row *row)
{
    const struct report_line *line = &ui->report.lines[row->line];
    size_t key = row->first ? key_length(line->text) : 0;
    if (!row->first)
        pen_move(&pen, pen.col + indent_of(line->text) + 2);
    pen_span(&pen, line->changed ? ROLE_CHANGED : ROLE_HEADING, span_first(row->text, key));
    pen_span(&pen, line->changed ? ROLE_CHANGED : ROLE_TEXT, span_from(row->text, key));
}

void view_report_draw(struct ui *ui, struct rect area)
{
    struct report_view *view = &ui->report;
    if (view->cols != area.cols)
        wrap(view, area.cols);
    list_size(&view->list, view->n_rows, area.rows);
    if (view->n == 0) {
        struct pen pen = pen_at(&ui->canvas, area, 0, 1);
        pen_text(&pen, ROLE_MUTED, ui->analysing ? "Written once the evidence was read" : "No report yet");
    }
    for (int row = 0; row < area.rows && view->list.top + (size_t)row < view->n_rows; row++) {
        size_t at = view->list.top + (size_t)row;
        draw_row(ui, pen_at(&ui->canvas, area, row, 1), &view->rows[at]);
        if (at == view->list.at && ui->focus == PANE_REPORT) {
            struct pen mark = pen_at(&ui->canvas, area, row, 0);
            pen_glyph(&mark, ROLE_FOCUS, GLYPH_POINT);
            canvas_select(&ui->canvas, rect_rows(area, row, 1));
            canvas_cursor(&ui->canvas, area.row + row, area.col);
        }
    }
}
