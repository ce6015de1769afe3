// Where no thread is to be had, the wait does the work.
#include "core/facts/logset.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/mem.h"

struct log_set {
    struct search_pattern *patterns; // texts borrowed
    size_t n;
    uint64_t bytes;
    pthread_t thread;
    bool started, done;
    struct search_set *set;
    struct error err;
};

static void *compile(void *arg)
{
    struct log_set *s = arg;
    s->set = search_set_new(s->patterns, s->n, s->bytes, &s->err);
    return NULL;
}

struct log_set *log_set_begin(size_t n_classes, const struct gather_queries *queries, uint64_t bytes)
{
    struct log_set *s = mem_alloc(sizeof *s);
    s->n = n_classes + (queries ? queries->n : 0);
    s->bytes = bytes;
    s->patterns = mem_calloc(s->n, sizeof *s->patterns);
    for (size_t i = 0; i < n_classes; i++)
        s->patterns[i].text = log_class_pattern((enum log_class)i);
    for (size_t i = n_classes; i < s->n; i++)
        s->patterns[i].text = queries->items[i - n_classes].pattern;
    s->started = pthread_create(&s->thread, NULL, compile, s) == 0;
    return s;
}

static void wait_for(struct log_set *s)
{
    if (s->done)
        return;
    if (s->started)
        pthread_join(s->thread, NULL);
    else
        compile(s);
    s->done = true;
}

const struct search_set *log_set_wait(struct log_set *set, struct error *err)
{
    wait_for(set);
    if (!set->set)
        error_set(err, "%s", set->err.text);
    return set->set;
}

void log_set_free(struct log_set *set)
{
    if (!set)
        return;
    wait_for(set);
    search_set_free(set->set);
    free(set->patterns);
    free(set);
}

// ------------------------------------------------------------------ files

static const char *const patterns_of_logs[] = {
    "cluster/logs/**",
    "nodes/*/var_log/**",
    "nodes/*/kernel/dmesg*",
    "nodes/*/kubelet/*.log",
    "nodes/*/containerd/*log*",
    "nodes/*/journalctl*",
    "nodes/*/dmesg*",
    "pods/*/*/*.log*",
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

// A capture file has packets and no lines: what is in it is read by gather_captures.
static bool is_packets(const struct facts *facts, uint32_t id)
{
    return span_contains(span_of(evidence_file(facts->evidence, id)->path), ".pcap");
}

static void list_files(const struct facts *facts, struct log_pass *ret)
{
    uint32_t n = (uint32_t)evidence_count(facts->evidence);
    bool *is_log = mark_logs(facts);
    ret->logs = mem_calloc(n + 1, sizeof *ret->logs);
    ret->others = mem_calloc(n + 1, sizeof *ret->others);
    for (uint32_t i = 0; i < n; i++) {
        if (is_log[i])
            ret->logs[ret->n_logs++] = i;
        else if (facts->queries && facts->queries->n && !is_packets(facts, i))
            ret->others[ret->n_others++] = i;
        else
            continue;
        ret->bytes += evidence_file(facts->evidence, i)->size;
    }
    free(is_log);
}

void gather_logs_begin(struct facts *facts)
{
    struct log_pass *pass = mem_alloc(sizeof *pass);
    list_files(facts, pass);
    pass->shared = facts->queries && facts->queries->set;
    pass->n_classes = pass->n_logs || pass->shared ? LOG_CLASS_COUNT : 0;
    bool asked = facts->queries && facts->queries->n && pass->n_logs + pass->n_others;
    if (pass->shared)
        pass->set = facts->queries->set;
    else if (pass->n_classes || asked)
        pass->set = log_set_begin(pass->n_classes, facts->queries, pass->bytes);
    facts->log_pass = pass;
}

void log_pass_free(struct log_pass *pass)
{
    if (!pass)
        return;
    if (!pass->shared)
        log_set_free(pass->set);
    free(pass->logs);
    free(pass->others);
    free(pass);
}
