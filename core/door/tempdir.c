// The watcher is a child that waits at a pipe whose other end only this process holds: the pipe ends with the
// process, be it by exit, by a signal or by the OOM killer, and then the watcher removes the folder. It sits
// in a session of its own, so that what a terminal sends to everybody does not reach it.
#include "core/door/tempdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"

enum { REMOVE_DEPTH_MAX = 128 };

struct tempdir {
    char *path;
    int alive; // the end that closes with this process
    pid_t watcher;
};

// ------------------------------------------------------------------ removing

static void remove_below(int fd, unsigned depth);

static void remove_entry(int parent, const char *name, unsigned depth)
{
    if (unlinkat(parent, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && depth < REMOVE_DEPTH_MAX)
        remove_below(fd, depth + 1);
    else if (fd >= 0)
        close(fd);
    unlinkat(parent, name, AT_REMOVEDIR);
}

// Takes the descriptor.
static void remove_below(int fd, unsigned depth)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            remove_entry(dirfd(dir), e->d_name, depth);
    }
    closedir(dir);
}

void tempdir_empty(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        remove_below(fd, 0);
}

void tempdir_remove_tree(const char *path)
{
    tempdir_empty(path);
    rmdir(path);
}

// ------------------------------------------------------------------ watching

// A child of the process that ends may still be writing when the folder goes; it ends, too, in a moment.
static void remove_for_good(const char *path)
{
    enum { TRIES = 200, MILLISECONDS = 10 };
    for (int i = 0; i < TRIES && access(path, F_OK) == 0; i++) {
        tempdir_remove_tree(path);
        poll(NULL, 0, i ? MILLISECONDS : 0);
    }
}

// Makes the folder itself, so that there is no moment at which it is there and nobody watches it. Signals are
// still blocked here; those that end programs stay away.
static _Noreturn void watch(char *path, int told, int alive)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        signal(ignored[i], SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    prctl(PR_SET_NAME, "d5tui-tidy");
    int why = mkdtemp(path) ? 0 : errno;
    size_t len = strlen(path);
    if (write(told, &why, sizeof why) < 0 || (why == 0 && write(told, path, len) < 0))
        why = why ? why : EPIPE; // nobody is there any more: the pipe below has ended, too
    dup2(alive, 0);
    close_range(1, ~0U, 0);
    char byte;
    while (why == 0 && read(0, &byte, 1) < 0 && errno == EINTR)
        continue;
    remove_for_good(path);
    _exit(0);
}

// Reads until the other end is closed.
static size_t hear(int fd, char *to, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, to + have, n - have);
        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        have += got > 0 ? (size_t)got : 0;
    }
    return have;
}

static pid_t watcher_fork(char *path, const int told[2], const int alive[2])
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        close(alive[1]);
        watch(path, told[1], alive[0]);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

// Starts the watcher and learns the folder's name from it.
static bool watcher_start(struct tempdir *dir, struct error *err)
{
    int told[2], alive[2], why = EIO;
    if (pipe2(told, O_CLOEXEC) < 0)
        return error_set_errno(err, errno, "no pipe for a child");
    if (pipe2(alive, O_CLOEXEC) < 0) {
        error_set_errno(err, errno, "no pipe for a child");
        close(told[0]);
        close(told[1]);
        return false;
    }
    dir->watcher = watcher_fork(dir->path, told, alive);
    dir->alive = alive[1];
    close(alive[0]);
    close(told[1]);
    size_t len = strlen(dir->path);
    bool good = dir->watcher > 0 && hear(told[0], (char *)&why, sizeof why) == sizeof why && why == 0 &&
                hear(told[0], dir->path, len) == len;
    close(told[0]);
    return good || error_set_errno(err, why, "no private folder can be made (TMPDIR says where)");
}

struct tempdir *tempdir_new(const char *below, struct error *err)
{
    const char *tmp = getenv("TMPDIR");
    if (!below)
        below = tmp && *tmp ? tmp : "/tmp";
    struct tempdir *dir = mem_alloc(sizeof *dir);
    dir->alive = -1;
    dir->path = mem_printf("%s/d5tui-XXXXXX", below);
    if (watcher_start(dir, err))
        return dir;
    error_prefix(err, "%s", below);
    tempdir_free(dir);
    return NULL;
}

const char *tempdir_path(const struct tempdir *dir)
{
    return dir->path;
}

void tempdir_free(struct tempdir *dir)
{
    if (!dir)
        return;
    if (dir->alive >= 0)
        close(dir->alive);
    while (dir->watcher > 0 && waitpid(dir->watcher, NULL, 0) < 0 && errno == EINTR)
        continue;
    tempdir_remove_tree(dir->path); // where the watcher could not
    free(dir->path);
    free(dir);
}
