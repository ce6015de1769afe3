// The guard sits between d5tui and a program, in a session of its own. It is the subreaper of all that the
// program starts: whatever forks itself away into a session of its own becomes the guard's child when its
// parent is gone, and so is found. When d5tui dies the kernel sends the guard the SIGTERM that d5tui would
// have sent; when the guard is killed, the kernel kills the program.
//
// It was forked from a process with threads, and does not exec: only calls that signal-safety(7) allows, no
// memory, no locks.
#include "core/door/process_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/door/process.h"

enum { REPORT_FD = 3, HIGH_FD = 16, LOOK_AGAIN_MS = 20 };

struct guard {
    pid_t program;
    bool gone; // its status was reported
};

// Where nobody is there any more to hear it, what is left to do is the same.
static void report(int fd, int error, int status)
{
    struct guard_report said = {.error = error, .status = status};
    ssize_t n = write(fd, &said, sizeof said);
    (void)n;
}

static _Noreturn void give_up(int fd, int error)
{
    report(fd, error, 0);
    _exit(127);
}

// ------------------------------------------------------------------ giving away what was inherited

static void give_away_signals(void)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &plain, NULL);
}

// The three pipes may have any numbers, also those that they are to have: first all out of the way, then each
// to its place.
static bool take_files(const struct guard_task *task)
{
    int null = open("/dev/null", O_RDONLY);
    const int from[] = {null, task->output, task->errors, task->report};
    int high[REPORT_FD + 1];
    for (int i = 0; i <= REPORT_FD; i++) {
        if ((high[i] = fcntl(from[i], F_DUPFD, HIGH_FD)) < 0)
            return false;
    }
    for (int i = 0; i <= REPORT_FD; i++) {
        if (dup2(high[i], i) < 0)
            return false;
    }
    return close_range(REPORT_FD + 1, ~0U, 0) == 0;
}

// ------------------------------------------------------------------ the program

static _Noreturn void program_run(const struct guard_task *task, pid_t guard)
{
    static const struct rlimit no_core = {0};
    sigset_t none;
    sigemptyset(&none);
    setsid();
    setrlimit(RLIMIT_CORE, &no_core);
    fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != guard)
        _exit(127);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(task->program, (char *const *)task->argv, (char *const *)task->env);
    give_up(REPORT_FD, errno);
}

// ------------------------------------------------------------------ waiting

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

// SIGCHLD, SIGTERM, or -1 when the time is up; no limit where it is negative.
static int wait_signal(int64_t milliseconds)
{
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    struct timespec limit = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    return sigtimedwait(&awaited, NULL, milliseconds < 0 ? NULL : &limit);
}

// Takes leave of everyone who has died. False when there is nobody left.
static bool reap(struct guard *g)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            return pid == 0;
        if (pid == g->program) {
            report(REPORT_FD, 0, status);
            g->gone = true;
        }
    }
}

// ------------------------------------------------------------------ ending

// The list may change under the reader (proc(5)): it is read again until nobody is left.
static void signal_children(int number, pid_t spared)
{
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    char text[4096];
    pid_t pid = 0;
    for (ssize_t n; fd >= 0 && (n = read(fd, text, sizeof text)) > 0;) {
        for (ssize_t i = 0; i < n; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (text[i] - '0');
                continue;
            }
            if (pid > 0 && pid != spared)
                kill(pid, number);
            pid = 0;
        }
    }
    if (fd >= 0)
        close(fd);
}

// A program that was stopped must go on to hear of it. Before it has its own group there is only itself.
static void ask_to_end(const struct guard *g)
{
    if (kill(-g->program, SIGTERM) < 0)
        kill(g->program, SIGTERM);
    kill(-g->program, SIGCONT);
    signal_children(SIGTERM, g->program);
}

static void wait_for_program(struct guard *g)
{
    int64_t until = INT64_MAX;
    while (!g->gone && now_ms() < until) {
        int number = wait_signal(until == INT64_MAX ? -1 : until - now_ms());
        if (number == SIGTERM && until == INT64_MAX) {
            until = now_ms() + PROCESS_GRACE_MS;
            ask_to_end(g);
        }
        reap(g);
    }
}

// Whoever dies leaves his children to the guard, so that each round reaches one generation further. What
// cannot be killed (it belongs to another user, or hangs in the kernel) is given up after a while.
static void kill_everyone(struct guard *g)
{
    int64_t until = now_ms() + GUARD_KILL_MS;
    while (reap(g) && now_ms() < until) {
        signal_children(SIGKILL, 0);
        wait_signal(LOOK_AGAIN_MS);
    }
}

_Noreturn void guard_run(const struct guard_task *task)
{
    struct guard g = {0};
    give_away_signals();
    setsid();
    if (!take_files(task))
        give_up(task->report, errno);
    prctl(PR_SET_NAME, "d5tui-guard");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != task->parent)
        _exit(1);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        give_up(REPORT_FD, errno);
    pid_t self = getpid();
    g.program = _Fork();
    if (g.program == 0)
        program_run(task, self);
    if (g.program < 0)
        give_up(REPORT_FD, errno);
    close_range(0, REPORT_FD - 1, 0);
    wait_for_program(&g);
    kill_everyone(&g);
    _exit(0);
}
