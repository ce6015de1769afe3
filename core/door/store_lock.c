// The lock's file holds one line, "pid user host time"; it is only read where the lock is held by somebody,
// so an old line of a killed owner misleads nobody.
#include "core/door/store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/mem.h"

static void copy_word(char *to, size_t size, struct span word)
{
    word = span_first(word, size - 1);
    memcpy(to, word.at, word.len);
    to[word.len] = '\0';
}

static void read_owner(int fd, struct store_owner *ret)
{
    char line[256];
    ssize_t n = pread(fd, line, sizeof line, 0);
    struct span rest = span_make(line, n > 0 ? (size_t)n : 0), pid, user, host, since;
    if (!span_cut_word(&rest, &pid) || !span_cut_word(&rest, &user) || !span_cut_word(&rest, &host) ||
        !span_cut_word(&rest, &since))
        return;
    span_to_i64(pid, &ret->pid);
    copy_word(ret->user, sizeof ret->user, user);
    copy_word(ret->host, sizeof ret->host, host);
    if (!clock_parse_rfc3339(since, &ret->since))
        ret->since = TIME_UNKNOWN;
}

// A name without white space, so that the line can be taken apart again.
static const char *user_name(char *ret, size_t size)
{
    struct passwd entry, *found = NULL;
    char room[4096];
    uid_t uid = geteuid();
    if (getpwuid_r(uid, &entry, room, sizeof room, &found) == 0 && found && !strpbrk(found->pw_name, " \t\n"))
        snprintf(ret, size, "%s", found->pw_name);
    else
        snprintf(ret, size, "uid-%lu", (unsigned long)uid);
    return ret;
}

static bool write_owner(int fd)
{
    char user[64], host[64] = "", since[32];
    gethostname(host, sizeof host - 1);
    char *line = mem_printf("%ld %s %s %s\n", (long)getpid(), user_name(user, sizeof user),
                            host[0] ? host : "-", clock_format(clock_now(), since));
    ssize_t n = (ssize_t)strlen(line);
    bool ok = ftruncate(fd, 0) == 0 && pwrite(fd, line, (size_t)n, 0) == n;
    free(line);
    return ok;
}

static bool held_by_other(int fd, const char *path, struct store_owner *ret_owner, struct error *err)
{
    struct store_owner owner = {.since = TIME_UNKNOWN};
    struct str text = {0};
    read_owner(fd, &owner);
    store_owner_text(&owner, &text);
    error_set(err, "%s: being written by %s; it can be opened to read", path, str_text(&text));
    str_done(&text);
    if (ret_owner)
        *ret_owner = owner;
    return false;
}

bool store_lock_take(struct store_lock *lock, const char *path, struct store_owner *ret_owner,
                     struct error *err)
{
    char *name = mem_printf("%s-lock", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        error_set_errno(err, errno, "%s", name);
        free(name);
        return false;
    }
    free(name);
    bool ok = flock(fd, LOCK_EX | LOCK_NB) == 0 || held_by_other(fd, path, ret_owner, err);
    if (ok && !write_owner(fd))
        ok = error_set_errno(err, errno, "%s-lock", path);
    if (ok)
        lock->fd = fd;
    else
        close(fd);
    return ok;
}

bool store_is_written(const char *path, struct store_owner *ret)
{
    char *name = mem_printf("%s-lock", path);
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(name);
    *ret = (struct store_owner){.since = TIME_UNKNOWN};
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    if (held)
        read_owner(fd, ret);
    close(fd);
    return held;
}

void store_lock_release(struct store_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

void store_owner_text(const struct store_owner *owner, struct str *ret)
{
    char since[32];
    if (owner->pid == 0) {
        str_add(ret, "another d5tui");
        return;
    }
    str_printf(ret, "d5tui with pid %lld of %s@%s", (long long)owner->pid, owner->user, owner->host);
    if (owner->since != TIME_UNKNOWN)
        str_printf(ret, " since %s", clock_format(owner->since, since));
}
