// The watcher is a child that waits at a pipe whose other end only this process holds: the pipe ends with the
// process, be it by exit, by a signal or by the OOM killer, and then the watcher removes the folder. It sits
// in a session of its own, so that what a terminal sends to everybody does not reach it.
#include "core/door/tempdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

static _Noreturn void watch(const char *path, int end)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        signal(ignored[i], SIG_IGN);
    setsid();
    prctl(PR_SET_NAME, "d5tui-tidy");
    if (end > 0)
        close_range(0, (unsigned)end - 1, 0);
    close_range((unsigned)end + 1, ~0U, 0);
    char byte;
    while (read(end, &byte, 1) < 0 && errno == EINTR)
        continue;
    tempdir_remove_tree(path);
    _exit(0);
}

static bool watcher_start(struct tempdir *dir, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, errno, "no pipe for a child");
    dir->watcher = fork();
    if (dir->watcher == 0)
        watch(dir->path, ends[0]);
    int why = errno;
    close(ends[0]);
    dir->alive = ends[1];
    return dir->watcher > 0 || error_set_errno(err, why, "no child can be made");
}

struct tempdir *tempdir_new(const char *below, struct error *err)
{
    const char *tmp = getenv("TMPDIR");
    if (!below)
        below = tmp && *tmp ? tmp : "/tmp";
    struct tempdir *dir = mem_alloc(sizeof *dir);
    dir->alive = -1;
    dir->path = mem_printf("%s/d5tui-XXXXXX", below);
    if (!mkdtemp(dir->path)) {
        error_set_errno(err, errno, "%s: no private folder can be made there (set TMPDIR)", below);
        free(dir->path);
        free(dir);
        return NULL;
    }
    if (watcher_start(dir, err))
        return dir;
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
