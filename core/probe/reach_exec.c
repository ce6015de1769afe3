// Through a pod on the node that shares its network, and often has the tools: kube-proxy's, then the network
// plugins'. It sees the node's network, not its files. Which back end its iptables speaks stands in what it
// prints; the other one stays unknown. Such images seldom have timeout(1), so that only what ends by itself
// is run there.
#include "core/probe/argv.h"
#include "core/probe/reach.h"

static const struct {
    const char *app; // label k8s-app
    const char *container;
} helpers[] = {
    {"kube-proxy", "kube-proxy"},
    {"aws-node", "aws-node"},
    {"calico-node", "calico-node"},
    {"cilium", "cilium-agent"},
};

static bool helps(const struct kube_pod *pod, const char *node, const char *app)
{
    const char *label = kube_label(&pod->meta.labels, "k8s-app");
    return pod->node && strcmp(pod->node, node) == 0 && pod->host_network && pod->ready != TRI_NO && label &&
           strcmp(label, app) == 0;
}

static const struct kube_pod *find_helper(const struct way *way, const char *app)
{
    const struct facts *facts = way->in->facts;
    for (size_t i = 0; facts && i < facts->cluster.pods.n; i++) {
        if (helps(&facts->cluster.pods.items[i], way->node, app))
            return &facts->cluster.pods.items[i];
    }
    return NULL;
}

static void find_exec(struct way *way)
{
    for (size_t i = 0; !way->pod && i < sizeof helpers / sizeof *helpers; i++) {
        const struct kube_pod *pod = find_helper(way, helpers[i].app);
        if (!pod)
            continue;
        way->namespace_ = pod->meta.namespace_;
        way->pod = pod->meta.name;
        way->container = helpers[i].container;
    }
    if (!way->pod)
        way->why_not = "no pod of kube-proxy, aws-node, calico-node or cilium is ready on it";
}

static bool wrap_exec(const struct way *way, const char *const *words, struct planned *ret, struct error *err)
{
    if (!(ret->row->flags & PROBE_NETWORK))
        return error_set(err, "pod %s sees the node's network, not its files", way->pod);
    if (ret->row->flags & PROBE_LASTS)
        return error_set(err, "nothing in pod %s would end it", way->pod);
    const char *const pod[3] = {way->namespace_, way->pod, way->container};
    ret->argv = reach_into_pod(way->arena, way->context, pod, words);
    return ret->argv || error_set(err, "pod %s has a name that is none", way->pod);
}

const struct reach_way reach_exec = {.find = find_exec, .wrap = wrap_exec, .consent = CONSENT_EXEC};
