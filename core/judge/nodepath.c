// What a node's facts say to a walk. A ruleset that was read several times counts as it was read first,
// unless a later reading is asked for. What was read after the window says what is there now: that nothing
// earlier could be read does not make it what was there while it hurt.
#include "core/judge/nodepath.h"

#include "core/facts/sample.h"
#include "core/parse/ipaddr.h"
#include "core/parse/iproute.h"

static bool is_first(const struct node_facts *node, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(node->rules[i].name, node->rules[at].name) == 0)
            return false;
    }
    return true;
}

static bool has_family(const struct ruleset *rs, uint8_t family)
{
    for (size_t i = 0; i < rs->n_tables; i++) {
        enum nf_family f = rs->tables[i].family;
        if (f == NF_FAMILY_INET || f == NF_FAMILY_NETDEV || f == NF_FAMILY_UNKNOWN ||
            f == (family == 4 ? NF_FAMILY_IP : NF_FAMILY_IP6))
            return true;
    }
    return false;
}

// The reading of the file that `first` is the first one of, as it stood at `time`.
static struct ruleset *as_of(const struct node_facts *node, size_t first, usec_t time)
{
    struct ruleset *found = node->rules[first].rules;
    for (size_t i = first + 1; i < node->n_rules; i++) {
        const struct rules_reading *r = &node->rules[i];
        if (strcmp(r->name, node->rules[first].name) == 0 && r->time != TIME_UNKNOWN && r->time <= time)
            found = r->rules;
    }
    return found;
}

// To rulesets of family q->dst. `time` TIME_UNKNOWN: the first readings.
static void fill_rules(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                       usec_t time, struct packet_query *q)
{
    struct ruleset **rules = arena_alloc(arena, (node->n_rules + 1) * sizeof *rules);
    q->n_rules = 0;
    for (size_t i = 0; i < node->n_rules; i++) {
        const struct rules_reading *r = &node->rules[i];
        bool late = r->sample && sample_is_too_late(r->time, facts->target.window);
        if (is_first(node, i) && !late && has_family(r->rules, q->dst.family))
            rules[q->n_rules++] = time == TIME_UNKNOWN ? r->rules : as_of(node, i, time);
    }
    q->rules = rules;
}

bool nodepath_next_reading(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                           usec_t *time, struct packet_query *q)
{
    usec_t next = TIME_UNKNOWN;
    for (size_t i = 0; i < node->n_rules; i++) {
        const struct rules_reading *r = &node->rules[i];
        bool later = r->changed && r->time != TIME_UNKNOWN && (*time == TIME_UNKNOWN || r->time > *time);
        if (later && (next == TIME_UNKNOWN || r->time < next))
            next = r->time;
    }
    if (next == TIME_UNKNOWN || sample_is_too_late(next, facts->target.window))
        return false;
    *time = next;
    fill_rules(arena, facts, node, next, q);
    return true;
}

struct addresses {
    struct arena *arena;
    struct ip *items;
    size_t n, cap;
};

static void add_address(struct addresses *a, struct ip ip)
{
    if (ip.family)
        *ARENA_PUSH(a->arena, a->items, a->n, a->cap) = ip;
}

static void fill_local(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                       struct packet_query *q)
{
    struct addresses a = {.arena = arena};
    for (size_t i = 0; node->links && i < node->links->n; i++) {
        const struct link *link = &node->links->items[i];
        for (size_t j = 0; j < link->n; j++)
            add_address(&a, link->addresses[j].prefix.ip);
    }
    for (size_t i = 0; node->routes && i < node->routes->n; i++) {
        const struct route *r = &node->routes->items[i];
        if (r->local && r->to.bits == ip_bits(r->to.ip))
            add_address(&a, r->to.ip);
    }
    q->local_known = a.n > 0; // the Node object's two addresses alone would not be all of them
    if (node->kube) {
        add_address(&a, node->kube->internal_ip);
        add_address(&a, node->kube->internal_ip2);
    }
    if (facts->dns.nodelocal.family) {
        add_address(&a, facts->dns.nodelocal);
        for (size_t i = 0; i < facts->dns.n_nodelocal_also; i++)
            add_address(&a, facts->dns.nodelocal_also[i]);
    }
    q->local = a.items;
    q->n_local = a.n;
}

static void add_virtual(struct arena *arena, const struct dns_facts *dns, struct ip address, bool tcp,
                        struct ipvs *ipvs)
{
    struct ipvs_service *service = ARENA_PUSH(arena, ipvs->services, ipvs->n, ipvs->cap);
    *service = (struct ipvs_service){.tcp = tcp, .ip = address, .port = 53};
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        const struct kube_endpoint *e = &dns->endpoints[i];
        if (e->ip.family == address.family && (e->ready != TRI_NO || e->serving == TRI_YES))
            *ARENA_PUSH(arena, service->servers, service->n, service->cap) =
                (struct ipvs_server){.ip = e->ip, .port = dns->endpoint_port ? dns->endpoint_port : 53};
    }
}

bool nodepath_has_ipvs(const struct facts *facts, const struct node_facts *node)
{
    const char *mode = facts->dns.proxy_mode;
    return mode ? strcmp(mode, "ipvs") == 0 : node->ipvs && node->ipvs->n > 0;
}

// The node's own table; where it was not collected, what kube-proxy writes there in IPVS mode.
static const struct ipvs *find_ipvs(struct arena *arena, const struct facts *facts,
                                    const struct node_facts *node)
{
    const struct dns_facts *dns = &facts->dns;
    if (node->ipvs || !nodepath_has_ipvs(facts, node) || dns->n_endpoints == 0)
        return node->ipvs;
    struct ipvs *ipvs = arena_alloc(arena, sizeof *ipvs);
    for (size_t i = 0; i < dns->n_addresses; i++) {
        add_virtual(arena, dns, dns->addresses[i], false, ipvs);
        add_virtual(arena, dns, dns->addresses[i], true, ipvs);
    }
    return ipvs;
}

// Pods have addresses of their own, unless they use their host's; other nodes have theirs.
static void fill_others(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                        struct packet_query *q)
{
    struct addresses a = {.arena = arena};
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (pod->host_network)
            continue;
        add_address(&a, pod->ip);
        add_address(&a, pod->ip2);
    }
    for (size_t i = 0; i < facts->cluster.nodes.n; i++) {
        const struct kube_node *other = &facts->cluster.nodes.items[i];
        if (node->kube && other != node->kube) {
            add_address(&a, other->internal_ip);
            add_address(&a, other->internal_ip2);
        }
    }
    q->others = a.items;
    q->n_others = a.n;
}

// Resolvers ask from the ports that the kernel hands out (net.ipv4.ip_local_port_range, ip-sysctl.rst).
enum { EPHEMERAL_FROM = 32768, EPHEMERAL_TO = 60999 };

bool nodepath_fill(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                   struct packet_query *q)
{
    q->sport_lo = EPHEMERAL_FROM;
    q->sport_hi = EPHEMERAL_TO;
    fill_rules(arena, facts, node, TIME_UNKNOWN, q);
    fill_local(arena, facts, node, q);
    if (!q->local_known)
        fill_others(arena, facts, node, q);
    q->sets = node->sets;
    q->links = node->links;
    q->ipvs = find_ipvs(arena, facts, node);
    q->routes = node->routes;
    return q->n_rules > 0;
}

const char *nodepath_device(const struct node_facts *node, struct ip ip)
{
    return routes_device(node->routes, ip);
}

const char *nodepath_node_of(const struct facts *facts, struct ip ip)
{
    const struct kube_pod *pod = cluster_pod_by_ip(&facts->cluster, ip);
    if (pod)
        return pod->node;
    const struct kube_node *node = cluster_node_by_ip(&facts->cluster, ip);
    return node ? node->meta.name : NULL;
}
