// What CoreDNS forwards to. upstream_unreachable: a forward target that does not answer, in the window and to
// the end of it, so that names outside the cluster fail. ipv6_upstream: there is no route to it in its
// address family, which CoreDNS' own line says in so many words. Time-outs between answers of the same target
// are neither: something on the way loses packets, and other judges look for that.
#include <string.h>

#include "core/judge/bench.h"
#include "core/judge/judge.h"
#include "core/judge/throttle.h"
#include "core/parse/corefile.h"
#include "core/parse/resolvconf.h"

enum { MAX_TARGETS = 16, MANY = 3 };

enum upstream_fault { UPSTREAM_TIMEOUT, UPSTREAM_REFUSED, UPSTREAM_NO_ROUTE };

struct target_trouble { // one address that CoreDNS could not reach
    struct ip ip;
    enum upstream_fault fault;
    size_t total, in_window;
    usec_t first, last; // in the window
    struct cites cites;
    struct place any; // some line, in the window or not
};

struct upstream {
    struct bench bench;
    struct target_trouble targets[MAX_TARGETS];
    size_t n;
};

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
    return hit->class_ == LOG_COREDNS_UPSTREAM_TIMEOUT ? UPSTREAM_TIMEOUT : UPSTREAM_REFUSED;
}

static struct target_trouble *take_target(struct upstream *u, struct ip ip, enum upstream_fault fault)
{
    for (size_t i = 0; i < u->n; i++) {
        if (ip_eq(u->targets[i].ip, ip) && u->targets[i].fault == fault)
            return &u->targets[i];
    }
    if (u->n == MAX_TARGETS)
        return NULL;
    u->targets[u->n] =
        (struct target_trouble){.ip = ip, .fault = fault, .first = TIME_UNKNOWN, .last = TIME_UNKNOWN};
    return &u->targets[u->n++];
}

// NodeLocal DNSCache asks the DNS Service by an address of the cluster: that is the way to CoreDNS.
static bool is_inside(const struct bench *b, struct ip ip)
{
    for (size_t i = 0; i < b->facts->cluster.services.n; i++) {
        const struct kube_service *service = &b->facts->cluster.services.items[i];
        for (size_t j = 0; j < service->n_cluster_ips; j++) {
            if (ip_eq(service->cluster_ips[j], ip))
                return true;
        }
    }
    return bench_is_cluster_dns(b, ip);
}

static void take_hit(struct upstream *u, const struct log_hit *hit)
{
    struct ip ip;
    if (!find_address(hit->text, &ip) || is_inside(&u->bench, ip))
        return;
    struct target_trouble *t = take_target(u, ip, fault_of(hit, ip));
    if (!t)
        return;
    t->total++;
    t->any = hit->place;
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
        if (log_source_is_coredns(u->bench.facts, &source) ||
            log_source_is_nodelocal(u->bench.facts, &source))
            take_hit(u, hit);
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

// A stub zone has its own forward target: what other zones answer says nothing of it. Unknown where the
// Corefile does not show who forwards there.
static enum tri goes_to(const struct upstream *u, const char *name, struct ip ip)
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
           bench_time_in_window(&u->bench, l->time) == TRI_YES && goes_to(u, l->name, t->ip) != TRI_NO;
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

// Whether the Corefile itself names the address; cites the line that leads to it.
static bool cite_forward(struct bench *b, struct ip ip, struct cites *cites)
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
static const char *describe(struct bench *b, const struct target_trouble *t, const char *ip)
{
    static const char *const words[] = {
        "does not answer CoreDNS", "refuses CoreDNS' queries",
        "cannot be reached: CoreDNS' node has no route in its address family"};
    return arena_printf(&b->arena, "the forward target %s %s (%zu lines in the window)", ip, words[t->fault],
                        t->in_window);
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

// Failing names outside are on its way; a failing cluster name is not: CoreDNS answers that itself; nor is a
// name of a zone that is forwarded elsewhere.
static enum tri is_on_path(const struct upstream *u, struct ip target)
{
    const struct bench *b = &u->bench;
    if (bench_query_class(b) == LOOKUP_NAME_CLUSTER || goes_to(u, b->facts->target.query, target) == TRI_NO)
        return TRI_NO;
    enum tri asks = bench_asks_cluster_dns(b);
    return asks == TRI_UNKNOWN && bench_query_class(b) == LOOKUP_NAME_EXTERNAL ? TRI_YES : asks;
}

static void say_effect(struct upstream *u, enum diagnosis diagnosis, struct ip target)
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
                  .on_path = is_on_path(u, target),
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

static void say_trouble(struct upstream *u, const struct target_trouble *t)
{
    struct bench *b = &u->bench;
    enum tri itself = may_be_throttled(b, t->ip) ? TRI_UNKNOWN : TRI_YES;
    enum diagnosis diagnosis =
        t->fault == UPSTREAM_NO_ROUTE ? DIAGNOSIS_IPV6_UPSTREAM : DIAGNOSIS_UPSTREAM_UNREACHABLE;
    char text[IP_TEXT];
    const char *ip = arena_strdup(&b->arena, ip_format(t->ip, text));
    struct cites cites = t->cites;
    bool in_corefile = cite_forward(b, t->ip, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = diagnosis,
                  .subject = SUBJECT_COREDNS,
                  .on_path = tri_and(is_on_path(u, t->ip), itself),
                  .in_window = TRI_YES,
                  .text = describe(b, t, ip),
                  .fix = describe_fix(b, t, ip, in_corefile),
                  .time = t->first,
              },
              &cites);
    say_effect(u, diagnosis, t->ip);
}

static void say_answers(struct bench *b, const struct target_trouble *t, const struct cites *answers)
{
    char text[IP_TEXT];
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_INNOCENT,
            .diagnosis = DIAGNOSIS_UPSTREAM_UNREACHABLE,
            .subject = SUBJECT_COREDNS,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena,
                                 "some queries to the forward target %s timed out, and others were answered "
                                 "between them: it is there",
                                 ip_format(t->ip, text)),
            .time = t->first,
        },
        answers);
}

static void say_earlier(struct bench *b, const struct target_trouble *t)
{
    struct cites cites = {0};
    char text[IP_TEXT];
    cite(&cites, t->any);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = t->fault == UPSTREAM_NO_ROUTE ? DIAGNOSIS_IPV6_UPSTREAM
                                                             : DIAGNOSIS_UPSTREAM_UNREACHABLE,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_NO,
                  .text = arena_printf(
                      &b->arena, "CoreDNS had trouble with the forward target %s, and not in the window",
                      ip_format(t->ip, text)),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

static void judge_target(struct upstream *u, const struct target_trouble *t)
{
    struct answers answers = count_answers(u, t);
    bool lasting = t->fault == UPSTREAM_NO_ROUTE ? t->in_window > 0 : t->in_window >= MANY;
    bool answers_too = answers.seen || answers.logged * 4 >= t->in_window;
    if (lasting && (t->fault == UPSTREAM_NO_ROUTE || !answers_too))
        say_trouble(u, t);
    else if (t->in_window && answers_too)
        say_answers(&u->bench, t, &answers.cites);
    else if (!t->in_window && t->total >= MANY)
        say_earlier(&u->bench, t);
}

// ------------------------------------------------------------------ without a line: what the families say
static bool has_ipv6(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->dns.n_endpoints; i++) {
        if (b->facts->dns.endpoints[i].ip.family == 6)
            return true;
    }
    for (size_t i = 0; i < b->facts->cluster.nodes.n; i++) {
        const struct kube_node *node = &b->facts->cluster.nodes.items[i];
        if (node->internal_ip.family == 6 || node->internal_ip2.family == 6)
            return true;
    }
    return false;
}

// Every target of the block that serves outside names is of a family in which no node and no CoreDNS pod has
// an address. Shown by the configuration alone: likely, not more.
static void judge_families(struct upstream *u)
{
    struct bench *b = &u->bench;
    const struct corefile *file = b->facts->dns.corefile;
    const char *query = b->facts->target.query ? b->facts->target.query : TARGET_OUTSIDE_NAME;
    const struct core_server *server = file ? corefile_server_for(file, span_of(query)) : NULL;
    struct core_forward forward;
    if (!b->facts->dns.n_endpoints ||
        !core_forward_parse(&b->arena, core_plugin(server, "forward"), &forward))
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
            .on_path = is_on_path(u, forward.targets[0].ip),
            .in_window = TRI_UNKNOWN,
            .text = arena_printf(&b->arena,
                                 "the forward target %s is of an address family in which neither nodes nor "
                                 "CoreDNS pods have an address",
                                 forward.targets[0].text),
            .fix = describe_fix(b, &t, forward.targets[0].text, true),
            .time = TIME_UNKNOWN,
        },
        &cites);
    say_effect(u, DIAGNOSIS_IPV6_UPSTREAM, forward.targets[0].ip);
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
    take_hits(&u);
    for (size_t i = 0; i < u.n; i++)
        judge_target(&u, &u.targets[i]);
    if (!claims_have(claims, CLAIM_CAUSE, DIAGNOSIS_IPV6_UPSTREAM))
        judge_families(&u);
    judge_gap(&u);
    bench_done(&u.bench);
}
