// The list behind an export: entries are named first and read when their turn comes, so that memory holds one
// of them, and sorted, so that the same incident gives the same bytes. The archive grows beside its place and
// is renamed into it when it is whole.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/door/archive_stream.h"

struct archive_item { // holds a text, names a file, or has a call
    char *name;
    char *file;
    struct str text;
    archive_content_fn *call;
    void *context;
};

struct archive_writer {
    struct archive_item *items;
    size_t n, cap;
};

struct archive_writer *archive_writer_new(void)
{
    return mem_alloc(sizeof(struct archive_writer));
}

void archive_writer_free(struct archive_writer *w)
{
    for (size_t i = 0; w && i < w->n; i++) {
        free(w->items[i].name);
        free(w->items[i].file);
        str_done(&w->items[i].text);
    }
    if (w)
        free(w->items);
    free(w);
}

static struct archive_item *writer_add(struct archive_writer *w, const char *name)
{
    struct archive_item *item = MEM_PUSH(w->items, w->n, w->cap);
    *item = (struct archive_item){.name = mem_strdup(name)};
    return item;
}

void archive_writer_add_text(struct archive_writer *w, const char *name, struct span text)
{
    str_add_span(&writer_add(w, name)->text, text);
}

void archive_writer_add_file(struct archive_writer *w, const char *name, const char *file)
{
    writer_add(w, name)->file = mem_strdup(file);
}

void archive_writer_add_call(struct archive_writer *w, const char *name, archive_content_fn *call,
                             void *context)
{
    struct archive_item *item = writer_add(w, name);
    item->call = call;
    item->context = context;
}

// ------------------------------------------------------------------ entries

static bool put_span(struct archive_stream *s, const char *name, struct span text, struct error *err)
{
    return archive_stream_begin(s, name, text.len, err) && archive_stream_data(s, text, err);
}

// Exactly as many bytes as were announced: what grows meanwhile is cut there, what shrinks is an error.
static bool put_bytes(struct archive_stream *s, int fd, uint64_t size, struct error *err)
{
    char block[64 << 10];
    while (size) {
        size_t want = size < sizeof block ? (size_t)size : sizeof block;
        ssize_t got = read(fd, block, want);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(err, errno, "cannot be read");
        if (got == 0)
            return error_set(err, "became shorter while it was read");
        if (!archive_stream_data(s, span_make(block, (size_t)got), err))
            return false;
        size -= (uint64_t)got;
    }
    return true;
}

static bool put_file(struct archive_stream *s, const struct archive_item *item, struct error *err)
{
    int fd = open(item->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return error_set_errno(err, errno, "%s", item->file);
    bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (good)
        good = archive_stream_begin(s, item->name, (uint64_t)st.st_size, err) &&
               put_bytes(s, fd, (uint64_t)st.st_size, err);
    else
        error_set(err, "is no file");
    close(fd);
    return good || error_prefix(err, "%s", item->file);
}

static bool put_call(struct archive_stream *s, const struct archive_item *item, struct error *err)
{
    struct str text = {0};
    bool good = item->call(item->context, &text, err) && put_span(s, item->name, str_span(&text), err);
    str_done(&text);
    return good;
}

static bool put_item(struct archive_stream *s, const struct archive_item *item, struct error *err)
{
    if (item->call)
        return put_call(s, item, err);
    return item->file ? put_file(s, item, err) : put_span(s, item->name, str_span(&item->text), err);
}

// ------------------------------------------------------------------ the whole

static int compare_items(const void *a, const void *b)
{
    const struct archive_item *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static bool write_items(const struct archive_writer *w, int fd, struct error *err)
{
    struct archive_stream *s = archive_stream_open(fd, err);
    bool good = s != NULL;
    for (size_t i = 0; good && i < w->n; i++)
        good = put_item(s, &w->items[i], err);
    if (!s || !good) {
        if (s)
            archive_stream_close(s, NULL);
        return false;
    }
    return archive_stream_close(s, err);
}

static bool write_beside(struct archive_writer *w, const char *path, char *beside, struct error *err)
{
    int fd = mkstemp(beside);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", path);
    bool good = write_items(w, fd, err);
    if (good && fsync(fd) < 0)
        good = error_set_errno(err, errno, "%s", path);
    close(fd);
    if (good && rename(beside, path) < 0)
        good = error_set_errno(err, errno, "%s", path);
    if (!good)
        unlink(beside);
    return good;
}

bool archive_writer_finish(struct archive_writer *w, const char *path, struct error *err)
{
    if (w->n)
        qsort(w->items, w->n, sizeof *w->items, compare_items);
    for (size_t i = 1; i < w->n; i++) {
        if (strcmp(w->items[i - 1].name, w->items[i].name) == 0)
            return error_set(err, "%s: the name %s comes twice", path, w->items[i].name);
    }
    char *beside = mem_printf("%s.XXXXXX", path);
    bool good = write_beside(w, path, beside, err);
    free(beside);
    return good;
}
