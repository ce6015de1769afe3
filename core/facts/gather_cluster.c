// What the Kubernetes API said: every listing below cluster/, how far each may be trusted, and the pod and
// the node that the incident is about. A listing of one namespace is partial; one whose probe failed is
// unknown, and nothing of it is taken, because kubectl prints an empty list when it fails.
#include <string.h>

#include "core/facts/gather.h"

struct resource { // one kind of listing
    const char *name;
    struct listing *listing;
    const char *what, *command; // the gap where it is not whole; NULL: nobody asks for it
    const char *enough;         // the one namespace that does, or NULL
};

enum { N_RESOURCES = 10 };

static void resources_init(struct cluster *c, struct resource ret[static N_RESOURCES])
{
    const struct resource table[N_RESOURCES] = {
        {"pods", &c->pods.listing, "pods", "kubectl get pods -A -o json", NULL},
        {"nodes", &c->nodes.listing, "nodes", "kubectl get nodes -o json", NULL},
        {"namespaces", &c->namespaces.listing, NULL, NULL, NULL},
        {"services", &c->services.listing, "services", "kubectl get services -A -o json", NULL},
        {"endpointslices", &c->slices.listing, "endpoint slices", "kubectl get endpointslices -A -o json",
         NULL},
        {"endpoints", &c->slices.listing, NULL, NULL, NULL},
        {"configmaps", &c->configmaps.listing, "ConfigMaps (the Corefile)",
         "kubectl get configmaps -n kube-system -o json", "kube-system"},
        {"deployments", &c->deployments, "deployments", "kubectl get deployments -A -o json", NULL},
        {"daemonsets", &c->daemonsets, "daemon sets", "kubectl get daemonsets -A -o json", NULL},
        {"events", &c->events.listing, "events", "kubectl get events -A -o json", NULL},
    };
    memcpy(ret, table, sizeof table);
}

// "cluster/pods@shop.json" → "pods" and "shop"; "cluster/events.events.k8s.io.json" → "events".
static struct span resource_of(const char *path, struct span *ret_namespace)
{
    struct span name = span_of(path);
    span_skip(&name, "cluster/");
    size_t at = span_find_char(name, '@');
    *ret_namespace = (struct span){0};
    if (at != SIZE_MAX) {
        struct span rest = span_from(name, at + 1);
        *ret_namespace = span_first(rest, span_find(rest, ".json"));
        return span_first(name, at);
    }
    return span_first(name, span_find_char(name, '.'));
}

static struct resource *find_resource(struct resource *resources, struct span name)
{
    for (size_t i = 0; i < N_RESOURCES; i++) {
        if (span_is(name, resources[i].name))
            return &resources[i];
    }
    return NULL;
}

// The counters of the lists, to take back what a broken file added.
struct counts {
    size_t pods, nodes, namespaces, services, slices, configmaps, workloads, events;
};

static struct counts count_lists(const struct cluster *c)
{
    return (struct counts){c->pods.n,   c->nodes.n,      c->namespaces.n, c->services.n,
                           c->slices.n, c->configmaps.n, c->workloads.n,  c->events.n};
}

static void cut_lists(struct cluster *c, const struct counts *n)
{
    c->pods.n = n->pods;
    c->nodes.n = n->nodes;
    c->namespaces.n = n->namespaces;
    c->services.n = n->services;
    c->slices.n = n->slices;
    c->configmaps.n = n->configmaps;
    c->workloads.n = n->workloads;
    c->events.n = n->events;
}

static bool read_objects(struct facts *facts, const struct evidence_file *file, struct error *err)
{
    struct feed feed;
    if (file->state == EVIDENCE_UNKNOWN)
        return error_set(err, "%s", file->why ? file->why : "the file says nothing");
    if (!evidence_feed_open(facts->evidence, file->id, &feed, err))
        return false;
    struct counts before = count_lists(&facts->cluster);
    bool good = kubeobj_parse_fed(&facts->arena, &feed, file->id, &facts->cluster, err);
    evidence_feed_close(&feed);
    if (!good)
        cut_lists(&facts->cluster, &before);
    return good;
}

static void read_listing(struct facts *facts, struct resource *resources, const struct evidence_file *file)
{
    struct span ns;
    struct resource *resource = find_resource(resources, resource_of(file->path, &ns));
    struct error err = {{0}};
    struct listing said = {.state = LISTING_WHOLE, .place = place_at(file->id, 1)};
    if (!read_objects(facts, file, &err)) {
        said.state = LISTING_UNKNOWN;
        said.why = arena_strdup(&facts->arena, err.text);
    } else if (ns.at) {
        said = listing_of_namespace(&facts->arena, said.place, ns);
    }
    if (resource)
        listing_add(&facts->arena, resource->listing, said);
}

static bool is_enough(const struct resource *r)
{
    return listing_covers(r->listing, r->enough);
}

static void add_gaps(struct facts *facts, const struct resource *resources)
{
    for (size_t i = 0; i < N_RESOURCES; i++) {
        const struct resource *r = &resources[i];
        if (!r->what || is_enough(r))
            continue;
        const char *why = r->listing->why ? r->listing->why : "not collected";
        facts_add_gap(facts, arena_printf(&facts->arena, "%s: %s", r->what, why), r->command);
    }
}

// ------------------------------------------------------------------ the pod and its node
// Where nobody says which pod complains, and something was collected from inside exactly one, it is that one.
static void adopt_pod(struct facts *facts)
{
    uint32_t cursor = 0;
    struct span only[2] = {{0}};
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, "pods/*/*/**", &cursor))) {
        struct span rest = span_of(file->path);
        struct span ns;
        struct span name;
        if (!span_skip(&rest, "pods/") || !span_cut(&rest, '/', &ns) || !span_cut(&rest, '/', &name))
            continue;
        if (only[0].at && !(span_eq(ns, only[0]) && span_eq(name, only[1])))
            return;
        only[0] = ns;
        only[1] = name;
    }
    if (!only[0].at)
        return;
    facts->target.namespace_ = arena_span(&facts->arena, only[0]);
    facts->target.pod = arena_span(&facts->arena, only[1]);
}

// "ip-10-0-11-37" stands for "ip-10-0-11-37.eu-west-1.compute.internal"; an instance is known by providerID.
static bool is_node(const struct kube_node *node, const struct target *target)
{
    size_t length = target->node ? strlen(target->node) : 0;
    const char *name = node->meta.name;
    if (length && name && strncmp(name, target->node, length) == 0 && (name[length] == '.' || !name[length]))
        return true;
    return !length && target->instance && node->provider_id &&
           span_ends(span_of(node->provider_id), target->instance);
}

static const char *find_node(const struct facts *facts)
{
    for (size_t i = 0; i < facts->cluster.nodes.n; i++) {
        if (is_node(&facts->cluster.nodes.items[i], &facts->target))
            return facts->cluster.nodes.items[i].meta.name;
    }
    return facts->target.node;
}

static void find_pod(struct facts *facts)
{
    const struct target *target = &facts->target;
    if (!target->pod && !target->node && !target->instance)
        adopt_pod(facts);
    if (target->pod)
        facts->pod = cluster_pod(&facts->cluster, target->namespace_, target->pod);
    if (facts->pod)
        facts->pod_ip = facts->pod->ip;
    facts->node_name = find_node(facts);
    if (!facts->node_name && facts->pod)
        facts->node_name = facts->pod->node;
}

void gather_cluster(struct facts *facts)
{
    struct resource resources[N_RESOURCES];
    resources_init(&facts->cluster, resources);
    uint32_t cursor = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, "cluster/*.json*", &cursor))) {
        if (!span_starts(span_of(file->path), "cluster/access."))
            read_listing(facts, resources, file);
    }
    struct cluster *c = &facts->cluster;
    c->workloads.listing = c->deployments.state < c->daemonsets.state ? c->deployments : c->daemonsets;
    add_gaps(facts, resources);
    find_pod(facts);
}
