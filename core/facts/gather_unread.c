// What the complaining pod's own log says of the failing name in words of failure that are of no class
// (logclass.c): programs put it in more ways than anybody lists. What such a line means cannot be told, but
// that nothing fails cannot be said beside it either.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/facts/logsource.h"
#include "core/search/search.h"

static bool has_any(struct span line, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (span_contains_caseless(line, words[i]))
            return true;
    }
    return false;
}

// What a program itself calls information is no failure, whatever stands in it.
static bool sounds_failed(struct span line)
{
    static const char *const failed[] = {"fail",      "error",   "exception",  "refused",    "timeout",
                                         "timed out", "unable",  "cannot",     "can't",      "could not",
                                         "couldn't",  "unknown", "unresolved", "not resolve"};
    static const char *const calm[] = {" info ", "level=info", "\"level\":\"info\"", "[info]", " debug "};
    return has_any(line, failed, ARRAY_LEN(failed)) && !has_any(line, calm, ARRAY_LEN(calm));
}

static bool is_of_class(const struct facts *facts, const struct search_line *line)
{
    for (size_t i = 0; i < facts->logs.n; i++) {
        const struct place *place = &facts->logs.items[i].place;
        if (place->file == line->file && place->line == line->number)
            return true;
    }
    return false;
}

// The first one is enough.
static bool take_line(void *context, const struct search_line *line)
{
    struct facts *facts = context;
    if (clock_in_window(line->time, facts->target.window) != TRI_YES || !sounds_failed(line->text) ||
        is_of_class(facts, line))
        return true;
    facts->unread_failure = place_at(line->file, (uint32_t)line->number);
    return false;
}

static size_t find_own_logs(const struct facts *facts, uint32_t *ret)
{
    const char *pod = facts->target.pod, *ns = facts->target.namespace_;
    size_t n = 0;
    for (uint32_t i = 0; pod && i < evidence_count(facts->evidence); i++) {
        const struct evidence_file *file = evidence_file(facts->evidence, i);
        struct log_origin o = log_source(facts, i);
        if (span_is(o.pod, pod) && (!ns || span_is(o.namespace_, ns)) &&
            span_contains(span_of(file->path), ".log"))
            ret[n++] = i;
    }
    return n;
}

void gather_unread(struct facts *facts)
{
    const struct search_pattern name = {facts->target.query, MATCH_LITERAL | MATCH_CASELESS};
    struct window window = facts->target.window;
    if (!name.text || !*name.text || (window.from == TIME_UNKNOWN && window.to == TIME_UNKNOWN))
        return;
    uint32_t *files = mem_calloc(evidence_count(facts->evidence) + 1, sizeof *files);
    size_t n = find_own_logs(facts, files);
    struct error err = {{0}};
    struct search_set *set = n ? search_set_new(&name, 1, UINT64_MAX, &err) : NULL;
    struct search_result result = {0};
    const struct search_options options = {
        .files = files,
        .n_files = n,
        .line = take_line,
        .ctx = facts,
        .times = true,
        .near = window.from != TIME_UNKNOWN ? window.from : window.to,
    };
    if (set) // a file that cannot be read is told by gather_logs
        search_run(set, facts->evidence, &options, &result, &err);
    search_result_done(&result);
    search_set_free(set);
    free(files);
}
