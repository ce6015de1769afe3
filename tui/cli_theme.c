// d5tui theme lint: checks theme files.
#include <stdio.h>
#include <string.h>

#include "tui/cli_flags.h"
#include "tui/cli_screen.h"
#include "tui/theme_lint.h"

// What cannot be read is said on standard error, a line each. True: nothing.
static bool complain(const char *path, const struct theme *theme)
{
    struct str complaints = {0};
    struct span rest, line;
    bool ok = theme_lint(theme, &complaints);
    rest = str_span(&complaints);
    while (span_cut_line(&rest, &line))
        fprintf(stderr, "d5tui: %s: " SPAN_FMT "\n", path, SPAN_ARG(line));
    if (ok && theme->n_backgrounds == 0)
        printf("%s: good (%s); it names no backgrounds, so only its own were looked at\n", path, theme->name);
    else if (ok)
        printf("%s: good (%s)\n", path, theme->name);
    str_done(&complaints);
    return ok;
}

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
        if (!theme_load(&theme, argv[i], &err))
            status = cli_error(CLI_FAILED, "%s", err.text);
        else if (!complain(argv[i], &theme))
            status = CLI_FAILED;
    }
    return status;
}

const struct cli_command cli_theme = {
    .name = "theme",
    .usage = "lint FILE…",
    .help = "checks theme files: their form, and the contrast of each role on the backgrounds that they name",
    .run = run,
};
