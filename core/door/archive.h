// Archives (libarchive, loaded at first use): compressed texts in, bundles in, exports out.
#ifndef D5_DOOR_ARCHIVE_H
#define D5_DOOR_ARCHIVE_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/span.h"

// Whether the first bytes of a file are those of gzip, xz, zstd or bzip2.
bool archive_is_compressed(struct span head);

// The unpacked text of one compressed file; the caller frees *ret. At most `max` bytes, more is an error.
bool archive_text(const char *file, size_t max, char **ret, size_t *ret_len, struct error *err);

// The first bytes of it, up to n; what could be read, 0 on any error.
size_t archive_head(const char *file, char *ret, size_t n);

#endif
