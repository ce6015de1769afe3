// Counts and keeps matched lines. A line's time may be that of a line far above it, even in a slice that
// another thread has not searched yet; such lines are counted apart, as pending: all of them have the same
// time, so they count together or not at all. Times are read backwards from a matched line to the last point
// where the time was known, so that each line is looked at once, and most not at all.
#include "core/search/gather.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

enum { MOST_SPANS = 1000, FULL = 1 << 20 }; // of a line; bytes

struct block { // the block at hand
    struct slice_worker *worker;
    struct slice_result *result;
    struct span bytes;
    uint64_t offset;   // in the file
    size_t timed_to;   // up to here, result->last_time is the time
    size_t counted_to; // up to here, newlines are in result->newlines
};

bool gather_wants_times(const struct search_options *options)
{
    return options->times || options->window;
}

// Counting newlines costs a tenth of a search that only counts matches.
static bool gather_wants_lines(const struct search_options *options)
{
    return options->line || options->whole_lines;
}

// Brings result->last_time up to the line that begins at `to`.
static void read_time(struct block *b, size_t to)
{
    for (size_t end = to; end > b->timed_to;) {
        const char *newline = memrchr(b->bytes.at + b->timed_to, '\n', end - 1 - b->timed_to);
        size_t from = newline ? (size_t)(newline - b->bytes.at) + 1 : b->timed_to;
        size_t len = end - from - (b->bytes.at[end - 1] == '\n');
        usec_t t = linetime_parse(span_make(b->bytes.at + from, len), &b->worker->clock);
        if (t != TIME_UNKNOWN) {
            b->result->last_time = t;
            break;
        }
        end = from;
    }
    b->timed_to = to;
}

static bool is_outside(const struct slice_worker *worker, usec_t t)
{
    return worker->options->window && t != TIME_PENDING && t != TIME_UNKNOWN &&
           clock_in_window(t, *worker->options->window) == TRI_NO;
}

static void count_newlines(struct block *b, size_t to)
{
    b->result->newlines += bytes_count(span_make(b->bytes.at + b->counted_to, to - b->counted_to), '\n');
    b->counted_to = to;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct match_range *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

// Every match of one pattern in the room's line, up to what is shown.
static void find_spans(struct block *b, const struct match *match, struct span line, size_t shown)
{
    struct slice_result *result = b->result;
    struct match_range found;
    size_t first = result->n_spans;
    for (size_t from = 0; from < shown && result->n_spans - first < MOST_SPANS;) {
        if (match_find(match, b->worker->room.match, from, &found) != MATCH_YES || found.from >= shown)
            break;
        from = found.to;
        if (found.to > found.from) {
            found.to = found.to < shown ? found.to : shown;
            *MEM_PUSH(result->spans, result->n_spans, result->cap_spans) = found;
        } else if (from < line.len) {
            uint32_t c;
            from += utf8_decode(span_from(line, from), &c);
        } else {
            break;
        }
    }
}

// Puts the spans of several patterns in order and joins those that overlap.
static void join_spans(struct slice_result *result, size_t first)
{
    size_t n = first;
    qsort(result->spans + first, result->n_spans - first, sizeof *result->spans, compare_ranges);
    for (size_t i = first + 1; i < result->n_spans; i++) {
        struct match_range *last = &result->spans[n], next = result->spans[i];
        if (next.from > last->to)
            result->spans[++n] = next;
        else if (next.to > last->to)
            last->to = next.to;
    }
    result->n_spans = n + 1;
}

static void add_spans(struct block *b, const struct set_hit *hits, size_t n, struct span line, size_t shown)
{
    const size_t first = b->result->n_spans;
    set_subject(&b->worker->room, line);
    for (size_t i = 0; i < n; i++)
        find_spans(b, b->worker->set->matches[hits[i].pattern], line, shown);
    if (n > 1 && b->result->n_spans > first)
        join_spans(b->result, first);
}

static void add_line(struct block *b, const struct set_hit *hits, size_t n)
{
    struct slice_result *result = b->result;
    struct span line = span_make(b->bytes.at + hits->from, hits->to - hits->from);
    struct slice_line *kept = MEM_PUSH(result->lines, result->n_lines, result->cap_lines);
    count_newlines(b, hits->from);
    *kept = (struct slice_line){
        .offset = b->offset + hits->from,
        .length = line.len,
        .number = result->newlines,
        .time = gather_wants_times(b->worker->options) ? result->last_time : TIME_UNKNOWN,
        .text = result->text.len,
        .shown = b->worker->options->numbers ? 0 : utf8_first(line, SEARCH_SHOWN).len,
        .patterns = result->n_patterns,
        .n_patterns = n,
        .spans = result->n_spans,
    };
    str_add_span(&result->text, span_first(line, kept->shown));
    for (size_t i = 0; i < n; i++)
        *MEM_PUSH(result->patterns, result->n_patterns, result->cap_patterns) = hits[i].pattern;
    if (b->worker->options->spans)
        add_spans(b, hits, n, line, kept->shown);
    kept->n_spans = result->n_spans - kept->spans;
}

static bool is_full(const struct slice_result *result)
{
    return result->text.len + result->n_lines * sizeof *result->lines +
               result->n_patterns * sizeof *result->patterns + result->n_spans * sizeof *result->spans >=
           FULL;
}

// One line and its n hits.
static bool gather_line(struct block *b, const struct set_hit *hits, size_t n)
{
    struct slice_result *result = b->result;
    const struct search_options *options = b->worker->options;
    struct slice_counts *counts = &result->counts;
    if (gather_wants_times(options)) {
        read_time(b, hits->to < b->bytes.len ? hits->to + 1 : hits->to);
        if (is_outside(b->worker, result->last_time))
            return true;
        if (result->last_time == TIME_PENDING)
            counts = &result->pending;
    }
    counts->matched++;
    for (size_t i = 0; i < n; i++)
        counts->lines[hits[i].pattern]++;
    if (!options->line)
        return true;
    add_line(b, hits, n);
    return !is_full(result) || b->worker->flush(b->worker->ctx, result);
}

static void note_gave_up(struct slice_result *result, const struct set_gave_up *gave_up, uint64_t offset)
{
    if (gave_up->times && !result->gave_up) {
        result->gave_up_pattern = gave_up->pattern;
        result->gave_up_offset = offset + gave_up->from;
    }
    result->gave_up += gave_up->times;
}

bool gather_block(struct slice_worker *worker, struct span block, uint64_t offset,
                  struct slice_result *result)
{
    struct block b = {worker, result, block, .offset = offset};
    const struct set_room *room = &worker->room;
    const struct search_options *options = worker->options;
    set_scan(worker->set, &worker->room, block);
    result->bytes += block.len;
    result->binary |= room->binary;
    note_gave_up(result, &room->gave_up, offset);
    for (size_t i = 0, n; i < room->n_hits; i += n) {
        for (n = 1; i + n < room->n_hits && room->hits[i + n].from == room->hits[i].from;)
            n++;
        if (!gather_line(&b, &room->hits[i], n))
            return false;
    }
    if (gather_wants_times(options))
        read_time(&b, block.len);
    if (gather_wants_lines(options)) {
        count_newlines(&b, block.len);
        result->newlines += block.at[block.len - 1] != '\n';
    }
    return true;
}
