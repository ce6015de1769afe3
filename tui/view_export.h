// Writing the report where a person wants it.
#ifndef D5_TUI_VIEW_EXPORT_H
#define D5_TUI_VIEW_EXPORT_H

struct ui;

void view_export_ask(struct ui *ui);

#endif
