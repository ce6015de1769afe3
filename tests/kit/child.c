// Parts are plain functions over system calls: what a program does that hangs, floods, forks itself away or
// will not hear SIGTERM.
#include "tests/kit/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/span.h"

static void say(const char *text)
{
    if (write(1, text, strlen(text)) < 0)
        _exit(9);
}

static void say_pid(void)
{
    char *text = mem_printf("%d\n", (int)getpid());
    say(text);
    free(text);
}

static _Noreturn void wait_forever(void)
{
    for (;;)
        pause();
}

static void play_hang(char **args)
{
    (void)args;
    say_pid();
    wait_forever();
}

static void play_stubborn(char **args)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    play_hang(args);
}

// child:flood: as fast as it can, for ever; with a number, so many KiB.
static void play_flood(char **args)
{
    static char line[64 * 1024];
    memset(line, 'x', sizeof line);
    for (size_t i = 127; i < sizeof line; i += 128)
        line[i] = '\n';
    long left = *args ? atol(*args) : LONG_MAX;
    for (; left > 0; left -= (long)sizeof line / 1024) {
        if (write(1, line, sizeof line) < 0)
            _exit(9);
    }
    _exit(0);
}

// child:pour MEGABYTES: so many a second, for ever, a hundredth of them each 10 ms.
static void play_pour(char **args)
{
    size_t piece = (size_t)atoi(*args) * 10000;
    char *text = mem_alloc(piece);
    memset(text, 'x', piece);
    for (size_t i = 99; i < piece; i += 100)
        text[i] = '\n';
    for (;;) {
        for (size_t at = 0; at < piece;) {
            ssize_t n = write(1, text + at, piece - at);
            if (n < 0)
                _exit(9);
            at += (size_t)n;
        }
        poll(NULL, 0, 10);
    }
}

// Leaves two behind in sessions of their own that ignore SIGTERM; with a number the first waits so long (ms)
// for a SIGTERM before it exits with 0.
static void play_away(char **args)
{
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            setsid();
            if (fork() == 0)
                play_hang(args);
            _exit(0);
        }
    }
    if (!*args)
        wait_forever();
    poll(NULL, 0, atoi(*args));
    _exit(0);
}

// Ends by itself only where nobody holds it any more, for the sake of the machine.
static _Noreturn void run_away(void)
{
    setsid();
    while (fork() <= 0 && getppid() != 1)
        continue;
    _exit(0);
}

// Never the same process for long: each has a child and goes.
static void play_runaway(char **args)
{
    (void)args;
    signal(SIGTERM, SIG_IGN);
    say_pid();
    for (int i = 0; i < 4; i++) {
        if (fork() == 0)
            run_away();
    }
    wait_forever();
}

static void play_say(char **args)
{
    for (; *args; args++)
        say(*args);
    _exit(0);
}

// Hangs the first time; which that is, a file says.
static void play_late(char **args)
{
    if (open(*args, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0)
        play_hang(args);
    play_say(args + 1);
}

static void play_exit(char **args)
{
    int status = atoi(*args++);
    for (; *args; args++) {
        if (write(2, *args, strlen(*args)) < 0)
            _exit(9);
    }
    _exit(status);
}

static void play_die(char **args)
{
    raise(atoi(*args));
}

static void play_quiet(char **args)
{
    close(1);
    close(2);
    poll(NULL, 0, 100);
    _exit(atoi(*args));
}

// child:connect PATH: a connection that others share. PATH comes to be when it can be used; PATH.1, PATH.2, …
// tell how often one was made.
static void play_connect(char **args)
{
    for (int i = 1; i < 10; i++) {
        char *made = mem_printf("%s.%d", *args, i);
        int fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        free(made);
        if (fd >= 0)
            break;
    }
    poll(NULL, 0, 50);
    if (open(*args, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0)
        _exit(9);
    wait_forever();
}

// What it was given: arguments, environment, open files, signals, whether its input is at its end.
static void play_look(char **args)
{
    for (; *args; args++)
        printf("arg %s\n", *args);
    for (char **e = environ; *e; e++)
        printf("env %s\n", *e);
    for (int fd = 0; fd < 1024; fd++) {
        if (dup2(fd, fd) == fd)
            printf("fd %d\n", fd);
    }
    for (int i = 1; i < 32; i++) {
        struct sigaction how;
        sigset_t blocked;
        sigaction(i, NULL, &how);
        sigprocmask(SIG_SETMASK, NULL, &blocked);
        if (how.sa_handler == SIG_IGN || sigismember(&blocked, i))
            printf("signal %d\n", i);
    }
    char byte;
    printf("input %zd\nsession %d\n", read(0, &byte, 1), getsid(0) == getpid());
    exit(0);
}

static const struct {
    const char *name;
    void (*play)(char **args);
} parts[] = {
    {"child:hang", play_hang},       {"child:stubborn", play_stubborn}, {"child:flood", play_flood},
    {"child:away", play_away},       {"child:runaway", play_runaway},   {"child:say", play_say},
    {"child:exit", play_exit},       {"child:die", play_die},           {"child:quiet", play_quiet},
    {"child:late", play_late},       {"child:look", play_look},         {"child:pour", play_pour},
    {"child:connect", play_connect},
};

void child_play(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < ARRAY_LEN(parts); i++) {
        if (strcmp(argv[1], parts[i].name) == 0)
            parts[i].play(argv + 2);
    }
}

char *child_program(void)
{
    char *path = realpath("/proc/self/exe", NULL);
    return path ? path : mem_strdup("/proc/self/exe");
}

bool child_is_gone(int pid)
{
    int fd = pidfd_open(pid, 0);
    if (fd < 0)
        return errno == ESRCH;
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    bool gone = poll(&ended, 1, 10000) == 1;
    close(fd);
    return gone;
}

// /proc/PID/cmdline: the words, each with a NUL behind it.
static bool plays(const char *pid, const char *part)
{
    char *path = mem_printf("/proc/%s/cmdline", pid), words[256];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, words, sizeof words);
    if (fd >= 0)
        close(fd);
    free(path);
    struct span rest = span_make(words, n > 0 ? (size_t)n : 0), word;
    span_cut(&rest, '\0', &word);
    return span_cut(&rest, '\0', &word) && span_is(word, part);
}

unsigned child_count(const char *part)
{
    unsigned n = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] >= '1' && e->d_name[0] <= '9' && plays(e->d_name, part);
    if (dir)
        closedir(dir);
    return n;
}
