// One pass over all logs with all classes' patterns. The same line often stands in several files (kubectl
// logs and the node's copy, dmesg twice and the journal): later sightings are kept and marked as copies, so
// that nobody counts twice without knowing.
#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/facts/logorigin.h"
#include "core/facts/logset.h"
#include "core/search/search.h"

enum { KEEP_OUTSIDE = 300 }; // of a class and file, outside the window

struct collector {
    struct facts *facts;
    uint32_t file; // the file that the fields below speak of
    struct log_hit writer;
    bool is_coredns;
    size_t kept[LOG_CLASS_COUNT], outside[LOG_CLASS_COUNT];
    atomic_bool *enough; // search_options.enough
    size_t n_patterns;
    struct map seen; // writer, class, words and second → index + 1 of the first hit
};

static const char *pod_name(struct facts *facts, const struct log_origin *o)
{
    if (!o->pod.len)
        return NULL;
    return arena_printf(&facts->arena, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(o->namespace_), SPAN_ARG(o->pod));
}

// A new file: who wrote it. The pod's node is the API's word where the path has none.
static void begin_file(struct collector *c, uint32_t id)
{
    struct facts *facts = c->facts;
    struct log_origin o = log_origin_of(evidence_file(facts->evidence, id)->path);
    c->file = id;
    memset(c->kept, 0, sizeof c->kept);
    memset(c->outside, 0, sizeof c->outside);
    c->writer = (struct log_hit){
        .pod = pod_name(facts, &o),
        .node = o.node.len ? arena_span(&facts->arena, o.node) : NULL,
        .container = o.container.len ? arena_span(&facts->arena, o.container) : NULL,
        .previous = o.previous,
    };
    c->is_coredns = span_is(o.container, "coredns") || span_is(o.container, "node-cache");
    if (!c->writer.node && o.pod.len) {
        const char *ns = arena_span(&facts->arena, o.namespace_), *name = arena_span(&facts->arena, o.pod);
        const struct kube_pod *pod = cluster_pod(&facts->cluster, ns, name);
        c->writer.node = pod ? pod->node : NULL;
    }
}

static bool has_window(const struct collector *c)
{
    struct window w = c->facts->target.window;
    return w.from != TIME_UNKNOWN || w.to != TIME_UNKNOWN;
}

// No further line of the class will be kept of this file.
static bool is_full(const struct collector *c, enum log_class class_)
{
    return c->kept[class_] >= LOG_KEEP && (!has_window(c) || c->outside[class_] >= KEEP_OUTSIDE);
}

// Which class a line is of: the first that matches, that is wanted, and that such a writer can write.
// CoreDNS' own errors hold the words of applications. A class that is full is passed over whether or not the
// search still names it, so that what is kept does not depend on the threads.
static bool choose_class(const struct collector *c, const struct search_line *line, enum log_class *ret)
{
    for (size_t i = 0; i < line->n_patterns; i++) {
        enum log_class class_ = (enum log_class)line->patterns[i];
        if (class_ >= LOG_CLASS_COUNT)
            break; // a query, not a class
        if (is_full(c, class_) || (class_ == LOG_APP_DNS && c->is_coredns))
            continue;
        *ret = class_;
        return true;
    }
    return false;
}

static void add_key(struct collector *c, const struct log_hit *hit, bool with_time, struct str *ret)
{
    const char *writer = hit->pod ? hit->pod : hit->node;
    str_printf(ret, "%d|%s|", (int)hit->class_, writer ? writer : "");
    if (with_time)
        str_printf(ret, "%lld|", (long long)(hit->time / USEC_SEC));
    str_add_span(ret, log_class_anchor(hit->class_, hit->text));
    (void)c;
}

// The hit that the key stands for, if it is of another file.
static struct log_hit *find_elsewhere(struct collector *c, const struct str *key, uint32_t file)
{
    const size_t *index = map_get(&c->seen, str_span(key));
    struct log_hit *hit = index ? &c->facts->logs.items[*index] : NULL;
    return hit && hit->place.file != file ? hit : NULL;
}

// A line with a time is a copy of one of the same second; one without (dmesg counts from boot), of any. Where
// the one without came first, it is the copy: the other says when.
static void mark_copy(struct collector *c, struct log_hit *hit, size_t index)
{
    struct str timed = {0}, untimed = {0};
    add_key(c, hit, true, &timed);
    add_key(c, hit, false, &untimed);
    struct log_hit *same = find_elsewhere(c, &timed, hit->place.file);
    struct log_hit *alike = find_elsewhere(c, &untimed, hit->place.file);
    if (hit->time == TIME_UNKNOWN)
        hit->copy = alike != NULL;
    else if (same)
        hit->copy = true;
    else if (alike && alike->time == TIME_UNKNOWN)
        alike->copy = true;
    size_t *value = arena_alloc(&c->facts->arena, sizeof *value);
    *value = index;
    if (!map_get(&c->seen, str_span(&timed)))
        map_put(&c->seen, str_span(&timed), value);
    if (!map_get(&c->seen, str_span(&untimed)))
        map_put(&c->seen, str_span(&untimed), value);
    str_done(&timed);
    str_done(&untimed);
}

static bool has_room(struct collector *c, enum log_class class_, usec_t time)
{
    bool outside = clock_in_window(time, c->facts->target.window) == TRI_NO;
    size_t *n = outside ? &c->outside[class_] : &c->kept[class_];
    bool room = *n < (outside ? (size_t)KEEP_OUTSIDE : (size_t)LOG_KEEP);
    *n += room;
    if (is_full(c, class_))
        atomic_store_explicit(&c->enough[c->file * c->n_patterns + class_], true, memory_order_relaxed);
    return room;
}

static bool take_line(void *ctx, const struct search_line *line)
{
    struct collector *c = ctx;
    struct log_hits *logs = &c->facts->logs;
    if (line->file != c->file)
        begin_file(c, line->file);
    enum log_class class_;
    if (!choose_class(c, line, &class_))
        return true;
    if (!has_room(c, class_, line->time))
        return true;
    struct log_hit hit = c->writer;
    hit.class_ = class_;
    hit.time = line->time;
    hit.place = place_at(line->file, (uint32_t)line->number);
    hit.text = span_first(line->text, LOG_LONGEST);
    hit.text.at = arena_span(&c->facts->arena, hit.text);
    size_t index = logs->n;
    *MEM_PUSH(logs->items, logs->n, logs->cap) = hit;
    mark_copy(c, &logs->items[index], index);
    return true;
}

// ------------------------------------------------------------------ the pass

static void say_left_out(struct facts *facts, const struct search_result *result)
{
    struct gather_queries *queries = facts->queries;
    for (size_t i = 0; i < result->n_files; i++) {
        const struct search_file *file = &result->files[i];
        if (!file->left_out)
            continue;
        facts_add_gap(facts, file->left_out, NULL);
        if (queries && queries->left_out++ == 0)
            queries->left_out_why =
                mem_printf("%s: %s", evidence_file(facts->evidence, file->file)->path, file->left_out);
    }
}

static void add_counts(struct gather_queries *queries, const struct search_result *result, size_t n_classes)
{
    queries->files += result->n_files;
    queries->bytes += result->bytes;
    for (size_t i = 0; i < queries->n; i++)
        queries->items[i].lines += result->counts[n_classes + i];
}

static void search_files(struct facts *facts, const struct search_set *set, size_t n_classes,
                         const struct search_options *options)
{
    struct error err = {{0}};
    struct search_result result = {0};
    if (!search_run(set, facts->evidence, options, &result, &err))
        facts_add_gap(facts, err.text, NULL);
    else if (facts->queries)
        add_counts(facts->queries, &result, n_classes);
    say_left_out(facts, &result);
    search_result_done(&result);
}

static struct search_options options_for_logs(struct collector *c)
{
    struct window window = c->facts->target.window;
    usec_t near = window.from != TIME_UNKNOWN ? window.from : window.to;
    return (struct search_options){.line = take_line,
                                   .ctx = c,
                                   .enough = c->enough,
                                   .times = true,
                                   .near = near != TIME_UNKNOWN ? near : 0};
}

// A query that does not compile does not keep the logs from being read.
static const struct search_set *wait_for_set(struct facts *facts, struct log_pass *pass)
{
    struct error err = {{0}};
    const struct search_set *set = pass->set ? log_set_wait(pass->set, &err) : NULL;
    if (set || !pass->set || pass->shared || !facts->queries)
        return set;
    facts_add_gap(facts, err.text, NULL);
    facts->queries = NULL;
    log_set_free(pass->set);
    pass->set = pass->n_classes ? log_set_begin(pass->n_classes, NULL, pass->bytes) : NULL;
    return pass->set ? log_set_wait(pass->set, &err) : NULL;
}

// What is no log has no times, and would be read backwards in search of them.
void gather_logs(struct facts *facts)
{
    struct log_pass *pass = facts->log_pass;
    struct collector c = {.facts = facts, .file = FILE_NONE};
    const struct search_set *set = wait_for_set(facts, pass);
    c.n_patterns = pass->n_classes + (facts->queries ? facts->queries->n : 0);
    c.enough = mem_calloc(evidence_count(facts->evidence) * c.n_patterns + 1, sizeof *c.enough);
    struct search_options of_logs = options_for_logs(&c);
    struct search_options counting = {.files = pass->others, .n_files = pass->n_others};
    of_logs.files = pass->logs;
    of_logs.n_files = pass->n_logs;
    if (set && pass->n_logs)
        search_files(facts, set, pass->n_classes, &of_logs);
    if (set && facts->queries && pass->n_others)
        search_files(facts, set, pass->n_classes, &counting);
    map_done(&c.seen);
    free(c.enough);
    log_pass_free(pass);
    facts->log_pass = NULL;
}
