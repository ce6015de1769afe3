// A live run: the steps of the procedure, run against a cluster. Rounds: what steps may run now (gates hold
// probes) → the plan → the runner → the analysis of the case's evidence tree → the steps' ends → the next
// round. Everything that happens is an event of the session; a case that was cut off is in the state that it
// is truly in.
#ifndef D5_SESSION_LIVE_H
#define D5_SESSION_LIVE_H

#include "core/door/loop.h"
#include "core/probe/runner.h"
#include "core/session.h"

struct live;

struct live_config {
    struct session *session; // with `keep`: a live run always has a case
    struct loop *loop;
    enum reach via;
    unsigned consent;  // what was given; the policy and guided mode bound it
    loop_fn *changed;  // a probe started, grew or ended; steps were judged: draw again
    loop_fn *finished; // all that was asked for is done, or was cancelled
    void *context;
};

struct live *live_new(const struct live_config *config, struct error *err);
void live_free(struct live *live); // cancels what runs; takes NULL

// What would run for a step, or (NULL) for all that may run now. plan_done it.
void live_plan(struct live *live, const char *step, struct plan *ret);

bool live_run_step(struct live *live, const char *step, struct error *err); // and what stands under it
bool live_run_all(struct live *live, struct error *err);                    // round after round
void live_cancel(struct live *live, const char *probe);                     // NULL: all, and no further round

// What runs or ran, for the screen.
const struct runner *live_runner(const struct live *live);
bool live_is_busy(const struct live *live);
const char *live_trouble(const struct live *live); // why it cannot go on ("the disk is full"), or NULL

#endif
