// Turns log lines into lookups.
#include "core/facts/loglookups.h"

#include "core/facts/logsource.h"
#include "core/facts/lookups_add.h"
#include "core/parse/logline.h"

static const char *name_of(struct facts *facts, struct span s)
{
    if (span_ends(s, ".") && s.len > 1)
        s.len--;
    if (!s.len)
        return NULL;
    char *name = arena_span(&facts->arena, s);
    for (char *c = name; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    }
    return name;
}

static const char *type_of(struct facts *facts, struct span s)
{
    return s.len ? arena_span(&facts->arena, s) : NULL;
}

static const struct kube_pod *writer_of(const struct facts *facts, const struct log_hit *hit)
{
    struct span rest = span_of(hit->pod), ns;
    if (!hit->pod || !span_cut(&rest, '/', &ns) || !rest.at)
        return NULL;
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_meta *meta = &facts->cluster.pods.items[i].meta;
        if (meta->namespace_ && meta->name && span_is(ns, meta->namespace_) && span_is(rest, meta->name))
            return &facts->cluster.pods.items[i];
    }
    return NULL;
}

static enum lookup_outcome rcode_outcome(const struct log_query *q)
{
    if (span_is(q->rcode, "NOERROR"))
        return q->truncated && !q->tcp ? LOOKUP_TRUNCATED : LOOKUP_ANSWERED;
    if (span_is(q->rcode, "NXDOMAIN"))
        return LOOKUP_NXDOMAIN;
    return span_is(q->rcode, "REFUSED") ? LOOKUP_REFUSED : LOOKUP_SERVFAIL;
}

// CoreDNS' own question to find out whether it forwards to itself (plugin/loop): nobody's lookup.
static bool is_loop_probe(struct span type)
{
    return span_is(type, "HINFO");
}

// Seen by the server, so the question arrived; whether the answer did, it cannot know.
static void add_query(struct facts *facts, const struct log_hit *hit)
{
    struct log_query q;
    if (!logline_coredns_query(hit->text, &q) || is_loop_probe(q.type))
        return;
    struct lookup l = lookup_new(LOOKUP_SERVER_LOG);
    const struct kube_pod *server = writer_of(facts, hit);
    l.outcome = rcode_outcome(&q);
    l.proto = q.tcp ? LOOKUP_TCP : LOOKUP_UDP;
    l.time = hit->time;
    l.latency = q.usec >= 0 ? q.usec : TIME_UNKNOWN;
    l.client = q.client;
    l.server = server ? server->ip : (struct ip){0};
    l.at = server ? LOOKUP_AT_UNKNOWN : LOOKUP_AT_ENDPOINT;
    l.name = name_of(facts, q.name);
    l.type = type_of(facts, q.type);
    l.authoritative = tri_of(q.authoritative);
    l.size = q.size;
    l.bufsize = q.bufsize;
    l.place = hit->place;
    lookups_add(facts, l);
}

static void add_upstream(struct facts *facts, const struct log_hit *hit, enum lookup_outcome outcome)
{
    struct log_upstream u;
    if (!logline_coredns_error(hit->text, &u) || is_loop_probe(u.type))
        return;
    struct lookup l = lookup_new(LOOKUP_SERVER_LOG);
    l.vantage = LOOKUP_FROM_COREDNS;
    l.outcome = outcome;
    l.proto = u.tcp ? LOOKUP_TCP : LOOKUP_UDP;
    l.time = hit->time;
    l.client = u.local;
    l.server = u.server;
    l.server_port = u.server_port;
    l.pod = hit->pod;
    l.node = hit->node;
    l.name = name_of(facts, u.name);
    l.type = type_of(facts, u.type);
    l.place = hit->place;
    lookups_add(facts, l);
}

static enum lookup_outcome app_outcome(enum log_failure failure)
{
    switch (failure) {
    case LOG_FAILURE_NO_NAME:
        return LOOKUP_NXDOMAIN;
    case LOG_FAILURE_NO_DATA:
        return LOOKUP_NODATA;
    case LOG_FAILURE_TIMEOUT:
        return LOOKUP_TIMEOUT;
    case LOG_FAILURE_SERVER:
        return LOOKUP_SERVFAIL;
    case LOG_FAILURE_REFUSED:
        return LOOKUP_UNREACHABLE;
    case LOG_FAILURE_UNKNOWN:
        break;
    }
    return LOOKUP_FAILED_UNKNOWN;
}

static bool is_target(const struct facts *facts, const char *pod)
{
    const struct target *t = &facts->target;
    struct span rest = span_of(pod), ns;
    return pod && t->namespace_ && t->pod && span_cut(&rest, '/', &ns) && rest.at &&
           span_is(ns, t->namespace_) && span_is(rest, t->pod);
}

static void add_app(struct facts *facts, const struct log_hit *hit)
{
    struct log_app app;
    if (!logline_app(hit->text, &app))
        return;
    struct lookup l = lookup_new(LOOKUP_APP_LOG);
    l.vantage = hit->pod ? LOOKUP_FROM_POD : hit->node ? LOOKUP_FROM_NODE : LOOKUP_FROM_UNKNOWN;
    l.outcome = app_outcome(app.failure);
    if (app.proto_known)
        l.proto = app.tcp ? LOOKUP_TCP : LOOKUP_UDP;
    l.time = hit->time;
    l.client = app.client;
    l.server = app.server;
    l.pod = hit->pod;
    l.node = hit->node;
    l.target_pod = is_target(facts, hit->pod);
    l.name = name_of(facts, app.name);
    l.place = hit->place;
    lookups_add(facts, l);
}

// What another CoreDNS than the cluster's says is no lookup of this cluster's DNS.
static bool is_elsewhere(const struct facts *facts, const struct log_hit *hit)
{
    struct log_origin source = log_source(facts, hit->place.file);
    return hit->class_ != LOG_APP_DNS && log_source_is_elsewhere(facts, &source);
}

void gather_log_lookups(struct facts *facts)
{
    for (size_t i = 0; i < facts->logs.n; i++) {
        const struct log_hit hit = facts->logs.items[i];
        if (hit.copy || is_elsewhere(facts, &hit))
            continue;
        switch (hit.class_) {
        case LOG_COREDNS_QUERY:
        case LOG_COREDNS_QUERY_FAILED:
            add_query(facts, &hit);
            break;
        case LOG_COREDNS_UPSTREAM_TIMEOUT:
            add_upstream(facts, &hit, LOOKUP_TIMEOUT);
            break;
        case LOG_COREDNS_UPSTREAM_UNREACHABLE:
            add_upstream(facts, &hit, LOOKUP_UNREACHABLE);
            break;
        case LOG_APP_DNS:
            add_app(facts, &hit);
            break;
        default:
            break;
        }
    }
}
