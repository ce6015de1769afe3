// name_does_not_exist: NXDOMAIN is the right answer. Two things must meet: a server that knows the zone
// denies the name itself (not one of its expansions), and the Service or namespace is absent from a whole
// listing. A stranger's NXDOMAIN for a cluster name proves nothing, nor does an absent Service that nobody
// asked for.
#include <strings.h>

#include "core/judge/lookups.h"
#include "core/judge/nearname.h"
#include "core/parse/corefile.h"

struct meant { // what a name asks for
    bool in_cluster;
    struct span service, namespace_;
    struct span below; // labels in front of the Service's
    const char *full;  // the name as the cluster's DNS knows it
};

// ------------------------------------------------------------------ what the name means

static bool strip_suffix(struct span *name, const char *suffix)
{
    size_t n = strlen(suffix);
    if (!span_ends(*name, suffix) || name->len <= n + 1 || name->at[name->len - n - 1] != '.')
        return false;
    name->len -= n + 1;
    return true;
}

static bool has_namespace(const struct bench *b, struct span ns)
{
    const struct cluster *c = &b->facts->cluster;
    for (size_t i = 0; i < c->namespaces.n; i++) {
        if (c->namespaces.items[i].name && span_is(ns, c->namespaces.items[i].name))
            return true;
    }
    return false;
}

// The last two labels are the Service and its namespace; those in front are a pod's or a port's.
static void cut_labels(struct span name, struct meant *ret)
{
    size_t dot = name.len;
    while (dot > 0 && name.at[dot - 1] != '.')
        dot--;
    ret->namespace_ = span_from(name, dot);
    struct span front = dot ? span_first(name, dot - 1) : name;
    size_t start = front.len;
    while (start > 0 && front.at[start - 1] != '.')
        start--;
    ret->service = span_from(front, start);
    ret->below = start ? span_first(front, start - 1) : (struct span){0};
    ret->in_cluster = dot > 0 && ret->service.len && ret->namespace_.len;
}

static const struct kube_service *find_service(const struct bench *b, const struct meant *m)
{
    const struct cluster *c = &b->facts->cluster;
    for (size_t i = 0; i < c->services.n; i++) {
        const struct kube_meta *meta = &c->services.items[i].meta;
        if (meta->name && meta->namespace_ && span_is(m->service, meta->name) &&
            span_is(m->namespace_, meta->namespace_))
            return &c->services.items[i];
    }
    return NULL;
}

static struct meant find_meant(struct bench *b, const char *query)
{
    struct meant m = {.in_cluster = false, .full = query};
    struct span name = span_of(query);
    if (span_ends(name, "."))
        name.len--;
    m.full = arena_span(&b->arena, name);
    bool full = strip_suffix(&name, b->facts->dns.cluster_domain), svc = strip_suffix(&name, "svc");
    size_t labels = 1;
    for (size_t i = 0; i < name.len; i++)
        labels += name.at[i] == '.';
    if (full && !svc)
        return m; // *.pod.cluster.local and the like
    if (full || svc) {
        cut_labels(name, &m);
    } else if (labels == 1 && b->facts->target.namespace_) {
        m.in_cluster = true;
        m.service = name;
        m.namespace_ = span_of(b->facts->target.namespace_);
    } else if (labels == 2) {
        cut_labels(name, &m);
        m.in_cluster = has_namespace(b, m.namespace_) || find_service(b, &m);
    }
    if (m.in_cluster && !full)
        m.full = arena_printf(&b->arena, SPAN_FMT "." SPAN_FMT ".svc.%s", SPAN_ARG(m.service),
                              SPAN_ARG(m.namespace_), b->facts->dns.cluster_domain);
    return m;
}

// ------------------------------------------------------------------ who denies it

// Where the DNS Service was not listed: who answers with authority for the API server's name, which every
// cluster has, is the cluster's DNS.
static bool serves_cluster(const struct bench *b, struct ip server)
{
    if (b->facts->dns.service || !server.family)
        return false;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        struct span name = span_of(l->name);
        if (span_skip(&name, "kubernetes.default.svc.") && span_is(name, b->facts->dns.cluster_domain) &&
            l->outcome == LOOKUP_ANSWERED && l->authoritative == TRI_YES && ip_eq(l->server, server))
            return true;
    }
    return false;
}

// CoreDNS answers the cluster's names with authority, from its cache as well; who has the cluster's address
// and answers without it is somebody else.
static bool knows_zone(const struct bench *b, const struct lookup *l, bool in_cluster)
{
    if (in_cluster && l->authoritative == TRI_NO)
        return false;
    switch (l->at) {
    case LOOKUP_AT_CLUSTER_DNS:
    case LOOKUP_AT_ENDPOINT:
    case LOOKUP_AT_NODELOCAL:
        return true;
    case LOOKUP_AT_VPC:
        return !in_cluster;
    case LOOKUP_AT_OTHER:
    case LOOKUP_AT_UNKNOWN:
        break;
    }
    return in_cluster && l->authoritative == TRI_YES && serves_cluster(b, l->server);
}

struct answers {
    const struct lookup *denied, *denied_elsewhere, *answered, *app;
    const struct lookup *denied_by_stranger; // a name outside, by a resolver that may not know every zone
    usec_t first_answer, last_answer, first_denial, last_denial; // TIME_UNKNOWN: none that has a time
    struct cites denials;                                        // of `denied` and its like
};

static bool is_denial(const struct bench *b, const struct lookup *l, const struct meant *m)
{
    return l->outcome == LOOKUP_NXDOMAIN && l->vantage != LOOKUP_FROM_BASTION &&
           knows_zone(b, l, m->in_cluster);
}

static bool is_told_by_app(const struct lookup *l)
{
    return l->origin == LOOKUP_APP_LOG && l->target_pod &&
           (lookup_failed(l->outcome) || l->outcome == LOOKUP_NXDOMAIN);
}

static void take_time(usec_t time, usec_t *first, usec_t *last)
{
    if (time == TIME_UNKNOWN)
        return;
    *first = *first == TIME_UNKNOWN || time < *first ? time : *first;
    *last = *last == TIME_UNKNOWN || time > *last ? time : *last;
}

static void take_lookup(const struct bench *b, struct answers *a, const struct lookup *l,
                        const struct meant *m)
{
    if (!span_is_caseless(span_of(l->name), m->full))
        return;
    if (l->outcome == LOOKUP_ANSWERED || l->outcome == LOOKUP_NODATA) {
        a->answered = l;
        take_time(l->time, &a->first_answer, &a->last_answer);
    }
    if (is_denial(b, l, m))
        take_time(l->time, &a->first_denial, &a->last_denial);
    if (l->outcome == LOOKUP_NXDOMAIN && (l->vantage == LOOKUP_FROM_BASTION || l->at == LOOKUP_AT_VPC))
        a->denied_elsewhere = l;
    if (l->outcome == LOOKUP_NXDOMAIN && l->target_pod && !m->in_cluster && !knows_zone(b, l, false))
        a->denied_by_stranger = l;
    if (is_denial(b, l, m) && (!a->denied || (lookups_as_pod_asks(l) && !lookups_as_pod_asks(a->denied))))
        a->denied = l;
}

static struct answers find_answers(const struct bench *b, const struct meant *m)
{
    struct answers a = {.first_answer = TIME_UNKNOWN,
                        .last_answer = TIME_UNKNOWN,
                        .first_denial = TIME_UNKNOWN,
                        .last_denial = TIME_UNKNOWN};
    const struct lookups *all = &b->facts->lookups;
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        if (!l->name || bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        if (!a.app && is_told_by_app(l))
            a.app = l;
        take_lookup(b, &a, l, m);
    }
    for (size_t i = 0; i < 2 * all->n && a.denials.n < 4; i++) { // first those that are asked as the pod asks
        const struct lookup *l = &all->items[i % all->n];
        if (l->name && l->target_pod && span_is_caseless(span_of(l->name), m->full) && is_denial(b, l, m) &&
            bench_time_in_window(b, l->time) == TRI_YES && (lookups_as_pod_asks(l) || i >= all->n))
            cite(&a.denials, l->place);
    }
    if (a.denied)
        cite(&a.denials, a.denied->place);
    return a;
}

// ------------------------------------------------------------------ saying it

static void say(struct bench *b, struct claim claim, const struct cites *cites)
{
    claim.diagnosis = DIAGNOSIS_NAME_DOES_NOT_EXIST;
    claim.subject = SUBJECT_SYMPTOM;
    bench_say(b, &claim, cites);
}

// Whether all Services of the namespace that is meant were listed.
static bool are_services_listed(struct bench *b, const struct meant *m)
{
    return listing_covers(&b->facts->cluster.services.listing, arena_span(&b->arena, m->namespace_));
}

// Whether the Service was there before the window's end; one made later was not there when it hurt.
static bool existed(const struct bench *b, const struct kube_service *service)
{
    usec_t to = b->facts->target.window.to;
    return service->meta.created == TIME_UNKNOWN || to == TIME_UNKNOWN || service->meta.created < to;
}

static void say_denied(struct bench *b, const struct answers *a, enum claim_kind kind)
{
    struct cites cites = a->denials;
    if (a->app)
        cite(&cites, a->app->place);
    say(b,
        (struct claim){.kind = kind,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text = arena_printf(&b->arena, "%s itself is answered NXDOMAIN", a->denied->name),
                       .time = a->denied->time},
        &cites);
}

static void say_exists(struct bench *b, struct place place, const char *text)
{
    struct cites cites = {.n = 0};
    cite(&cites, place);
    say(b,
        (struct claim){.kind = CLAIM_AGAINST,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text = text,
                       .time = TIME_UNKNOWN},
        &cites);
}

// The Service is not in the listing: what was listed, and what the name may have meant.
static void say_absent(struct bench *b, const struct meant *m, const struct answers *a)
{
    const struct cluster *c = &b->facts->cluster;
    bool no_namespace = c->namespaces.listing.state == LISTING_WHOLE && !has_namespace(b, m->namespace_);
    const struct kube_service *near = nearname_service(c, m->service, m->namespace_);
    struct cites cites = {.n = 0};
    cite(&cites, a->denied->place);
    cite(&cites, near ? near->meta.place : c->services.listing.place);
    const char *hint =
        near ? arena_printf(&b->arena, "; there is %s in %s", near->meta.name, near->meta.namespace_) : "";
    const char *fix =
        near ? arena_printf(&b->arena,
                            "correct the name in the application: the Service is called %s.%s, not " SPAN_FMT
                            "." SPAN_FMT,
                            near->meta.name, near->meta.namespace_, SPAN_ARG(m->service),
                            SPAN_ARG(m->namespace_))
             : NULL;
    say(b,
        (struct claim){.kind = CLAIM_CAUSE,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text =
                           no_namespace
                               ? arena_printf(&b->arena, "there is no namespace " SPAN_FMT "%s",
                                              SPAN_ARG(m->namespace_), hint)
                               : arena_printf(&b->arena,
                                              "there is no Service " SPAN_FMT " in namespace " SPAN_FMT "%s",
                                              SPAN_ARG(m->service), SPAN_ARG(m->namespace_), hint),
                       .fix = fix,
                       .time = TIME_UNKNOWN},
        &cites);
    say_denied(b, a, CLAIM_EFFECT);
}

// Without the list of Services the denial stands alone.
static void say_unlisted(struct bench *b, const struct answers *a)
{
    struct cites none = {.n = 0};
    say_denied(b, a, CLAIM_EFFECT);
    say(b,
        (struct claim){.kind = CLAIM_GAP,
                       .on_path = TRI_UNKNOWN,
                       .in_window = TRI_UNKNOWN,
                       .text = "whether there is a Service of that name",
                       .command = "kubectl get services -A",
                       .time = TIME_UNKNOWN},
        &none);
}

// ------------------------------------------------------------------ a Service that came or went
// Answered at first, denied since, and in the list of Services no more.
static bool is_gone(struct bench *b, const struct meant *m, const struct answers *a)
{
    return a->last_answer != TIME_UNKNOWN && a->first_denial != TIME_UNKNOWN &&
           a->last_answer < a->first_denial && are_services_listed(b, m) && !find_service(b, m);
}

// Denied until the Service was made, answered since.
static bool came_later(const struct bench *b, const struct meant *m, const struct answers *a)
{
    const struct kube_service *service = find_service(b, m);
    return service && service->meta.created != TIME_UNKNOWN && a->first_answer != TIME_UNKNOWN &&
           a->last_denial != TIME_UNKNOWN && a->last_denial < a->first_answer &&
           a->first_denial < service->meta.created && service->meta.created < a->first_answer;
}

static void say_came_later(struct bench *b, const struct meant *m, const struct answers *a)
{
    const struct kube_service *service = find_service(b, m);
    struct cites cites = {.n = 0};
    cite(&cites, a->denied->place);
    cite(&cites, service->meta.place);
    cite(&cites, a->answered->place);
    say(b,
        (struct claim){
            .kind = CLAIM_CAUSE,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena,
                                 "the Service %s in namespace %s was made only in the window: until then "
                                 "its name was denied, and it is answered since",
                                 service->meta.name, service->meta.namespace_),
            .fix = "correct nothing in DNS: the name is there by now; let what asks for it wait for the "
                   "Service, or create it first",
            .time = a->first_denial},
        &cites);
    say_denied(b, a, CLAIM_EFFECT);
}

static void judge_cluster_name(struct bench *b, const struct meant *m, const struct answers *a)
{
    const struct kube_service *service = find_service(b, m);
    struct claim explained;
    struct cites cites = {.n = 0};
    if (service && existed(b, service)) {
        if (a->denied && lookups_explain_service(b, service, m->below, &explained, &cites)) {
            say(b, explained, &cites);
            say_denied(b, a, CLAIM_EFFECT);
        } else if (a->denied && !service->headless)
            say_exists(b, service->meta.place,
                       arena_printf(&b->arena, "Service %s exists in %s", service->meta.name,
                                    service->meta.namespace_));
        return;
    }
    if (a->denied && are_services_listed(b, m))
        say_absent(b, m, a);
    else if (a->denied && !service)
        say_unlisted(b, a);
}

// Whether the Corefile has a block for the zone of that name: then it may be one that CoreDNS alone knows.
static bool has_own_zone(const struct bench *b, const char *name)
{
    const struct corefile *file = b->facts->dns.corefile;
    const struct core_server *own = file ? corefile_server_for(file, span_of(name)) : NULL;
    return own && own != corefile_server_for(file, span_of("."));
}

// The pod asks another resolver than the cluster's, and that denies a name outside.
static void say_denied_by_stranger(struct bench *b, const struct lookup *l)
{
    struct cites cites = {.n = 0};
    cite(&cites, l->place);
    say(b,
        (struct claim){
            .kind = CLAIM_CAUSE,
            .on_path = TRI_UNKNOWN,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena,
                                 "%s itself is answered NXDOMAIN by the resolver that the pod asks", l->name),
            .time = l->time},
        &cites);
}

// Outside the cluster there is no listing: a second, independent denial takes its place.
static void judge_outside_name(struct bench *b, const struct answers *a)
{
    if (!a->denied && a->denied_by_stranger && !a->answered && !has_own_zone(b, a->denied_by_stranger->name))
        say_denied_by_stranger(b, a->denied_by_stranger);
    if (!a->denied)
        return;
    say_denied(b, a, CLAIM_CAUSE);
    struct cites cites = {.n = 0};
    if (a->denied_elsewhere && a->denied_elsewhere != a->denied)
        cite(&cites, a->denied_elsewhere->place);
    say(b,
        (struct claim){.kind = CLAIM_EFFECT,
                       .on_path = TRI_YES,
                       .in_window = TRI_YES,
                       .text = "another resolver, asked directly, denies the name as well",
                       .time = TIME_UNKNOWN},
        &cites);
}

// Whether the pod's own log tells of that name; where it names none, any may be meant.
static bool is_told(const struct bench *b, const char *name)
{
    bool names = false;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!l->name || !is_told_by_app(l) || bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        names = true;
        size_t n = strlen(l->name); // the application says "orders", and asks for more
        if (strncasecmp(l->name, name, n) == 0 && (!name[n] || name[n] == '.'))
            return true;
    }
    return !names;
}

// The name that is complained of; without one, what the pod's own lookups were denied, but for what probes
// ask, and what somebody tried by hand beside what the pod's log complains of.
static const char *find_query(const struct bench *b)
{
    if (b->facts->target.query)
        return b->facts->target.query;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->target_pod && l->name && l->outcome == LOOKUP_NXDOMAIN && !l->expansion &&
            !span_is_caseless(span_of(l->name), TARGET_OUTSIDE_NAME) &&
            bench_time_in_window(b, l->time) == TRI_YES && is_told(b, l->name))
            return l->name;
    }
    return NULL;
}

void lookups_judge_name(struct bench *b)
{
    const char *query = find_query(b);
    if (!query || !*query || lookup_name_is_doubled(span_of(query), b->facts->dns.cluster_domain))
        return;
    struct meant m = find_meant(b, query);
    struct answers a = find_answers(b, &m);
    if (m.in_cluster && is_gone(b, &m, &a))
        say_absent(b, &m, &a);
    else if (m.in_cluster && came_later(b, &m, &a))
        say_came_later(b, &m, &a);
    else if (a.answered && a.denied)
        say_exists(b, a.answered->place,
                   arena_printf(&b->arena, "%s was answered in the window", a.answered->name));
    else if (m.in_cluster)
        judge_cluster_name(b, &m, &a);
    else
        judge_outside_name(b, &a);
}
