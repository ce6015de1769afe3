// Cells and pens. Making text safe happens here, once, in pen_span: views never think of it.
#include "tui/canvas.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

static const struct cell blank = {.text = " ", .len = 1, .width = 1, .role = ROLE_TEXT};

void canvas_done(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){.signs = canvas->signs};
}

void canvas_resize(struct canvas *canvas, int rows, int cols)
{
    free(canvas->cells);
    canvas->rows = rows > 0 ? rows : 0;
    canvas->cols = cols > 0 ? cols : 0;
    canvas->cells = mem_calloc((size_t)canvas->rows * (size_t)canvas->cols + 1, sizeof *canvas->cells);
    canvas_clear(canvas);
}

struct rect canvas_all(const struct canvas *canvas)
{
    return (struct rect){0, 0, canvas->rows, canvas->cols};
}

void canvas_clear(struct canvas *canvas)
{
    canvas_fill(canvas, canvas_all(canvas), ROLE_TEXT);
    canvas_cursor(canvas, canvas->rows - 1, canvas->cols - 1);
}

static struct cell *cell_at(struct canvas *canvas, int row, int col)
{
    if (row < 0 || col < 0 || row >= canvas->rows || col >= canvas->cols)
        return NULL;
    return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

static struct rect clip(const struct canvas *canvas, struct rect area)
{
    int bottom = area.row + area.rows, right = area.col + area.cols;
    struct rect inside = {area.row > 0 ? area.row : 0, area.col > 0 ? area.col : 0, 0, 0};
    inside.rows = (bottom < canvas->rows ? bottom : canvas->rows) - inside.row;
    inside.cols = (right < canvas->cols ? right : canvas->cols) - inside.col;
    return inside;
}

// What is there twice as often each time: of a whole screen a tenth of the time that cell by cell takes.
static void fill_row(struct cell *at, size_t n, struct cell cell)
{
    at[0] = cell;
    for (size_t filled = 1; filled < n; filled *= 2)
        memcpy(at + filled, at, (filled < n - filled ? filled : n - filled) * sizeof *at);
}

void canvas_fill(struct canvas *canvas, struct rect area, enum role role)
{
    struct cell cell = blank;
    struct rect inside = clip(canvas, area);
    cell.role = (uint8_t)role;
    for (int row = 0; row < inside.rows && inside.cols > 0; row++)
        fill_row(cell_at(canvas, inside.row + row, inside.col), (size_t)inside.cols, cell);
}

void canvas_select(struct canvas *canvas, struct rect area)
{
    for (int row = area.row; row < area.row + area.rows; row++) {
        for (int col = area.col; col < area.col + area.cols; col++) {
            struct cell *cell = cell_at(canvas, row, col);
            if (cell)
                cell->flags |= CELL_SELECTED;
        }
    }
}

static void put_glyph(struct canvas *canvas, int row, int col, enum role role, enum glyph glyph)
{
    struct cell *cell = cell_at(canvas, row, col);
    if (!cell)
        return;
    const char *text = glyph_text(glyph, canvas->signs);
    *cell = (struct cell){.len = (uint8_t)strlen(text), .width = 1, .role = (uint8_t)role};
    memcpy(cell->text, text, cell->len);
}

void canvas_box(struct canvas *canvas, struct rect area, enum role role)
{
    int bottom = area.row + area.rows - 1, right = area.col + area.cols - 1;
    if (area.rows < 2 || area.cols < 2)
        return;
    for (int col = area.col + 1; col < right; col++) {
        put_glyph(canvas, area.row, col, role, GLYPH_HORIZONTAL);
        put_glyph(canvas, bottom, col, role, GLYPH_HORIZONTAL);
    }
    for (int row = area.row + 1; row < bottom; row++) {
        put_glyph(canvas, row, area.col, role, GLYPH_VERTICAL);
        put_glyph(canvas, row, right, role, GLYPH_VERTICAL);
    }
    put_glyph(canvas, area.row, area.col, role, GLYPH_TOP_LEFT);
    put_glyph(canvas, area.row, right, role, GLYPH_TOP_RIGHT);
    put_glyph(canvas, bottom, area.col, role, GLYPH_BOTTOM_LEFT);
    put_glyph(canvas, bottom, right, role, GLYPH_BOTTOM_RIGHT);
}

static int clamp(int value, int most)
{
    if (value > most)
        value = most;
    return value < 0 ? 0 : value;
}

void canvas_cursor(struct canvas *canvas, int row, int col)
{
    canvas->cursor_row = clamp(row, canvas->rows - 1);
    canvas->cursor_col = clamp(col, canvas->cols - 1);
}

void canvas_row_text(const struct canvas *canvas, int row, struct str *ret)
{
    size_t keep = ret->len;
    for (int col = 0; col < canvas->cols; col++) {
        const struct cell *cell = &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
        str_add_span(ret, span_make(cell->text, cell->len));
        if (cell->len != 1 || cell->text[0] != ' ')
            keep = ret->len;
    }
    str_cut(ret, keep);
}

struct rect rect_inside(struct rect area)
{
    struct rect inside = {area.row + 1, area.col + 1, area.rows - 2, area.cols - 2};
    inside.rows = inside.rows < 0 ? 0 : inside.rows;
    inside.cols = inside.cols < 0 ? 0 : inside.cols;
    return inside;
}

struct rect rect_rows(struct rect area, int from, int n)
{
    from = clamp(from, area.rows);
    return (struct rect){area.row + from, area.col, clamp(n, area.rows - from), area.cols};
}

struct pen pen_at(struct canvas *canvas, struct rect area, int row, int col)
{
    return (struct pen){.canvas = canvas, .area = area, .row = row, .col = col, .start = col};
}

int pen_left(const struct pen *pen)
{
    int left = pen->area.cols - pen->col;
    return left > 0 && pen->row >= 0 && pen->row < pen->area.rows ? left : 0;
}

void pen_move(struct pen *pen, int col)
{
    pen->col = col;
}

// Marks that the text went on. A wide character that loses its second half there goes, too.
static void mark_cut(struct pen *pen, enum role role)
{
    int row = pen->area.row + pen->row, col = pen->area.col + pen->area.cols - 1;
    struct cell *last = cell_at(pen->canvas, row, col);
    if (!last || pen->area.cols < 1)
        return;
    if (last->width == 0 && pen->area.cols > 1)
        *cell_at(pen->canvas, row, col - 1) = blank;
    put_glyph(pen->canvas, row, col, role == ROLE_TITLE ? role : ROLE_MUTED, GLYPH_MORE); // a title has paper
}

// One cluster of `width` columns. False when there is no room left.
static bool put_cluster(struct pen *pen, enum role role, struct span text, int width)
{
    if (pen->skip > 0) {
        pen->skip -= width;
        pen->start -= width; // tabs count from where the text began
        return true;
    }
    if (pen_left(pen) < width) {
        if (pen->row >= 0 && pen->row < pen->area.rows)
            mark_cut(pen, role);
        pen->col = pen->area.cols;
        return false;
    }
    struct cell *cell = cell_at(pen->canvas, pen->area.row + pen->row, pen->area.col + pen->col);
    if (cell) {
        *cell = (struct cell){
            .len = (uint8_t)text.len, .width = (uint8_t)width, .role = (uint8_t)role, .flags = cell->flags};
        memcpy(cell->text, text.at, text.len);
        if (width == 2 && cell_at(pen->canvas, pen->area.row + pen->row, pen->area.col + pen->col + 1))
            cell[1] = (struct cell){.width = 0, .role = (uint8_t)role};
    }
    pen->col += width;
    return true;
}

// A combining mark joins the cluster in front of it, as far as there is room. The Linux console would give it
// a column of its own.
static void put_mark(struct pen *pen, struct span mark)
{
    int col = pen->area.col + pen->col - 1;
    struct cell *cell = pen->col > 0 ? cell_at(pen->canvas, pen->area.row + pen->row, col) : NULL;
    if (cell && cell->width == 0)
        cell = cell_at(pen->canvas, pen->area.row + pen->row, col - 1);
    if (!cell || pen->canvas->signs != SIGNS_UNICODE || cell->len + mark.len > sizeof cell->text)
        return;
    memcpy(cell->text + cell->len, mark.at, mark.len);
    cell->len = (uint8_t)(cell->len + mark.len);
}

static bool put_escape(struct pen *pen, enum role role, struct span bytes)
{
    struct str safe = {0};
    utf8_make_safe(bytes, &safe);
    bool room = true;
    for (size_t i = 0; i < safe.len && room; i++)
        room = put_cluster(pen, role, span_make(safe.at + i, 1), 1);
    str_done(&safe);
    return room;
}

static bool put_tab(struct pen *pen, enum role role)
{
    bool room = true;
    do
        room = put_cluster(pen, role, span_make(" ", 1), 1);
    while (room && (pen->col - pen->start) % pen->tab != 0);
    return room;
}

static bool put_character(struct pen *pen, enum role role, struct span bytes, uint32_t c)
{
    if (c == '\t' && pen->tab > 0)
        return put_tab(pen, role);
    if (utf8_is_unsafe(c))
        return put_escape(pen, role, bytes);
    const char *other = glyph_instead(c, pen->canvas->signs);
    if (other)
        return put_cluster(pen, role, span_of(other), 1);
    int width = utf8_width(c);
    if (width == 0) {
        put_mark(pen, bytes);
        return true;
    }
    return put_cluster(pen, role, bytes, width);
}

// Printable ASCII as far as it fits, without looking at each character's width: nearly all that is ever
// drawn.
static size_t put_plain(struct pen *pen, enum role role, struct span text)
{
    int row = pen->area.row + pen->row, col = pen->area.col + pen->col;
    size_t room = pen->skip == 0 ? (size_t)pen_left(pen) : 0, n = 0;
    if (row < 0 || row >= pen->canvas->rows || col < 0 || col >= pen->canvas->cols)
        return 0;
    struct cell *cells = cell_at(pen->canvas, row, col);
    room = room < (size_t)(pen->canvas->cols - col) ? room : (size_t)(pen->canvas->cols - col);
    for (; n < text.len && n < room && text.at[n] >= 0x20 && text.at[n] < 0x7F; n++)
        cells[n] = (struct cell){
            .text = {text.at[n]}, .len = 1, .width = 1, .role = (uint8_t)role, .flags = cells[n].flags};
    pen->col += (int)n;
    return n;
}

void pen_span(struct pen *pen, enum role role, struct span text)
{
    while (text.len > 0) {
        text = span_from(text, put_plain(pen, role, text));
        if (text.len == 0)
            return;
        uint32_t c;
        unsigned n = utf8_decode(text, &c);
        if (!put_character(pen, role, span_first(text, n), c))
            return;
        text = span_from(text, n);
    }
}

void pen_text(struct pen *pen, enum role role, const char *text)
{
    if (text)
        pen_span(pen, role, span_of(text));
}

void pen_glyph(struct pen *pen, enum role role, enum glyph glyph)
{
    put_cluster(pen, role, span_of(glyph_text(glyph, pen->canvas->signs)), 1);
}

void pen_printf(struct pen *pen, enum role role, const char *format, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    pen_span(pen, role, str_span(&text));
    str_done(&text);
}

void pen_fill(struct pen *pen, enum role role, enum glyph glyph, int to_col)
{
    while (pen->col < to_col && pen_left(pen) > 0)
        pen_glyph(pen, role, glyph);
}

// Of the character at the front; *ret_len is its bytes.
static int columns_of_first(struct span text, unsigned *ret_len)
{
    uint32_t c;
    *ret_len = utf8_decode(text, &c);
    if (!utf8_is_unsafe(c))
        return utf8_width(c);
    struct str safe = {0};
    utf8_make_safe(span_first(text, *ret_len), &safe);
    int columns = (int)safe.len;
    str_done(&safe);
    return columns;
}

int text_columns(struct span text)
{
    int columns = 0;
    for (unsigned n; text.len > 0; text = span_from(text, n))
        columns += columns_of_first(text, &n);
    return columns;
}

bool text_take(struct span *rest, int columns, struct span *ret_front)
{
    size_t end = 0, gap = 0;
    int used = 0;
    if (rest->len == 0)
        return false;
    for (unsigned n; end < rest->len; end += n) {
        used += columns_of_first(span_from(*rest, end), &n);
        if (used > columns && end > 0)
            break;
        if (rest->at[end] == ' ')
            gap = end;
    }
    if (end < rest->len && gap > end / 2)
        end = gap + 1;
    *ret_front = span_first(*rest, end);
    *rest = span_from(*rest, end);
    return true;
}
