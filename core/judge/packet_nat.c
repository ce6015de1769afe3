// Connections: who has one, and what its translation does to the packets of both directions
// (nf_conntrack_core.c, nf_nat_core.c, nf_nat_masquerade.c, nf_nat_redirect.c).
#include "core/judge/packet_value.h"

static bool at_destination(enum nf_hook hook) // HOOK2MANIP: where destinations are translated
{
    return hook == NF_PREROUTING || hook == NF_OUTPUT;
}

static uint16_t zone_towards(struct zone zone, uint8_t direction)
{
    return zone.directions & direction ? zone.id : 0;
}

static bool is_same_peer(const struct peer *a, const struct peer *b)
{
    return num_compare(a->lo, b->lo) == 0 && num_compare(a->hi, b->hi) == 0 && a->port_lo == b->port_lo &&
           a->port_hi == b->port_hi && a->any_local == b->any_local;
}

// Whether an answer that begins a connection of its own expects in its zone what the query was there
// (nf_ct_resolve_clash_harder): the kernel drops it in the end.
static bool reply_clashes(const struct world *w)
{
    const struct connection *query = &w->conn;
    return query->exists && zone_towards(query->zone, ZONE_ORIGINAL) == zone_towards(w->zone, ZONE_REPLY) &&
           is_same_peer(&query->src, &w->dst) && is_same_peer(&query->dst, &w->src);
}

// A SYN-ACK, or the answer to a question that was not tracked, begins a connection of its own: UDP does, TCP
// is invalid.
static void track_reply(const struct walk *walk, struct world *w)
{
    if (w->conn.exists && zone_towards(w->conn.zone, ZONE_REPLY) == zone_towards(w->zone, ZONE_REPLY)) {
        w->carried = CARRIES_CONNECTION;
        w->established = w->reply_dir = true;
        return;
    }
    w->clashes = walk->query->proto != 6 && reply_clashes(w);
    w->conn.exists = false;
    if (walk->query->proto == 6)
        return;
    w->carried = CARRIES_CONNECTION;
    w->conn.exists = true;
    w->conn.dnat = w->conn.snat = w->conn.done_dst = w->conn.done_src = false;
    w->conn.dnat_open = w->conn.snat_open = false;
    w->conn.mark = w->conn.mark_unknown = 0;
    w->conn.zone = w->zone;
    w->conn.src = w->src;
    w->conn.dst = w->dst;
}

void packet_track(const struct walk *walk, struct world *w)
{
    if (w->carried != CARRIES_NOTHING) // untracked by a rule, or already seen on the way out to itself
        return;
    if (w->leg == PACKET_REPLY) {
        track_reply(walk, w);
        return;
    }
    w->carried = CARRIES_CONNECTION;
    w->conn.exists = true;
    w->conn.zone = w->zone;
    w->conn.src = w->src;
    w->conn.dst = w->dst;
}

// nf_nat_inet_fn: rules are asked for a connection's first packet only, and until one has translated.
bool packet_nat_applies(const struct world *w)
{
    if (w->carried != CARRIES_CONNECTION || w->established)
        return false;
    return at_destination(w->hook) ? !w->conn.done_dst : !w->conn.done_src;
}

void packet_translate(struct world *w)
{
    if (w->carried != CARRIES_CONNECTION)
        return;
    if (!w->established) { // what no rule translated is bound as it is
        if (at_destination(w->hook))
            w->conn.done_dst = true;
        else
            w->conn.done_src = true;
        return;
    }
    if (at_destination(w->hook) && w->conn.snat)
        w->dst = w->conn.src;
    if (!at_destination(w->hook) && w->conn.dnat)
        w->src = w->conn.dst;
}

// A range that holds the port already leaves it, unless one is to be drawn; else the kernel picks one.
static void set_port(struct peer *p, const struct range *range, bool random)
{
    if (!random && p->port_lo >= range->lo.lo && p->port_hi <= range->hi.lo && range->lo.lo != range->hi.lo)
        return;
    p->port_lo = (uint16_t)range->lo.lo;
    p->port_hi = (uint16_t)range->hi.lo;
}

static void set_address(struct peer *p, const struct range *range)
{
    p->lo = range->lo;
    p->hi = range->hi;
    p->any_local = false;
}

static void set_any_local(struct peer *p)
{
    p->lo = p->hi = num_of(0);
    p->any_local = true;
}

static void set_loopback(struct peer *p, uint8_t family)
{
    struct num one = family == 4 ? num_of(0x7f000001) : num_of(1);
    set_address(p, &(struct range){one, one});
}

static void set_network(struct peer *p, const struct nat *nat, uint8_t family)
{
    struct num mask = num_mask(nat->netmap_bits, family == 4 ? 32 : 128);
    struct num net = num_and(nat->addr.value.lo, mask);
    struct num lo = num_and(p->lo, num_not(mask)), hi = num_and(p->hi, num_not(mask));
    p->lo = num_xor(net, family == 4 ? num_and(lo, num_of(UINT32_MAX)) : lo);
    p->hi = num_xor(net, family == 4 ? num_and(hi, num_of(UINT32_MAX)) : hi);
    p->any_local = false;
}

static void unknown_address(struct peer *p)
{
    p->lo = num_of(0);
    p->hi = num_not(num_of(0));
    p->any_local = false;
}

static void apply_address(const struct walk *walk, const struct world *w, const struct nat *nat,
                          const struct element *data, struct peer *p)
{
    if (nat->kind == NAT_REDIRECT && w->hook == NF_OUTPUT)
        set_loopback(p, walk->family);
    else if (nat->kind == NAT_MASQUERADE || nat->kind == NAT_REDIRECT)
        set_any_local(p);
    else if (nat->kind == NAT_NETMAP && nat->addr.kind == EXPR_CONST)
        set_network(p, nat, walk->family);
    else if (nat->has_addr && nat->addr.kind == EXPR_MAP)
        set_address(p, &data->data[0]);
    else if (nat->has_addr && nat->addr.kind == EXPR_CONST)
        set_address(p, &nat->addr.value);
    else if (nat->has_addr)
        unknown_address(p);
}

// Without a range only a source gets another port (nf_nat_core.c, nf_nat_l4proto_unique_tuple).
static void apply_port(const struct world *w, const struct nat *nat, const struct element *data,
                       struct peer *p)
{
    static const struct range high = {{0, 1024}, {0, UINT16_MAX}}, any = {{0, 0}, {0, UINT16_MAX}};
    if (nat->port_in_map)
        set_port(p, &data->data[1], nat->random_port);
    else if (nat->has_port && nat->port.kind == EXPR_MAP)
        set_port(p, &data->data[0], nat->random_port);
    else if (nat->has_port && nat->port.kind == EXPR_CONST)
        set_port(p, &nat->port.value, nat->random_port);
    else if (nat->has_port)
        set_port(p, &any, true);
    else if (nat->random_port && !at_destination(w->hook))
        set_port(p, &high, true);
}

// nf_nat_redirect.c: the packet goes to an address of the interface that it came in by, and is dropped where
// that has none, as the node's end of a pod's interface often does.
bool packet_nat_drops(const struct walk *walk, const struct world *w, const struct nat *nat)
{
    const struct packet_query *q = walk->query;
    if (nat->kind != NAT_REDIRECT || w->hook != NF_PREROUTING || w->leg != PACKET_QUERY || w->loops || !q->in)
        return false;
    const struct link *link = q->links ? links_find(q->links, q->in) : NULL;
    for (size_t i = 0; link && i < link->n; i++) {
        if (link->addresses[i].prefix.ip.family == walk->family)
            return false;
    }
    return link != NULL;
}

bool packet_nat(const struct walk *walk, struct world *w, const struct nat *nat, const struct element *data)
{
    if (nat->family && nat->family != walk->family)
        return false;
    bool destination = at_destination(w->hook);
    struct peer *p = destination ? &w->dst : &w->src;
    struct peer before = *p;
    apply_address(walk, w, nat, data, p);
    apply_port(w, nat, data, p);
    bool changed = !is_same_peer(&before, p);
    bool open = p->any_local && before.port_lo == p->port_lo && before.port_hi == p->port_hi &&
                packet_is_local(walk, &before) != TRI_NO;
    if (destination) {
        w->conn.done_dst = true;
        w->conn.dnat = changed;
        w->conn.dnat_open = open;
        w->conn.dnat_rule = true;
        w->conn.new_dst = *p;
    } else {
        w->conn.done_src = true;
        w->conn.snat = changed;
        w->conn.snat_open = open;
        w->conn.new_src = *p;
    }
    return true;
}

void packet_begin_reply(const struct walk *walk, struct world *w)
{
    struct peer src = w->src;
    bool was_tracked = w->carried == CARRIES_CONNECTION;
    w->src = w->dst;
    w->dst = src;
    w->leg = PACKET_REPLY;
    w->hook = w->ended_local ? NF_OUTPUT : NF_INGRESS;
    w->step = 0;
    w->mark = w->mark_unknown = 0;
    w->carried = CARRIES_NOTHING;
    w->zone = (struct zone){0};
    w->established = w->reply_dir = false;
    w->conn.exists = was_tracked;
    (void)walk;
}

static enum tri is_ip(const struct walk *walk, const struct peer *p, struct ip ip)
{
    struct num n = num_of_ip(ip);
    struct peer alone = {.lo = n, .hi = n};
    if (p->any_local)
        return packet_is_local(walk, &alone) == TRI_NO ? TRI_NO : TRI_UNKNOWN;
    if (num_compare(n, p->lo) < 0 || num_compare(n, p->hi) > 0)
        return TRI_NO;
    return num_compare(p->lo, p->hi) == 0 ? TRI_YES : TRI_UNKNOWN;
}

static enum tri is_port(const struct peer *p, uint16_t port)
{
    if (port < p->port_lo || port > p->port_hi)
        return TRI_NO;
    return p->port_lo == p->port_hi ? TRI_YES : TRI_UNKNOWN;
}

// Which port it asked from may not be known: then it is that where nothing became of the whole range.
static enum tri is_askers_port(const struct packet_query *q, const struct peer *p)
{
    if (q->sport)
        return is_port(p, q->sport);
    struct peer asked = packet_asker(q);
    if (p->port_hi < asked.port_lo || p->port_lo > asked.port_hi)
        return TRI_NO;
    return p->port_lo == asked.port_lo && p->port_hi == asked.port_hi ? TRI_YES : TRI_UNKNOWN;
}

// What was written into the header on the way may be what the asker has, or reach its socket all the same:
// the kernel looks for that once, early (ip_rcv_finish).
enum tri packet_reply_known(const struct walk *walk, const struct world *w)
{
    const struct packet_query *q = walk->query;
    enum tri addresses = tri_and(is_ip(walk, &w->src, q->dst), is_ip(walk, &w->dst, q->src));
    enum tri ports = tri_and(is_port(&w->src, q->dport), is_askers_port(q, &w->dst));
    enum tri known = tri_and(addresses, ports);
    return known == TRI_NO && w->rewritten ? TRI_UNKNOWN : known;
}
