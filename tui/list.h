// A list that is longer than its window: which entry is current, and which is on the first row.
#ifndef D5_TUI_LIST_H
#define D5_TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {   // zero-initialized is an empty one
    size_t n;   // entries
    size_t at;  // the current one
    size_t top; // on the first row
    int rows;   // of the window
};

void list_size(struct list *list, size_t n, int rows); // keeps the current entry in sight
void list_move(struct list *list, long by);            // stops at both ends
void list_lead(struct list *list, size_t above); // brings so many entries above the current one into sight
void list_go(struct list *list, size_t at);

#endif
