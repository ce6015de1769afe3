// A list over the whole screen: findings, causes, the timeline, help, the palette. One kind of view, filled
// by one function each; Enter does what the entry is for.
#ifndef D5_TUI_VIEW_OVERVIEW_H
#define D5_TUI_VIEW_OVERVIEW_H

#include "core/base/arena.h"
#include "core/model/place.h"
#include "tui/canvas.h"
#include "tui/keymap.h"
#include "tui/list.h"

struct ui;

struct overview_row {
    const char *mark; // "F-004", "Enter": a column of its own
    const char *text;
    const char *aside; // muted, at the right; or NULL
    enum role role;    // of mark and text
    int depth;
    bool heading;              // cannot be selected
    const char *finding;       // "F-004", or NULL
    struct place place;        // Enter opens it; place_is_set says whether there is one
    const struct command *run; // Enter runs it; or NULL
};

struct overview {       // zero-initialized is empty
    struct arena arena; // owns the rows' texts
    const char *title;
    struct overview_row *rows;
    size_t n, cap;
    int mark_width;
    struct list list;
};

void overview_done(struct overview *overview);
void overview_begin(struct overview *overview, const char *title); // empties it
struct overview_row *overview_add(struct overview *overview, enum role role, const char *mark,
                                  const char *text);
void overview_move(struct overview *overview, long by); // over headings

void view_overview_open(struct ui *ui); // shows what was filled in
void view_overview_enter(struct ui *ui);
void view_overview_draw(struct ui *ui, struct rect area);

// What there is to list.
void view_help_open(struct ui *ui);
void view_findings_open(struct ui *ui);
void view_causes_open(struct ui *ui);
void view_timeline_open(struct ui *ui);

#endif
