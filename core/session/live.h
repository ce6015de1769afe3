// A live run: the steps of the procedure, run against a cluster. Rounds: what steps may run now (gates hold
// probes) → the plan → the runner → the analysis of the case's evidence tree → the steps' ends → the next
// round. Everything that happens is an event of the session; a case that was cut off is in the state that it
// is truly in.
//
// All functions are for the loop's thread. Callbacks come from the loop, never from within a call.
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
    unsigned consent;   // what was given; the policy and guided mode bound it
    const char *bucket; // in S3, for a node's bundle; NULL: none may be collected. Borrowed until live_free
    loop_fn *changed;   // a probe started, grew or ended; steps were judged: draw again
    runner_fn *probe;   // one started or ended; may be NULL
    loop_fn *analysed;  // a new analysis is about to take the place of the last: what borrows from it lets go
    loop_fn *finished;  // all that was asked for is done, or was cancelled
    void *context;
};

// Makes the case, if there is none yet, and notes that it holds its evidence itself. NULL with an error: it
// cannot be kept, or rests on evidence that was collected elsewhere.
struct live *live_new(const struct live_config *config, struct error *err);
void live_free(struct live *live); // not while a worker reads the evidence; takes NULL

// Cancels what runs and waits until it is gone; nothing can be run any more. Not from a callback.
void live_end(struct live *live);

// What would run for a step, or (NULL) for all steps that no gate holds. plan_done it.
void live_plan(const struct live *live, const char *step, struct plan *ret);

// Consent that was given later on, asked for by that command; only adds. What was refused for want of it runs
// now. What a person says no to stays refused. Both are events of the case.
void live_allow(struct live *live, unsigned consent, const char *command);
void live_refuse(struct live *live, unsigned consent, const char *command);
unsigned live_consent(const struct live *live); // what counts of all that was given

// A step that is done takes new readings, one that runs goes on. What a gate holds, or asks a person, is an
// error.
bool live_run_step(struct live *live, const char *step, struct error *err); // and what stands under it
// The same, of whose readings only those are taken anew that need one of these consents: another capture.
bool live_run_only(struct live *live, const char *step, unsigned consent, struct error *err);
bool live_run_all(struct live *live, struct error *err); // round after round
void live_cancel(struct live *live, const char *probe);  // NULL: all, and no further round

// What runs or ran, for the screen.
const struct runner *live_runner(const struct live *live);
bool live_is_busy(const struct live *live);
const char *live_trouble(const struct live *live); // why it cannot go on ("the disk is full"), or NULL

#endif
