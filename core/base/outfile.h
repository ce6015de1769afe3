// Writing a result into a file: a reader never sees half of it, and a full disk leaves the earlier file
// alone.
#ifndef D5_BASE_OUTFILE_H
#define D5_BASE_OUTFILE_H

#include "core/base/error.h"
#include "core/base/span.h"

// A file is written beside its place (0600) and moved there when it is on the disk; an existing device or
// pipe is written to as it is. A folder is refused.
bool outfile_write(const char *path, struct span text, struct error *err);

// All of it, whatever write(2) takes at a time. 0 or -errno.
int outfile_write_fd(int fd, struct span text);

#endif
