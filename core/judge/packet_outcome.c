// What comes of a split. Where a service's endpoint is picked, both ways happen: they are branches. Where a
// match cannot be told, one of both happens: the fate is certain where they agree.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/packet_state.h"

static void describe_dnat(const struct walk *walk, const struct world *w, struct packet_branch *ret)
{
    const struct peer *p = &w->conn.new_dst;
    if (!w->conn.dnat_rule || p->any_local || num_compare(p->lo, p->hi) != 0 || p->port_lo != p->port_hi)
        return;
    ret->dnat = num_to_ip(p->lo, walk->family);
    ret->dnat_port = p->port_lo;
}

static struct outcome *new_outcome(struct walk *walk)
{
    return arena_alloc(&walk->answer->arena, sizeof(struct outcome));
}

const struct outcome *outcome_leaf(struct walk *walk, const struct world *w, enum packet_fate fate,
                                   const struct packet_decision *decision, const struct packet_hop *last)
{
    struct outcome *o = new_outcome(walk);
    o->self = (struct packet_branch){.fate = fate, .last = last};
    if (decision)
        o->self.decision = *decision;
    describe_dnat(walk, w, &o->self);
    if (w->balanced) {
        o->branches = arena_dup(&walk->answer->arena, &o->self, sizeof o->self);
        o->n_branches = 1;
    }
    return o;
}

static struct gap_link *add_gap(struct walk *walk, struct gap_link *to, const struct packet_gap *gap)
{
    for (const struct gap_link *g = to; g; g = g->next) {
        if (g->gap.rule == gap->rule && strcmp(g->gap.what, gap->what) == 0)
            return to;
    }
    struct gap_link *link = arena_alloc(&walk->answer->arena, sizeof *link);
    *link = (struct gap_link){*gap, to};
    return link;
}

static struct gap_link *join_gaps(struct walk *walk, struct gap_link *a, const struct gap_link *b)
{
    size_t n = 0;
    for (; b && n < 32; b = b->next, n++)
        a = add_gap(walk, a, &b->gap);
    return a;
}

const struct outcome *outcome_unknown(struct walk *walk, const struct world *w, const struct packet_gap *gap,
                                      const struct packet_hop *last)
{
    struct packet_decision d = {
        .leg = w->leg, .ruleset = gap->ruleset, .chain = gap->chain, .rule = gap->rule};
    struct outcome *o = (struct outcome *)outcome_leaf(walk, w, PACKET_UNKNOWN, &d, last);
    o->gaps = add_gap(walk, NULL, gap);
    return o;
}

static int badness(enum packet_fate fate)
{
    static const int order[] = {[PACKET_PASSES] = 0, [PACKET_UNKNOWN] = 1, [PACKET_BLOCKED] = 2};
    return order[fate];
}

static bool same_target(const struct packet_branch *a, const struct packet_branch *b)
{
    return ip_eq(a->dnat, b->dnat) && a->dnat_port == b->dnat_port;
}

static struct packet_branch agree_on_fate(const struct packet_branch *yes, const struct packet_branch *no,
                                          const struct packet_gap *gap)
{
    if (yes->fate == no->fate)
        return yes->decision.rule && !no->decision.rule ? *yes : *no; // a rule tells more than a policy
    if (no->fate == PACKET_UNKNOWN || yes->fate == PACKET_UNKNOWN)
        return no->fate == PACKET_UNKNOWN ? *no : *yes;
    struct packet_branch ret = {.fate = PACKET_UNKNOWN, .last = no->last};
    ret.dnat = no->dnat;
    ret.dnat_port = no->dnat_port;
    ret.maybe = ret.decision = (yes->fate == PACKET_BLOCKED ? yes : no)->decision;
    ret.decision.action = PACKET_NO_ACTION;
    ret.decision.ruleset = gap->ruleset;
    ret.decision.chain = gap->chain;
    ret.decision.rule = gap->rule;
    return ret;
}

static struct packet_branch agree(const struct packet_branch *yes, const struct packet_branch *no,
                                  const struct packet_gap *gap)
{
    struct packet_branch ret = agree_on_fate(yes, no, gap);
    if (!same_target(yes, no)) {
        ret.dnat = (struct ip){0};
        ret.dnat_port = 0;
    }
    return ret;
}

static struct packet_branch worse(const struct packet_branch *a, const struct packet_branch *b)
{
    return badness(b->fate) > badness(a->fate) ? *b : *a;
}

// Of two ways to the same target one happens, or (no gap) both do.
static void add_branch(struct outcome *o, const struct packet_branch *b, const struct packet_gap *gap)
{
    for (size_t i = 0; i < o->n_branches; i++) {
        struct packet_branch *known = &o->branches[i];
        if (same_target(known, b)) {
            *known = gap ? agree(known, b, gap) : worse(known, b);
            return;
        }
    }
    o->branches[o->n_branches++] = *b;
}

static void join_branches(struct walk *walk, struct outcome *o, const struct outcome *a,
                          const struct outcome *b, const struct packet_gap *gap)
{
    size_t room = a->n_branches + b->n_branches + 2;
    o->branches = arena_alloc(&walk->answer->arena, room * sizeof *o->branches);
    for (size_t i = 0; i < a->n_branches; i++)
        add_branch(o, &a->branches[i], gap);
    for (size_t i = 0; i < b->n_branches; i++)
        add_branch(o, &b->branches[i], gap);
}

const struct outcome *outcome_picked(struct walk *walk, const struct outcome *a, const struct outcome *b)
{
    struct outcome *o = new_outcome(walk);
    join_branches(walk, o, a, b, NULL);
    o->self = worse(&a->self, &b->self);
    o->dnat_open = a->dnat_open || b->dnat_open;
    o->gaps = join_gaps(walk, a->gaps, b->gaps);
    return o;
}

const struct outcome *outcome_either(struct walk *walk, const struct outcome *yes, const struct outcome *no,
                                     const struct packet_gap *gap)
{
    struct outcome *o = new_outcome(walk);
    join_branches(walk, o, yes, no, gap);
    o->self = agree(&yes->self, &no->self, gap);
    o->dnat_open = yes->dnat_open || no->dnat_open || !same_target(&yes->self, &no->self);
    if (o->self.fate != PACKET_UNKNOWN)
        return o;
    o->gaps = join_gaps(walk, yes->gaps, no->gaps);
    if (yes->self.fate != no->self.fate)
        o->gaps = add_gap(walk, o->gaps, gap);
    return o;
}

// ---------------------------------------------------------------- remembering

struct memo_entry {
    struct memo_entry *next;
    uint64_t hash;
    const struct world *world;
    const struct outcome *outcome;
};

enum { MEMO_BUCKETS = 1024 };

struct memo {
    struct memo_entry *buckets[MEMO_BUCKETS];
};

// Worlds are zeroed before first use and only ever copied whole, so equal ones are equal byte by byte.
static struct span world_bytes(const struct world *w)
{
    return span_make((const char *)w, sizeof *w);
}

const struct outcome *memo_get(const struct walk *walk, const struct world *w)
{
    if (!walk->memo)
        return NULL;
    uint64_t hash = span_hash(world_bytes(w));
    for (const struct memo_entry *e = walk->memo->buckets[hash % MEMO_BUCKETS]; e; e = e->next) {
        if (e->hash == hash && span_eq(world_bytes(e->world), world_bytes(w)))
            return e->outcome;
    }
    return NULL;
}

void memo_put(struct walk *walk, const struct world *w, const struct outcome *outcome)
{
    struct arena *arena = &walk->answer->arena;
    if (!walk->memo)
        walk->memo = arena_alloc(arena, sizeof *walk->memo);
    struct memo_entry *e = arena_alloc(arena, sizeof *e);
    e->hash = span_hash(world_bytes(w));
    e->world = arena_dup(arena, w, sizeof *w);
    e->outcome = outcome;
    e->next = walk->memo->buckets[e->hash % MEMO_BUCKETS];
    walk->memo->buckets[e->hash % MEMO_BUCKETS] = e;
}
