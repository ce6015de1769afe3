// Walks the query and looks at who translated its source (nf_nat_core.c, get_unique_tuple: without a range of
// ports and without --random a source keeps its port as long as nobody has it).
#include "core/judge/source_nat.h"

#include "core/judge/nodepath.h"

// The walk's ruleset as the query has it: its rules are parsed when they are asked for.
static struct ruleset *own_ruleset(const struct packet_query *q, const struct ruleset *rs)
{
    size_t i = 0;
    while (q->rules[i] != rs)
        i++;
    return q->rules[i];
}

static const struct nat *nat_of(struct ruleset *rs, const struct packet_hop *hop)
{
    const struct rule_items *items = ruleset_items(rs, hop->chain, hop->rule);
    for (size_t i = 0; i < items->n; i++) {
        if (items->items[i].kind == ITEM_NAT)
            return &items->items[i].nat;
    }
    return NULL;
}

// The kernel's own steps have no rule, and destinations are translated at other hooks.
static bool may_translate(const struct packet_hop *hop)
{
    return hop->leg == PACKET_QUERY && hop->hook == NF_POSTROUTING && hop->rule;
}

static bool find_hop(struct bench *b, const struct packet_query *q, const struct packet_hop *last,
                     struct source_nat *ret)
{
    for (const struct packet_hop *hop = last; hop; hop = hop->previous) {
        const struct nat *nat = may_translate(hop) ? nat_of(own_ruleset(q, hop->ruleset), hop) : NULL;
        if (!nat)
            continue;
        ret->place = ruleset_place(hop->ruleset, hop->rule->line);
        ret->chain = arena_span(&b->arena, hop->chain->name);
        ret->keeps_port = !nat->random_port && !nat->has_port && !nat->port_in_map;
        return true;
    }
    return false;
}

bool source_nat_find(struct bench *b, struct ip server, struct source_nat *ret)
{
    const struct facts *facts = b->facts;
    struct packet_query q = {
        .src = facts->pod_ip, .dst = server, .proto = 17, .dport = 53, .hook = NF_FORWARD, .one_way = true};
    if (!facts->node || !server.family || server.family != facts->pod_ip.family ||
        !nodepath_fill(&b->arena, facts, facts->node, &q))
        return false;
    q.in = nodepath_device(facts->node, facts->pod_ip);
    struct packet_answer *answer = packet_trace(&q);
    bool found = answer->worst.fate == PACKET_PASSES && find_hop(b, &q, answer->worst.last, ret);
    packet_answer_free(answer);
    return found;
}
