// d5tui report: prints the report of a case as it was last judged, with a person's words on it.
#include <string.h>

#include "core/base/mem.h"
#include "tui/cli_format.h"
#include "tui/cli_target.h"

struct report_options {
    struct cli_target target;
    struct cli_format format;
    const char *name; // of the case
};

static bool take_case(void *context, const char *value, struct error *err)
{
    struct report_options *o = context;
    if (o->name)
        return error_set(err, "one case at a time, not \"%s\" too", value);
    o->name = value;
    return value[0] || error_set(err, "the case's name is empty");
}

static bool write_report(struct session *s, const struct cli_format *format, struct error *err)
{
    const struct report *report = session_report(s);
    if (!report)
        return error_set(err, "case %s was left before anything was judged; d5tui open %s goes on with it",
                         session_case_id(s), session_case_id(s));
    return cli_format_write(format, report, err);
}

static int print_report(const struct report_options *o)
{
    struct error err = {{0}};
    struct session_config config = {.open_case = o->name, .read_only = true};
    cli_target_config(&o->target, &config);
    struct session *s = session_new(&config, &err);
    bool ok = s && write_report(s, &o->format, &err);
    session_free(s);
    return ok ? CLI_OK : cli_error(CLI_FAILED, "report: %s", err.text);
}

static int run(int argc, char **argv)
{
    struct report_options o = {0};
    struct error err = {{0}};
    cli_target_init(&o.target);
    const struct cli_flags tables[] = {cli_format_flags(&o.format), cli_state_flags(&o.target)};
    const struct cli_syntax syntax = {tables, ARRAY_LEN(tables), take_case, &o};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_report, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "report: %s", err.text);
        break;
    case CLI_PARSED:
        status = o.name ? print_report(&o)
                        : cli_error(CLI_USAGE, "report: which case? \"last\", or one of d5tui cases");
    }
    cli_target_done(&o.target);
    return status;
}

const struct cli_command cli_report = {
    .name = "report",
    .usage = "CASE|FILE.tar.gz [--format F] [-o FILE]",
    .help =
        "prints the report of a case: an id, a unique prefix of one, \"last\", or an export's FILE.tar.gz",
    .run = run,
};
