// A Service that is there, and whose name is denied all the same: a headless one without a ready pod, an
// alias of a name that does not exist, or the name of one pod below it that no ready endpoint has. CoreDNS is
// right each time (plugin/kubernetes, findServices).
#include "core/judge/lookups.h"

#include <string.h>

#include "core/parse/corefile.h"

// ------------------------------------------------------------------ headless
// An endpoint of the Service that is ready; else, in *ret_place, one that is not.
static bool has_ready(const struct bench *b, const struct kube_service *service, struct place *ret_place)
{
    const struct cluster *c = &b->facts->cluster;
    for (size_t i = 0; i < c->slices.n; i++) {
        const struct kube_slice *slice = &c->slices.items[i];
        for (size_t k = 0; kube_slice_is_of(slice, service) && k < slice->n_endpoints; k++) {
            if (slice->endpoints[k].ready != TRI_NO)
                return true;
            *ret_place = slice->endpoints[k].place;
        }
    }
    return false;
}

// A headless Service is known by the addresses of its ready pods: without any there is nothing to answer.
static bool explain_headless(struct bench *b, const struct kube_service *service, struct claim *ret,
                             struct cites *cites)
{
    struct place not_ready = {.file = FILE_NONE};
    if (!listing_covers(&b->facts->cluster.slices.listing, service->meta.namespace_) ||
        has_ready(b, service, &not_ready))
        return false;
    cite(cites, service->meta.place);
    cite(cites, not_ready);
    ret->text = arena_printf(&b->arena, "the headless Service %s in %s has no ready endpoint",
                             service->meta.name, service->meta.namespace_);
    ret->fix = arena_printf(
        &b->arena, "make the pods behind the headless Service %s.%s ready: it has a name only while one is",
        service->meta.name, service->meta.namespace_);
    return true;
}

// ------------------------------------------------------------------ alias
static bool is_answered(const struct bench *b, const char *name)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->name && span_is_caseless(span_of(l->name), name) && l->outcome == LOOKUP_ANSWERED &&
            bench_time_in_window(b, l->time) == TRI_YES)
            return true;
    }
    return false;
}

// An ExternalName is a CNAME: CoreDNS asks for the name behind it, and hands that one's denial on.
static bool explain_alias(struct bench *b, const struct kube_service *service, struct claim *ret,
                          struct cites *cites)
{
    if (is_answered(b, service->external_name))
        return false;
    cite(cites, service->external_place);
    ret->text = arena_printf(&b->arena, "the Service %s in %s is an alias of %s, and that is denied",
                             service->meta.name, service->meta.namespace_, service->external_name);
    ret->fix = arena_printf(&b->arena, "correct externalName of the Service %s.%s: there is no name %s",
                            service->meta.name, service->meta.namespace_, service->external_name);
    return true;
}

// ------------------------------------------------------------------ one endpoint's name
// With `endpoint_pod_names` in the Corefile, an endpoint without a host name is called as its pod.
static bool has_pod_names(const struct bench *b)
{
    const struct corefile *file = b->facts->dns.corefile;
    for (size_t i = 0; file && i < file->n_servers; i++) {
        if (core_option(core_plugin(&file->servers[i], "kubernetes"), "endpoint_pod_names"))
            return true;
    }
    return false;
}

static bool is_dashed(struct span name, struct ip ip)
{
    char text[IP_TEXT];
    struct span dots = span_of(ip_format(ip, text));
    bool same = name.len == dots.len;
    for (size_t i = 0; same && i < name.len; i++)
        same = dots.at[i] == '.' || dots.at[i] == ':' ? name.at[i] == '-' : name.at[i] == dots.at[i];
    return same;
}

// CoreDNS calls an endpoint by its host name, else by its address with dashes (endpointHostname).
static bool is_called(const struct kube_endpoint *e, struct span name)
{
    return e->hostname ? span_is_caseless(name, e->hostname) : is_dashed(name, e->ip);
}

struct namesake {
    const struct kube_endpoint *called; // is called so, and is not ready
    const struct kube_endpoint *pod;    // its pod is, and it is not
};

// False: a ready endpoint is called so, or there may be one.
static bool find_namesake(const struct bench *b, const struct kube_service *service, struct span name,
                          struct namesake *ret)
{
    const struct cluster *c = &b->facts->cluster;
    for (size_t i = 0; i < c->slices.n; i++) {
        const struct kube_slice *slice = &c->slices.items[i];
        for (size_t k = 0; kube_slice_is_of(slice, service) && k < slice->n_endpoints; k++) {
            const struct kube_endpoint *e = &slice->endpoints[k];
            if (is_called(e, name) && e->ready != TRI_NO)
                return false;
            if (is_called(e, name))
                ret->called = e;
            else if (e->pod && span_is(name, e->pod))
                ret->pod = e;
        }
    }
    return true;
}

static void tell_namesake(struct bench *b, const struct kube_service *service, const char *who,
                          const struct namesake *same, struct claim *ret)
{
    const char *below = arena_printf(&b->arena, "%s.%s", service->meta.name, service->meta.namespace_);
    if (same->called) {
        ret->text = arena_printf(&b->arena, "the endpoint %s of the Service %s is not ready", who, below);
        ret->fix = arena_printf(&b->arena,
                                "make the pod %s ready, or set publishNotReadyAddresses on the Service %s: "
                                "below it only ready pods have a name",
                                who, below);
    } else if (same->pod) {
        ret->text = arena_printf(&b->arena,
                                 "the pod %s stands behind the Service %s without a name of its own: its "
                                 "subdomain is another",
                                 who, below);
        ret->fix = arena_printf(&b->arena,
                                "let serviceName of the StatefulSet (the subdomain of its pods) be %s, or "
                                "correct the name in the application to that of the Service that it names",
                                service->meta.name);
    } else {
        ret->text = arena_printf(&b->arena, "no endpoint of the Service %s is called %s", below, who);
        ret->fix = arena_printf(
            &b->arena, "correct the name in the application: the Service %s has no endpoint %s", below, who);
    }
}

static bool explain_endpoint(struct bench *b, const struct kube_service *service, struct span name,
                             struct claim *ret, struct cites *cites)
{
    struct namesake same = {NULL, NULL};
    bool one_label = !span_starts(name, "_") && span_find_char(name, '.') == SIZE_MAX; // else a port's
    if (!one_label || !b->facts->dns.corefile || has_pod_names(b) ||
        !listing_covers(&b->facts->cluster.slices.listing, service->meta.namespace_) ||
        !find_namesake(b, service, name, &same))
        return false;
    cite(cites, service->meta.place);
    if (same.called || same.pod)
        cite(cites, same.called ? same.called->place : same.pod->place);
    tell_namesake(b, service, arena_span(&b->arena, name), &same, ret);
    return true;
}

bool lookups_explain_service(struct bench *b, const struct kube_service *service, struct span below,
                             struct claim *ret, struct cites *cites)
{
    *ret =
        (struct claim){.kind = CLAIM_CAUSE, .on_path = TRI_YES, .in_window = TRI_YES, .time = TIME_UNKNOWN};
    if (service->external_name)
        return explain_alias(b, service, ret, cites);
    if (service->headless && explain_headless(b, service, ret, cites))
        return true;
    return below.len && explain_endpoint(b, service, below, ret, cites);
}
