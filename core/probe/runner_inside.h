// What the files of the runner share, and nobody else includes.
#ifndef D5_PROBE_RUNNER_INSIDE_H
#define D5_PROBE_RUNNER_INSIDE_H

#include "core/probe/programs.h"
#include "core/probe/runner.h"
#include "core/probe/writer.h"

enum { RUN_ERRORS_MAX = 64 * 1024 };

struct link;

struct host { // what counts together towards a limit
    unsigned running;
    usec_t answered; // when a probe of it was done last; 0: none was
};

struct shared { // a file of pieces
    unsigned generation;
    unsigned open;      // pieces of it that are not written yet
    const char **calls; // whose pieces it holds
    size_t n, cap;
};

struct run {
    struct probe_run pub; // what others see
    struct runner *runner;
    struct planned planned; // our copy
    struct host *host;
    struct shared *shared; // NULL: a file of its own
    struct process *process;
    struct writer_file *file;
    struct str errors;
    bool grew, paused;
    // Of a script.
    struct arena arena;
    void *state;        // the script's own
    struct str printed; // by the call that runs
    struct loop_timer *wait;
    const char *const *next; // the call after the wait
    unsigned round;
    usec_t deadline; // on the monotonic clock
};

struct runner {
    struct runner_config config;
    struct arena arena; // ids and copies
    struct programs programs;
    struct map hosts, shared; // by name, by path
    struct writer *writer;
    struct run **runs;
    size_t n, cap;
    size_t first_waiting; // none waits before it
    unsigned busy, running;
    struct loop_timer *kick, *growth, *linking;
    bool growing;        // `growth` is under way
    bool ending;         // runner_free
    struct link **links; // runner_link.c
    size_t n_links, cap_links;
};

// runner.c
void runner_kick(struct runner *runner); // looks soon what can be started
void runner_grew(struct run *run);

// runner_run.c — one probe from its start to its end.
void run_start(struct run *run);                                           // waiting → running
bool run_call(struct run *run, const char *const *argv, unsigned seconds); // false: the run has ended
void run_write(struct run *run, struct span bytes);
// → ended: the end of its file, and its record, are the writer's from here on.
void run_end(struct run *run, enum probe_state state, const char *why);
void run_end_as(struct run *run, const struct process_result *result);
void run_settle(struct run *run, const struct writer_result *result); // the writer gave it back
void run_cancel(struct run *run);
// After something was written: goes on with one that was held back, ends one that cannot be written.
void run_check(struct run *run);

// runner_script.c — the calls of a probe that takes several.
void script_start(struct run *run);
void script_call_ended(struct run *run, const struct process_result *result);
void script_done(struct run *run);

// runner_why.c — what an end means: sets state, why, exit, signal and cut.
void run_judge(struct run *run, const struct process_result *result);
// The line of what went to standard error that says why: the first that does; of ssh's own failures (255),
// which come behind banners and ornaments, the last. Empty when there is none.
struct span why_line(struct span errors, int exit);
enum probe_state why_state(struct span errors, int exit);

// runner_record.c — a line of probes.jsonl (a writer_record_fn; the context is a run).
void record_write(void *context, const struct writer_result *result, struct str *ret_line);

// runner_link.c — the connections that probes of a host share.
bool link_is_open(struct run *run); // starts it where there is none
bool link_has_failed(const struct run *run);
void link_excuse(struct run *run);               // ends one whose connection failed
void links_forget_failed(struct runner *runner); // so that a later probe tries again
void links_check(void *context);                 // a loop_fn: the runner
void links_end(struct runner *runner);

#endif
