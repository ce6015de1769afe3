// The guard sits between d5tui and a program, in a session of its own. It is the subreaper of all that the
// program starts: whatever forks itself away into a session of its own becomes the guard's child when its
// parent is gone, and so is found. When d5tui dies the kernel sends the guard the SIGTERM that d5tui would
// have sent; when the guard is killed, the kernel kills the program.
//
// Forking d5tui itself for it would copy the page tables of all that was read so far, and make every page
// that is written afterwards a fault: milliseconds on the loop's thread for each probe. So it is started as a
// program, and has one place to begin that no program which links this can forget: a constructor, which
// leaves alone whoever has another name.
#include "core/door/process_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/door/process.h"

enum { LOOK_AGAIN_MS = 20 };

const char guard_name[] = "d5tui-guard";

struct guard {
    pid_t program;
    bool gone; // its status was reported
};

// Where nobody is there any more to hear it, what is left to do is the same.
static void report(int error, int status)
{
    struct guard_report said = {.error = error, .status = status};
    ssize_t n = write(GUARD_REPORT_FD, &said, sizeof said);
    (void)n;
}

static _Noreturn void give_up(int error)
{
    report(error, 0);
    _exit(127);
}

// ------------------------------------------------------------------ the program

static _Noreturn void program_run(char **argv, pid_t guard)
{
    static const struct rlimit no_core = {0};
    sigset_t none;
    sigemptyset(&none);
    setsid();
    setrlimit(RLIMIT_CORE, &no_core);
    fcntl(GUARD_REPORT_FD, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != guard)
        _exit(127);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(argv[0], argv + 1, environ);
    give_up(errno);
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
            report(0, status);
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

// `argv`: the program's path, then its argv. All signals are blocked since before this process began.
static _Noreturn void guard_run(pid_t parent, char **argv)
{
    struct guard g = {0};
    prctl(PR_SET_NAME, guard_name);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    if (close_range(GUARD_REPORT_FD + 1, ~0U, 0) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        give_up(errno);
    pid_t self = getpid();
    g.program = fork();
    if (g.program == 0)
        program_run(argv, self);
    if (g.program < 0)
        give_up(errno);
    close_range(0, GUARD_REPORT_FD - 1, 0);
    wait_for_program(&g);
    kill_everyone(&g);
    _exit(0);
}

// Called before main, with its arguments (glibc does that).
__attribute__((constructor)) static void guard_begin(int argc, char **argv)
{
    enum { PARENT = 1, PROGRAM = 2, PROGRAM_NAME = 3 };
    if (argc > PROGRAM_NAME && strcmp(argv[0], guard_name) == 0)
        guard_run((pid_t)strtol(argv[PARENT], NULL, 10), argv + PROGRAM);
}
