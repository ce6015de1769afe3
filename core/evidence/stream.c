// A file's lines from the first to the last, by block, without an index and without keeping anything.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/door/archive.h"
#include "core/evidence/inside.h"

enum { STREAM_BLOCK = 256 << 10, STREAM_LINE_MAX = 256 << 20 };
#define STREAM_TEXT_MAX ((size_t)2 << 30)

struct stream {
    evidence_line_fn *each;
    void *context;
    uint32_t number;
    struct str rest; // of a line whose end has not come yet
    bool stopped;
};

static void stream_give(struct stream *s, struct span line)
{
    s->stopped = !s->each(line, ++s->number, s->context);
}

static void stream_feed(struct stream *s, struct span piece)
{
    while (piece.len && !s->stopped) {
        size_t end = span_find_char(piece, '\n');
        size_t n = end == SIZE_MAX ? piece.len : end + 1;
        if (end == SIZE_MAX || s->rest.len)
            str_add_span(&s->rest, span_first(piece, n));
        if (end != SIZE_MAX) {
            stream_give(s, s->rest.len ? str_span(&s->rest) : span_first(piece, n));
            str_clear(&s->rest);
        }
        piece = span_from(piece, n);
    }
}

static bool stream_plain(struct stream *s, const struct evidence_file *f, struct error *err)
{
    int fd = open(f->real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", f->path);
    char *block = mem_realloc(NULL, STREAM_BLOCK);
    ssize_t got = 0;
    while (!s->stopped && s->rest.len < STREAM_LINE_MAX && (got = read(fd, block, STREAM_BLOCK)) > 0)
        stream_feed(s, span_make(block, (size_t)got));
    int why = errno;
    free(block);
    close(fd);
    if (s->rest.len >= STREAM_LINE_MAX)
        return error_set(err, "%s:%u: the line is longer than 256 MiB", f->path, s->number + 1);
    return got >= 0 || error_set_errno(err, why, "%s", f->path);
}

static bool stream_packed(struct stream *s, const struct evidence_file *f, struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    if (!archive_text(f->real, STREAM_TEXT_MAX, &text, &len, err))
        return error_prefix(err, "%s", f->path);
    stream_feed(s, span_make(text, len));
    free(text);
    return true;
}

bool evidence_each_line(const struct evidence *ev, uint32_t id, evidence_line_fn *each, void *context,
                        struct error *err)
{
    const struct evidence_file *f = evidence_file(ev, id);
    if (!f)
        return error_set(err, "there is no file with the number %u in the evidence", id);
    struct stream s = {.each = each, .context = context};
    bool good = f->compressed ? stream_packed(&s, f, err) : stream_plain(&s, f, err);
    if (good && s.rest.len && !s.stopped)
        stream_give(&s, str_span(&s.rest));
    str_done(&s.rest);
    return good;
}
