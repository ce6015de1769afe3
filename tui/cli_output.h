// Where a subcommand's result goes: standard output, or a file that is there whole or not at all.
#ifndef D5_TUI_CLI_OUTPUT_H
#define D5_TUI_CLI_OUTPUT_H

#include "core/base/error.h"
#include "core/base/span.h"

// NULL or "-" is standard output. A file is written beside its place (0600) and moved there when it is on the
// disk; an existing device or pipe is written to as it is.
bool cli_write(const char *path, struct span text, struct error *err);

#endif
