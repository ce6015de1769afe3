// Pods, their containers, and the workloads that make them, as typed facts. See parse/kubeobj.h.
#ifndef D5_PARSE_KUBEPOD_H
#define D5_PARSE_KUBEPOD_H

#include "core/base/ip.h"
#include "core/base/tri.h"
#include "core/parse/kubemeta.h"

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
    struct place place, waiting_place; // of its status' name, else its spec's; of waiting.reason
    struct place limit_place;          // of the memory limit
    usec_t running_since;              // state.running.startedAt
    const char *const *args;           // command and args, in one list
    size_t n_args;
    struct place args_place;
    struct kube_port {
        const char *name;
        uint16_t port;
        const char *protocol; // "UDP"
    } * ports;
    size_t n_ports;
};

struct kube_pod {
    struct kube_meta meta;
    const char *node, *phase;
    const char *status_reason, *status_message; // status.reason: "Evicted"
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
        struct place place, nameservers_place;
    } dns_config;
    enum tri ready; // condition Ready
    usec_t ready_since, started;
    struct kube_container *containers;
    size_t n_containers;
    struct kube_condition *conditions;
    size_t n_conditions;
    const char *const *config_maps; // the ConfigMaps that its volumes mount
    size_t n_config_maps;
    struct place phase_place, dns_policy_place, ready_place, host_network_place, ip_place;
};
const struct kube_condition *kube_pod_condition(const struct kube_pod *pod, const char *type);

struct kube_workload { // Deployment, DaemonSet, ReplicaSet, StatefulSet
    const char *kind;
    struct kube_meta meta;
    int64_t desired, ready, available, updated; // of a DaemonSet: desiredNumberScheduled and so on
    usec_t changed;
    const char *dns_policy;
    struct kube_labels template_labels;
    struct place desired_place;        // of spec.replicas, or of the object
    struct place dns_policy_place;     // of the template's dnsPolicy, or unset
    struct kube_container *containers; // of the template
    size_t n_containers;
    const char *const *config_maps; // that the template's volumes mount
    size_t n_config_maps;
};

#endif
