// Live runs on the command line: a loop, signals that stop in good order, and lines of progress.
#ifndef D5_TUI_CLI_LIVE_H
#define D5_TUI_CLI_LIVE_H

#include "core/door/loop.h"
#include "core/probe/runner.h"
#include "tui/cli_target.h"

// Runs the whole procedure live. What is known when it was stopped (Ctrl-C, SIGTERM, or SIGHUP where the
// policy says stop) is judged, too. False: it could not begin.
bool cli_live_run(struct session *s, const struct cli_target *t, struct error *err);

// The loop of a live run or of a recheck, and what stops it.
struct cli_live {
    struct loop *loop;
    loop_fn *cancel; // by context
    void *context;
    bool on_terminal; // standard error is one: progress is shown
    bool goes_on;     // when the connection drops
    bool stopped;
};
bool cli_live_init(struct cli_live *ret, const struct session *s, struct error *err);
void cli_live_done(struct cli_live *cli);
void cli_live_progress(const struct cli_live *cli, const struct probe_run *run);

#endif
