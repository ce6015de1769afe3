// network_policy_deny: does what the pod asks reach CoreDNS, and what CoreDNS asks its upstream, as network
// policies have it? What decides are the policies themselves; the agent's DENY lines and lookups without an
// answer show what came of it, and are proof of nothing by themselves (the agent also logs flows that were
// let through in the end).
#include "core/judge/policies.h"

#include <string.h>

#include "core/judge/judge.h"
#include "core/parse/logline.h"
#include "core/parse/resolvconf.h"

struct weighing {
    struct bench bench;
    struct policy_world world;
    struct ip server; // what the pod asks; family 0: not known
    uint16_t port;    // the endpoints'
};

static const char list_command[] = "kubectl get networkpolicies -A -o json";

// ------------------------------------------------------------------ the way of a query

// The cluster's DNS address that the pod's resolv.conf names first, else the Service's.
static struct ip find_server(const struct bench *b)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    for (size_t i = 0; conf && i < conf->n_servers; i++) {
        if (conf->servers[i].used && bench_is_cluster_dns(b, conf->servers[i].ip))
            return conf->servers[i].ip;
    }
    return b->facts->dns.n_addresses ? b->facts->dns.addresses[0] : (struct ip){0};
}

// NodeLocal DNSCache may have taken the Service's address over on every node.
static struct ip nodelocal_of(const struct bench *b, struct ip server)
{
    const struct dns_facts *dns = &b->facts->dns;
    for (size_t i = 0; i < dns->n_nodelocal_also; i++) {
        if (server.family && ip_eq(dns->nodelocal_also[i], server))
            return server;
    }
    return dns->nodelocal;
}

static struct policy_answer ask_server(struct weighing *w, const char *protocol)
{
    const struct policy_query q = {
        .from = w->bench.facts->pod, .to_ip = w->server, .protocol = protocol, .port = 53};
    return policy_judge(&w->world, &q, &w->bench.arena);
}

static struct policy_answer ask_endpoint(struct weighing *w, const struct kube_endpoint *e,
                                         const char *protocol)
{
    struct policy_query q = {
        .from = w->bench.facts->pod, .to_ip = e->ip, .protocol = protocol, .port = w->port};
    q.to = e->pod ? cluster_pod(&w->bench.facts->cluster, e->pod_namespace, e->pod) : NULL;
    return policy_judge(&w->world, &q, &w->bench.arena);
}

// Whether there is no ready endpoint that the pod may reach; then an answer refutes what the policies say.
static bool reaches_none(struct weighing *w)
{
    const struct dns_facts *dns = &w->bench.facts->dns;
    size_t n = 0, blocked = 0;
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        if (dns->endpoints[i].ready == TRI_NO)
            continue;
        n++;
        blocked += ask_endpoint(w, &dns->endpoints[i], "UDP").fate == POLICY_FATE_BLOCKED;
    }
    return n > 0 && blocked == n;
}

// The worst of what the pod can meet: by the address that it asks, else endpoint by endpoint.
static struct policy_answer ask(struct weighing *w, const char *protocol)
{
    const struct dns_facts *dns = &w->bench.facts->dns;
    if (w->server.family)
        return ask_server(w, protocol);
    struct policy_answer worst = {.fate = POLICY_FATE_UNKNOWN,
                                  .why = "where CoreDNS listens was not collected"};
    for (size_t i = 0, n = 0; i < dns->n_endpoints; i++) {
        if (dns->endpoints[i].ready == TRI_NO)
            continue;
        struct policy_answer a = ask_endpoint(w, &dns->endpoints[i], protocol);
        if (n++ == 0 || a.fate > worst.fate)
            worst = a;
    }
    return worst;
}

// ------------------------------------------------------------------ what was seen

// Where the cluster's DNS listens: at its address on port 53, in its pods on theirs.
static bool is_dns(const struct weighing *w, struct ip ip, uint16_t port)
{
    bool service = bench_is_cluster_dns(&w->bench, ip) || (w->server.family && ip_eq(w->server, ip));
    return (service && port == 53) || (dns_has_endpoint(&w->bench.facts->dns, ip) && port == w->port);
}

// The agent says that it dropped what this pod sent to the cluster's DNS or to CoreDNS itself, or the answer.
static bool is_our_denial(const struct weighing *w, const struct log_hit *hit)
{
    struct log_deny deny;
    struct ip pod = w->bench.facts->pod_ip;
    if (hit->class_ != LOG_POLICY_DENY || !pod.family || !logline_deny(hit->text, &deny))
        return false;
    bool query = ip_eq(deny.src, pod) && is_dns(w, deny.dst, deny.dst_port);
    bool answer = ip_eq(deny.dst, pod) && is_dns(w, deny.src, deny.src_port);
    return (query || answer) && bench_time_in_window(&w->bench, hit->time) == TRI_YES;
}

static size_t cite_denials(const struct weighing *w, struct cites *cites, usec_t *ret_first)
{
    const struct log_hits *logs = &w->bench.facts->logs;
    size_t n = 0;
    *ret_first = TIME_UNKNOWN;
    for (size_t i = 0; i < logs->n; i++) {
        if (!is_our_denial(w, &logs->items[i]))
            continue;
        if (n++ < 3)
            cite(cites, logs->items[i].place);
        if (*ret_first == TIME_UNKNOWN || logs->items[i].time < *ret_first)
            *ret_first = logs->items[i].time;
    }
    return n;
}

static const struct lookup *find_lookup(const struct weighing *w, enum lookup_proto proto, unsigned how,
                                        struct window window)
{
    struct lookup_query q = {
        .fields = LOOKUP_BY_TARGET_POD | LOOKUP_BY_WINDOW | LOOKUP_BY_AT | how,
        .at = LOOKUP_AT_CLUSTER_DNS,
        .proto = proto,
        .outcome = LOOKUP_TIMEOUT,
        .window = window,
    };
    static const enum lookup_server servers[] = {LOOKUP_AT_CLUSTER_DNS, LOOKUP_AT_ENDPOINT,
                                                 LOOKUP_AT_NODELOCAL};
    const struct lookup *found = NULL;
    for (size_t i = 0; i < sizeof servers / sizeof *servers && !found; i++) {
        q.at = servers[i];
        found = lookups_first(&w->bench.facts->lookups, &q);
    }
    return found;
}

// ------------------------------------------------------------------ claims

struct claim policies_claim(enum claim_kind kind, const char *text)
{
    return (struct claim){
        .kind = kind,
        .diagnosis = DIAGNOSIS_NETWORK_POLICY_DENY,
        .subject = SUBJECT_NETWORK_POLICY,
        .on_path = TRI_YES,
        .in_window = TRI_YES,
        .text = text,
        .time = TIME_UNKNOWN,
    };
}

void policies_cite(const struct policy_answer *a, struct cites *cites)
{
    for (size_t i = 0; i < a->n_deciders; i++)
        cite(cites, a->deciders[i]->meta.place);
}

// When the youngest of the deciding policies was made; since then, at the latest, it is so.
usec_t policies_made_at(const struct policy_answer *a)
{
    usec_t latest = TIME_UNKNOWN;
    for (size_t i = 0; i < a->n_deciders; i++) {
        if (a->deciders[i]->meta.created > latest)
            latest = a->deciders[i]->meta.created;
    }
    return latest;
}

static const char *name_of(struct bench *b, const struct kube_meta *meta)
{
    const char *name = meta->name ? meta->name : "?";
    return meta->namespace_ ? arena_printf(&b->arena, "%s/%s", meta->namespace_, name) : name;
}

const char *policies_names(struct bench *b, const struct policy_answer *a)
{
    const char *names = a->n_deciders ? name_of(b, &a->deciders[0]->meta) : "?";
    for (size_t i = 1; i < a->n_deciders; i++)
        names = arena_printf(&b->arena, "%s, %s", names, name_of(b, &a->deciders[i]->meta));
    return names;
}

// The port that policies see: the pods', behind whatever the Service calls it; the cache's is 53.
static unsigned seen_port(const struct weighing *w)
{
    return w->server.family && ip_eq(w->server, w->world.nodelocal) ? 53 : w->port;
}

static const char *tell_block(struct weighing *w, const struct policy_answer *a, const char *protocol)
{
    struct bench *b = &w->bench;
    unsigned port = seen_port(w);
    const char *names = policies_names(b, a), *pod = a->pod ? name_of(b, &a->pod->meta) : "CoreDNS";
    bool denies = a->n_deciders && a->deciders[0]->kind != NETPOL_STANDARD;
    if (denies)
        return arena_printf(&b->arena, "network policy %s denies %s %u between the pod and %s (%s)", names,
                            protocol, port, pod, netpol_direction_name(a->direction));
    if (a->direction == NETPOL_EGRESS)
        return arena_printf(&b->arena,
                            "network policy %s isolates the pod for egress, and none allows %s %u to CoreDNS",
                            names, protocol, port);
    return arena_printf(&b->arena,
                        "network policy %s isolates %s for ingress, and none lets the pod's %s %u in", names,
                        pod, protocol, port);
}

static const char *tell_fix(struct weighing *w, const struct policy_answer *a)
{
    struct bench *b = &w->bench;
    const char *namespace_ = b->facts->pod->meta.namespace_;
    bool denies = a->n_deciders && a->deciders[0]->kind != NETPOL_STANDARD;
    if (denies)
        return arena_printf(&b->arena, "change network policy %s so that it allows UDP and TCP 53 to CoreDNS",
                            policies_names(b, a));
    if (a->direction == NETPOL_EGRESS)
        return arena_printf(
            &b->arena,
            "add a NetworkPolicy in namespace %s that allows egress to the CoreDNS pods (kube-system, "
            "k8s-app=kube-dns) on UDP and TCP %u",
            namespace_, (unsigned)w->port);
    return arena_printf(
        &b->arena, "change NetworkPolicy %s so that it allows ingress on UDP and TCP %u from namespace %s",
        policies_names(b, a), (unsigned)w->port, namespace_);
}

// What the agent says that it denied, where the policies say `fate`. It also logs such lines of packets
// that pass (aws-network-policy-agent #582), and it may hold other rules than the policies (#553): what the
// queries came to tells which it is.
static void claim_denials(struct weighing *w, enum policy_fate fate)
{
    struct bench *b = &w->bench;
    struct cites cites = {.n = 0};
    struct window window = b->facts->target.window;
    const struct lookup *lost = find_lookup(w, LOOKUP_UDP, LOOKUP_BY_OUTCOME, window);
    const struct lookup *answered = find_lookup(w, LOOKUP_UDP, LOOKUP_BY_ANSWERED | LOOKUP_BY_PROTO, window);
    bool passes = answered && !lost && fate != POLICY_FATE_BLOCKED;
    usec_t first;
    size_t n = cite_denials(w, &cites, &first);
    if (n == 0 || (fate == POLICY_FATE_PASSES && !lost == !answered))
        return;
    struct claim c = policies_claim(
        CLAIM_EFFECT,
        arena_printf(&b->arena, "the policy agent denied the pod's packets to DNS, %zu times%s", n,
                     passes                       ? ", as it says, and they are answered"
                     : fate == POLICY_FATE_PASSES ? ", though the policies let them through"
                                                  : ""));
    c.time = first;
    if (passes) {
        c.kind = CLAIM_INNOCENT;
        cite(&cites, answered->place);
    } else if (fate == POLICY_FATE_PASSES) {
        c.kind = CLAIM_CAUSE;
        c.on_path = TRI_UNKNOWN;
        c.fix =
            "restart the aws-node pod of the pod's node, so that the policy agent loads its rules anew, and "
            "read its log: it denies what the policies allow";
    }
    bench_say(b, &c, &cites);
}

static void claim_losses(struct weighing *w)
{
    struct bench *b = &w->bench;
    struct cites lost = {.n = 0};
    struct claim c;
    const struct lookup *timeout = find_lookup(w, LOOKUP_UDP, LOOKUP_BY_OUTCOME, b->facts->target.window);
    if (!timeout)
        return;
    cite(&lost, timeout->place);
    c = policies_claim(CLAIM_EFFECT, bench_tell_lookup(b, timeout));
    c.in_window = bench_time_in_window(b, timeout->time);
    c.time = timeout->time;
    bench_say(b, &c, &lost);
}

static void claim_refutation(struct weighing *w, usec_t made)
{
    struct bench *b = &w->bench;
    struct window window = b->facts->target.window;
    if (made != TIME_UNKNOWN && (window.from == TIME_UNKNOWN || window.from < made))
        window.from = made;
    const struct lookup *answered = find_lookup(w, LOOKUP_UDP, LOOKUP_BY_ANSWERED | LOOKUP_BY_PROTO, window);
    struct cites cites = {.n = 0};
    if (!answered || answered->time == TIME_UNKNOWN || !reaches_none(w))
        return;
    cite(&cites, answered->place);
    struct claim c = policies_claim(CLAIM_AGAINST, bench_tell_lookup(b, answered));
    c.time = answered->time;
    bench_say(b, &c, &cites);
}

static void claim_block(struct weighing *w, const struct policy_answer *a)
{
    struct bench *b = &w->bench;
    struct cites cites = {.n = 0};
    usec_t made = policies_made_at(a);
    struct claim c = policies_claim(CLAIM_CAUSE, tell_block(w, a, "UDP"));
    policies_cite(a, &cites);
    c.in_window = bench_state_in_window(b, made);
    c.object = policies_names(b, a);
    c.fix = tell_fix(w, a);
    c.time = made;
    bench_say(b, &c, &cites);
    claim_denials(w, POLICY_FATE_BLOCKED);
    claim_losses(w);
    claim_refutation(w, made);
}

static void claim_pass(struct weighing *w, const struct policy_answer *a)
{
    struct bench *b = &w->bench;
    struct cites cites = {.n = 0};
    struct claim c = policies_claim(CLAIM_CLEAR, "no network policy isolates the pod or CoreDNS");
    policies_cite(a, &cites);
    if (a->n_deciders) {
        c.kind = CLAIM_INNOCENT;
        c.text =
            arena_printf(&b->arena, "network policies isolate, and %s allows the pod's UDP %u to CoreDNS",
                         policies_names(b, a), seen_port(w));
        bench_say(b, &c, &cites);
        c.text = "network policies let the pod's DNS through";
        c.kind = CLAIM_CLEAR;
    }
    c.diagnosis = DIAGNOSIS_NONE;
    cite(&cites, w->world.standard.place);
    bench_say(b, &c, &cites);
}

static void claim_gap(struct weighing *w, const char *why)
{
    struct claim c = policies_claim(
        CLAIM_GAP, arena_printf(&w->bench.arena, "whether network policies let DNS through: %s", why));
    const struct cites none = {.n = 0};
    c.in_window = TRI_UNKNOWN;
    c.command = list_command;
    bench_say(&w->bench, &c, &none);
}

// TCP is asked only for answers that do not fit: blocked, it is a fault where that was seen.
static void judge_tcp(struct weighing *w)
{
    struct bench *b = &w->bench;
    struct policy_answer a = ask(w, "TCP");
    struct cites cites = {.n = 0}, seen = {.n = 0};
    if (a.fate != POLICY_FATE_BLOCKED)
        return;
    policies_cite(&a, &cites);
    const struct lookup *lost =
        find_lookup(w, LOOKUP_TCP, LOOKUP_BY_OUTCOME | LOOKUP_BY_PROTO, b->facts->target.window);
    struct claim c = policies_claim(CLAIM_NOTE, tell_block(w, &a, "TCP"));
    if (!lost) {
        c.diagnosis = DIAGNOSIS_NONE;
        bench_say(b, &c, &cites);
        return;
    }
    c.kind = CLAIM_CAUSE;
    c.in_window = bench_state_in_window(b, policies_made_at(&a));
    c.fix = tell_fix(w, &a);
    bench_say(b, &c, &cites);
    cite(&seen, lost->place);
    c = policies_claim(CLAIM_EFFECT, bench_tell_lookup(b, lost));
    c.time = lost->time;
    bench_say(b, &c, &seen);
}

static void judge_pod(struct weighing *w)
{
    struct policy_answer a = ask(w, "UDP");
    switch (a.fate) {
    case POLICY_FATE_BLOCKED:
        claim_block(w, &a);
        return;
    case POLICY_FATE_PASSES:
        claim_pass(w, &a);
        claim_denials(w, POLICY_FATE_PASSES);
        judge_tcp(w);
        return;
    case POLICY_FATE_UNKNOWN:
        claim_gap(w, a.why);
        claim_denials(w, POLICY_FATE_UNKNOWN);
    }
}

void judge_policies(const struct facts *facts, struct claims *claims)
{
    struct weighing w = {.port = facts->dns.endpoint_port ? facts->dns.endpoint_port : 53};
    bench_init(&w.bench, facts, claims);
    w.server = find_server(&w.bench);
    w.world = (struct policy_world){
        .policies = &facts->policies.set,
        .standard = facts->policies.standard,
        .admin_unknown = facts->policies.admin_unknown,
        .cluster = &facts->cluster,
        .nodelocal = nodelocal_of(&w.bench, w.server),
    };
    enum tri asks = bench_asks_cluster_dns(&w.bench);
    if (!facts->pod)
        claim_gap(&w, "the pod was not collected");
    else if (asks != TRI_NO)
        judge_pod(&w);
    if (asks != TRI_NO)
        policies_judge_forwarding(&w.bench, &w.world);
    if (facts->pod)
        policies_judge_cache(&w.bench, &w.world);
    bench_done(&w.bench);
}
