// The buffer holds what was read and not yet skipped; what is left of it moves to the front before more is
// read, and it doubles when a piece does not fit.
#include "core/base/feed.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { FEED_BLOCK = 256 << 10 };
#define FEED_LONGEST ((size_t)2 << 30) // of one piece

void feed_init(struct feed *feed, feed_read_fn *read, void *context)
{
    *feed = (struct feed){.read = read, .context = context, .cap = FEED_BLOCK};
    feed->buffer = mem_realloc(NULL, feed->cap);
    feed->bytes = span_make(feed->buffer, 0);
}

void feed_init_text(struct feed *feed, struct span text)
{
    *feed = (struct feed){.bytes = text, .whole = true};
}

void feed_done(struct feed *feed)
{
    free(feed->buffer);
}

// Reads once behind what is at hand. False: there is no more.
static bool feed_more(struct feed *feed, size_t wanted)
{
    if (feed->whole)
        return false;
    if (wanted > FEED_LONGEST || feed->bytes.len >= FEED_LONGEST) {
        feed->whole = true;
        return error_set(&feed->why, "one piece of it is larger than 2 GiB");
    }
    memmove(feed->buffer, feed->bytes.at, feed->bytes.len);
    while (feed->cap < wanted || feed->cap == feed->bytes.len) {
        feed->cap *= 2;
        feed->buffer = mem_realloc(feed->buffer, feed->cap);
    }
    ssize_t n =
        feed->read(feed->context, feed->buffer + feed->bytes.len, feed->cap - feed->bytes.len, &feed->why);
    feed->bytes = span_make(feed->buffer, feed->bytes.len + (n > 0 ? (size_t)n : 0));
    feed->whole = n <= 0;
    return n > 0;
}

bool feed_need(struct feed *feed, size_t n)
{
    while (feed->bytes.len < n) {
        if (!feed_more(feed, n))
            return false;
    }
    return true;
}

void feed_skip(struct feed *feed, size_t n)
{
    feed->bytes = span_from(feed->bytes, n);
}

struct span feed_lines(struct feed *feed)
{
    size_t looked = 0;
    for (;;) {
        struct span fresh = span_from(feed->bytes, looked);
        const char *newline = fresh.len ? memrchr(fresh.at, '\n', fresh.len) : NULL;
        if (feed->whole)
            return feed->bytes;
        if (newline)
            return span_first(feed->bytes, (size_t)(newline - feed->bytes.at) + 1);
        looked = feed->bytes.len;
        feed_more(feed, 0);
    }
}

bool feed_failed(const struct feed *feed)
{
    return feed->why.text[0] != 0;
}
