// coredns_down, seen from NodeLocal DNSCache: CoreDNS is ready and answers, and the Service by which the
// cache asks it has no endpoint. That Service (kube-dns-upstream in the cache's manifest) selects pods by a
// label of its own, k8s-app=kube-dns, which CoreDNS of another chart need not have. Names of the cluster fail
// then on every node that has the cache.
#include "core/judge/coredns.h"

// Of a whole listing; the slice that has none in *ret_place.
static bool has_no_endpoint(const struct bench *b, const struct kube_service *service,
                            struct place *ret_place)
{
    const struct cluster *c = &b->facts->cluster;
    if (!listing_covers(&c->slices.listing, service->meta.namespace_))
        return false;
    for (size_t i = 0; i < c->slices.n; i++) {
        const struct kube_slice *slice = &c->slices.items[i];
        if (!kube_slice_is_of(slice, service))
            continue;
        *ret_place = slice->meta.place;
        for (size_t k = 0; k < slice->n_endpoints; k++) {
            if (slice->endpoints[k].ready != TRI_NO)
                return false;
        }
    }
    return true;
}

// What the cache says of asking there, in the window.
static size_t cite_cache_lines(const struct bench *b, const struct kube_service *service, struct cites *cites)
{
    char ip[IP_TEXT];
    const char *address = ip_format(service->cluster_ips[0], ip);
    size_t n = 0;
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        bool failed =
            hit->class_ == LOG_COREDNS_UPSTREAM_TIMEOUT || hit->class_ == LOG_COREDNS_UPSTREAM_UNREACHABLE;
        if (!failed || !span_contains(hit->text, address) || bench_time_in_window(b, hit->time) != TRI_YES)
            continue;
        struct log_origin source = log_source(b->facts, hit->place.file);
        if (log_source_is_nodelocal(b->facts, &source) && n++ < 3)
            cite(cites, hit->place);
    }
    return n;
}

void coredns_judge_cache_way(struct bench *b)
{
    const struct dns_facts *dns = &b->facts->dns;
    const struct kube_service *service = dns->nodelocal_upstream;
    struct place slice = {.file = FILE_NONE};
    struct cites cites = {0};
    size_t ready;
    if (!service || !dns->service || service == dns->service || !coredns_count_ready(b, &ready) || !ready ||
        !has_no_endpoint(b, service, &slice))
        return;
    size_t lines = cite_cache_lines(b, service, &cites);
    cite(&cites, slice);
    cite(&cites, service->meta.place);
    bool asked = bench_asks_cache(b) == TRI_YES || bench_cache_has_service(b);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_COREDNS_DOWN,
            .subject = SUBJECT_NODELOCAL,
            .on_path = !asked || bench_query_class(b) == LOOKUP_NAME_EXTERNAL ? TRI_NO : TRI_YES,
            .in_window = lines ? TRI_YES : TRI_UNKNOWN,
            .text =
                arena_printf(&b->arena,
                             "CoreDNS is ready, and the Service %s, by which NodeLocal DNSCache asks it, has "
                             "no ready endpoint",
                             service->meta.name),
            .fix = arena_printf(&b->arena,
                                "correct the selector of the Service %s in %s to the labels of the CoreDNS "
                                "pods, as that of %s has them",
                                service->meta.name, service->meta.namespace_, dns->service->meta.name),
            .time = TIME_UNKNOWN,
        },
        &cites);
    coredns_say_effect(b, DIAGNOSIS_COREDNS_DOWN, LOOKUP_NAME_UNKNOWN);
}
