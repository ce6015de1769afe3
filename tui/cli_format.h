// The flags --format and -o of subcommands that print a report.
#ifndef D5_TUI_CLI_FORMAT_H
#define D5_TUI_CLI_FORMAT_H

#include "core/report/format.h"
#include "tui/cli_flags.h"

struct cli_format { // zero-initialized: yaml to standard output
    const struct report_format *format;
    const char *output;
};

struct cli_flags cli_format_flags(struct cli_format *f);

// Writes the report where the flags say.
bool cli_format_write(const struct cli_format *f, const struct report *report, struct error *err);

#endif
