// CoreDNS and NodeLocal DNSCache by their logs' paths, with what the cluster's objects say of their pods.
#include "core/facts/logsource.h"

struct log_origin log_source(const struct facts *facts, uint32_t file)
{
    const struct evidence_file *f = facts->evidence ? evidence_file(facts->evidence, file) : NULL;
    return f ? log_origin_of(f->path) : (struct log_origin){.previous = false};
}

bool log_source_is_nodelocal(const struct facts *facts, const struct log_origin *source)
{
    const struct kube_workload *set = facts->dns.nodelocal_set;
    if (span_is(source->container, "node-cache"))
        return true;
    const char *name = set && set->meta.name ? set->meta.name : "node-local-dns";
    return span_starts(source->pod, name) || span_starts(source->pod, "nodelocaldns");
}

bool log_source_is_elsewhere(const struct facts *facts, const struct log_origin *source)
{
    const struct kube_service *service = facts->dns.service;
    return source->namespace_.len && service && service->meta.namespace_ &&
           !span_is(source->namespace_, service->meta.namespace_) && !log_source_is_nodelocal(facts, source);
}

bool log_source_is_coredns(const struct facts *facts, const struct log_origin *source)
{
    if (log_source_is_nodelocal(facts, source) || log_source_is_elsewhere(facts, source))
        return false;
    for (size_t i = 0; i < facts->dns.n_pods; i++) {
        const char *name = facts->dns.pods[i]->meta.name;
        if (name && span_is(source->pod, name))
            return true;
    }
    bool alone = !source->pod.len && !source->node.len;
    return alone || span_is(source->container, "coredns") || span_starts(source->pod, "coredns");
}

bool log_source_exists(const struct facts *facts, const char *ns, const char *pod)
{
    size_t n = facts->evidence && ns && pod ? evidence_count(facts->evidence) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct evidence_file *file = evidence_file(facts->evidence, (uint32_t)i);
        struct log_origin origin = log_origin_of(file->path);
        if (file->state == EVIDENCE_KNOWN && span_is(origin.pod, pod) && span_is(origin.namespace_, ns) &&
            (origin.container.len || span_ends(span_of(file->path), ".log")))
            return true;
    }
    return false;
}
