// Every step down is taken by descriptor with O_NOFOLLOW, so that even a link that somebody else puts there
// meanwhile is not followed; every file is made with O_EXCL, so that a name that comes twice is noticed.
#include "core/door/unpackdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/utf8.h"

enum { NAME_BYTES_MAX = 1024, NAME_DEPTH_MAX = 32 };

static bool name_is_printable(struct span name)
{
    while (name.len) {
        uint32_t c;
        unsigned n = utf8_decode(name, &c);
        if ((c & UTF8_BAD) || utf8_is_unsafe(c))
            return false;
        name = span_from(name, n);
    }
    return true;
}

static bool part_is_good(struct span part, struct error *err)
{
    if (part.len == 0 || span_is(part, "."))
        return error_set(err, "its name has an empty part");
    if (span_is(part, ".."))
        return error_set(err, "its name leads out of the folder");
    return part.len <= NAME_MAX || error_set(err, "a part of its name is longer than 255 bytes");
}

bool unpackdir_check_name(struct span name, struct span *ret, struct error *err)
{
    if (span_starts(name, "/"))
        return error_set(err, "its name is absolute");
    if (name.len > NAME_BYTES_MAX)
        return error_set(err, "its name is longer than 1024 bytes");
    if (!name_is_printable(name))
        return error_set(err, "its name holds bytes that are no printable UTF-8");
    while (span_skip(&name, "./"))
        continue;
    if (name.len && name.at[name.len - 1] == '/')
        name.len--;
    *ret = span_is(name, ".") ? span_of("") : name;
    if (ret->len == 0)
        return true;
    unsigned depth = 0;
    struct span rest = *ret, part;
    while (span_cut(&rest, '/', &part)) {
        if (!part_is_good(part, err))
            return false;
        if (++depth > NAME_DEPTH_MAX)
            return error_set(err, "it lies more than 32 folders deep");
    }
    return true;
}

static char *copy_part(struct span part, char ret[static NAME_MAX + 1])
{
    memcpy(ret, part.at, part.len);
    ret[part.len] = '\0';
    return ret;
}

// Opens a folder in `parent`, which is closed in any case; makes it first where it is not there. -1 on error.
static int step_down(int parent, struct span part, struct error *err)
{
    char name[NAME_MAX + 1];
    copy_part(part, name);
    int ret = -1;
    if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
        error_set_errno(err, errno, "cannot make its folder");
    else if ((ret = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        error_set(err, "a file stands where its folder should be");
    close(parent);
    return ret;
}

// The folder that holds `name`, whose last part is given as *ret_last. -1 on error.
static int open_parent(int dir, struct span name, struct span *ret_last, struct error *err)
{
    int at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    if (at < 0)
        error_set_errno(err, errno, "cannot go on");
    struct span part;
    while (at >= 0 && span_cut(&name, '/', &part) && name.at)
        at = step_down(at, part, err);
    *ret_last = part;
    return at;
}

bool unpackdir_folder(int dir, struct span name, struct error *err)
{
    struct span last = {0};
    int at = open_parent(dir, name, &last, err);
    if (at >= 0)
        at = step_down(at, last, err);
    if (at >= 0)
        close(at);
    return at >= 0;
}

bool unpackdir_file(int dir, struct span name, int *ret_fd, struct error *err)
{
    struct span last = {0};
    int at = open_parent(dir, name, &last, err);
    if (at < 0)
        return false;
    char text[NAME_MAX + 1];
    *ret_fd = openat(at, copy_part(last, text), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int why = errno;
    close(at);
    if (*ret_fd >= 0)
        return true;
    return why == EEXIST ? error_set(err, "its name comes twice")
                         : error_set_errno(err, why, "cannot be written");
}

static enum unpackdir_moved rename_into(int from, struct span from_name, int to, struct span to_name,
                                        struct error *err)
{
    char from_text[NAME_MAX + 1], to_text[NAME_MAX + 1];
    copy_part(from_name, from_text);
    copy_part(to_name, to_text);
    if (renameat2(from, from_text, to, to_text, RENAME_NOREPLACE) == 0)
        return UNPACKDIR_MOVED;
    if (errno == ENOENT)
        return UNPACKDIR_NOTHING_THERE;
    if (errno == EEXIST)
        return UNPACKDIR_TAKEN;
    error_set_errno(err, errno, "what stands there cannot be moved");
    return UNPACKDIR_FAILED;
}

enum unpackdir_moved unpackdir_move(int dir, struct span from, struct span to, struct error *err)
{
    struct span from_last = {0}, to_last = {0};
    int from_at = open_parent(dir, from, &from_last, err);
    int to_at = from_at < 0 ? -1 : open_parent(dir, to, &to_last, err);
    enum unpackdir_moved ret =
        to_at < 0 ? UNPACKDIR_FAILED : rename_into(from_at, from_last, to_at, to_last, err);
    if (from_at >= 0)
        close(from_at);
    if (to_at >= 0)
        close(to_at);
    return ret;
}
