// service_path: where kube-proxy's rules lead a query for the cluster's DNS address. They should translate it
// to addresses of ready CoreDNS pods; rules that are not there, that reject for want of endpoints which do
// exist, or that lead to addresses nobody has any more are kube-proxy's fault, not CoreDNS'. In IPVS mode the
// same is asked of the node's virtual services.
#include "core/judge/firewall.h"
#include "core/judge/judge.h"
#include "core/parse/ipvs.h"

struct service { // one run of the judge
    struct bench bench;
    const struct node_facts *node;
    struct ip address; // the cluster's DNS
    bool ipvs;         // how kube-proxy works here
    usec_t read;       // when the rules were, or TIME_UNKNOWN
};

static void say(struct service *s, enum claim_kind kind, enum tri on_path, const char *text, const char *fix,
                const struct cites *cites)
{
    bool clear = kind == CLAIM_CLEAR;
    bench_say(&s->bench,
              &(struct claim){.kind = kind,
                              .diagnosis = clear ? DIAGNOSIS_NONE : DIAGNOSIS_SERVICE_PATH,
                              .subject = SUBJECT_PROXY_MODE,
                              .on_path = on_path,
                              .in_window = kind == CLAIM_EFFECT ? TRI_YES
                                                                : bench_reading_in_window(&s->bench, s->read),
                              .text = text,
                              .object = s->node->name,
                              .fix = fix,
                              .time = TIME_UNKNOWN},
              cites);
}

// ---------------------------------------------------------------- what the API says

static bool serves(const struct kube_endpoint *e)
{
    return e->ready != TRI_NO || e->serving == TRI_YES;
}

static size_t count_serving(const struct dns_facts *dns, uint8_t family)
{
    size_t n = 0;
    for (size_t i = 0; i < dns->n_endpoints; i++)
        n += dns->endpoints[i].ip.family == family && serves(&dns->endpoints[i]);
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

static void say_effects(struct service *s)
{
    const struct lookup_query lost = {.fields = LOOKUP_BY_VANTAGE | LOOKUP_BY_AT | LOOKUP_BY_WINDOW |
                                                LOOKUP_BY_FAILED | LOOKUP_BY_TARGET_POD,
                                      .vantage = LOOKUP_FROM_POD,
                                      .at = LOOKUP_AT_CLUSTER_DNS,
                                      .window = s->bench.facts->target.window};
    const struct lookup *l = lookups_first(&s->bench.facts->lookups, &lost);
    struct cites cites = {0};
    if (!l || (l->outcome != LOOKUP_TIMEOUT && l->outcome != LOOKUP_UNREACHABLE))
        return;
    cite(&cites, l->place);
    say(s, CLAIM_EFFECT, TRI_YES, "the pod's queries to the cluster's DNS address got no answer", NULL,
        &cites);
}

static const char *proxy_fix(struct service *s)
{
    return arena_printf(
        &s->bench.arena,
        "restart kube-proxy on node %s so that it writes its rules anew, and read its log for why it "
        "did not sync",
        s->node->name);
}

static void say_stale(struct service *s, const struct packet_branch *b, const struct packet_hop *hop)
{
    char ip[IP_TEXT];
    const char *owner;
    const struct packet_decision d = {.ruleset = hop->ruleset, .chain = hop->chain, .rule = hop->rule};
    bool admin = firewall_owner(&d, &owner) == OWNER_ADMIN;
    struct cites cites = {0};
    cite(&cites, ruleset_place(hop->ruleset, hop->rule->line));
    const char *text = arena_printf(
        &s->bench.arena, "%s on node %s %s the cluster's DNS address to %s, which is no CoreDNS endpoint",
        admin ? "a rule that is not kube-proxy's" : "kube-proxy's rules", s->node->name,
        admin ? "leads" : "lead", ip_format(b->dnat, ip));
    say(s, CLAIM_CAUSE, TRI_YES, text,
        admin ? firewall_fix(&s->bench.arena, &d, s->node->name) : proxy_fix(s), &cites);
    say_effects(s);
}

// internalTrafficPolicy Local: a node without an endpoint of its own gets none of the others', by order.
static bool has_no_share(const struct service *s)
{
    const struct dns_facts *dns = &s->bench.facts->dns;
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        const struct kube_endpoint *e = &dns->endpoints[i];
        if (serves(e) && (!e->node || strcmp(e->node, s->node->name) == 0))
            return false;
    }
    return dns->service && dns->service->local_only;
}

static void say_no_share(struct service *s, struct place refusal)
{
    const struct kube_service *service = s->bench.facts->dns.service;
    struct cites cites = {0};
    cite(&cites, service->local_place);
    cite(&cites, refusal);
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(&s->bench.arena,
                     "Service %s/%s keeps queries on the node that they come from (internalTrafficPolicy: "
                     "Local), and no CoreDNS endpoint is on node %s",
                     service->meta.namespace_, service->meta.name, s->node->name),
        arena_printf(&s->bench.arena,
                     "set internalTrafficPolicy of Service %s/%s to Cluster, or run CoreDNS on every node",
                     service->meta.namespace_, service->meta.name),
        &cites);
    say_effects(s);
}

static void say_absent(struct service *s, struct place proxy, const char *what)
{
    char ip[IP_TEXT];
    struct cites cites = {0};
    if (has_no_share(s)) {
        say_no_share(s, proxy);
        return;
    }
    cite(&cites, proxy);
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(&s->bench.arena, "kube-proxy's %s on node %s %s %s, though CoreDNS endpoints are ready",
                     s->ipvs ? "virtual services" : "rules", s->node->name, what, ip_format(s->address, ip)),
        proxy_fix(s), &cites);
    say_effects(s);
}

static void say_good(struct service *s, struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    say(s, CLAIM_CLEAR, TRI_YES, "kube-proxy's rules lead the cluster's DNS address to CoreDNS endpoints",
        NULL, &cites);
}

// ---------------------------------------------------------------- one walk

// Returns whether the branch leads where it should.
static bool judge_branch(struct service *s, const struct packet_branch *b)
{
    const struct dns_facts *dns = &s->bench.facts->dns;
    const struct packet_hop *hop = translation(b);
    if (!hop || !b->dnat.family)
        return false;
    if (dns_has_endpoint(dns, b->dnat))
        return true;
    if (dns->endpoints_known == TRI_YES && !cluster_pod_by_ip(&s->bench.facts->cluster, b->dnat))
        say_stale(s, b, hop);
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
    struct cites cites = {0};
    if (a->worst.fate != PACKET_PASSES || translation(&a->worst) || !hop || a->worst.last->hook == NF_INPUT)
        return false;
    bool left = span_contains(hop->rule->text, "NodeLocal");
    if (left && !cache_is_gone(s, q))
        return false;
    const struct packet_decision d = {.ruleset = hop->ruleset, .chain = hop->chain, .rule = hop->rule};
    cite(&cites, ruleset_place(hop->ruleset, hop->rule->line));
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(
            &s->bench.arena,
            "a rule on node %s exempts queries from connection tracking, so that kube-proxy's rules do "
            "not translate the cluster's DNS address%s",
            s->node->name, left ? ": NodeLocal DNSCache, which is gone, has left it behind" : ""),
        left ? firewall_fix_left(&s->bench.arena, &d, s->node->name)
             : firewall_fix(&s->bench.arena, &d, s->node->name),
        &cites);
    say_effects(s);
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
    struct cites cites = {0};
    if (!pod || a->worst.fate != PACKET_PASSES || translation(&a->worst) ||
        count_direct(s, LOOKUP_BY_ANSWERED) == 0 || count_direct(s, LOOKUP_BY_FAILED) > 0)
        return;
    bool ready = pod->ready != TRI_NO;
    if (!ready)
        cite(&cites, pod->ready_place);
    cite(&cites, ruleset_place(q->rules[0], 1));
    say(s, CLAIM_CAUSE, ready ? TRI_UNKNOWN : TRI_YES,
        arena_printf(&s->bench.arena, "node %s has no rules of kube-proxy%s", s->node->name,
                     ready ? ", though it runs there" : ", whose pod there is not ready"),
        proxy_fix(s), &cites);
    say_effects(s);
}

static void judge_answer(struct service *s, const struct packet_query *q, const struct packet_answer *a)
{
    struct place proxy = proxy_place(q);
    if (!place_is_set(proxy))
        judge_missing(s, q, a);
    if (!place_is_set(proxy) || a->dnat_open || judge_untracked(s, q, a))
        return;
    if (a->worst.fate == PACKET_BLOCKED && firewall_is_unserved(&a->worst.decision)) {
        say_absent(s, ruleset_place(a->worst.decision.ruleset, packet_decision_line(&a->worst.decision)),
                   "reject");
        return;
    }
    if (a->worst.fate == PACKET_PASSES && a->n_branches == 0 && !translation(&a->worst)) {
        say_absent(s, proxy, "do not translate");
        return;
    }
    bool good = true;
    for (size_t i = 0; i < a->n_branches; i++)
        good = judge_branch(s, &a->branches[i]) && good;
    if (a->n_branches == 0)
        good = judge_branch(s, &a->worst);
    if (good)
        say_good(s, proxy);
}

// ---------------------------------------------------------------- IPVS

static void say_stale_server(struct service *s, const struct ipvs_server *server)
{
    char ip[IP_TEXT];
    struct cites cites = {0};
    cite(&cites, server->place);
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(
            &s->bench.arena,
            "kube-proxy's virtual service on node %s leads the cluster's DNS address to %s, which is no "
            "CoreDNS endpoint",
            s->node->name, ip_format(server->ip, ip)),
        proxy_fix(s), &cites);
    say_effects(s);
}

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
            say_stale_server(s, server);
    }
    if (virtual->unread)
        return;
    if (live == 0)
        say_absent(s, virtual->place, "have no server for");
    else if (good == live)
        say_good(s, virtual->place);
}

static void judge_ipvs(struct service *s)
{
    const struct ipvs_service *virtual = ipvs_find(s->node->ipvs, false, s->address, 53);
    s->read = TIME_UNKNOWN;
    if (virtual)
        judge_servers(s, virtual);
    else if (s->node->ipvs->whole)
        say_absent(s, s->node->ipvs->place, "lack");
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

static void judge_rules(struct service *s, struct ip from)
{
    const struct facts *facts = s->bench.facts;
    struct packet_query q = {.src = from, .dst = s->address, .proto = 17, .dport = 53, .hook = NF_FORWARD};
    if (!nodepath_fill(&s->bench.arena, facts, s->node, &q))
        return;
    q.in = nodepath_device(s->node, q.src);
    q.one_way = true;
    s->read = reading_time(s->node, &q);
    struct packet_answer *a = packet_trace(&q);
    judge_answer(s, &q, a);
    packet_answer_free(a);
}

// What the API says against itself needs both a whole listing and an endpoint in it.
static bool is_judged(const struct service *s)
{
    const struct facts *facts = s->bench.facts;
    return facts->dns.endpoints_known == TRI_YES && count_serving(&facts->dns, s->address.family) > 0 &&
           !is_taken_over(facts, s->address);
}

// What kube-proxy left behind when Cilium took its place no packet meets: Cilium translates before netfilter.
static void say_replaced(struct service *s)
{
    struct cites cites = {0};
    cite(&cites, s->bench.facts->dns.proxy_replaced);
    bench_say(
        &s->bench,
        &(struct claim){.kind = CLAIM_GAP,
                        .diagnosis = DIAGNOSIS_SERVICE_PATH,
                        .subject = SUBJECT_PROXY_MODE,
                        .on_path = TRI_YES,
                        .in_window = TRI_YES,
                        .text = "where Cilium, which does kube-proxy's work, leads the cluster's DNS address",
                        .object = s->node->name,
                        .command = "kubectl exec -n kube-system ds/cilium -- cilium-dbg service list",
                        .time = TIME_UNKNOWN},
        &cites);
}

void judge_service(const struct facts *facts, struct claims *claims)
{
    struct service s = {.node = facts->node};
    if (!facts->node || !facts->pod || facts->pod->host_network)
        return;
    s.ipvs = nodepath_has_ipvs(facts, facts->node);
    bench_init(&s.bench, facts, claims);
    if (place_is_set(facts->dns.proxy_replaced)) {
        say_replaced(&s);
        bench_done(&s.bench);
        return;
    }
    for (size_t i = 0; i < facts->dns.n_addresses; i++) {
        s.address = facts->dns.addresses[i];
        struct ip from = facts->pod->ip.family == s.address.family ? facts->pod->ip : facts->pod->ip2;
        if (from.family != s.address.family || !is_judged(&s))
            continue;
        if (!s.ipvs)
            judge_rules(&s, from);
        else if (facts->node->ipvs)
            judge_ipvs(&s);
    }
    bench_done(&s.bench);
}
