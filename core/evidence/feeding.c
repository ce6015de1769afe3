// A file as a feed. What was read as a whole already, or must be, is fed from memory.
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/evidence/inside.h"

struct open_file {
    int fd;
    const char *path;
};

static ssize_t feeding_read(void *context, char *to, size_t n, struct error *err)
{
    const struct open_file *file = context;
    ssize_t got;
    do
        got = read(file->fd, to, n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        error_set_errno(err, errno, "%s", file->path);
    return got;
}

bool evidence_feed_open(struct evidence *ev, uint32_t id, struct feed *ret, struct error *err)
{
    const struct evidence_file *f = evidence_file(ev, id);
    if (!f || f->compressed || content_is_loaded(ev, id)) {
        struct text text;
        if (!evidence_text(ev, id, &text, err))
            return false;
        feed_init_text(ret, text.bytes);
        return true;
    }
    int fd = content_open(f->real, err);
    if (fd < 0)
        return false;
    struct open_file *file = mem_alloc(sizeof *file);
    *file = (struct open_file){fd, f->path};
    feed_init(ret, feeding_read, file);
    return true;
}

void evidence_feed_close(struct feed *feed)
{
    struct open_file *file = feed->context;
    if (file)
        close(file->fd);
    free(file);
    feed_done(feed);
}
