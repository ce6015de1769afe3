// How the screen is cut up, by its size alone: wide (≥ 132 columns) three panes side by side; middle
// (100–131) the checklist beside evidence above report; narrow (60–99) one pane at a time under tabs; tiny
// (under 60×16) a status line and the current step.
#ifndef D5_TUI_LAYOUT_H
#define D5_TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/canvas.h"

enum layout_kind { LAYOUT_WIDE, LAYOUT_MIDDLE, LAYOUT_NARROW, LAYOUT_TINY };

enum pane { PANE_CHECKLIST, PANE_EVIDENCE, PANE_REPORT, PANE_COUNT };

struct layout {
    enum layout_kind kind;
    struct rect title;             // one row, or none
    struct rect tabs;              // narrow: one row; else empty
    struct rect panes[PANE_COUNT]; // with their frames; empty where a pane is not shown
    struct rect strip;             // the path strip: one row; empty when tiny
    struct rect message;           // shares the last row with the key line
    struct rect keys;              // the key line
};

// `focus` is the pane that has the keys: the one that is shown where there is room for one. `zoomed`: it has
// all of the screen but the last row and, where there is room, the title.
struct layout layout_make(int rows, int cols, enum pane focus, bool zoomed);

// Gives a zoomed pane the title's row, too.
void layout_take_title(struct layout *l, enum pane pane);

bool rect_is_empty(struct rect area);

#endif
