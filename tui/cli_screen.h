// Starting the screen from the command line.
#ifndef D5_TUI_CLI_SCREEN_H
#define D5_TUI_CLI_SCREEN_H

#include "tui/cli.h"
#include "tui/view_ui.h"

extern const struct cli_command cli_screen, cli_open, cli_demo, cli_theme;

// Runs the screen; what keeps it from running is said on standard error. Returns the exit status.
int cli_run_screen(const struct ui_config *config);

#endif
