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

static bool take_plain(void *context, const char *value, struct error *err)
{
    (void)value, (void)err;
    *(bool *)context = true;
    return true;
}

// What somebody writes while they try it is not lost: with their first words it becomes a case.
static int show(const struct cli_target *target, bool plain)
{
    char *path = settings_find_shipped("tests/cases/demo/tree", "demo");
    const char *from[] = {path};
    struct ui_config config = {.intake = false};
    if (!path)
        return cli_error(CLI_FAILED, "demo: the incident that ships with the program is not there");
    cli_target_config(target, &config.session);
    config.session.from = from;
    config.session.n_from = 1;
    config.session.keep_words = true;
    int status = plain || !isatty(STDOUT_FILENO) ? print_report(&config.session) : cli_run_screen(&config);
    free(path);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct cli_flag plain_flag = {"--plain", NULL, NULL, "print its report", take_plain};
    bool plain = false;
    struct cli_target target;
    struct error err = {{0}};
    cli_target_init(&target);
    const struct cli_flags all[] = {
        cli_guided_flags(&target), cli_state_flags(&target), {&plain_flag, 1, &plain, NULL}};
    const struct cli_syntax syntax = {.tables = all, .n_tables = ARRAY_LEN(all)};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_demo, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "%s", err.text);
        break;
    case CLI_PARSED:
        status = show(&target, plain);
    }
    cli_target_done(&target);
    return status;
}

const struct cli_command cli_demo = {
    .name = "demo",
    .usage = "[--mode guided|standard] [--state DIR] [--plain]",
    .help = "the workbench on an incident that ships with it: no cluster, no root",
    .run = run,
};
