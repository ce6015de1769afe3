// One slice: blocks of whole lines are read and handed to gather.c. A line that is longer than a block makes
// the buffer grow until it fits, reading twice as much each time.
#include "core/search/slice.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/search/gather.h"

enum { BLOCK = 128 * 1024 };

struct slice_result *slice_result_new(const struct search_set *set, struct slice slice)
{
    struct slice_result *result = mem_alloc(sizeof *result);
    result->slice = slice;
    result->last_time = TIME_PENDING;
    result->counts.lines = mem_calloc(set->n, sizeof *result->counts.lines);
    result->pending.lines = mem_calloc(set->n, sizeof *result->pending.lines);
    return result;
}

void slice_result_free(struct slice_result *result)
{
    if (!result)
        return;
    free(result->counts.lines);
    free(result->pending.lines);
    free(result->lines);
    str_done(&result->text);
    free(result->patterns);
    free(result->spans);
    free(result->left_out);
    free(result);
}

void slice_result_clear_lines(struct slice_result *result)
{
    result->n_lines = result->n_patterns = result->n_spans = 0;
    str_clear(&result->text);
}

void slice_worker_init(struct slice_worker *worker, const struct search_set *set,
                       const struct search_options *options)
{
    *worker = (struct slice_worker){.set = set, .options = options};
    set_room_init(&worker->room, set);
}

void slice_worker_done(struct slice_worker *worker)
{
    set_room_done(&worker->room);
    free(worker->buffer);
}

struct reading { // of one slice
    struct source source;
    const struct slice *slice;
    bool skip;   // the line at the front belongs to the slice before
    uint64_t at; // next byte to read
    size_t kept; // bytes at the buffer's front: a line that has not ended yet, so without a '\n'
};

struct cut { // what of the buffer can be searched
    size_t from, to;
    bool done; // nothing of this slice comes after it
};

static size_t after_newline(const char *buffer, const char *newline, size_t otherwise)
{
    return newline ? (size_t)(newline - buffer) + 1 : otherwise;
}

// `have` bytes of the buffer end at r->at. All whole lines that begin in the slice; `end`: no byte follows.
static struct cut cut_lines(struct reading *r, const char *buffer, size_t have, bool end)
{
    const uint64_t base = r->at - have, to = r->slice->to;
    struct cut cut = {0};
    size_t fresh = r->kept; // no newline stands before it
    if (r->skip) {
        cut.from = after_newline(buffer, memchr(buffer, '\n', have), have);
        r->skip = cut.from == have && buffer[have - 1] != '\n';
        fresh = cut.from;
    }
    cut.to = cut.from;
    cut.done = base + cut.from >= to;
    if (cut.done)
        return cut;
    if (to <= base + have) { // the last line may end in this buffer
        size_t last = (size_t)(to - base) - 1 > fresh ? (size_t)(to - base) - 1 : fresh;
        cut.to = after_newline(buffer, memchr(buffer + last, '\n', have - last), cut.from);
        cut.done = cut.to > cut.from;
    }
    if (!cut.done)
        cut.to = after_newline(buffer, memrchr(buffer + fresh, '\n', have - fresh), cut.from);
    if (end && !cut.done)
        cut = (struct cut){cut.from, have, true};
    return cut;
}

static bool must_stop(const struct slice_worker *worker)
{
    return (worker->stop && atomic_load_explicit(worker->stop, memory_order_relaxed)) ||
           (worker->options->cancel && atomic_load_explicit(worker->options->cancel, memory_order_relaxed));
}

// Reads the next block behind what is kept. How many bytes, 0 at the end, -errno.
static int64_t read_block(struct slice_worker *worker, struct reading *r)
{
    size_t want = r->kept > BLOCK ? r->kept : BLOCK;
    worker->buffer = mem_grow(worker->buffer, &worker->cap, r->kept + want, 1);
    int64_t n = source_read(&r->source, worker->buffer + r->kept, want, r->at);
    if (n > 0) {
        r->at += (uint64_t)n;
        if (worker->options->progress)
            atomic_fetch_add_explicit(worker->options->progress, (uint64_t)n, memory_order_relaxed);
    }
    return n;
}

static bool read_slice(struct slice_worker *worker, struct reading *r, struct slice_result *result)
{
    struct error err;
    while (!must_stop(worker)) {
        int64_t n = read_block(worker, r);
        if (n < 0) {
            error_set_errno(&err, (int)n, "cannot be read from byte %llu on", (unsigned long long)r->at);
            result->left_out = mem_strdup(err.text);
            return true;
        }
        size_t have = r->kept + (size_t)n;
        if (have == 0 || (n == 0 && worker->options->whole_lines))
            return true;
        struct cut cut = cut_lines(r, worker->buffer, have, n == 0);
        struct span lines = span_make(worker->buffer + cut.from, cut.to - cut.from);
        if (lines.len && !gather_block(worker, lines, r->at - have + cut.from, result))
            return false;
        if (cut.done)
            return true;
        r->kept = r->skip ? 0 : have - cut.to;
        memmove(worker->buffer, worker->buffer + cut.to, r->kept);
    }
    return true;
}

void slice_search(struct slice_worker *worker, const struct search_input *input, struct slice_result *result)
{
    struct error err;
    const struct search_options *options = worker->options;
    struct reading r = {.slice = &result->slice, .skip = result->slice.from > 0};
    r.at = r.skip ? result->slice.from - 1 : 0;
    worker->room.enough = options->enough ? options->enough + input->file * worker->set->n : NULL;
    worker->clock = options->near ? linetime_near(options->near) : linetime_until(input->mtime);
    if (!source_open(input, &r.source, &err)) {
        result->left_out = mem_strdup(err.text);
        return;
    }
    read_slice(worker, &r, result);
    source_close(&r.source);
}
