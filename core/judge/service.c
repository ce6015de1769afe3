// service_path: where kube-proxy's rules lead a query for the cluster's DNS address. They should translate it
// to addresses of ready CoreDNS pods; rules that are not there, that reject for want of endpoints which do
// exist, or that lead to addresses nobody has any more are kube-proxy's fault, not CoreDNS'. In IPVS mode the
// same is asked of the node's virtual services. NodeLocal DNSCache asks CoreDNS by the address of a Service
// of its own, from the node itself: the same is asked of that.
#include "core/judge/service.h"

#include "core/judge/judge.h"
#include "core/judge/route.h"
#include "core/parse/corefile.h"

// ---------------------------------------------------------------- what the API says

static size_t count_serving(const struct dns_facts *dns, uint8_t family)
{
    size_t n = 0;
    for (size_t i = 0; i < dns->n_endpoints; i++)
        n += dns->endpoints[i].ip.family == family && service_serves(&dns->endpoints[i]);
    return n;
}

// ---------------------------------------------------------------- what the rules say

// A place in kube-proxy's own rules.
static struct place proxy_place(const struct packet_query *q)
{
    for (size_t i = 0; i < q->n_rules; i++) {
        struct ruleset *rs = q->rules[i];
        for (size_t t = 0; t < rs->n_tables; t++) {
            if (span_is(rs->tables[t].name, "kube-proxy"))
                return ruleset_place(rs, rs->tables[t].line);
            const struct chain *c = ruleset_chain(rs, (uint32_t)t, span_of("KUBE-SERVICES"));
            if (c && span_is(rs->tables[t].name, "nat"))
                return ruleset_place(rs, c->line);
        }
    }
    return (struct place){.file = FILE_NONE};
}

// The first hop of the query that a rule made and that says so; NULL: there is none.
static const struct packet_hop *hop_that(const struct packet_branch *b, const char *says)
{
    const struct packet_hop *found = NULL;
    for (const struct packet_hop *h = b->last; h; h = h->previous) {
        if (h->leg == PACKET_QUERY && h->rule && h->text && span_starts(span_of(h->text), says))
            found = h;
    }
    return found;
}

static const struct packet_hop *translation(const struct packet_branch *b)
{
    return hop_that(b, "destination becomes");
}

static struct packet_decision rule_of(const struct packet_hop *hop)
{
    return (struct packet_decision){.ruleset = hop->ruleset, .chain = hop->chain, .rule = hop->rule};
}

// ---------------------------------------------------------------- one walk

// Returns whether the branch leads where it should; counts it where it leads to nobody.
static bool judge_branch(struct service *s, const struct packet_branch *b, size_t *stale)
{
    const struct dns_facts *dns = &s->bench.facts->dns;
    const struct packet_hop *hop = translation(b);
    if (!hop || !b->dnat.family)
        return false;
    if (dns_has_endpoint(dns, b->dnat))
        return true;
    const struct packet_decision rule = rule_of(hop);
    if (dns->endpoints_known != TRI_YES || cluster_pod_by_ip(&s->bench.facts->cluster, b->dnat))
        return false;
    service_say_stale(s, b->dnat, &rule);
    ++*stale;
    return false;
}

// ---------------------------------------------------------------- rules that are passed by

// What is not tracked is not translated. NodeLocal DNSCache asks for that where it takes the address over
// itself. It does not where its DaemonSet is gone and the node has no such address: its rules were left.
static bool cache_is_gone(const struct service *s, const struct packet_query *q)
{
    const struct facts *facts = s->bench.facts;
    return !facts->dns.nodelocal_set && q->local_known && facts->dns.service &&
           listing_covers(&facts->cluster.daemonsets, facts->dns.service->meta.namespace_);
}

static bool judge_untracked(struct service *s, const struct packet_query *q, const struct packet_answer *a)
{
    const struct packet_hop *hop = hop_that(&a->worst, "not tracked");
    if (a->worst.fate != PACKET_PASSES || translation(&a->worst) || !hop || a->worst.last->hook == NF_INPUT)
        return false;
    bool left = span_contains(hop->rule->text, "NodeLocal");
    if (left && !cache_is_gone(s, q))
        return false;
    const struct packet_decision rule = rule_of(hop);
    service_say_untracked(s, &rule, left);
    return true;
}

// ---------------------------------------------------------------- no rules of kube-proxy at all

static const struct kube_pod *proxy_pod(const struct service *s)
{
    const struct cluster *cluster = &s->bench.facts->cluster;
    for (size_t i = 0; i < cluster->pods.n; i++) {
        const struct kube_pod *pod = &cluster->pods.items[i];
        if (pod->node && strcmp(pod->node, s->node->name) == 0 && pod->host_network &&
            span_starts(span_of(pod->meta.name), "kube-proxy"))
            return pod;
    }
    return NULL;
}

static size_t count_direct(const struct service *s, unsigned outcome)
{
    const struct lookup_query direct = {.fields = LOOKUP_BY_VANTAGE | LOOKUP_BY_AT | LOOKUP_BY_WINDOW |
                                                  LOOKUP_BY_TARGET_POD | outcome,
                                        .vantage = LOOKUP_FROM_POD,
                                        .at = LOOKUP_AT_ENDPOINT,
                                        .window = s->bench.facts->target.window};
    return lookups_count(&s->bench.facts->lookups, &direct);
}

// Another program may carry the Services where no ruleset shows it, or kube-proxy the back end that was not
// collected. It is kube-proxy's work where its pod is on the node, and its failure where the endpoints answer
// the pod and their address does not; for certain where that pod is not ready.
static void judge_missing(struct service *s, const struct packet_query *q, const struct packet_answer *a)
{
    const struct kube_pod *pod = proxy_pod(s);
    if (!pod || a->worst.fate != PACKET_PASSES || translation(&a->worst) ||
        count_direct(s, LOOKUP_BY_ANSWERED) == 0 || count_direct(s, LOOKUP_BY_FAILED) > 0)
        return;
    service_say_missing(s, pod, ruleset_place(q->rules[0], 1));
}

static void judge_answer(struct service *s, const struct packet_query *q, const struct packet_answer *a)
{
    struct place proxy = proxy_place(q);
    if (!place_is_set(proxy))
        judge_missing(s, q, a);
    if (!place_is_set(proxy) || a->dnat_open || judge_untracked(s, q, a))
        return;
    if (a->worst.fate == PACKET_BLOCKED && firewall_is_unserved(&a->worst.decision)) {
        service_say_absent(
            s, ruleset_place(a->worst.decision.ruleset, packet_decision_line(&a->worst.decision)), "reject");
        return;
    }
    if (a->worst.fate == PACKET_PASSES && a->n_branches == 0 && !translation(&a->worst)) {
        service_say_absent(s, proxy, "do not translate");
        return;
    }
    size_t n = a->n_branches ? a->n_branches : 1, stale = 0, good = 0;
    for (size_t i = 0; i < n; i++)
        good += judge_branch(s, a->n_branches ? &a->branches[i] : &a->worst, &stale);
    if (good == n)
        service_say_good(s, proxy);
    else if (stale == n)
        service_say_answered(s);
}

// ---------------------------------------------------------------- IPVS

// Servers that are drained get no new connections.
static void judge_servers(struct service *s, const struct ipvs_service *virtual)
{
    const struct facts *facts = s->bench.facts;
    size_t live = 0, good = 0;
    for (size_t i = 0; i < virtual->n; i++) {
        const struct ipvs_server *server = &virtual->servers[i];
        if (server->drained)
            continue;
        live++;
        if (dns_has_endpoint(&facts->dns, server->ip))
            good++;
        else if (!cluster_pod_by_ip(&facts->cluster, server->ip))
            service_say_stale_server(s, server);
    }
    if (virtual->unread)
        return;
    if (live == 0)
        service_say_absent(s, virtual->place, "have no server for");
    else if (good == live)
        service_say_good(s, virtual->place);
}

static void judge_ipvs(struct service *s, bool tcp)
{
    const struct ipvs_service *virtual = ipvs_find(s->node->ipvs, tcp, s->address, 53);
    s->read = TIME_UNKNOWN;
    if (virtual)
        judge_servers(s, virtual);
    else if (s->node->ipvs->whole)
        service_say_absent(s, s->node->ipvs->place, "lack");
}

// ---------------------------------------------------------------- each address

// NodeLocal DNSCache takes the address over on the node: then kube-proxy's rules are not asked.
static bool is_taken_over(const struct facts *facts, struct ip address)
{
    for (size_t i = 0; i < facts->dns.n_nodelocal_also; i++) {
        if (ip_eq(facts->dns.nodelocal_also[i], address))
            return true;
    }
    return false;
}

static usec_t reading_time(const struct node_facts *node, const struct packet_query *q)
{
    for (size_t i = 0; i < node->n_rules; i++) {
        if (q->n_rules && node->rules[i].rules == q->rules[0])
            return node->rules[i].time;
    }
    return TIME_UNKNOWN;
}

static void judge_rules(struct service *s, struct ip from, bool tcp)
{
    const struct facts *facts = s->bench.facts;
    struct packet_query q = {.src = from, .dst = s->address, .proto = tcp ? 6 : 17, .dport = 53};
    q.hook = s->by_cache ? NF_OUTPUT : NF_FORWARD;
    if (!nodepath_fill(&s->bench.arena, facts, s->node, &q))
        return;
    q.in = s->by_cache ? NULL : nodepath_device(s->node, q.src);
    q.one_way = true;
    s->read = reading_time(s->node, &q);
    struct packet_answer *a = packet_trace(&q);
    judge_answer(s, &q, a);
    packet_answer_free(a);
}

// What the API says against itself needs both a whole listing and an endpoint in it.
static void judge_address(struct service *s, struct ip from, bool tcp)
{
    const struct facts *facts = s->bench.facts;
    if (from.family != s->address.family || facts->dns.endpoints_known != TRI_YES ||
        count_serving(&facts->dns, s->address.family) == 0 || is_taken_over(facts, s->address))
        return;
    if (!s->ipvs)
        judge_rules(s, from, tcp);
    else if (facts->node->ipvs)
        judge_ipvs(s, tcp);
}

static bool same_selector(const struct kube_service *a, const struct kube_service *b)
{
    return a->selector.n == b->selector.n && kube_labels_match(&a->selector, &b->selector);
}

// What NodeLocal DNSCache asks, where the same pods stand behind it as behind the cluster's DNS.
static void judge_cache(struct service *s)
{
    const struct dns_facts *dns = &s->bench.facts->dns;
    struct core_forward forward;
    s->asked = dns->nodelocal_upstream;
    if (!s->asked || !dns->service || !same_selector(s->asked, dns->service))
        return;
    s->by_cache = true;
    s->on_path = route_goes_by_cache(&s->bench);
    bool tcp = corefile_forward_for(&s->bench.arena, dns->nodelocal_corefile, span_of(dns->cluster_domain),
                                    &forward) &&
               forward.force_tcp;
    for (size_t i = 0; i < s->asked->n_cluster_ips; i++) {
        s->address = s->asked->cluster_ips[i];
        judge_address(s, kube_node_ip(s->node->kube, s->address.family), tcp);
    }
}

void judge_service(const struct facts *facts, struct claims *claims)
{
    struct service s = {.node = facts->node, .asked = facts->dns.service};
    if (!facts->node || !facts->pod || facts->pod->host_network)
        return;
    s.ipvs = nodepath_has_ipvs(facts, facts->node);
    bench_init(&s.bench, facts, claims);
    s.on_path = tri_of(!bench_asks_strangers(&s.bench));
    bool replaced = place_is_set(facts->dns.proxy_replaced);
    if (replaced)
        service_say_replaced(&s);
    for (size_t i = 0; !replaced && i < facts->dns.n_addresses; i++) {
        s.address = facts->dns.addresses[i];
        if (bench_passes_over(&s.bench, s.address))
            continue;
        judge_address(&s, facts->pod->ip.family == s.address.family ? facts->pod->ip : facts->pod->ip2,
                      false);
    }
    if (!replaced)
        judge_cache(&s);
    bench_done(&s.bench);
}
