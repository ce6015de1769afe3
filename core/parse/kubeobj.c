// Reads a listing one object at a time, so that five thousand pods take the memory of one tree, and sorts the
// objects by kind. An object is known by its own kind; where a raw list of the API gives none, by a field
// that only its kind has.
#include "core/parse/kubeobj.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/parse/kuberead.h"

struct sorter {
    struct kube_reader reader;
    struct cluster *cluster;
};

#define ADD(list) MEM_PUSH((list).items, (list).n, (list).cap)

typedef void add_fn(struct sorter *s, const struct json_value *object, const char *kind);

static void add_pod(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_pod(&s->reader, object, ADD(s->cluster->pods));
}

static void add_node(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_node(&s->reader, object, ADD(s->cluster->nodes));
}

static void add_namespace(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_meta(&s->reader, object, ADD(s->cluster->namespaces));
}

static void add_service(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_service(&s->reader, object, ADD(s->cluster->services));
}

static void add_slice(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_slice(&s->reader, object, ADD(s->cluster->slices));
}

static void add_endpoints(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_endpoints(&s->reader, object, ADD(s->cluster->slices));
}

static void add_configmap(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_configmap(&s->reader, object, ADD(s->cluster->configmaps));
}

static void add_workload(struct sorter *s, const struct json_value *object, const char *kind)
{
    kube_read_workload(&s->reader, object, kind, ADD(s->cluster->workloads));
}

static void add_event(struct sorter *s, const struct json_value *object, const char *kind)
{
    (void)kind;
    kube_read_event(&s->reader, object, ADD(s->cluster->events));
}

// `sign` is a field that tells the kind where none is given; the first row that fits is taken.
static const struct kind {
    const char *kind, *sign;
    add_fn *add;
} kinds[] = {
    {"Pod", "spec.containers", add_pod},
    {"Node", "status.nodeInfo", add_node},
    {"Namespace", NULL, add_namespace},
    {"Service", "spec.clusterIP", add_service},
    {"EndpointSlice", "addressType", add_slice},
    {"Endpoints", "subsets", add_endpoints},
    {"DaemonSet", "status.desiredNumberScheduled", add_workload},
    {"Deployment", "spec.strategy", add_workload},
    {"StatefulSet", "spec.serviceName", add_workload},
    {"ReplicaSet", "spec.template", add_workload},
    {"Event", "involvedObject", add_event},
    {"Event", "regarding", add_event},
    {"ConfigMap", "data", add_configmap},
};

static const struct kind *find_kind(const struct json_value *object)
{
    struct span name = json_text(json_get(object, "kind"));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        bool fits = name.at ? span_is(name, kinds[i].kind)
                            : kinds[i].sign && json_path(object, kinds[i].sign) != NULL;
        if (fits)
            return &kinds[i];
    }
    return NULL;
}

static bool sort_object(const struct json_value *object, void *context)
{
    struct sorter *s = context;
    const struct kind *kind = find_kind(object);
    if (kind && json_get(object, "metadata"))
        kind->add(s, object, kind->kind);
    return true;
}

bool kubeobj_parse_fed(struct arena *arena, struct feed *feed, uint32_t file, struct cluster *ret,
                       struct error *err)
{
    struct intern intern;
    intern_init(&intern, arena);
    struct sorter sorter = {.reader = {arena, &intern, file}, .cluster = ret};
    bool good = json_each_fed(feed, sort_object, &sorter, err);
    intern_done(&intern);
    return good;
}

bool kubeobj_parse(struct arena *arena, struct text text, struct cluster *ret, struct error *err)
{
    struct feed feed;
    feed_init_text(&feed, text.bytes);
    return kubeobj_parse_fed(arena, &feed, text.file, ret, err);
}

void cluster_done(struct cluster *c)
{
    free(c->pods.items);
    free(c->nodes.items);
    free(c->namespaces.items);
    free(c->services.items);
    free(c->slices.items);
    free(c->configmaps.items);
    free(c->workloads.items);
    free(c->events.items);
    *c = (struct cluster){0};
}

// ------------------------------------------------------------------ finding
const char *kube_label(const struct kube_labels *labels, const char *name)
{
    for (size_t i = 0; i < labels->n; i++) {
        if (strcmp(labels->items[i].name, name) == 0)
            return labels->items[i].value;
    }
    return NULL;
}

bool kube_labels_match(const struct kube_labels *selector, const struct kube_labels *labels)
{
    for (size_t i = 0; i < selector->n; i++) {
        const char *value = kube_label(labels, selector->items[i].name);
        if (!value || strcmp(value, selector->items[i].value) != 0)
            return false;
    }
    return selector->n > 0;
}

const struct kube_condition *kube_node_condition(const struct kube_node *node, const char *type)
{
    for (size_t i = 0; i < node->n_conditions; i++) {
        if (node->conditions[i].type && strcmp(node->conditions[i].type, type) == 0)
            return &node->conditions[i];
    }
    return NULL;
}

struct ip kube_node_ip(const struct kube_node *node, uint8_t family)
{
    if (node && node->internal_ip.family == family)
        return node->internal_ip;
    return node && node->internal_ip2.family == family ? node->internal_ip2 : (struct ip){0};
}

bool kube_node_is_auto(const struct kube_node *node)
{
    const char *type = node ? kube_label(&node->meta.labels, "eks.amazonaws.com/compute-type") : NULL;
    return type && strcmp(type, "auto") == 0;
}

const struct kube_data *kube_configmap_data(const struct kube_configmap *map, const char *key)
{
    for (size_t i = 0; map && i < map->n_data; i++) {
        if (strcmp(map->data[i].key, key) == 0)
            return &map->data[i];
    }
    return NULL;
}

struct place kube_data_place(const struct kube_data *data, size_t offset)
{
    struct place place = data->place;
    place.column++; // the quotation mark
    for (size_t i = 0; i < offset && i < data->value.len; i++) {
        unsigned char c = (unsigned char)data->value.at[i];
        bool short_escape = c == '"' || c == '\\' || (c && strchr("\n\t\r\b\f", c));
        place.column += short_escape ? 2 : c < 0x20 ? 6 : 1;
    }
    return place;
}

static bool is_named(const struct kube_meta *meta, const char *ns, const char *name)
{
    return meta->name && name && strcmp(meta->name, name) == 0 &&
           (!ns || (meta->namespace_ && strcmp(meta->namespace_, ns) == 0));
}

const struct kube_pod *cluster_pod(const struct cluster *c, const char *ns, const char *name)
{
    for (size_t i = 0; i < c->pods.n; i++) {
        if (is_named(&c->pods.items[i].meta, ns, name))
            return &c->pods.items[i];
    }
    return NULL;
}

const struct kube_pod *cluster_pod_by_ip(const struct cluster *c, struct ip ip)
{
    const struct kube_pod *found = NULL;
    for (size_t i = 0; ip.family && i < c->pods.n; i++) {
        const struct kube_pod *pod = &c->pods.items[i];
        if (pod->host_network || (!ip_eq(pod->ip, ip) && !ip_eq(pod->ip2, ip)))
            continue;
        if (pod->phase && strcmp(pod->phase, "Running") == 0)
            return pod;
        found = found ? found : pod;
    }
    return found;
}

const struct kube_node *cluster_node(const struct cluster *c, const char *name)
{
    for (size_t i = 0; i < c->nodes.n; i++) {
        if (is_named(&c->nodes.items[i].meta, NULL, name))
            return &c->nodes.items[i];
    }
    return NULL;
}

const struct kube_node *cluster_node_by_ip(const struct cluster *c, struct ip ip)
{
    for (size_t i = 0; ip.family && i < c->nodes.n; i++) {
        if (ip_eq(kube_node_ip(&c->nodes.items[i], ip.family), ip))
            return &c->nodes.items[i];
    }
    return NULL;
}

const struct kube_service *cluster_service_by_ip(const struct cluster *c, struct ip ip)
{
    for (size_t i = 0; ip.family && i < c->services.n; i++) {
        const struct kube_service *service = &c->services.items[i];
        for (size_t j = 0; j < service->n_cluster_ips; j++) {
            if (ip_eq(service->cluster_ips[j], ip))
                return service;
        }
    }
    return NULL;
}

// ------------------------------------------------------------------ how far a listing may be trusted
bool listing_covers(const struct listing *listing, const char *ns)
{
    if (listing->state != LISTING_PARTIAL)
        return listing->state == LISTING_WHOLE;
    for (size_t i = 0; ns && i < listing->n_namespaces; i++) {
        if (strcmp(listing->namespaces[i], ns) == 0)
            return true;
    }
    return false;
}

struct listing listing_of_namespace(struct arena *arena, struct place place, struct span ns)
{
    struct listing listing = {.state = LISTING_PARTIAL, .place = place, .n_namespaces = 1};
    listing.namespaces = arena_alloc(arena, sizeof *listing.namespaces);
    listing.namespaces[0] = arena_span(arena, ns);
    listing.why = arena_printf(arena, "only namespace %s was listed", listing.namespaces[0]);
    return listing;
}

static void add_namespaces(struct arena *arena, struct listing *listing, const struct listing *more)
{
    size_t n = listing->n_namespaces + more->n_namespaces;
    const char **names = arena_alloc(arena, n * sizeof *names);
    memcpy(names, listing->namespaces, listing->n_namespaces * sizeof *names);
    memcpy(names + listing->n_namespaces, more->namespaces, more->n_namespaces * sizeof *names);
    listing->namespaces = names;
    listing->n_namespaces = n;
    listing->why = arena_printf(arena, "only %zu namespaces were listed", n);
}

void listing_add(struct arena *arena, struct listing *listing, struct listing said)
{
    if (said.state > listing->state)
        *listing = said;
    else if (said.state == LISTING_PARTIAL && listing->state == LISTING_PARTIAL)
        add_namespaces(arena, listing, &said);
}

const struct kube_configmap *cluster_configmap(const struct cluster *c, const char *ns, const char *name)
{
    for (size_t i = 0; i < c->configmaps.n; i++) {
        if (is_named(&c->configmaps.items[i].meta, ns, name))
            return &c->configmaps.items[i];
    }
    return NULL;
}

const struct kube_workload *cluster_workload(const struct cluster *c, const char *kind, const char *ns,
                                             const char *name)
{
    for (size_t i = 0; i < c->workloads.n; i++) {
        if (is_named(&c->workloads.items[i].meta, ns, name) && strcmp(c->workloads.items[i].kind, kind) == 0)
            return &c->workloads.items[i];
    }
    return NULL;
}
