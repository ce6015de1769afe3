// One lookup in an ipset, as net/netfilter/ipset does it: each dimension from the packet's source or
// destination; of nets the most specific entry decides, and it may be an exception (nomatch).
#include "core/judge/packet_value.h"

struct lookup { // what is looked for, and in whose name
    const struct walk *walk;
    const struct world *w;
    const struct ipset_match *match;
    unsigned depth;
};

static enum tri in_range(const struct value *v, const struct range *r)
{
    if (v->kind != VALUE_RANGE)
        return v->kind == VALUE_ABSENT ? TRI_NO : TRI_UNKNOWN;
    if (num_compare(v->hi, r->lo) < 0 || num_compare(v->lo, r->hi) > 0)
        return TRI_NO;
    return num_compare(v->lo, r->lo) >= 0 && num_compare(v->hi, r->hi) <= 0 ? TRI_YES : TRI_UNKNOWN;
}

static struct value read_field(const struct lookup *l, enum field field, struct num mask, bool masked)
{
    struct selector s = {.field = field, .masked = masked, .and_ = mask};
    return packet_value(l->walk, l->w, &s);
}

static enum tri address_is(const struct lookup *l, const struct ipset *set, bool source,
                           const struct ipset_value *value)
{
    unsigned width = l->walk->family == 4 ? 32 : 128;
    unsigned bits = set->netmask ? set->netmask : width;
    struct num mask = num_mask(bits <= width ? bits : width, width);
    if (set->bitmask.family)
        mask = num_of_ip(set->bitmask);
    bool masked = bits < width || set->bitmask.family;
    struct value v = read_field(l, source ? FIELD_SADDR : FIELD_DADDR, mask, masked);
    return in_range(&v, &value->range);
}

static enum tri port_is(const struct lookup *l, bool source, const struct ipset_value *value)
{
    if (value->proto && value->proto != l->walk->query->proto)
        return TRI_NO;
    struct value v = read_field(l, source ? FIELD_SPORT : FIELD_DPORT, num_of(0), false);
    return in_range(&v, &value->range);
}

static enum tri part_is(const struct lookup *l, const struct ipset *set, unsigned i,
                        const struct ipset_entry *e)
{
    bool source = l->match->source[i];
    struct value v;
    switch (set->parts[i]) {
    case IPSET_IP:
    case IPSET_NET:
        return address_is(l, set, source, &e->values[i]);
    case IPSET_PORT:
        return port_is(l, source, &e->values[i]);
    case IPSET_IFACE:
        v = read_field(l, source ? FIELD_IIF : FIELD_OIF, num_of(0), false);
        return e->values[i].any_iface ? TRI_NO : in_range(&v, &e->values[i].range);
    case IPSET_MARK:
        v = read_field(l, FIELD_MARK, num_of(set->mark_mask), true);
        return in_range(&v, &e->values[i].range);
    default:
        return TRI_UNKNOWN;
    }
}

static enum tri entry_is(const struct lookup *l, const struct ipset *set, const struct ipset_entry *e)
{
    enum tri all = TRI_YES;
    for (unsigned i = 0; i < set->n_parts && all != TRI_NO; i++)
        all = tri_and(all, part_is(l, set, i, e));
    return all;
}

static bool more_specific(const struct ipset *set, const struct ipset_entry *a, const struct ipset_entry *b)
{
    for (unsigned i = 0; i < set->n_parts; i++) {
        if (set->parts[i] == IPSET_NET && a->values[i].bits != b->values[i].bits)
            return a->values[i].bits > b->values[i].bits;
    }
    return false;
}

static bool has_part(const struct ipset *set, enum ipset_part part)
{
    for (unsigned i = 0; i < set->n_parts; i++) {
        if (set->parts[i] == part)
            return true;
    }
    return false;
}

// --return-nomatch turns it round in sets that can hold exceptions: then only those match (ip_set_test).
static enum tri decide(const struct lookup *l, const struct ipset *set, const struct ipset_entry *best)
{
    if (!best)
        return set->cut ? TRI_UNKNOWN : TRI_NO;
    bool reversed = l->match->return_nomatch && has_part(set, IPSET_NET);
    return tri_of(best->nomatch == reversed);
}

// hash:net,iface: once some interface's entry has a network that holds the address, wider ones are not looked
// at (the `multi` of mtype_test_cidrs), even where the entry is another interface's.
static bool is_shadowed(const struct lookup *l, const struct ipset *set, const struct ipset_entry *wide)
{
    for (size_t i = 0; has_part(set, IPSET_IFACE) && i < set->n; i++) {
        const struct ipset_entry *e = &set->entries[i];
        if (!e->values[1].any_iface && more_specific(set, e, wide) && part_is(l, set, 0, e) == TRI_YES)
            return true;
    }
    return false;
}

static enum tri set_holds(const struct lookup *l, const struct ipset *set)
{
    const struct ipset_entry *best = NULL, *open = NULL;
    for (size_t i = 0; i < set->n; i++) {
        const struct ipset_entry *e = &set->entries[i];
        enum tri here = entry_is(l, set, e);
        if (here != TRI_NO && is_shadowed(l, set, e))
            continue;
        if (here == TRI_YES && (!best || more_specific(set, e, best)))
            best = e;
        if (here == TRI_UNKNOWN && (!open || more_specific(set, e, open)))
            open = e;
    }
    if (open && (!best || more_specific(set, open, best)) && decide(l, set, open) != decide(l, set, best))
        return TRI_UNKNOWN;
    return decide(l, set, best);
}

static enum tri lookup(const struct lookup *l, struct span name);

static enum tri list_holds(const struct lookup *l, const struct ipset *list)
{
    struct lookup inner = *l;
    if (++inner.depth > 2) // lists do not hold lists
        return TRI_UNKNOWN;
    enum tri any = list->cut ? TRI_UNKNOWN : TRI_NO;
    for (size_t i = 0; i < list->n && any != TRI_YES; i++)
        any = tri_or(any, lookup(&inner, list->entries[i].member));
    return any;
}

static enum tri lookup(const struct lookup *l, struct span name)
{
    const struct ipset *set = ipset_find(l->walk->query->sets, name);
    if (!set || set->opaque)
        return TRI_UNKNOWN;
    if (set->list)
        return list_holds(l, set);
    if (l->match->n < set->n_parts || (set->family && set->family != l->walk->family))
        return TRI_NO;
    return set_holds(l, set);
}

enum tri packet_ipset(const struct walk *walk, const struct world *w, const struct ipset_match *match)
{
    struct lookup l = {.walk = walk, .w = w, .match = match};
    enum tri found = lookup(&l, match->set);
    return match->opaque && found == TRI_YES ? TRI_UNKNOWN : found;
}
