// Plain files are read by pread, which several threads may do at once and which a file that is cut short
// meanwhile cannot kill, as it would a mapping. Compressed ones are the evidence's to unpack.
#include "core/search/source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool source_open(const struct search_input *input, struct source *ret, struct error *err)
{
    *ret = (struct source){.fd = -1, .text = input->text};
    if (input->open && *input->open >= 0)
        *ret = (struct source){.fd = *input->open, .borrowed = true};
    if (!input->path)
        return true;
    if (input->compressed) {
        struct text text;
        if (!evidence_text(input->ev, input->file, &text, err))
            return false;
        ret->text = text.bytes;
        return true;
    }
    ret->fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (ret->fd < 0)
        return error_set_errno(err, errno, "cannot be opened");
    return true;
}

void source_close(struct source *source)
{
    if (source->fd >= 0 && !source->borrowed)
        close(source->fd);
    source->fd = -1;
}

int64_t source_read(const struct source *source, void *to, size_t n, uint64_t at)
{
    if (source->fd < 0) {
        struct span rest = span_first(span_from(source->text, (size_t)at), n);
        if (rest.len)
            memcpy(to, rest.at, rest.len);
        return (int64_t)rest.len;
    }
    for (;;) {
        ssize_t got = pread(source->fd, to, n, (off_t)at);
        if (got >= 0 || errno != EINTR)
            return got < 0 ? -errno : got;
    }
}
