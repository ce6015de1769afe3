// Four subjects that no judge speaks of, answered by counting: the collection itself, the lines of logs that
// speak of DNS, the nodes as a whole, and the order in which things happened.
#include "core/report/steps_facts.h"

#include "core/base/mem.h"

typedef bool from_facts_fn(struct report_step *step, const struct steps_input *in, struct arena *arena);

// The node that the incident is about; where none is named, the only one.
static bool from_collection(struct report_step *step, const struct steps_input *in, struct arena *arena)
{
    const struct facts *facts = in->facts;
    const struct node_facts *only = facts->n_nodes == 1 && !facts->node_name ? &facts->nodes[0] : NULL;
    const struct node_facts *node = facts->node ? facts->node : only;
    if (node) {
        step_say(step, STEP_DONE, arena_printf(arena, "there is evidence of node %s", node->name));
        return true;
    }
    if (facts->node_name)
        step_say(step, STEP_CANNOT_TELL,
                 arena_printf(arena, "there is no evidence of node %s", facts->node_name));
    else if (facts->n_nodes == 0)
        step_say(step, STEP_CANNOT_TELL, "there is no evidence of any node");
    else
        step_say(step, STEP_CANNOT_TELL,
                 arena_printf(arena,
                              "there is evidence of %zu nodes; which of them is the pod's is not known",
                              facts->n_nodes));
    return true;
}

// The classes of lines that a search for DNS errors means.
static bool is_dns_error(enum log_class c)
{
    switch (c) {
    case LOG_COREDNS_UPSTREAM_TIMEOUT:
    case LOG_COREDNS_UPSTREAM_UNREACHABLE:
    case LOG_COREDNS_MAX_CONCURRENT:
    case LOG_COREDNS_COREFILE:
    case LOG_COREDNS_LOOP:
    case LOG_COREDNS_NO_PLUGIN:
    case LOG_COREDNS_API:
    case LOG_COREDNS_PANIC:
    case LOG_BIND_IN_USE:
    case LOG_APP_DNS:
        return true;
    default:
        return false;
    }
}

static bool from_findings(struct report_step *step, const struct steps_input *in, struct arena *arena)
{
    const struct log_hits *logs = &in->facts->logs;
    size_t count[LOG_CLASS_COUNT] = {0};
    for (size_t i = 0; i < logs->n; i++) {
        const struct log_hit *hit = &logs->items[i];
        if (!is_dns_error(hit->class_) || clock_in_window(hit->time, in->facts->target.window) == TRI_NO)
            continue;
        if (count[hit->class_]++ == 0)
            step_add_evidence(step, in->facts, arena, hit->place);
    }
    struct str text = {0};
    for (enum log_class c = 0; c < LOG_CLASS_COUNT; c++) {
        if (count[c] > 0)
            str_printf(&text, "%s%s: %zu", text.len ? ", " : "lines in the window: ", log_class_name(c),
                       count[c]);
    }
    if (text.len > 0)
        step_say(step, STEP_FINDING, arena_span(arena, str_span(&text)));
    str_done(&text);
    return step->status == STEP_FINDING;
}

// A counter that stands there once says nothing: growth takes two readings.
static size_t count_read_twice(const struct facts *facts)
{
    size_t n = 0;
    for (size_t i = 0; i < facts->n_nodes; i++)
        n += facts->nodes[i].n_ethtool > 1 || facts->nodes[i].n_conntrack > 1;
    return n;
}

static bool is_of_counter(const struct claim *claim)
{
    return claim->kind == CLAIM_CAUSE && claim->object && claim->in_window != TRI_NO &&
           (claim->diagnosis == DIAGNOSIS_LINKLOCAL_THROTTLE ||
            claim->diagnosis == DIAGNOSIS_CONNTRACK_FULL || claim->diagnosis == DIAGNOSIS_CONNTRACK_RACE);
}

static bool was_named(const struct claims *claims, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        const struct claim *c = &claims->items[i];
        if (is_of_counter(c) && strcmp(c->object, claims->items[before].object) == 0)
            return true;
    }
    return false;
}

// The nodes whose counters are causes, on the path or not; empty: none.
static const char *nodes_that_lose(const struct claims *claims, struct arena *arena)
{
    struct str names = {0};
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *c = &claims->items[i];
        if (is_of_counter(c) && !was_named(claims, i))
            str_printf(&names, "%s%s", names.len ? ", " : "", c->object);
    }
    const char *ret = arena_span(arena, str_span(&names));
    str_done(&names);
    return ret;
}

static const char *counters_text(const struct steps_input *in, struct arena *arena, bool *ret_found)
{
    size_t n = count_read_twice(in->facts);
    const char *lose = nodes_that_lose(in->claims, arena);
    *ret_found = lose[0] != '\0';
    if (n == 0)
        return "; nobody read their counters twice";
    return arena_printf(arena, "; counters were read twice on %zu: %s%s", n,
                        *ret_found ? "packets are lost on " : "none of them tells of lost packets", lose);
}

static bool from_cluster_health(struct report_step *step, const struct steps_input *in, struct arena *arena)
{
    const struct cluster *cluster = &in->facts->cluster;
    if (cluster->nodes.listing.state != LISTING_WHOLE || cluster->nodes.n == 0)
        return false;
    size_t ready = 0;
    for (size_t i = 0; i < cluster->nodes.n; i++) {
        const struct kube_condition *c = kube_node_condition(&cluster->nodes.items[i], "Ready");
        ready += c && span_is(span_of(c->status), "True");
    }
    bool lose;
    const char *counters = counters_text(in, arena, &lose);
    step_add_evidence(step, in->facts, arena, cluster->nodes.listing.place);
    step_say(step, ready < cluster->nodes.n || lose ? STEP_FINDING : STEP_DONE,
             arena_printf(arena, "%zu of %zu nodes are Ready%s", ready, cluster->nodes.n, counters));
    return true;
}

// The first and the last thing that carries a time, of what speaks for a fault.
static bool from_timeline(struct report_step *step, const struct steps_input *in, struct arena *arena)
{
    const struct claim *first = NULL, *last = NULL;
    size_t n = 0;
    for (size_t i = 0; i < in->claims->n; i++) {
        const struct claim *c = &in->claims->items[i];
        if (c->time == TIME_UNKNOWN || (c->kind != CLAIM_CAUSE && c->kind != CLAIM_EFFECT))
            continue;
        first = !first || c->time < first->time ? c : first;
        last = !last || c->time > last->time ? c : last;
        n++;
        for (size_t k = 0; k < c->n_places && k < 1; k++)
            step_add_evidence(step, in->facts, arena, c->places[k]);
    }
    if (n == 0)
        return false;
    char from[32], to[32];
    step_say(step, STEP_DONE,
             n == 1 ? arena_printf(arena, "%s: %s", clock_format(first->time, from), first->text)
                    : arena_printf(arena, "%s: %s; then, up to %s: %s", clock_format(first->time, from),
                                   first->text, clock_format(last->time, to), last->text));
    return true;
}

bool step_from_facts(struct report_step *step, enum subject subject, const struct steps_input *in,
                     struct arena *arena)
{
    static from_facts_fn *const by_subject[SUBJECT_COUNT] = {
        [SUBJECT_COLLECTION] = from_collection,
        [SUBJECT_FINDINGS] = from_findings,
        [SUBJECT_CLUSTER_HEALTH] = from_cluster_health,
        [SUBJECT_TIMELINE] = from_timeline,
    };
    return by_subject[subject] && by_subject[subject](step, in, arena);
}
