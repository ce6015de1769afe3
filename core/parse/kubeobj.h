// Kubernetes objects, as `kubectl get … -o json` prints them, as typed facts: only what judges ask for, each
// with the place where it stands. Field names are those of the API reference (core/v1, apps/v1,
// discovery.k8s.io/v1 and v1beta1). All strings live in the arena that the parser was given; absent strings
// are NULL, absent times TIME_UNKNOWN.
#ifndef D5_PARSE_KUBEOBJ_H
#define D5_PARSE_KUBEOBJ_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/ip.h"
#include "core/base/tri.h"
#include "core/model/place.h"

struct kube_label {
    const char *name, *value;
};
struct kube_labels {
    struct kube_label *items;
    size_t n;
};
const char *kube_label(const struct kube_labels *labels, const char *name); // NULL: absent

struct kube_meta {
    const char *namespace_, *name, *uid;
    struct kube_labels labels, annotations;
    usec_t created, deleted;             // deletionTimestamp
    const char *owner_kind, *owner_name; // the controlling ownerReference
    struct place place;                  // of metadata.name
};

struct kube_termination { // state.terminated or lastState.terminated
    bool set;
    const char *reason; // "OOMKilled", "Error", "Completed"
    int64_t exit_code;
    usec_t started, finished;
    struct place place; // of reason, else of the object
};

struct kube_container { // spec and status of one container, joined by name
    const char *name, *image;
    int64_t memory_limit; // bytes, 0: none
    int64_t cpu_limit;    // millicores, 0: none
    bool init;
    enum tri ready;
    int64_t restarts;
    const char *waiting_reason; // "CrashLoopBackOff", "ImagePullBackOff"
    const char *waiting_message;
    struct kube_termination terminated, last;
    struct place place, waiting_place; // of its status' name; of waiting.reason
    struct kube_port {
        const char *name;
        uint16_t port;
        const char *protocol; // "UDP"
    } * ports;
    size_t n_ports;
};

struct kube_pod {
    struct kube_meta meta;
    const char *node, *phase, *status_reason; // status.reason: "Evicted"
    struct ip ip, ip2, host_ip;
    bool host_network;
    const char *dns_policy; // as written; NULL means ClusterFirst
    struct kube_dns_config {
        bool set;
        const char *const *nameservers;
        size_t n_nameservers;
        const char *const *searches;
        size_t n_searches;
        struct kube_label *options; // name and value
        size_t n_options;
        struct place place;
    } dns_config;
    enum tri ready; // condition Ready
    usec_t ready_since, started;
    struct kube_container *containers;
    size_t n_containers;
    struct place phase_place, dns_policy_place, ready_place;
};

struct kube_condition {
    const char *type, *status, *reason, *message;
    usec_t since, heartbeat;
    struct place place; // of its type
};

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
    struct place ip_place; // of clusterIP
};

struct kube_endpoint {
    struct ip ip;
    enum tri ready, serving, terminating; // absent ready means yes
    const char *node, *zone, *pod;        // targetRef's name
    const char *pod_namespace;
    struct place place; // of the address
};

struct kube_slice { // EndpointSlice, v1 or v1beta1; or Endpoints, in the same shape
    struct kube_meta meta;
    const char *service; // label kubernetes.io/service-name; of Endpoints its own name
    struct kube_endpoint *endpoints;
    size_t n_endpoints;
    struct kube_port *ports;
    size_t n_ports;
};

struct kube_configmap {
    struct kube_meta meta;
    struct kube_data {
        const char *key;
        struct span value; // unescaped
        struct place
            place; // of the value: JSON keeps a file's text in one line, so every line of it has this place
    } * data;
    size_t n_data;
    usec_t changed; // the latest of managedFields' times
};

struct kube_workload { // Deployment, DaemonSet, ReplicaSet, StatefulSet
    const char *kind;
    struct kube_meta meta;
    int64_t desired, ready, available, updated; // of a DaemonSet: desiredNumberScheduled and so on
    usec_t changed;
    const char *dns_policy;
    struct place desired_place;        // of spec.replicas, or of the object
    struct kube_container *containers; // of the template
    size_t n_containers;
};

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
    const char *why;        // not whole: the reason
    struct place place;     // the file's first line
    const char *namespace_; // PARTIAL: the only namespace that was listed
};

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
    KUBE_LIST(struct kube_slice, slices);
    KUBE_LIST(struct kube_configmap, configmaps);
    KUBE_LIST(struct kube_workload, workloads);
    KUBE_LIST(struct kube_event, events);
};

// Reads one listing file and adds its objects to *ret by their own apiVersion and kind, whatever the file is
// called. False when the text is broken off or not JSON: what stood before that was added, and the caller
// must not call the list whole.
bool kubeobj_parse(struct arena *arena, struct text text, struct cluster *ret, struct error *err);

const struct kube_pod *cluster_pod(const struct cluster *c, const char *ns, const char *name);
const struct kube_pod *cluster_pod_by_ip(const struct cluster *c, struct ip ip); // running ones first
const struct kube_node *cluster_node(const struct cluster *c, const char *name);
const struct kube_service *cluster_service(const struct cluster *c, const char *ns, const char *name);
const struct kube_configmap *cluster_configmap(const struct cluster *c, const char *ns, const char *name);
const struct kube_workload *cluster_workload(const struct cluster *c, const char *kind, const char *ns,
                                             const char *name);

#endif
