// What CoreDNS forwards to. upstream_unreachable: a forward target that does not answer, in the window and to
// the end of it, so that names outside the cluster fail. ipv6_upstream: there is no route to it in its
// address family, which CoreDNS' own line says in so many words. Time-outs between answers of the same target
// are neither: something on the way loses packets, and other judges look for that.
#include "core/judge/upstream.h"

#include <string.h>

#include "core/judge/judge.h"
#include "core/parse/corefile.h"
#include "core/parse/resolvconf.h"

enum { MANY = 3 };

// ------------------------------------------------------------------ CoreDNS' lines
// The address in "read udp 10.0.1.2:4711->10.0.0.2:53: i/o timeout", "dial tcp [fd00::2]:53: connect: …".
static bool find_address(struct span line, struct ip *ret)
{
    size_t arrow = span_find(line, "->");
    size_t dial = span_find(line, "dial ");
    struct span rest = line;
    if (arrow != SIZE_MAX) {
        rest = span_from(line, arrow + 2);
    } else if (dial != SIZE_MAX) {
        struct span word;
        rest = span_from(line, dial + 5);
        span_cut_word(&rest, &word); // "udp"
        rest = span_trim(rest);
    } else {
        return false;
    }
    if (span_skip(&rest, "["))
        return ip_parse(span_first(rest, span_find_char(rest, ']')), ret);
    return ip_parse(span_first(rest, span_find_char(rest, ':')), ret);
}

// "no route to host" of IPv4 is a router's or firewall's word; of IPv6 mostly the node's own, without a
// route.
static enum upstream_fault fault_of(const struct log_hit *hit, struct ip ip)
{
    if ((ip.family == 6 && span_contains(hit->text, "no route to host")) ||
        span_contains(hit->text, "network is unreachable") ||
        span_contains(hit->text, "cannot assign requested") ||
        span_contains(hit->text, "address family not supported"))
        return UPSTREAM_NO_ROUTE;
    if (span_contains(hit->text, "x509: ") || span_contains(hit->text, " tls: "))
        return UPSTREAM_UNTRUSTED;
    return hit->class_ == LOG_COREDNS_UPSTREAM_TIMEOUT ? UPSTREAM_TIMEOUT : UPSTREAM_REFUSED;
}

static struct target_trouble *take_target(struct upstream *u, struct ip ip, enum upstream_fault fault)
{
    for (size_t i = 0; i < u->n; i++) {
        if (ip_eq(u->targets[i].ip, ip) && u->targets[i].fault == fault)
            return &u->targets[i];
    }
    if (u->n == UPSTREAM_TARGETS)
        return NULL;
    u->targets[u->n] =
        (struct target_trouble){.ip = ip, .fault = fault, .first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    return &u->targets[u->n++];
}

// What names outside are forwarded to, where the Corefile names one address. Family 0: several, or those of a
// file.
static struct ip find_only_target(struct bench *b)
{
    struct core_forward forward;
    bool found =
        corefile_forward_for(&b->arena, b->facts->dns.corefile, span_of(TARGET_OUTSIDE_NAME), &forward);
    return found && forward.n_targets == 1 ? forward.targets[0].ip : (struct ip){0};
}

static void note_pod(struct target_trouble *t, const char *pod)
{
    for (size_t i = 0; i < t->n_pods; i++) {
        if (pod && strcmp(t->pods[i], pod) == 0)
            return;
    }
    if (pod && t->n_pods < UPSTREAM_PODS)
        t->pods[t->n_pods++] = pod;
}

// Whether what was asked is a part of the cluster's own DNS that is judged elsewhere.
static bool is_within(const struct bench *b, struct ip ip, bool by_cache)
{
    if (!ip.family || upstream_is_circle(b, ip))
        return ip.family && by_cache;
    return by_cache ? bench_is_inside(b, ip) : bench_is_cluster_dns(b, ip);
}

static void take_hit(struct upstream *u, const struct log_hit *hit, bool by_cache)
{
    struct ip ip;
    if (!find_address(hit->text, &ip)) // "5 errors like '^read udp .* i/o timeout$'", "tls: …", "EOF"
        ip = u->only;
    if (is_within(&u->bench, ip, by_cache))
        return;
    struct target_trouble *t = take_target(u, ip, fault_of(hit, ip));
    if (!t)
        return;
    t->total++;
    t->any = hit->place;
    note_pod(t, hit->pod);
    t->by_cache |= by_cache;
    if (bench_time_in_window(&u->bench, hit->time) != TRI_YES)
        return;
    if (t->in_window++ < 3)
        cite(&t->cites, hit->place);
    if (hit->time != TIME_UNKNOWN && (t->first == TIME_UNKNOWN || hit->time < t->first))
        t->first = hit->time;
    t->last = hit->time > t->last ? hit->time : t->last;
}

static void take_hits(struct upstream *u)
{
    for (size_t i = 0; i < u->bench.facts->logs.n; i++) {
        const struct log_hit *hit = &u->bench.facts->logs.items[i];
        if (hit->class_ != LOG_COREDNS_UPSTREAM_TIMEOUT && hit->class_ != LOG_COREDNS_UPSTREAM_UNREACHABLE)
            continue;
        struct log_origin source = log_source(u->bench.facts, hit->place.file);
        bool by_cache = log_source_is_nodelocal(u->bench.facts, &source);
        if (by_cache || log_source_is_coredns(u->bench.facts, &source))
            take_hit(u, hit, by_cache);
    }
}

// ------------------------------------------------------------------ which names go there
static bool is_node_server(const struct bench *b, struct ip ip)
{
    for (size_t i = 0; i < b->facts->n_nodes; i++) {
        const struct resolvconf *conf = b->facts->nodes[i].resolvconf;
        if (conf && resolvconf_asks(conf, ip))
            return true;
    }
    return false;
}

// Whether a server block forwards to that address, by itself or by the node's resolv.conf.
static bool forwards_to(const struct upstream *u, const struct core_server *server, struct ip ip)
{
    struct arena arena = {0};
    bool found = false;
    for (size_t i = 0; i < server->n_plugins && !found; i++) {
        struct core_forward forward;
        if (!core_forward_parse(&arena, &server->plugins[i], &forward))
            continue;
        for (size_t k = 0; k < forward.n_targets; k++)
            found |= ip_eq(forward.targets[k].ip, ip) ||
                     (forward.targets[k].file && is_node_server(&u->bench, ip));
    }
    arena_done(&arena);
    return found;
}

// A stub zone has its own forward target: what other zones answer says nothing of it.
enum tri upstream_goes_to(const struct upstream *u, const char *name, struct ip ip)
{
    const struct corefile *file = u->bench.facts->dns.corefile;
    bool shown = false;
    for (size_t i = 0; file && i < file->n_servers; i++)
        shown |= forwards_to(u, &file->servers[i], ip);
    if (!shown || !name)
        return TRI_UNKNOWN;
    const struct core_server *server = corefile_server_for(file, span_of(name));
    return tri_of(server && forwards_to(u, server, ip));
}

// ------------------------------------------------------------------ what was answered
// How long CoreDNS may go on answering out of its cache: what `cache` says, an hour without (or with
// serve_stale, which hands out what has run out).
static usec_t cache_time(const struct bench *b)
{
    const struct corefile *file = b->facts->dns.corefile;
    const struct core_server *server = file ? corefile_server_for(file, span_of(TARGET_OUTSIDE_NAME)) : NULL;
    const struct core_plugin *cache = core_plugin(server, "cache");
    int64_t seconds;
    if (server && !cache)
        return 0;
    bool said = cache && cache->args.n && span_to_i64(span_of(cache->args.items[0]), &seconds);
    return said && seconds >= 0 && seconds <= 3600 && !core_option(cache, "serve_stale") ? seconds * USEC_SEC
                                                                                         : USEC_HOUR;
}

struct answers {
    struct cites cites;
    size_t seen, logged; // by who asked; by CoreDNS itself
};

static bool complains(const struct target_trouble *t, const struct kube_meta *pod)
{
    for (size_t i = 0; i < t->n_pods; i++) {
        const char *slash = strchr(t->pods[i], '/');
        if (slash && pod->name && strcmp(slash + 1, pod->name) == 0)
            return true;
    }
    return false;
}

// Whether some CoreDNS pod, of which the log was read, does not complain.
static bool another_is_well(const struct upstream *u, const struct target_trouble *t)
{
    const struct dns_facts *dns = &u->bench.facts->dns;
    for (size_t i = 0; t->n_pods && i < dns->n_pods; i++) {
        const struct kube_meta *meta = &dns->pods[i]->meta;
        if (!complains(t, meta) && log_source_exists(u->bench.facts, meta->namespace_, meta->name))
            return true;
    }
    return false;
}

// Whether an answer comes by a CoreDNS pod that complains: the others may forward elsewhere (each by its own
// node's resolv.conf), or have another way. Behind the Service it may have been any, until those that
// complain fall silent.
static bool speaks_for(const struct upstream *u, const struct target_trouble *t, const struct lookup *l)
{
    const struct dns_facts *dns = &u->bench.facts->dns;
    bool direct = l->at == LOOKUP_AT_ENDPOINT || l->origin == LOOKUP_SERVER_LOG;
    struct ip by = l->endpoint.family ? l->endpoint : direct ? l->server : (struct ip){0};
    if (!another_is_well(u, t))
        return true;
    for (size_t i = 0; by.family && i < dns->n_pods; i++) {
        if (ip_eq(dns->pods[i]->ip, by))
            return complains(t, &dns->pods[i]->meta);
    }
    return l->time > t->last + USEC_MIN;
}

// A name outside the cluster that CoreDNS answered, so long after the trouble began that its cache alone
// cannot have done it: the target answered in the meantime.
static bool is_answer(const struct upstream *u, const struct target_trouble *t, const struct lookup *l)
{
    bool through = l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_ENDPOINT ||
                   l->origin == LOOKUP_SERVER_LOG ||
                   (l->vantage == LOOKUP_FROM_COREDNS && ip_eq(l->server, t->ip));
    return through && !lookup_failed(l->outcome) && l->name_class == LOOKUP_NAME_EXTERNAL && !l->expansion &&
           l->time != TIME_UNKNOWN && t->first != TIME_UNKNOWN &&
           l->time > t->first + cache_time(&u->bench) &&
           bench_time_in_window(&u->bench, l->time) == TRI_YES && speaks_for(u, t, l) &&
           upstream_goes_to(u, l->name, t->ip) != TRI_NO;
}

static struct answers count_answers(const struct upstream *u, const struct target_trouble *t)
{
    struct answers answers = {.seen = 0};
    for (size_t i = 0; i < u->bench.facts->lookups.n; i++) {
        const struct lookup *l = &u->bench.facts->lookups.items[i];
        if (!is_answer(u, t, l))
            continue;
        cite(&answers.cites, l->place);
        answers.logged += l->origin == LOOKUP_SERVER_LOG;
        answers.seen += l->origin != LOOKUP_SERVER_LOG;
    }
    return answers;
}

static void judge_target(struct upstream *u, const struct target_trouble *t)
{
    struct answers answers = count_answers(u, t);
    bool lasting = t->fault == UPSTREAM_NO_ROUTE ? t->in_window > 0 : t->in_window >= MANY;
    bool answers_too = answers.seen || answers.logged * 4 >= t->in_window;
    bool stands = lasting && (t->fault == UPSTREAM_NO_ROUTE || !answers_too);
    if (stands && upstream_is_circle(&u->bench, t->ip))
        upstream_say_circle(u, t);
    else if (stands)
        upstream_say_trouble(u, t);
    else if (t->in_window && answers_too)
        upstream_say_answers(&u->bench, t, &answers.cites);
    else if (!t->in_window && t->total >= MANY)
        upstream_say_earlier(&u->bench, t);
}

// Names outside fail, and nobody collected what CoreDNS says of it.
static void judge_gap(struct upstream *u)
{
    struct bench *b = &u->bench;
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_meta *meta = &b->facts->dns.pods[i]->meta;
        if (log_source_exists(b->facts, meta->namespace_, meta->name))
            return;
    }
    if (u->n || !bench_failure(b, LOOKUP_NAME_EXTERNAL))
        return;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_GAP,
                  .diagnosis = DIAGNOSIS_UPSTREAM_UNREACHABLE,
                  .subject = SUBJECT_COREDNS,
                  .text = "what CoreDNS' log says of its forward target",
                  .command = "kubectl logs -n kube-system -l k8s-app=kube-dns --timestamps --tail=-1",
                  .time = TIME_UNKNOWN,
              },
              &(struct cites){0});
}

void judge_upstream(const struct facts *facts, struct claims *claims)
{
    struct upstream u = {.n = 0};
    bench_init(&u.bench, facts, claims);
    u.only = find_only_target(&u.bench);
    take_hits(&u);
    for (size_t i = 0; i < u.n; i++)
        judge_target(&u, &u.targets[i]);
    if (!claims_have(claims, CLAIM_CAUSE, DIAGNOSIS_IPV6_UPSTREAM))
        upstream_judge_families(&u);
    upstream_judge_refusals(&u);
    judge_gap(&u);
    bench_done(&u.bench);
}
