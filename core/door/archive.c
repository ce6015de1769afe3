// The one place that knows libarchive. It is loaded at first use: it brings libxml2 and ICU along, which cost
// more than the rest of the program's start. Each call fills its own table of functions, so nothing is kept
// between calls.
#include "core/door/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "core/base/dynload.h"
#include "core/base/mem.h"

#define ARCHIVE_LIBRARY "libarchive.so.13"

#define ARCHIVE_FUNCTIONS(F)                                                                                 \
    F(archive_error_string)                                                                                  \
    F(archive_read_new)                                                                                      \
    F(archive_read_free)                                                                                     \
    F(archive_read_support_filter_gzip)                                                                      \
    F(archive_read_support_filter_xz)                                                                        \
    F(archive_read_support_filter_zstd)                                                                      \
    F(archive_read_support_filter_bzip2)                                                                     \
    F(archive_read_support_format_raw)                                                                       \
    F(archive_read_support_format_empty)                                                                     \
    F(archive_read_open_filename)                                                                            \
    F(archive_read_next_header)                                                                              \
    F(archive_read_data)

struct library {
#define ARCHIVE_POINTER(f) __typeof__(f) *f;
    ARCHIVE_FUNCTIONS(ARCHIVE_POINTER)
#undef ARCHIVE_POINTER
};

static bool library_load(struct library *lib, struct error *err)
{
#define ARCHIVE_SYMBOL(f) {#f, offsetof(struct library, f)},
    static const struct dynload_symbol symbols[] = {ARCHIVE_FUNCTIONS(ARCHIVE_SYMBOL)};
#undef ARCHIVE_SYMBOL
    return dynload_open(ARCHIVE_LIBRARY, symbols, ARRAY_LEN(symbols), lib, err);
}

static bool archive_fail(const struct library *lib, struct archive *a, struct error *err)
{
    const char *words = lib->archive_error_string(a);
    return error_set(err, "cannot be unpacked: %s", words ? words : "it is broken off");
}

// ------------------------------------------------------------------ single compressed files

enum { ARCHIVE_BLOCK = 64 << 10 };

bool archive_is_compressed(struct span head)
{
    return span_starts(head, "\x1F\x8B") ||
           span_starts(head, "\xFD"
                             "7zXZ") ||
           span_starts(head, "\x28\xB5\x2F\xFD") || (span_starts(head, "BZh") && head.len > 3);
}

static bool archive_open_raw(const struct library *lib, struct archive *a, const char *file)
{
    struct archive_entry *entry;
    lib->archive_read_support_filter_gzip(a);
    lib->archive_read_support_filter_xz(a);
    lib->archive_read_support_filter_zstd(a);
    lib->archive_read_support_filter_bzip2(a);
    lib->archive_read_support_format_raw(a);
    lib->archive_read_support_format_empty(a);
    if (lib->archive_read_open_filename(a, file, ARCHIVE_BLOCK) != ARCHIVE_OK)
        return false;
    int status = lib->archive_read_next_header(a, &entry);
    return status == ARCHIVE_OK || status == ARCHIVE_EOF;
}

static bool archive_read_all(const struct library *lib, struct archive *a, size_t max, char **ret,
                             size_t *ret_len, struct error *err)
{
    size_t cap = 0;
    for (;;) {
        *ret = mem_grow(*ret, &cap, *ret_len + ARCHIVE_BLOCK, 1);
        ssize_t got = lib->archive_read_data(a, *ret + *ret_len, ARCHIVE_BLOCK);
        if (got < 0)
            return archive_fail(lib, a, err);
        if (got == 0)
            return true;
        *ret_len += (size_t)got;
        if (*ret_len > max)
            return error_set(err, "unpacks to more than %zu MiB", max >> 20);
    }
}

bool archive_text(const char *file, size_t max, char **ret, size_t *ret_len, struct error *err)
{
    struct library lib;
    if (!library_load(&lib, err))
        return false;
    struct archive *a = lib.archive_read_new();
    char *text = NULL;
    size_t len = 0;
    bool good = archive_open_raw(&lib, a, file) ? archive_read_all(&lib, a, max, &text, &len, err)
                                                : archive_fail(&lib, a, err);
    lib.archive_read_free(a);
    if (!good) {
        free(text);
        return false;
    }
    *ret = text;
    *ret_len = len;
    return true;
}

size_t archive_head(const char *file, char *ret, size_t n)
{
    struct library lib;
    if (!library_load(&lib, NULL))
        return 0;
    struct archive *a = lib.archive_read_new();
    ssize_t got = archive_open_raw(&lib, a, file) ? lib.archive_read_data(a, ret, n) : 0;
    lib.archive_read_free(a);
    return got < 0 ? 0 : (size_t)got;
}
