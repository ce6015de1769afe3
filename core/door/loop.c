// The one door to libuv. Every handle is a `struct thing`: libuv's part, what to call, and the way to the
// next one, so that loop_free can close whatever is still open. Handles are freed in libuv's close callback,
// as its contract asks.
#include "core/door/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/mem.h"

struct thing {
    union {
        uv_handle_t handle;
        uv_prepare_t prepare;
        uv_poll_t poll;
        uv_signal_t signal;
        uv_timer_t timer;
        uv_async_t async;
        uv_fs_event_t event;
    } u;
    struct loop *loop;
    loop_fn *fn;
    loop_input_fn *input;
    loop_signal_fn *on_signal;
    void *context;
    char *path; // of a watched file; owned
    int fd;
};

struct loop {
    uv_loop_t uv;
    unsigned jobs;
};

struct running_job {
    uv_work_t request;
    struct loop *loop;
    struct loop_job job;
};

static struct thing *thing_new(struct loop *loop, loop_fn *fn, void *context)
{
    struct thing *thing = mem_alloc(sizeof *thing);
    thing->loop = loop;
    thing->fn = fn;
    thing->context = context;
    thing->u.handle.data = thing;
    return thing;
}

static bool uv_fails(int code, const char *what, struct error *err)
{
    return code < 0 && !error_set(err, "%s: %s", what, uv_strerror(code));
}

struct loop *loop_new(struct error *err)
{
    struct loop *loop = mem_alloc(sizeof *loop);
    if (uv_fails(uv_loop_init(&loop->uv), "cannot start the event loop", err)) {
        free(loop);
        return NULL;
    }
    return loop;
}

static void free_thing(uv_handle_t *handle)
{
    struct thing *thing = handle->data;
    free(thing->path);
    free(thing);
}

static void close_thing(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, free_thing);
}

static void thing_free(struct thing *thing)
{
    if (thing)
        close_thing(&thing->u.handle, NULL);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    uv_walk(&loop->uv, close_thing, NULL);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0) // a loop_stop that nobody ran into yet ends it early
        continue;
    uv_loop_close(&loop->uv);
    free(loop);
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

static void call_prepare(uv_prepare_t *handle)
{
    struct thing *thing = handle->data;
    thing->fn(thing->context);
}

void loop_before_sleep(struct loop *loop, loop_fn *fn, void *context)
{
    struct thing *thing = thing_new(loop, fn, context);
    uv_prepare_init(&loop->uv, &thing->u.prepare);
    thing->u.handle.data = thing;
    uv_prepare_start(&thing->u.prepare, call_prepare);
}

// Takes one piece and leaves the rest to the next turn, so that a flood of input cannot starve the others.
static void call_input(uv_poll_t *handle, int status, int events)
{
    (void)events;
    struct thing *thing = handle->data;
    char buffer[8192];
    ssize_t n = status < 0 ? 0 : read(thing->fd, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        uv_poll_stop(handle);
    thing->input(thing->context, span_make(buffer, n > 0 ? (size_t)n : 0));
}

static void call_ready(uv_poll_t *handle, int status, int events)
{
    (void)status, (void)events;
    struct thing *thing = handle->data;
    thing->fn(thing->context);
}

static int input_start(struct thing *thing)
{
    return uv_poll_start(&thing->u.poll, UV_READABLE, thing->input ? call_input : call_ready);
}

static struct loop_input *input_new(struct thing *thing, int fd, struct error *err)
{
    thing->fd = fd;
    if (uv_fails(uv_poll_init(&thing->loop->uv, &thing->u.poll, fd), "cannot wait for input", err)) {
        free(thing);
        return NULL;
    }
    thing->u.handle.data = thing;
    if (!uv_fails(input_start(thing), "cannot wait for input", err))
        return (struct loop_input *)thing;
    thing_free(thing);
    return NULL;
}

struct loop_input *loop_on_input(struct loop *loop, int fd, loop_input_fn *fn, void *context,
                                 struct error *err)
{
    struct thing *thing = thing_new(loop, NULL, context);
    thing->input = fn;
    return input_new(thing, fd, err);
}

struct loop_input *loop_on_ready(struct loop *loop, int fd, loop_fn *fn, void *context, struct error *err)
{
    return input_new(thing_new(loop, fn, context), fd, err);
}

void loop_input_pause(struct loop_input *input)
{
    uv_poll_stop(&((struct thing *)input)->u.poll);
}

void loop_input_resume(struct loop_input *input)
{
    input_start((struct thing *)input);
}

void loop_input_free(struct loop_input *input)
{
    thing_free((struct thing *)input);
}

static void call_signal(uv_signal_t *handle, int number)
{
    struct thing *thing = handle->data;
    thing->on_signal(thing->context, number);
}

bool loop_on_signal(struct loop *loop, int number, loop_signal_fn *fn, void *context, struct error *err)
{
    struct thing *thing = thing_new(loop, NULL, context);
    thing->on_signal = fn;
    uv_signal_init(&loop->uv, &thing->u.signal);
    thing->u.handle.data = thing;
    return !uv_fails(uv_signal_start(&thing->u.signal, call_signal, number), "cannot wait for signals", err);
}

static void call_timer(uv_timer_t *handle)
{
    struct thing *thing = handle->data;
    thing->fn(thing->context);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *context)
{
    struct thing *thing = thing_new(loop, fn, context);
    uv_timer_init(&loop->uv, &thing->u.timer);
    thing->u.handle.data = thing;
    return (struct loop_timer *)thing;
}

void loop_timer_start(struct loop_timer *timer, uint64_t milliseconds)
{
    struct thing *thing = (struct thing *)timer;
    uv_update_time(&thing->loop->uv);
    uv_timer_start(&thing->u.timer, call_timer, milliseconds, 0);
}

void loop_timer_stop(struct loop_timer *timer)
{
    uv_timer_stop(&((struct thing *)timer)->u.timer);
}

void loop_timer_free(struct loop_timer *timer)
{
    thing_free((struct thing *)timer);
}

static void do_work(uv_work_t *request)
{
    struct running_job *running = request->data;
    running->job.work(running->job.context);
}

static void after_work(uv_work_t *request, int status)
{
    (void)status; // nothing here cancels a job
    struct running_job *running = request->data;
    running->loop->jobs--;
    running->job.done(running->job.context);
    free(running);
}

bool loop_start_job(struct loop *loop, struct loop_job job, struct error *err)
{
    struct running_job *running = mem_alloc(sizeof *running);
    running->loop = loop;
    running->job = job;
    running->request.data = running;
    if (uv_fails(uv_queue_work(&loop->uv, &running->request, do_work, after_work), "cannot start a worker",
                 err)) {
        free(running);
        return false;
    }
    loop->jobs++;
    return true;
}

unsigned loop_jobs(const struct loop *loop)
{
    return loop->jobs;
}

static void call_async(uv_async_t *handle)
{
    struct thing *thing = handle->data;
    thing->fn(thing->context);
}

struct loop_wake *loop_wake_new(struct loop *loop, loop_fn *fn, void *context, struct error *err)
{
    struct thing *thing = thing_new(loop, fn, context);
    if (uv_fails(uv_async_init(&loop->uv, &thing->u.async, call_async), "cannot make a wake-up call", err)) {
        free(thing);
        return NULL;
    }
    thing->u.handle.data = thing;
    return (struct loop_wake *)thing;
}

void loop_wake_send(struct loop_wake *wake)
{
    uv_async_send(&((struct thing *)wake)->u.async);
}

void loop_wake_free(struct loop_wake *wake)
{
    thing_free((struct thing *)wake);
}

static void call_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    (void)name, (void)events, (void)status;
    struct thing *thing = handle->data;
    thing->fn(thing->context);
}

struct loop_watch *loop_watch_file(struct loop *loop, const char *path, loop_fn *fn, void *context,
                                   struct error *err)
{
    struct thing *thing = thing_new(loop, fn, context);
    thing->path = mem_strdup(path);
    uv_fs_event_init(&loop->uv, &thing->u.event);
    thing->u.handle.data = thing;
    if (uv_fails(uv_fs_event_start(&thing->u.event, call_event, path, 0), "cannot watch the file", err)) {
        uv_close(&thing->u.handle, free_thing);
        return NULL;
    }
    return (struct loop_watch *)thing;
}

void loop_watch_pause(struct loop_watch *watch)
{
    uv_fs_event_stop(&((struct thing *)watch)->u.event);
}

void loop_watch_resume(struct loop_watch *watch)
{
    struct thing *thing = (struct thing *)watch;
    uv_fs_event_start(&thing->u.event, call_event, thing->path, 0);
}
