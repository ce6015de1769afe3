// What is known of the terminal before a byte is sent to it: by its name, by terminfo, and by the locale.
// Inside tui/term*.c; the terminal itself is never asked.
#ifndef D5_TUI_TERM_INFO_H
#define D5_TUI_TERM_INFO_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/str.h"
#include "tui/glyph.h"
#include "tui/theme.h"

// For all of these: setupterm or newterm was called.

// Whether it knows private modes; vt100 and its like take them for text, and are not sent any.
bool term_knows_modes(void);

// Whether it may be told where a frame begins and ends (mode 2026), so that it shows no half of one:
// terminfo's own "Sync", names of terminals that are known to have it, and those that say they take xterm's
// sequences (XT), which pass over modes that they do not know.
bool term_knows_frames(const char *name);

// Whether it can scroll a part of its screen, both ways, and keep the cursor.
bool term_knows_scrolling(void);

// Whether it shows again, once left, what stood on it before.
bool term_keeps_screen(void);

// What makes it scroll the rows [top, bottom] up by `by` (down where that is negative); what comes in is
// blank, cursor and colours are as before.
void term_add_scroll(struct str *out, int top, int bottom, int by);

// The terminal once more, to be read without waiting: a flag on standard input would be the shell's, too. -1:
// it cannot be opened.
int term_open_input(struct error *err);

// ASCII where the locale is not UTF-8. The Linux console is known by its name alone, here or behind ssh; in
// tmux or screen on it, it is not.
enum signs term_find_signs(void);

enum depth term_find_depth(void); // NO_COLOR is minded

// Says why there is no screen, and what goes without one. Returns false.
bool term_refuse(struct error *err, const char *why);

#endif
