// A text of any length in a window: verbatim lines with their numbers, a current line that is marked in the
// margin, notes written under the lines that they rest on, matches set off, and of all lines only those that
// are to be kept.
//
// Lines are counted from 1 and asked from a source when they are drawn, so gigabytes are fine.
#ifndef D5_TUI_PAGER_H
#define D5_TUI_PAGER_H

#include "core/base/lineset.h"
#include "core/base/str.h"
#include "core/door/match.h"
#include "tui/canvas.h"

struct pager_source {
    // Of a line the text from byte `from` on, as much as a window can show. False: no such line.
    bool (*line)(void *data, uint32_t line, uint64_t from, struct str *ret);
    uint32_t (*count)(void *data); // lines that there are, as far as is known
    void *data;
};

struct pager_note { // written under a line
    uint32_t line;
    uint32_t column;  // byte where the matter begins: a very long line is shown from near there
    enum role role;   // of the margin's mark and of the words
    const char *text; // borrowed; NULL: only the mark
};

struct pager { // zero-initialized shows nothing
    struct pager_source source;
    const struct pager_note *notes; // by line; borrowed
    size_t n_notes;
    uint32_t at, top;          // positions: the current one, and that on the first row; from 0
    bool numbered;             // line numbers stand in front; else only the mark
    bool bare;                 // nothing but the text, long lines over several rows: for copying
    int rows, cols;            // of the window
    int left;                  // columns that it is moved to the right
    bool see_match;            // it is to be moved to the match of the current line
    struct lineset *kept;      // the lines that are shown; NULL: all. Borrowed
    const struct match *match; // what is set off, or NULL; borrowed
    struct match_room *room;
    struct str line; // the one at hand
};

void pager_done(struct pager *pager);

// Shows another text, from its first line, all of it.
void pager_show(struct pager *pager, struct pager_source source, const struct pager_note *notes, size_t n);
void pager_keep(struct pager *pager, struct lineset *kept); // NULL: all; goes to the first position

uint32_t pager_count(const struct pager *pager); // positions: lines that are kept
uint32_t pager_line(const struct pager *pager);  // the current line's number; 0 when there is none
void pager_move(struct pager *pager, long by);
void pager_page(struct pager *pager, int direction);
void pager_go(struct pager *pager, uint32_t position);     // UINT32_MAX: the last one
void pager_centre(struct pager *pager, uint32_t position); // into the upper third of the window
void pager_go_line(struct pager *pager, uint32_t line);    // the same by its number

// Moves the window sideways as far as it takes to see the first match of the current line.
void pager_see_match(struct pager *pager);

// Draws into the area and puts the hardware cursor on the current line.
void pager_draw(struct pager *pager, struct canvas *canvas, struct rect area);

#endif
