// linklocal_throttle: the ENI that CoreDNS' queries leave through sends more than 1024 packets a second to
// link-local services, and drops the rest. The counter stands on every ENA node, counts since the driver was
// loaded and for each interface: only its growth in the window, on a node that sends upstream, counts (EC2
// user guide, Network performance metrics for ENA).
#include "core/judge/throttle.h"

#include "core/judge/growth.h"
#include "core/judge/judge.h"
#include "core/judge/route.h"
#include "core/parse/ethtool.h"

static const char counter_name[] = "linklocal_allowance_exceeded";

struct seen {              // over all nodes
    size_t nodes_upstream; // that have a folder and send upstream
    size_t nodes_read;     // of those, with the counter at two times at least
    struct growth still;   // the highest counter that stands still, on such a node
    const char *still_node, *still_nic;
    bool grown;
};

static struct growth measure(const struct bench *b, const struct node_facts *node, const char *nic)
{
    struct growth g = {.last_time = TIME_UNKNOWN};
    for (size_t i = 0; i < node->n_ethtool; i++) {
        const struct ethtool_reading *r = &node->ethtool[i];
        const struct ethtool_counter *c = ethtool_counter(ethtool_nic(r->ethtool, nic), counter_name);
        if (c)
            growth_add(&g, b, c->value, c->place, r->time);
    }
    return g;
}

// Whether the throttled queries are those that are complained of: cluster names need no upstream.
static enum tri concerns_query(const struct bench *b)
{
    return bench_query_class(b) == LOOKUP_NAME_CLUSTER ? TRI_UNKNOWN : TRI_YES;
}

// A file that ethtool wrote for one interface does not name it.
static const char *tell_nic(const char *nic)
{
    return *nic ? nic : "an interface";
}

static const char *short_node(struct bench *b, const char *node)
{
    struct span name = span_of(node);
    size_t dot = span_find_char(name, '.');
    return arena_span(&b->arena, span_first(name, dot == SIZE_MAX ? name.len : dot));
}

static void say_growth(struct bench *b, const struct node_facts *node, const char *nic,
                       const struct growth *g, enum tri on_path)
{
    struct cites cites = {.n = 0};
    cite(&cites, g->grown_place);
    cite(&cites, g->first_place);
    cite(&cites, g->last_place);
    bench_say(b,
              &(struct claim){
                  .kind = on_path == TRI_NO ? CLAIM_INNOCENT : CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_LINKLOCAL_THROTTLE,
                  .subject = SUBJECT_LINKLOCAL,
                  .on_path = on_path,
                  .in_window = growth_in_window(g),
                  .text = arena_printf(
                      &b->arena, "%s of %s on %s grew: %s%s%s", counter_name, tell_nic(nic),
                      short_node(b, node->name), growth_tell(b, g), growth_doubt(g),
                      on_path == TRI_NO ? ", but no DNS query leaves for the VPC resolver there" : ""),
                  .object = node->name,
                  .time = g->grown_at,
              },
              &cites);
}

// The interfaces of a node that have the counter: an ENI each; a veth has none.
static size_t count_enis(const struct ethtool *ethtool)
{
    size_t n = 0;
    for (size_t i = 0; i < ethtool->n; i++)
        n += ethtool_counter(&ethtool->nics[i], counter_name) != NULL;
    return n;
}

static bool is_upstream_timeout(const struct bench *b, const struct lookup *l, const struct node_facts *node)
{
    return l->vantage == LOOKUP_FROM_COREDNS && l->node && strcmp(l->node, node->name) == 0 &&
           l->outcome == LOOKUP_TIMEOUT && bench_time_in_window(b, l->time) == TRI_YES;
}

static bool has_timeouts(const struct bench *b, const struct node_facts *node)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        if (is_upstream_timeout(b, &b->facts->lookups.items[i], node))
            return true;
    }
    return false;
}

// The allowance is each ENI's own. Of several, one that does not carry the senders' addresses is innocent,
// unless CoreDNS there is seen to suffer: what the CNI's rules of source NAT and marks send by the primary
// interface, a list of routes alone does not show.
static enum tri carries_upstream(const struct bench *b, const struct node_facts *node, const char *nic)
{
    bool several = *nic && count_enis(node->ethtool[node->n_ethtool - 1].ethtool) > 1;
    if (several && route_leaves_by(b, node, nic) == TRI_NO && !has_timeouts(b, node))
        return TRI_NO;
    return route_sends_upstream(b, node->name);
}

static void say_suffering(struct bench *b, const struct node_facts *node, const char *text, usec_t since,
                          const struct cites *cites)
{
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_LINKLOCAL_THROTTLE,
                  .subject = SUBJECT_LINKLOCAL,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = text,
                  .object = node->name,
                  .time = since,
              },
              cites);
}

// Upstream queries of CoreDNS on that node that nobody answered while it hurt.
static void say_timeouts(struct bench *b, const struct node_facts *node)
{
    struct cites cites = {.n = 0};
    size_t n = 0;
    usec_t first = TIME_UNKNOWN;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!is_upstream_timeout(b, l, node))
            continue;
        if (n++ < 3)
            cite(&cites, l->place);
        if (first == TIME_UNKNOWN)
            first = l->time;
    }
    if (n)
        say_suffering(b, node,
                      arena_printf(&b->arena, "%zu upstream queries of CoreDNS on %s timed out in the window",
                                   n, short_node(b, node->name)),
                      first, &cites);
}

// With NodeLocal DNSCache or without CoreDNS in between, it is the pod's own lookups that suffer.
static void say_pod_timeouts(struct bench *b, const struct node_facts *node)
{
    const struct lookup *failed = bench_failure(b, LOOKUP_NAME_EXTERNAL);
    bool own = b->facts->node_name && strcmp(b->facts->node_name, node->name) == 0;
    if (!failed || !own || route_has_coredns(b, node->name) == TRI_YES)
        return;
    struct cites cites = {.n = 0};
    bench_cite_failures(b, LOOKUP_NAME_EXTERNAL, 3, &cites);
    say_suffering(b, node, bench_tell_lookup(b, failed), failed->time, &cites);
}

// What had grown by the time of a reading, and stood still while CoreDNS' upstream queries were lost, is not
// why they were.
static bool was_still_meanwhile(const struct bench *b, const struct node_facts *node, const struct growth *g)
{
    const struct window still = {g->still_since, g->last_time};
    for (size_t i = 0; still.from != TIME_UNKNOWN && i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (is_upstream_timeout(b, l, node) && clock_in_window(l->time, still) == TRI_YES)
            return true;
    }
    return false;
}

static bool grew_while_it_hurt(const struct bench *b, const struct node_facts *node, const struct growth *g)
{
    enum tri grew = growth_in_window(g);
    return grew == TRI_YES || (grew == TRI_UNKNOWN && !was_still_meanwhile(b, node, g));
}

static void judge_nic(struct bench *b, const struct node_facts *node, const char *nic, struct seen *seen)
{
    enum tri upstream = carries_upstream(b, node, nic);
    struct growth g = measure(b, node, nic);
    if (g.readings < 2)
        return;
    if (grew_while_it_hurt(b, node, &g)) {
        say_growth(b, node, nic, &g, upstream == TRI_NO ? TRI_NO : tri_and(upstream, concerns_query(b)));
        seen->grown |= upstream != TRI_NO;
    } else if (upstream != TRI_NO && g.last >= seen->still.last) {
        seen->still = g;
        seen->still_node = node->name;
        seen->still_nic = nic;
    }
}

static void judge_node(struct bench *b, const struct node_facts *node, struct seen *seen)
{
    const struct ethtool *last = node->n_ethtool ? node->ethtool[node->n_ethtool - 1].ethtool : NULL;
    enum tri upstream = route_sends_upstream(b, node->name);
    bool grown_before = seen->grown, read = false;
    seen->grown = false;
    for (size_t i = 0; last && i < last->n; i++) {
        judge_nic(b, node, last->nics[i].name, seen);
        read |= measure(b, node, last->nics[i].name).readings >= 2;
    }
    if (seen->grown) {
        say_timeouts(b, node);
        say_pod_timeouts(b, node);
    }
    seen->grown |= grown_before;
    seen->nodes_upstream += upstream != TRI_NO;
    seen->nodes_read += upstream != TRI_NO && read;
}

// The counter stands still, however high it is.
static void say_still(struct bench *b, const struct seen *seen)
{
    struct cites cites = {.n = 0};
    cite(&cites, seen->still.last_place);
    cite(&cites, seen->still.first_place);
    bool high = seen->still.last > 0;
    bench_say(
        b,
        &(struct claim){
            .kind = high ? CLAIM_INNOCENT : CLAIM_CLEAR,
            .diagnosis = high ? DIAGNOSIS_LINKLOCAL_THROTTLE : DIAGNOSIS_NONE,
            .subject = SUBJECT_LINKLOCAL,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena, "%s of %s on %s did not grow%s: %s over %zu readings%s",
                                 counter_name, tell_nic(seen->still_nic), short_node(b, seen->still_node),
                                 seen->still.grown ? " while it hurt" : "", growth_tell(b, &seen->still),
                                 seen->still.readings, high ? "; it counts since the driver was loaded" : ""),
            .object = seen->still_node,
            .time = TIME_UNKNOWN,
        },
        &cites);
}

static void say_gap(struct bench *b, const struct seen *seen)
{
    const char *text = !seen->nodes_upstream
                           ? "no counters of a node that sends queries to the VPC resolver"
                           : "link-local counters of every node that sends upstream, read twice";
    struct cites none = {.n = 0};
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_GAP,
                  .diagnosis = DIAGNOSIS_LINKLOCAL_THROTTLE,
                  .subject = SUBJECT_LINKLOCAL,
                  .on_path = TRI_UNKNOWN,
                  .in_window = TRI_UNKNOWN,
                  .text = text,
                  .command = "ethtool -S eth0 | grep linklocal_allowance_exceeded",
                  .time = TIME_UNKNOWN,
              },
              &none);
}

static bool is_open(const struct bench *b, const struct node_facts *node)
{
    const struct ethtool *last = node->n_ethtool ? node->ethtool[node->n_ethtool - 1].ethtool : NULL;
    for (size_t i = 0; last && i < last->n; i++) {
        struct growth g = measure(b, node, last->nics[i].name);
        if (g.readings == 1 && g.last > 0)
            return true;
    }
    return false;
}

bool throttle_is_open(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->n_nodes; i++) {
        const struct node_facts *node = &b->facts->nodes[i];
        if (route_sends_upstream(b, node->name) != TRI_NO && is_open(b, node))
            return true;
    }
    return false;
}

void judge_throttle(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    struct seen seen = {.nodes_upstream = 0};
    bench_init(&b, facts, claims);
    for (size_t i = 0; i < facts->n_nodes; i++)
        judge_node(&b, &facts->nodes[i], &seen);
    if (!seen.grown && seen.still_node)
        say_still(&b, &seen);
    if (seen.nodes_read < seen.nodes_upstream || !seen.nodes_upstream)
        say_gap(&b, &seen);
    bench_done(&b);
}
