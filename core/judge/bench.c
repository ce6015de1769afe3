// The questions that many judges ask. None of them guesses: what cannot be told is TRI_UNKNOWN.
#include "core/judge/bench.h"

#include <string.h>

#include "core/base/shell.h"
#include "core/parse/kubelet.h"
#include "core/parse/resolvconf.h"

void bench_init(struct bench *b, const struct facts *facts, struct claims *claims)
{
    *b = (struct bench){.facts = facts, .claims = claims};
    arena_init(&b->arena);
}

void bench_done(struct bench *b)
{
    arena_done(&b->arena);
}

void cite(struct cites *cites, struct place place)
{
    if (!place_is_set(place) || cites->n == CITES_MAX)
        return;
    for (size_t i = 0; i < cites->n; i++) {
        if (memcmp(&cites->items[i], &place, sizeof place) == 0)
            return;
    }
    cites->items[cites->n++] = place;
}

static bool is_outdated(const struct bench *b, const struct claim *claim, const struct cites *cites)
{
    usec_t from = b->facts->target.window.from;
    if (!cites->n || from == TIME_UNKNOWN)
        return false;
    const struct evidence_probe *probe = evidence_probe_at(b->facts->evidence, cites->items[0]);
    if (!probe || probe->started == TIME_UNKNOWN || probe->started + USEC_HOUR >= from)
        return false;
    return claim->time == TIME_UNKNOWN || claim->time <= probe->started;
}

void bench_say(struct bench *b, const struct claim *claim, const struct cites *cites)
{
    struct claim copy = *claim;
    copy.places = cites->items;
    copy.n_places = cites->n;
    if (copy.in_window == TRI_YES && is_outdated(b, claim, cites))
        copy.in_window = TRI_UNKNOWN;
    if (cites->n || claim->kind == CLAIM_GAP)
        claims_add(b->claims, &copy);
}

enum tri bench_state_in_window(const struct bench *b, usec_t since)
{
    usec_t to = b->facts->target.window.to;
    return tri_of(since == TIME_UNKNOWN || to == TIME_UNKNOWN || since <= to);
}

enum tri bench_reading_in_window(const struct bench *b, usec_t time)
{
    struct window w = b->facts->target.window;
    if (w.from != TIME_UNKNOWN)
        w.from -= USEC_HOUR;
    if (w.to != TIME_UNKNOWN)
        w.to += USEC_HOUR;
    return time == TIME_UNKNOWN || clock_in_window(time, w) == TRI_YES ? TRI_YES : TRI_UNKNOWN;
}

enum tri bench_time_in_window(const struct bench *b, usec_t time)
{
    return time == TIME_UNKNOWN ? TRI_YES : clock_in_window(time, b->facts->target.window);
}

const struct resolvconf *bench_resolvconf(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->n_pods; i++) {
        if (b->facts->pods[i].target)
            return b->facts->pods[i].resolvconf;
    }
    return NULL;
}

bool bench_is_cluster_dns(const struct bench *b, struct ip ip)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool found = dns->nodelocal.family && ip_eq(ip, dns->nodelocal);
    for (size_t i = 0; i < dns->n_addresses; i++)
        found |= ip_eq(ip, dns->addresses[i]);
    for (size_t i = 0; i < dns->n_nodelocal_also; i++)
        found |= ip_eq(ip, dns->nodelocal_also[i]);
    return found;
}

bool bench_is_inside(const struct bench *b, struct ip ip)
{
    return cluster_service_by_ip(&b->facts->cluster, ip) || bench_is_cluster_dns(b, ip);
}

static enum tri asks_by_resolvconf(const struct bench *b, const struct resolvconf *conf)
{
    const struct dns_facts *dns = &b->facts->dns;
    for (size_t i = 0; i < conf->n_servers; i++) {
        if (conf->servers[i].used && bench_is_cluster_dns(b, conf->servers[i].ip))
            return TRI_YES;
    }
    return dns->service || dns->nodelocal.family ? TRI_NO : TRI_UNKNOWN;
}

bool bench_passes_over(const struct bench *b, struct ip ip)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    return conf && !resolvconf_asks(conf, ip) && asks_by_resolvconf(b, conf) == TRI_YES;
}

bool bench_asks_strangers(const struct bench *b)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    bool strangers = conf && conf->n_servers && asks_by_resolvconf(b, conf) == TRI_NO;
    for (size_t i = 0; strangers && i < conf->n_servers; i++)
        strangers = !ip_is_loopback(conf->servers[i].ip) && !ip_is_link_local(conf->servers[i].ip);
    return strangers;
}

static enum tri asks_by_spec(const struct kube_pod *pod)
{
    const char *policy = pod->dns_policy ? pod->dns_policy : "ClusterFirst";
    if (strcmp(policy, "ClusterFirstWithHostNet") == 0)
        return TRI_YES;
    return tri_of(strcmp(policy, "ClusterFirst") == 0 && !pod->host_network);
}

static enum tri asks_by_lookups(const struct lookups *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        if (l->target_pod && (l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_NODELOCAL))
            return TRI_YES;
    }
    return TRI_UNKNOWN;
}

enum tri bench_asks_cluster_dns(const struct bench *b)
{
    const struct resolvconf *conf = bench_resolvconf(b);
    enum tri asks = conf ? asks_by_resolvconf(b, conf) : TRI_UNKNOWN;
    if (asks == TRI_UNKNOWN && b->facts->pod)
        asks = asks_by_spec(b->facts->pod);
    if (asks == TRI_UNKNOWN)
        asks = asks_by_lookups(&b->facts->lookups);
    return asks;
}

enum tri bench_asks_cache(const struct bench *b)
{
    struct ip cache = b->facts->dns.nodelocal;
    const struct resolvconf *conf = bench_resolvconf(b);
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    if (!cache.family)
        return TRI_UNKNOWN;
    if (conf)
        return tri_of(resolvconf_asks(conf, cache));
    return kubelet && kubelet->dns_known ? tri_of(kubelet_hands_out(kubelet, cache)) : TRI_UNKNOWN;
}

bool bench_cache_has_service(const struct bench *b)
{
    const struct dns_facts *dns = &b->facts->dns;
    for (size_t i = 0; i < dns->n_nodelocal_also; i++) {
        for (size_t j = 0; j < dns->n_addresses; j++) {
            if (ip_eq(dns->nodelocal_also[i], dns->addresses[j]))
                return true;
        }
    }
    return false;
}

bool bench_is_cache_pod(const struct facts *facts, const struct kube_pod *pod)
{
    const struct kube_meta *set = facts->dns.nodelocal_set ? &facts->dns.nodelocal_set->meta : NULL;
    return set && set->name && pod->meta.owner_name && strcmp(pod->meta.owner_name, set->name) == 0;
}

static bool ends_with_domain(struct span name, const char *domain)
{
    size_t length = strlen(domain);
    if (span_ends(name, "."))
        name = span_first(name, name.len - 1);
    return name.len > length && span_ends(name, domain) && name.at[name.len - length - 1] == '.';
}

// A name without a dot is a Service of the pod's own namespace.
enum lookup_name bench_query_class(const struct bench *b)
{
    const char *query = b->facts->target.query;
    if (!query || !*query)
        return LOOKUP_NAME_UNKNOWN;
    const char *domain = b->facts->dns.cluster_domain;
    struct span name = span_of(query);
    if (ends_with_domain(name, domain) || span_find_char(name, '.') == SIZE_MAX || span_ends(name, ".svc"))
        return LOOKUP_NAME_CLUSTER;
    return LOOKUP_NAME_EXTERNAL;
}

// ------------------------------------------------------------------ failed lookups
static bool fails_here(const struct bench *b, const struct lookup *l, enum lookup_name name_class)
{
    bool asker = l->target_pod || l->vantage == LOOKUP_FROM_POD || l->vantage == LOOKUP_FROM_UNKNOWN;
    return lookup_failed(l->outcome) && asker &&
           (name_class == LOOKUP_NAME_UNKNOWN || l->name_class == name_class) &&
           bench_time_in_window(b, l->time) == TRI_YES;
}

static int rate_failure(const struct bench *b, const struct lookup *l)
{
    const char *query = b->facts->target.query;
    bool asked = query && l->name && strcasecmp(l->name, query) == 0; // the very name that is complained of
    return 8 * l->target_pod + 4 * asked + 2 * (l->time != TIME_UNKNOWN) + (l->origin != LOOKUP_APP_LOG);
}

const struct lookup *bench_failure(const struct bench *b, enum lookup_name name_class)
{
    const struct lookup *best = NULL;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (fails_here(b, l, name_class) && (!best || rate_failure(b, l) > rate_failure(b, best)))
            best = l;
    }
    return best;
}

void bench_cite_failures(const struct bench *b, enum lookup_name name_class, size_t most, struct cites *cites)
{
    const struct lookup *best = bench_failure(b, name_class);
    if (!best)
        return;
    cite(cites, best->place);
    for (size_t i = 0, n = 1; i < b->facts->lookups.n && n < most; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l == best || !l->target_pod || !fails_here(b, l, name_class))
            continue;
        cite(cites, l->place);
        n++;
    }
}

static const char *tell_outcome(enum lookup_outcome outcome)
{
    switch (outcome) {
    case LOOKUP_ANSWERED:
        return "was answered";
    case LOOKUP_NODATA:
        return "was answered without data";
    case LOOKUP_NXDOMAIN:
        return "was answered NXDOMAIN";
    case LOOKUP_SERVFAIL:
        return "was answered SERVFAIL";
    case LOOKUP_REFUSED:
        return "was answered REFUSED";
    case LOOKUP_TIMEOUT:
        return "got no answer";
    case LOOKUP_UNREACHABLE:
        return "was refused at once";
    case LOOKUP_TRUNCATED:
        return "got only a truncated answer";
    case LOOKUP_FAILED_UNKNOWN:
        break;
    }
    return "failed";
}

const char *bench_tell_lookup(struct bench *b, const struct lookup *lookup)
{
    const char *who = lookup->target_pod ? "the pod's" : lookup->pod ? lookup->pod : "a";
    return arena_printf(&b->arena, "%s query%s%s %s", who, lookup->name ? " for " : "",
                        lookup->name ? lookup->name : "", tell_outcome(lookup->outcome));
}

const struct lookup *bench_told_failure(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool bad = l->outcome == LOOKUP_NXDOMAIN || l->outcome == LOOKUP_FAILED_UNKNOWN;
        if (l->origin == LOOKUP_APP_LOG && l->target_pod && bad &&
            bench_time_in_window(b, l->time) == TRI_YES)
            return l;
    }
    return NULL;
}

const char *bench_plain_or(const char *text, const char *otherwise)
{
    return text && shell_is_name(span_of(text)) ? text : otherwise;
}

const char *bench_pod_command(struct bench *b, const char *verb, const char *rest)
{
    const struct target *t = &b->facts->target;
    const char *namespace_ = t->pod && !t->namespace_ ? "default" : t->namespace_;
    return arena_printf(&b->arena, "kubectl %s -n %s %s %s", verb, bench_plain_or(namespace_, "NAMESPACE"),
                        bench_plain_or(t->pod, "POD"), rest);
}
