// The report pane: the YAML as it will be exported. What just changed is marked for a moment; a line leads to
// the evidence that it rests on.
#ifndef D5_TUI_VIEW_REPORT_H
#define D5_TUI_VIEW_REPORT_H

#include "core/base/str.h"
#include "core/model/place.h"
#include "tui/canvas.h"
#include "tui/list.h"

struct ui;

struct report_line {
    struct span text; // in `text` below
    bool changed;
};

struct report_row { // a line may take several rows
    size_t line;
    struct span text;
    bool first;
};

struct report_view { // zero-initialized is empty
    struct str text;
    struct report_line *lines;
    size_t n, cap;
    struct report_row *rows;
    size_t n_rows, cap_rows;
    int cols;         // that the rows were made for; 0: make them anew
    struct list list; // over the rows
    bool marked;      // some line is marked as changed
};

void report_view_done(struct report_view *view);
void view_report_refresh(struct ui *ui); // the report may be another one now
void view_report_settle(struct ui *ui);  // takes the marks away
void view_report_title(const struct ui *ui, struct str *ret);
void view_report_draw(struct ui *ui, struct rect area);

// The place that the current line rests on. False: none.
bool view_report_place(const struct ui *ui, struct place *ret);

#endif
