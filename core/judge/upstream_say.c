// What judge_upstream says: of a forward target that does not answer, where it is set, and how to mend it.
#include <string.h>

#include "core/judge/route.h"
#include "core/judge/throttle.h"
#include "core/judge/upstream.h"
#include "core/parse/corefile.h"
#include "core/parse/resolvconf.h"

// ------------------------------------------------------------------ where the target is set
static void cite_node_servers(const struct bench *b, struct ip ip, struct cites *cites)
{
    for (size_t i = 0; i < b->facts->n_nodes; i++) {
        const struct resolvconf *conf = b->facts->nodes[i].resolvconf;
        for (size_t j = 0; conf && j < conf->n_servers; j++) {
            if (ip_eq(conf->servers[j].ip, ip)) {
                cite(cites, conf->servers[j].place);
                return;
            }
        }
    }
}

bool upstream_cite_forward(struct bench *b, struct ip ip, struct cites *cites)
{
    const struct corefile *file = b->facts->dns.corefile;
    for (size_t i = 0; file && i < file->n_servers; i++) {
        for (size_t j = 0; j < file->servers[i].n_plugins; j++) {
            struct core_forward forward;
            if (!core_forward_parse(&b->arena, &file->servers[i].plugins[j], &forward))
                continue;
            for (size_t k = 0; k < forward.n_targets; k++) {
                if (ip_eq(forward.targets[k].ip, ip)) {
                    cite(cites, forward.place);
                    return true;
                }
            }
        }
    }
    cite_node_servers(b, ip, cites);
    return false;
}

// ------------------------------------------------------------------ claims
// "the forward target 10.0.0.2"; where the lines do not name it, what the Corefile calls it.
static const char *name_target(struct bench *b, struct ip ip)
{
    char text[IP_TEXT];
    return ip.family ? arena_printf(&b->arena, "the forward target %s", ip_format(ip, text))
                     : "what CoreDNS forwards to";
}

// Whose lines they are, where they are not all CoreDNS pods'.
static const char *name_pods(struct bench *b, const struct target_trouble *t)
{
    size_t replicas = b->facts->dns.n_pods;
    if (t->by_cache)
        return ", NodeLocal DNSCache's among them";
    if (!t->n_pods || t->n_pods >= replicas)
        return "";
    return arena_printf(&b->arena, ", of %zu of %zu CoreDNS pods", t->n_pods, replicas);
}

static const char *describe(struct bench *b, const struct target_trouble *t)
{
    static const char *const words[] = {
        "does not answer CoreDNS", "refuses CoreDNS' queries",
        "is not trusted by CoreDNS for its TLS certificate",
        "cannot be reached: CoreDNS' node has no route in its address family"};
    return arena_printf(&b->arena, "%s %s (%zu lines in the window%s)", name_target(b, t->ip),
                        words[t->fault], t->in_window, name_pods(b, t));
}

static const char *describe_fix(struct bench *b, const struct target_trouble *t, const char *ip,
                                bool in_corefile)
{
    const struct kube_configmap *map = b->facts->dns.corefile_map;
    const char *where = map ? arena_printf(&b->arena, "ConfigMap %s/%s", map->meta.namespace_, map->meta.name)
                            : "the coredns ConfigMap";
    const char *family =
        t->ip.family == 6 ? "IPv4 (the VPC resolver, base + 2 or 169.254.169.253)" : "IPv6 (fd00:ec2::253)";
    if (t->fault == UPSTREAM_NO_ROUTE)
        return arena_printf(&b->arena,
                            "forward to a resolver that the nodes can route, over %s, in the Corefile (%s) "
                            "instead of %s, or give the nodes that route",
                            family, where, ip);
    if (t->fault == UPSTREAM_UNTRUSTED)
        return arena_printf(&b->arena,
                            "renew the resolver's TLS certificate, or correct tls_servername and tls of the "
                            "forward plug-in in the Corefile (%s)",
                            where);
    if (!t->ip.family)
        return arena_printf(
            &b->arena,
            "restore the way from the CoreDNS nodes to the resolvers that forward names in the "
            "Corefile (%s), or correct it",
            where);
    if (in_corefile)
        return arena_printf(&b->arena,
                            "correct the forward target %s in the Corefile (%s), or restore the way to that "
                            "resolver",
                            ip, where);
    return arena_printf(&b->arena,
                        "restore the way from the CoreDNS nodes to the resolver %s that their resolv.conf "
                        "names, or forward to another in the Corefile (%s)",
                        ip, where);
}

enum tri upstream_is_on_path(const struct upstream *u, struct ip target)
{
    const struct bench *b = &u->bench;
    if (bench_query_class(b) == LOOKUP_NAME_CLUSTER ||
        upstream_goes_to(u, b->facts->target.query, target) == TRI_NO)
        return TRI_NO;
    enum tri asks = bench_asks_cluster_dns(b);
    return asks == TRI_UNKNOWN && bench_query_class(b) == LOOKUP_NAME_EXTERNAL ? TRI_YES : asks;
}

void upstream_say_effect(struct upstream *u, enum diagnosis diagnosis, struct ip target)
{
    struct bench *b = &u->bench;
    const struct lookup *failed = bench_failure(b, LOOKUP_NAME_EXTERNAL);
    struct cites cites = {0};
    if (!failed)
        return;
    bench_cite_failures(b, LOOKUP_NAME_EXTERNAL, 3, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = diagnosis,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = upstream_is_on_path(u, target),
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%s, and it is outside the cluster",
                                       bench_tell_lookup(b, failed)),
                  .time = failed->time,
              },
              &cites);
}

// The VPC resolver is there, and the link-local allowance may drop what is asked of it.
static bool may_be_throttled(const struct bench *b, struct ip target)
{
    const struct lookup_query asked = {.fields = LOOKUP_BY_VANTAGE | LOOKUP_BY_AT | LOOKUP_BY_SERVER,
                                       .vantage = LOOKUP_FROM_COREDNS,
                                       .at = LOOKUP_AT_VPC,
                                       .server = target};
    return lookups_count(&b->facts->lookups, &asked) > 0 && throttle_is_open(b);
}

// CoreDNS' own trouble is nothing to names that NodeLocal DNSCache sends upstream itself, nor the cache's to
// a pod that does not ask it.
static enum tri meets_pod(const struct bench *b, const struct target_trouble *t)
{
    if (t->by_cache)
        return tri_of(route_asks_cache(b) != TRI_NO);
    return tri_not(route_outside_by_cache(b));
}

void upstream_say_trouble(struct upstream *u, const struct target_trouble *t)
{
    struct bench *b = &u->bench;
    enum tri itself = tri_and(may_be_throttled(b, t->ip) ? TRI_UNKNOWN : TRI_YES, meets_pod(b, t));
    enum diagnosis diagnosis =
        t->fault == UPSTREAM_NO_ROUTE ? DIAGNOSIS_IPV6_UPSTREAM : DIAGNOSIS_UPSTREAM_UNREACHABLE;
    char text[IP_TEXT];
    const char *ip = t->ip.family ? arena_strdup(&b->arena, ip_format(t->ip, text)) : NULL;
    struct cites cites = t->cites;
    bool in_corefile = upstream_cite_forward(b, t->ip, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = diagnosis,
                  .subject = SUBJECT_COREDNS,
                  .on_path = tri_and(upstream_is_on_path(u, t->ip), itself),
                  .in_window = TRI_YES,
                  .text = describe(b, t),
                  .fix = describe_fix(b, t, ip, in_corefile),
                  .time = t->first,
              },
              &cites);
    upstream_say_effect(u, diagnosis, t->ip);
}

void upstream_say_answers(struct bench *b, const struct target_trouble *t, const struct cites *answers)
{
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_INNOCENT,
            .diagnosis = DIAGNOSIS_UPSTREAM_UNREACHABLE,
            .subject = SUBJECT_COREDNS,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(
                &b->arena, "some queries to %s timed out, and others were answered between them: it is there",
                name_target(b, t->ip)),
            .time = t->first,
        },
        answers);
}

void upstream_say_earlier(struct bench *b, const struct target_trouble *t)
{
    struct cites cites = {0};
    cite(&cites, t->any);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = t->fault == UPSTREAM_NO_ROUTE ? DIAGNOSIS_IPV6_UPSTREAM
                                                             : DIAGNOSIS_UPSTREAM_UNREACHABLE,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_NO,
                  .text = arena_printf(&b->arena, "CoreDNS had trouble with %s, and not in the window",
                                       name_target(b, t->ip)),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

// ------------------------------------------------------------------ without a line: what the families say
static bool has_ipv6(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->dns.n_endpoints; i++) {
        if (b->facts->dns.endpoints[i].ip.family == 6)
            return true;
    }
    for (size_t i = 0; i < b->facts->cluster.nodes.n; i++) {
        if (kube_node_ip(&b->facts->cluster.nodes.items[i], 6).family)
            return true;
    }
    return false;
}

// Every target of the block that serves outside names is of a family in which no node and no CoreDNS pod has
// an address. Shown by the configuration alone: likely, not more.
void upstream_judge_families(struct upstream *u)
{
    struct bench *b = &u->bench;
    const char *query = b->facts->target.query ? b->facts->target.query : TARGET_OUTSIDE_NAME;
    struct core_forward forward;
    if (!b->facts->dns.n_endpoints ||
        !corefile_forward_for(&b->arena, b->facts->dns.corefile, span_of(query), &forward))
        return;
    if (has_ipv6(b))
        return;
    for (size_t i = 0; i < forward.n_targets; i++) {
        if (forward.targets[i].ip.family != 6) // IPv6 clusters have a way out for IPv4
            return;
    }
    struct target_trouble t = {
        .ip = forward.targets[0].ip, .fault = UPSTREAM_NO_ROUTE, .first = TIME_UNKNOWN};
    struct cites cites = {0};
    cite(&cites, forward.place);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_IPV6_UPSTREAM,
            .subject = SUBJECT_COREDNS,
            .on_path = upstream_is_on_path(u, forward.targets[0].ip),
            .in_window = TRI_UNKNOWN,
            .text = arena_printf(&b->arena,
                                 "the forward target %s is of an address family in which neither nodes nor "
                                 "CoreDNS pods have an address",
                                 forward.targets[0].text),
            .fix = describe_fix(b, &t, forward.targets[0].text, true),
            .time = TIME_UNKNOWN,
        },
        &cites);
    upstream_say_effect(u, DIAGNOSIS_IPV6_UPSTREAM, forward.targets[0].ip);
}
