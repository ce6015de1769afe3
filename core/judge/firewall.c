// The query's ways through the nodes' packet filters: from the pod through its own node to the cluster's DNS
// address and on to an endpoint, and through the node of each endpoint, over UDP and TCP. Where a walk ends
// at a rule, that rule is the finding, whatever it looks like; where all pass, no rule is, whatever they look
// like.
#include "core/judge/firewall.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/judge.h"
#include "core/judge/standin.h"

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

static void walk_way(struct firewall *f, struct firewall_way *way, bool tcp)
{
    way->query.proto = tcp ? 6 : 17;
    struct packet_answer *answer = packet_trace(&way->query);
    f->n_walked++;
    if (answer->worst.fate == PACKET_BLOCKED)
        firewall_say_block(f, way, answer);
    else if (answer->worst.fate == PACKET_UNKNOWN)
        firewall_say_unknown(f, way, answer);
    packet_answer_free(answer);
}

static bool begin_way(struct firewall *f, struct firewall_way *way, const char *node_name, uint8_t family)
{
    struct arena *arena = &f->bench.arena;
    way->node = facts_node(f->bench.facts, node_name);
    if (way->node && nodepath_fill(arena, f->bench.facts, way->node, family, &way->query))
        return true;
    const char *command =
        family == 4 ? "iptables-save -c; nft list ruleset" : "ip6tables-save -c; nft list ruleset";
    say_gap(f,
            arena_printf(arena, "no ruleset of node %s was read, through which queries to CoreDNS go",
                         node_name ? node_name : "(not known)"),
            command, node_name);
    return false;
}

static const char *tell_way(struct arena *arena, struct ip from, struct ip to)
{
    char a[IP_TEXT], b[IP_TEXT];
    return arena_printf(arena, "from %s to %s", ip_format(from, a), ip_format(to, b));
}

// Both protocols. UDP decides first: DNS asks by TCP only when an answer is too long.
static void walk_both(struct firewall *f, struct firewall_way *way)
{
    way->on_path = TRI_YES;
    walk_way(f, way, false);
    const struct lookup_query tcp = {.fields = LOOKUP_BY_PROTO | LOOKUP_BY_WINDOW | LOOKUP_BY_FAILED,
                                     .proto = LOOKUP_TCP,
                                     .window = f->bench.facts->target.window};
    way->on_path = tri_of(lookups_count(&f->bench.facts->lookups, &tcp) > 0);
    walk_way(f, way, true);
}

// Through the asker's own node.
static void walk_client(struct firewall *f, const struct client *c, struct ip dst, uint16_t port)
{
    struct firewall_way way = {.server = dst};
    if (dst.family != c->ip.family || !begin_way(f, &way, c->node, dst.family))
        return;
    way.what = tell_way(&f->bench.arena, c->ip, dst);
    way.query.src = c->ip;
    way.query.dst = dst;
    way.query.dport = port;
    way.query.in = c->host_network ? NULL : nodepath_device(way.node, c->ip);
    way.query.out = nodepath_device(way.node, dst);
    bool local = f->bench.facts->dns.nodelocal.family && ip_eq(dst, f->bench.facts->dns.nodelocal);
    way.query.hook = c->host_network ? NF_OUTPUT : local ? NF_INPUT : NF_FORWARD;
    walk_both(f, &way);
}

// Through the node of a CoreDNS pod. What came from a pod of that same node was walked already.
static void walk_server(struct firewall *f, const struct client *c, const struct kube_endpoint *e)
{
    const char *node = e->node ? e->node : nodepath_node_of(f->bench.facts, e->ip);
    struct firewall_way way = {.server = e->ip};
    if (e->ip.family != c->ip.family || (node && c->node && strcmp(node, c->node) == 0) ||
        !begin_way(f, &way, node, e->ip.family))
        return;
    way.what = tell_way(&f->bench.arena, c->ip, e->ip);
    way.query.src = c->ip;
    way.query.dst = e->ip;
    way.query.dport = f->bench.facts->dns.endpoint_port ? f->bench.facts->dns.endpoint_port : 53;
    way.query.in = nodepath_device(way.node, c->ip);
    way.query.out = nodepath_device(way.node, e->ip);
    const struct kube_node *kube = way.node->kube;
    bool own = kube && (ip_eq(kube->internal_ip, e->ip) || ip_eq(kube->internal_ip2, e->ip));
    way.query.hook = own ? NF_INPUT : NF_FORWARD;
    walk_both(f, &way);
}

static bool serves(const struct kube_endpoint *e)
{
    return e->ready != TRI_NO || e->serving == TRI_YES;
}

// To the cluster's DNS as the node itself knows it. No more of the way is known.
static void walk_standin(struct firewall *f, const struct client *c)
{
    struct ip servers[2];
    const struct node_facts *node = facts_node(f->bench.facts, c->node);
    size_t n = node ? standin_dns(node, servers, ARRAY_LEN(servers)) : 0;
    for (size_t i = 0; i < n; i++)
        walk_client(f, c, servers[i], 53);
    f->all_known = false;
}

static void walk_all(struct firewall *f, const struct client *c)
{
    const struct dns_facts *dns = &f->bench.facts->dns;
    if (dns->n_addresses == 0 && c->standin)
        walk_standin(f, c);
    for (size_t i = 0; i < dns->n_addresses; i++)
        walk_client(f, c, dns->addresses[i], 53);
    if (dns->nodelocal.family)
        walk_client(f, c, dns->nodelocal, 53);
    for (size_t i = 0; i < dns->n_endpoints && i < MOST_ENDPOINTS; i++) {
        if (serves(&dns->endpoints[i]))
            walk_server(f, c, &dns->endpoints[i]);
    }
    if (dns->nodelocal.family && !c->host_network) { // the cache asks from the node itself
        const struct node_facts *node = facts_node(f->bench.facts, c->node);
        const struct client cache = {.node = c->node, .host_network = true};
        struct client self = cache;
        self.ip = node && node->kube ? node->kube->internal_ip : (struct ip){0};
        uint16_t port = dns->endpoint_port ? dns->endpoint_port : 53;
        for (size_t i = 0; self.ip.family && i < dns->n_endpoints && i < MOST_ENDPOINTS; i++) {
            if (serves(&dns->endpoints[i]))
                walk_client(f, &self, dns->endpoints[i].ip, port);
        }
    }
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
    struct firewall f = {.all_known = true};
    struct client clients[MOST_CLIENTS];
    bench_init(&f.bench, facts, claims);
    size_t n = find_clients(facts, clients);
    for (size_t i = 0; i < n; i++)
        walk_all(&f, &clients[i]);
    if (n == 0 || f.n_walked == 0)
        f.all_known = false;
    for (size_t i = 0; i < facts->n_nodes; i++) {
        say_other_backends(&f, &facts->nodes[i]);
        firewall_say_decoys(&f, &facts->nodes[i]);
    }
    if (n == 0)
        say_gap(&f, "which pod asks, and from which node, so that its way could be walked",
                "kubectl get pods -A -o json", NULL);
    if (f.all_known && f.n_blocks == 0)
        say_clear(&f);
    free(f.blocks);
    bench_done(&f.bench);
}
