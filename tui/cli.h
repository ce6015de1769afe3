// The command line: one record a subcommand; usage, help and the manual page come from this one table.
#ifndef D5_TUI_CLI_H
#define D5_TUI_CLI_H

enum { // exit statuses (contract, section 2)
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_UNKNOWN = 3, // inconclusive, cannot tell
    CLI_BLOCKED = 4, // blocked, still there
};

struct cli_command {
    const char *name;
    const char *usage;                 // behind "d5tui NAME "
    const char *help;                  // one line
    int (*run)(int argc, char **argv); // argv[0] is the subcommand's name
};

// Every subcommand; the one without a name is the screen. NULL ends it.
extern const struct cli_command *const cli_commands[];

extern const struct cli_command cli_cases;
extern const struct cli_command cli_doctor;
extern const struct cli_command cli_export;
extern const struct cli_command cli_recheck;
extern const struct cli_command cli_report;
extern const struct cli_command cli_run;
extern const struct cli_command cli_search;
extern const struct cli_command cli_policy;
extern const struct cli_command cli_sop;
extern const struct cli_command cli_trace;

// argv as main gets it. Returns the exit status.
int cli_main(int argc, char **argv);

// Prints "d5tui: …" to standard error, made safe for a terminal, and returns `status`.
int cli_error(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
