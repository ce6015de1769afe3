// Pods, their containers, and the workloads that make them, as typed facts. See parse/kubeobj.h.
#ifndef D5_PARSE_KUBEPOD_H
#define D5_PARSE_KUBEPOD_H

#include "core/base/ip.h"
#include "core/base/tri.h"
#include "core/parse/kubemeta.h"

struct kube_termination { // state.terminated or lastState.terminated
    const char *reason;   // "OOMKilled", "Error", "Completed"
    int64_t exit_code;
    usec_t started, finished;
    struct place place; // of reason, else of the object
};

struct kube_container { // spec and status of one container, joined by name
    const char *name, *image;
    int64_t memory_limit; // bytes, 0: none
    bool init;
    enum tri ready;
    int64_t restarts;
    const char *waiting_reason;                       // "CrashLoopBackOff", "ImagePullBackOff"
    const struct kube_termination *terminated, *last; // NULL: it has not ended, never ended before
    struct place place, waiting_place; // of its status' name, else its spec's; of waiting.reason
    const char *const *args;           // command and args, in one list
    size_t n_args;
    struct place args_place;
    const struct kube_port {
        const char *name;
        const char *protocol; // "UDP"
        uint16_t port;
    } * ports;
    size_t n_ports;
};

struct kube_pod {
    struct kube_meta meta;
    const char *node, *phase;
    const char *status_reason; // "Evicted"
    struct ip ip, ip2, host_ip;
    bool host_network;
    const char *dns_policy; // as written; NULL means ClusterFirst
    const struct kube_dns_config {
        const char *nameserver;               // the first one, or NULL
        struct place place, nameserver_place; // without a nameserver both the same
    } * dns_config;                           // or NULL
    enum tri ready;                           // condition Ready
    usec_t ready_since, started;
    struct kube_container *containers;
    size_t n_containers;
    const struct kube_condition *unscheduled; // PodScheduled, where it is False; else NULL
    const char *const *config_maps;           // the ConfigMaps that its volumes mount
    size_t n_config_maps;
    struct place phase_place, dns_policy_place, ready_place, host_network_place;
};

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
