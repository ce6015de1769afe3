// d5tui theme lint: checks theme files.
#include <stdio.h>
#include <string.h>

#include "tui/cli_flags.h"
#include "tui/cli_screen.h"
#include "tui/theme.h"

static int run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        cli_print_help(&cli_theme, &(struct cli_syntax){0});
        return CLI_OK;
    }
    if (argc < 3 || strcmp(argv[1], "lint") != 0)
        return cli_error(CLI_USAGE, "theme: write d5tui theme lint FILE…");
    int status = CLI_OK;
    for (int i = 2; i < argc; i++) {
        struct theme theme;
        struct error err = {{0}};
        if (theme_load(&theme, argv[i], &err))
            printf("%s: good (%s)\n", argv[i], theme.name);
        else
            status = cli_error(CLI_FAILED, "%s", err.text);
    }
    return status;
}

const struct cli_command cli_theme = {
    .name = "theme",
    .usage = "lint FILE…",
    .help = "checks theme files",
    .run = run,
};
