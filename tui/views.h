// The views over the whole screen, each a file, and what some of them share with the commands and with one
// another.
#ifndef D5_TUI_VIEWS_H
#define D5_TUI_VIEWS_H

#include "core/model/claim.h"
#include "tui/view.h"

// The commands that open them; each takes the ui.
void view_help_open(void *ui);
void view_palette_open(void *ui);
void view_findings_open(void *ui);
void view_causes_open(void *ui);
void view_timeline_open(void *ui);
void view_diff_open(void *ui);
void view_path_open(void *ui);
void view_nodes_open(void *ui);
void view_matrix_open(void *ui);
void view_sop_open(void *ui);
void view_cases_open(void *ui);
void view_export_open(void *ui);
void view_capture_open(void *ui);

// view_timeline.c
void view_timeline_zoom_in(void *ui);
void view_timeline_zoom_out(void *ui);
void view_timeline_pivot(void *ui); // the current row's time

// view_cases.c
void view_cases_read(void *ui);    // what the current case came to
void view_cases_compare(void *ui); // marks it, or lays it beside the marked one
void view_cases_export(void *ui);

// view_capture.c
void view_capture_take(void *ui);      // shows the plan of the step that captures
void view_capture_tick(struct ui *ui); // while one is taken: looks how far it has come

// view_findings.c
void view_pin(struct ui *ui); // the finding on the current line, or of the current entry
void view_exclude(struct ui *ui);
void view_tell_claim(struct ui *ui, const struct claim *claim, struct prose *p);

#endif
