// Whether network policies let traffic from a pod through: egress of the pod and ingress of the one it talks
// to, AdminNetworkPolicies before NetworkPolicies before the baseline, as the Kubernetes documents say
// (concept page "Network Policies"; API reference, networking/v1; policy.networking.k8s.io/v1alpha1 and
// v1alpha2). Where they leave it open (the order of service translation and policy, host-network pods, a
// pod's own node, other engines), or where evidence is missing that the answer depends on, the fate is
// unknown.
#ifndef D5_JUDGE_POLICY_H
#define D5_JUDGE_POLICY_H

#include "core/parse/kubeobj.h"
#include "core/parse/netpol.h"

struct policy_world { // what is known; all borrowed
    const struct netpol_set *policies;
    struct listing standard;   // how far NetworkPolicies were listed
    const char *admin_unknown; // why admin or other engines' policies could not be read, or NULL
    const struct cluster *cluster;
    struct ip nodelocal; // where NodeLocal DNSCache listens; family 0: at its usual place
};

struct policy_query {
    const struct kube_pod *from;
    const struct kube_pod *to; // a pod; or NULL: an address
    struct ip to_ip;           // where `to` is NULL
    const char *protocol;      // "UDP"
    uint16_t port;             // of a service address the service's, else the pod's
};

enum policy_fate { POLICY_FATE_PASSES, POLICY_FATE_UNKNOWN, POLICY_FATE_BLOCKED }; // the worse, the greater

enum { POLICY_DECIDERS = 16 };

struct policy_answer {
    enum policy_fate fate;
    bool has_direction; // blocked: which side blocks
    enum netpol_direction direction;
    const struct netpol *deciders[POLICY_DECIDERS]; // blocked: that isolate or deny; passes: that allow
    size_t n_deciders;
    const char *why;            // one sentence, static or the arena's
    const struct kube_pod *pod; // behind a service address: the endpoint that decided; else `to`
};

struct policy_answer policy_judge(const struct policy_world *world, const struct policy_query *query,
                                  struct arena *arena);

const char *policy_fate_name(enum policy_fate fate); // "passes"

#endif
