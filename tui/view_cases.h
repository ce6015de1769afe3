// What the views of cases share.
#ifndef D5_TUI_VIEW_CASES_H
#define D5_TUI_VIEW_CASES_H

#include "core/report/redact.h"

struct cases;
struct report;
struct ui;

void cases_free(struct cases *cases); // takes NULL

// Packs it on a worker, and says what became of it.
void view_cases_pack(struct ui *ui, const char *id, enum redact_level level, const char *path);

void view_pack_push(struct ui *ui, const char *id); // view_pack.c: what is taken out, and where to

// view_case_pair.c: one report to read, and two side by side; the latter takes the reports over.
void view_report_of_case(struct ui *ui, const char *id, const struct report *report);
void view_pair_open(struct ui *ui, char *const ids[2], struct report *const reports[2]);

#endif
