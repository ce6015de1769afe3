// One flow under one reading of what the documents leave open. For policy*.c alone.
#ifndef D5_JUDGE_POLICY_FLOW_H
#define D5_JUDGE_POLICY_FLOW_H

#include "core/judge/policy.h"

struct policy_side {
    const struct kube_pod *pod; // NULL: an address that no pod has
    struct ip ip;
    const char *node;
    bool as_node;   // a host-network pod that counts as its node
    bool maybe_pod; // an address of which that cannot be told
    bool own_node;  // the destination is on the source's own node, and counts as it
};

struct policy_flow {
    const struct policy_world *world;
    struct policy_side from, to;
    const char *protocol;
    uint16_t port;      // the pod's
    struct ip seen_ip;  // what rules about addresses are held against: the service's where policy comes first
    uint16_t seen_port; // and rules about bare ports
};

struct policy_outcome { // of one direction
    enum tri passes;
    const struct netpol *by[POLICY_DECIDERS];
    size_t n;
};

enum tri policy_selects(const struct policy_flow *f, enum netpol_direction d, const struct netpol *policy);
enum tri policy_rule_matches(const struct policy_flow *f, enum netpol_direction d,
                             const struct netpol *policy, const struct netpol_rule *rule);
struct policy_outcome policy_direction(const struct policy_flow *f, enum netpol_direction d);

#endif
