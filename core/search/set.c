// Patterns over one block. The prefilter names candidates; each is confirmed by PCRE2 on its line, once for
// each pattern. What the prefilter does not reach is tried line by line: patterns that it cannot read on
// every line, patterns that depend on what a character is on the lines that are not plain ASCII.
#include "core/search/set.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"

// In bytes. The prefilter takes two to three milliseconds to compile for each pattern; PCRE2 alone goes over
// WORTH_A_FILTER in that time. The prefilter's lengths have 32 bits.
enum { WORTH_A_FILTER = 4 << 20, LARGEST_FILTERED = 1 << 30 };

// ---------------------------------------------------------------- compiling

static bool compile_all(struct search_set *set, const struct search_pattern *patterns, struct error *err)
{
    for (size_t i = 0; i < set->n; i++) {
        set->texts[i] = mem_strdup(patterns[i].text);
        set->matches[i] = match_new(span_of(patterns[i].text), patterns[i].flags, err);
        if (!set->matches[i])
            return false;
    }
    return true;
}

static void compile_filter(struct search_set *set, const struct search_pattern *patterns)
{
    struct prefilter_pattern *wanted = mem_calloc(set->n, sizeof *wanted);
    for (size_t i = 0; i < set->n; i++)
        wanted[i] = (struct prefilter_pattern){span_of(set->texts[i]), patterns[i].flags,
                                               match_may_be_empty(set->matches[i])};
    set->filter = prefilter_new(wanted, set->n);
    free(wanted);
    for (uint32_t i = 0; i < set->n; i++) {
        enum prefilter_reach reach = prefilter_reach(set->filter, i);
        if (reach == PREFILTER_NOWHERE)
            set->everywhere[set->n_everywhere++] = i;
        else if (reach == PREFILTER_ASCII)
            set->special[set->n_special++] = i;
    }
}

struct search_set *search_set_new(const struct search_pattern *patterns, size_t n, uint64_t bytes,
                                  struct error *err)
{
    struct search_set *set = mem_alloc(sizeof *set);
    set->n = n;
    set->matches = mem_calloc(n, sizeof *set->matches);
    set->texts = mem_calloc(n, sizeof *set->texts);
    set->everywhere = mem_calloc(n, sizeof *set->everywhere);
    set->special = mem_calloc(n, sizeof *set->special);
    if (!compile_all(set, patterns, err)) {
        search_set_free(set);
        return NULL;
    }
    if (bytes >= WORTH_A_FILTER)
        compile_filter(set, patterns);
    return set;
}

void search_set_free(struct search_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->n; i++) {
        match_free(set->matches[i]);
        free(set->texts[i]);
    }
    prefilter_free(set->filter);
    free(set->matches);
    free(set->texts);
    free(set->everywhere);
    free(set->special);
    free(set);
}

// ---------------------------------------------------------------- scanning

void set_room_init(struct set_room *room, const struct search_set *set)
{
    *room = (struct set_room){
        .match = match_room_new(),
        .filter = set->filter ? prefilter_room_new(set->filter) : NULL,
        .done = mem_calloc(set->n, sizeof *room->done),
        .tried_from = SIZE_MAX,
    };
}

void set_room_done(struct set_room *room)
{
    match_room_free(room->match);
    prefilter_room_free(room->filter);
    free(room->hits);
    free(room->done);
}

void set_subject(struct set_room *room, struct span line)
{
    room->tried_from = SIZE_MAX;
    match_subject(room->match, line);
}

struct scan {
    const struct search_set *set;
    struct set_room *room;
    struct span block;
    bool plain;                // the block is
    size_t line_from, line_to; // the line of the last candidate
    bool line_special;         // it is not plain
};

static bool is_enough(const struct set_room *room, size_t pattern)
{
    return room->enough && atomic_load_explicit(&room->enough[pattern], memory_order_relaxed);
}

static void try_pattern(struct scan *scan, uint32_t pattern, size_t from, size_t to)
{
    struct set_room *room = scan->room;
    if (is_enough(room, pattern))
        return;
    if (room->tried_from != from) {
        match_subject(room->match, span_make(scan->block.at + from, to - from));
        room->tried_from = from;
    }
    enum match_outcome outcome = match_find(scan->set->matches[pattern], room->match, 0, NULL);
    if (outcome == MATCH_YES)
        *MEM_PUSH(room->hits, room->n_hits, room->cap_hits) = (struct set_hit){from, to, pattern};
    if (outcome == MATCH_GAVE_UP && room->gave_up.times++ == 0)
        room->gave_up = (struct set_gave_up){1, pattern, from};
}

static size_t line_end(struct span block, size_t at)
{
    const char *newline = memchr(block.at + at, '\n', block.len - at);
    return newline ? (size_t)(newline - block.at) : block.len;
}

static size_t line_begin(struct span block, size_t at)
{
    const char *newline = memrchr(block.at, '\n', at);
    return newline ? (size_t)(newline - block.at) + 1 : 0;
}

static bool on_candidate(void *ctx, size_t pattern, size_t end)
{
    struct scan *scan = ctx;
    size_t *done = &scan->room->done[pattern];
    if (end <= *done || is_enough(scan->room, pattern))
        return true;
    size_t at = end - 1;
    if (at < scan->line_from || at > scan->line_to) {
        scan->line_from = line_begin(scan->block, at);
        scan->line_to = line_end(scan->block, at);
        scan->line_special = !scan->plain && !bytes_are_plain(span_make(scan->block.at + scan->line_from,
                                                                        scan->line_to - scan->line_from));
    }
    *done = scan->line_to + 1;
    if (!scan->line_special || prefilter_reach(scan->set->filter, pattern) == PREFILTER_ALL)
        try_pattern(scan, (uint32_t)pattern, scan->line_from, scan->line_to);
    return true;
}

static void try_special(struct scan *scan, size_t from, size_t to)
{
    for (size_t i = 0; i < scan->set->n_special; i++)
        try_pattern(scan, scan->set->special[i], from, to);
}

static void try_special_lines(struct scan *scan)
{
    for (size_t at = 0; at < scan->block.len;) {
        at += bytes_find_special(span_from(scan->block, at));
        if (at >= scan->block.len)
            return;
        size_t end = line_end(scan->block, at);
        try_special(scan, line_begin(scan->block, at), end);
        at = end + 1;
    }
}

static void try_all_lines(struct scan *scan, bool filtered)
{
    const struct search_set *set = scan->set;
    for (size_t from = 0; from < scan->block.len;) {
        size_t to = line_end(scan->block, from);
        if (!filtered) {
            for (uint32_t i = 0; i < set->n; i++)
                try_pattern(scan, i, from, to);
        } else {
            for (size_t i = 0; i < set->n_everywhere; i++)
                try_pattern(scan, set->everywhere[i], from, to);
            if (!scan->plain && !bytes_are_plain(span_make(scan->block.at + from, to - from)))
                try_special(scan, from, to);
        }
        from = to + 1;
    }
}

static int compare_hits(const void *a, const void *b)
{
    const struct set_hit *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

static void sort_hits(struct set_room *room)
{
    for (size_t i = 1; i < room->n_hits; i++) {
        if (compare_hits(&room->hits[i - 1], &room->hits[i]) > 0) {
            qsort(room->hits, room->n_hits, sizeof *room->hits, compare_hits);
            return;
        }
    }
}

void set_scan(const struct search_set *set, struct set_room *room, struct span block)
{
    struct scan scan = {set, room, block, .plain = true, .line_from = SIZE_MAX};
    bool filtered = set->filter && block.len <= LARGEST_FILTERED;
    if (set->n_special)
        scan.plain = bytes_are_plain(block);
    room->n_hits = 0;
    room->gave_up.times = 0;
    room->tried_from = SIZE_MAX;
    room->binary = (!scan.plain || !set->n_special) && memchr(block.at, '\0', block.len);
    memset(room->done, 0, set->n * sizeof *room->done);
    if (filtered)
        prefilter_scan(set->filter, room->filter, block, on_candidate, &scan);
    if (!filtered || set->n_everywhere)
        try_all_lines(&scan, filtered);
    else if (!scan.plain && set->n_special)
        try_special_lines(&scan);
    sort_hits(room);
    room->tried_from = SIZE_MAX;
}
