// Where a packet comes in and goes out, and whose its addresses are.
#include "core/judge/packet_value.h"

// ---------------------------------------------------------------- interfaces

static bool is_forwarded(const struct walk *walk, const struct world *w)
{
    return w->leg == PACKET_QUERY ? walk->query->hook != NF_OUTPUT : !w->ended_local;
}

// The node's own query, translated at OUTPUT: the rules of that hook still see the interface of the first
// route (nf_nat_ipv4_local_fn asks for another one, nf_hook_state keeps the old).
static bool is_before_rerouting(const struct world *w)
{
    return w->hook == NF_OUTPUT && w->conn.dnat && !w->served;
}

// The answer to a query whose source was translated at INPUT: its first route is to that address.
static bool is_misrouted_answer(const struct world *w)
{
    return w->hook == NF_OUTPUT && w->leg == PACKET_REPLY && w->conn.snat;
}

// The interface that leads to who is asked. Translation changes who that is, and with it the route: queries
// to a service address that the default route would carry leave by the tunnel or veth of the picked endpoint.
static const char *far_interface(const struct walk *walk, const struct world *w)
{
    const struct packet_query *q = walk->query;
    const struct connection *c = &w->conn;
    if (q->out || !q->routes)
        return q->out;
    const struct peer *asked = c->dnat || w->served ? &c->new_dst : &c->dst;
    const struct peer *to = is_before_rerouting(w) ? &c->dst : &w->dst;
    const struct peer *p = w->leg == PACKET_QUERY ? to : c->exists ? asked : &w->src;
    if (p->any_local || num_compare(p->lo, p->hi) != 0)
        return NULL;
    return routes_device(q->routes, num_to_ip(p->lo, walk->family));
}

// The interface on one side of the packet; empty where that hook has none. Since Linux 5.8 postrouting knows
// where a packet came in.
struct span packet_interface(const struct walk *walk, const struct world *w, bool out, bool *ret_known)
{
    bool has_in = w->hook == NF_INGRESS || w->hook == NF_PREROUTING || w->hook == NF_INPUT ||
                  w->hook == NF_FORWARD || (w->hook == NF_POSTROUTING && is_forwarded(walk, w));
    bool has_out =
        w->hook == NF_FORWARD || w->hook == NF_OUTPUT || w->hook == NF_POSTROUTING || w->hook == NF_EGRESS;
    *ret_known = true;
    if (out ? !has_out : !has_in)
        return span_make("", 0);
    if (w->loops)
        return span_of("lo");
    bool query_in = (w->leg == PACKET_QUERY) != out; // the reply takes them the other way round
    const char *name = query_in ? walk->query->in : far_interface(walk, w);
    *ret_known = name != NULL;
    return span_of(name);
}

// What comes from elsewhere, or goes there, is not on the loopback interface, whichever it is on.
struct value packet_interface_value(const struct walk *walk, const struct world *w, bool out)
{
    bool known;
    struct num n = num_of_name(packet_interface(walk, w, out, &known));
    if (out && is_misrouted_answer(w))
        return value_unsaid(VALUE_UNKNOWN);
    if (known)
        return (struct value){VALUE_RANGE, n, n};
    bool elsewhere = packet_is_local(walk, out ? &w->dst : &w->src) == TRI_NO;
    return value_unsaid(elsewhere ? VALUE_NOT_LO : VALUE_UNKNOWN);
}

// ---------------------------------------------------------------- kinds of address

bool packet_is_loopback(uint8_t family, struct num n)
{
    if (family == 4)
        return n.lo >> 24 == 127;
    return n.hi == 0 && n.lo == 1;
}

static bool is_multicast(uint8_t family, struct num n)
{
    return family == 4 ? n.lo >> 28 == 0xe : n.hi >> 56 == 0xff;
}

static bool holds(const struct peer *p, struct num n)
{
    return num_compare(n, p->lo) >= 0 && num_compare(n, p->hi) <= 0;
}

enum tri packet_is_local(const struct walk *walk, const struct peer *p)
{
    const struct packet_query *q = walk->query;
    bool one = num_compare(p->lo, p->hi) == 0, any = false;
    if (p->any_local || (one && packet_is_loopback(walk->family, p->lo)))
        return TRI_YES;
    for (size_t i = 0; i < q->n_local; i++)
        any |= q->local[i].family == walk->family && holds(p, num_of_ip(q->local[i]));
    if (any || q->local_known)
        return !any ? TRI_NO : one ? TRI_YES : TRI_UNKNOWN;
    for (size_t i = 0; one && i < q->n_others; i++) {
        if (q->others[i].family == walk->family && num_compare(num_of_ip(q->others[i]), p->lo) == 0)
            return TRI_NO;
    }
    return TRI_UNKNOWN;
}

// What the node sends to itself. Where its addresses are not known, the question's own way out says so.
enum tri packet_loops(const struct walk *walk, const struct world *w)
{
    const char *out = walk->query->out;
    enum tri local = packet_is_local(walk, &w->dst);
    if (local != TRI_UNKNOWN || !out || w->conn.dnat)
        return local;
    return tri_of(strcmp(out, "lo") == 0);
}

// At FORWARD and INPUT the kernel has decided already.
static enum tri is_local_at(const struct walk *walk, const struct world *w, const struct peer *p)
{
    enum tri local = packet_is_local(walk, p);
    if (local != TRI_UNKNOWN || p != &w->dst)
        return local;
    if (w->hook == NF_FORWARD)
        return TRI_NO;
    return w->hook == NF_INPUT ? TRI_YES : TRI_UNKNOWN;
}

struct value packet_type(const struct walk *walk, const struct world *w, const struct peer *p, bool limited)
{
    if (!p->any_local && num_compare(p->lo, p->hi) == 0) {
        if (is_multicast(walk->family, p->lo))
            return value_exactly(ADDR_MULTICAST);
        if (walk->family == 4 && (p->lo.lo == UINT32_MAX || p->lo.lo == 0))
            return value_exactly(ADDR_BROADCAST);
    }
    enum tri local = is_local_at(walk, w, p);
    if (local == TRI_NO)
        return value_exactly(ADDR_UNICAST);
    if (local == TRI_YES && !limited)
        return value_exactly(ADDR_LOCAL);
    return (struct value){VALUE_RANGE, num_of(ADDR_UNICAST), num_of(ADDR_BROADCAST)};
}

// As a mask of 1 << ADDR_*: what ip6t's addrtype asks for. With an interface it also asks whether there is a
// way by that (match_lookup_rt6), of which nothing is told.
struct value packet_type6(const struct walk *walk, const struct world *w, const struct peer *p,
                          const struct selector *s)
{
    if (!p->any_local && num_compare(p->lo, p->hi) == 0) {
        if (is_multicast(6, p->lo))
            return value_exactly(UINT64_C(1) << ADDR_MULTICAST);
        if (num_compare(p->lo, num_of(0)) == 0)
            return value_exactly(UINT64_C(1) << ADDR_UNSPEC);
    }
    enum tri local = is_local_at(walk, w, p);
    if (s->limited && (local == TRI_YES || (s->and_.lo & UINT64_C(1) << ADDR_UNREACHABLE)))
        return value_unsaid(VALUE_UNKNOWN);
    if (local == TRI_NO)
        return value_exactly(UINT64_C(1) << ADDR_UNICAST);
    if (local == TRI_YES)
        return value_exactly(UINT64_C(1) << ADDR_UNICAST | UINT64_C(1) << ADDR_LOCAL);
    return value_unsaid(VALUE_UNKNOWN);
}
