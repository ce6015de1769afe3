// Writes results to standard output or into a file.
#include "tui/cli_output.h"

#include <unistd.h>

#include "core/base/outfile.h"

bool cli_write(const char *path, struct span text, struct error *err)
{
    if (path && strcmp(path, "-") != 0)
        return outfile_write(path, text, err);
    int rc = outfile_write_fd(STDOUT_FILENO, text);
    return rc == 0 || error_set_errno(err, rc, "standard output");
}
