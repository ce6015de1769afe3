// Policies on the way from NodeLocal DNSCache to CoreDNS. The pod asks the cache on its node, and the cache
// asks on for names of the cluster: they fail where a policy of CoreDNS' lets pods in and not the cache,
// which uses the network of its node. What an engine makes of such a client no document says (concept page
// "Network Policies", hostNetwork pods): where that decides it is a gap.
#include <string.h>

#include "core/judge/policies.h"
#include "core/judge/route.h"
#include "core/parse/corefile.h"

static const struct kube_pod *find_cache(const struct bench *b)
{
    const struct facts *facts = b->facts;
    for (size_t i = 0; facts->node_name && i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (bench_is_cache_pod(facts, pod) && pod->node && strcmp(pod->node, facts->node_name) == 0)
            return pod;
    }
    return NULL;
}

// The best of what it meets: one CoreDNS pod that it reaches answers for the others.
static struct policy_answer ask(struct bench *b, const struct policy_world *world,
                                const struct policy_query *q)
{
    const struct dns_facts *dns = &b->facts->dns;
    struct policy_answer best = {.fate = POLICY_FATE_PASSES};
    for (size_t i = 0, n = 0; i < dns->n_endpoints; i++) {
        const struct kube_endpoint *e = &dns->endpoints[i];
        struct policy_query one = *q;
        one.to_ip = e->ip;
        one.to = e->pod ? cluster_pod(&b->facts->cluster, e->pod_namespace, e->pod)
                        : cluster_pod_by_ip(&b->facts->cluster, e->ip);
        if (e->ready == TRI_NO)
            continue;
        struct policy_answer a = policy_judge(world, &one, &b->arena);
        if (n++ == 0 || a.fate < best.fate)
            best = a;
    }
    return best;
}

static void claim_losses(struct bench *b)
{
    struct cites cites = {.n = 0};
    struct claim c =
        policies_claim(CLAIM_EFFECT, "NodeLocal DNSCache on the pod's node got no answer from CoreDNS");
    for (size_t i = 0; i < b->facts->lookups.n && cites.n < 3; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->vantage != LOOKUP_FROM_COREDNS || l->outcome != LOOKUP_TIMEOUT || !l->node ||
            strcmp(l->node, b->facts->node_name) != 0 || !bench_is_inside(b, l->server) ||
            bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        c.time = cites.n ? c.time : l->time;
        cite(&cites, l->place);
    }
    if (cites.n)
        bench_say(b, &c, &cites);
}

static void claim_block(struct bench *b, const struct policy_query *q, const struct policy_answer *a)
{
    struct cites cites = {.n = 0};
    const char *names = policies_names(b, a);
    struct claim c = policies_claim(
        CLAIM_CAUSE,
        arena_printf(&b->arena,
                     "network policy %s lets in none of what NodeLocal DNSCache asks CoreDNS from "
                     "the node's own network over %s %u",
                     names, q->protocol, (unsigned)q->port));
    policies_cite(a, &cites);
    c.time = policies_made_at(a);
    c.in_window = bench_state_in_window(b, c.time);
    c.on_path = route_goes_by_cache(b);
    c.object = names;
    c.fix = arena_printf(&b->arena,
                         "let the nodes' addresses in on UDP and TCP %u in NetworkPolicy %s, by an ipBlock",
                         (unsigned)q->port, names);
    bench_say(b, &c, &cites);
    claim_losses(b);
}

static void claim_gap(struct bench *b, const char *why)
{
    struct claim c = policies_claim(
        CLAIM_GAP,
        arena_printf(&b->arena,
                     "whether network policies let what NodeLocal DNSCache asks through to CoreDNS: %s",
                     why));
    c.in_window = TRI_UNKNOWN;
    c.command = "kubectl get networkpolicies -A -o json";
    bench_say(b, &c, &(struct cites){.n = 0});
}

void policies_judge_cache(struct bench *b, const struct policy_world *world)
{
    const struct dns_facts *dns = &b->facts->dns;
    struct core_forward forward;
    const struct kube_pod *cache = find_cache(b);
    if (!cache || route_goes_by_cache(b) == TRI_NO)
        return;
    bool tcp =
        corefile_forward_for(&b->arena, dns->nodelocal_corefile, span_of(dns->cluster_domain), &forward) &&
        forward.force_tcp;
    const struct policy_query q = {
        .from = cache, .protocol = tcp ? "TCP" : "UDP", .port = dns->endpoint_port ? dns->endpoint_port : 53};
    const struct policy_answer a = ask(b, world, &q);
    if (a.fate == POLICY_FATE_BLOCKED)
        claim_block(b, &q, &a);
    else if (a.fate == POLICY_FATE_UNKNOWN)
        claim_gap(b, a.why);
}
