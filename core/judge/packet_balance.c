// Whether the rules share the asked address out over several endpoints, even where this packet never gets
// there: it may be dropped before, or translated by another rule. Then there is one branch, the packet's own.
#include "core/judge/packet_state.h"

enum { MOST_LOOKED_AT = 50000 };

struct search {
    struct walk *walk;
    struct world world;
    uint32_t ruleset;
    unsigned looked_at;
};

static bool chain_balances(struct search *s, const struct chain *chain, unsigned depth);

static bool is_random(const struct selector *selectors, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (selectors[i].field == FIELD_RANDOM)
            return true;
    }
    return false;
}

static bool calls(struct search *s, const struct chain *from, const struct target_verdict *v, unsigned depth)
{
    if (v->kind != VERDICT_JUMP && v->kind != VERDICT_GOTO)
        return false;
    const struct chain *chain = ruleset_chain(s->walk->query->rules[s->ruleset], from->table, v->chain);
    return chain && depth < PACKET_DEPTH && chain_balances(s, chain, depth + 1);
}

static bool map_balances(struct search *s, const struct chain *chain, const struct rule_item *item,
                         unsigned depth)
{
    if (is_random(item->selectors, item->n_selectors))
        return item->elements->n > 1;
    for (uint32_t i = 0; i < item->elements->n; i++) {
        if (packet_element(s->walk, &s->world, item->selectors, item->elements, i) == TRI_YES)
            return calls(s, chain, &item->elements->items[i].verdict, depth);
    }
    return false;
}

static bool rule_balances(struct search *s, const struct chain *chain, const struct rule_items *rule,
                          unsigned depth)
{
    for (uint32_t i = 0; i < rule->n; i++) {
        const struct rule_item *item = &rule->items[i];
        if (item->kind == ITEM_MATCH && is_random(item->selectors, item->n_selectors))
            return true;
        if (item->kind == ITEM_MATCH && packet_match(s->walk, &s->world, item) == TRI_NO)
            return false;
        if (item->kind == ITEM_VMAP)
            return map_balances(s, chain, item, depth);
        if (item->kind == ITEM_NAT && item->nat.addr.kind == EXPR_MAP)
            return is_random(item->nat.addr.selectors, item->nat.addr.n_selectors);
        if (item->kind == ITEM_VERDICT)
            return calls(s, chain, &item->verdict, depth);
    }
    return false;
}

static bool chain_balances(struct search *s, const struct chain *chain, unsigned depth)
{
    struct ruleset *rs = s->walk->query->rules[s->ruleset];
    const struct chain_rules *rules = ruleset_rules(rs, chain);
    for (uint32_t i = 0; i < rules->n && s->looked_at < MOST_LOOKED_AT; i++) {
        s->looked_at++;
        if (packet_guard_excludes(&s->world, s->walk->family, &rules->items[i].guard))
            continue;
        if (rule_balances(s, chain, ruleset_items(rs, chain, &rules->items[i]), depth))
            return true;
    }
    return false;
}

bool packet_is_balanced(struct walk *walk, const struct world *first)
{
    struct search s = {.walk = walk, .world = *first};
    s.world.hook = walk->query->hook == NF_OUTPUT ? NF_OUTPUT : NF_PREROUTING;
    packet_track(walk, &s.world);
    const struct plan_step *steps = walk->plan.steps[s.world.hook];
    for (size_t i = 0; i < walk->plan.n[s.world.hook]; i++) {
        if (steps[i].kind != PLAN_CHAIN || !steps[i].chain->base->nat)
            continue;
        s.ruleset = steps[i].ruleset;
        if (chain_balances(&s, steps[i].chain, 0))
            return true;
    }
    return false;
}
