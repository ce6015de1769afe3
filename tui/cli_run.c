// d5tui run: works through every step it may, without a screen, and prints the report. With --from it reads
// what was collected, without it the cluster itself.
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/cli_format.h"
#include "tui/cli_live.h"
#include "tui/cli_target.h"

struct run_options {
    struct cli_target target;
    struct cli_format format;
    const char *sop;
    bool keep;
};

static bool take_sop(void *context, const char *value, struct error *err)
{
    struct run_options *o = context;
    o->sop = value;
    return value[0] || error_set(err, "name a procedure (D5) or its file");
}

static bool take_keep(void *context, const char *value, struct error *err)
{
    (void)value;
    (void)err;
    struct run_options *o = context;
    o->keep = true;
    return true;
}

static const struct cli_flag run_flags[] = {
    {"--sop", NULL, "ID|FILE", "the procedure to follow; default: the one that fits, else D5", take_sop},
    {"--keep", NULL, NULL, "keep the run as a case; a live one always is", take_keep},
};

// ------------------------------------------------------------------

static int fail(const struct error *err)
{
    return cli_error(CLI_FAILED, "%s", err->text);
}

// Leaves the case in good order, and says its name once it is on the disk.
static bool close_case(struct session *s, const struct cli_format *format, struct error *err)
{
    enum { WAIT_SECONDS = 30 };
    if (!session_case_id(s))
        return true;
    struct event exported = {.kind = EVENT_EXPORTED, .text = format->output, .value = "report"};
    if (format->output && !session_do(s, exported, err))
        return false;
    if (!session_do(s, (struct event){.kind = EVENT_CLOSED}, err) ||
        !session_wait_saved(s, WAIT_SECONDS * USEC_SEC, err))
        return false;
    fprintf(stderr, "d5tui: kept as case %s\n", session_case_id(s));
    return true;
}

static int run_session(struct session *s, const struct run_options *o)
{
    struct error err = {{0}};
    bool ok = o->target.n_from > 0 ? session_analyse(s, &err) && session_run_all(s, &err)
                                   : cli_live_run(s, &o->target, &err);
    if (!ok)
        return fail(&err);
    const struct report *report = session_report(s);
    enum verdict verdict = report->verdict;
    if (!cli_format_write(&o->format, report, &err) || !close_case(s, &o->format, &err))
        return fail(&err);
    return verdict == VERDICT_INCONCLUSIVE ? CLI_UNKNOWN : CLI_OK;
}

static int run_with(const struct run_options *o)
{
    struct error err = {{0}};
    struct session_config config = {.sop = o->sop, .keep = o->keep || o->target.n_from == 0};
    if (!cli_target_check(&o->target, &err))
        return cli_error(CLI_USAGE, "run: %s", err.text);
    cli_target_config(&o->target, &config);
    struct session *s = session_new(&config, &err);
    if (!s)
        return fail(&err);
    int status = run_session(s, o);
    session_free(s);
    return status;
}

static int run(int argc, char **argv)
{
    struct run_options o = {0};
    struct error err = {{0}};
    cli_target_init(&o.target);
    const struct cli_flags tables[] = {
        cli_target_flags(&o.target), cli_source_flags(&o.target),
        cli_mode_flags(&o.target),   {run_flags, ARRAY_LEN(run_flags), &o, "Run:"},
        cli_format_flags(&o.format), cli_state_flags(&o.target),
    };
    const struct cli_syntax syntax = {.tables = tables, .n_tables = ARRAY_LEN(tables)};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_run, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "run: %s", err.text);
        break;
    case CLI_PARSED:
        status = run_with(&o);
    }
    cli_target_done(&o.target);
    return status;
}

const struct cli_command cli_run = {
    .name = "run",
    .usage = "[TARGET] [--from PATH… | --via WAY] [--mode guided|standard] [--allow LIST] [--sop ID|FILE] "
             "[--format F] [-o FILE] [--keep]",
    .help = "works through every step it may, without a screen, and prints the report",
    .run = run,
};
