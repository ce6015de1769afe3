// What a plan is about: which nodes, containers, servers and names the facts so far lead to. For the plan and
// the ways to a node alone.
#ifndef D5_PROBE_SCOPE_H
#define D5_PROBE_SCOPE_H

#include "core/probe/plan.h"

enum {
    SCOPE_DNS_NODES = 4,
    SCOPE_FEW_NODES = SCOPE_DNS_NODES + 2,
    SCOPE_NODES = SCOPE_FEW_NODES + 18, // where the health of all is asked for: of more, the first ones
    SCOPE_SERVERS = 12,
    SCOPE_NAMES = 3
};

struct scope_node {
    const char *name;
    const struct kube_node *kube; // or NULL
    bool on_path;                 // the pod's, or one of CoreDNS'
    bool is_pods;                 // the complaining pod's
    bool far;                     // neither on the path nor beside it: only its counters are read
};

struct scope_container {
    const char *namespace_, *pod, *name;
    bool restarted; // it ran before
};

struct scope_server {
    const char *address;
    bool inside; // knows the cluster's names
};

struct scope_name {
    const char *name, *question; // "failing", "service", "external"
    bool inside;                 // of the cluster's domain
};

struct scope {
    const struct plan_input *in;
    const struct facts *facts; // NULL: nothing yet
    struct arena *arena;
    const char *context, *namespace_,
        *pod; // of the target; the namespace is "default" where only a pod is named
    struct scope_node nodes[SCOPE_NODES];
    size_t n_nodes;
    struct scope_container *dns, *own; // containers of CoreDNS and NodeLocal DNSCache; of the pod
    size_t n_dns, cap_dns, n_own, cap_own;
    struct scope_server servers[SCOPE_SERVERS];
    size_t n_servers;
    struct scope_name names[SCOPE_NAMES];
    size_t n_names;
    bool listed; // the API server was asked for pods, nodes, services and endpoints, whatever came of it
};

// Fills *ret from in->facts.
void scope_init(struct scope *ret, const struct plan_input *in, struct arena *arena);

enum scope_answer { SCOPE_NOT_ASKED, SCOPE_NOT_ANSWERED, SCOPE_ANSWERED };

// Whether a file of the tree was asked for, and came. ret_why: of what did not, or NULL.
enum scope_answer scope_asked(const struct facts *facts, const char *file, const char **ret_why);

// Whether that listing was refused, by its own answer or by what `auth can-i` said.
bool scope_denied(const struct facts *facts, const char *resource, const char *file);

// What AWS is asked about, as values of argv.h: lists with commas, NULL where nothing is known.
const char *scope_region(const struct scope *scope, const struct kube_node *node); // NULL node: any
const char *scope_instance(const struct scope *scope, const struct kube_node *node);
const char *scope_instances(const struct scope *scope);
const char *scope_addresses(const struct scope *scope);
const char *scope_groups(const struct scope *scope);
const char *scope_subnets(const struct scope *scope);
const char *scope_cluster(const struct scope *scope);
bool scope_is_aws(const struct scope *scope); // also where nobody knows

#endif
