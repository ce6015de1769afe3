// One match against the packet: the fields as numbers, compared with ranges. What is not known of a field
// stays not known, unless every number that it could be gives the same answer.
#include "core/judge/packet_value.h"

static struct value address_of(const struct peer *p)
{
    if (p->any_local)
        return value_unsaid(VALUE_LOCAL);
    return (struct value){VALUE_RANGE, p->lo, p->hi};
}

static struct value port_of(const struct peer *p)
{
    return (struct value){VALUE_RANGE, num_of(p->port_lo), num_of(p->port_hi)};
}

// ---------------------------------------------------------------- the connection

static bool asks_for(const struct selector *s, uint64_t bit)
{
    return s->masked && (s->and_.lo & bit);
}

static struct value ct_state(const struct walk *walk, const struct world *w, const struct selector *s)
{
    (void)walk;
    if (w->carried == CARRIES_NOTHING) // also in the raw table, before tracking
        return value_exactly(CT_STATE_INVALID);
    if (w->carried == CARRIES_UNTRACKED)
        return value_exactly(CT_STATE_UNTRACKED);
    if ((w->conn.snat_open && asks_for(s, CT_STATE_XT_SNAT)) ||
        (w->conn.dnat_open && asks_for(s, CT_STATE_XT_DNAT)))
        return value_unsaid(VALUE_UNKNOWN);
    uint64_t state = w->established ? CT_STATE_ESTABLISHED : CT_STATE_NEW;
    if (s->masked && w->conn.snat)
        state |= CT_STATE_XT_SNAT;
    if (s->masked && w->conn.dnat)
        state |= CT_STATE_XT_DNAT;
    return value_exactly(state);
}

static struct value ct_status(const struct world *w, const struct selector *s)
{
    const uint64_t told = CT_STATUS_EXPECTED | CT_STATUS_SEEN_REPLY | CT_STATUS_CONFIRMED | CT_STATUS_SNAT |
                          CT_STATUS_DNAT | CT_STATUS_ASSURED | CT_STATUS_DYING;
    if (!s->masked || (s->and_.lo & ~told)) // the kernel keeps bits of its own beside
        return value_unsaid(VALUE_UNKNOWN);
    if ((w->conn.snat_open && asks_for(s, CT_STATUS_SNAT)) ||
        (w->conn.dnat_open && asks_for(s, CT_STATUS_DNAT)))
        return value_unsaid(VALUE_UNKNOWN);
    uint64_t status = 0;
    if (w->reply_dir || (w->loops && (w->hook == NF_PREROUTING || w->hook == NF_INPUT)))
        status |= CT_STATUS_CONFIRMED;
    if (w->reply_dir)
        status |= CT_STATUS_SEEN_REPLY;
    if (w->conn.snat)
        status |= CT_STATUS_SNAT;
    if (w->conn.dnat)
        status |= CT_STATUS_DNAT;
    return value_exactly(status);
}

// The original tuple is what was asked; the reply tuple starts where the question ended up.
static const struct peer *ct_peer(const struct world *w, const struct selector *s, bool source)
{
    const struct connection *c = &w->conn;
    if (!s->reply)
        return source ? &c->src : &c->dst;
    if (source)
        return c->dnat || w->served ? &c->new_dst : &c->dst;
    return c->snat ? &c->new_src : &c->src;
}

static struct value ct_value(const struct walk *walk, const struct world *w, const struct selector *s)
{
    if (s->field == FIELD_CT_STATE)
        return ct_state(walk, w, s);
    if (w->carried != CARRIES_CONNECTION)
        return value_unsaid(VALUE_NO_CT);
    switch (s->field) {
    case FIELD_CT_STATUS:
        return ct_status(w, s);
    case FIELD_CT_DIRECTION:
        return value_exactly(w->reply_dir);
    case FIELD_CT_MARK:
        if (w->conn.mark_unknown & (s->masked ? s->and_.lo : UINT32_MAX))
            return value_unsaid(VALUE_UNKNOWN);
        return value_exactly(w->conn.mark);
    case FIELD_CT_ZONE:
        if (w->conn.zone.directions != 0 && w->conn.zone.directions != (ZONE_ORIGINAL | ZONE_REPLY))
            return value_unsaid(VALUE_UNKNOWN);
        return value_exactly(w->conn.zone.id);
    case FIELD_CT_PROTO:
        return value_exactly(walk->query->proto);
    case FIELD_CT_L3PROTO:
        return value_exactly(walk->family == 4 ? 2 : 10);
    case FIELD_CT_SADDR:
    case FIELD_CT_DADDR:
        return address_of(ct_peer(w, s, s->field == FIELD_CT_SADDR));
    case FIELD_CT_SPORT:
    case FIELD_CT_DPORT:
        return port_of(ct_peer(w, s, s->field == FIELD_CT_SPORT));
    default:
        return value_unsaid(VALUE_UNKNOWN);
    }
}

// ---------------------------------------------------------------- all fields

static struct value frag_off(const struct selector *s)
{
    const uint64_t place = 0x3fff; // the offset, and whether more come: nothing is a fragment
    if (s->masked && (s->and_.lo & ~place) == 0)
        return value_exactly(0);
    return value_unsaid(VALUE_UNKNOWN);
}

static struct value raw_value(const struct walk *walk, const struct world *w, const struct selector *s)
{
    switch (s->field) {
    case FIELD_SADDR:
        return address_of(&w->src);
    case FIELD_DADDR:
        return address_of(&w->dst);
    case FIELD_PROTO:
        return value_exactly(walk->query->proto);
    case FIELD_NFPROTO:
        return value_exactly(walk->family == 4 ? 2 : 10);
    case FIELD_VERSION:
        return value_exactly(walk->family);
    case FIELD_ETHERTYPE:
        return value_exactly(walk->family == 4 ? 0x0800 : 0x86dd);
    case FIELD_SPORT:
        return port_of(&w->src);
    case FIELD_DPORT:
        return port_of(&w->dst);
    case FIELD_TCP_FLAGS:
        return value_exactly(w->leg == PACKET_QUERY ? 2 : 2 | 16);
    case FIELD_FRAG_OFF:
        return frag_off(s);
    case FIELD_IIF:
        return packet_interface_value(walk, w, false);
    case FIELD_OIF:
        return packet_interface_value(walk, w, true);
    case FIELD_MARK:
        if (w->mark_unknown & (s->masked ? s->and_.lo : UINT32_MAX))
            return value_unsaid(VALUE_UNKNOWN);
        return value_exactly(w->mark);
    case FIELD_PKTTYPE:
        return value_exactly(0);
    case FIELD_SADDR_TYPE:
        return packet_type(walk, w, &w->src, s->limited);
    case FIELD_DADDR_TYPE:
        return packet_type(walk, w, &w->dst, s->limited);
    case FIELD_SADDR_TYPE6:
        return packet_type6(walk, w, &w->src, s);
    case FIELD_DADDR_TYPE6:
        return packet_type6(walk, w, &w->dst, s);
    case FIELD_OPAQUE:
    case FIELD_RANDOM:
        return value_unsaid(VALUE_UNKNOWN);
    default:
        return ct_value(walk, w, s);
    }
}

static struct num num_shift(struct num n, unsigned left, unsigned right)
{
    for (; left > 0; left--)
        n = (struct num){n.hi << 1 | n.lo >> 63, n.lo << 1};
    for (; right > 0; right--)
        n = (struct num){n.hi >> 1, n.lo >> 1 | n.hi << 63};
    return n;
}

static struct num transform(const struct selector *s, struct num n)
{
    if (s->masked)
        n = num_xor(num_and(n, s->and_), s->xor_);
    return num_shift(n, s->shift_left, s->shift_right);
}

// A mask over several numbers is only told where it takes all of them to one.
static void transform_value(const struct selector *s, struct value *v)
{
    if (v->kind != VALUE_RANGE || (!s->masked && !s->shift_left && !s->shift_right))
        return;
    if (num_compare(v->lo, v->hi) != 0) {
        v->kind = VALUE_UNKNOWN;
        return;
    }
    v->lo = v->hi = transform(s, v->lo);
}

struct value packet_value(const struct walk *walk, const struct world *w, const struct selector *s)
{
    if ((s->family && s->family != walk->family) || (s->proto && s->proto != walk->query->proto))
        return value_unsaid(VALUE_ABSENT);
    struct value v = raw_value(walk, w, s);
    transform_value(s, &v);
    return v;
}

bool packet_range_is(const struct value *v, struct num *ret)
{
    *ret = v->lo;
    return v->kind == VALUE_RANGE && num_compare(v->lo, v->hi) == 0;
}

static enum tri range_holds(const struct range *r, struct num lo, struct num hi)
{
    if (num_compare(hi, r->lo) < 0 || num_compare(lo, r->hi) > 0)
        return TRI_NO;
    if (num_compare(lo, r->lo) >= 0 && num_compare(hi, r->hi) <= 0)
        return TRI_YES;
    return TRI_UNKNOWN;
}

// One of the node's addresses, loopback apart: told where all of them give the same answer.
static enum tri locals_in(const struct walk *walk, const struct selector *s, const struct range *r)
{
    enum tri all = TRI_UNKNOWN;
    bool first = true;
    for (size_t i = 0; i < walk->query->n_local; i++) {
        struct num n = num_of_ip(walk->query->local[i]);
        if (walk->query->local[i].family != walk->family || packet_is_loopback(walk->family, n))
            continue;
        n = transform(s, n);
        enum tri one = range_holds(r, n, n);
        if (!first && one != all)
            return TRI_UNKNOWN;
        all = one;
        first = false;
    }
    return all;
}

static bool is_lo(const struct range *r)
{
    struct num lo = num_of_name(span_of("lo"));
    return num_compare(r->lo, lo) == 0 && num_compare(r->hi, lo) == 0;
}

static enum tri value_in(const struct walk *walk, const struct selector *s, const struct value *v,
                         const struct range *r)
{
    switch (v->kind) {
    case VALUE_RANGE:
        return range_holds(r, v->lo, v->hi);
    case VALUE_LOCAL:
        return locals_in(walk, s, r);
    case VALUE_UNKNOWN:
        return TRI_UNKNOWN;
    case VALUE_NOT_LO:
        return is_lo(r) ? TRI_NO : TRI_UNKNOWN;
    default:
        return TRI_NO;
    }
}

enum { MOST_FIELDS = 8 };

static enum tri element_holds(const struct walk *walk, const struct selector *s, const struct value *v,
                              unsigned n, const struct element *e)
{
    enum tri all = TRI_YES;
    for (unsigned i = 0; i < n && all != TRI_NO && e->key; i++)
        all = tri_and(all, value_in(walk, &s[i], &v[i], &e->key[i]));
    return all;
}

static unsigned read_values(const struct walk *walk, const struct world *w, const struct selector *s,
                            unsigned n, struct value *ret)
{
    if (n > MOST_FIELDS)
        n = MOST_FIELDS;
    for (unsigned i = 0; i < n; i++)
        ret[i] = packet_value(walk, w, &s[i]);
    return n;
}

enum tri packet_element(const struct walk *walk, const struct world *w, const struct selector *selectors,
                        const struct elements *set, uint32_t element)
{
    struct value v[MOST_FIELDS];
    unsigned n = read_values(walk, w, selectors, set->n_fields, v);
    for (unsigned i = 0; i < n; i++) { // not even what stands for all others
        if (v[i].kind == VALUE_ABSENT || v[i].kind == VALUE_NO_CT)
            return TRI_NO;
    }
    return element_holds(walk, selectors, v, n, &set->items[element]);
}

enum tri packet_match(const struct walk *walk, const struct world *w, const struct rule_item *item)
{
    struct value v[MOST_FIELDS];
    unsigned n = read_values(walk, w, item->selectors, item->n_selectors, v);
    bool unknown = item->elements->unknown;
    for (unsigned i = 0; i < n; i++) {
        if (v[i].kind == VALUE_NO_CT && item->no_ct_matches)
            return TRI_YES;
        if (v[i].kind == VALUE_ABSENT || v[i].kind == VALUE_NO_CT)
            return TRI_NO;
        unknown = unknown || (n == 1 && v[i].kind == VALUE_UNKNOWN);
    }
    if (unknown || n != item->elements->n_fields)
        return TRI_UNKNOWN;
    enum tri any = TRI_NO;
    for (uint32_t i = 0; i < item->elements->n && any != TRI_YES; i++)
        any = tri_or(any, element_holds(walk, item->selectors, v, n, &item->elements->items[i]));
    return item->invert ? tri_not(any) : any;
}

bool packet_guard_excludes(const struct world *w, uint8_t family, const struct ip_prefix *guard)
{
    if (guard->ip.family == 0 || w->dst.any_local)
        return false;
    if (guard->ip.family != family)
        return true;
    struct range r = range_of_prefix(*guard);
    return num_compare(w->dst.hi, r.lo) < 0 || num_compare(w->dst.lo, r.hi) > 0;
}

uint64_t packet_taint(struct span set)
{
    return UINT64_C(1) << (span_hash(set) & 63);
}
