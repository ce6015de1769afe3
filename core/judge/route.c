// The way of the queries, by node: from the complaining pod's to those of CoreDNS, and from there upstream.
#include "core/judge/route.h"

#include "core/parse/resolvconf.h"

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

enum tri route_has_coredns(const struct bench *b, const char *node)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool known = false;
    for (size_t i = 0; i < dns->n_pods; i++) {
        known |= dns->pods[i]->node != NULL;
        if (same(dns->pods[i]->node, node))
            return TRI_YES;
    }
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        known |= dns->endpoints[i].node != NULL;
        if (same(dns->endpoints[i].node, node))
            return TRI_YES;
    }
    return known ? TRI_NO : TRI_UNKNOWN;
}

enum tri route_has_node(const struct bench *b, const char *node)
{
    const char *pod_node = b->facts->node_name;
    enum tri own = pod_node ? tri_of(same(pod_node, node)) : TRI_UNKNOWN;
    return tri_or(own, route_has_coredns(b, node));
}

// The pod itself asks something that forwards from its own node, or the VPC resolver.
static enum tri asks_past_coredns(const struct bench *b)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    const struct dns_facts *dns = &b->facts->dns;
    if (!conf)
        return tri_not(bench_asks_cluster_dns(b));
    for (size_t i = 0; i < conf->n_servers; i++) {
        struct ip ip = conf->servers[i].ip;
        bool local = ip.family == 4 && ip.bytes[0] == 169 && ip.bytes[1] == 254;
        if (conf->servers[i].used && (local || (dns->nodelocal.family && ip_eq(ip, dns->nodelocal))))
            return TRI_YES;
    }
    return tri_not(bench_asks_cluster_dns(b));
}

enum tri route_sends_upstream(const struct bench *b, const char *node)
{
    enum tri own = same(b->facts->node_name, node) ? asks_past_coredns(b) : TRI_NO;
    return tri_or(own, route_has_coredns(b, node));
}
