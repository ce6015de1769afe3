// The tree's target.yaml: what was looked at, and when it hurt. It is written anew before each analysis, so
// that whoever judges the tree later looks through the same window.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/session/live_inside.h"

#define WINDOW (30 * USEC_MIN)

usec_t live_since(const struct session *s)
{
    usec_t from = session_target(s)->window.from, to = s->target.window.to;
    if (from != TIME_UNKNOWN)
        return from;
    return (to != TIME_UNKNOWN ? to : clock_now()) - WINDOW;
}

struct window live_window(const struct session *s, usec_t since)
{
    usec_t to = s->target.window.to;
    return (struct window){since, to != TIME_UNKNOWN ? to : clock_now()};
}

static bool write_file(const char *path, struct span text, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t n = fd < 0 ? -1 : write(fd, text.at, text.len);
    int wrong = n < 0 ? errno : (size_t)n < text.len ? ENOSPC : 0;
    if (fd >= 0 && close(fd) != 0 && !wrong)
        wrong = errno;
    return !wrong || error_set_errno(err, wrong, "%s", path);
}

// Beside it first: a full disk leaves what was there.
static bool replace_file(const char *path, struct span text, struct error *err)
{
    char *beside = mem_printf("%s.new", path);
    bool ok = write_file(beside, text, err) || (unlink(beside), false); // the error is the writing's
    if (ok && rename(beside, path) != 0)
        ok = error_set_errno(err, errno, "%s", path);
    free(beside);
    return ok;
}

bool live_write_target(const struct session *s, const char *tree, struct window window, struct error *err)
{
    struct target target = *session_target(s);
    target.window = window;
    char *path = mem_printf("%s/target.yaml", tree), *text = session_target_text(&target);
    bool ok = replace_file(path, span_of(text), err);
    free(text);
    free(path);
    return ok;
}
