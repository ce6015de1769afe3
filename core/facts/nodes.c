// The nodes of the evidence: one record for every folder below nodes/, made before any area fills it, so that
// the areas find a node by its name and need not know of each other.
#include "core/base/mem.h"
#include "core/facts/gather.h"

static const struct kube_node *find_object(const struct cluster *cluster, const char *name)
{
    for (size_t i = 0; i < cluster->nodes.n; i++) {
        const char *own = cluster->nodes.items[i].meta.name;
        if (own && strcmp(own, name) == 0)
            return &cluster->nodes.items[i];
    }
    return NULL;
}

// A node that EKS itself runs (Auto Mode) says so in its label; CoreDNS, kube-proxy and the CNI are then
// services of the node, not pods (EKS user guide, Auto Mode).
static bool is_auto_mode(const struct kube_node *node)
{
    for (size_t i = 0; node && i < node->meta.labels.n; i++) {
        const struct kube_label *label = &node->meta.labels.items[i];
        if (strcmp(label->name, "eks.amazonaws.com/compute-type") == 0)
            return strcmp(label->value, "auto") == 0;
    }
    return false;
}

void gather_node_folders(struct facts *facts)
{
    size_t n = 0;
    const char *const *names = evidence_nodes(facts->evidence, &n);
    facts->nodes = arena_alloc(&facts->arena, n * sizeof *facts->nodes);
    facts->n_nodes = n;
    for (size_t i = 0; i < n; i++) {
        const struct kube_node *object = find_object(&facts->cluster, names[i]);
        facts->nodes[i] = (struct node_facts){
            .name = arena_strdup(&facts->arena, names[i]),
            .kube = object,
            .auto_mode = is_auto_mode(object),
        };
        if (facts->node_name && strcmp(names[i], facts->node_name) == 0)
            facts->node = &facts->nodes[i];
    }
}
