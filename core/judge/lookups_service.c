// A Service that is there, and whose name is denied all the same: a headless one without a ready pod, or an
// alias of a name that does not exist. CoreDNS is right both times (plugin/kubernetes, findServices).
#include "core/judge/lookups.h"

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

bool lookups_explain_service(struct bench *b, const struct kube_service *service, struct claim *ret,
                             struct cites *cites)
{
    *ret =
        (struct claim){.kind = CLAIM_CAUSE, .on_path = TRI_YES, .in_window = TRI_YES, .time = TIME_UNKNOWN};
    if (service->external_name)
        return explain_alias(b, service, ret, cites);
    return service->headless && explain_headless(b, service, ret, cites);
}
