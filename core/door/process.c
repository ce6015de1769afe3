// The parent's side of a child: it starts the guard (process_guard.c), reads what the program prints, a
// bounded piece a turn, and learns of the guard's end by its pidfd. Time, output and cancelling end a child
// in one way: SIGTERM to the guard, which does the rest, also when this process is gone.
//
// By the guard's end nobody is left who could print, so that what stands in the pipes then is all; whatever
// else still held an end of them is not waited for.
#include "core/door/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/process_guard.h"

enum {
    PIECE_BYTES = 64 * 1024, // as much as a pipe holds
    LAST_PIECES = 32,        // of a pipe that somebody has made larger
};

struct stream {
    struct process *process;
    int fd; // -1: at its end
    struct loop_input *input;
    process_output_fn *fn;
};

struct process {
    struct loop *loop;
    struct stream output, errors;
    int report;
    pid_t guard;
    int pidfd;
    struct loop_input *end;
    struct loop_timer *timer; // of its time limit, or of the end of what could not start
    uint64_t bytes_max;
    process_ended_fn *ended;
    void *context;
    struct process_result result;
    bool decided; // why it ends
    bool asked;   // to end
    bool paused;
    bool gone; // and nothing but its last output is missing
    char piece[PIECE_BYTES];
};

// ------------------------------------------------------------------ pidfds
// The kernel has had them since 5.3; glibc's wrappers (2.36) would keep the program from older systems.

static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static void signal_pidfd(int pidfd, int number)
{
    syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

// ------------------------------------------------------------------ why it ends

static void process_decide(struct process *p, enum process_ending end, int code)
{
    if (p->decided)
        return;
    p->decided = true;
    p->result.end = end;
    p->result.code = code;
}

static void process_ask(struct process *p, enum process_ending end)
{
    process_decide(p, end, 0);
    if (!p->asked && !p->gone)
        signal_pidfd(p->pidfd, SIGTERM);
    p->asked = true;
}

void process_cancel(struct process *process)
{
    process_ask(process, PROCESS_CANCELLED);
}

static void on_time(void *context)
{
    process_ask(context, PROCESS_TIMED_OUT);
}

// ------------------------------------------------------------------ output

static void stream_close(struct stream *s)
{
    loop_input_free(s->input);
    s->input = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

// What goes beyond the limit is not given, and a closed pipe tells the program so.
static void stream_give(struct stream *s, struct span bytes)
{
    struct process *p = s->process;
    uint64_t left = p->bytes_max - p->result.bytes;
    bool full = s == &p->output && p->bytes_max && bytes.len > left;
    if (full)
        bytes = span_first(bytes, left);
    if (s == &p->output)
        p->result.bytes += bytes.len;
    if (s->fn && bytes.len)
        s->fn(p->context, bytes);
    if (full) {
        stream_close(s);
        process_ask(p, PROCESS_FULL);
    }
}

// Reads one piece. False when nothing is there (any more).
static bool stream_read(struct stream *s)
{
    if (s->fd < 0)
        return false;
    ssize_t n = read(s->fd, s->process->piece, PIECE_BYTES);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return errno == EINTR;
    if (n > 0)
        stream_give(s, span_make(s->process->piece, (size_t)n));
    else
        stream_close(s);
    return n > 0;
}

static void on_stream(void *context)
{
    stream_read(context);
}

static void stream_drain(struct stream *s)
{
    for (int i = 0; i < LAST_PIECES && stream_read(s); i++)
        continue;
}

void process_pause(struct process *process)
{
    process->paused = true;
    if (process->output.input)
        loop_input_pause(process->output.input);
}

void process_resume(struct process *process)
{
    if (!process->paused)
        return;
    process->paused = false;
    if (process->gone)
        loop_timer_start(process->timer, 0);
    else if (process->output.input)
        loop_input_resume(process->output.input);
}

// ------------------------------------------------------------------ its end

static void process_free(struct process *p)
{
    stream_close(&p->output);
    stream_close(&p->errors);
    loop_input_free(p->end);
    loop_timer_free(p->timer);
    if (p->pidfd >= 0)
        close(p->pidfd);
    if (p->report >= 0)
        close(p->report);
    free(p);
}

static void process_finish(struct process *p)
{
    stream_drain(&p->output);
    stream_drain(&p->errors);
    p->result.ended = clock_now();
    p->ended(p->context, &p->result);
    process_free(p);
}

static void on_finish(void *context)
{
    process_finish(context);
}

// What the guard said; where somebody killed it before it said anything, what it died of.
static void process_hear(struct process *p, int guard_status)
{
    struct guard_report said;
    if (read(p->report, &said, sizeof said) != (ssize_t)sizeof said)
        said = (struct guard_report){.error = WIFSIGNALED(guard_status) ? 0 : EIO, .status = guard_status};
    if (said.error)
        process_decide(p, PROCESS_NOT_STARTED, said.error);
    else if (WIFSIGNALED(said.status))
        process_decide(p, PROCESS_KILLED, WTERMSIG(said.status));
    else
        process_decide(p, PROCESS_EXITED, WEXITSTATUS(said.status));
}

// Returns whether it can be finished at once.
static bool process_bury(struct process *p)
{
    int status = 0;
    while (waitpid(p->guard, &status, 0) < 0 && errno == EINTR)
        continue;
    loop_input_free(p->end);
    loop_timer_free(p->timer);
    p->end = NULL;
    p->timer = loop_timer_new(p->loop, on_finish, p);
    p->gone = true;
    process_hear(p, status);
    return !p->paused;
}

static void on_end(void *context)
{
    if (process_bury(context))
        process_finish(context);
}

// A guard that is stopped, or starved, cannot be waited for without end.
void process_end(struct process *process)
{
    int64_t until = clock_monotonic() + (PROCESS_GRACE_MS + GUARD_KILL_MS + 1000) * USEC_MSEC;
    process_cancel(process);
    while (!process->gone) {
        struct pollfd fds[] = {{.fd = process->pidfd, .events = POLLIN},
                               {.fd = process->output.fd, .events = POLLIN},
                               {.fd = process->errors.fd, .events = POLLIN}};
        int64_t left = (until - clock_monotonic()) / USEC_MSEC;
        if (left <= 0)
            signal_pidfd(process->pidfd, SIGKILL);
        poll(fds, ARRAY_LEN(fds), left > 0 ? (int)left : 100);
        if (fds[0].revents)
            process_bury(process);
        stream_read(&process->output);
        stream_read(&process->errors);
    }
    process_finish(process);
}

// ------------------------------------------------------------------ its beginning

struct pipes {
    int output[2], errors[2], report[2];
};

// The ends that the guard gets lie above the numbers that they are to have there.
static int pipe_open(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int high = fcntl(ends[1], F_DUPFD_CLOEXEC, GUARD_REPORT_FD + 1), why = errno;
    close(ends[1]);
    ends[1] = high;
    if (high >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    close(ends[0]);
    return -why;
}

static int pipes_open(struct pipes *ret)
{
    int *const all[] = {ret->output, ret->errors, ret->report};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        int code = pipe_open(all[i]);
        if (code == 0)
            continue;
        while (i-- > 0) {
            close(all[i][0]);
            close(all[i][1]);
        }
        return code;
    }
    return 0;
}

// guard_name, the parent's pid, the program's path, its argv.
static char **guard_argv(const struct process_config *config, char *parent)
{
    size_t n = 0;
    while (config->argv[n])
        n++;
    const char **argv = mem_calloc(n + 4, sizeof *argv);
    argv[0] = guard_name;
    argv[1] = parent;
    argv[2] = config->program;
    memcpy(argv + 3, config->argv, n * sizeof *argv);
    return (char **)argv;
}

// Signals are blocked in it from its first moment: what is sent to it early waits until it listens.
static int guard_spawn(const struct process_config *config, const struct pipes *pipes, pid_t *ret)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t all;
    char *parent = mem_printf("%d", (int)getpid()), **argv = guard_argv(config, parent);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, pipes->output[1], 1);
    posix_spawn_file_actions_adddup2(&files, pipes->errors[1], 2);
    posix_spawn_file_actions_adddup2(&files, pipes->report[1], GUARD_REPORT_FD);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &all);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    int why = posix_spawn(ret, "/proc/self/exe", &files, &how, argv, (char *const *)config->env);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    free(argv);
    free(parent);
    return why == ENOENT ? -EIO : -why; // it is not the program that is missing
}

static int process_spawn(struct process *p, const struct process_config *config)
{
    struct pipes pipes;
    int code = pipes_open(&pipes);
    if (code < 0)
        return code;
    code = guard_spawn(config, &pipes, &p->guard);
    close(pipes.output[1]);
    close(pipes.errors[1]);
    close(pipes.report[1]);
    p->output.fd = pipes.output[0];
    p->errors.fd = pipes.errors[0];
    p->report = pipes.report[0];
    if (code < 0)
        return code;
    p->pidfd = open_pidfd(p->guard);
    return p->pidfd < 0 ? -errno : 0;
}

static int process_watch(struct process *p)
{
    p->output.input = loop_on_ready(p->loop, p->output.fd, on_stream, &p->output, NULL);
    p->errors.input = loop_on_ready(p->loop, p->errors.fd, on_stream, &p->errors, NULL);
    p->end = loop_on_ready(p->loop, p->pidfd, on_end, p, NULL);
    return p->output.input && p->errors.input && p->end ? 0 : -ENOMEM;
}

// A program that nobody watches must not run: the kernel kills it with its guard.
static void process_fail(struct process *p, int code)
{
    if (p->guard > 0) {
        kill(p->guard, SIGKILL);
        waitpid(p->guard, NULL, 0);
    }
    loop_input_free(p->end);
    p->end = NULL;
    stream_close(&p->output);
    stream_close(&p->errors);
    process_decide(p, PROCESS_NOT_STARTED, -code);
    p->gone = true;
    p->timer = loop_timer_new(p->loop, on_finish, p);
    loop_timer_start(p->timer, 0);
}

struct process *process_start(struct loop *loop, const struct process_config *config)
{
    struct process *p = mem_alloc(sizeof *p);
    p->loop = loop;
    p->output = (struct stream){.process = p, .fd = -1, .fn = config->output};
    p->errors = (struct stream){.process = p, .fd = -1, .fn = config->errors};
    p->report = p->pidfd = -1;
    p->bytes_max = config->bytes;
    p->ended = config->ended;
    p->context = config->context;
    p->result.started = clock_now();
    int code = process_spawn(p, config);
    if (code == 0)
        code = process_watch(p);
    if (code < 0) {
        process_fail(p, code);
        return p;
    }
    p->timer = loop_timer_new(loop, on_time, p);
    if (config->seconds)
        loop_timer_start(p->timer, (uint64_t)config->seconds * 1000);
    return p;
}
