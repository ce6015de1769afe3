// Inside core/search/: one slice of a file, searched by one thread. A slice owns the lines that begin in it.
#ifndef D5_SEARCH_SLICE_H
#define D5_SEARCH_SLICE_H

#include "core/base/str.h"
#include "core/parse/linetime.h"
#include "core/search/set.h"
#include "core/search/source.h"

// The time of what stands above the slice's first timed line: known when the slices before are done.
#define TIME_PENDING (INT64_MIN + 1)

struct slice {
    uint64_t seq; // in the order in which slices are delivered
    size_t input;
    uint64_t from, to; // bytes; `to` UINT64_MAX: up to the end
    bool last;         // of its file
};

struct slice_line {          // a matched line
    uint64_t offset, length; // in the file, without its newline
    uint64_t number;         // of the slice, from 0
    usec_t time;             // or TIME_PENDING
    size_t text, shown;      // in slice_result.text
    size_t patterns, n_patterns;
    size_t spans, n_spans;
};

struct slice_counts {
    uint64_t *lines; // per pattern
    uint64_t matched;
};

struct slice_result {
    struct slice slice;
    struct slice_counts counts;  // lines that count
    struct slice_counts pending; // lines that count if what stands above the slice does
    struct slice_line *lines;    // where lines are wanted
    size_t n_lines, cap_lines;
    struct str text;
    uint32_t *patterns;
    size_t n_patterns, cap_patterns;
    struct match_range *spans;
    size_t n_spans, cap_spans;
    uint64_t newlines; // lines of the slice, where lines are wanted
    uint64_t bytes;
    usec_t last_time; // of its last line, or TIME_PENDING
    bool binary;
    uint64_t gave_up;
    uint32_t gave_up_pattern;
    uint64_t gave_up_offset; // in the file: where the first such line begins
    char *left_out;          // or NULL
};

struct slice_result *slice_result_new(const struct search_set *set, struct slice slice);
void slice_result_free(struct slice_result *result); // takes NULL
void slice_result_clear_lines(struct slice_result *result);

struct slice_worker { // one thread's
    const struct search_set *set;
    const struct search_options *options;
    struct set_room room;
    char *buffer;
    size_t cap;
    struct linetime_context clock; // of the file at hand

    // Called when a result has gathered much: hands its lines over and clears them. False: stop.
    bool (*flush)(void *ctx, struct slice_result *result);
    void *ctx;
    const atomic_bool *stop; // another thread met the end
};

void slice_worker_init(struct slice_worker *worker, const struct search_set *set,
                       const struct search_options *options);
void slice_worker_done(struct slice_worker *worker);

// Searches result->slice of the input. What goes wrong is result->left_out.
void slice_search(struct slice_worker *worker, const struct search_input *input, struct slice_result *result);

#endif
