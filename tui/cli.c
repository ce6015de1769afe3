// Finds the subcommand and runs it. Each subcommand is one file, cli_NAME.c, with one record.
#include "tui/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "tui/cli_screen.h"

const struct cli_command *const cli_commands[] = {
    &cli_screen,  //
    &cli_demo,    //
    &cli_run,     //
    &cli_recheck, //
    &cli_open,    //
    &cli_report,  //
    &cli_cases,   //
    &cli_export,  //
    &cli_search,  //
    &cli_trace,   //
    &cli_policy,  //
    &cli_sop,     //
    &cli_theme,   //
    &cli_doctor,  //
    NULL,         // one line a subcommand
};

static void print_help(FILE *to)
{
    fputs("d5tui " D5_VERSION ", an incident workbench for \"D5 — DNS Failures from Pods\"\n\n", to);
    for (size_t i = 0; cli_commands[i]; i++)
        fprintf(to, "  d5tui %s%s%s\n      %s\n", cli_commands[i]->name, cli_commands[i]->name[0] ? " " : "",
                cli_commands[i]->usage, cli_commands[i]->help);
}

int cli_error(int status, const char *format, ...)
{
    struct str text = {0}, safe = {0};
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    utf8_make_safe(str_span(&text), &safe);
    fprintf(stderr, "d5tui: %s\n", str_text(&safe));
    str_done(&text);
    str_done(&safe);
    return status;
}

int cli_main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return CLI_OK;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        puts("d5tui " D5_VERSION);
        return CLI_OK;
    }
    if (argc < 2 || argv[1][0] == '-')
        return cli_screen.run(argc, argv);
    for (size_t i = 0; cli_commands[i]; i++) {
        if (strcmp(argv[1], cli_commands[i]->name) == 0)
            return cli_commands[i]->run(argc - 1, argv + 1);
    }
    return cli_error(CLI_USAGE, "unknown command \"%s\"; see d5tui --help", argv[1]);
}
