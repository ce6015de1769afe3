// A text of any length in a window: verbatim lines with their numbers, a current line that is marked in the
// margin, notes written under the lines that they rest on, search, and a filter that keeps matching lines.
//
// Lines are counted from 1 and asked from a source when they are drawn, so gigabytes are fine.
#ifndef D5_TUI_PAGER_H
#define D5_TUI_PAGER_H

#include "core/base/str.h"
#include "core/door/match.h"
#include "tui/canvas.h"

struct pager_source {
    bool (*line)(void *data, uint32_t line, struct str *ret); // false: no such line
    uint32_t (*count)(void *data);                            // lines that there are, as far as is known
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
    uint32_t at, top; // positions: the current one, and that on the first row; from 0
    bool numbered;    // line numbers stand in front; else only the mark
    int rows, cols;   // of the window
    int left;         // columns that it is moved to the right
    uint32_t *kept;   // the filter: lines that it keeps, in order; NULL: all
    size_t n_kept, cap_kept;
    bool filtered;
    uint32_t filter_next; // the first line that the filter has not looked at
    struct match *match;  // what is searched for, or NULL
    struct match_room *room;
    struct str line; // the one at hand
};

void pager_done(struct pager *pager);

// Shows another text, from its first line.
void pager_show(struct pager *pager, struct pager_source source, const struct pager_note *notes, size_t n);

uint32_t pager_count(const struct pager *pager); // positions: lines that the filter keeps
uint32_t pager_line(const struct pager *pager);  // the current line's number; 0 when there is none
void pager_move(struct pager *pager, long by);
void pager_page(struct pager *pager, int direction);
void pager_go(struct pager *pager, uint32_t position);     // UINT32_MAX: the last one
void pager_centre(struct pager *pager, uint32_t position); // into the upper third of the window
void pager_go_line(struct pager *pager, uint32_t line);    // the same by its number

// Draws into the area and puts the hardware cursor on the current line.
void pager_draw(struct pager *pager, struct canvas *canvas, struct rect area);

// The pattern (PCRE2; without upper case it ignores case). NULL or "" takes it away. False: the pattern is
// wrong, the old one stays.
bool pager_set_match(struct pager *pager, struct span pattern, struct error *err);

// Looks at `most` positions, from `from` on in a direction of 1 or -1. *ret is the position of the first
// match, or where to go on (UINT32_MAX at the end of the text).
bool pager_find(struct pager *pager, uint32_t from, int direction, uint32_t most, uint32_t *ret);

// The filter: begins to keep only what matches; pager_filter_on looks at `most` more lines and says whether
// there are more. Off: all lines again; the current line stays current.
void pager_filter_begin(struct pager *pager);
bool pager_filter_on(struct pager *pager, uint32_t most);
void pager_filter_off(struct pager *pager);

#endif
