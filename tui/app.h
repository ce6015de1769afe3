// The program on a terminal: keys and time in, frames out.
#ifndef D5_TUI_APP_H
#define D5_TUI_APP_H

#include "core/base/error.h"
#include "tui/view_ui.h"

// Runs the screen until it is left. Returns the exit status; -1 with an error where there is no screen to run
// on.
int app_run(const struct ui_config *config, struct error *err);

#endif
