// CoreDNS' own queries to what it forwards to, through the packet filter of its node: names outside the
// cluster fail where none of them gets there. The pod's queries never meet such a rule.
#include "core/judge/firewall.h"

#include "core/judge/forwards.h"
#include "core/judge/route.h"

static void fill_way(struct firewall *f, const struct kube_pod *pod, const struct node_facts *node,
                     struct ip target, struct firewall_way *ret)
{
    char from[IP_TEXT], to[IP_TEXT];
    *ret = (struct firewall_way){.node = node, .server = target, .upstream = true};
    ret->what = arena_printf(&f->bench.arena, "from CoreDNS %s to its forward target %s",
                             ip_format(pod->ip, from), ip_format(target, to));
    enum tri outside = bench_query_class(&f->bench) == LOOKUP_NAME_EXTERNAL ? TRI_YES : TRI_UNKNOWN;
    ret->on_path = tri_and(outside, tri_not(route_outside_by_cache(&f->bench)));
    ret->query = (struct packet_query){.src = pod->ip, .dst = target, .proto = 17, .dport = 53};
    ret->query.hook = pod->host_network ? NF_OUTPUT : NF_FORWARD;
    ret->query.in = pod->host_network ? NULL : nodepath_device(node, pod->ip);
}

// Walks to every target: one that is reached answers for the others.
static void walk_targets(struct firewall *f, const struct kube_pod *pod, const struct node_facts *node)
{
    const struct forwards targets = forwards_find(&f->bench, pod->node);
    struct firewall_way way;
    struct packet_answer *first = NULL;
    bool blocked = targets.n > 0;
    for (size_t i = targets.n; blocked && i-- > 0;) { // the first one last: it stands for all
        packet_answer_free(first);
        fill_way(f, pod, node, targets.items[i], &way);
        blocked = targets.items[i].family == pod->ip.family &&
                  nodepath_fill(&f->bench.arena, f->bench.facts, node, &way.query);
        first = blocked ? packet_trace(&way.query) : NULL;
        blocked = first && first->worst.fate == PACKET_BLOCKED;
    }
    if (blocked)
        firewall_say_block(f, &way, first);
    packet_answer_free(first);
}

void firewall_walk_upstream(struct firewall *f)
{
    const struct dns_facts *dns = &f->bench.facts->dns;
    if (bench_query_class(&f->bench) == LOOKUP_NAME_CLUSTER) // CoreDNS answers that itself
        return;
    for (size_t i = 0; i < dns->n_pods; i++) {
        const struct node_facts *node = facts_node(f->bench.facts, dns->pods[i]->node);
        if (node && dns->pods[i]->ip.family)
            walk_targets(f, dns->pods[i], node);
    }
}
