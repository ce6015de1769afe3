// The timeline around the onset: what happened shortly before the first failed lookup, from all sources, in
// order. Being earlier is not being the cause; it is where to look.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/bench.h"
#include "core/judge/judge.h"

enum { TOLD = 6 };
static const usec_t LOOK_BACK = 30 * USEC_MIN;

struct moment {
    usec_t time;
    const char *text;
    struct place place;
};

struct moments {
    struct moment *items;
    size_t n, cap;
    usec_t from, to;
};

static void add(struct moments *m, usec_t time, const char *text, struct place place)
{
    if (time != TIME_UNKNOWN && time >= m->from && time <= m->to && place_is_set(place))
        *MEM_PUSH(m->items, m->n, m->cap) = (struct moment){time, text, place};
}

static int compare_moments(const void *a, const void *b)
{
    const struct moment *left = a, *right = b;
    return (left->time > right->time) - (left->time < right->time);
}

static const struct lookup *first_failure(const struct facts *facts)
{
    const struct lookup *first = NULL;
    for (size_t i = 0; i < facts->lookups.n; i++) {
        const struct lookup *l = &facts->lookups.items[i];
        if (lookup_failed(l->outcome) && l->time != TIME_UNKNOWN &&
            clock_in_window(l->time, facts->target.window) == TRI_YES && (!first || l->time < first->time))
            first = l;
    }
    return first;
}

static void add_events(struct bench *b, struct moments *m)
{
    for (size_t i = 0; i < b->facts->cluster.events.n; i++) {
        const struct kube_event *e = &b->facts->cluster.events.items[i];
        add(m, e->last != TIME_UNKNOWN ? e->last : e->first,
            arena_printf(&b->arena, "%s of %s %s", e->reason ? e->reason : "event",
                         e->kind ? e->kind : "object", e->object ? e->object : "?"),
            e->place);
    }
}

static void add_nodes(struct bench *b, struct moments *m)
{
    for (size_t i = 0; i < b->facts->cluster.nodes.n; i++) {
        const struct kube_node *node = &b->facts->cluster.nodes.items[i];
        for (size_t k = 0; k < node->n_conditions; k++) {
            const struct kube_condition *c = &node->conditions[k];
            add(m, c->since,
                arena_printf(&b->arena, "node %s: %s is %s", node->meta.name, c->type, c->status), c->place);
        }
    }
}

// Lines that mean something by themselves; lookups and CoreDNS' query log are what is to be explained.
static void add_lines(struct moments *m, const struct log_hits *logs)
{
    for (size_t i = 0; i < logs->n; i++) {
        const struct log_hit *hit = &logs->items[i];
        if (hit->class_ != LOG_APP_DNS && hit->class_ != LOG_COREDNS_QUERY)
            add(m, hit->time, log_class_name(hit->class_), hit->place);
    }
}

static bool is_told(const char *const *told, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(told[i], text) == 0)
            return true;
    }
    return false;
}

// The same thing is told once, at its latest time.
static void tell(struct bench *b, const struct moments *m, const struct lookup *failure)
{
    struct str text = {0};
    struct cites cites = {0};
    char time[32];
    cite(&cites, failure->place);
    str_printf(&text, "the first failed lookup was seen at %s", clock_format(failure->time, time));
    const char *told[TOLD];
    size_t n = 0;
    for (size_t i = m->n; i-- > 0 && n < TOLD;) {
        if (is_told(told, n, m->items[i].text))
            continue;
        str_printf(&text, "%s %s %s",
                   n ? "," : "; before it, latest first:", clock_format(m->items[i].time, time),
                   m->items[i].text);
        cite(&cites, m->items[i].place);
        told[n++] = m->items[i].text;
    }
    if (n == 0)
        str_add(&text, "; nothing was seen in the half hour before it");
    bench_say(b,
              &(struct claim){.kind = CLAIM_NOTE,
                              .subject = SUBJECT_TIMELINE,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text = str_text(&text),
                              .time = failure->time},
              &cites);
    str_done(&text);
}

void judge_timeline(const struct facts *facts, struct claims *claims)
{
    const struct lookup *failure = first_failure(facts);
    if (!failure)
        return;
    struct bench b;
    bench_init(&b, facts, claims);
    struct moments m = {.from = failure->time - LOOK_BACK, .to = failure->time};
    add_events(&b, &m);
    add_nodes(&b, &m);
    add_lines(&m, &facts->logs);
    if (m.n)
        qsort(m.items, m.n, sizeof *m.items, compare_moments);
    tell(&b, &m, failure);
    free(m.items);
    bench_done(&b);
}
