// Views over the whole screen: findings, the matrix, the timeline … Each is one file with one const table of
// operations, and one line in view_commands.c, which gives it its name, its key and its help.
//
// A view is rows under columns, of which one is current; Enter opens the line of evidence that it rests on,
// and q goes back to the view. Views lie on a stack: what a view opens lies on it. They are filled when they
// are looked at and the case is another one than before, so nothing that they show goes stale.
#ifndef D5_TUI_VIEW_H
#define D5_TUI_VIEW_H

#include "core/base/arena.h"
#include "core/model/place.h"
#include "tui/canvas.h"
#include "tui/list.h"
#include "tui/prose.h"
#include "tui/table.h"

struct command;
struct ui;
struct view;

struct view_cell {
    const char *text; // in the view's arena, or of something that lives as long as the program; or NULL
    enum role role;
    struct place place; // where the view has cells: Enter opens it; line 0: there is none
};

struct view_row {
    struct view_cell cells[TABLE_COLUMNS]; // in the order of the columns; of a heading the first only
    enum glyph glyph;                      // in front of the first cell, where `signed_` says so
    bool signed_;
    bool heading;              // cannot be selected
    int depth;                 // how far it is set in
    const char *finding;       // "F-004" where it is about one
    struct place place;        // Enter opens it; place_is_set says whether there is one
    const struct command *run; // Enter runs it; or NULL
    size_t index;              // the view's own number for it
};

struct view_ops {
    const char *title;            // "Findings"
    unsigned scope;               // of the commands that only it has; 0: none
    const struct column *columns; // NULL: a mark, the text, and something muted at the right
    size_t n_columns;
    size_t first_cell; // not 0: from this column on Left and Right choose a cell, and Enter opens its line
    int detail_rows;   // not 0: so many are enough for what there is to say of a row
    int grid_columns;  // not 0: a grid; so many columns of the screen are a row's, side by side
    size_t state_size; // of view->state
    void (*fill)(struct ui *ui, struct view *view);                    // makes the rows
    int (*head)(struct ui *ui, struct view *view, struct rect area);   // drawn above; its rows; or NULL
    void (*detail)(struct ui *ui, struct view *view, struct prose *p); // on the current row; NULL: its words
    void (*enter)(struct ui *ui, struct view *view);         // NULL: opens its line, runs its command
    const char *enter_label;                                 // in the key line; NULL: "open"
    bool (*cancel)(struct ui *ui, struct view *view);        // before Esc and q go back; false: there is
                                                             // nothing that waits; or NULL
    void (*shift)(struct ui *ui, struct view *view, int by); // Left and Right; or NULL
    void (*done)(struct view *view);                         // what hangs on the state; or NULL
};

struct view {
    const struct view_ops *ops;
    struct view *below; // where q goes; NULL: to what was there before
    int from;           // enum screen: what was shown then
    struct arena arena; // what the rows' texts lie in; emptied before it is filled
    const char *note;   // behind the title, in the arena; or NULL
    struct view_row *rows;
    size_t n, cap;
    struct list list;         // over the rows; of a grid over its lines
    int across;               // cells of a grid beside one another, as last drawn
    int wants[TABLE_COLUMNS]; // widest text of each column
    int detail_skip;          // rows of the detail that lie above
    size_t column;            // of the chosen cell
    size_t detail_of;         // the row that it told of
    bool fresh;               // filled for the case as it is
    bool changed;             // for `fill`: the case is another one, not just the view
    void *state;              // zeroed when the view was opened
};

void view_open(struct ui *ui, const struct view_ops *ops);         // instead of what is open
struct view *view_push(struct ui *ui, const struct view_ops *ops); // on it; its state may still be set
void view_back(struct ui *ui);                                     // whatever waits
void view_leave(struct ui *ui);                                    // a key's: what waits is cancelled first
void view_close_all(struct ui *ui);
void view_refresh(struct ui *ui); // the case is another one now

// For `fill`. A row that was added is good until the next one is.
struct view_row *view_add(struct view *view, enum role role, const char *mark, const char *text);
struct view_row *view_add_heading(struct view *view, enum role role, const char *text);
void view_cell(struct view *view, size_t column, enum role role, const char *format, ...)
    __attribute__((format(printf, 4, 5))); // of the row that was added last

// For the rest. NULL: nothing is selected.
const struct view_row *view_current(struct ui *ui, struct view *view);
bool view_has_entry(const struct view *view);                      // false: it is known that none is selected
struct place view_current_place(struct ui *ui, struct view *view); // of the chosen cell, else of the row
void view_tell_place(struct ui *ui, struct place place, struct prose *p); // its words, verbatim, and where

// Keys.
void view_move(struct ui *ui, long by);
void view_page(struct ui *ui, int direction);
void view_sideways(struct ui *ui, int by);
void view_scroll_detail(struct ui *ui, int by);
void view_enter(struct ui *ui);
void view_open_place(struct ui *ui, struct place place); // in the evidence pane; q comes back

void view_draw(struct ui *ui, struct rect area);
void view_title(struct ui *ui, struct str *ret);

#endif
