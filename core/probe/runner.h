// Runs planned probes: many at once, within limits for each host and in all; writes what they print into the
// evidence tree as it comes, and a line of probes.jsonl (contract, section 1) for each when it ends, also for
// those that could not run. Everything is called on the loop's thread.
//
// What takes too long is run once more where that is safe (it only reads, and is no capture, which lasts as
// long as it is let) and may help: something else on the same host was answered meanwhile.
//
// A reading is never overwritten: what stands where a new one lands is moved below earlier/<UTC>/ first.
#ifndef D5_PROBE_RUNNER_H
#define D5_PROBE_RUNNER_H

#include "core/door/loop.h"
#include "core/door/process.h"
#include "core/model/probe_state.h"
#include "core/probe/plan.h"

struct runner;

struct probe_run {        // one probe on its way, or ended
    const char *id;       // "E-007"
    const char *step;     // it was run for, or NULL
    const char *retry_of; // the id of the one that took too long, and was run again as this one; or NULL
    const struct planned *planned;
    const char *program; // as it was found, or NULL
    enum probe_state state;
    const char *why;       // not done: a clause
    usec_t started, ended; // TIME_UNKNOWN until then
    uint64_t bytes;
    int exit, signal; // -1: none
    bool cut;
    struct span errors; // the end of what it said on standard error, 64 KiB at most
};

typedef void runner_fn(void *context, const struct probe_run *run);

struct runner_config {
    struct loop *loop;
    const char *tree;               // the evidence tree's folder; made when it is not there
    unsigned first_id;              // of E-…
    unsigned max_all, max_per_host; // 0: 16 and 4
    const char *const *path;        // where programs are looked up, absolute entries only; NULL: $PATH's
    runner_fn *started, *ended;
    runner_fn *grew; // at most ten times a second while something comes
    loop_fn *idle;   // nothing waits or runs any more
    void *context;
};

// NULL with an error where the tree cannot be written.
struct runner *runner_new(const struct runner_config *config, struct error *err);

// Cancels what runs, and waits for it: at most PROCESS_GRACE_MS and a little. Not from a callback of the
// loop; `ended` is called for what was cancelled. What was recorded is durable when it returns. Takes NULL.
void runner_free(struct runner *runner);

// Takes a copy. What may not run is recorded as such at once. Returns its id.
const char *runner_add(struct runner *runner, const struct planned *planned, const char *step);

void runner_cancel(struct runner *runner, const char *id); // NULL: all
size_t runner_count(const struct runner *runner);          // all that were ever added
const struct probe_run *runner_at(const struct runner *runner, size_t i);
unsigned runner_busy(const struct runner *runner); // waiting or running

#endif
