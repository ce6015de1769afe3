// The columns of a table: how wide each is drawn, given what stands in it and how much room there is. Pure
// arithmetic, so that it can be tested without a screen.
#ifndef D5_TUI_TABLE_H
#define D5_TUI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS = 10, TABLE_GAP = 2 }; // between two columns

struct column {
    const char *title; // NULL: none; where no column has one there is no row of titles
    int least;         // columns of the screen that it needs
    int most;          // that it takes at most; 0: all that the others leave
    unsigned rank;     // where the room does not do, the highest rank goes first; 0 always stays
    bool right;        // set to the right: numbers
};

// `wants` is what the widest text of each column takes, `room` what there is. ret[i] is the width of column
// i, 0 where it is left out.
void table_fit(const struct column *columns, size_t n, const int *wants, int room, int *ret);

bool table_has_titles(const struct column *columns, size_t n);

#endif
