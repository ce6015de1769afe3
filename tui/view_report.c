// The report pane. The text is the exporter's own, so what is seen is what is sent; a line's place is found
// from the `source:` of the entry that the line belongs to.
#include "tui/view_report.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/report/format.h"
#include "core/report/places.h"
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

// ---- what a line rests on

// "source: path:57" or "source: "path:57-60"" somewhere in the line.
static bool find_source(const struct ui *ui, struct span line, struct place *ret)
{
    const struct analysis *analysis = session_analysis(ui->session);
    size_t at = span_find(line, "source: ");
    if (at == SIZE_MAX)
        return false;
    struct span rest = span_from(line, at + strlen("source: "));
    bool quoted = span_skip(&rest, "\"");
    size_t end = 0;
    while (end < rest.len && (quoted ? rest.at[end] != '"' : rest.at[end] != ',' && rest.at[end] != '}'))
        end++;
    rest = span_first(rest, end);
    return report_find_place(analysis->evidence, rest, ret);
}

// An id like "E-013" somewhere in the line, its number.
static bool find_id(struct span line, const char *prefix, uint32_t *ret)
{
    size_t at = span_find(line, prefix), n = 0;
    struct span rest = span_from(line, at == SIZE_MAX ? line.len : at + strlen(prefix));
    for (*ret = 0; n < rest.len && n < 6 && rest.at[n] >= '0' && rest.at[n] <= '9'; n++)
        *ret = *ret * 10 + (uint32_t)(rest.at[n] - '0');
    return n > 0;
}

// Where the evidence of an id stands: a quote of the report, else what its probe brought.
static bool find_evidence(const struct ui *ui, uint32_t id, struct place *ret)
{
    const struct report *report = session_report(ui->session);
    struct evidence *ev = session_analysis(ui->session)->evidence;
    size_t n;
    uint32_t own;
    for (size_t i = 0; report && i < report->n_evidence; i++) {
        *ret = report->evidence[i].place;
        if (find_id(span_of(report->evidence[i].id), "E-", &own) && own == id && place_is_set(*ret))
            return true;
    }
    const struct evidence_probe *probes = evidence_probes(ev, &n);
    for (size_t i = 0; i < n; i++) {
        const struct evidence_file *file = probes[i].file ? evidence_find(ev, probes[i].file) : NULL;
        if (file && find_id(span_of(probes[i].id), "E-", &own) && own == id) {
            *ret = place_at(file->id, probes[i].from ? probes[i].from : 1);
            return true;
        }
    }
    return false;
}

// The line's own finding, or the first piece of evidence that it names.
static bool find_named(const struct ui *ui, struct span line, struct place *ret)
{
    const struct claims *claims = session_analysis(ui->session)->claims;
    uint32_t id;
    if (find_id(line, "F-", &id) && id > 0 && id <= claims->n && claims->items[id - 1].n_places > 0) {
        *ret = claims->items[id - 1].places[0];
        return true;
    }
    return find_id(line, "E-", &id) && find_evidence(ui, id, ret);
}

static bool starts_entry(struct span line)
{
    struct span trimmed = span_trim(line);
    return span_starts(trimmed, "- ") || (line.len > 0 && line.at[0] != ' ');
}

// The first line of the entry that a line belongs to, and the one behind its last.
static void entry_of(const struct report_view *view, size_t line, size_t *ret_from, size_t *ret_end)
{
    *ret_from = line;
    while (*ret_from > 0 && !starts_entry(view->lines[*ret_from].text))
        (*ret_from)--;
    *ret_end = *ret_from + 1;
    while (*ret_end < view->n && !starts_entry(view->lines[*ret_end].text))
        (*ret_end)++;
}

bool view_report_place(const struct ui *ui, struct place *ret)
{
    const struct report_view *view = &ui->report;
    size_t from, end;
    if (!ui->session || !session_analysis(ui->session) || view->list.at >= view->n_rows)
        return false;
    size_t line = view->rows[view->list.at].line;
    entry_of(view, line, &from, &end);
    for (size_t i = from; i < end; i++) {
        if (find_source(ui, view->lines[i].text, ret))
            return true;
    }
    bool found = find_named(ui, view->lines[line].text, ret);
    for (size_t i = from; i < end && !found; i++)
        found = find_named(ui, view->lines[i].text, ret);
    return found;
}

void view_report_open(void *context)
{
    struct ui *ui = context;
    struct place place;
    if (view_report_text(ui).kind != REPORT_FACT) {
        view_report_edit(ui);
    } else if (view_report_place(ui, &place)) {
        ui->focus = PANE_EVIDENCE;
        view_evidence_show_place(ui, place);
    } else {
        ui_say(ui, ROLE_MUTED, "This line of the report rests on no single line of evidence");
    }
}

static bool rests_on(const struct ui *ui, struct span text, uint32_t file, uint32_t line)
{
    struct place place;
    return find_source(ui, text, &place) && place.file == file && line >= place.line &&
           line <= (place.last > place.line ? place.last : place.line);
}

void view_report_back(void *context)
{
    struct ui *ui = context;
    struct report_view *view = &ui->report;
    const struct evidence_view *evidence = &ui->evidence;
    uint32_t line = pager_line(&evidence->pager);
    for (size_t i = 0; evidence->evidence && i < view->n; i++) {
        size_t end;
        if (!rests_on(ui, view->lines[i].text, evidence->file, line))
            continue;
        entry_of(view, i, &view->want, &end);
        view->want++;
        view->cols = 0; // the rows are made anew when it is drawn
        ui->focus = PANE_REPORT;
        return;
    }
    ui_say(ui, ROLE_MUTED, "Nothing in the report rests on this line; ] goes to the next that does");
}

// ---- drawing

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
    line = view->want ? view->want - 1 : line;
    view->want = 0;
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
