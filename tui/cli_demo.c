// d5tui demo: the workbench on the incident that ships with the program; where standard output is no
// terminal, its report as YAML.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "tui/cli_screen.h"
#include "tui/cli_target.h"
#include "tui/settings.h"

static int print_report(const struct session_config *config)
{
    struct error err = {{0}};
    struct str out = {0};
    struct session *s = session_new(config, &err);
    bool ok = s && session_analyse(s, &err) && session_run_all(s, &err);
    if (ok)
        report_write_yaml(session_report(s), &out);
    ok = ok && fwrite(str_text(&out), 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    str_done(&out);
    session_free(s);
    return ok ? CLI_OK
              : cli_error(CLI_FAILED, "%s", err.text[0] ? err.text : "the report could not be written");
}

static int run(int argc, char **argv)
{
    bool plain = argc == 2 && strcmp(argv[1], "--plain") == 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        cli_print_help(&cli_demo, &(struct cli_syntax){0});
        return CLI_OK;
    }
    if (argc > 1 && !plain)
        return cli_error(CLI_USAGE, "demo: takes nothing but --plain");
    char *path = settings_find_shipped("tests/cases/demo/tree", "demo");
    if (!path)
        return cli_error(CLI_FAILED, "demo: the incident that ships with the program is not there");
    const char *from[] = {path};
    struct cli_target nothing;
    struct ui_config config = {.intake = false};
    cli_target_init(&nothing);
    cli_target_config(&nothing, &config.session);
    config.session.from = from;
    config.session.n_from = 1;
    int status = plain || !isatty(STDOUT_FILENO) ? print_report(&config.session) : cli_run_screen(&config);
    cli_target_done(&nothing);
    free(path);
    return status;
}

const struct cli_command cli_demo = {
    .name = "demo",
    .usage = "[--plain]",
    .help = "the workbench on an incident that ships with it: no cluster, no root",
    .run = run,
};
