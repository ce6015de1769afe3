// mtu: large answers are lost where small ones arrive. A UDP answer above what one packet carries travels in
// fragments, and a link with a smaller MTU, or something that drops fragments, loses it whole (RFC 8900; DNS
// flag day 2020: 1232 bytes). Truncated answers that TCP does not fetch look alike and are a blocked TCP 53.
#include <string.h>

#include "core/base/str.h"
#include "core/judge/judge.h"
#include "core/judge/route.h"
#include "core/judge/tunnel.h"
#include "core/parse/ipaddr.h"

enum { SAFE_SIZE = 1232, ONE_FRAME = 1472 }; // 1500 without the IPv4 and UDP headers

static void say(struct bench *b, struct claim claim, const struct cites *cites)
{
    bool speaks = claim.kind != CLAIM_CLEAR && claim.kind != CLAIM_NOTE;
    claim.diagnosis = speaks ? DIAGNOSIS_MTU : DIAGNOSIS_NONE;
    claim.subject = SUBJECT_MTU;
    bench_say(b, &claim, cites);
}

// ------------------------------------------------------------------ lookups by size

// How large the answer to a question is, as anybody saw it: the server's own log, an answer over the other
// protocol, or the TC bit.
static const struct lookup *find_large_answer(const struct facts *facts, const struct lookup *lost)
{
    for (size_t i = 0; i < facts->lookups.n; i++) {
        const struct lookup *l = &facts->lookups.items[i];
        bool large = (l->size > SAFE_SIZE && l->outcome == LOOKUP_ANSWERED) || l->outcome == LOOKUP_TRUNCATED;
        if (l != lost && large && str_same(l->name, lost->name) &&
            (!l->type || !lost->type || str_same(l->type, lost->type)))
            return l;
    }
    return NULL;
}

static bool is_lost(const struct bench *b, const struct lookup *l)
{
    return l->outcome == LOOKUP_TIMEOUT && l->proto != LOOKUP_PROTO_UNKNOWN && l->name &&
           l->vantage == LOOKUP_FROM_POD && l->origin != LOOKUP_SERVER_LOG &&
           bench_time_in_window(b, l->time) != TRI_NO;
}

// A small answer over the same protocol from the same server, while it hurt: the port is not what is blocked.
static const struct lookup *find_small_answer(const struct bench *b, const struct lookup *lost)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->origin != LOOKUP_SERVER_LOG && l->proto == lost->proto && !lookup_failed(l->outcome) &&
            l->size > 0 && l->size <= SAFE_SIZE && ip_eq(l->server, lost->server) &&
            l->vantage == LOOKUP_FROM_POD && bench_time_in_window(b, l->time) != TRI_NO)
            return l;
    }
    return NULL;
}

static const char *tell_loss(struct bench *b, const struct lookup *lost, const struct lookup *large,
                             const struct lookup *small)
{
    const char *proto = lost->proto == LOOKUP_TCP ? "TCP" : "UDP";
    const char *size = large->outcome == LOOKUP_TRUNCATED
                           ? "is truncated"
                           : arena_printf(&b->arena, "has %u bytes", large->size);
    return arena_printf(
        &b->arena, "the answer for %s %s and is lost over %s, one of %u bytes from the same server arrives",
        lost->name, size, proto, small->size);
}

static bool judge_sizes(struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *lost = &b->facts->lookups.items[i];
        const struct lookup *large = is_lost(b, lost) ? find_large_answer(b->facts, lost) : NULL;
        const struct lookup *small = large ? find_small_answer(b, lost) : NULL;
        if (!small)
            continue;
        struct cites cites = {.n = 0};
        cite(&cites, lost->place);
        cite(&cites, large->place);
        cite(&cites, small->place);
        say(b,
            (struct claim){.kind = CLAIM_EFFECT,
                           .on_path = TRI_YES,
                           .in_window = TRI_YES,
                           .text = tell_loss(b, lost, large, small),
                           .time = lost->time},
            &cites);
        return true;
    }
    return false;
}

// A large answer over UDP that arrived refutes it.
static void judge_arrived(struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->origin == LOOKUP_SERVER_LOG || l->proto != LOOKUP_UDP || l->size <= ONE_FRAME ||
            !l->target_pod || l->outcome != LOOKUP_ANSWERED || bench_time_in_window(b, l->time) == TRI_NO)
            continue;
        struct cites cites = {.n = 0};
        cite(&cites, l->place);
        say(b,
            (struct claim){.kind = CLAIM_AGAINST,
                           .on_path = TRI_YES,
                           .in_window = TRI_YES,
                           .text = arena_printf(&b->arena, "an answer of %u bytes arrived over UDP", l->size),
                           .time = l->time},
            &cites);
        return;
    }
}

// ------------------------------------------------------------------ fragments and ICMP in captures

static void judge_captures(struct bench *b)
{
    for (size_t i = 0; i < b->facts->n_captures; i++) {
        const struct capture *c = &b->facts->captures[i];
        struct cites cites = {.n = 0};
        cite(&cites, c->too_big_place);
        say(b,
            (struct claim){.kind = CLAIM_CAUSE,
                           .on_path = TRI_YES,
                           .in_window = bench_time_in_window(b, c->first),
                           .text =
                               "a router says that an answer from a DNS server is too big for the next link",
                           .time = c->first},
            &cites);
        if (c->fragmented_answers == 0 || c->fragments > 0 || !place_is_set(c->unanswered_place))
            continue;
        struct cites lost = {.n = 0};
        cite(&lost, c->unanswered_place);
        say(b,
            (struct claim){.kind = CLAIM_EFFECT,
                           .on_path = TRI_YES,
                           .in_window = bench_time_in_window(b, c->first),
                           .text = "of answers in several fragments only the first fragment is ever seen",
                           .time = c->first},
            &lost);
    }
}

// ------------------------------------------------------------------ interfaces

// The interface that leaves the node: the one with the node's own address.
static const struct link *uplink(const struct bench *b, const struct node_facts *node)
{
    const struct kube_node *object = cluster_node(&b->facts->cluster, node->name);
    if (object && node->links) {
        const struct link *link = links_by_address(node->links, object->internal_ip);
        if (link)
            return link;
    }
    static const char *const usual[] = {"eth0", "ens5", "enp39s0", "ens3"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const struct link *link = links_find(node->links, usual[i]);
        if (link)
            return link;
    }
    return NULL;
}

// An interface of a node on the way that takes larger packets than the uplink can carry on.
static void judge_inside(struct bench *b, const struct node_facts *node, enum claim_kind kind)
{
    const struct link *up = uplink(b, node);
    for (size_t i = 0; up && up->mtu && i < node->links->n; i++) {
        const struct link *l = &node->links->items[i];
        if (l == up || !l->mtu || str_same(l->name, "lo") ||
            l->mtu + tunnel_of(l->name).overhead <= up->mtu || route_has_node(b, node->name) == TRI_NO ||
            span_starts(span_of(l->name), "kube-ipvs") || span_starts(span_of(l->name), "dummy"))
            continue;
        struct cites cites = {.n = 0};
        cite(&cites, l->place);
        cite(&cites, up->place);
        say(b,
            (struct claim){.kind = kind,
                           .on_path = TRI_YES,
                           .in_window = TRI_YES,
                           .text =
                               arena_printf(&b->arena, "%s of %s takes packets of %u bytes, its uplink %s %u",
                                            l->name, node->name, l->mtu, up->name, up->mtu),
                           .time = TIME_UNKNOWN},
            &cites);
        return;
    }
}

// Nodes on the way whose uplinks carry packets of different sizes.
static void judge_links(struct bench *b, enum claim_kind kind)
{
    const struct link *own = b->facts->node ? uplink(b, b->facts->node) : NULL;
    if (!own || !own->mtu)
        return;
    for (size_t i = 0; i < b->facts->n_nodes; i++) {
        const struct node_facts *node = &b->facts->nodes[i];
        const struct link *other = node != b->facts->node ? uplink(b, node) : NULL;
        if (!other || !other->mtu || other->mtu == own->mtu || route_has_coredns(b, node->name) == TRI_NO)
            continue;
        struct cites cites = {.n = 0};
        cite(&cites, own->place);
        cite(&cites, other->place);
        say(b,
            (struct claim){.kind = kind,
                           .on_path = TRI_YES,
                           .in_window = TRI_YES,
                           .text = arena_printf(
                               &b->arena, "%s of %s has MTU %u, %s of %s, where CoreDNS runs, %u", own->name,
                               b->facts->node->name, own->mtu, other->name, node->name, other->mtu),
                           .time = TIME_UNKNOWN},
            &cites);
        return;
    }
    struct cites cites = {.n = 0};
    cite(&cites, own->place);
    say(b,
        (struct claim){.kind = CLAIM_CLEAR,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text = arena_printf(
                           &b->arena, "%s has MTU %u, as the other nodes on the way that were looked at",
                           own->name, own->mtu),
                       .time = TIME_UNKNOWN},
        &cites);
}

void judge_mtu(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    judge_captures(&b);
    if (!judge_sizes(&b))
        judge_arrived(&b);
    // Links of different sizes are common, and TCP copes: they explain a loss that was seen, and accuse
    // nobody else.
    enum claim_kind kind = claims_have(claims, CLAIM_EFFECT, DIAGNOSIS_MTU) ? CLAIM_CAUSE : CLAIM_NOTE;
    judge_links(&b, kind);
    for (size_t i = 0; i < facts->n_nodes; i++)
        judge_inside(&b, &facts->nodes[i], kind);
    bench_done(&b);
}
