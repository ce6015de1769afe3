// The window over a text. Positions are indexes into what is shown: all lines, or those that the filter
// keeps.
#include "tui/pager.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum {
    NOTE_ROWS = 4, // the findings view has the rest
    LINE_ROWS = 4, // of a line that is cited; all others take one
};

void pager_done(struct pager *pager)
{
    free(pager->kept);
    match_free(pager->match);
    match_room_free(pager->room);
    str_done(&pager->line);
    *pager = (struct pager){0};
}

void pager_show(struct pager *pager, struct pager_source source, const struct pager_note *notes, size_t n)
{
    pager->source = source;
    pager->notes = notes;
    pager->n_notes = n;
    pager->at = pager->top = 0;
    pager->left = 0;
    pager->filtered = false;
    pager->numbered = true;
}

static uint32_t line_count(const struct pager *pager)
{
    return pager->source.count ? pager->source.count(pager->source.data) : 0;
}

uint32_t pager_count(const struct pager *pager)
{
    return pager->filtered ? (uint32_t)pager->n_kept : line_count(pager);
}

static uint32_t line_at(const struct pager *pager, uint32_t position)
{
    return pager->filtered ? pager->kept[position] : position + 1;
}

uint32_t pager_line(const struct pager *pager)
{
    return pager->at < pager_count(pager) ? line_at(pager, pager->at) : 0;
}

// Columns in front of the text: mark, number, blanks.
static int margin(const struct pager *pager)
{
    int width = 1;
    for (uint32_t n = line_count(pager); n >= 10; n /= 10)
        width++;
    return pager->numbered ? 3 + (width < 4 ? 4 : width) : 2;
}

// The first note at or behind a line.
static size_t first_note(const struct pager *pager, uint32_t line)
{
    size_t low = 0, high = pager->n_notes;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (pager->notes[mid].line < line)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

// What is left of the width for a note's words, behind numbers and sign.
static int note_columns(const struct pager *pager)
{
    int columns = pager->cols - margin(pager) - 2;
    return columns < 12 ? 12 : columns;
}

static int note_rows(const struct pager *pager, const struct pager_note *note)
{
    struct span rest = span_of(note->text), part;
    int rows = 0;
    while (rows < NOTE_ROWS && text_take(&rest, note_columns(pager), &part))
        rows++;
    return rows;
}

static int text_columns_left(const struct pager *pager)
{
    int columns = pager->cols - margin(pager);
    return columns < 12 ? 12 : columns;
}

static const struct pager_note *note_of(const struct pager *pager, uint32_t line)
{
    size_t first = first_note(pager, line);
    return first < pager->n_notes && pager->notes[first].line == line ? &pager->notes[first] : NULL;
}

// Where a very long line is shown from: near the place where the matter begins.
static size_t line_start(const struct pager *pager, const struct pager_note *note)
{
    size_t columns = (size_t)text_columns_left(pager);
    return note->column < columns * LINE_ROWS - 8 ? 0 : note->column - columns;
}

// A cited line is shown whole, as far as some rows go, unless the window was moved sideways.
static int line_rows(struct pager *pager, uint32_t line)
{
    const struct pager_note *note = note_of(pager, line);
    if (!note || pager->left > 0 || !pager->source.line(pager->source.data, line, &pager->line))
        return 1;
    struct span rest = span_from(str_span(&pager->line), line_start(pager, note)), part;
    int rows = 0;
    while (rows < LINE_ROWS && text_take(&rest, text_columns_left(pager), &part))
        rows++;
    return rows > 0 ? rows : 1;
}

static int height(struct pager *pager, uint32_t position)
{
    uint32_t line = line_at(pager, position);
    int rows = line_rows(pager, line);
    for (size_t i = first_note(pager, line); i < pager->n_notes && pager->notes[i].line == line; i++)
        rows += note_rows(pager, &pager->notes[i]);
    return rows;
}

// Moves the window so that the current position is in it with all its notes, as far as they fit.
static void keep_in_sight(struct pager *pager)
{
    uint32_t n = pager_count(pager);
    if (pager->at >= n)
        pager->at = n ? n - 1 : 0;
    if (pager->top > pager->at)
        pager->top = pager->at;
    if (n == 0 || pager->rows <= 0)
        return;
    int rows = 0;
    uint32_t lowest = pager->at + 1;
    while (lowest > 0 && rows + height(pager, lowest - 1) <= pager->rows)
        rows += height(pager, --lowest);
    if (lowest > pager->at)
        lowest = pager->at;
    if (pager->top < lowest)
        pager->top = lowest;
}

void pager_move(struct pager *pager, long by)
{
    int64_t at = (int64_t)pager->at + by, n = pager_count(pager);
    at = at >= n ? n - 1 : at;
    pager->at = at < 0 ? 0 : (uint32_t)at;
    keep_in_sight(pager);
}

void pager_page(struct pager *pager, int direction)
{
    int rows = pager->rows > 1 ? pager->rows - 1 : 1;
    uint32_t top = pager->top;
    pager_move(pager, (long)direction * rows);
    // The window moves along, as in every pager, so that reading goes on where it stopped.
    int64_t want = (int64_t)top + (int64_t)direction * rows;
    pager->top = want < 0 ? 0 : want > pager->at ? pager->at : (uint32_t)want;
    keep_in_sight(pager);
}

void pager_go(struct pager *pager, uint32_t position)
{
    pager->at = position;
    keep_in_sight(pager);
}

void pager_centre(struct pager *pager, uint32_t position)
{
    uint32_t above = pager->rows > 3 ? (uint32_t)pager->rows / 3 : 0;
    pager->at = position;
    pager->top = position > above ? position - above : 0;
    keep_in_sight(pager);
}

void pager_go_line(struct pager *pager, uint32_t line)
{
    uint32_t position = line > 0 ? line - 1 : 0;
    if (pager->filtered) {
        position = 0;
        while (position < pager->n_kept && pager->kept[position] < line)
            position++;
    }
    pager_centre(pager, position);
}

bool pager_set_match(struct pager *pager, struct span pattern, struct error *err)
{
    unsigned flags = MATCH_CASELESS;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.at[i] >= 'A' && pattern.at[i] <= 'Z' && (i == 0 || pattern.at[i - 1] != '\\'))
            flags = 0;
    }
    struct match *match = pattern.len ? match_new(pattern, flags, err) : NULL;
    if (pattern.len && !match)
        return false;
    match_free(pager->match);
    pager->match = match;
    if (!pager->room)
        pager->room = match_room_new();
    return true;
}

static bool line_matches(struct pager *pager, uint32_t line)
{
    if (!pager->match || !pager->source.line(pager->source.data, line, &pager->line))
        return false;
    match_subject(pager->room, str_span(&pager->line));
    return match_find(pager->match, pager->room, 0, NULL) == MATCH_YES;
}

bool pager_find(struct pager *pager, uint32_t from, int direction, uint32_t most, uint32_t *ret)
{
    uint32_t n = pager_count(pager);
    for (uint32_t looked = 0; from < n; from += (uint32_t)direction) { // below 0 is far behind the end
        *ret = from;
        if (looked++ == most)
            return false;
        if (line_matches(pager, line_at(pager, from)))
            return true;
    }
    *ret = UINT32_MAX;
    return false;
}

void pager_filter_begin(struct pager *pager)
{
    pager->n_kept = 0;
    pager->filter_next = 1;
    pager->filtered = true;
    pager_go(pager, 0);
}

bool pager_filter_on(struct pager *pager, uint32_t most)
{
    uint32_t n = line_count(pager);
    for (; most > 0 && pager->filter_next <= n; most--, pager->filter_next++) {
        if (line_matches(pager, pager->filter_next))
            *MEM_PUSH(pager->kept, pager->n_kept, pager->cap_kept) = pager->filter_next;
    }
    return pager->filter_next <= n;
}

void pager_filter_off(struct pager *pager)
{
    uint32_t line = pager_line(pager);
    pager->filtered = false;
    pager->n_kept = 0;
    pager_go_line(pager, line);
}

// Text of a line, with what matches set off.
static void draw_text(struct pager *pager, struct pen *pen, enum role role, struct span text)
{
    size_t at = 0;
    struct match_range range;
    if (pager->match) {
        match_subject(pager->room, text);
        while (pen_left(pen) > 0 && match_find(pager->match, pager->room, at, &range) == MATCH_YES) {
            if (range.to == range.from)
                break;
            pen_span(pen, role, span_make(text.at + at, range.from - at));
            pen_span(pen, ROLE_MATCH, span_make(text.at + range.from, range.to - range.from));
            at = range.to;
        }
    }
    pen_span(pen, role, span_from(text, at));
}

static int draw_cited(struct pager *pager, struct pen pen, const struct pager_note *note)
{
    size_t start = line_start(pager, note);
    struct span rest = span_from(str_span(&pager->line), start), part;
    int from = pen.row, col = pen.col;
    struct pen more = pen;
    more.col--;
    if (start > 0)
        pen_glyph(&more, ROLE_MUTED, GLYPH_MORE);
    for (; pen.row - from < LINE_ROWS && text_take(&rest, text_columns_left(pager), &part); pen.row++) {
        pen.col = col;
        draw_text(pager, &pen, ROLE_CITED, part);
    }
    more = pen_at(pen.canvas, pen.area, pen.row - 1, pen.area.cols - 1);
    if (rest.len > 0)
        pen_glyph(&more, ROLE_MUTED, GLYPH_MORE);
    return pen.row > from ? pen.row - from : 1;
}

// Returns how many rows it took.
static int draw_line(struct pager *pager, struct pen pen, uint32_t position, int before)
{
    uint32_t line = line_at(pager, position);
    const struct pager_note *note = note_of(pager, line);
    if (position == pager->at)
        pen_glyph(&pen, ROLE_FOCUS, GLYPH_MARK);
    else if (note)
        pen_glyph(&pen, note->role, GLYPH_CITED);
    else
        pen_move(&pen, pen.col + 1);
    if (pager->numbered)
        pen_printf(&pen, note ? note->role : ROLE_MUTED, "%*u", before - 3, line);
    pen_move(&pen, before);
    if (!pager->source.line(pager->source.data, line, &pager->line))
        return 1;
    if (note && pager->left == 0)
        return draw_cited(pager, pen, note);
    pen.start = pen.col;
    pen.tab = 8;
    pen.skip = pager->left;
    draw_text(pager, &pen, note ? ROLE_CITED : ROLE_TEXT, str_span(&pager->line));
    return 1;
}

// Returns how many rows it took.
static int draw_note(const struct pager *pager, struct pen pen, const struct pager_note *note)
{
    struct span rest = span_of(note->text), part;
    int from = pen.row, col = pen.col;
    while (pen.row - from < NOTE_ROWS && text_take(&rest, note_columns(pager), &part)) {
        pen.col = col;
        if (pen.row == from)
            pen_glyph(&pen, note->role, GLYPH_BRANCH);
        pen.col = col + 2;
        pen_span(&pen, note->role, part);
        if (pen.row - from == NOTE_ROWS - 1 && rest.len > 0)
            pen_glyph(&pen, ROLE_MUTED, GLYPH_MORE);
        pen.row++;
    }
    return pen.row - from;
}

static int draw_notes(const struct pager *pager, struct pen pen, uint32_t line)
{
    int from = pen.row;
    for (size_t i = first_note(pager, line); i < pager->n_notes && pager->notes[i].line == line; i++)
        pen.row += draw_note(pager, pen, &pager->notes[i]);
    return pen.row - from;
}

void pager_draw(struct pager *pager, struct canvas *canvas, struct rect area)
{
    if (pager->rows != area.rows || pager->cols != area.cols) {
        pager->rows = area.rows;
        pager->cols = area.cols;
        keep_in_sight(pager);
    }
    uint32_t n = pager_count(pager);
    int row = 0, before = margin(pager);
    for (uint32_t position = pager->top; position < n && row < area.rows; position++) {
        if (position == pager->at)
            canvas_cursor(canvas, area.row + row, area.col);
        row += draw_line(pager, pen_at(canvas, area, row, 0), position, before);
        row += draw_notes(pager, pen_at(canvas, area, row, before), line_at(pager, position));
    }
}
