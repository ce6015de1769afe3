// Archives (libarchive, loaded at first use): compressed texts in, bundles in, exports out.
#ifndef D5_DOOR_ARCHIVE_H
#define D5_DOOR_ARCHIVE_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/span.h"
#include "core/base/str.h"

// Whether the library is there.
bool archive_available(struct error *err);

// Whether the first bytes of a file are those of gzip, xz, zstd or bzip2.
bool archive_is_compressed(struct span head);

// Whether unpacked bytes (512 are enough) begin a tar archive: by its header's checksum (tar(5)).
bool archive_is_tar(struct span head);

// The unpacked text of one compressed file; the caller frees *ret. At most `max` bytes, more is an error.
bool archive_text(const char *file, size_t max, char **ret, size_t *ret_len, struct error *err);

// The first bytes of it, up to n; what could be read, 0 on any error.
size_t archive_head(const char *file, char *ret, size_t n);

struct archive_limits {
    uint64_t bytes;   // of all entries together
    uint32_t entries; // files and folders
    uint32_t ratio;   // unpacked bytes to packed ones, once 64 MiB are unpacked
};
extern const struct archive_limits archive_default_limits; // 16 GiB, 100,000, 200

// Unpacks a tar archive, compressed or not, into the folder `to`, which must be there and empty. Done by a
// child that can write nothing else (sandbox.h). Only files and folders are taken; one entry of another kind
// (a link, a device, a pipe), with a bad name (unpackdir.h), that comes twice, or that goes over a limit
// makes all of it refused, by that entry's name, and `to` is empty again. So it is when the archive is broken
// off.
bool archive_unpack(const char *file, const char *to, const struct archive_limits *limits, struct error *err);

// Writing a .tar.gz that is the same, byte for byte, for the same contents: entries sorted by name, all times
// 1970, no owner. Names may be added in any order, each once.
struct archive_writer *archive_writer_new(void);
void archive_writer_free(struct archive_writer *w); // takes NULL

// What an entry holds, asked for when its turn comes; `ret` is empty.
typedef bool archive_content_fn(void *context, struct str *ret, struct error *err);

void archive_writer_add_text(struct archive_writer *w, const char *name, struct span text); // copied
void archive_writer_add_file(struct archive_writer *w, const char *name, const char *file);
void archive_writer_add_call(struct archive_writer *w, const char *name, archive_content_fn *call,
                             void *context);

// Writes the archive under `path`, mode 0600; what stood there is replaced in one step, and only when all
// went well.
bool archive_writer_finish(struct archive_writer *w, const char *path, struct error *err);

#endif
