// The child is made with fork, so the work needs no program of its own; it begins by giving everything away:
// descriptors, signal handlers, the file system, the network. It says how it went through a pipe, so that its
// words arrive even where its exit status says nothing. Landlock is asked for by number (glibc has no calls
// for it) and for as much as the kernel knows; a kernel without it is no error, because the work itself, too,
// must refuse what leads out of its folder.
#include "core/door/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// ------------------------------------------------------------------ Landlock

// Rights by the version of the interface (Documentation/userspace-api/landlock.rst); what the headers of
// Debian 12 lack is given by its bit.
enum {
    LANDLOCK_FS_V1 = (1 << 13) - 1,
    LANDLOCK_FS_REFER = 1 << 13,     // version 2
    LANDLOCK_FS_TRUNCATE = 1 << 14,  // version 3
    LANDLOCK_FS_IOCTL_DEV = 1 << 15, // version 5
    LANDLOCK_NET_TCP = 3,            // version 4: bind and connect
    LANDLOCK_SCOPE_ALL = 3,          // version 6: abstract sockets and signals
};

struct landlock_handled { // struct landlock_ruleset_attr as of version 6
    uint64_t fs, net, scoped;
};

static struct landlock_handled landlock_rights(long version)
{
    struct landlock_handled h = {.fs = LANDLOCK_FS_V1};
    h.fs |= version >= 2 ? LANDLOCK_FS_REFER : 0;
    h.fs |= version >= 3 ? LANDLOCK_FS_TRUNCATE : 0;
    h.fs |= version >= 5 ? LANDLOCK_FS_IOCTL_DEV : 0;
    h.net = version >= 4 ? LANDLOCK_NET_TCP : 0;
    h.scoped = version >= 6 ? LANDLOCK_SCOPE_ALL : 0;
    return h;
}

static size_t landlock_size(long version)
{
    return version >= 6 ? 24 : version >= 4 ? 16 : 8;
}

// Below 1: the kernel has none.
static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool sandbox_has_landlock(void)
{
    return landlock_version() >= 1;
}

static void landlock_enter(int write_dir)
{
    long version = landlock_version();
    if (version < 1 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return;
    struct landlock_handled handled = landlock_rights(version);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, landlock_size(version), 0);
    if (rules < 0)
        return;
    struct landlock_path_beneath_attr below = {
        .allowed_access = (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                           LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG) &
                          handled.fs,
        .parent_fd = write_dir,
    };
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0)
        syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
}

// ------------------------------------------------------------------ the child

static void give_away_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// Closes every descriptor but the three, which may stand in any order.
static void give_away_files(int a, int b, int c)
{
    unsigned from = 0;
    for (int left = 3; left > 0; left--) {
        unsigned next = ~0U;
        const int keep[] = {a, b, c};
        for (size_t i = 0; i < sizeof keep / sizeof *keep; i++) {
            if ((unsigned)keep[i] >= from && (unsigned)keep[i] < next)
                next = (unsigned)keep[i];
        }
        if (next == ~0U)
            break;
        if (next > from)
            close_range(from, next - 1, 0);
        from = next + 1;
    }
    close_range(from, ~0U, 0);
}

static uint64_t memory_now(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;
    if (f && fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void limit(int what, uint64_t most)
{
    struct rlimit r = {.rlim_cur = most, .rlim_max = most};
    setrlimit((__rlimit_resource_t)what, &r);
}

static void take_limits(const struct sandbox *box, uint64_t memory)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, box->seconds);
    limit(RLIMIT_FSIZE, box->file_bytes);
    if (memory)
        limit(RLIMIT_AS, memory + box->memory);
}

static _Noreturn void child_run(const struct sandbox *box, sandbox_fn *work, void *context, int out)
{
    give_away_signals();
    uint64_t memory = memory_now();
    give_away_files(box->read_fd, box->write_dir, out);
    take_limits(box, memory);
    landlock_enter(box->write_dir);
    struct error err = {0};
    bool good = work(context, &err);
    size_t len = good ? 0 : strlen(err.text);
    ssize_t said = len ? write(out, err.text, len) : 0;
    _exit(good && said == 0 ? 0 : 1);
}

// ------------------------------------------------------------------ the parent

static size_t hear(int fd, char *to, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, to + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    return have;
}

static bool child_wait(pid_t pid, const struct error *said, struct error *err)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return error_set_errno(err, errno, "the child that does the work is lost");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (*said->text)
        return error_set(err, "%s", said->text);
    if (!WIFSIGNALED(status))
        return error_set(err, "the child that does the work gave up without a word");
    switch (WTERMSIG(status)) {
    case SIGXCPU:
        return error_set(err, "takes more processor time than is allowed");
    case SIGXFSZ:
        return error_set(err, "a file grows larger than is allowed");
    default:
        return error_set(err, "the child that does the work was killed: %s", strsignal(WTERMSIG(status)));
    }
}

bool sandbox_run(const struct sandbox *box, sandbox_fn *work, void *context, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, errno, "no pipe for a child");
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        child_run(box, work, context, ends[1]);
    }
    int why = errno;
    close(ends[1]);
    struct error said = {0};
    if (pid > 0)
        hear(ends[0], said.text, sizeof said.text - 1);
    close(ends[0]);
    return pid < 0 ? error_set_errno(err, why, "no child can be made") : child_wait(pid, &said, err);
}
