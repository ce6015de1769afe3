// A live run without a screen. Standard output is the report's; what happens meanwhile is told on standard
// error, where that is a terminal. The first Ctrl-C stops in good order, the second one at once.
#include "tui/cli_live.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/session/live.h"
#include "core/session/policy.h"
#include "tui/settings.h"

// ------------------------------------------------------------------ the loop

static void say(const struct cli_live *cli, const char *text)
{
    if (cli->on_terminal)
        fprintf(stderr, "d5tui: %s\n", text);
}

static void on_signal(void *context, int number)
{
    struct cli_live *cli = context;
    if (number == SIGHUP && cli->goes_on)
        return;
    if (cli->stopped)
        _exit(128 + number); // children die with this process (door/process.h)
    cli->stopped = true;
    say(cli, "stopping; what is known is judged. Again to leave at once");
    cli->cancel(cli->context);
}

bool cli_live_init(struct cli_live *ret, const struct session *s, struct error *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    *ret = (struct cli_live){
        .loop = loop_new(err),
        .on_terminal = isatty(STDERR_FILENO) == 1,
        .goes_on = session_policy(s)->go_on_when_disconnected,
    };
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; ret->loop && i < ARRAY_LEN(signals); i++) {
        if (!loop_on_signal(ret->loop, signals[i], on_signal, ret, err))
            return false;
    }
    return ret->loop;
}

void cli_live_done(struct cli_live *cli)
{
    loop_free(cli->loop);
}

// ------------------------------------------------------------------ progress

void cli_live_progress(const struct cli_live *cli, const struct probe_run *run)
{
    if (!cli->on_terminal || run->state <= PROBE_RUNNING)
        return;
    struct str line = {0}, safe = {0};
    str_printf(&line, "%s %s", run->id, probe_state_names[run->state]);
    if (run->started != TIME_UNKNOWN && run->ended != TIME_UNKNOWN)
        str_printf(&line, " %.1f s", (double)(run->ended - run->started) / (double)USEC_SEC);
    if (run->bytes) {
        str_add(&line, ", ");
        str_add_size(&line, run->bytes);
    }
    str_printf(&line, "  %s  %s%s%s", run->planned->where, run->planned->command, run->why ? "  " : "",
               run->why ? run->why : "");
    utf8_make_safe(str_span(&line), &safe);
    fprintf(stderr, "%s\n", str_text(&safe));
    str_done(&safe);
    str_done(&line);
}

// ------------------------------------------------------------------ the run

struct running {
    struct cli_live cli;
    struct live *live;
};

static void on_cancel(void *context)
{
    live_cancel(((struct running *)context)->live, NULL);
}

static void on_probe(void *context, const struct probe_run *run)
{
    cli_live_progress(&((struct running *)context)->cli, run);
}

static void on_nothing(void *context)
{
    (void)context;
}

static void on_finished(void *context)
{
    loop_stop(((struct running *)context)->cli.loop);
}

static bool run_live(struct running *r, const struct live_config *config, struct error *err)
{
    r->live = live_new(config, err);
    if (!r->live)
        return false;
    char *begun = mem_printf("case %s", session_case_id(config->session));
    say(&r->cli, begun);
    free(begun);
    bool ok = live_run_all(r->live, err);
    if (ok)
        loop_run(r->cli.loop);
    if (ok && live_trouble(r->live))
        cli_error(CLI_OK, "%s", live_trouble(r->live));
    return ok;
}

bool cli_live_run(struct session *s, const struct cli_target *t, struct error *err)
{
    struct running r = {.live = NULL};
    struct settings settings;
    struct error wrong = {{0}};
    if (!settings_load(&settings, &wrong))
        cli_error(CLI_OK, "%s", wrong.text);
    const struct live_config config = {
        .session = s,
        .loop = NULL,
        .via = t->via,
        .consent = t->allow,
        .bucket = settings.bucket,
        .changed = on_nothing,
        .probe = on_probe,
        .analysed = on_nothing,
        .finished = on_finished,
        .context = &r,
    };
    struct live_config with = config;
    bool ok = cli_live_init(&r.cli, s, err);
    r.cli.cancel = on_cancel;
    r.cli.context = &r;
    with.loop = r.cli.loop;
    ok = ok && run_live(&r, &with, err);
    live_free(r.live);
    cli_live_done(&r.cli);
    settings_done(&settings);
    return ok && (session_report(s) || error_set(err, "nothing could be read"));
}
