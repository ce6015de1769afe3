// Kubernetes objects, as `kubectl get … -o json` prints them, as typed facts: only what judges ask for, each
// with the place where it stands. Field names are those of the API reference (core/v1, apps/v1,
// discovery.k8s.io/v1 and v1beta1). All strings live in the arena that the parser was given; absent strings
// are NULL, absent times TIME_UNKNOWN.
#ifndef D5_PARSE_KUBEOBJ_H
#define D5_PARSE_KUBEOBJ_H

#include "core/base/feed.h"
#include "core/parse/kubepod.h"

struct kube_node {
    struct kube_meta meta;
    struct ip internal_ip, internal_ip2;
    const char *provider_id, *os_image, *kubelet_version;
    struct kube_condition *conditions;
    size_t n_conditions;
    struct kube_taint {
        const char *key, *value, *effect;
    } * taints;
    size_t n_taints;
    const char *const *pod_cidrs;
    size_t n_pod_cidrs;
};
const struct kube_condition *kube_node_condition(const struct kube_node *node, const char *type);
struct ip kube_node_ip(const struct kube_node *node, uint8_t family); // InternalIP, or none; takes NULL
bool kube_node_is_auto(const struct kube_node *node);                 // EKS Auto Mode, by its label; NULL: no

struct kube_service {
    struct kube_meta meta;
    const char *type;
    struct ip cluster_ips[2];
    size_t n_cluster_ips;
    bool headless;
    struct kube_labels selector;
    struct kube_service_port {
        const char *name, *protocol, *target_name; // targetPort as a name
        uint16_t port, target_port;                // targetPort as a number, 0 where it is a name
    } * ports;
    size_t n_ports;
    struct place ip_place;     // of clusterIP
    const char *external_name; // of type ExternalName, without a last dot; else NULL
    struct place external_place;
    bool local_only; // internalTrafficPolicy: Local
    struct place local_place;
};

struct kube_endpoint {
    struct ip ip;
    enum tri ready, serving, terminating; // absent ready means yes
    const char *node, *zone, *pod;        // targetRef's name
    const char *pod_namespace;
    const char *hostname; // by which it has a name of its own below the Service's; or NULL
    struct place place;   // of the address
};

struct kube_slice { // EndpointSlice, v1 or v1beta1; or Endpoints, in the same shape
    struct kube_meta meta;
    const char *service; // label kubernetes.io/service-name; of Endpoints its own name
    struct kube_endpoint *endpoints;
    size_t n_endpoints;
    const struct kube_port *ports;
    size_t n_ports;
};

struct kube_configmap {
    struct kube_meta meta;
    struct kube_data {
        const char *key;
        struct span value;  // unescaped
        struct place place; // of the value: JSON keeps a file's text in one line, see kube_data_place
    } * data;
    size_t n_data;
    usec_t changed; // the latest of managedFields' times
};
const struct kube_data *kube_configmap_data(const struct kube_configmap *map, const char *key);

// Where byte `offset` of the value stands: the line of the value, the column behind the escapes before it.
struct place kube_data_place(const struct kube_data *data, size_t offset);

struct kube_event {
    struct kube_meta meta;
    const char *kind, *object_namespace, *object; // involvedObject
    const char *reason, *message, *type, *host;
    usec_t first, last;
    int64_t count;
    struct place place; // of reason; else of message
};

enum listing_state { LISTING_ABSENT, LISTING_UNKNOWN, LISTING_PARTIAL, LISTING_WHOLE };
struct listing { // how far a list may be trusted: only a whole one says that something is not there
    enum listing_state state;
    const char *why;         // not whole: the reason
    struct place place;      // the file's first line
    const char **namespaces; // PARTIAL: those that were listed
    size_t n_namespaces;
};

// Whether it holds all that there is in that namespace.
bool listing_covers(const struct listing *listing, const char *ns);

// Adds what another file says: what is known of a listing only grows. A file of one namespace:
// listing_of_namespace().
void listing_add(struct arena *arena, struct listing *listing, struct listing said);
struct listing listing_of_namespace(struct arena *arena, struct place place, struct span ns);

#define KUBE_LIST(type, name)                                                                                \
    struct {                                                                                                 \
        struct listing listing;                                                                              \
        type *items;                                                                                         \
        size_t n, cap;                                                                                       \
    } name

struct cluster { // zero-initialized is "nothing is known"
    KUBE_LIST(struct kube_pod, pods);
    KUBE_LIST(struct kube_node, nodes);
    KUBE_LIST(struct kube_meta, namespaces);
    KUBE_LIST(struct kube_service, services);
    KUBE_LIST(struct kube_slice, slices); // whole where either of EndpointSlices and Endpoints is
    KUBE_LIST(struct kube_configmap, configmaps);
    KUBE_LIST(struct kube_workload, workloads); // its listing: the lesser of the two below
    struct listing deployments, daemonsets;
    KUBE_LIST(struct kube_event, events);
};

// Reads one listing file and adds its objects to *ret by their own apiVersion and kind, whatever the file is
// called; an item of a raw list, which has no kind of its own, is known by its shape. False when the text is
// broken off or not JSON: what stood before that was added, and the caller must not call the list whole.
// `file` is its id.
bool kubeobj_parse_fed(struct arena *arena, struct feed *feed, uint32_t file, struct cluster *ret,
                       struct error *err);
bool kubeobj_parse(struct arena *arena, struct text text, struct cluster *ret, struct error *err);

// Frees the lists; what they point to lives in the arena.
void cluster_done(struct cluster *c);

// Whether the slice lists endpoints of that Service.
bool kube_slice_is_of(const struct kube_slice *slice, const struct kube_service *service);

const struct kube_pod *cluster_pod(const struct cluster *c, const char *ns, const char *name);
const struct kube_pod *cluster_pod_by_ip(const struct cluster *c, struct ip ip); // running ones first
const struct kube_node *cluster_node(const struct cluster *c, const char *name);
const struct kube_node *cluster_node_by_ip(const struct cluster *c, struct ip ip);       // an InternalIP
const struct kube_service *cluster_service_by_ip(const struct cluster *c, struct ip ip); // a cluster IP
const struct kube_configmap *cluster_configmap(const struct cluster *c, const char *ns, const char *name);
const struct kube_workload *cluster_workload(const struct cluster *c, const char *kind, const char *ns,
                                             const char *name);

#endif
