// Beside its place, to the disk, and then there: rename(2) is what makes it whole or nothing.
#include "core/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

int outfile_write_fd(int fd, struct span text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.at, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        text = span_from(text, (size_t)n);
    }
    return 0;
}

static bool write_in_place(const char *path, struct span text, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    int rc = fd < 0 ? -errno : outfile_write_fd(fd, text);
    if (fd >= 0 && close(fd) != 0 && rc == 0)
        rc = -errno;
    return rc == 0 || error_set_errno(err, rc, "%s", path);
}

static bool write_beside(const char *path, struct span text, struct error *err)
{
    char *beside = mem_printf("%s.XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC); // 0600
    int rc = fd < 0 ? -errno : outfile_write_fd(fd, text);
    if (rc == 0 && fsync(fd) != 0)
        rc = -errno;
    if (fd >= 0 && close(fd) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(beside, path) != 0)
        rc = -errno;
    if (rc != 0 && fd >= 0)
        unlink(beside);
    free(beside);
    return rc == 0 || error_set_errno(err, rc, "%s", path);
}

bool outfile_write(const char *path, struct span text, struct error *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return error_set(err, "%s: is a folder; name a file in it", path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return write_in_place(path, text, err);
    return write_beside(path, text, err);
}
