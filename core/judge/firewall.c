// The query's ways through the nodes' packet filters: from the pod through its own node to the cluster's DNS
// address and on to an endpoint, and through the node of each endpoint, over UDP and TCP. Where a walk ends
// at a rule, that rule is the finding, whatever it looks like; where all pass, no rule is, whatever they look
// like.
#include "core/judge/firewall.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/judge.h"
#include "core/judge/ways.h"

// ---------------------------------------------------------------- one way

static void say_gap(struct firewall *f, const char *text, const char *command, const char *node)
{
    struct cites none = {0};
    f->all_known = false;
    bench_say(&f->bench,
              &(struct claim){.kind = CLAIM_GAP,
                              .diagnosis = DIAGNOSIS_HOST_FIREWALL,
                              .subject = SUBJECT_FIREWALL,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text = text,
                              .object = node,
                              .command = command,
                              .time = TIME_UNKNOWN},
              &none);
}

// Returns whether the way is clear as the rules were read.
static bool walk_reading(struct firewall *f, struct firewall_way *way)
{
    struct packet_answer *answer = packet_trace(&way->query);
    enum packet_fate fate = answer->worst.fate;
    f->n_walked++;
    if (fate == PACKET_BLOCKED)
        firewall_say_block(f, way, answer);
    else if (fate == PACKET_UNKNOWN)
        firewall_say_unknown(f, way, answer);
    packet_answer_free(answer);
    return fate == PACKET_PASSES;
}

// Through the first readings, and while they let it pass through later ones that changed before the window
// ended.
static void walk_way(struct firewall *f, const struct firewall_way *way, bool tcp)
{
    struct firewall_way now = *way;
    usec_t time = TIME_UNKNOWN;
    now.query.proto = tcp ? 6 : 17;
    bool clear = walk_reading(f, &now);
    while (clear && nodepath_next_reading(&f->bench.arena, f->bench.facts, way->node, &time, &now.query))
        clear = walk_reading(f, &now);
}

// Both protocols. UDP decides first: DNS asks by TCP only when an answer is too long, or where it is told to.
static void walk_both(struct firewall *f, struct firewall_way *way, bool tcp_only)
{
    const enum tri asked = tri_of(!f->strangers || way->other);
    way->on_path = asked;
    walk_way(f, way, tcp_only);
    if (tcp_only)
        return;
    const struct lookup_query tcp = {.fields = LOOKUP_BY_PROTO | LOOKUP_BY_WINDOW | LOOKUP_BY_FAILED,
                                     .proto = LOOKUP_TCP,
                                     .window = f->bench.facts->target.window};
    way->on_path = tri_and(asked, tri_of(lookups_count(&f->bench.facts->lookups, &tcp) > 0));
    walk_way(f, way, true);
}

// Whether the rule that decides asks for the port that the packet goes to.
static bool asks_for_port(const struct packet_decision *d)
{
    const struct rule_items *items = d->rule ? d->rule->parsed : NULL;
    for (uint32_t i = 0; items && i < items->n; i++) {
        const struct rule_item *item = &items->items[i];
        if ((item->kind != ITEM_MATCH && item->kind != ITEM_VMAP) || item->invert)
            continue;
        for (uint8_t j = 0; j < item->n_selectors; j++) {
            if (item->selectors[j].field == FIELD_DPORT)
                return true;
        }
    }
    return false;
}

static bool is_blocked_on(const struct packet_query *query, uint16_t port)
{
    struct packet_query q = *query;
    q.dport = port;
    struct packet_answer *answer = packet_trace(&q);
    bool blocked = answer->worst.fate == PACKET_BLOCKED;
    packet_answer_free(answer);
    return blocked;
}

// Which port the overlay uses is not known but by custom: what stops it asks for that port, or leaves none of
// the others open either; and then it is likely at most.
static void walk_tunnel(struct firewall *f, struct firewall_way *way)
{
    static const uint16_t customary[] = {4789, 6081, 8472};
    way->on_path = TRI_UNKNOWN;
    way->query.proto = 17;
    struct packet_answer *answer = packet_trace(&way->query);
    bool blocked = answer->worst.fate == PACKET_BLOCKED;
    bool named = blocked && asks_for_port(&answer->worst.decision);
    for (size_t i = 0; blocked && !named && i < ARRAY_LEN(customary); i++)
        blocked = is_blocked_on(&way->query, customary[i]);
    if (blocked)
        firewall_say_tunnel(f, way, answer);
    packet_answer_free(answer);
}

static void walk(struct firewall *f, const struct way *way)
{
    struct firewall_way own = {.node = way->node,
                               .what = way->what,
                               .server = way->server,
                               .other = way->other,
                               .tunnel = way->tunnel,
                               .query = way->query};
    if (way->tunnel) {
        if (way->known)
            walk_tunnel(f, &own);
        return;
    }
    if (way->known) {
        f->all_known &= !way->node->rules_unread;
        walk_both(f, &own, way->tcp_only);
        return;
    }
    const char *command = way->server.family == 4 ? "iptables-save -c; nft list ruleset"
                                                  : "ip6tables-save -c; nft list ruleset";
    say_gap(f,
            arena_printf(&f->bench.arena,
                         "no ruleset of node %s was read%s, through which queries to CoreDNS go",
                         way->node_name ? way->node_name : "(not known)",
                         way->node && way->node->n_rules ? " before the window ended" : ""),
            command, way->node_name);
}

// ---------------------------------------------------------------- all of them

// Native nft tables may stand beside iptables of the nft back end, and legacy tables beside both.
static void say_other_backends(struct firewall *f, const struct node_facts *node)
{
    bool nft_backend = false, native = false, listed = false;
    for (size_t i = 0; i < node->n_rules; i++) {
        nft_backend |= node->rules[i].rules->backend == RULESET_IPT_NFT;
        native |= node->rules[i].rules->backend == RULESET_NFT;
        listed |= node->rules[i].rules->backend == RULESET_LISTING;
    }
    if (listed)
        say_gap(f,
                arena_printf(&f->bench.arena,
                             "the raw and security tables of node %s: only listings were collected",
                             node->name),
                "iptables-save -c", node->name);
    if (nft_backend && !native)
        say_gap(f,
                arena_printf(&f->bench.arena,
                             "native nftables rules of node %s, which iptables-save does not show",
                             node->name),
                "nft list ruleset", node->name);
}

static bool drops_in_bridge(struct ruleset *rs)
{
    for (size_t c = 0; c < rs->n_chains; c++) {
        const struct chain *chain = &rs->chains[c];
        if (rs->tables[chain->table].family != NF_FAMILY_OTHER)
            continue;
        if (chain->base && chain->base->policy == VERDICT_DROP)
            return true;
        const struct chain_rules *rules = ruleset_rules(rs, chain);
        for (uint32_t i = 0; i < rules->n; i++) {
            if (span_contains(rules->items[i].text, "drop"))
                return true;
        }
    }
    return false;
}

// What pods of one node send each other over a bridge meets its tables, which no walk goes through.
static void say_bridge(struct firewall *f, const struct node_facts *node)
{
    for (size_t i = 0; i < node->n_rules; i++) {
        if (node->rules[i].sample || !drops_in_bridge(node->rules[i].rules))
            continue;
        say_gap(f,
                arena_printf(&f->bench.arena,
                             "whether the bridge tables of node %s drop queries: they are not evaluated",
                             node->name),
                "nft list tables bridge; nft list ruleset", node->name);
        return;
    }
}

static void say_clear(struct firewall *f)
{
    struct cites cites = {0};
    for (size_t i = 0; i < f->bench.facts->n_nodes; i++) {
        const struct node_facts *node = &f->bench.facts->nodes[i];
        if (node->n_rules > 0)
            cite(&cites, ruleset_place(node->rules[0].rules, 1));
    }
    bench_say(&f->bench,
              &(struct claim){.kind = CLAIM_CLEAR,
                              .subject = SUBJECT_FIREWALL,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text =
                                  "queries and answers pass the packet filters of every node on their way, "
                                  "over UDP and TCP",
                              .time = TIME_UNKNOWN},
              &cites);
}

void judge_firewall(const struct facts *facts, struct claims *claims)
{
    struct firewall f = {0};
    struct ways ways;
    bench_init(&f.bench, facts, claims);
    f.strangers = bench_asks_strangers(&f.bench);
    ways_find(&f.bench.arena, facts, &ways);
    f.all_known = ways.whole;
    f.undecided = place_is_set(facts->dns.proxy_replaced); // what packets look like here it does not show
    for (size_t i = 0; i < ways.n; i++)
        walk(&f, &ways.items[i]);
    if (f.n_walked == 0)
        f.all_known = false;
    firewall_walk_upstream(&f);
    for (size_t i = 0; i < facts->n_nodes; i++) {
        say_other_backends(&f, &facts->nodes[i]);
        say_bridge(&f, &facts->nodes[i]);
        firewall_say_decoys(&f, &facts->nodes[i]);
    }
    if (ways.n_clients == 0)
        say_gap(&f, "which pod asks, and from which node, so that its way could be walked",
                "kubectl get pods -A -o json", NULL);
    if (f.all_known && f.n_blocks == 0)
        say_clear(&f);
    free(f.blocks);
    bench_done(&f.bench);
}
