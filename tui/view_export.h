// Commands that ask for words: export, pin and exclude, the palette.
#ifndef D5_TUI_VIEW_EXPORT_H
#define D5_TUI_VIEW_EXPORT_H

struct ui;

void view_export_ask(struct ui *ui);
void view_pin(struct ui *ui); // the finding on the current line, or of the current entry
void view_exclude(struct ui *ui);
void view_palette_open(struct ui *ui);

#endif
