// The loop (libuv): input, signals, timers, watched files, and jobs on worker threads, all answered on the
// one thread that runs it. Nothing that is called from here may block longer than a frame.
//
// Everything that loop_* hands out is owned by the loop and dies with it, or before by its …_free. Without
// timers, an idle loop sleeps in the kernel and is never woken.
#ifndef D5_DOOR_LOOP_H
#define D5_DOOR_LOOP_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/span.h"

struct loop;
struct loop_input;
struct loop_timer;
struct loop_wake;
struct loop_watch;

typedef void loop_fn(void *context);
typedef void loop_input_fn(void *context, struct span bytes); // empty: end of input
typedef void loop_signal_fn(void *context, int number);

struct loop *loop_new(struct error *err);
void loop_free(struct loop *loop); // not while jobs are under way (loop_jobs); takes NULL

void loop_run(struct loop *loop); // until loop_stop
void loop_stop(struct loop *loop);

// Called before each time that the loop goes to sleep: whatever came in together is drawn once.
void loop_before_sleep(struct loop *loop, loop_fn *fn, void *context);

// `fd` is set non-blocking and stays the caller's; it must not share its open file with standard output.
struct loop_input *loop_on_input(struct loop *loop, int fd, loop_input_fn *fn, void *context,
                                 struct error *err);
// Calls `fn` when there is something to read (of a pidfd: when its process has ended), and reads nothing.
struct loop_input *loop_on_ready(struct loop *loop, int fd, loop_fn *fn, void *context, struct error *err);

// Leaves what comes where it is, and goes on with it.
void loop_input_pause(struct loop_input *input);
void loop_input_resume(struct loop_input *input);
void loop_input_free(struct loop_input *input); // `fd` may be closed afterwards; takes NULL

bool loop_on_signal(struct loop *loop, int number, loop_signal_fn *fn, void *context, struct error *err);

// One timer that fires once after each loop_timer_start; starting it again moves it.
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *context);
void loop_timer_start(struct loop_timer *timer, uint64_t milliseconds);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); // takes NULL

// Runs `work` on a worker thread, then `done` on the loop's thread.
struct loop_job {
    loop_fn *work, *done;
    void *context;
};
bool loop_start_job(struct loop *loop, struct loop_job job, struct error *err);
unsigned loop_jobs(const struct loop *loop); // how many have not come to their `done`

// Lets any thread have `fn` called on the loop's thread; several sends may become one call.
struct loop_wake *loop_wake_new(struct loop *loop, loop_fn *fn, void *context, struct error *err);
void loop_wake_send(struct loop_wake *wake);
void loop_wake_free(struct loop_wake *wake); // no thread sends any more; takes NULL

// Calls `fn` when the file at `path` changes (inotify).
struct loop_watch *loop_watch_file(struct loop *loop, const char *path, loop_fn *fn, void *context,
                                   struct error *err);

// Leaves off watching, so that a flood of changes wakes nobody, and goes on with it. What changed in between
// is not told: look at the file after going on.
void loop_watch_pause(struct loop_watch *watch);
void loop_watch_resume(struct loop_watch *watch);

#endif
