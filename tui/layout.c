// The screen's geometry: pure arithmetic, so that it can be tested without a screen.
#include "tui/layout.h"

enum { WIDE = 132, MIDDLE = 100, NARROW = 60, LOW = 16 };

bool rect_is_empty(struct rect area)
{
    return area.rows <= 0 || area.cols <= 0;
}

static enum layout_kind kind_of(int rows, int cols)
{
    if (cols < NARROW || rows < LOW)
        return LAYOUT_TINY;
    if (cols < MIDDLE)
        return LAYOUT_NARROW;
    return cols < WIDE ? LAYOUT_MIDDLE : LAYOUT_WIDE;
}

// A third of the width each for checklist and report at first; the evidence gets what more there is, since
// its lines are the longest.
static void place_wide(struct layout *l, struct rect body)
{
    int side = body.cols * 28 / 100;
    if (side > 56)
        side = 56;
    int middle = body.cols - 2 * side;
    l->panes[PANE_CHECKLIST] = (struct rect){body.row, body.col, body.rows, side};
    l->panes[PANE_EVIDENCE] = (struct rect){body.row, side, body.rows, middle};
    l->panes[PANE_REPORT] = (struct rect){body.row, side + middle, body.rows, side};
}

static void place_middle(struct layout *l, struct rect body)
{
    int left = body.cols * 38 / 100, upper = body.rows * 55 / 100;
    l->panes[PANE_CHECKLIST] = (struct rect){body.row, 0, body.rows, left};
    l->panes[PANE_EVIDENCE] = (struct rect){body.row, left, upper, body.cols - left};
    l->panes[PANE_REPORT] = (struct rect){body.row + upper, left, body.rows - upper, body.cols - left};
}

struct layout layout_make(int rows, int cols, enum pane focus, bool zoomed)
{
    struct layout l = {.kind = kind_of(rows, cols)};
    int last = rows > 0 ? rows - 1 : 0;
    l.keys = l.message = (struct rect){last, 0, rows > 0 ? 1 : 0, cols};
    if (zoomed) {
        int title = rows >= LOW; // says whose text it is
        l.title = (struct rect){0, 0, title, cols};
        l.panes[focus] = (struct rect){title, 0, last - title, cols};
        return l;
    }
    l.title = (struct rect){0, 0, rows > 1 ? 1 : 0, cols};
    if (l.kind == LAYOUT_TINY) {
        l.panes[focus] = (struct rect){1, 0, rows > 2 ? rows - 2 : 0, cols};
        return l;
    }
    l.strip = (struct rect){rows - 2, 0, 1, cols};
    struct rect body = {1, 0, rows - 3, cols};
    switch (l.kind) {
    case LAYOUT_WIDE:
        place_wide(&l, body);
        break;
    case LAYOUT_MIDDLE:
        place_middle(&l, body);
        break;
    default:
        l.tabs = (struct rect){1, 0, 1, cols};
        l.panes[focus] = (struct rect){2, 0, body.rows - 1, cols};
        break;
    }
    return l;
}

void layout_take_title(struct layout *l, enum pane pane)
{
    struct rect *area = &l->panes[pane];
    area->row -= l->title.rows;
    area->rows += l->title.rows;
    l->title.rows = 0;
}
