// Fills in what an address or a name says by itself: that a server is the cluster's, that a client is a
// CoreDNS pod, that a name is the cluster's.
#include "core/facts/lookups_add.h"

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/parse/resolvconf.h"

struct lookup lookup_new(enum lookup_origin origin)
{
    return (struct lookup){
        .origin = origin,
        .vantage = LOOKUP_FROM_UNKNOWN,
        .at = LOOKUP_AT_UNKNOWN,
        .name_class = LOOKUP_NAME_UNKNOWN,
        .time = TIME_UNKNOWN,
        .latency = TIME_UNKNOWN,
        .authoritative = TRI_UNKNOWN,
        .forwarded = TRI_UNKNOWN,
        .delivered = TRI_UNKNOWN,
    };
}

static bool is_text(struct ip ip, const char *text)
{
    struct ip other;
    return ip_parse(span_of(text), &other) && ip_eq(ip, other);
}

static bool is_coredns(const struct dns_facts *dns, struct ip ip)
{
    for (size_t i = 0; i < dns->n_pods; i++) {
        if (ip_eq(dns->pods[i]->ip, ip) || ip_eq(dns->pods[i]->ip2, ip))
            return true;
    }
    return dns_has_endpoint(dns, ip);
}

// The VPC resolver answers at 169.254.169.253, fd00:ec2::253 and at the second address of the VPC's range
// (VPC user guide, Amazon DNS). The nodes' own resolv.conf names it.
static bool is_vpc_resolver(const struct facts *facts, struct ip ip)
{
    if (is_text(ip, "169.254.169.253") || is_text(ip, "fd00:ec2::253"))
        return true;
    if (facts->dns.vpc_resolver.family && ip_eq(facts->dns.vpc_resolver, ip))
        return true;
    for (size_t i = 0; i < facts->n_nodes; i++) {
        const struct resolvconf *conf = facts->nodes[i].resolvconf;
        for (size_t j = 0; conf && j < conf->n_servers; j++) {
            bool base_plus_two = ip.family == 4 && ip.bytes[3] == 2;
            if (base_plus_two && ip_eq(conf->servers[j].ip, ip))
                return true;
        }
    }
    return false;
}

static enum lookup_server server_kind(const struct facts *facts, struct ip ip)
{
    if (!ip.family)
        return LOOKUP_AT_UNKNOWN;
    for (size_t i = 0; i < facts->dns.n_addresses; i++) {
        if (ip_eq(facts->dns.addresses[i], ip))
            return LOOKUP_AT_CLUSTER_DNS;
    }
    if (is_coredns(&facts->dns, ip))
        return LOOKUP_AT_ENDPOINT;
    if (is_text(ip, "169.254.20.10") || (facts->dns.nodelocal.family && ip_eq(facts->dns.nodelocal, ip)))
        return LOOKUP_AT_NODELOCAL;
    return is_vpc_resolver(facts, ip) ? LOOKUP_AT_VPC : LOOKUP_AT_OTHER;
}

// Who has that address. A node's own address is also that of its hostNetwork pods.
static void find_client(const struct facts *facts, struct lookup *l)
{
    if (!l->client.family || l->vantage != LOOKUP_FROM_UNKNOWN)
        return;
    const struct kube_pod *pod = cluster_pod_by_ip(&facts->cluster, l->client);
    const struct kube_node *node = cluster_node_by_ip(&facts->cluster, l->client);
    if (facts->pod_ip.family && ip_eq(facts->pod_ip, l->client)) {
        l->vantage = LOOKUP_FROM_POD;
        l->target_pod = true;
        pod = facts->pod ? facts->pod : pod;
    } else if (node) {
        l->vantage = LOOKUP_FROM_NODE;
        l->node = node->meta.name;
        return;
    } else if (is_coredns(&facts->dns, l->client)) {
        l->vantage = LOOKUP_FROM_COREDNS;
    } else if (pod) {
        l->vantage = LOOKUP_FROM_POD;
    }
    if (!pod)
        return;
    l->node = pod->node ? pod->node : l->node;
    if (!l->pod && pod->meta.namespace_ && pod->meta.name)
        l->pod = arena_printf((struct arena *)&facts->arena, "%s/%s", pod->meta.namespace_, pod->meta.name);
}

static enum lookup_name name_kind(const struct facts *facts, const char *name)
{
    const char *domain = facts->dns.cluster_domain;
    struct span s = span_of(name);
    if (!s.len || span_find_char(s, '.') == SIZE_MAX)
        return LOOKUP_NAME_UNKNOWN; // a short name: the search list decides what it becomes
    size_t n = strlen(domain);
    if (span_ends(s, domain) && (s.len == n || s.at[s.len - n - 1] == '.'))
        return LOOKUP_NAME_CLUSTER;
    return span_ends(s, ".svc") ? LOOKUP_NAME_CLUSTER : LOOKUP_NAME_EXTERNAL;
}

void lookups_add(struct facts *facts, struct lookup lookup)
{
    if (lookup.at == LOOKUP_AT_UNKNOWN)
        lookup.at = server_kind(facts, lookup.server);
    find_client(facts, &lookup);
    if (lookup.name)
        lookup.name_class = name_kind(facts, lookup.name);
    *MEM_PUSH(facts->lookups.items, facts->lookups.n, facts->lookups.cap) = lookup;
}

// What stands before a search domain at the end of a name; empty where the name does not end in one.
static struct span strip_domain(struct span name, struct span domain)
{
    if (!domain.len || name.len < domain.len + 2 || name.at[name.len - domain.len - 1] != '.')
        return span_make(NULL, 0);
    if (!span_eq(span_from(name, name.len - domain.len), domain))
        return span_make(NULL, 0);
    return span_first(name, name.len - domain.len - 1);
}

static bool is_expansion(const struct map *names, const struct resolvconf *conf, const char *name)
{
    for (size_t i = 0; conf && i < conf->n_search; i++) {
        struct span front = strip_domain(span_of(name), span_of(conf->search[i].name));
        if (front.len && map_get(names, front))
            return true;
    }
    return false;
}

static const struct resolvconf *conf_of(const struct facts *facts, const struct lookup *l)
{
    const struct resolvconf *any = NULL;
    for (size_t i = 0; i < facts->n_pods; i++) {
        const struct pod_facts *pod = &facts->pods[i];
        if (!pod->resolvconf)
            continue;
        size_t n = strlen(pod->namespace_);
        bool same = l->pod && strncmp(l->pod, pod->namespace_, n) == 0 && l->pod[n] == '/';
        if (same && strcmp(l->pod + n + 1, pod->name) == 0)
            return pod->resolvconf;
        if (pod->target || same || !any) // pods of one namespace have one search list, mostly
            any = pod->resolvconf;
    }
    return any;
}

void lookups_mark_expansions(struct facts *facts)
{
    struct map names = {0};
    for (size_t i = 0; i < facts->lookups.n; i++) {
        const char *name = facts->lookups.items[i].name;
        if (name)
            map_put(&names, span_of(name), name);
    }
    if (facts->target.query)
        map_put(&names, span_of(facts->target.query), facts->target.query);
    for (size_t i = 0; i < facts->lookups.n; i++) {
        struct lookup *l = &facts->lookups.items[i];
        if (l->name)
            l->expansion = is_expansion(&names, conf_of(facts, l), l->name) ||
                           lookup_name_is_doubled(span_of(l->name), facts->dns.cluster_domain);
    }
    map_done(&names);
}
