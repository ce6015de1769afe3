// One rule: its matches, then what it does, item by item. An item may split the walk; then the outcome is
// found.
#include "core/judge/packet_state.h"

static const char *peer_text(struct walk *walk, const struct peer *p)
{
    if (p->any_local)
        return arena_printf(&walk->answer->arena, "one of the node's addresses, port %u", p->port_lo);
    char text[IP_TEXT];
    ip_format_port(num_to_ip(p->lo, walk->family), p->port_lo, text);
    return arena_strdup(&walk->answer->arena, text);
}

static struct packet_decision decide(const struct walk *walk, struct state *s, enum packet_action action,
                                     const struct rule *rule)
{
    return (struct packet_decision){.action = action,
                                    .leg = s->w.leg,
                                    .ruleset = walk_ruleset(walk, s),
                                    .chain = walk_top(s)->chain,
                                    .rule = rule};
}

static void take_match(struct state *s)
{
    s->w.item++;
    s->w.element = 0;
}

// ---------------------------------------------------------------- matches

static enum tri item_matches(const struct walk *walk, struct state *s, const struct rule_item *item)
{
    if (item->kind == ITEM_MATCH)
        return packet_match(walk, &s->w, item);
    if (s->w.tainted & packet_taint(item->ipset.set))
        return TRI_UNKNOWN;
    enum tri found = packet_ipset(walk, &s->w, &item->ipset);
    return item->invert ? tri_not(found) : found;
}

// Whether what stands behind item `from` can change anything.
static bool matters(const struct rule_items *rule, uint32_t from)
{
    for (uint32_t i = from; i < rule->n; i++) {
        enum item_kind kind = rule->items[i].kind;
        if (kind != ITEM_EFFECT && kind != ITEM_MATCH && kind != ITEM_IPSET &&
            !(kind == ITEM_VERDICT && rule->items[i].verdict.kind == VERDICT_NONE))
            return true;
    }
    return false;
}

// ---------------------------------------------------------------- statements

const struct outcome *rule_blocked(struct walk *walk, struct state *s, enum packet_action action,
                                   const struct rule *rule)
{
    struct packet_decision d = decide(walk, s, action, rule);
    walk_leave_hop(walk, s, rule, packet_action_name(action));
    return outcome_leaf(walk, &s->w, PACKET_BLOCKED, &d, s->trail);
}

// Calls a chain. A goto takes the caller's place: what it returns to is the caller's caller.
static const struct outcome *call_chain(struct walk *walk, struct state *s, const struct rule *rule,
                                        const struct target_verdict *v)
{
    struct ruleset *rs = walk_ruleset(walk, s);
    const struct chain *chain = ruleset_chain(rs, walk_top(s)->chain->table, v->chain);
    struct packet_gap gap = split_gap(walk, s, rule, "a chain that is not in the listing");
    if (chain && s->w.depth == PACKET_DEPTH)
        gap.what = "chains call each other too deep";
    if (!chain || s->w.depth == PACKET_DEPTH)
        return outcome_unknown(walk, &s->w, &gap, s->trail);
    walk_leave_hop(walk, s, rule, v->kind == VERDICT_GOTO ? "goto" : "jump");
    uint32_t ruleset = walk_top(s)->ruleset;
    walk_next_rule(s);
    if (v->kind == VERDICT_GOTO && s->w.depth > 1)
        s->w.depth--;
    else if (v->kind == VERDICT_GOTO) // from the base chain: nothing is left of it but its policy
        walk_top(s)->next = UINT32_MAX;
    s->w.frames[s->w.depth++] = (struct frame){.chain = chain, .ruleset = ruleset};
    return NULL;
}

static const char *queue_words = "what a program decides (queue)";

static void queue_accepts(struct state *s)
{
    walk_leave_base_chain(s);
}

// What the program drops it drops itself: the rule shows it all packets, and its counter counts them all.
static const struct outcome *queue_verdict(struct walk *walk, struct state *s, const struct rule *rule)
{
    struct packet_gap gap = split_gap(walk, s, rule, queue_words);
    struct state other = *s;
    const struct outcome *drops = rule_blocked(walk, &other, PACKET_NO_ACTION, rule);
    queue_accepts(s);
    return outcome_either(walk, drops, walk_on(walk, s), &gap);
}

static const struct outcome *unknown_target(struct walk *walk, struct state *s, const struct rule *rule,
                                            const struct target_verdict *v)
{
    struct packet_gap gap =
        split_gap(walk, s, rule, arena_printf(&walk->answer->arena, "target " SPAN_FMT, SPAN_ARG(v->chain)));
    return outcome_unknown(walk, &s->w, &gap, s->trail);
}

// Sets *ret_ended where the rule (or the walk) ends with it.
static const struct outcome *obey(struct walk *walk, struct state *s, const struct rule *rule,
                                  const struct target_verdict *v, bool *ret_ended)
{
    *ret_ended = true;
    switch (v->kind) {
    case VERDICT_NONE:
        *ret_ended = false;
        return NULL;
    case VERDICT_ACCEPT:
        walk_leave_hop(walk, s, rule, "accept");
        walk_leave_base_chain(s);
        return NULL;
    case VERDICT_DROP:
        return rule_blocked(walk, s, PACKET_DROP, rule);
    case VERDICT_REJECT:
        return rule_blocked(walk, s, PACKET_REJECT, rule);
    case VERDICT_RETURN:
        walk_leave_hop(walk, s, rule, "return");
        walk_next_rule(s);
        walk_return(s);
        return NULL;
    case VERDICT_JUMP:
    case VERDICT_GOTO:
        return call_chain(walk, s, rule, v);
    case VERDICT_QUEUE:
        return queue_verdict(walk, s, rule);
    case VERDICT_UNKNOWN:
        break;
    }
    return unknown_target(walk, s, rule, v);
}

static void assign_mark(uint32_t *mark, uint32_t *unknown, uint32_t keep, const struct num *value)
{
    if (value) {
        *mark = (*mark & keep) ^ (uint32_t)value->lo;
        *unknown &= keep;
    } else {
        *unknown |= ~keep;
        *mark &= ~*unknown;
    }
}

static void assign_peer(struct world *w, enum field field, const struct num *value)
{
    struct peer *p = field == FIELD_SADDR || field == FIELD_SPORT ? &w->src : &w->dst;
    w->rewritten = true;
    if (field == FIELD_SPORT || field == FIELD_DPORT) {
        p->port_lo = value ? (uint16_t)value->lo : 0;
        p->port_hi = value ? (uint16_t)value->lo : UINT16_MAX;
        return;
    }
    p->any_local = false;
    p->lo = value ? *value : num_of(0);
    p->hi = value ? *value : num_not(num_of(0));
}

// Returns an outcome where it split. *ret_broken: the rule ends here (a field that is not there).
static const struct outcome *assign(struct walk *walk, struct state *s, const struct rule *rule,
                                    const struct rule_item *item, bool *ret_broken)
{
    const struct expr *e = &item->assign.expr;
    struct num number = e->value.lo;
    const struct num *value = e->kind == EXPR_CONST ? &number : NULL;
    if (e->kind == EXPR_FIELD || (e->kind == EXPR_UNKNOWN && e->n_selectors > 0)) {
        struct value v = packet_value(walk, &s->w, &e->selectors[0]);
        *ret_broken = v.kind == VALUE_ABSENT || v.kind == VALUE_NO_CT;
        value = e->kind == EXPR_FIELD && packet_range_is(&v, &number) ? &number : NULL;
    } else if (e->kind == EXPR_MAP) {
        uint32_t at;
        const struct outcome *o =
            split_choose(walk, s, &(struct split_map){rule, item, e->selectors, e->map}, &at);
        if (o)
            return o;
        *ret_broken = at == UINT32_MAX;
        if (!*ret_broken && e->map->n_data > 0)
            number = e->map->items[at].data[0].lo, value = &number;
    }
    if (*ret_broken)
        return NULL;
    uint32_t keep = (uint32_t)item->assign.keep.lo;
    if (item->assign.field == FIELD_MARK)
        assign_mark(&s->w.mark, &s->w.mark_unknown, keep, value);
    else if (item->assign.field == FIELD_CT_MARK && s->w.carried == CARRIES_CONNECTION)
        assign_mark(&s->w.conn.mark, &s->w.conn.mark_unknown, keep, value);
    else if (item->assign.field == FIELD_SADDR || item->assign.field == FIELD_DADDR ||
             item->assign.field == FIELD_SPORT || item->assign.field == FIELD_DPORT)
        assign_peer(&s->w, item->assign.field, value);
    return NULL;
}

static const struct outcome *translate(struct walk *walk, struct state *s, const struct rule *rule,
                                       const struct rule_item *item, bool *ret_broken)
{
    const struct nat *nat = &item->nat;
    const struct expr *e = nat->addr.kind == EXPR_MAP ? &nat->addr : &nat->port;
    const struct element *data = NULL;
    if (e->kind == EXPR_MAP) {
        uint32_t at;
        const struct outcome *o =
            split_choose(walk, s, &(struct split_map){rule, item, e->selectors, e->map}, &at);
        if (o)
            return o;
        *ret_broken = at == UINT32_MAX || e->map->n_data == 0;
        if (*ret_broken)
            return NULL;
        data = &e->map->items[at];
    }
    if (packet_nat_drops(walk, &s->w, nat))
        return rule_blocked(walk, s, PACKET_DROP, rule);
    *ret_broken = !packet_nat(walk, &s->w, nat, data);
    if (*ret_broken)
        return NULL;
    bool destination = s->w.hook == NF_PREROUTING || s->w.hook == NF_OUTPUT;
    walk_leave_hop(walk, s, rule,
                   arena_printf(&walk->answer->arena, "%s becomes %s", destination ? "destination" : "source",
                                peer_text(walk, destination ? &s->w.dst : &s->w.src)));
    walk_leave_base_chain(s);
    return NULL;
}

// The first one holds.
static const struct outcome *put_into_zone(struct walk *walk, struct state *s, const struct rule *rule,
                                           const struct zone *zone)
{
    if (s->w.carried != CARRIES_NOTHING || s->w.zone.directions)
        return NULL;
    if (zone->by_mark && (s->w.mark_unknown & UINT16_MAX)) {
        struct packet_gap gap = split_gap(walk, s, rule, "a zone by the packet's mark");
        return outcome_unknown(walk, &s->w, &gap, s->trail);
    }
    s->w.zone = *zone;
    if (zone->by_mark)
        s->w.zone.id = (uint16_t)s->w.mark;
    return NULL;
}

// ---------------------------------------------------------------- the rule

static const struct outcome *verdict_map(struct walk *walk, struct state *s, const struct rule *rule,
                                         const struct rule_item *item, bool *ret_ended)
{
    uint32_t at;
    const struct outcome *o =
        split_choose(walk, s, &(struct split_map){rule, item, item->selectors, item->elements}, &at);
    if (o)
        return o;
    if (at == UINT32_MAX) { // the rule ends, the chain goes on
        walk_next_rule(s);
        *ret_ended = true;
        return NULL;
    }
    return obey(walk, s, rule, &item->elements->items[at].verdict, ret_ended);
}

static const struct outcome *test(struct walk *walk, struct state *s, const struct rule *rule,
                                  const struct rule_items *items, bool *ret_ended)
{
    const struct rule_item *item = &items->items[s->w.item];
    enum tri found = item_matches(walk, s, item);
    if (found == TRI_YES)
        return NULL;
    *ret_ended = true;
    if (found == TRI_UNKNOWN && matters(items, s->w.item + 1)) {
        struct packet_gap gap = split_gap(walk, s, rule, split_item_text(walk, item));
        return split_walk(walk, s, split_is_pick(s, item), &gap, take_match, walk_next_rule);
    }
    walk_next_rule(s);
    return NULL;
}

// One item. *ret_ended: the rule is through, the state stands where the walk goes on.
static const struct outcome *run_item(struct walk *walk, struct state *s, const struct rule *rule,
                                      const struct rule_items *items, bool *ret_ended)
{
    const struct rule_item *item = &items->items[s->w.item];
    const struct outcome *o = NULL;
    bool broken = false;
    switch (item->kind) {
    case ITEM_MATCH:
    case ITEM_IPSET:
        return test(walk, s, rule, items, ret_ended);
    case ITEM_VERDICT:
        return obey(walk, s, rule, &item->verdict, ret_ended);
    case ITEM_VMAP:
        return verdict_map(walk, s, rule, item, ret_ended);
    case ITEM_ASSIGN:
        o = assign(walk, s, rule, item, &broken);
        break;
    case ITEM_NAT:
        o = translate(walk, s, rule, item, &broken);
        *ret_ended = !o && !broken;
        break;
    case ITEM_NOTRACK:
        if (s->w.carried == CARRIES_NOTHING)
            s->w.carried = CARRIES_UNTRACKED;
        walk_leave_hop(walk, s, rule, "not tracked");
        break;
    case ITEM_ZONE:
        o = put_into_zone(walk, s, rule, &item->zone);
        break;
    case ITEM_TAINT:
        s->w.tainted |= packet_taint(item->set);
        break;
    case ITEM_EFFECT:
        break;
    }
    if (broken) {
        walk_next_rule(s);
        *ret_ended = true;
    }
    return o;
}

const struct outcome *rule_run(struct walk *walk, struct state *s, const struct rule *rule,
                               const struct rule_items *items)
{
    bool ended = false;
    while (!ended && s->w.item < items->n) {
        const struct outcome *o = run_item(walk, s, rule, items, &ended);
        if (o)
            return o;
        if (!ended)
            s->w.item++;
    }
    if (!ended)
        walk_next_rule(s);
    return NULL;
}
