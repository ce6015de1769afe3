// Gathers moments from the facts.
#include "core/judge/moments.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/audit.h"

struct gathering {
    struct arena *arena;
    const struct facts *facts;
    const struct claims *claims;
    struct moment *items;
    size_t n, cap;
};

static void add(struct gathering *g, struct moment moment)
{
    if (moment.time != TIME_UNKNOWN && place_is_set(moment.place))
        *MEM_PUSH(g->items, g->n, g->cap) = moment;
}

static const char *or_question(const char *text)
{
    return text ? text : "?";
}

static void add_events(struct gathering *g)
{
    for (size_t i = 0; i < g->facts->cluster.events.n; i++) {
        const struct kube_event *e = &g->facts->cluster.events.items[i];
        add(g, (struct moment){.time = e->last != TIME_UNKNOWN ? e->last : e->first,
                               .kind = MOMENT_EVENT,
                               .text = arena_printf(g->arena, "%s of %s %s", e->reason ? e->reason : "event",
                                                    e->kind ? e->kind : "object", or_question(e->object)),
                               .words = span_of(e->message),
                               .place = e->place});
    }
}

static void add_nodes(struct gathering *g)
{
    for (size_t i = 0; i < g->facts->cluster.nodes.n; i++) {
        const struct kube_node *node = &g->facts->cluster.nodes.items[i];
        for (size_t k = 0; k < node->n_conditions; k++) {
            const struct kube_condition *c = &node->conditions[k];
            add(g, (struct moment){.time = c->since,
                                   .kind = MOMENT_NODE,
                                   .text = arena_printf(g->arena, "node %s: %s is %s", node->meta.name,
                                                        c->type, c->status),
                                   .place = c->place});
        }
    }
}

static void add_lines(struct gathering *g)
{
    for (size_t i = 0; i < g->facts->logs.n; i++) {
        const struct log_hit *hit = &g->facts->logs.items[i];
        if (hit->class_ != LOG_APP_DNS && hit->class_ != LOG_COREDNS_QUERY)
            add(g, (struct moment){.time = hit->time,
                                   .kind = MOMENT_LINE,
                                   .text = log_class_name(hit->class_),
                                   .words = log_class_anchor(hit->class_, hit->text),
                                   .place = hit->place});
    }
}

static void add_lookups(struct gathering *g)
{
    for (size_t i = 0; i < g->facts->lookups.n; i++) {
        const struct lookup *l = &g->facts->lookups.items[i];
        bool failed = lookup_failed(l->outcome);
        add(g,
            (struct moment){.time = l->time,
                            .kind = failed ? MOMENT_FAILED : MOMENT_ANSWERED,
                            .text = failed ? arena_printf(g->arena, "%s: %s", lookup_outcome_name(l->outcome),
                                                          l->name ? l->name : "a lookup")
                                           : "",
                            .words = span_of(failed && l->pod ? l->pod : ""),
                            .place = l->place});
    }
}

static void add_restarts(struct gathering *g)
{
    for (size_t i = 0; i < g->facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &g->facts->cluster.pods.items[i];
        for (size_t k = 0; k < pod->n_containers; k++) {
            const struct kube_container *c = &pod->containers[k];
            const struct kube_termination *ends[] = {c->terminated, c->last};
            for (size_t e = 0; e < ARRAY_LEN(ends); e++) {
                if (ends[e])
                    add(g, (struct moment){.time = ends[e]->finished,
                                           .kind = MOMENT_RESTART,
                                           .text = arena_printf(
                                               g->arena, "%s of %s ended: %s", or_question(c->name),
                                               or_question(pod->meta.name), or_question(ends[e]->reason)),
                                           .place = ends[e]->place});
            }
        }
    }
}

static void add_changes(struct gathering *g)
{
    const struct audit *audit = g->facts->audit;
    for (size_t i = 0; audit && i < audit->n; i++) {
        const struct audit_event *e = &audit->items[i];
        add(g, (struct moment){.time = e->time,
                               .kind = MOMENT_CHANGE,
                               .text = arena_printf(g->arena, "%s %s %s by %s%s", or_question(e->verb),
                                                    or_question(e->resource), e->name ? e->name : "",
                                                    or_question(e->user), e->allowed ? "" : ", refused"),
                               .place = e->place});
    }
}

static void add_findings(struct gathering *g)
{
    const struct claims *claims = g->claims;
    for (size_t i = 0; claims && i < claims->n; i++) {
        const struct claim *c = &claims->items[i];
        if (c->n_places > 0)
            add(g, (struct moment){.time = c->time,
                                   .kind = MOMENT_FINDING,
                                   .text = arena_printf(g->arena, "F-%03zu %s", i + 1, c->text),
                                   .place = c->places[0]});
    }
}

static int compare(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->place.file != y->place.file)
        return x->place.file < y->place.file ? -1 : 1;
    return x->place.line < y->place.line ? -1 : x->place.line > y->place.line;
}

struct moment *moments_find(struct arena *arena, const struct facts *facts, const struct claims *claims,
                            unsigned kinds, size_t *ret_n)
{
    static const struct {
        unsigned kinds;
        void (*add)(struct gathering *g);
    } sources[] = {
        {1 << MOMENT_EVENT, add_events},     {1 << MOMENT_NODE, add_nodes},
        {1 << MOMENT_LINE, add_lines},       {1 << MOMENT_FAILED | 1 << MOMENT_ANSWERED, add_lookups},
        {1 << MOMENT_RESTART, add_restarts}, {1 << MOMENT_CHANGE, add_changes},
        {1 << MOMENT_FINDING, add_findings},
    };
    struct gathering g = {.arena = arena, .facts = facts, .claims = claims};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        if (kinds & sources[i].kinds)
            sources[i].add(&g);
    }
    if (g.n > 1)
        qsort(g.items, g.n, sizeof *g.items, compare);
    struct moment *ret = arena_dup(arena, g.items ? (const void *)g.items : "", g.n * sizeof *ret);
    free(g.items);
    *ret_n = g.n;
    return ret;
}

const char *moment_kind_name(enum moment_kind kind)
{
    static const char *const names[MOMENT_KINDS] = {
        [MOMENT_FAILED] = "failed lookup", [MOMENT_ANSWERED] = "lookup", [MOMENT_LINE] = "log line",
        [MOMENT_EVENT] = "event",          [MOMENT_NODE] = "node",       [MOMENT_RESTART] = "container",
        [MOMENT_CHANGE] = "change",        [MOMENT_FINDING] = "finding",
    };
    return names[kind];
}
