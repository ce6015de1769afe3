// A short name of a Service that is asked for as it is, again and again, and never with a search domain
// appended: then nobody answers it. Two things do that. musl never goes through the search list for a name
// of ndots dots or more, where glibc and Go go on with it: a pod whose dnsConfig lowers ndots has made that
// name unknown to itself (dns_policy). And nginx and others that resolve by themselves know no search list
// at all: the name that they were given is not one (name_does_not_exist). Which library asks stands nowhere,
// and who writes "orders.shop." means it so: likely at most.
#include <string.h>

#include "core/judge/resolver.h"

enum { OFTEN = 3, LOOKED_AT = 1000 }; // denials that make it; those of which the Service is looked for

struct unsearched {
    const char *name; // as it is asked for
    const struct kube_service *service;
    struct cites denials;
    size_t n;
    usec_t first;
};

// Seen by who sees every question of the pod, not tried by hand.
static bool is_witnessed(const struct bench *b, const struct lookup *l)
{
    return l->target_pod && l->name && (l->origin == LOOKUP_SERVER_LOG || l->origin == LOOKUP_CAPTURE) &&
           bench_time_in_window(b, l->time) == TRI_YES;
}

static bool is_meant(const struct bench *b, const char *name)
{
    const char *query = b->facts->target.query;
    size_t length = strlen(name);
    return !query || (strncasecmp(query, name, length) == 0 && (!query[length] || query[length] == '.'));
}

static const struct lookup *find_denied(const struct bench *b)
{
    for (size_t i = 0, looked = 0; looked < LOOKED_AT && i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!is_witnessed(b, l) || l->outcome != LOOKUP_NXDOMAIN || !is_meant(b, l->name))
            continue;
        looked++;
        if (resolver_find_service(b, span_of(l->name)))
            return l;
    }
    return NULL;
}

// False: the pod was seen to ask with a search domain, too.
static bool collect(const struct bench *b, struct unsearched *u)
{
    size_t length = strlen(u->name);
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!is_witnessed(b, l) || strncmp(l->name, u->name, length) != 0)
            continue;
        if (l->name[length] == '.')
            return false;
        if (l->name[length] || l->outcome != LOOKUP_NXDOMAIN)
            continue;
        u->n++;
        cite(&u->denials, u->n <= OFTEN ? l->place : (struct place){.file = FILE_NONE});
        if (l->time != TIME_UNKNOWN && (u->first == TIME_UNKNOWN || l->time < u->first))
            u->first = l->time;
    }
    return u->n >= OFTEN;
}

static unsigned count_dots(const char *name)
{
    unsigned n = 0;
    for (; *name; name++)
        n += *name == '.';
    return n;
}

static const char *name_full(struct bench *b, const struct unsearched *u)
{
    return arena_printf(&b->arena, "%s.%s.svc.%s", u->service->meta.name, u->service->meta.namespace_,
                        b->facts->dns.cluster_domain);
}

static void say(struct bench *b, const struct unsearched *u, struct claim claim, const struct cites *cites)
{
    claim.kind = CLAIM_CAUSE;
    claim.on_path = TRI_UNKNOWN;
    claim.in_window = TRI_YES;
    claim.time = u->first;
    bench_say(b, &claim, cites);
    claim.kind = CLAIM_EFFECT;
    claim.subject = SUBJECT_SYMPTOM;
    claim.on_path = TRI_YES;
    claim.text = arena_printf(&b->arena, "%s is answered NXDOMAIN (%zu times in the window)", u->name, u->n);
    bench_say(b, &claim, &u->denials);
}

static void say_ndots(struct bench *b, const struct resolvconf *conf, const struct unsearched *u)
{
    const struct kube_pod *pod = b->facts->pod;
    struct cites cites = {0};
    cite(&cites, conf->ndots_place);
    if (pod && pod->dns_config)
        cite(&cites, pod->dns_config->place);
    cite(&cites, u->service->meta.place);
    const char *text = arena_printf(
        &b->arena,
        "with ndots:%u the pod asks for %s only as it is and never with its search list, as musl does: the "
        "Service is %s",
        conf->ndots, u->name, name_full(b, u));
    const char *fix = arena_printf(
        &b->arena,
        "set ndots in the dnsConfig of the workload's template to %u or more (5 is the default), or have the "
        "application ask for %s",
        count_dots(u->name) + 1, name_full(b, u));
    say(b, u,
        (struct claim){
            .diagnosis = DIAGNOSIS_DNS_POLICY, .subject = SUBJECT_DNS_CONFIG, .text = text, .fix = fix},
        &cites);
}

static void say_bare(struct bench *b, const struct unsearched *u)
{
    struct cites cites = u->denials;
    cite(&cites, u->service->meta.place);
    const char *text =
        arena_printf(&b->arena, "%s is asked for as it is and never with the search list: the Service is %s",
                     u->name, name_full(b, u));
    const char *fix = arena_printf(
        &b->arena,
        "have the application ask for %s: what resolves there (nginx's resolver and the like) does not use "
        "the search list of resolv.conf",
        name_full(b, u));
    say(b, u,
        (struct claim){
            .diagnosis = DIAGNOSIS_NAME_DOES_NOT_EXIST, .subject = SUBJECT_SYMPTOM, .text = text, .fix = fix},
        &cites);
}

void resolver_judge_unsearched(struct bench *b, const struct resolvconf *conf)
{
    const struct lookup *denied = find_denied(b);
    struct unsearched u = {.name = denied ? denied->name : NULL, .first = TIME_UNKNOWN};
    if (!denied || !conf->n_search || bench_asks_cluster_dns(b) != TRI_YES)
        return;
    u.service = resolver_find_service(b, span_of(u.name));
    if (!collect(b, &u))
        return;
    if (count_dots(u.name) >= conf->ndots)
        say_ndots(b, conf, &u);
    else
        say_bare(b, &u);
}
