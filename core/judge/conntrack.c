// conntrack_full, and conntrack_race with race.c: the node's table of connections has no room for new flows,
// or two packets race for one place in it and one of them is dropped. Both lose packets of a node whose rules
// and servers are fine; the counters tell them apart: `drop` and the kernel's words for the first,
// `insert_failed` for the second, which newer kernels count as `drop`, too (nf_conntrack_core.c).
#include "core/parse/conntrack.h"
#include "core/judge/growth.h"
#include "core/judge/judge.h"
#include "core/judge/race.h"
#include "core/judge/route.h"
#include "core/parse/sysctl.h"

struct table { // how full a node's table is
    bool known;
    uint64_t count, max;
    struct place count_place, max_place;
};

static struct table read_table(const struct node_facts *node)
{
    struct table t = {.known = false};
    t.known = sysctl_u64(node->sysctls, "net.netfilter.nf_conntrack_max", &t.max, &t.max_place) ||
              sysctl_u64(node->sysctls, "net.nf_conntrack_max", &t.max, &t.max_place);
    t.known = sysctl_u64(node->sysctls, "net.netfilter.nf_conntrack_count", &t.count, &t.count_place) &&
              t.known && t.max > 0;
    return t;
}

// A table that is emptied as fast as it fills never shows its maximum: the last hundredth counts as full.
static bool is_full(const struct table *t)
{
    return t->known && t->count >= t->max - t->max / 100;
}

static struct growth measure(const struct bench *b, const struct node_facts *node, enum conntrack_stat stat)
{
    struct growth g = {.last_time = TIME_UNKNOWN};
    for (size_t i = 0; i < node->n_conntrack; i++) {
        const struct conntrack *c = node->conntrack[i].conntrack;
        uint64_t value;
        if (conntrack_sum(c, stat, &value))
            growth_add(&g, b, value, conntrack_place(c, stat), node->conntrack[i].time);
    }
    return g;
}

struct node_case { // one node of the path
    struct bench *b;
    const struct node_facts *node;
    enum tri on_path;
    struct table table;
    struct growth drop, insert_failed;
};

static void say(const struct node_case *n, struct claim claim, const struct cites *cites)
{
    claim.subject = SUBJECT_CONNTRACK;
    claim.object = n->node->name;
    bench_say(n->b, &claim, cites);
}

static void say_full(const struct node_case *n)
{
    struct cites cites = {.n = 0};
    cite(&cites, n->table.count_place);
    cite(&cites, n->table.max_place);
    say(n,
        (struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_CONNTRACK_FULL,
            .on_path = n->on_path,
            .in_window = TRI_YES,
            .text =
                arena_printf(&n->b->arena, "the connection table of %s is full: %llu of %llu", n->node->name,
                             (unsigned long long)n->table.count, (unsigned long long)n->table.max),
            .time = TIME_UNKNOWN,
        },
        &cites);
}

// The kernel's own words: they name the mechanism, and what it does.
static bool say_kernel(const struct node_case *n)
{
    struct cites inside = {.n = 0}, outside = {.n = 0};
    size_t count = 0;
    usec_t first = TIME_UNKNOWN;
    const struct log_hits *logs = &n->b->facts->logs;
    for (size_t i = 0; i < logs->n; i++) {
        const struct log_hit *h = &logs->items[i];
        if (h->class_ != LOG_CONNTRACK_FULL || !h->node || strcmp(h->node, n->node->name) != 0)
            continue;
        enum tri in = h->time == TIME_UNKNOWN ? TRI_UNKNOWN : bench_time_in_window(n->b, h->time);
        if (in == TRI_YES) {
            count += !h->copy;
            first = first == TIME_UNKNOWN ? h->time : first;
            cite(&inside, h->place);
        } else if (outside.n == 0 || in == TRI_UNKNOWN) {
            cite(&outside, h->place);
        }
    }
    bool in_window = inside.n > 0;
    if (!in_window && !outside.n)
        return false;
    inside.n = inside.n > 3 ? 3 : inside.n;
    outside.n = outside.n > 2 ? 2 : outside.n;
    struct claim claim = {
        .kind = in_window ? CLAIM_CAUSE : CLAIM_INNOCENT,
        .diagnosis = DIAGNOSIS_CONNTRACK_FULL,
        .on_path = n->on_path,
        .in_window = tri_of(in_window),
        .text = in_window ? arena_printf(&n->b->arena,
                                         "the kernel of %s dropped packets, \"table full\", %zu times logged",
                                         n->node->name, count)
                          : arena_printf(&n->b->arena,
                                         "the kernel of %s said \"table full\", but not in the window",
                                         n->node->name),
        .time = first,
    };
    say(n, claim, in_window ? &inside : &outside);
    if (in_window) {
        claim.kind = CLAIM_EFFECT;
        claim.text = "new connections of that node were dropped while it hurt";
        say(n, claim, &inside);
    }
    return in_window;
}

static void say_drops(const struct node_case *n)
{
    struct cites cites = {.n = 0};
    cite(&cites, n->drop.grown_place);
    cite(&cites, n->drop.first_place);
    say(n,
        (struct claim){
            .kind = CLAIM_EFFECT,
            .diagnosis = DIAGNOSIS_CONNTRACK_FULL,
            .on_path = n->on_path,
            .in_window = growth_in_window(&n->drop),
            .text = arena_printf(&n->b->arena, "conntrack's drop counter grew on %s: %s%s", n->node->name,
                                 growth_tell(n->b, &n->drop), growth_doubt(&n->drop)),
            .time = n->drop.grown_at,
        },
        &cites);
}

static bool judge_full(const struct node_case *n)
{
    bool full = is_full(&n->table), kernel = say_kernel(n);
    if (full)
        say_full(n);
    if ((full || kernel) && growth_in_window(&n->drop) != TRI_NO)
        say_drops(n);
    return full || kernel;
}

// Only the pod's own node: its queries enter conntrack there first.
static void judge_race(const struct node_case *n, bool full)
{
    const char *own = n->b->facts->node_name;
    if (own && strcmp(own, n->node->name) == 0)
        race_judge(n->b, &(struct race_node){.name = n->node->name,
                                             .insert_failed = &n->insert_failed,
                                             .has_room = n->table.known && !full,
                                             .full = full});
}

static void say_clear(const struct node_case *n)
{
    struct cites cites = {.n = 0};
    cite(&cites, n->table.count_place);
    cite(&cites, n->table.max_place);
    cite(&cites, n->drop.last_place);
    bool history = n->drop.readings >= 2 && n->drop.last > 0 && growth_in_window(&n->drop) == TRI_NO;
    say(n,
        (struct claim){
            .kind = history ? CLAIM_INNOCENT : CLAIM_CLEAR,
            .diagnosis = history ? DIAGNOSIS_CONNTRACK_FULL : DIAGNOSIS_NONE,
            .on_path = n->on_path,
            .in_window = TRI_YES,
            .text = arena_printf(&n->b->arena, "the connection table of %s has room: %llu of %llu%s",
                                 n->node->name, (unsigned long long)n->table.count,
                                 (unsigned long long)n->table.max,
                                 history ? ", and its drop counter stands still" : ""),
            .time = TIME_UNKNOWN,
        },
        &cites);
}

static void say_gap(struct bench *b, const char *node)
{
    struct cites none = {.n = 0};
    for (enum diagnosis d = DIAGNOSIS_CONNTRACK_FULL; d <= DIAGNOSIS_CONNTRACK_RACE; d++) {
        bench_say(
            b,
            &(struct claim){
                .kind = CLAIM_GAP,
                .diagnosis = d,
                .subject = SUBJECT_CONNTRACK,
                .on_path = TRI_UNKNOWN,
                .in_window = TRI_UNKNOWN,
                .text = d == DIAGNOSIS_CONNTRACK_FULL ? "how full the connection table of the pod's node is"
                                                      : "insert_failed of the pod's node at two times",
                .command = d == DIAGNOSIS_CONNTRACK_FULL
                               ? "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max"
                               : "conntrack -S",
                .object = node,
                .time = TIME_UNKNOWN,
            },
            &none);
    }
}

static void judge_node(struct bench *b, const struct node_facts *node)
{
    struct node_case n = {
        .b = b,
        .node = node,
        .on_path = route_has_node(b, node->name),
        .table = read_table(node),
        .drop = measure(b, node, CONNTRACK_DROP),
        .insert_failed = measure(b, node, CONNTRACK_INSERT_FAILED),
    };
    if (n.on_path == TRI_NO)
        return;
    bool full = judge_full(&n);
    judge_race(&n, full);
    if (!full && n.table.known)
        say_clear(&n);
}

void judge_conntrack(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    bool known = false;
    for (size_t i = 0; i < facts->n_nodes; i++) {
        judge_node(&b, &facts->nodes[i]);
        known |= &facts->nodes[i] == facts->node && facts->node->n_conntrack;
    }
    if (!known)
        say_gap(&b, facts->node_name);
    bench_done(&b);
}
