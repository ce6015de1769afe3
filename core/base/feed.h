// A text that is read in order, a stretch at a time, so that memory holds the stretch and not the text. One
// buffer is used again and again: fresh memory for each byte of a big file costs more than reading it does.
#ifndef D5_BASE_FEED_H
#define D5_BASE_FEED_H

#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/span.h"

// Puts up to n bytes of what comes next into `to`. 0: the end. -1 with an error.
typedef ssize_t feed_read_fn(void *context, char *to, size_t n, struct error *err);

struct feed {
    struct span bytes; // what is at hand, the next byte first; may move with each call below
    bool whole;        // no more is to come behind `bytes`
    struct error why;  // set when reading failed; the text then seems to end there
    feed_read_fn *read;
    void *context;
    char *buffer; // NULL: a text in memory
    size_t cap;
};

void feed_init(struct feed *feed, feed_read_fn *read, void *context);
void feed_init_text(struct feed *feed, struct span text); // borrowed
void feed_done(struct feed *feed);

// Sees to it that n bytes are at hand. False: the text ends before; what is left is.
bool feed_need(struct feed *feed, size_t n);

// Goes over n bytes that are at hand.
void feed_skip(struct feed *feed, size_t n);

// The next whole lines, as many as come at one go, at least one, however long; at the end also one without
// its '\n'. Empty: the end. They are at hand until they are skipped.
struct span feed_lines(struct feed *feed);

bool feed_failed(const struct feed *feed);

#endif
