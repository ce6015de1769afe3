// Writes results. A reader of the file never sees half of it, and a full disk leaves the earlier file alone.
#include "tui/cli_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

static int write_all(int fd, struct span text)
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
    int rc = fd < 0 ? -errno : write_all(fd, text);
    if (fd >= 0 && close(fd) != 0 && rc == 0)
        rc = -errno;
    return rc == 0 || error_set_errno(err, rc, "%s", path);
}

static bool write_beside(const char *path, struct span text, struct error *err)
{
    char *beside = mem_printf("%s.XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC); // 0600
    int rc = fd < 0 ? -errno : write_all(fd, text);
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

bool cli_write(const char *path, struct span text, struct error *err)
{
    struct stat st;
    if (!path || strcmp(path, "-") == 0) {
        int rc = write_all(STDOUT_FILENO, text);
        return rc == 0 || error_set_errno(err, rc, "standard output");
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return error_set(err, "%s: is a folder; name a file in it", path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return write_in_place(path, text, err);
    return write_beside(path, text, err);
}
