// A grid of cells that views draw into. No curses here: term.c brings it to a terminal, tests read it as
// text.
//
// Whatever is drawn is made safe on the way: control bytes, bidi and zero-width characters, invalid UTF-8
// become visible escapes (core/base/utf8.h), so nothing that came from outside reaches a terminal as it is.
#ifndef D5_TUI_CANVAS_H
#define D5_TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"
#include "core/base/str.h"
#include "tui/glyph.h"
#include "tui/role.h"

enum {
    CELL_SELECTED = 1, // on the selected row: the theme lays its selection over the role
};

struct cell {
    char text[12]; // one cluster of UTF-8, not terminated; empty behind a wide one
    uint8_t len;   // bytes in text
    uint8_t width; // columns: 1 or 2; 0 behind a wide one
    uint8_t role;  // enum role
    uint8_t flags; // CELL_…
};

struct rect {
    int row, col, rows, cols;
};

struct canvas { // zero-initialized is empty and valid
    int rows, cols;
    struct cell *cells;         // row by row
    int cursor_row, cursor_col; // where the hardware cursor rests: the current line
    enum signs signs;           // which forms the terminal can show
};

void canvas_done(struct canvas *canvas);
void canvas_resize(struct canvas *canvas, int rows, int cols); // blank afterwards
void canvas_clear(struct canvas *canvas);                      // blanks in role text, cursor at the last cell
struct rect canvas_all(const struct canvas *canvas);
void canvas_fill(struct canvas *canvas, struct rect area, enum role role); // blanks
void canvas_select(struct canvas *canvas, struct rect area);               // CELL_SELECTED on all of it
void canvas_box(struct canvas *canvas, struct rect area, enum role role);  // a frame at its edge
void canvas_cursor(struct canvas *canvas, int row, int col);               // clipped to the canvas
void canvas_row_text(const struct canvas *canvas, int row,
                     struct str *ret); // appended, blanks at the end cut

// The rect without its frame; never negative.
struct rect rect_inside(struct rect area);
// Rows [from, from + n) of the rect; clipped to it.
struct rect rect_rows(struct rect area, int from, int n);

// A pen writes from left to right on one row of an area. What does not fit is cut, with the sign for "goes
// on" in the area's last column.
struct pen {
    struct canvas *canvas;
    struct rect area;
    int row, col; // inside the area
    int skip;     // columns still to leave out at the left: a view that was moved sideways
    int tab;      // >0: a tab moves to the next column that is a multiple of this; 0: it is an escape
    int start;    // the column that tabs count from
};

struct pen pen_at(struct canvas *canvas, struct rect area, int row, int col);
void pen_span(struct pen *pen, enum role role, struct span text);
void pen_text(struct pen *pen, enum role role, const char *text); // NULL writes nothing
void pen_glyph(struct pen *pen, enum role role, enum glyph glyph);
void pen_printf(struct pen *pen, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pen_fill(struct pen *pen, enum role role, enum glyph glyph, int to_col); // repeats up to that column
void pen_move(struct pen *pen, int col);                                      // blanks are left as they are
int pen_left(const struct pen *pen);                                          // columns that are still free

// Columns that the text takes on the screen when it was made safe.
int text_columns(struct span text);

// Takes the front of *rest that fits into so many columns off it, up to a blank where there is one not too
// far back. False at the end of the text.
bool text_take(struct span *rest, int columns, struct span *ret_front);

#endif
