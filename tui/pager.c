// The window over a text. Positions are indexes into what is shown: all lines, or those that are kept. Far to
// the right of a very long line, columns are counted as bytes, so that what stands before need not be read.
#include "tui/pager.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum {
    NOTE_ROWS = 4,       // the findings view has the rest
    LINE_ROWS = 4,       // of a line that is cited; all others take one
    FAR = 32768,         // columns; behind them they are bytes
    MOST_LINE = 1 << 26, // bytes of one line that are looked through for a match
};

void pager_done(struct pager *pager)
{
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
    pager->kept = NULL;
    pager->numbered = true;
}

void pager_keep(struct pager *pager, struct lineset *kept)
{
    pager->kept = kept;
    pager->at = pager->top = 0;
}

static uint32_t line_count(const struct pager *pager)
{
    return pager->source.count ? pager->source.count(pager->source.data) : 0;
}

// Searching may be ahead of counting.
uint32_t pager_count(const struct pager *pager)
{
    uint32_t n = line_count(pager);
    return pager->kept ? lineset_before(pager->kept, n + 1) : n;
}

static uint32_t line_at(const struct pager *pager, uint32_t position)
{
    return pager->kept ? lineset_nth(pager->kept, position) : position + 1;
}

uint32_t pager_line(const struct pager *pager)
{
    return pager->at < pager_count(pager) ? line_at(pager, pager->at) : 0;
}

// Columns in front of the text: mark, number, blanks.
static int margin(const struct pager *pager)
{
    if (pager->bare)
        return 0;
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
    if (pager->bare)
        return NULL;
    size_t first = first_note(pager, line);
    return first < pager->n_notes && pager->notes[first].line == line ? &pager->notes[first] : NULL;
}

// Where a cited line is shown from: near the place where the matter begins, when it is very long.
static uint64_t line_start(const struct pager *pager, const struct pager_note *note)
{
    size_t columns = (size_t)text_columns_left(pager);
    return !note || note->column < columns * LINE_ROWS - 8 ? 0 : note->column - columns;
}

// The text of a line from where it is shown, into pager->line.
static bool fetch(struct pager *pager, uint32_t line, uint64_t from)
{
    return pager->source.line(pager->source.data, line, from, &pager->line);
}

// How many rows a line may take: one that is cited is shown whole, as far as some rows go, unless the window
// was moved sideways; one that is to be copied in any case.
static int most_rows(const struct pager *pager, const struct pager_note *note)
{
    if (pager->bare)
        return pager->rows > 0 ? pager->rows : 1;
    return note && pager->left == 0 ? LINE_ROWS : 1;
}

static int line_rows(struct pager *pager, uint32_t line)
{
    const struct pager_note *note = note_of(pager, line);
    int most = most_rows(pager, note), rows = 0;
    if (most == 1 || !fetch(pager, line, line_start(pager, note)))
        return 1;
    struct span rest = str_span(&pager->line), part;
    while (rows < most && text_take(&rest, text_columns_left(pager), &part))
        rows++;
    return rows > 0 ? rows : 1;
}

static size_t notes_end(const struct pager *pager, size_t first, uint32_t line)
{
    size_t i = first;
    while (!pager->bare && i < pager->n_notes && pager->notes[i].line == line)
        i++;
    return i;
}

static int height(struct pager *pager, uint32_t position)
{
    uint32_t line = line_at(pager, position);
    int rows = line_rows(pager, line);
    size_t first = first_note(pager, line), end = notes_end(pager, first, line);
    for (size_t i = first; i < end; i++)
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
    pager_centre(pager, pager->kept ? lineset_before(pager->kept, line) : position);
}

// ---- matches

static bool find_match(struct pager *pager, struct span text, size_t from, struct match_range *ret)
{
    if (!pager->match)
        return false;
    if (!pager->room)
        pager->room = match_room_new();
    if (from == 0)
        match_subject(pager->room, text);
    return match_find(pager->match, pager->room, from, ret) == MATCH_YES;
}

void pager_see_match(struct pager *pager)
{
    pager->see_match = true;
}

static void move_to_match(struct pager *pager)
{
    struct match_range range;
    int columns = text_columns_left(pager);
    uint64_t from = 0;
    bool found = false;
    while (from < MOST_LINE && fetch(pager, pager_line(pager), from) && pager->line.len > 0) {
        found = find_match(pager, str_span(&pager->line), 0, &range);
        if (found || pager->line.len <= FAR)
            break;
        from += FAR; // what is fetched is longer, so that nothing is missed between two pieces
    }
    if (!found)
        return;
    int column =
        from > 0 ? (int)(from + range.from) : text_columns(span_first(str_span(&pager->line), range.from));
    pager->left = column < columns - 8 ? 0 : column - columns / 2;
}

// ---- drawing

// Text of a line, with what matches set off. Returns whether anything does.
static bool draw_text(struct pager *pager, struct pen *pen, enum role role, struct span text)
{
    size_t at = 0;
    struct match_range range;
    bool any = false;
    while (pen_left(pen) > 0 && find_match(pager, text, at, &range)) {
        any = true;
        if (range.to == range.from)
            break;
        pen_span(pen, role, span_make(text.at + at, range.from - at));
        pen_span(pen, ROLE_MATCH, span_make(text.at + range.from, range.to - range.from));
        at = range.to;
    }
    pen_span(pen, role, span_from(text, at));
    return any;
}

// Over several rows; returns how many.
static int draw_whole(struct pager *pager, struct pen pen, const struct pager_note *note, bool *ret_matches)
{
    struct span rest = str_span(&pager->line), part;
    int from = pen.row, col = pen.col, most = most_rows(pager, note);
    struct pen more = pen;
    more.col--;
    pen.start = pen.col;
    pen.tab = 2; // no wider than the escape that it is counted as where rows are wrapped
    if (line_start(pager, note) > 0)
        pen_glyph(&more, ROLE_MUTED, GLYPH_MORE);
    for (; pen.row - from < most && text_take(&rest, text_columns_left(pager), &part); pen.row++) {
        pen.col = col;
        *ret_matches |= draw_text(pager, &pen, note ? ROLE_CITED : ROLE_TEXT, part);
    }
    more = pen_at(pen.canvas, pen.area, pen.row - 1, pen.area.cols - 1);
    if (rest.len > 0)
        pen_glyph(&more, ROLE_MUTED, GLYPH_MORE);
    return pen.row > from ? pen.row - from : 1;
}

// On one row, from where the window was moved to; returns whether anything matches.
static bool draw_window(struct pager *pager, struct pen pen, enum role role)
{
    struct pen more = pen;
    more.col--;
    if (pager->left > 0 && pager->line.len > 0 && !pager->bare)
        pen_glyph(&more, ROLE_MUTED, GLYPH_MORE);
    pen.start = pen.col;
    pen.tab = 8;
    pen.skip = pager->left < FAR ? pager->left : 0;
    return draw_text(pager, &pen, role, str_span(&pager->line));
}

static void draw_margin(const struct pager *pager, struct pen pen, uint32_t position, uint32_t line,
                        bool matches)
{
    const struct pager_note *note = note_of(pager, line);
    int before = margin(pager);
    if (position == pager->at)
        pen_glyph(&pen, ROLE_FOCUS, GLYPH_MARK);
    else if (note)
        pen_glyph(&pen, note->role, GLYPH_CITED);
    else if (matches)
        pen_glyph(&pen, ROLE_ACCENT, GLYPH_MATCH);
    else
        pen_move(&pen, pen.col + 1);
    if (pager->numbered)
        pen_printf(&pen, note ? note->role : ROLE_MUTED, "%*u", before - 3, line);
    pen_move(&pen, before - 2);
    if (pager->numbered && matches && (note || position == pager->at))
        pen_glyph(&pen, ROLE_ACCENT, GLYPH_MATCH);
}

// Returns how many rows it took.
static int draw_line(struct pager *pager, struct pen pen, uint32_t position)
{
    uint32_t line = line_at(pager, position);
    const struct pager_note *note = note_of(pager, line);
    struct pen text = pen;
    bool whole = most_rows(pager, note) > 1, matches = false;
    uint64_t far = pager->left < FAR ? 0 : (uint64_t)pager->left;
    int rows = 1;
    pen_move(&text, margin(pager));
    if (fetch(pager, line, whole ? line_start(pager, note) : far)) {
        if (whole)
            rows = draw_whole(pager, text, note, &matches);
        else
            matches = draw_window(pager, text, note ? ROLE_CITED : ROLE_TEXT);
    }
    if (!pager->bare)
        draw_margin(pager, pen, position, line, matches);
    return rows;
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
    size_t first = first_note(pager, line), end = notes_end(pager, first, line);
    for (size_t i = first; i < end; i++)
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
    if (pager->see_match) // not before it is known how wide the window is
        move_to_match(pager);
    pager->see_match = false;
    uint32_t n = pager_count(pager);
    int row = 0, before = margin(pager);
    for (uint32_t position = pager->top; position < n && row < area.rows; position++) {
        if (position == pager->at)
            canvas_cursor(canvas, area.row + row, area.col);
        row += draw_line(pager, pen_at(canvas, area, row, 0), position);
        row += draw_notes(pager, pen_at(canvas, area, row, before), line_at(pager, position));
    }
}
