// The way of the queries, by node: from the complaining pod's to those of CoreDNS, and from there upstream.
#include "core/judge/route.h"

#include "core/base/str.h"
#include "core/parse/iprule.h"
#include "core/parse/resolvconf.h"

enum tri route_has_coredns(const struct bench *b, const char *node)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool known = false;
    for (size_t i = 0; i < dns->n_pods; i++) {
        known |= dns->pods[i]->node != NULL;
        if (str_same(dns->pods[i]->node, node))
            return TRI_YES;
    }
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        known |= dns->endpoints[i].node != NULL;
        if (str_same(dns->endpoints[i].node, node))
            return TRI_YES;
    }
    return known ? TRI_NO : TRI_UNKNOWN;
}

enum tri route_has_node(const struct bench *b, const char *node)
{
    const char *pod_node = b->facts->node_name;
    enum tri own = pod_node ? tri_of(str_same(pod_node, node)) : TRI_UNKNOWN;
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
        bool local = ip.family == 4 && ip_is_link_local(ip);
        if (conf->servers[i].used && (local || (dns->nodelocal.family && ip_eq(ip, dns->nodelocal))))
            return TRI_YES;
    }
    return tri_not(bench_asks_cluster_dns(b));
}

enum tri route_sends_upstream(const struct bench *b, const char *node)
{
    enum tri own = str_same(b->facts->node_name, node) ? asks_past_coredns(b) : TRI_NO;
    return tri_or(own, route_has_coredns(b, node));
}

// ------------------------------------------------------------------ by which interface
static struct ip upstream_of(const struct bench *b)
{
    struct ip ip = b->facts->dns.vpc_resolver;
    if (!ip.family)
        ip_parse(span_of("169.254.169.253"), &ip);
    return ip;
}

static enum tri sender_leaves_by(const struct bench *b, const struct node_facts *node, struct ip sender,
                                 const char *nic)
{
    const char *device =
        sender.family ? iprule_device(node->route_rules, node->routes, sender, upstream_of(b)) : NULL;
    return device ? tri_of(str_same(device, nic)) : TRI_UNKNOWN;
}

// The complaining pod past CoreDNS: by itself, or by NodeLocal DNSCache, which has the node's address.
static enum tri own_leaves_by(const struct bench *b, const struct node_facts *node, const char *nic)
{
    const struct dns_facts *dns = &b->facts->dns;
    enum tri past = str_same(b->facts->node_name, node->name) ? asks_past_coredns(b) : TRI_NO;
    bool hosts = dns->nodelocal_set || (b->facts->pod && b->facts->pod->host_network);
    struct ip sender = hosts ? kube_node_ip(node->kube, upstream_of(b).family) : b->facts->pod_ip;
    return past == TRI_NO ? TRI_NO : tri_and(past, sender_leaves_by(b, node, sender, nic));
}

enum tri route_leaves_by(const struct bench *b, const struct node_facts *node, const char *nic)
{
    const struct dns_facts *dns = &b->facts->dns;
    enum tri leaves = own_leaves_by(b, node, nic);
    bool known = false;
    for (size_t i = 0; i < dns->n_pods; i++) {
        const struct kube_pod *pod = dns->pods[i];
        known |= pod->node != NULL;
        if (!str_same(pod->node, node->name))
            continue;
        struct ip sender = pod->host_network ? kube_node_ip(node->kube, upstream_of(b).family) : pod->ip;
        leaves = tri_or(leaves, sender_leaves_by(b, node, sender, nic));
    }
    return known ? leaves : tri_or(leaves, TRI_UNKNOWN);
}
