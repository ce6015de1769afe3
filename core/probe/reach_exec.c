// Through a pod on the node that shares its network, and often has the tools: kube-proxy's, then the network
// plugins'. It sees the node's network, not its files. Which back end its iptables speaks stands in what it
// prints; the other one stays unknown. Such images seldom have timeout(1), so that only what ends by itself
// is run there.
#include "core/base/str.h"
#include "core/probe/argv.h"
#include "core/probe/reach.h"

// Anybody may give a pod such a label, but not put it into these namespaces.
static const struct helper {
    const char *namespace_, *app; // label k8s-app
    const char *container;
} helpers[] = {
    {"kube-system", "kube-proxy", "kube-proxy"},   {"kube-system", "aws-node", "aws-node"},
    {"kube-system", "calico-node", "calico-node"}, {"calico-system", "calico-node", "calico-node"},
    {"kube-system", "cilium", "cilium-agent"},
};

static bool helps(const struct kube_pod *pod, const char *node, const struct helper *helper)
{
    const char *label = kube_label(&pod->meta.labels, "k8s-app");
    return str_same(pod->node, node) && pod->host_network && pod->ready != TRI_NO &&
           str_same(label, helper->app) && str_same(pod->meta.namespace_, helper->namespace_);
}

static const struct kube_pod *find_helper(const struct way *way, const struct helper *helper)
{
    const struct facts *facts = way->in->facts;
    for (size_t i = 0; facts && i < facts->cluster.pods.n; i++) {
        if (helps(&facts->cluster.pods.items[i], way->node, helper))
            return &facts->cluster.pods.items[i];
    }
    return NULL;
}

static void find_exec(struct way *way)
{
    for (size_t i = 0; !way->pod && i < sizeof helpers / sizeof *helpers; i++) {
        const struct kube_pod *pod = find_helper(way, &helpers[i]);
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
