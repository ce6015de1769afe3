// Plain read in pieces.
#include "core/base/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FILE_MOST = 256 << 20 };

bool infile_read(const char *path, struct str *ret, struct error *err)
{
    char buffer[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", path);
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0 && ret->len <= FILE_MOST)
        str_add_span(ret, span_make(buffer, (size_t)n));
    bool ok = n >= 0 || error_set_errno(err, errno, "%s", path);
    close(fd);
    if (ok && ret->len > FILE_MOST)
        return error_set(err, "%s: larger than %d MiB", path, FILE_MOST >> 20);
    return ok;
}
