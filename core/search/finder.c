// A piece of work is one or two parts of the file: from where the reader stands to the end, then from the
// beginning to there; or what was added. The last line of the work before is searched again, since it may not
// have ended then.
#include "core/search/finder.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/search/search.h"

enum { MOST_PARTS = 2, MOST_PATTERNS = 2 };

struct finder {
    struct finder_query query;
    char *pattern;
    struct match *match; // or NULL
    struct lineset *lines;
    atomic_bool stop, said;
    atomic_uint_fast64_t bytes;

    // The work at hand: written before it begins, read by the thread that does it, and again after its end.
    struct search_part parts[MOST_PARTS];
    size_t n_parts;
    uint32_t again;       // the line that is searched again; 0: none
    atomic_bool again_ok; // it still matches
    uint64_t all;
    usec_t started, took;
    bool running, complete;
    uint32_t searched; // lines, once all was
    uint64_t to;       // byte up to which all was searched
    usec_t last_time;  // of the last line that has one
    struct error err;
};

// Without capitals, case does not matter; "\S" is no capital.
static unsigned pattern_flags(struct span pattern)
{
    for (size_t i = 0; i < pattern.len; i++) {
        bool escaped = i > 0 && pattern.at[i - 1] == '\\';
        if (pattern.at[i] >= 'A' && pattern.at[i] <= 'Z' && !escaped)
            return 0;
    }
    return MATCH_CASELESS;
}

struct finder *finder_new(const struct finder_query *query, struct error *err)
{
    struct match *match = NULL;
    if (query->pattern.len > 0) {
        match = match_new(query->pattern, pattern_flags(query->pattern), err);
        if (!match)
            return NULL;
    }
    struct finder *f = mem_alloc(sizeof *f);
    f->query = *query;
    f->pattern = mem_strndup(query->pattern.len ? query->pattern.at : "", query->pattern.len);
    f->query.pattern = span_of(f->pattern);
    f->match = match;
    f->lines = lineset_new();
    f->last_time = TIME_UNKNOWN;
    return f;
}

void finder_free(struct finder *f)
{
    if (!f)
        return;
    match_free(f->match);
    lineset_free(f->lines);
    free(f->pattern);
    free(f);
}

const struct finder_query *finder_query(const struct finder *f)
{
    return &f->query;
}

const struct match *finder_match(const struct finder *f)
{
    return f->match;
}

struct lineset *finder_lines(const struct finder *f)
{
    return f->lines;
}

// ---------------------------------------------------------------- what there is to search

static void add_part(struct finder *f, const struct logfile_bytes *bytes, uint64_t from, uint64_t to,
                     uint32_t line)
{
    if (from >= to)
        return;
    f->parts[f->n_parts++] = (struct search_part){
        .fd = bytes->fd,
        .text = bytes->text,
        .from = from,
        .to = to,
        .line = line,
        .mtime = bytes->mtime,
    };
    f->all += to - from;
}

// All lines, those from `origin` on first.
static void plan_all(struct finder *f, struct logfile *file, const struct logfile_bytes *bytes,
                     uint32_t origin)
{
    uint64_t from = origin > 1 ? logfile_offset(file, origin) : 0;
    from = from < bytes->size ? from : 0;
    lineset_clear(f->lines);
    f->again = 0;
    f->last_time = TIME_UNKNOWN;
    add_part(f, bytes, from, bytes->size, from > 0 ? origin : 1);
    add_part(f, bytes, 0, from, 1);
}

// What was added. Nothing, as long as the line that it begins at was not counted.
static void plan_added(struct finder *f, struct logfile *file, const struct logfile_bytes *bytes)
{
    uint64_t from = f->searched > 0 ? logfile_offset(file, f->searched) : 0;
    f->again = f->searched;
    if (bytes->size > f->to && from < bytes->size)
        add_part(f, bytes, from, bytes->size, f->searched > 0 ? f->searched : 1);
}

bool finder_begin(struct finder *f, struct logfile *file, uint32_t origin)
{
    struct logfile_bytes bytes = logfile_bytes(file);
    bool added = f->complete && bytes.size >= f->to; // a file that became shorter was begun anew
    f->n_parts = 0;
    f->all = 0;
    if (added)
        plan_added(f, file, &bytes);
    else
        plan_all(f, file, &bytes, origin);
    if (f->n_parts == 0) {
        f->complete = true;
        return false;
    }
    f->to = bytes.size;
    f->started = clock_monotonic();
    f->err = (struct error){{0}};
    atomic_store(&f->bytes, 0);
    atomic_store(&f->stop, false);
    atomic_store(&f->said, false);
    atomic_store(&f->again_ok, false);
    f->running = true;
    return true;
}

// ---------------------------------------------------------------- searching

static size_t list_patterns(const struct finder *f, struct search_pattern ret[MOST_PATTERNS])
{
    size_t n = 0;
    if (f->query.pattern.len > 0)
        ret[n++] = (struct search_pattern){f->pattern, pattern_flags(f->query.pattern)};
    if (f->query.level != LOG_ANY)
        ret[n++] = (struct search_pattern){loglevel_pattern(f->query.level), 0};
    if (n == 0)
        ret[n++] = (struct search_pattern){"^", 0};
    return n;
}

struct gathering {
    struct finder *finder;
    size_t n_patterns; // all of which must match
};

static bool on_line(void *context, const struct search_line *line)
{
    const struct gathering *g = context;
    struct finder *f = g->finder;
    if (line->n_patterns < g->n_patterns || line->number > UINT32_MAX)
        return true;
    if (line->number == f->again)
        atomic_store(&f->again_ok, true);
    lineset_add(f->lines, (uint32_t)line->number);
    if (f->query.found && !atomic_exchange(&f->said, true))
        f->query.found(f->query.context);
    return true;
}

static bool search_one(struct finder *f, const struct search_set *set, struct search_options *options,
                       const struct search_part *part)
{
    struct search_result result = {0};
    bool good = search_part(set, part, options, &result, &f->err);
    if (good && result.n_files > 0 && result.files[0].left_out)
        good = error_set(&f->err, "%s", result.files[0].left_out);
    if (good && !result.stopped && part->to == f->to) {
        f->searched = (uint32_t)(part->line - 1 + result.files[0].lines);
        f->last_time = result.files[0].last_time;
    }
    good = good && !result.stopped;
    search_result_done(&result);
    return good;
}

void finder_work(struct finder *f)
{
    struct search_pattern patterns[MOST_PATTERNS];
    struct gathering gathering = {f, list_patterns(f, patterns)};
    struct search_options options = {
        .line = on_line,
        .ctx = &gathering,
        .numbers = true,
        .cancel = &f->stop,
        .progress = &f->bytes,
        .above = f->last_time == TIME_UNKNOWN ? 0 : f->last_time,
    };
    if (f->query.window.from != TIME_UNKNOWN || f->query.window.to != TIME_UNKNOWN) {
        options.window = &f->query.window;
        options.near = f->query.window.from != TIME_UNKNOWN ? f->query.window.from : f->query.window.to;
    }
    struct search_set *set = search_set_new(patterns, gathering.n_patterns, f->all, &f->err);
    bool good = set != NULL;
    for (size_t i = 0; good && i < f->n_parts; i++)
        good = search_one(f, set, &options, &f->parts[i]);
    search_set_free(set);
    if (good && f->again && !atomic_load(&f->again_ok))
        lineset_remove(f->lines, f->again);
    f->complete = good;
}

void finder_end(struct finder *f)
{
    f->running = false;
    f->took = clock_monotonic() - f->started;
}

void finder_stop(struct finder *f)
{
    atomic_store(&f->stop, true);
}

struct finder_state finder_state(const struct finder *f)
{
    return (struct finder_state){
        .running = f->running,
        .complete = !f->running && f->complete,
        .bytes = atomic_load(&f->bytes),
        .all = f->all,
        .took = f->running ? clock_monotonic() - f->started : f->took,
        .why = !f->running && f->err.text[0] ? f->err.text : NULL,
    };
}
