// The right server, asked for the wrong names: a search list without the cluster's domains, or a kubelet
// whose cluster domain is not the one that CoreDNS serves. And what asking a wrong server did.
#include <string.h>

#include "core/judge/resolver.h"
#include "core/parse/corefile.h"

// ------------------------------------------------------------------ what it did
// A lookup of the pod's that went, or may have gone, to that server.
static bool is_asked(const struct bench *b, const struct lookup *l, struct ip server)
{
    bool there = l->at == LOOKUP_AT_OTHER || l->at == LOOKUP_AT_VPC || l->at == LOOKUP_AT_UNKNOWN;
    bool same = !server.family || !l->server.family || ip_eq(l->server, server);
    return l->target_pod && there && same && bench_time_in_window(b, l->time) == TRI_YES;
}

static bool is_denied(const struct lookup *l)
{
    return l->outcome == LOOKUP_NXDOMAIN && l->name_class == LOOKUP_NAME_CLUSTER && !l->expansion;
}

bool resolver_denies_cluster(const struct bench *b, struct ip server)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (is_asked(b, l, server) && is_denied(l))
            return true;
    }
    return false;
}

struct known { // whether a name is answered there, as it was asked last
    const char *name;
    bool answered;
};

static bool is_answered(const struct bench *b, const char *name, struct ip server)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->outcome == LOOKUP_ANSWERED && l->name && strcmp(l->name, name) == 0 && is_asked(b, l, server))
            return true;
    }
    return false;
}

// Who answers a name at other times is not the wrong one to ask for it, and what is lost then is lost
// elsewhere.
static bool is_harm(const struct bench *b, const struct lookup *l, struct ip server, struct known *known)
{
    if (!lookup_failed(l->outcome) || !l->name || !server.family)
        return is_denied(l) || lookup_failed(l->outcome);
    if (!known->name || strcmp(known->name, l->name) != 0)
        *known = (struct known){l->name, is_answered(b, l->name, server)};
    return !known->answered;
}

static bool is_refutation(const struct lookup *l, struct ip server)
{
    return l->outcome == LOOKUP_ANSWERED && l->name_class == LOOKUP_NAME_CLUSTER && server.family &&
           ip_eq(l->server, server);
}

void resolver_say_harm(struct bench *b, enum diagnosis diagnosis, struct ip server)
{
    struct cites harm = {0};
    struct cites refutation = {0};
    const struct lookup *first = NULL;
    struct known known = {0};
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!is_asked(b, l, server))
            continue;
        if (is_refutation(l, server))
            cite(&refutation, l->place);
        if (harm.n == 3 || !is_harm(b, l, server, &known))
            continue;
        first = first ? first : l;
        cite(&harm, l->place);
    }
    struct claim claim = {
        .kind = CLAIM_EFFECT,
        .diagnosis = diagnosis,
        .subject = SUBJECT_SYMPTOM,
        .on_path = TRI_YES,
        .in_window = TRI_YES,
        .text = first ? arena_printf(&b->arena, "%s there", bench_tell_lookup(b, first)) : "",
        .time = first ? first->time : TIME_UNKNOWN,
    };
    bench_say(b, &claim, &harm);
    claim.kind = CLAIM_AGAINST;
    claim.text = "that server answers the cluster's names";
    bench_say(b, &claim, &refutation);
}

// ------------------------------------------------------------------ the search list
static bool is_under(struct span name, const char *domain)
{
    size_t length = strlen(domain);
    return span_ends(name, domain) &&
           (name.len == length || span_ends(span_first(name, name.len - length), "."));
}

static bool searches_cluster(const struct bench *b, const struct resolvconf *conf)
{
    for (size_t i = 0; i < conf->n_search; i++) {
        if (is_under(span_of(conf->search[i].name), b->facts->dns.cluster_domain))
            return true;
    }
    return false;
}

// A short name of a Service: "orders", "orders.shop", "orders.shop.svc".
static bool is_short_name(const struct bench *b)
{
    const char *query = b->facts->target.query;
    return query && *query && !is_under(span_of(query), b->facts->dns.cluster_domain) &&
           !b->facts->query_absolute;
}

const struct kube_service *resolver_find_service(const struct bench *b, struct span name)
{
    struct span rest = name;
    struct span service;
    struct span ns = {0};
    span_cut(&rest, '.', &service);
    if (!rest.at)
        ns = span_of(b->facts->target.namespace_);
    else
        span_cut(&rest, '.', &ns);
    if (rest.at && rest.len && !span_is(rest, "svc"))
        return NULL;
    for (size_t i = 0; i < b->facts->cluster.services.n; i++) {
        const struct kube_meta *meta = &b->facts->cluster.services.items[i].meta;
        if (meta->name && meta->namespace_ && span_is(service, meta->name) && span_is(ns, meta->namespace_))
            return &b->facts->cluster.services.items[i];
    }
    return NULL;
}

static const struct lookup *find_denial(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool failed = l->outcome == LOOKUP_NXDOMAIN || l->outcome == LOOKUP_FAILED_UNKNOWN;
        if (l->target_pod && failed && l->name && strcasecmp(l->name, b->facts->target.query) == 0 &&
            bench_time_in_window(b, l->time) == TRI_YES)
            return l;
    }
    return NULL;
}

static void say_denial(struct bench *b)
{
    const struct lookup *l = find_denial(b);
    struct cites cites = {0};
    if (!l)
        return;
    cite(&cites, l->place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_DNS_POLICY,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = bench_tell_lookup(b, l),
                  .time = l->time,
              },
              &cites);
}

static void judge_domains(struct bench *b, const struct resolvconf *conf)
{
    const struct kube_pod *pod = b->facts->pod;
    if (resolver_blame(pod) != BLAME_NONE || !is_short_name(b) || searches_cluster(b, conf))
        return;
    const struct kube_service *meant = resolver_find_service(b, span_of(b->facts->target.query));
    struct cites cites = {0};
    if (!meant)
        return;
    cite(&cites, pod->dns_policy_place);
    if (pod->dns_config)
        cite(&cites, pod->dns_config->place);
    cite(&cites, conf->n_search ? conf->search[0].place : conf->place);
    cite(&cites, meant->meta.place);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_DNS_POLICY,
            .subject = SUBJECT_DNS_CONFIG,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena,
                                 "the pod's dnsConfig has no search domain of the cluster, so that the short "
                                 "name %s is not found",
                                 b->facts->target.query),
            .fix = arena_printf(&b->arena,
                                "set dnsPolicy to ClusterFirst in the template of the workload, or add "
                                "%s.svc.%s, svc.%s and %s to the searches of its dnsConfig",
                                pod->meta.namespace_ ? pod->meta.namespace_ : "default",
                                b->facts->dns.cluster_domain, b->facts->dns.cluster_domain,
                                b->facts->dns.cluster_domain),
            .time = TIME_UNKNOWN,
        },
        &cites);
    say_denial(b);
}

// ------------------------------------------------------------------ the cluster domain
struct handed { // the domain that the pod was given
    const char *domain;
    struct place place;
};

// As the kubelet of its node says, else as the pod's own file does: "svc.DOMAIN" is what a kubelet writes.
static struct handed find_handed(const struct bench *b, const struct resolvconf *conf)
{
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    if (kubelet && kubelet->cluster_domain)
        return (struct handed){kubelet->cluster_domain, kubelet->domain_place};
    for (size_t i = 0; i < conf->n_search; i++) {
        if (strncmp(conf->search[i].name, "svc.", 4) == 0 && conf->search[i].name[4])
            return (struct handed){conf->search[i].name + 4, conf->search[i].place};
    }
    return (struct handed){NULL, {.file = FILE_NONE}};
}

// A name under a domain that CoreDNS does not serve goes to its upstream, which knows nothing of the cluster.
static void say_domain_harm(struct bench *b, const char *domain)
{
    struct cites cites = {0};
    const struct lookup *first = NULL;
    for (size_t i = 0; i < b->facts->lookups.n && cites.n < 3; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!l->target_pod || !l->name || !is_under(span_of(l->name), domain) || l->expansion ||
            (l->outcome != LOOKUP_NXDOMAIN && !lookup_failed(l->outcome)) ||
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
                  .diagnosis = DIAGNOSIS_WRONG_NAMESERVER,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = bench_tell_lookup(b, first),
                  .time = first->time,
              },
              &cites);
}

static void say_other_domain(struct bench *b, const struct resolvconf *conf, const struct handed *handed)
{
    const char *served = b->facts->dns.cluster_domain;
    bool outside = bench_query_class(b) == LOOKUP_NAME_EXTERNAL &&
                   !is_under(span_of(b->facts->target.query), handed->domain);
    struct cites cites = {0};
    cite(&cites, conf->n_search ? conf->search[0].place : conf->place);
    cite(&cites, handed->place);
    cite(&cites, b->facts->dns.corefile_place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_WRONG_NAMESERVER,
                  .subject = SUBJECT_DNS_CONFIG,
                  .on_path = outside ? TRI_NO : TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena,
                                       "the kubelet hands out the cluster domain %s, and CoreDNS serves %s",
                                       handed->domain, served),
                  .fix = arena_printf(
                      &b->arena,
                      "make the two equal: if %s is meant, correct the zone of the kubernetes plug-in in the "
                      "Corefile; if %s is, set clusterDomain in the kubelet's configuration to it, restart "
                      "the kubelet, and recreate the pods of that node",
                      handed->domain, served),
                  .time = TIME_UNKNOWN,
              },
              &cites);
    if (!outside)
        say_domain_harm(b, handed->domain);
}

static void judge_cluster_domain(struct bench *b, const struct resolvconf *conf)
{
    const struct corefile *file = b->facts->dns.corefile;
    struct handed handed = find_handed(b, conf);
    if (file && handed.domain && resolver_blame(b->facts->pod) == BLAME_KUBELET &&
        !searches_cluster(b, conf) && corefile_serves_cluster(file, span_of(handed.domain)) == TRI_NO)
        say_other_domain(b, conf, &handed);
}

void resolver_judge_search(struct bench *b, const struct resolvconf *conf)
{
    if (!b->facts->dns.cluster_domain)
        return;
    judge_domains(b, conf);
    judge_cluster_domain(b, conf);
}
