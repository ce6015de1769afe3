// Children (the kernel: posix_spawn, pidfd), answered on the loop's thread. A child is an argv array, never
// a shell string; standard input is /dev/null; its environment is what the caller gives and nothing else; it
// inherits no other open file.
//
// A child and all that it starts are ended together: at its end, when it is cancelled, when its time is up,
// when its output is full, and when d5tui dies, however that happens (prctl(2): PR_SET_PDEATHSIG and
// PR_SET_CHILD_SUBREAPER). A child that ignores SIGTERM meets SIGKILL after PROCESS_GRACE_MS; what it forked
// away into sessions of its own ends with it.
#ifndef D5_DOOR_PROCESS_H
#define D5_DOOR_PROCESS_H

#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/span.h"
#include "core/door/loop.h"

struct process;

enum { PROCESS_GRACE_MS = 2000 };

enum process_ending {
    PROCESS_EXITED,    // code: exit status
    PROCESS_KILLED,    // code: signal, of its own or somebody else's making
    PROCESS_TIMED_OUT, // its time was up
    PROCESS_CANCELLED,
    PROCESS_FULL,       // it printed more than it may; what came before was given
    PROCESS_NOT_STARTED // code: errno of what failed (ENOENT, EACCES, EAGAIN …)
};

struct process_result {
    enum process_ending end;
    int code;
    uint64_t bytes;        // of standard output that were given
    usec_t started, ended; // of the wall clock
};

// Standard output as it comes, then (its last 64 KiB are kept by whoever wants them) standard error. Bytes as
// they are: a piece may end within a character.
typedef void process_output_fn(void *context, struct span bytes);

// Called once, and last; the process is gone when it returns.
typedef void process_ended_fn(void *context, const struct process_result *result);

struct process_config {      // all borrowed during process_start only
    const char *program;     // absolute path
    const char *const *argv; // argv[0] on; NULL ends it
    const char *const *env;  // "NAME=value"; NULL ends it
    unsigned seconds;        // 0: no limit
    uint64_t bytes;          // of standard output; 0: no limit
    process_output_fn *output, *errors;
    process_ended_fn *ended;
    void *context;
};

// Never calls back before it has returned. What cannot be started ends as PROCESS_NOT_STARTED. To be called
// on the loop's thread, which must live as long as the program (prctl(2) counts the thread as the parent).
// Valid until `ended` was called, which must be so before loop_free.
struct process *process_start(struct loop *loop, const struct process_config *config);

// SIGTERM to all of it, SIGKILL after the grace; `ended` follows. May be called more than once.
void process_cancel(struct process *process);

// Leaves its output where it is, so that it must wait, and goes on with it: for those who write what it
// prints to something slower.
void process_pause(struct process *process);
void process_resume(struct process *process);

// Cancels it, and waits until it is gone without running the loop; `ended` is called before this returns.
void process_end(struct process *process);

#endif
