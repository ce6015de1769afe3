// Services, endpoints in their three shapes (EndpointSlice v1 and v1beta1, Endpoints), nodes, ConfigMaps and
// events.
#include <string.h>

#include "core/parse/kuberead.h"

static void read_cluster_ips(const struct json_value *spec, struct kube_service *ret)
{
    const struct json_value *ips = json_get(spec, "clusterIPs");
    struct ip first = kube_read_ip(spec, "clusterIP");
    if (first.family)
        ret->cluster_ips[ret->n_cluster_ips++] = first;
    for (size_t i = 0; i < kube_read_count(ips) && ret->n_cluster_ips < 2; i++) {
        struct ip ip = {0};
        if (ip_parse(json_text(&ips->items[i]), &ip) && !ip_eq(ip, first))
            ret->cluster_ips[ret->n_cluster_ips++] = ip;
    }
}

static void read_service_ports(const struct kube_reader *r, const struct json_value *list,
                               struct kube_service *ret)
{
    ret->n_ports = kube_read_count(list);
    ret->ports = arena_alloc(r->arena, ret->n_ports * sizeof *ret->ports);
    for (size_t i = 0; i < ret->n_ports; i++) {
        const struct json_value *item = &list->items[i];
        struct kube_service_port *port = &ret->ports[i];
        port->name = kube_read_text(r, item, "name");
        port->protocol = kube_read_text(r, item, "protocol");
        port->port = (uint16_t)kube_read_number(item, "port", 0);
        int64_t target = kube_read_number(item, "targetPort", 0);
        port->target_port = (uint16_t)target;
        if (!target)
            port->target_name = kube_read_text(r, item, "targetPort");
        if (!port->protocol)
            port->protocol = "TCP";
        if (!target && !port->target_name) // absent: the same as port
            port->target_port = port->port;
    }
}

// The field may stand there unused under another type (Service v1, ServiceSpec.externalName).
static void read_external_name(const struct kube_reader *r, const struct json_value *spec,
                               struct kube_service *ret)
{
    struct span name = json_text(json_get(spec, "externalName"));
    if (!ret->type || strcmp(ret->type, "ExternalName") != 0 || !name.len)
        return;
    ret->external_name = arena_span(r->arena, span_ends(name, ".") ? span_first(name, name.len - 1) : name);
    ret->external_place = kube_read_member_place(r, spec, "externalName");
}

void kube_read_service(const struct kube_reader *r, const struct json_value *object, struct kube_service *ret)
{
    const struct json_value *spec = json_get(object, "spec");
    *ret = (struct kube_service){0};
    kube_read_meta(r, object, &ret->meta);
    ret->type = kube_read_text(r, spec, "type");
    ret->headless = span_is(json_text(json_get(spec, "clusterIP")), "None");
    read_cluster_ips(spec, ret);
    ret->selector = kube_read_labels(r, spec, "selector");
    read_service_ports(r, json_get(spec, "ports"), ret);
    read_external_name(r, spec, ret);
    ret->ip_place = kube_read_member_place(r, spec, "clusterIP");
    if (!place_is_set(ret->ip_place))
        ret->ip_place = ret->meta.place;
    ret->local_only = span_is(json_text(json_get(spec, "internalTrafficPolicy")), "Local");
    ret->local_place = kube_read_member_place(r, spec, "internalTrafficPolicy");
}

// ------------------------------------------------------------------ endpoints
struct endpoint_list {
    struct kube_endpoint *items;
    size_t n, cap;
};

static struct kube_endpoint *add_endpoint(const struct kube_reader *r, struct endpoint_list *list,
                                          const struct json_value *address)
{
    struct ip ip = {0};
    if (!ip_parse(json_text(address), &ip)) // addressType FQDN
        return NULL;
    struct kube_endpoint *endpoint = ARENA_PUSH(r->arena, list->items, list->n, list->cap);
    *endpoint = (struct kube_endpoint){.ip = ip, .place = kube_read_place(r, address)};
    return endpoint;
}

static const char *read_topology(const struct kube_reader *r, const struct json_value *item,
                                 const char *label)
{
    struct span text = json_text(json_get(json_get(item, "topology"), label)); // v1beta1; the name has dots
    return text.at ? intern_text(r->intern, text) : NULL;
}

// Conditions that are absent: ready means yes, serving the same as ready, terminating no (API reference,
// EndpointConditions).
static void read_endpoint(const struct kube_reader *r, const struct json_value *item,
                          struct endpoint_list *list)
{
    const struct json_value *addresses = json_get(item, "addresses");
    enum tri ready = kube_read_tri(item, "conditions.ready", TRI_YES);
    const char *node = kube_read_text(r, item, "nodeName");
    const char *zone = kube_read_text(r, item, "zone");
    for (size_t i = 0; i < kube_read_count(addresses); i++) {
        struct kube_endpoint *endpoint = add_endpoint(r, list, &addresses->items[i]);
        if (!endpoint)
            continue;
        endpoint->ready = ready;
        endpoint->serving = kube_read_tri(item, "conditions.serving", ready);
        endpoint->terminating = kube_read_tri(item, "conditions.terminating", TRI_NO);
        endpoint->node = node ? node : read_topology(r, item, "kubernetes.io/hostname");
        endpoint->zone = zone ? zone : read_topology(r, item, "topology.kubernetes.io/zone");
        endpoint->pod = kube_read_text(r, item, "targetRef.name");
        endpoint->pod_namespace = kube_read_text(r, item, "targetRef.namespace");
        endpoint->hostname = kube_read_text(r, item, "hostname");
    }
}

void kube_read_slice(const struct kube_reader *r, const struct json_value *object, struct kube_slice *ret)
{
    const struct json_value *endpoints = json_get(object, "endpoints");
    struct endpoint_list list = {0};
    *ret = (struct kube_slice){0};
    kube_read_meta(r, object, &ret->meta);
    ret->service = kube_label(&ret->meta.labels, "kubernetes.io/service-name");
    ret->ports = kube_read_ports(r, json_get(object, "ports"), "port", &ret->n_ports);
    for (size_t i = 0; i < kube_read_count(endpoints); i++)
        read_endpoint(r, &endpoints->items[i], &list);
    ret->endpoints = list.items;
    ret->n_endpoints = list.n;
}

static void read_addresses(const struct kube_reader *r, const struct json_value *addresses, enum tri ready,
                           struct endpoint_list *list)
{
    for (size_t i = 0; i < kube_read_count(addresses); i++) {
        const struct json_value *item = &addresses->items[i];
        const struct json_value *address = json_get(item, "ip");
        struct kube_endpoint *endpoint = address ? add_endpoint(r, list, address) : NULL;
        if (!endpoint)
            continue;
        endpoint->ready = endpoint->serving = ready;
        endpoint->node = kube_read_text(r, item, "nodeName");
        endpoint->pod = kube_read_text(r, item, "targetRef.name");
        endpoint->pod_namespace = kube_read_text(r, item, "targetRef.namespace");
        endpoint->hostname = kube_read_text(r, item, "hostname");
    }
}

void kube_read_endpoints(const struct kube_reader *r, const struct json_value *object, struct kube_slice *ret)
{
    const struct json_value *subsets = json_get(object, "subsets");
    struct endpoint_list list = {0};
    *ret = (struct kube_slice){0};
    kube_read_meta(r, object, &ret->meta);
    ret->service = ret->meta.name;
    for (size_t i = 0; i < kube_read_count(subsets); i++) {
        const struct json_value *subset = &subsets->items[i];
        read_addresses(r, json_get(subset, "addresses"), TRI_YES, &list);
        read_addresses(r, json_get(subset, "notReadyAddresses"), TRI_NO, &list);
        if (!ret->n_ports)
            ret->ports = kube_read_ports(r, json_get(subset, "ports"), "port", &ret->n_ports);
    }
    ret->endpoints = list.items;
    ret->n_endpoints = list.n;
}

// ------------------------------------------------------------------ nodes
static void read_node_addresses(const struct json_value *list, struct kube_node *ret)
{
    for (size_t i = 0; i < kube_read_count(list); i++) {
        const struct json_value *item = &list->items[i];
        if (!span_is(json_text(json_get(item, "type")), "InternalIP"))
            continue;
        struct ip ip = kube_read_ip(item, "address");
        if (!ret->internal_ip.family)
            ret->internal_ip = ip;
        else
            ret->internal_ip2 = ip;
    }
}

static void read_taints(const struct kube_reader *r, const struct json_value *list, struct kube_node *ret)
{
    ret->n_taints = kube_read_count(list);
    ret->taints = arena_alloc(r->arena, ret->n_taints * sizeof *ret->taints);
    for (size_t i = 0; i < ret->n_taints; i++) {
        ret->taints[i] = (struct kube_taint){
            .key = kube_read_text(r, &list->items[i], "key"),
            .value = kube_read_text(r, &list->items[i], "value"),
            .effect = kube_read_text(r, &list->items[i], "effect"),
        };
    }
}

void kube_read_node(const struct kube_reader *r, const struct json_value *object, struct kube_node *ret)
{
    *ret = (struct kube_node){0};
    kube_read_meta(r, object, &ret->meta);
    read_node_addresses(json_path(object, "status.addresses"), ret);
    ret->provider_id = kube_read_text(r, object, "spec.providerID");
    ret->os_image = kube_read_text(r, object, "status.nodeInfo.osImage");
    ret->kubelet_version = kube_read_text(r, object, "status.nodeInfo.kubeletVersion");
    ret->conditions = kube_read_conditions(r, json_path(object, "status.conditions"), &ret->n_conditions);
    read_taints(r, json_path(object, "spec.taints"), ret);
    ret->pod_cidrs = kube_read_texts(r, json_path(object, "spec.podCIDRs"), &ret->n_pod_cidrs);
}

// ------------------------------------------------------------------ ConfigMaps
static usec_t latest_field(const struct json_value *fields)
{
    usec_t latest = TIME_UNKNOWN;
    for (size_t i = 0; i < kube_read_count(fields); i++) {
        usec_t time = kube_read_time(&fields->items[i], "time");
        latest = time > latest ? time : latest;
    }
    return latest;
}

void kube_read_configmap(const struct kube_reader *r, const struct json_value *object,
                         struct kube_configmap *ret)
{
    const struct json_value *data = json_get(object, "data");
    *ret = (struct kube_configmap){0};
    kube_read_meta(r, object, &ret->meta);
    ret->changed = latest_field(json_path(object, "metadata.managedFields"));
    if (!data || data->kind != JSON_MAP)
        return;
    ret->data = arena_alloc(r->arena, data->n * sizeof *ret->data);
    for (size_t i = 0; i < data->n; i++) {
        struct span value = json_text(&data->members[i].value);
        ret->data[ret->n_data++] = (struct kube_data){
            .key = arena_span(r->arena, data->members[i].name),
            .value = span_make(arena_span(r->arena, value), value.len),
            .place = kube_read_place(r, &data->members[i].value),
        };
    }
}

// ------------------------------------------------------------------ events: core/v1 and events.k8s.io/v1
static const char *first_of(const struct kube_reader *r, const struct json_value *object, const char *a,
                            const char *b)
{
    const char *text = kube_read_text(r, object, a);
    return text ? text : kube_read_text(r, object, b);
}

static usec_t first_time(const struct json_value *object, const char *const *paths)
{
    usec_t time = TIME_UNKNOWN;
    for (; *paths && time == TIME_UNKNOWN; paths++)
        time = kube_read_time(object, *paths);
    return time;
}

void kube_read_event(const struct kube_reader *r, const struct json_value *object, struct kube_event *ret)
{
    static const char *const first[] = {"firstTimestamp", "deprecatedFirstTimestamp", "eventTime",
                                        "metadata.creationTimestamp", NULL};
    static const char *const last[] = {"series.lastObservedTime",    "lastTimestamp",
                                       "deprecatedLastTimestamp",    "eventTime",
                                       "metadata.creationTimestamp", NULL};
    const char *about = json_get(object, "regarding") ? "regarding" : "involvedObject";
    const struct json_value *regarding = json_get(object, about);
    *ret = (struct kube_event){0};
    kube_read_meta(r, object, &ret->meta);
    ret->kind = kube_read_text(r, regarding, "kind");
    ret->object_namespace = kube_read_text(r, regarding, "namespace");
    ret->object = kube_read_text(r, regarding, "name");
    ret->reason = kube_read_text(r, object, "reason");
    ret->message = first_of(r, object, "message", "note");
    ret->type = kube_read_text(r, object, "type");
    ret->host = first_of(r, object, "source.host", "deprecatedSource.host");
    ret->first = first_time(object, first);
    ret->last = first_time(object, last);
    ret->count = kube_read_number(object, "count", kube_read_number(object, "series.count", 1));
    ret->place = kube_read_member_place(r, object, json_get(object, "message") ? "message" : "note");
    if (!place_is_set(ret->place))
        ret->place = kube_read_member_place(r, object, "reason");
    if (!place_is_set(ret->place))
        ret->place = ret->meta.place;
}

bool kube_slice_is_of(const struct kube_slice *slice, const struct kube_service *service)
{
    return str_same(slice->service, service->meta.name) &&
           str_same(slice->meta.namespace_, service->meta.namespace_);
}
