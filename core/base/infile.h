// A file of our own, read whole: of a case, or what was exported. No link is followed, and nothing but a file
// or a pipe that somebody writes to is waited for.
#ifndef D5_BASE_INFILE_H
#define D5_BASE_INFILE_H

#include "core/base/error.h"
#include "core/base/str.h"

// Appended. At most 256 MiB, more is an error.
bool infile_read(const char *path, struct str *ret, struct error *err);

#endif
