// What stands in a file: its whole text, read once and kept, or single lines by an index of every 64th one.
// Files are read, never mapped: a mapped file that somebody cuts off meanwhile kills the program. One of
// sixteen locks guards a file's content, so that threads that read different files seldom meet.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/evidence/inside.h"

#define CONTENT_TEXT_MAX ((size_t)2 << 30) // what evidence_text holds in memory at the most
enum { CONTENT_BLOCK = 256 << 10, CONTENT_LINE_MAX = 64 << 20 };

void content_free(struct content *c)
{
    free(c->text);
    free(c->marks);
}

static pthread_mutex_t *content_lock(struct evidence *ev, uint32_t id)
{
    pthread_mutex_t *lock = &ev->locks[id % EVIDENCE_LOCKS];
    pthread_mutex_lock(lock);
    return lock;
}

// ------------------------------------------------------------------ reading

// Reads until n bytes are there or the file ends. Returns what was read, or -errno.
static ssize_t content_read_at(int fd, char *to, size_t n, uint64_t offset)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = pread(fd, to + have, n - have, (off_t)(offset + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

// O_NONBLOCK: what was a file when the tree was walked may be a pipe by now.
int content_open(const char *real, struct error *err)
{
    int fd = open(real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0) {
        error_set_errno(err, errno, "%s", real);
        return -1;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        error_set(err, "%s: is no longer a file", real);
        return -1;
    }
    return fd;
}

size_t content_head(const char *real, char *ret, size_t n)
{
    int fd = content_open(real, NULL);
    if (fd < 0)
        return 0;
    ssize_t got = content_read_at(fd, ret, n, 0);
    close(fd);
    return got < 0 ? 0 : (size_t)got;
}

size_t content_tail(const char *real, uint64_t size, char *ret, size_t n)
{
    int fd = content_open(real, NULL);
    if (fd < 0)
        return 0;
    ssize_t got = content_read_at(fd, ret, n, size > n ? size - n : 0);
    close(fd);
    return got < 0 ? 0 : (size_t)got;
}

// ------------------------------------------------------------------ whole texts

static bool content_read_plain(const struct evidence_file *f, struct content *c, struct error *err)
{
    int fd = content_open(f->real, err);
    if (fd < 0)
        return false;
    struct stat st;
    if (fstat(fd, &st) < 0 || (uint64_t)st.st_size > CONTENT_TEXT_MAX) {
        close(fd);
        return error_set(err, "%s: is larger than 2 GiB and cannot be read as a whole; search it instead",
                         f->path);
    }
    char *text = mem_big((size_t)st.st_size + 1);
    ssize_t got = content_read_at(fd, text, (size_t)st.st_size, 0);
    close(fd);
    if (got < 0) {
        free(text);
        return error_set_errno(err, (int)got, "%s", f->path);
    }
    c->text = text;
    c->len = (size_t)got;
    return true;
}

static bool content_load(struct evidence *ev, uint32_t id, struct error *err)
{
    struct content *c = &ev->contents[id];
    const struct evidence_file *f = &ev->files[id];
    if (c->loaded)
        return true;
    if (f->compressed) {
        if (!archive_text(f->real, CONTENT_TEXT_MAX, &c->text, &c->len, err))
            return error_prefix(err, "%s", f->path);
    } else if (!content_read_plain(f, c, err)) {
        return false;
    }
    c->loaded = true;
    return true;
}

static bool content_no_such_file(uint32_t id, struct error *err)
{
    return error_set(err, "there is no file with the number %u in the evidence", id);
}

bool evidence_text(struct evidence *ev, uint32_t id, struct text *ret, struct error *err)
{
    if (id >= ev->n)
        return content_no_such_file(id, err);
    pthread_mutex_t *lock = content_lock(ev, id);
    bool good = content_load(ev, id, err);
    if (good)
        *ret = (struct text){.bytes = span_make(ev->contents[id].text, ev->contents[id].len), .file = id};
    pthread_mutex_unlock(lock);
    return good;
}

bool content_is_loaded(struct evidence *ev, uint32_t id)
{
    pthread_mutex_t *lock = content_lock(ev, id);
    bool ret = ev->contents[id].loaded;
    pthread_mutex_unlock(lock);
    return ret;
}

// ------------------------------------------------------------------ lines

struct lines { // a file that is looked at line by line, in memory or on disk, its lock held meanwhile
    pthread_mutex_t *lock;
    struct content *c;
    const char *path;
    int fd; // -1: in memory
    char *block;
};

// A piece of the file at `offset`; empty at its end.
static bool lines_piece(struct lines *l, uint64_t offset, struct span *ret, struct error *err)
{
    if (l->fd < 0) {
        *ret = offset < l->c->len ? span_make(l->c->text + offset, l->c->len - (size_t)offset) : span_of("");
        return true;
    }
    ssize_t got = content_read_at(l->fd, l->block, CONTENT_BLOCK, offset);
    if (got < 0)
        return error_set_errno(err, (int)got, "%s", l->path);
    *ret = span_make(l->block, (size_t)got);
    return true;
}

static bool lines_open(struct lines *l, struct evidence *ev, uint32_t id, struct error *err)
{
    const struct evidence_file *f = &ev->files[id];
    if (f->compressed && !content_load(ev, id, err))
        return false;
    if (l->c->n_marks == 0)
        *MEM_PUSH(l->c->marks, l->c->n_marks, l->c->cap_marks) = 0;
    if (l->c->loaded)
        return true;
    l->fd = content_open(f->real, err);
    if (l->fd >= 0)
        l->block = mem_realloc(NULL, CONTENT_BLOCK);
    return l->fd >= 0;
}

static void lines_end(struct lines *l)
{
    if (l->fd >= 0)
        close(l->fd);
    free(l->block);
    pthread_mutex_unlock(l->lock);
}

static bool lines_begin(struct lines *l, struct evidence *ev, uint32_t id, struct error *err)
{
    if (id >= ev->n) {
        content_no_such_file(id, err);
        return false;
    }
    *l = (struct lines){
        .lock = content_lock(ev, id), .c = &ev->contents[id], .path = ev->files[id].path, .fd = -1};
    if (lines_open(l, ev, id, err))
        return true;
    lines_end(l);
    return false;
}

// Sets the marks that fall into a few bytes that begin at c->scanned.
static void lines_mark(struct content *c, struct span few)
{
    const char *at = few.at, *end = few.at + few.len;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if (++c->newlines % EVIDENCE_MARK_LINES == 0)
            *MEM_PUSH(c->marks, c->n_marks, c->cap_marks) = c->scanned + (uint64_t)(at - few.at);
    }
}

// Counts the newlines of a piece that begins at c->scanned, a few lines at a time: most hold no mark, and
// need not be looked at one by one.
static void lines_count(struct content *c, struct span piece)
{
    enum { FEW = 512 };
    const char *last = piece.len ? memrchr(piece.at, '\n', piece.len) : NULL;
    if (last)
        c->last_line = c->scanned + (uint64_t)(last + 1 - piece.at);
    while (piece.len > 0) {
        struct span few = span_first(piece, FEW);
        size_t n = bytes_count(few, '\n');
        if (c->newlines % EVIDENCE_MARK_LINES + n < EVIDENCE_MARK_LINES)
            c->newlines += (uint32_t)n;
        else
            lines_mark(c, few);
        c->scanned += few.len;
        piece = span_from(piece, few.len);
    }
}

// Extends the index until it covers `line` or the file ends.
static bool lines_index(struct lines *l, uint32_t line, struct error *err)
{
    struct content *c = l->c;
    while (c->newlines < line && c->newlines < UINT32_MAX - CONTENT_BLOCK) {
        struct span piece = {0};
        if (!lines_piece(l, c->scanned, &piece, err))
            return false;
        if (piece.len == 0)
            break;
        lines_count(c, span_first(piece, CONTENT_BLOCK));
    }
    return true;
}

static uint32_t lines_known(const struct content *c)
{
    return c->newlines + (c->scanned > c->last_line ? 1 : 0);
}

// Reads a line from its mark on: skips whole lines, then takes the bytes up to the newline.
static bool lines_read(struct lines *l, uint32_t line, struct str *ret, struct error *err)
{
    size_t before = ret->len;
    uint64_t offset = l->c->marks[(line - 1) / EVIDENCE_MARK_LINES];
    uint32_t skip = (line - 1) % EVIDENCE_MARK_LINES;
    for (struct span piece = {0}; lines_piece(l, offset, &piece, err);) {
        if (piece.len == 0)
            return (skip == 0 && ret->len > before) ||
                   error_set(err, "%s: was cut off while it was read", l->path);
        offset += piece.len;
        struct span part;
        while (skip && piece.at && span_cut(&piece, '\n', &part))
            skip -= piece.at ? 1 : 0;
        if (skip || !piece.at)
            continue;
        size_t end = span_find_char(piece, '\n');
        str_add_span(ret, end == SIZE_MAX ? piece : span_first(piece, end));
        if (end != SIZE_MAX)
            return true;
        if (ret->len > CONTENT_LINE_MAX)
            return error_set(err, "%s:%u: the line is longer than 64 MiB", l->path, line);
    }
    return false;
}

static bool content_line(struct lines *l, uint32_t line, struct str *ret, struct error *err)
{
    if (!lines_index(l, line, err))
        return false;
    if (line == 0 || line > lines_known(l->c))
        return error_set(err, "%s: has %u lines, so there is no line %u", l->path, lines_known(l->c), line);
    size_t before = ret->len;
    if (!lines_read(l, line, ret, err))
        return false;
    if (ret->len > before && ret->at[ret->len - 1] == '\r')
        str_cut(ret, ret->len - 1);
    return true;
}

bool evidence_line(struct evidence *ev, uint32_t id, uint32_t line, struct str *ret, struct error *err)
{
    struct lines l;
    if (!lines_begin(&l, ev, id, err))
        return false;
    bool good = content_line(&l, line, ret, err);
    lines_end(&l);
    return good;
}

bool evidence_line_count(struct evidence *ev, uint32_t id, uint32_t *ret, struct error *err)
{
    struct lines l;
    if (!lines_begin(&l, ev, id, err))
        return false;
    bool good = lines_index(&l, UINT32_MAX, err);
    *ret = lines_known(l.c);
    lines_end(&l);
    return good;
}
