// Where a match cannot be told, the world is copied and both ways are walked to their end. Worlds that come
// to the same place in the same state are walked once (the memo), so that a long row of rules that cannot be
// told costs no more than its length, unless each leaves the packet different.
#include "core/judge/packet_state.h"

enum {
    MOST_SPLITS = 4000, // then the fate is unknown
    MOST_NESTING = 600, // splits inside splits: what the stack bears
};

struct packet_gap split_gap(const struct walk *walk, struct state *s, const struct rule *rule,
                            const char *what)
{
    return (struct packet_gap){.ruleset = s->w.depth ? walk->query->rules[walk_top(s)->ruleset] : NULL,
                               .chain = s->w.depth ? walk_top(s)->chain : NULL,
                               .rule = rule,
                               .what = what};
}

const char *split_item_text(struct walk *walk, const struct rule_item *item)
{
    struct arena *arena = &walk->answer->arena;
    if (item->kind == ITEM_IPSET)
        return arena_printf(arena, "set " SPAN_FMT, SPAN_ARG(item->ipset.set));
    if (item->name)
        return item->name;
    if (item->elements && item->elements->name)
        return arena_printf(arena, "set %s", item->elements->name);
    for (unsigned i = 0; i < item->n_selectors; i++) {
        if (item->selectors[i].name)
            return item->selectors[i].name;
    }
    return "a match";
}

static bool reads_field(const struct rule_item *item, enum field field)
{
    for (unsigned i = 0; i < item->n_selectors; i++) {
        if (item->selectors[i].field == field)
            return true;
    }
    return false;
}

static bool is_in_nat(const struct state *s)
{
    return s->w.frames[0].chain->base->nat;
}

// Chance in a chain of the nat kind is a service's way to share out its endpoints.
bool split_is_pick(const struct state *s, const struct rule_item *item)
{
    return is_in_nat(s) && (item->affinity || reads_field(item, FIELD_RANDOM));
}

const struct outcome *split_walk(struct walk *walk, struct state *s, bool pick, const struct packet_gap *gap,
                                 change_fn *yes, change_fn *no)
{
    const struct outcome *known = memo_get(walk, &s->w);
    if (known)
        return known;
    if (++walk->splits > MOST_SPLITS || walk->nesting >= MOST_NESTING) {
        struct packet_gap many = *gap;
        many.what = "too many matches that cannot be told";
        return outcome_unknown(walk, &s->w, &many, s->trail);
    }
    walk->nesting++;
    struct state other = *s;
    if (pick)
        other.w.balanced = true;
    struct state third = other;
    yes(&other);
    const struct outcome *a = walk_on(walk, &other);
    no(&third);
    const struct outcome *b = walk_on(walk, &third);
    walk->nesting--;
    const struct outcome *ret = pick ? outcome_picked(walk, a, b) : outcome_either(walk, a, b, gap);
    memo_put(walk, &s->w, ret);
    return ret;
}

static void next_element(struct state *s)
{
    s->w.element++;
}

// The element is taken: its number stays, the item's way of using it follows.
enum { ELEMENT_TAKEN = 1 << 30 };

static void take_element(struct state *s)
{
    s->w.element |= ELEMENT_TAKEN;
}

static const struct outcome *split_element(struct walk *walk, struct state *s, const struct split_map *map)
{
    struct packet_gap gap = split_gap(walk, s, map->rule, split_item_text(walk, map->item));
    if (map->set->name)
        gap.what = map->set->name;
    if (map->set->unknown)
        return outcome_unknown(walk, &s->w, &gap, s->trail);
    bool random = map->selectors[0].field == FIELD_RANDOM;
    return split_walk(walk, s, is_in_nat(s) && random, &gap, take_element, next_element);
}

const struct outcome *split_choose(struct walk *walk, struct state *s, const struct split_map *map,
                                   uint32_t *ret)
{
    const struct elements *set = map->set;
    uint32_t at = s->w.element;
    bool taken = at & ELEMENT_TAKEN, random = map->selectors[0].modulus == set->n && set->n > 0;
    if (set->unknown)
        return split_element(walk, s, map);
    for (at &= ~(uint32_t)ELEMENT_TAKEN; !taken && at < set->n; at++) {
        enum tri here = packet_element(walk, &s->w, map->selectors, set, at);
        taken =
            here == TRI_YES || (here == TRI_UNKNOWN && random && at + 1 == set->n); // one of them is drawn
        s->w.element = at;
        if (here == TRI_UNKNOWN && !taken)
            return split_element(walk, s, map);
        if (taken)
            break;
    }
    s->w.element = 0;
    *ret = taken ? at : UINT32_MAX;
    return NULL;
}
