// The way of the queries, by node: from the complaining pod's to those of CoreDNS, and from there upstream.
#include "core/judge/route.h"

#include <string.h>

#include "core/base/str.h"
#include "core/parse/corefile.h"
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

// In IPVS mode the Service's address is kube-proxy's, whatever the cache was told to listen on.
bool route_is_cache(const struct bench *b, struct ip ip)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool ipvs = dns->proxy_mode && strcmp(dns->proxy_mode, "ipvs") == 0;
    bool found = dns->nodelocal.family ? ip_eq(dns->nodelocal, ip) : ip.family == 4 && ip_is_link_local(ip);
    for (size_t i = 0; i < dns->n_nodelocal_also && !ipvs; i++)
        found |= ip_eq(dns->nodelocal_also[i], ip);
    return found;
}

enum tri route_asks_cache(const struct bench *b)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    const struct dns_facts *dns = &b->facts->dns;
    bool found = false;
    for (size_t i = 0; conf && i < conf->n_servers; i++)
        found |= conf->servers[i].used && route_is_cache(b, conf->servers[i].ip);
    for (size_t i = 0; !conf && i < dns->n_addresses; i++)
        found |= route_is_cache(b, dns->addresses[i]);
    return !found ? TRI_NO : conf ? TRI_YES : bench_asks_cluster_dns(b);
}

// Whether the cache hands names outside the cluster to CoreDNS, too, as some set it up: then it sends nothing
// upstream itself. It puts the address of its upstream Service in the place of __PILLAR__CLUSTER__DNS__ when
// it starts (kubernetes/dns, node-cache).
static bool cache_asks_coredns(const struct bench *b)
{
    struct arena arena = {0};
    struct core_forward forward;
    bool inside = corefile_forward_for(&arena, b->facts->dns.nodelocal_corefile, span_of(TARGET_OUTSIDE_NAME),
                                       &forward) &&
                  forward.n_targets > 0;
    for (size_t i = 0; inside && i < forward.n_targets; i++) {
        const struct core_target *target = &forward.targets[i];
        inside = strcmp(target->text, "__PILLAR__CLUSTER__DNS__") == 0 || bench_is_inside(b, target->ip);
    }
    arena_done(&arena);
    return inside;
}

enum tri route_outside_by_cache(const struct bench *b)
{
    enum tri asks = route_asks_cache(b);
    if (!b->facts->dns.nodelocal_corefile)
        return tri_and(asks, TRI_UNKNOWN);
    return cache_asks_coredns(b) ? TRI_NO : asks;
}

enum tri route_goes_by_cache(const struct bench *b)
{
    bool outside = bench_query_class(b) == LOOKUP_NAME_EXTERNAL;
    return outside && !cache_asks_coredns(b) ? TRI_NO : route_asks_cache(b);
}

// The pod itself asks something that forwards from its own node, or the VPC resolver.
static enum tri asks_past_coredns(const struct bench *b)
{
    enum tri cache = route_asks_cache(b);
    if (cache == TRI_NO)
        return tri_not(bench_asks_cluster_dns(b));
    return cache_asks_coredns(b) ? TRI_NO : cache;
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
