// One pass over all logs with all classes' patterns. The same line often stands in several files (kubectl
// logs and the node's copy, dmesg twice and the journal): later sightings are kept and marked as copies, so
// that nobody counts twice without knowing.
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/facts/logorigin.h"
#include "core/search/search.h"

enum { KEEP_OUTSIDE = 300 }; // of a class and file, outside the window

struct collector {
    struct facts *facts;
    bool *is_log;  // by file
    uint32_t file; // the file that the fields below speak of
    struct log_hit writer;
    bool is_coredns;
    size_t kept[LOG_CLASS_COUNT], outside[LOG_CLASS_COUNT];
    struct map seen; // writer, class, words and second → index + 1 of the first hit
};

static const char *const patterns_of_logs[] = {
    "cluster/logs/**",
    "nodes/*/var_log/**",
    "nodes/*/kernel/dmesg*",
    "nodes/*/kubelet/*.log",
    "nodes/*/containerd/*log*",
    "nodes/*/journalctl*",
    "nodes/*/dmesg*",
    "pods/*/*/*.log",
    "*.log",
    "*.txt",
};

// Which files are logs, by id. Yours.
static bool *mark_logs(const struct facts *facts)
{
    bool *is_log = mem_calloc(evidence_count(facts->evidence) + 1, sizeof *is_log);
    for (size_t i = 0; i < ARRAY_LEN(patterns_of_logs); i++) {
        uint32_t cursor = 0;
        const struct evidence_file *file;
        while ((file = evidence_next(facts->evidence, patterns_of_logs[i], &cursor)))
            is_log[file->id] = true;
    }
    return is_log;
}

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

// Which class a line is of: the first that matches, and that such a writer can write. CoreDNS' own errors
// hold the words of applications.
static bool choose_class(const struct collector *c, const struct search_line *line, enum log_class *ret)
{
    for (size_t i = 0; i < line->n_patterns; i++) {
        enum log_class class_ = (enum log_class)line->patterns[i];
        if (class_ >= LOG_CLASS_COUNT)
            break; // a query, not a class
        if (class_ == LOG_APP_DNS && c->is_coredns)
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
    if (clock_in_window(time, c->facts->target.window) == TRI_NO)
        return c->outside[class_]++ < KEEP_OUTSIDE;
    return c->kept[class_]++ < LOG_KEEP;
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
    logs->total[class_]++;
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

// Two kinds of patterns: the classes, whose lines are kept, and the queries, whose lines are counted.
// Classes come first where there are any, so that a pattern's index is its class.
static struct search_set *make_set(size_t n_classes, const struct gather_queries *queries, struct error *err)
{
    size_t n = n_classes + (queries ? queries->n : 0);
    struct search_pattern *patterns = mem_calloc(n + 1, sizeof *patterns);
    for (size_t i = 0; i < n_classes; i++)
        patterns[i].text = log_class_pattern((enum log_class)i);
    for (size_t i = n_classes; i < n; i++)
        patterns[i].text = queries->items[i - n_classes].pattern;
    struct search_set *set = n ? search_set_new(patterns, n, err) : NULL;
    free(patterns);
    return set;
}

// A capture file has packets and no lines: what is in it is read by gather_captures.
static bool is_packets(const struct facts *facts, uint32_t id)
{
    return span_contains(span_of(evidence_file(facts->evidence, id)->path), ".pcap");
}

struct pass { // files that are searched alike
    uint32_t *files;
    size_t n;
};

// The logs, or with queries all other files that have lines. Yours.
static struct pass list_files(const struct collector *c, bool logs)
{
    uint32_t n = (uint32_t)evidence_count(c->facts->evidence);
    struct pass pass = {.files = mem_calloc(n + 1, sizeof *pass.files)};
    for (uint32_t i = 0; i < n; i++) {
        if (c->is_log[i] == logs && (logs || (c->facts->queries && !is_packets(c->facts, i))))
            pass.files[pass.n++] = i;
    }
    return pass;
}

static void say_left_out(struct facts *facts, const struct search_result *result)
{
    struct gather_queries *queries = facts->queries;
    for (size_t i = 0; i < result->n_files; i++) {
        const struct search_file *file = &result->files[i];
        if (!file->left_out)
            continue;
        facts_add_gap(facts, GAP_OTHER, file->left_out, NULL);
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
        facts_add_gap(facts, GAP_OTHER, err.text, NULL);
    else if (facts->queries)
        add_counts(facts->queries, &result, n_classes);
    say_left_out(facts, &result);
    search_result_done(&result);
}

static struct search_options options_for_logs(struct collector *c)
{
    struct window window = c->facts->target.window;
    usec_t near = window.from != TIME_UNKNOWN ? window.from : window.to;
    return (struct search_options){
        .line = take_line, .ctx = c, .times = true, .near = near != TIME_UNKNOWN ? near : 0};
}

// A query that does not compile does not keep the logs from being read.
static struct search_set *make_any_set(struct facts *facts, size_t n_classes)
{
    struct error err = {{0}};
    struct search_set *set = make_set(n_classes, facts->queries, &err);
    if (!set && err.text[0] && facts->queries) {
        facts_add_gap(facts, GAP_OTHER, err.text, NULL);
        facts->queries = NULL;
        set = make_set(n_classes, NULL, &err);
    }
    return set;
}

// Compiling takes longer than reading a small tree: patterns that no file is there for are left out. What is
// no log has no times, and would be read backwards in search of them.
void gather_logs(struct facts *facts)
{
    struct collector c = {.facts = facts, .is_log = mark_logs(facts), .file = FILE_NONE};
    struct pass logs = list_files(&c, true), others = list_files(&c, false);
    size_t n_classes = logs.n ? LOG_CLASS_COUNT : 0;
    struct search_set *set = logs.n || others.n ? make_any_set(facts, n_classes) : NULL;
    struct search_options of_logs = options_for_logs(&c), counting = {0};
    of_logs.files = logs.files;
    of_logs.n_files = logs.n;
    counting.files = others.files;
    counting.n_files = others.n;
    if (set && logs.n)
        search_files(facts, set, n_classes, &of_logs);
    if (set && others.n)
        search_files(facts, set, n_classes, &counting);
    search_set_free(set);
    map_done(&c.seen);
    free(logs.files);
    free(others.files);
    free(c.is_log);
}
