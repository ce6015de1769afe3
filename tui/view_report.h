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

enum report_kind { REPORT_FACT, REPORT_DETAIL, REPORT_FIX, REPORT_NOTE };

struct report_text { // what a line of the report is to a person
    enum report_kind kind;
    const char *step; // of a note; NULL: the whole case's
    const char *text; // that can be written anew; borrowed
};

struct report_view { // zero-initialized is empty
    struct str text;
    struct report_line *lines;
    size_t n, cap;
    struct report_row *rows;
    size_t n_rows, cap_rows;
    int cols;            // that the rows were made for; 0: make them anew
    struct list list;    // over the rows
    size_t want;         // the line to go to once the rows are there, from 1; 0: none
    bool marked;         // some line is marked as changed
    const char *editing; // the step whose note is written
};

void report_view_done(struct report_view *view);
void view_report_refresh(struct ui *ui); // the report may be another one now
void view_report_settle(struct ui *ui);  // takes the marks away
void view_report_title(const struct ui *ui, struct str *ret);
void view_report_draw(struct ui *ui, struct rect area);

// The place that the current line rests on. False: none.
bool view_report_place(const struct ui *ui, struct place *ret);

void view_report_open(void *ui); // the evidence of the current line, or its text to be edited
void view_report_back(void *ui); // from a line of evidence: the entry of the report that rests on it

// view_report_edit.c
struct report_text view_report_text(const struct ui *ui); // of the current line
void view_report_edit(void *ui);

#endif
