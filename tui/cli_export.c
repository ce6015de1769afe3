// d5tui export: a case as one archive, for somebody else or for later.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/session/export.h"
#include "tui/cli_target.h"

struct export_options {
    struct cli_target target;
    const char *name; // of the case
    const char *output;
    enum redact_level redact;
};

static bool take_case(void *context, const char *value, struct error *err)
{
    struct export_options *o = context;
    if (o->name)
        return error_set(err, "one case at a time, not \"%s\" too", value);
    o->name = value;
    return value[0] || error_set(err, "the case's name is empty");
}

static bool take_output(void *context, const char *value, struct error *err)
{
    struct export_options *o = context;
    o->output = value;
    return value[0] || error_set(err, "the name is empty");
}

static bool take_redact(void *context, const char *value, struct error *err)
{
    struct export_options *o = context;
    return redact_level_parse(span_of(value), &o->redact) ||
           cli_fail_choice(err, value, "default, strict, none");
}

static const struct cli_flag export_flags[] = {
    {"--output", "-o", "FILE", "the archive; default: ./CASE.tar.gz", take_output},
    {"--redact", NULL, "HOW", "what is taken out: default, strict or none", take_redact},
};

static int export_case(struct session *s, const struct export_options *o)
{
    struct error err = {{0}};
    char *path = o->output ? mem_strdup(o->output) : mem_printf("%s.tar.gz", session_case_id(s));
    int status = CLI_OK;
    if (session_export(s, path, o->redact, &err))
        fprintf(stderr, "d5tui: case %s is in %s\n", session_case_id(s), path);
    else
        status = cli_error(CLI_FAILED, "export: %s", err.text);
    free(path);
    return status;
}

static int run_with(const struct export_options *o)
{
    struct error err = {{0}};
    struct session_config config = {.open_case = o->name, .read_only = true};
    if (!o->name)
        return cli_error(CLI_USAGE, "export: which case? \"last\", or one of d5tui cases");
    cli_target_config(&o->target, &config);
    struct session *s = session_new(&config, &err);
    int status = s ? export_case(s, o) : cli_error(CLI_FAILED, "export: %s", err.text);
    session_free(s);
    return status;
}

static int run(int argc, char **argv)
{
    struct export_options o = {.redact = REDACT_DEFAULT};
    struct error err = {{0}};
    cli_target_init(&o.target);
    const struct cli_flags tables[] = {{export_flags, ARRAY_LEN(export_flags), &o, NULL},
                                       cli_state_flags(&o.target)};
    const struct cli_syntax syntax = {tables, ARRAY_LEN(tables), take_case, &o};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_export, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "export: %s", err.text);
        break;
    case CLI_PARSED:
        status = run_with(&o);
    }
    cli_target_done(&o.target);
    return status;
}

const struct cli_command cli_export = {
    .name = "export",
    .usage = "CASE [-o FILE.tar.gz] [--redact default|strict|none]",
    .help = "packs a case: the report in every format, the evidence, the events, and their sums",
    .run = run,
};
