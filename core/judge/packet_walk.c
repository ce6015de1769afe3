// The walk: from hook to hook, through each hook's plan, chain by chain. A world is the packet and where it
// stands; it moves until an outcome is found.
#include "core/judge/packet_state.h"

enum { MOST_RULES = 8000000 }; // looked at; then chains call each other without end

void walk_leave_hop(struct walk *walk, struct state *s, const struct rule *rule, const char *text)
{
    struct packet_hop *hop = arena_alloc(&walk->answer->arena, sizeof *hop);
    *hop = (struct packet_hop){
        .leg = s->w.leg, .hook = s->w.hook, .rule = rule, .text = text, .previous = s->trail};
    if (s->w.depth > 0) {
        const struct frame *f = &s->w.frames[s->w.depth - 1];
        hop->ruleset = walk->query->rules[f->ruleset];
        hop->chain = f->chain;
    }
    s->trail = hop;
}

// ---------------------------------------------------------------- where the walk stands

struct frame *walk_top(struct state *s)
{
    return &s->w.frames[s->w.depth - 1];
}

struct ruleset *walk_ruleset(const struct walk *walk, struct state *s)
{
    return walk->query->rules[walk_top(s)->ruleset];
}

void walk_next_rule(struct state *s)
{
    s->w.item = s->w.element = 0;
    walk_top(s)->next++;
}

static void pop_all(struct state *s)
{
    memset(s->w.frames, 0, sizeof s->w.frames);
    s->w.depth = s->w.item = s->w.element = 0;
}

void walk_leave_base_chain(struct state *s)
{
    pop_all(s);
    s->w.step++;
}

void walk_return(struct state *s)
{
    if (s->w.depth == 1) {
        walk_top(s)->next = UINT32_MAX;
        return;
    }
    s->w.frames[--s->w.depth] = (struct frame){0};
    s->w.item = s->w.element = 0;
}

// ---------------------------------------------------------------- chains and hooks

static const struct outcome *policy(struct walk *walk, struct state *s)
{
    if (walk_top(s)->chain->base->policy == VERDICT_DROP)
        return rule_blocked(walk, s, PACKET_POLICY, NULL);
    walk_leave_base_chain(s);
    return NULL;
}

// The next rule of the current chain, or what follows when it has no more.
static const struct outcome *run_chain(struct walk *walk, struct state *s)
{
    struct ruleset *rs = walk_ruleset(walk, s);
    const struct chain *chain = walk_top(s)->chain;
    const struct chain_rules *rules = ruleset_rules(rs, chain);
    while (walk_top(s)->next < rules->n) {
        const struct rule *rule = &rules->items[walk_top(s)->next];
        if (++walk->rules > MOST_RULES) {
            struct packet_gap gap = split_gap(walk, s, rule, "chains that call each other without end");
            return outcome_unknown(walk, &s->w, &gap, s->trail);
        }
        if (s->w.item == 0 && packet_guard_excludes(&s->w, walk->family, &rule->guard)) {
            walk_next_rule(s);
            continue;
        }
        return rule_run(walk, s, rule, ruleset_items(rs, chain, rule));
    }
    if (s->w.depth == 1)
        return policy(walk, s);
    walk_return(s);
    return NULL;
}

// Whether an ingress or egress chain is attached to the interface that the packet takes.
static enum tri device_matches(const struct walk *walk, const struct world *w, const struct chain *chain)
{
    const struct elements *devices = chain->base->devices;
    if (!devices)
        return TRI_YES;
    bool known;
    struct num name = num_of_name(packet_interface(walk, w, w->hook == NF_EGRESS, &known));
    if (!known)
        return TRI_UNKNOWN;
    for (uint32_t i = 0; i < devices->n; i++) {
        const struct range *r = devices->items[i].key;
        if (num_compare(name, r->lo) >= 0 && num_compare(name, r->hi) <= 0)
            return TRI_YES;
    }
    return TRI_NO;
}

// The chain that is to be entered stands in the lowest frame before its depth counts.
static void enter_chain(struct state *s)
{
    s->w.depth = 1;
}

static const struct outcome *run_base_chain(struct walk *walk, struct state *s, const struct plan_step *step)
{
    enum tri met = device_matches(walk, &s->w, step->chain);
    if (step->chain->base->nat && !packet_nat_applies(&s->w))
        met = TRI_NO;
    if (met == TRI_NO) {
        s->w.step++;
        return NULL;
    }
    s->w.frames[0] = (struct frame){.chain = step->chain, .ruleset = step->ruleset};
    if (met == TRI_UNKNOWN) {
        const struct packet_gap gap = {
            .ruleset = walk->query->rules[step->ruleset], .chain = step->chain, .what = "device"};
        return split_walk(walk, s, false, &gap, enter_chain, walk_leave_base_chain);
    }
    enter_chain(s);
    return NULL;
}

static const struct outcome *run_step(struct walk *walk, struct state *s)
{
    const struct plan_step *step = &walk->plan.steps[s->w.hook][s->w.step];
    if (step->kind == PLAN_CHAIN)
        return run_base_chain(walk, s, step);
    if (step->kind == PLAN_CONNTRACK)
        packet_track(walk, &s->w);
    else
        packet_translate(&s->w);
    s->w.step++;
    return NULL;
}

// Where a packet goes that came in: to the node itself, or on. What is not known of the node's addresses is
// taken as the question says.
static enum nf_hook route(const struct walk *walk, const struct world *w)
{
    enum nf_hook asked = walk->query->hook;
    if (w->loops)
        return NF_INPUT;
    if (packet_ipvs_serves(walk, w))
        return NF_INPUT;
    enum tri local = packet_is_local(walk, &w->dst);
    if (w->leg == PACKET_REPLY)
        return asked == NF_OUTPUT || local == TRI_YES ? NF_INPUT : NF_FORWARD;
    if (local == TRI_YES)
        return NF_INPUT;
    return !w->conn.dnat && asked == NF_INPUT ? NF_INPUT : NF_FORWARD;
}

// Translated to 127.0.0.1 from outside: the kernel drops that as martian, unless route_localnet is set.
static bool is_martian(const struct walk *walk, const struct world *w)
{
    return walk->family == 4 && w->hook == NF_PREROUTING && !w->loops && w->leg == PACKET_QUERY &&
           w->conn.dnat && !w->dst.any_local && w->dst.lo.lo >> 24 == 127;
}

static const struct outcome *end_of_reply(struct walk *walk, struct state *s)
{
    enum tri known = s->w.clashes ? TRI_NO : packet_reply_known(walk, &s->w);
    if (known == TRI_YES)
        return outcome_leaf(walk, &s->w, PACKET_PASSES, NULL, s->trail);
    if (known == TRI_UNKNOWN) {
        struct packet_gap gap = {.what = "whether the asker knows an answer from where this one comes"};
        return outcome_unknown(walk, &s->w, &gap, s->trail);
    }
    struct packet_decision d = {.leg = PACKET_REPLY};
    walk_leave_hop(walk, s, NULL,
                   s->w.clashes ? "dropped: in that zone its connection is the query's the other way round"
                                : "the asker does not know this answer: it was not translated back");
    return outcome_leaf(walk, &s->w, PACKET_BLOCKED, &d, s->trail);
}

static const struct outcome *end_of_leg(struct walk *walk, struct state *s, bool local)
{
    if (s->w.leg == PACKET_REPLY)
        return end_of_reply(walk, s);
    walk_leave_hop(walk, s, NULL, "arrives");
    if (walk->query->one_way)
        return outcome_leaf(walk, &s->w, PACKET_PASSES, NULL, s->trail);
    s->w.ended_local = local;
    packet_begin_reply(walk, &s->w);
    return NULL;
}

static void deliver(struct state *s)
{
    s->w.hook = NF_INPUT;
}

static void forward(struct state *s)
{
    s->w.hook = NF_FORWARD;
}

static const char own_address[] = "whether that address is the node's own";

// Where a query was translated to, the question does not say which way it goes. Who told nothing of the node
// asks for the way on.
static const struct outcome *arrive(struct walk *walk, struct state *s)
{
    const struct packet_gap gap = {.what = own_address};
    struct world *w = &s->w;
    bool told = walk->query->n_local > 0 || walk->query->n_others > 0;
    bool translated = w->leg == PACKET_QUERY && w->conn.dnat && !w->loops;
    if (told && translated && packet_is_local(walk, &w->dst) == TRI_UNKNOWN)
        return split_walk(walk, s, false, &gap, deliver, forward);
    w->hook = route(walk, w);
    return NULL;
}

static void come_back(struct state *s)
{
    s->w.loops = true;
}

static void go_out(struct state *s)
{
    s->w.loops = false;
}

// Behind OUTPUT the node's own query goes out, or back to the node.
static const struct outcome *leave(struct walk *walk, struct state *s)
{
    const struct packet_gap gap = {.what = own_address};
    enum tri loops = packet_loops(walk, &s->w);
    if (loops == TRI_UNKNOWN)
        return split_walk(walk, s, false, &gap, come_back, go_out);
    s->w.loops = loops == TRI_YES;
    return NULL;
}

static const struct outcome *next_hook(struct walk *walk, struct state *s)
{
    struct world *w = &s->w;
    w->step = 0;
    if (is_martian(walk, w)) {
        struct packet_gap gap = {.what = "sysctl net.ipv4.conf.*.route_localnet"};
        return outcome_unknown(walk, w, &gap, s->trail);
    }
    switch (w->hook) {
    case NF_INGRESS:
        w->hook = NF_PREROUTING;
        return NULL;
    case NF_PREROUTING:
        return arrive(walk, s);
    case NF_OUTPUT:
        w->hook = NF_POSTROUTING;
        return w->leg == PACKET_QUERY ? leave(walk, s) : NULL;
    case NF_FORWARD:
        packet_ipvs_answers(w);
        w->hook = NF_POSTROUTING;
        return NULL;
    case NF_POSTROUTING:
        w->hook = NF_EGRESS;
        return NULL;
    case NF_EGRESS:
        if (!w->loops)
            return end_of_leg(walk, s, false);
        w->hook = NF_INGRESS;
        return NULL;
    default:
        return end_of_leg(walk, s, true);
    }
}

const struct outcome *walk_on(struct walk *walk, struct state *s)
{
    const struct outcome *o = NULL;
    while (!o) {
        if (s->w.depth > 0)
            o = run_chain(walk, s);
        else if (packet_ipvs_takes(walk, &s->w))
            o = packet_ipvs(walk, s);
        else if (s->w.step < walk->plan.n[s->w.hook])
            o = run_step(walk, s);
        else
            o = next_hook(walk, s);
    }
    return o;
}
