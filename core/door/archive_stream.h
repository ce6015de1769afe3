// Entries into a .tar.gz, one after the other; for archive_writer.c alone.
#ifndef D5_DOOR_ARCHIVE_STREAM_H
#define D5_DOOR_ARCHIVE_STREAM_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/span.h"

struct archive_stream;

struct archive_stream *archive_stream_open(int fd, struct error *err); // the descriptor stays the caller's
bool archive_stream_begin(struct archive_stream *s, const char *name, uint64_t size, struct error *err);
bool archive_stream_data(struct archive_stream *s, struct span data,
                         struct error *err);                            // `size` bytes in all
bool archive_stream_close(struct archive_stream *s, struct error *err); // frees it, also when it fails

#endif
