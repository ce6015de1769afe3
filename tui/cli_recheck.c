// d5tui recheck: takes the readings that decided a case again, and says whether the fault is gone.
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/session/recheck.h"
#include "tui/cli_live.h"
#include "tui/cli_target.h"

struct recheck_options {
    struct cli_target target;
    const char *name;
};

static bool take_case(void *context, const char *value, struct error *err)
{
    struct recheck_options *o = context;
    if (o->name)
        return error_set(err, "one case at a time");
    o->name = value;
    return value[0] || error_set(err, "the case's name is empty");
}

// ------------------------------------------------------------------ what it says

static void print_safe(const char *head, const char *text)
{
    struct str safe = {0};
    utf8_make_safe(span_of(text), &safe);
    printf("%s%s\n", head, str_text(&safe));
    str_done(&safe);
}

static void print_line(const struct recheck_line *line)
{
    print_safe("", line->source);
    print_safe("  before  ", line->before);
    if (line->why) {
        struct str why = {0};
        str_printf(&why, "not known: %s", line->why);
        print_safe("  now     ", str_text(&why));
        str_done(&why);
    } else {
        print_safe("  now     ", line->after ? line->after : "not there any more");
    }
}

static int print_result(const struct recheck_result *result, const char *root_cause)
{
    static const struct {
        const char *words;
        int status;
    } ends[] = {
        [RECHECK_GONE] = {"gone: ", CLI_OK},
        [RECHECK_STILL_THERE] = {"still there: ", CLI_BLOCKED},
        [RECHECK_CANNOT_TELL] = {"cannot tell: ", CLI_UNKNOWN},
    };
    print_safe("", root_cause);
    for (size_t i = 0; i < result->n; i++)
        print_line(&result->lines[i]);
    print_safe(ends[result->verdict].words, result->why);
    return ends[result->verdict].status;
}

// ------------------------------------------------------------------ the run

struct running {
    struct cli_live cli;
    struct recheck *recheck;
};

static void on_cancel(void *context)
{
    recheck_cancel(((struct running *)context)->recheck);
}

static void on_probe(void *context, const struct probe_run *run)
{
    cli_live_progress(&((struct running *)context)->cli, run);
}

static void on_finished(void *context)
{
    loop_stop(((struct running *)context)->cli.loop);
}

static int run_recheck(struct running *r, struct session *s, const struct cli_target *t, struct error *err)
{
    r->recheck = recheck_new(
        &(struct recheck_config){
            .session = s,
            .loop = r->cli.loop,
            .via = t->via,
            .consent = t->allow,
            .probe = on_probe,
            .finished = on_finished,
            .context = r,
        },
        err);
    if (!r->recheck)
        return CLI_FAILED;
    loop_run(r->cli.loop);
    const struct recheck_result *result = recheck_result(r->recheck, err);
    return result ? print_result(result, session_report(s)->root_cause) : CLI_FAILED;
}

static int recheck_session(struct session *s, const struct cli_target *t, struct error *err)
{
    enum { WAIT_SECONDS = 30 };
    struct running r = {.recheck = NULL};
    int status = CLI_FAILED;
    if (session_read_only_why(s))
        error_set(err, "%s", session_read_only_why(s));
    else if (session_analyse(s, err) && cli_live_init(&r.cli, s, err)) {
        r.cli.cancel = on_cancel;
        r.cli.context = &r;
        status = run_recheck(&r, s, t, err);
    }
    recheck_free(r.recheck);
    cli_live_done(&r.cli);
    bool saved = status == CLI_FAILED || (session_do(s, (struct event){.kind = EVENT_CLOSED}, err) &&
                                          session_wait_saved(s, WAIT_SECONDS * USEC_SEC, err));
    return saved ? status : CLI_FAILED;
}

static int recheck_case(const struct recheck_options *o)
{
    struct error err = {{0}};
    struct session_config config = {.open_case = o->name};
    cli_target_config(&o->target, &config);
    struct session *s = session_new(&config, &err);
    int status = s ? recheck_session(s, &o->target, &err) : CLI_FAILED;
    session_free(s);
    return status == CLI_FAILED ? cli_error(CLI_FAILED, "recheck: %s", err.text) : status;
}

static int run(int argc, char **argv)
{
    struct recheck_options o = {.name = NULL};
    struct error err = {{0}};
    cli_target_init(&o.target);
    const struct cli_flags tables[] = {cli_via_flags(&o.target), cli_mode_flags(&o.target),
                                       cli_state_flags(&o.target)};
    const struct cli_syntax syntax = {tables, ARRAY_LEN(tables), take_case, &o};
    int status = CLI_OK;
    switch (cli_parse(&syntax, argc, argv, &err)) {
    case CLI_PARSED_HELP:
        cli_print_help(&cli_recheck, &syntax);
        break;
    case CLI_PARSED_WRONG:
        status = cli_error(CLI_USAGE, "recheck: %s", err.text);
        break;
    case CLI_PARSED:
        status = o.name ? recheck_case(&o)
                        : cli_error(CLI_USAGE, "recheck: which case? \"last\", or one of d5tui cases");
    }
    cli_target_done(&o.target);
    return status;
}

const struct cli_command cli_recheck = {
    .name = "recheck",
    .usage = "CASE [--via WAY] [--allow LIST]",
    .help = "takes the readings that decided a case again: gone (0), still there (4), or cannot tell (3)",
    .run = run,
};
