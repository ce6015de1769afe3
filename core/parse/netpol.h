// Network policies, as `kubectl get … -o json` prints them: NetworkPolicy (networking.k8s.io/v1),
// AdminNetworkPolicy and BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1, both shapes of its
// peers), ClusterNetworkPolicy (v1alpha2), which takes the place of both, and the mere presence of other
// engines' policies. Defaults are those of the API: an absent protocol is TCP, absent policyTypes follow from
// the rules. All memory is the arena's.
#ifndef D5_PARSE_NETPOL_H
#define D5_PARSE_NETPOL_H

#include "core/base/error.h"
#include "core/base/ip.h"
#include "core/base/tri.h"
#include "core/parse/kubemeta.h"

enum netpol_direction { NETPOL_EGRESS, NETPOL_INGRESS, NETPOL_DIRECTIONS };
enum netpol_operator { NETPOL_IN, NETPOL_NOT_IN, NETPOL_EXISTS, NETPOL_DOES_NOT_EXIST };

struct netpol_requirement {
    const char *key;
    enum netpol_operator operator_;
    const char *const *values;
    size_t n;
};

struct netpol_selector { // all of its requirements; none: everything
    bool set;            // false: there is no selector
    const struct netpol_requirement *items;
    size_t n;
};

struct netpol_port {
    const char *protocol; // "UDP"; NULL: any (a named port of an AdminNetworkPolicy)
    const char *name;     // of the destination pod's port, or NULL
    uint16_t from, to;    // 0–65535 where name is NULL
};

enum netpol_peer_kind {
    NETPOL_PEER_PODS,   // namespaces, and pods in them
    NETPOL_PEER_BLOCK,  // addresses
    NETPOL_PEER_NODES,  // nodes by their labels
    NETPOL_PEER_OPAQUE, // what addresses do not tell: domain names
};

struct netpol_peer {
    enum netpol_peer_kind kind;
    struct netpol_selector namespaces,
        pods;                       // PODS: no namespace selector means the policy's own; NODES: pods
    const char *const *same_labels; // PODS: the namespace has the subject's values of these
    size_t n_same;
    const char *const *other_labels; // PODS: … has other values
    size_t n_other;
    const struct ip_prefix *blocks; // BLOCK: any of these
    size_t n_blocks;
    const struct ip_prefix *excepts; // … and none of those
    size_t n_excepts;
};

enum netpol_action { NETPOL_ALLOW, NETPOL_DENY, NETPOL_PASS };

struct netpol_rule {
    enum netpol_action action;
    bool any_peer, any_port;
    const struct netpol_peer *peers;
    size_t n_peers;
    const struct netpol_port *ports;
    size_t n_ports;
};

enum netpol_kind { NETPOL_STANDARD, NETPOL_ADMIN, NETPOL_BASELINE }; // the tiers

struct netpol {
    enum netpol_kind kind;
    struct kube_meta meta;
    bool tiered;                             // a ClusterNetworkPolicy
    int64_t priority;                        // ADMIN, BASELINE: lower is stronger
    struct netpol_selector namespaces, pods; // whom it selects; STANDARD: in its own namespace
    bool isolates[NETPOL_DIRECTIONS];        // STANDARD
    const struct netpol_rule *rules[NETPOL_DIRECTIONS];
    size_t n_rules[NETPOL_DIRECTIONS];
    const char *broken; // why the API server would have refused it; then what it does is unknown
};

struct netpol_foreign { // a policy of another engine
    const char *kind;
    struct kube_meta meta;
};

struct netpol_set { // zero-initialized is "nothing is known"
    struct netpol *items;
    size_t n, cap;
    struct netpol_foreign *foreign;
    size_t n_foreign, cap_foreign;
    bool strict;        // the VPC CNI's agent denies what no policy selects
    enum tri enforced;  // NO: the VPC CNI's agent is there, and its enforcement is off
    struct place agent; // where that stands
};

// Adds what the file holds. False with "line N: …" when it is broken off; what stood before that was added.
bool netpol_parse(struct arena *arena, struct text text, struct netpol_set *ret, struct error *err);

const char *netpol_direction_name(enum netpol_direction d); // "egress"

#endif
