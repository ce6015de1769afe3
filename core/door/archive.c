// The one place that knows libarchive. It is loaded at first use: it brings libxml2 and ICU along, which cost
// more than the rest of the program's start. Each call fills its own table of functions, so nothing is kept
// between calls. Reading is in this file, unpacking and writing below it.
#include "core/door/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/dynload.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/archive_stream.h"
#include "core/door/sandbox.h"
#include "core/door/tempdir.h"
#include "core/door/unpackdir.h"

#define ARCHIVE_LIBRARY "libarchive.so.13"

#define ARCHIVE_FUNCTIONS(F)                                                                                 \
    F(archive_entry_clear)                                                                                   \
    F(archive_entry_filetype)                                                                                \
    F(archive_entry_free)                                                                                    \
    F(archive_entry_hardlink)                                                                                \
    F(archive_entry_mtime)                                                                                   \
    F(archive_entry_new)                                                                                     \
    F(archive_entry_pathname)                                                                                \
    F(archive_entry_pathname_utf8)                                                                           \
    F(archive_entry_set_filetype)                                                                            \
    F(archive_entry_set_mtime)                                                                               \
    F(archive_entry_set_pathname)                                                                            \
    F(archive_entry_set_perm)                                                                                \
    F(archive_entry_set_size)                                                                                \
    F(archive_entry_size)                                                                                    \
    F(archive_error_string)                                                                                  \
    F(archive_filter_bytes)                                                                                  \
    F(archive_read_data)                                                                                     \
    F(archive_read_free)                                                                                     \
    F(archive_read_new)                                                                                      \
    F(archive_read_next_header)                                                                              \
    F(archive_read_open_fd)                                                                                  \
    F(archive_read_open_filename)                                                                            \
    F(archive_read_support_filter_bzip2)                                                                     \
    F(archive_read_support_filter_gzip)                                                                      \
    F(archive_read_support_filter_xz)                                                                        \
    F(archive_read_support_filter_zstd)                                                                      \
    F(archive_read_support_format_empty)                                                                     \
    F(archive_read_support_format_raw)                                                                       \
    F(archive_read_support_format_tar)                                                                       \
    F(archive_write_add_filter_gzip)                                                                         \
    F(archive_write_close)                                                                                   \
    F(archive_write_data)                                                                                    \
    F(archive_write_free)                                                                                    \
    F(archive_write_header)                                                                                  \
    F(archive_write_new)                                                                                     \
    F(archive_write_open_fd)                                                                                 \
    F(archive_write_set_filter_option)                                                                       \
    F(archive_write_set_format_gnutar)

struct library {
#define ARCHIVE_POINTER(f) __typeof__(f) *f;
    ARCHIVE_FUNCTIONS(ARCHIVE_POINTER)
#undef ARCHIVE_POINTER
};

static bool library_load(struct library *lib, struct error *err)
{
#define ARCHIVE_SYMBOL(f) DYNLOAD(struct library, f, #f),
    static const struct dynload_symbol symbols[] = {ARCHIVE_FUNCTIONS(ARCHIVE_SYMBOL)};
#undef ARCHIVE_SYMBOL
    return dynload_open(ARCHIVE_LIBRARY, symbols, ARRAY_LEN(symbols), lib, err);
}

bool archive_available(struct error *err)
{
    struct library lib;
    return library_load(&lib, err);
}

enum { ARCHIVE_BLOCK = 64 << 10 };

static void reader_support_filters(const struct library *lib, struct archive *a)
{
    lib->archive_read_support_filter_gzip(a);
    lib->archive_read_support_filter_xz(a);
    lib->archive_read_support_filter_zstd(a);
    lib->archive_read_support_filter_bzip2(a);
}

// ------------------------------------------------------------------ single compressed files

bool archive_is_compressed(struct span head)
{
    static const char *const magics[] = {"\x1F\x8B", "\xFD\x37zXZ", "\x28\xB5\x2F\xFD", "BZh"};
    for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
        if (head.len > 4 && span_starts(head, magics[i]))
            return true;
    }
    return false;
}

static bool raw_fail(const struct library *lib, struct archive *a, struct error *err)
{
    const char *words = lib->archive_error_string(a);
    return error_set(err, "cannot be unpacked: %s", words ? words : "it is broken off");
}

static bool raw_open(const struct library *lib, struct archive *a, const char *file)
{
    struct archive_entry *entry;
    reader_support_filters(lib, a);
    lib->archive_read_support_format_raw(a);
    lib->archive_read_support_format_empty(a);
    if (lib->archive_read_open_filename(a, file, ARCHIVE_BLOCK) != ARCHIVE_OK)
        return false;
    int status = lib->archive_read_next_header(a, &entry);
    return status == ARCHIVE_OK || status == ARCHIVE_EOF;
}

static bool raw_read_all(const struct library *lib, struct archive *a, size_t max, struct str *ret,
                         struct error *err)
{
    for (;;) {
        ret->at = mem_grow(ret->at, &ret->cap, ret->len + ARCHIVE_BLOCK, 1);
        ssize_t got = lib->archive_read_data(a, ret->at + ret->len, ARCHIVE_BLOCK);
        if (got < 0)
            return raw_fail(lib, a, err);
        if (got == 0)
            return true;
        ret->len += (size_t)got;
        if (ret->len > max)
            return error_set(err, "unpacks to more than %zu MiB", max >> 20);
    }
}

bool archive_text(const char *file, size_t max, char **ret, size_t *ret_len, struct error *err)
{
    struct library lib;
    if (!library_load(&lib, err))
        return false;
    struct archive *a = lib.archive_read_new();
    struct str text = {0};
    bool good = raw_open(&lib, a, file) ? raw_read_all(&lib, a, max, &text, err) : raw_fail(&lib, a, err);
    lib.archive_read_free(a);
    if (!good) {
        str_done(&text);
        return false;
    }
    *ret_len = text.len;
    *ret = text.at;
    return true;
}

size_t archive_head(const char *file, char *ret, size_t n)
{
    struct library lib;
    if (!library_load(&lib, NULL))
        return 0;
    struct archive *a = lib.archive_read_new();
    ssize_t got = raw_open(&lib, a, file) ? lib.archive_read_data(a, ret, n) : 0;
    lib.archive_read_free(a);
    return got < 0 ? 0 : (size_t)got;
}

// ------------------------------------------------------------------ unpacking (all of it runs in a child)

const struct archive_limits archive_default_limits = {
    .bytes = (uint64_t)16 << 30, .entries = 100000, .ratio = 200};

enum { RATIO_COUNTS_FROM = 64 << 20, UNPACK_SECONDS = 1800, UNPACK_MEMORY = 512 << 20 };

struct unpacking {
    const struct library *lib;
    const struct archive_limits *limits;
    struct archive *a;
    int fd, dir;
    uint64_t bytes;
    uint32_t entries;
};

static bool check_size(const struct unpacking *u, struct error *err)
{
    if (u->bytes > u->limits->bytes)
        return error_set(err, "the archive unpacks to more than %llu MiB",
                         (unsigned long long)(u->limits->bytes >> 20));
    int64_t packed = u->lib->archive_filter_bytes(u->a, -1);
    if (u->bytes > RATIO_COUNTS_FROM && packed > 0 && u->bytes / (uint64_t)packed > u->limits->ratio)
        return error_set(err, "the archive unpacks to more than %u times its size", u->limits->ratio);
    return true;
}

static bool write_all(int fd, const char *at, size_t n, struct error *err)
{
    while (n) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno != EINTR)
            return error_set_errno(err, errno, "cannot be written");
        at += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool unpack_data(struct unpacking *u, int fd, struct error *err)
{
    char block[ARCHIVE_BLOCK];
    for (;;) {
        ssize_t got = u->lib->archive_read_data(u->a, block, sizeof block);
        if (got < 0)
            return raw_fail(u->lib, u->a, err);
        if (got == 0)
            return true;
        u->bytes += (uint64_t)got;
        if (!check_size(u, err) || !write_all(fd, block, (size_t)got, err))
            return false;
    }
}

static bool unpack_file(struct unpacking *u, struct archive_entry *entry, struct span name, struct error *err)
{
    int64_t size = u->lib->archive_entry_size(entry);
    if (size < 0 || (uint64_t)size > u->limits->bytes - u->bytes) {
        return error_set(err, "the archive unpacks to more than %llu MiB",
                         (unsigned long long)(u->limits->bytes >> 20));
    }
    int fd;
    if (!unpackdir_file(u->dir, name, &fd, err))
        return false;
    bool good = unpack_data(u, fd, err);
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = u->lib->archive_entry_mtime(entry)}};
    futimens(fd, times);
    close(fd);
    return good;
}

static const char *kind_name(unsigned type)
{
    switch (type) {
    case AE_IFLNK:
        return "a symbolic link";
    case AE_IFCHR:
    case AE_IFBLK:
        return "a device";
    case AE_IFIFO:
        return "a pipe";
    default:
        return "something other than a file or a folder";
    }
}

static bool unpack_entry(struct unpacking *u, struct archive_entry *entry, struct span name,
                         struct error *err)
{
    unsigned type = u->lib->archive_entry_filetype(entry);
    if (++u->entries > u->limits->entries)
        return error_set(err, "the archive holds more than %u entries", u->limits->entries);
    if (!unpackdir_check_name(name, &name, err))
        return false;
    if (u->lib->archive_entry_hardlink(entry))
        return error_set(err, "is a hard link");
    if (type == AE_IFDIR)
        return name.len == 0 || unpackdir_folder(u->dir, name, err);
    if (type != AE_IFREG)
        return error_set(err, "is %s", kind_name(type));
    return name.len ? unpack_file(u, entry, name, err) : error_set(err, "has no name");
}

static bool unpack_next(struct unpacking *u, bool *ret_end, struct error *err)
{
    struct archive_entry *entry;
    int status = u->lib->archive_read_next_header(u->a, &entry);
    *ret_end = status == ARCHIVE_EOF;
    if (*ret_end)
        return true;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        raw_fail(u->lib, u->a, err);
        return error_prefix(err, "after %u entries", u->entries);
    }
    const char *name = u->lib->archive_entry_pathname(entry);
    if (!name)
        name = u->lib->archive_entry_pathname_utf8(entry);
    struct span shown = span_of(name ? name : "");
    if (unpack_entry(u, entry, shown, err))
        return true;
    struct str safe = {0};
    utf8_make_safe(utf8_first(shown, 200), &safe);
    error_prefix(err, "entry \"%s\"%s", str_text(&safe), shown.len > 200 ? "…" : "");
    str_done(&safe);
    return false;
}

static bool unpack_work(void *context, struct error *err)
{
    struct unpacking *u = context;
    u->a = u->lib->archive_read_new();
    reader_support_filters(u->lib, u->a);
    u->lib->archive_read_support_format_tar(u->a);
    if (u->lib->archive_read_open_fd(u->a, u->fd, ARCHIVE_BLOCK) != ARCHIVE_OK)
        return raw_fail(u->lib, u->a, err);
    for (bool end = false; !end;) {
        if (!unpack_next(u, &end, err))
            return false;
    }
    return true;
}

static bool unpack_into(struct unpacking *u, const char *file, const char *to, struct error *err)
{
    u->fd = open(file, O_RDONLY | O_CLOEXEC);
    if (u->fd < 0)
        return error_set_errno(err, errno, "%s", file);
    u->dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (u->dir < 0) {
        error_set_errno(err, errno, "%s", to);
    } else {
        struct sandbox box = {.read_fd = u->fd,
                              .write_dir = u->dir,
                              .file_bytes = u->limits->bytes,
                              .memory = UNPACK_MEMORY,
                              .seconds = UNPACK_SECONDS};
        bool good = sandbox_run(&box, unpack_work, u, err) || error_prefix(err, "%s", file);
        close(u->dir);
        close(u->fd);
        return good;
    }
    close(u->fd);
    return false;
}

bool archive_unpack(const char *file, const char *to, const struct archive_limits *limits, struct error *err)
{
    struct library lib;
    if (!library_load(&lib, err))
        return false;
    struct unpacking u = {.lib = &lib, .limits = limits ? limits : &archive_default_limits};
    if (unpack_into(&u, file, to, err))
        return true;
    tempdir_empty(to);
    return false;
}

// ------------------------------------------------------------------ writing

struct archive_stream {
    struct library lib;
    struct archive *a;
    struct archive_entry *entry;
};

static bool stream_fail(const struct archive_stream *s, struct error *err)
{
    const char *words = s->lib.archive_error_string(s->a);
    return error_set(err, "cannot be written: %s", words ? words : "no reason is given");
}

// GNU tar's format, because it holds a name's bytes as they are; gzip without a time of its own.
struct archive_stream *archive_stream_open(int fd, struct error *err)
{
    struct archive_stream *s = mem_alloc(sizeof *s);
    if (!library_load(&s->lib, err)) {
        free(s);
        return NULL;
    }
    s->a = s->lib.archive_write_new();
    s->entry = s->lib.archive_entry_new();
    s->lib.archive_write_set_format_gnutar(s->a);
    s->lib.archive_write_add_filter_gzip(s->a);
    s->lib.archive_write_set_filter_option(s->a, "gzip", "timestamp", NULL);
    if (s->lib.archive_write_open_fd(s->a, fd) == ARCHIVE_OK)
        return s;
    stream_fail(s, err);
    archive_stream_close(s, NULL);
    return NULL;
}

bool archive_stream_begin(struct archive_stream *s, const char *name, uint64_t size, struct error *err)
{
    s->lib.archive_entry_clear(s->entry);
    s->lib.archive_entry_set_pathname(s->entry, name);
    s->lib.archive_entry_set_filetype(s->entry, AE_IFREG);
    s->lib.archive_entry_set_perm(s->entry, 0600);
    s->lib.archive_entry_set_mtime(s->entry, 0, 0);
    s->lib.archive_entry_set_size(s->entry, (int64_t)size);
    return s->lib.archive_write_header(s->a, s->entry) == ARCHIVE_OK || stream_fail(s, err);
}

bool archive_stream_data(struct archive_stream *s, struct span data, struct error *err)
{
    return data.len == 0 || s->lib.archive_write_data(s->a, data.at, data.len) == (ssize_t)data.len ||
           stream_fail(s, err);
}

bool archive_stream_close(struct archive_stream *s, struct error *err)
{
    bool good = s->lib.archive_write_close(s->a) == ARCHIVE_OK || stream_fail(s, err);
    s->lib.archive_entry_free(s->entry);
    s->lib.archive_write_free(s->a);
    free(s);
    return good;
}
