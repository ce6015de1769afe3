// Flags of subcommands: tables that are parsed, and printed as help, alike.
#ifndef D5_TUI_CLI_FLAGS_H
#define D5_TUI_CLI_FLAGS_H

#include <stddef.h>

#include "core/base/error.h"
#include "tui/cli.h"

// Takes a flag's value (NULL for a switch) into what `context` points to. On false, err says what is wrong
// with the value and what would be right; the flag's name is put in front of it.
typedef bool cli_take_fn(void *context, const char *value, struct error *err);

struct cli_flag {
    const char *name;   // "--namespace"
    const char *letter; // "-n", or NULL
    const char *value;  // stands for its value in the help: "NAMESPACE"; NULL: a switch
    const char *help;
    cli_take_fn *take;
};

struct cli_flags { // one table and what its flags write to
    const struct cli_flag *items;
    size_t n;
    void *context;
    const char *title; // above it in the help, or NULL
};

struct cli_syntax {
    const struct cli_flags *tables;
    size_t n_tables;
    cli_take_fn *operand; // takes what is no flag; NULL: nothing else is taken
    void *operand_context;
};

enum cli_parsed { CLI_PARSED, CLI_PARSED_HELP, CLI_PARSED_WRONG };

// Reads argv[1] on: "--name value", "--name=value", "-n value", "-nvalue"; "--" ends flags. CLI_PARSED_HELP
// when --help was met.
enum cli_parsed cli_parse(const struct cli_syntax *syntax, int argc, char **argv, struct error *err);

// Usage, one line on what it does, and every flag, to standard output.
void cli_print_help(const struct cli_command *command, const struct cli_syntax *syntax);

// "\"x\" is none of yaml, json, …". Returns false.
bool cli_fail_choice(struct error *err, const char *value, const char *choices);

#endif
