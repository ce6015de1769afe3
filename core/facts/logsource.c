// Paths of logs, taken apart. The kubelet names a pod's folder NAMESPACE_NAME_UID (pkg/kubelet/kuberuntime)
// and its links NAME_NAMESPACE_CONTAINER-ID.log; neither namespaces nor names may hold '_'.
#include "core/facts/logsource.h"

#include <string.h>

static struct span last_part(struct span path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.at[i - 1] == '/')
            return span_from(path, i);
    }
    return path;
}

static struct span without_end(struct span s, const char *end)
{
    return span_ends(s, end) ? span_first(s, s.len - strlen(end)) : s;
}

static void take_container(struct span name, struct log_source *ret)
{
    name = without_end(without_end(without_end(name, ".gz"), ".xz"), ".log");
    ret->previous = span_ends(name, ".previous");
    ret->container = without_end(name, ".previous");
}

static void take_cluster_log(struct span rest, struct log_source *ret)
{
    struct span name;
    if (span_cut(&rest, '/', &ret->ns) && span_cut(&rest, '/', &ret->pod) && span_cut(&rest, '/', &name))
        take_container(name, ret);
}

// NS_POD_UID/CONTAINER/0.log
static void take_pod_folder(struct span folder, struct span rest, struct log_source *ret)
{
    if (span_cut(&folder, '_', &ret->ns) && span_cut(&folder, '_', &ret->pod))
        span_cut(&rest, '/', &ret->container);
}

// POD_NS_CONTAINER-0123….log
static void take_link(struct span name, struct log_source *ret)
{
    struct span container;
    if (!span_cut(&name, '_', &ret->pod) || !span_cut(&name, '_', &ret->ns) ||
        !span_cut(&name, '_', &container))
        return;
    size_t dash = container.len;
    for (size_t i = 0; i < container.len; i++)
        dash = container.at[i] == '-' ? i : dash;
    ret->container = span_first(container, dash);
}

static void take_node_log(struct span rest, struct log_source *ret)
{
    struct span part;
    if (!span_cut(&rest, '/', &ret->node) || !span_cut(&rest, '/', &part) || !span_is(part, "var_log"))
        return;
    while ((span_starts(rest, "pods/") || span_starts(rest, "containers/")) && span_cut(&rest, '/', &part))
        ;
    if (span_find_char(rest, '/') != SIZE_MAX && span_cut(&rest, '/', &part))
        take_pod_folder(part, rest, ret);
    else
        take_link(last_part(rest), ret);
}

void log_source_of(const struct facts *facts, uint32_t file, struct log_source *ret)
{
    *ret = (struct log_source){0};
    const struct evidence_file *f = facts->evidence ? evidence_file(facts->evidence, file) : NULL;
    if (!f)
        return;
    struct span path = span_of(f->path);
    if (span_skip(&path, "cluster/logs/"))
        take_cluster_log(path, ret);
    else if (span_skip(&path, "nodes/"))
        take_node_log(path, ret);
}

bool log_source_is_nodelocal(const struct facts *facts, const struct log_source *source)
{
    const struct kube_workload *set = facts->dns.nodelocal_set;
    if (span_is(source->container, "node-cache"))
        return true;
    const char *name = set && set->meta.name ? set->meta.name : "node-local-dns";
    return span_starts(source->pod, name) || span_starts(source->pod, "nodelocaldns");
}

bool log_source_is_coredns(const struct facts *facts, const struct log_source *source)
{
    if (log_source_is_nodelocal(facts, source))
        return false;
    for (size_t i = 0; i < facts->dns.n_pods; i++) {
        const char *name = facts->dns.pods[i]->meta.name;
        if (name && span_is(source->pod, name))
            return true;
    }
    bool alone = !source->pod.len && !source->node.len;
    return alone || span_is(source->container, "coredns") || span_starts(source->pod, "coredns");
}
