// Finds the ways: the clients, and for each the servers that it may be asking and the nodes between them.
#include "core/judge/ways.h"

#include "core/base/mem.h"
#include "core/judge/nodepath.h"
#include "core/judge/route.h"
#include "core/judge/standin.h"
#include "core/judge/tunnel.h"
#include "core/parse/corefile.h"
#include "core/parse/resolvconf.h"

enum { MOST_CLIENTS = 4, MOST_STANDINS = 2, MOST_ENDPOINTS = 16 }; // stand-ins: of one node

struct client { // who asks
    const char *node;
    struct ip ip;
    bool host_network;
    bool standin; // known by its node's files only
};

// ---------------------------------------------------------------- who asks

static void add_client(struct client *list, size_t *n, const struct kube_pod *pod, struct ip ip)
{
    if (*n < MOST_CLIENTS && ip.family)
        list[(*n)++] = (struct client){.node = pod->node, .ip = ip, .host_network = pod->host_network};
}

// Pods that the routes of the complaining node show, else of every node whose evidence is there.
static size_t find_standins(const struct facts *facts, struct client list[static MOST_CLIENTS])
{
    struct ip pods[MOST_STANDINS];
    size_t n = 0;
    for (size_t i = 0; i < facts->n_nodes; i++) {
        const struct node_facts *node = &facts->nodes[i];
        if (facts->node_name && strcmp(node->name, facts->node_name) != 0)
            continue;
        size_t n_pods = standin_pods(node, pods, MOST_STANDINS);
        for (size_t j = 0; j < n_pods && n < MOST_CLIENTS; j++)
            list[n++] = (struct client){.node = node->name, .ip = pods[j], .standin = true};
    }
    return n;
}

// The complaining pod; else pods of its node stand for it, else of any node whose evidence is there; where
// pods were not listed, those that the nodes' own files show.
static size_t find_clients(const struct facts *facts, struct client list[static MOST_CLIENTS])
{
    size_t n = 0;
    if (facts->pod && facts->pod->node && facts->pod->ip.family) {
        add_client(list, &n, facts->pod, facts->pod->ip);
        add_client(list, &n, facts->pod, facts->pod->ip2);
        return n;
    }
    for (size_t i = 0; i < facts->cluster.pods.n && n < 2; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        bool there = facts->node_name ? pod->node && strcmp(pod->node, facts->node_name) == 0
                                      : facts_node(facts, pod->node) != NULL;
        if (there && !pod->host_network)
            add_client(list, &n, pod, pod->ip);
    }
    return n || facts->pod || facts->target.pod ? n : find_standins(facts, list);
}

// ---------------------------------------------------------------- one way

static struct way *add_way(struct arena *arena, struct ways *ways)
{
    struct way *way = ARENA_PUSH(arena, ways->items, ways->n, ways->cap);
    *way = (struct way){0};
    return way;
}

static const char *tell_way(struct arena *arena, struct ip from, struct ip to)
{
    char a[IP_TEXT], b[IP_TEXT];
    return arena_printf(arena, "from %s to %s", ip_format(from, a), ip_format(to, b));
}

// What both kinds of way share. `port` 0: DNS' own.
static struct way *begin(struct arena *arena, const struct facts *facts, struct ways *ways,
                         const char *node_name)
{
    struct way *way = add_way(arena, ways);
    way->node_name = node_name;
    way->node = facts_node(facts, node_name);
    return way;
}

static void finish(struct arena *arena, const struct facts *facts, struct way *way, struct ip src,
                   uint16_t port)
{
    way->what = tell_way(arena, src, way->server);
    way->query.src = src;
    way->query.dst = way->server;
    way->known = way->node && nodepath_fill(arena, facts, way->node, &way->query);
    way->query.dport = port ? port : 53;
}

// Through the asker's own node.
static void add_client_way(struct arena *arena, const struct facts *facts, struct ways *ways,
                           const struct client *c, struct ip dst, uint16_t port)
{
    if (dst.family != c->ip.family)
        return;
    struct way *way = begin(arena, facts, ways, c->node);
    way->server = dst;
    finish(arena, facts, way, c->ip, port);
    way->query.in = c->host_network || !way->node ? NULL : nodepath_device(way->node, c->ip);
    bool local = facts->dns.nodelocal.family && ip_eq(dst, facts->dns.nodelocal);
    way->query.hook = c->host_network ? NF_OUTPUT : local ? NF_INPUT : NF_FORWARD;
}

// Through the node of a CoreDNS pod. What came from a pod of that same node is there already.
static void add_server_way(struct arena *arena, const struct facts *facts, struct ways *ways,
                           const struct client *c, const struct kube_endpoint *e)
{
    const char *node = e->node ? e->node : nodepath_node_of(facts, e->ip);
    if (e->ip.family != c->ip.family || (node && c->node && strcmp(node, c->node) == 0))
        return;
    struct way *way = begin(arena, facts, ways, node);
    way->server = e->ip;
    finish(arena, facts, way, c->ip, facts->dns.endpoint_port);
    way->query.in = way->node ? nodepath_device(way->node, c->ip) : NULL;
    bool own = way->node && ip_eq(kube_node_ip(way->node->kube, e->ip.family), e->ip);
    way->query.hook = own ? NF_INPUT : NF_FORWARD;
}

static bool serves(const struct kube_endpoint *e)
{
    return e->ready != TRI_NO || e->serving == TRI_YES;
}

// ---------------------------------------------------------------- in an overlay's packets

struct between { // two nodes, for what goes to or comes from `server`
    struct arena *arena;
    const struct facts *facts;
    struct ways *ways;
    struct ip server;
    struct tunnel tunnel;
};

static struct ip node_address(const struct facts *facts, const char *name)
{
    return kube_node_ip(name ? cluster_node(&facts->cluster, name) : NULL, 4);
}

// Both directions are flows of their own: the port that a packet comes from is drawn from what it carries.
static void add_tunnel_way(const struct between *t, const char *node, enum nf_hook hook, struct ip src,
                           struct ip dst)
{
    struct way *way = begin(t->arena, t->facts, t->ways, node);
    way->server = t->server;
    way->tunnel = true;
    way->what =
        arena_printf(t->arena, "%s %s", tunnel_tell(t->arena, t->tunnel), tell_way(t->arena, src, dst));
    way->query.src = src;
    way->query.dst = dst;
    way->known = way->node && nodepath_fill(t->arena, t->facts, way->node, &way->query);
    way->query.dport = t->tunnel.port;
    way->query.hook = hook;
    way->query.one_way = true;
    way->query.in = hook == NF_INPUT && way->node ? nodepath_device(way->node, src) : NULL;
}

static void add_tunnel_ways(struct arena *arena, const struct facts *facts, struct ways *ways,
                            const struct client *c, const struct kube_endpoint *e)
{
    const char *there = e->node ? e->node : nodepath_node_of(facts, e->ip);
    const struct node_facts *here = facts_node(facts, c->node);
    const struct between t = {
        arena, facts, ways, e->ip, tunnel_of(here ? nodepath_device(here, e->ip) : NULL),
    };
    if (!t.tunnel.port || !there || strcmp(there, c->node) == 0)
        return;
    struct ip a = node_address(facts, c->node), b = node_address(facts, there);
    if (!a.family || !b.family)
        return;
    add_tunnel_way(&t, c->node, NF_OUTPUT, a, b);
    add_tunnel_way(&t, there, NF_INPUT, a, b);
    add_tunnel_way(&t, there, NF_OUTPUT, b, a);
    add_tunnel_way(&t, c->node, NF_INPUT, b, a);
}

// ---------------------------------------------------------------- all of one client

// To the cluster's DNS as the node itself knows it.
static void add_standin_ways(struct arena *arena, const struct facts *facts, struct ways *ways,
                             const struct client *c)
{
    struct ip servers[2];
    const struct node_facts *node = facts_node(facts, c->node);
    size_t n = node ? standin_dns(node, servers, ARRAY_LEN(servers)) : 0;
    for (size_t i = 0; i < n; i++)
        add_client_way(arena, facts, ways, c, servers[i], 53);
}

// As its manifest sets it up, the cache asks CoreDNS over TCP whatever it was asked over (force_tcp).
static bool cache_forces_tcp(struct arena *arena, const struct dns_facts *dns)
{
    struct core_forward forward;
    return corefile_forward_for(arena, dns->nodelocal_corefile, span_of(dns->cluster_domain), &forward) &&
           forward.force_tcp;
}

// The cache asks from the node itself.
static void add_cache_ways(struct arena *arena, const struct facts *facts, struct ways *ways,
                           const struct client *c)
{
    const struct dns_facts *dns = &facts->dns;
    const struct node_facts *node = facts_node(facts, c->node);
    struct client self = {.node = c->node, .host_network = true};
    self.ip = kube_node_ip(node ? node->kube : NULL, c->ip.family);
    bool tcp_only = cache_forces_tcp(arena, dns);
    size_t first = ways->n;
    for (size_t i = 0; self.ip.family && i < dns->n_endpoints && i < MOST_ENDPOINTS; i++) {
        if (serves(&dns->endpoints[i]))
            add_client_way(arena, facts, ways, &self, dns->endpoints[i].ip, dns->endpoint_port);
    }
    for (size_t i = first; i < ways->n; i++)
        ways->items[i].tcp_only = tcp_only;
}

static bool is_complaining(const struct facts *facts, const struct client *c)
{
    return facts->pod && (ip_eq(c->ip, facts->pod->ip) || ip_eq(c->ip, facts->pod->ip2));
}

static bool is_asked_anyway(const struct dns_facts *dns, struct ip ip)
{
    bool asked = dns->nodelocal.family && ip_eq(dns->nodelocal, ip);
    for (size_t i = 0; i < dns->n_addresses; i++)
        asked |= ip_eq(dns->addresses[i], ip);
    return asked;
}

// Some teams run a CoreDNS of their own, and their pods' dnsConfig names its Service. What stands behind it,
// and on which nodes, is not looked at.
static void add_other_ways(struct arena *arena, const struct facts *facts, struct ways *ways,
                           const struct client *c)
{
    const struct resolvconf *conf = NULL;
    for (size_t i = 0; i < facts->n_pods; i++)
        conf = facts->pods[i].target ? facts->pods[i].resolvconf : conf;
    for (size_t i = 0; conf && i < conf->n_servers; i++) {
        struct ip ip = conf->servers[i].ip;
        if (!conf->servers[i].used || ip.family != c->ip.family || is_asked_anyway(&facts->dns, ip) ||
            !cluster_service_by_ip(&facts->cluster, ip))
            continue;
        add_client_way(arena, facts, ways, c, ip, 53);
        ways->items[ways->n - 1].other = true;
        ways->whole = false;
    }
}

struct asker { // a client, and who stands behind the addresses that it asks
    const struct facts *facts;
    const struct client *client;
    bool cache, coredns;
};

// Some of the cluster's DNS the complaining pod's resolv.conf may leave out: nothing of its queries goes
// there.
static void add_asked_way(struct arena *arena, struct ways *ways, struct asker *asker, struct ip ip)
{
    const struct bench b = {.facts = asker->facts};
    bool own = is_complaining(asker->facts, asker->client);
    if (own && bench_passes_over(&b, ip))
        return;
    add_client_way(arena, asker->facts, ways, asker->client, ip, 53);
    bool told = own && bench_resolvconf(&b) != NULL;
    asker->cache |= !told || route_is_cache(&b, ip);
    asker->coredns |= !told || !route_is_cache(&b, ip);
}

static void add_ways(struct arena *arena, const struct facts *facts, struct ways *ways,
                     const struct client *c)
{
    const struct dns_facts *dns = &facts->dns;
    if (c->standin)
        ways->whole = false; // that it passes does not say that all do
    if (dns->n_addresses == 0 && c->standin)
        add_standin_ways(arena, facts, ways, c);
    struct asker asker = {.facts = facts, .client = c, .coredns = dns->n_addresses == 0};
    for (size_t i = 0; i < dns->n_addresses; i++)
        add_asked_way(arena, ways, &asker, dns->addresses[i]);
    if (dns->nodelocal.family)
        add_asked_way(arena, ways, &asker, dns->nodelocal);
    for (size_t i = 0; i < dns->n_endpoints && i < MOST_ENDPOINTS; i++) {
        if (!serves(&dns->endpoints[i]))
            continue;
        if (asker.coredns)
            add_server_way(arena, facts, ways, c, &dns->endpoints[i]);
        add_tunnel_ways(arena, facts, ways, c, &dns->endpoints[i]);
    }
    if (asker.cache && dns->nodelocal.family && !c->host_network)
        add_cache_ways(arena, facts, ways, c);
    if (is_complaining(facts, c))
        add_other_ways(arena, facts, ways, c);
}

void ways_find(struct arena *arena, const struct facts *facts, struct ways *ret)
{
    struct client clients[MOST_CLIENTS];
    *ret = (struct ways){.whole = true};
    ret->n_clients = find_clients(facts, clients);
    for (size_t i = 0; i < ret->n_clients; i++)
        add_ways(arena, facts, ret, &clients[i]);
}
