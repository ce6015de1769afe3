// NodeLocal DNSCache. nodelocaldns_bind: it cannot listen, since another process holds port 53 of its
// address; pods that ask it are refused, or answered by a stranger. nodelocaldns_ipvs: it listens on its
// link-local address alone, as it must where kube-proxy runs in IPVS mode, and the pods ask the Service's
// address: it is bypassed. In iptables mode the same pods are well served, for it listens on the Service's
// address, too.
#include <string.h>

#include "core/judge/bench.h"
#include "core/judge/judge.h"
#include "core/parse/kubelet.h"
#include "core/parse/resolvconf.h"
#include "core/parse/ss.h"

static struct span node_of(const struct facts *facts, const struct log_origin *source)
{
    if (source->node.len)
        return source->node;
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (pod->meta.name && span_is(source->pod, pod->meta.name) && pod->node)
            return span_of(pod->node);
    }
    return (struct span){0};
}

static bool is_own_node(const struct facts *facts, struct span node)
{
    return facts->node_name && span_is(node, facts->node_name);
}

// ------------------------------------------------------------------ nodelocaldns_bind
struct refusal { // what says that it cannot listen
    struct cites cites;
    size_t n, in_window;
    usec_t first;
    bool own_node; // on the pod's node
};

static void take_line(const struct bench *b, const struct log_hit *hit, bool own, struct refusal *r)
{
    cite(&r->cites, hit->place);
    r->n++;
    r->own_node |= own;
    r->in_window += bench_time_in_window(b, hit->time) == TRI_YES;
    if (r->first == TIME_UNKNOWN || (hit->time != TIME_UNKNOWN && hit->time < r->first))
        r->first = hit->time;
}

static void take_lines(const struct bench *b, bool own_node, struct refusal *r)
{
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ != LOG_BIND_IN_USE)
            continue;
        struct log_origin source = log_source(b->facts, hit->place.file);
        bool own = is_own_node(b->facts, node_of(b->facts, &source));
        if (log_source_is_nodelocal(b->facts, &source) && own == own_node)
            take_line(b, hit, own, r);
    }
}

// The cache's container on the complaining pod's node, in that state.
static const struct kube_container *find_cache(const struct facts *facts, bool crashing)
{
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (!bench_is_cache_pod(facts, pod) || !pod->node || !is_own_node(facts, span_of(pod->node)))
            continue;
        for (size_t j = 0; j < pod->n_containers; j++) {
            const struct kube_container *c = &pod->containers[j];
            if (crashing ? c->waiting_reason != NULL : c->ready == TRI_YES)
                return c;
        }
    }
    return NULL;
}

static bool is_cache_process(const char *process)
{
    return process && (strstr(process, "node-cache") || strstr(process, "coredns"));
}

// Another process that listens on port 53 of the cache's address, or of every address.
static const struct listener *find_holder(const struct bench *b)
{
    const struct listeners *listeners = b->facts->node ? b->facts->node->listeners : NULL;
    for (size_t i = 0; listeners && i < listeners->n; i++) {
        const struct listener *l = &listeners->items[i];
        bool there = l->any || ip_eq(l->ip, b->facts->dns.nodelocal);
        if (l->port == 53 && there && !l->device && !is_cache_process(l->process))
            return l;
    }
    return NULL;
}

static const struct listener *find_cache_listening(const struct bench *b)
{
    const struct listeners *listeners = b->facts->node ? b->facts->node->listeners : NULL;
    for (size_t i = 0; listeners && i < listeners->n; i++) {
        const struct listener *l = &listeners->items[i];
        if (l->port == 53 && ip_eq(l->ip, b->facts->dns.nodelocal) && is_cache_process(l->process))
            return l;
    }
    return NULL;
}

static const char *fix_bind(struct bench *b, const struct listener *holder)
{
    const char *who = holder && holder->process ? holder->process : "what holds it";
    if (b->facts->node && b->facts->node->auto_mode)
        return arena_printf(
            &b->arena,
            "remove NodeLocal DNSCache from the EKS Auto Mode nodes, which cache DNS themselves (port "
            "53 is taken by %s), and have the pods ask the kube-dns address (CoreDNS) again",
            who);
    return arena_printf(
        &b->arena,
        "free port 53 on the node: stop the listener of %s (for systemd-resolved: DNSStubListener=no, "
        "no DNSStubListenerExtra), or have NodeLocal DNSCache bind its link-local address alone; until "
        "then hand out the kube-dns address",
        who);
}

static const char *tell_bind(struct bench *b, const struct listener *holder)
{
    char text[IP_TEXT];
    struct ip ip = b->facts->dns.nodelocal;
    const char *address = ip.family ? arena_printf(&b->arena, "%s ", ip_format(ip, text)) : "";
    bool named = holder && holder->process;
    return arena_printf(&b->arena, "NodeLocal DNSCache cannot listen on %sport 53: %s", address,
                        named ? arena_printf(&b->arena, "%s holds it", holder->process)
                              : "the address is in use");
}

static enum tri bind_on_path(const struct bench *b, const struct refusal *r,
                             const struct kube_container *crash)
{
    enum tri asks = bench_asks_cache(b);
    if (asks == TRI_NO) // through the Service's address: kube-proxy takes over where the cache is not there
        return bench_cache_has_service(b) ? TRI_UNKNOWN : TRI_NO;
    return tri_and(asks, r->own_node || crash ? TRI_YES : TRI_UNKNOWN);
}

static void say_bind_effect(struct bench *b)
{
    struct cites cites = {0};
    const struct lookup *first = NULL;
    for (size_t i = 0; i < b->facts->lookups.n && cites.n < 3; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool there = l->at == LOOKUP_AT_NODELOCAL || (l->target_pod && l->at == LOOKUP_AT_UNKNOWN);
        bool stranger =
            l->outcome == LOOKUP_NXDOMAIN && l->name_class == LOOKUP_NAME_CLUSTER && !l->expansion;
        if (!there || (!lookup_failed(l->outcome) && !stranger) ||
            bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        first = first ? first : l;
        cite(&cites, l->place);
    }
    if (!first)
        return;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_NODELOCALDNS_BIND,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = bench_asks_cache(b),
                  .in_window = TRI_YES,
                  .text = bench_tell_lookup(b, first),
                  .time = first->time,
              },
              &cites);
}

static void say_bind(struct bench *b, struct refusal *r, const struct kube_container *crash)
{
    const struct listener *holder = find_holder(b);
    if (holder)
        cite(&r->cites, holder->place);
    if (crash)
        cite(&r->cites, crash->waiting_place);
    bool lasting = crash && bench_state_in_window(b, r->first) == TRI_YES;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_NODELOCALDNS_BIND,
                  .subject = SUBJECT_NODELOCAL,
                  .on_path = bind_on_path(b, r, crash),
                  .in_window = r->in_window || lasting ? TRI_YES
                               : r->n                  ? TRI_NO
                                                       : TRI_UNKNOWN,
                  .text = tell_bind(b, holder),
                  .fix = fix_bind(b, holder),
                  .time = r->first,
              },
              &r->cites);
    say_bind_effect(b);
}

static void say_clear(struct bench *b, const char *text, struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CLEAR,
                  .subject = SUBJECT_NODELOCAL,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = text,
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

// It said so, and listens by now.
static void say_recovered(struct bench *b, struct refusal *r, struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    cite(&cites, r->cites.items[0]);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = DIAGNOSIS_NODELOCALDNS_BIND,
                  .subject = SUBJECT_NODELOCAL,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = "NodeLocal DNSCache could not listen once; on the pod's node it runs and listens",
                  .time = r->first,
              },
              &cites);
}

static void judge_bind(struct bench *b)
{
    struct refusal r = {.first = TIME_UNKNOWN};
    const struct kube_container *crash = find_cache(b->facts, true);
    const struct listener *own = find_cache_listening(b);
    take_lines(b, true, &r);
    if (!r.n)
        take_lines(b, false, &r);
    const struct kube_container *ready = find_cache(b->facts, false);
    bool recovered = r.n && !crash && (own || ready);
    if (recovered)
        say_recovered(b, &r, own ? own->place : ready->place);
    else if (r.n || (crash && find_holder(b)))
        say_bind(b, &r, crash);
    else if (own)
        say_clear(b, "NodeLocal DNSCache listens on its address on the pod's node", own->place);
}

// ------------------------------------------------------------------ nodelocaldns_ipvs
// Somebody was hurt, or nobody looked.
static bool may_have_harmed(const struct bench *b)
{
    bool seen = false;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!l->target_pod || bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        if (lookup_failed(l->outcome) || (l->latency != TIME_UNKNOWN && l->latency >= USEC_SEC))
            return true;
        seen = true;
    }
    return !seen;
}

static void cite_ipvs(const struct bench *b, struct cites *cites)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    cite(cites, b->facts->dns.proxy_mode_place);
    if (conf && conf->n_servers)
        cite(cites, conf->servers[0].place);
    if (kubelet && kubelet->n_cluster_dns)
        cite(cites, kubelet->cluster_dns[0].place);
    cite(cites, b->facts->dns.nodelocal_set->meta.place);
}

static void say_bypass(struct bench *b)
{
    char text[IP_TEXT];
    struct cites cites = {0};
    cite_ipvs(b, &cites);
    const char *cache = arena_strdup(&b->arena, ip_format(b->facts->dns.nodelocal, text));
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_NODELOCALDNS_IPVS,
                  .subject = SUBJECT_PROXY_MODE,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(
                      &b->arena,
                      "kube-proxy runs in IPVS mode and the pod asks the kube-dns address, so that "
                      "NodeLocal DNSCache on %s is bypassed",
                      cache),
                  .fix = arena_printf(
                      &b->arena,
                      "set the kubelet's clusterDNS to %s, restart the kubelet and recreate the pods: "
                      "in IPVS mode nothing intercepts the kube-dns ClusterIP",
                      cache),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

static void say_mode(struct bench *b, const char *text)
{
    struct cites cites = {0};
    cite(&cites, b->facts->dns.proxy_mode_place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CLEAR,
                  .subject = SUBJECT_PROXY_MODE,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = text,
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

static void judge_mode(struct bench *b)
{
    const char *mode = b->facts->dns.proxy_mode;
    bool ipvs = mode && strcmp(mode, "ipvs") == 0;
    if (!mode)
        return;
    if (ipvs && b->facts->dns.nodelocal_set && bench_asks_cache(b) == TRI_NO &&
        bench_asks_cluster_dns(b) == TRI_YES && may_have_harmed(b))
        say_bypass(b);
    else if (ipvs && b->facts->dns.nodelocal_set)
        say_mode(b, "kube-proxy runs in IPVS mode, and the pods ask NodeLocal DNSCache by its own address");
    else
        say_mode(b, arena_printf(&b->arena, "kube-proxy runs in %s mode", mode));
}

void judge_nodelocal(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    if (!facts->dns.nodelocal_set && facts->cluster.daemonsets.state == LISTING_WHOLE)
        say_clear(&b, "NodeLocal DNSCache is not installed", facts->cluster.daemonsets.place);
    else
        judge_bind(&b);
    judge_mode(&b);
    bench_done(&b);
}
