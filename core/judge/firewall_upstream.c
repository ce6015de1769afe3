// CoreDNS' own queries to what it forwards to, through the packet filter of its node, and NodeLocal
// DNSCache's: names outside the cluster fail where none of them gets there. The pod's queries never meet such
// a rule.
#include "core/judge/firewall.h"

#include "core/judge/forwards.h"
#include "core/judge/route.h"

struct sender { // of queries upstream
    const struct kube_pod *pod;
    const struct node_facts *node;
    const char *name;
    enum tri on_path; // whether names outside are asked of it
};

static void fill_way(struct firewall *f, const struct sender *sender, struct ip target,
                     struct firewall_way *ret)
{
    const struct kube_pod *pod = sender->pod;
    const struct node_facts *node = sender->node;
    char from[IP_TEXT], to[IP_TEXT];
    *ret = (struct firewall_way){.node = node, .server = target, .upstream = true};
    ret->what = arena_printf(&f->bench.arena, "from %s %s to its forward target %s", sender->name,
                             ip_format(pod->ip, from), ip_format(target, to));
    enum tri outside = bench_query_class(&f->bench) == LOOKUP_NAME_EXTERNAL ? TRI_YES : TRI_UNKNOWN;
    ret->on_path = tri_and(outside, sender->on_path);
    ret->query = (struct packet_query){.src = pod->ip, .dst = target, .proto = 17, .dport = 53};
    ret->query.hook = pod->host_network ? NF_OUTPUT : NF_FORWARD;
    ret->query.in = pod->host_network ? NULL : nodepath_device(node, pod->ip);
}

// Walks to every target: one that is reached answers for the others.
static void walk_targets(struct firewall *f, const struct sender *sender, struct forwards targets)
{
    struct firewall_way way;
    struct packet_answer *first = NULL;
    bool blocked = targets.n > 0;
    for (size_t i = targets.n; blocked && i-- > 0;) { // the first one last: it stands for all
        packet_answer_free(first);
        fill_way(f, sender, targets.items[i], &way);
        blocked = targets.items[i].family == sender->pod->ip.family &&
                  nodepath_fill(&f->bench.arena, f->bench.facts, sender->node, &way.query);
        first = blocked ? packet_trace(&way.query) : NULL;
        blocked = first && first->worst.fate == PACKET_BLOCKED;
    }
    if (blocked)
        firewall_say_block(f, &way, first);
    packet_answer_free(first);
}

// NodeLocal DNSCache on the complaining pod's node.
static void walk_cache(struct firewall *f)
{
    const struct facts *facts = f->bench.facts;
    for (size_t i = 0; facts->node && i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        const struct sender sender = {.pod = pod,
                                      .node = facts->node,
                                      .name = "NodeLocal DNSCache",
                                      .on_path = route_outside_by_cache(&f->bench)};
        if (bench_is_cache_pod(facts, pod) && pod->ip.family && pod->node &&
            strcmp(pod->node, facts->node->name) == 0)
            walk_targets(f, &sender, forwards_find_cache(&f->bench, pod->node));
    }
}

void firewall_walk_upstream(struct firewall *f)
{
    const struct dns_facts *dns = &f->bench.facts->dns;
    if (bench_query_class(&f->bench) == LOOKUP_NAME_CLUSTER) // CoreDNS answers that itself
        return;
    for (size_t i = 0; i < dns->n_pods; i++) {
        const struct sender sender = {.pod = dns->pods[i],
                                      .node = facts_node(f->bench.facts, dns->pods[i]->node),
                                      .name = "CoreDNS",
                                      .on_path = tri_not(route_outside_by_cache(&f->bench))};
        if (sender.node && sender.pod->ip.family)
            walk_targets(f, &sender, forwards_find(&f->bench, sender.pod->node));
    }
    if (route_outside_by_cache(&f->bench) != TRI_NO)
        walk_cache(f);
}
