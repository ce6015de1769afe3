// Does a policy select a pod, does a rule match a flow: three-valued, since labels of namespaces, addresses
// and whole listings may be missing.
#include <string.h>

#include "core/judge/policy_flow.h"

// ------------------------------------------------------------------ labels

static bool has_value(const struct netpol_requirement *r, const char *value)
{
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->values[i], value) == 0)
            return true;
    }
    return false;
}

// NotIn also matches what lacks the label (apimachinery, labels.Requirement).
static bool fits_value(const struct netpol_requirement *r, const char *value)
{
    switch (r->operator_) {
    case NETPOL_IN:
        return value && has_value(r, value);
    case NETPOL_NOT_IN:
        return !value || !has_value(r, value);
    case NETPOL_EXISTS:
        return value != NULL;
    case NETPOL_DOES_NOT_EXIST:
        return value == NULL;
    }
    return false;
}

static bool fits_labels(const struct netpol_selector *selector, const struct kube_labels *labels)
{
    for (size_t i = 0; i < selector->n; i++) {
        if (!fits_value(&selector->items[i], kube_label(labels, selector->items[i].key)))
            return false;
    }
    return true;
}

static const struct kube_meta *find_namespace(const struct cluster *cluster, const char *name)
{
    for (size_t i = 0; name && i < cluster->namespaces.n; i++) {
        if (cluster->namespaces.items[i].name && strcmp(cluster->namespaces.items[i].name, name) == 0)
            return &cluster->namespaces.items[i];
    }
    return NULL;
}

// A namespace's label. Every namespace has its name as one, also where it was exported without.
static enum tri namespace_label(const struct cluster *cluster, const char *namespace_, const char *key,
                                const char **ret)
{
    const struct kube_meta *meta = find_namespace(cluster, namespace_);
    *ret = strcmp(key, "kubernetes.io/metadata.name") == 0 ? namespace_
           : meta                                          ? kube_label(&meta->labels, key)
                                                           : NULL;
    return *ret || meta ? TRI_YES : TRI_UNKNOWN;
}

static enum tri fits_namespace(const struct policy_flow *f, const struct netpol_selector *selector,
                               const char *namespace_)
{
    enum tri fits = TRI_YES;
    for (size_t i = 0; i < selector->n; i++) {
        const char *value;
        enum tri known = namespace_label(f->world->cluster, namespace_, selector->items[i].key, &value);
        fits = tri_and(fits, known == TRI_YES ? tri_of(fits_value(&selector->items[i], value)) : TRI_UNKNOWN);
    }
    return fits;
}

static bool is_namespace_of(const struct kube_pod *pod, const struct netpol *policy)
{
    return pod->meta.namespace_ && policy->meta.namespace_ &&
           strcmp(pod->meta.namespace_, policy->meta.namespace_) == 0;
}

// Policies of administrators neither select host-network pods nor have them for peers, says their API; in
// a NetworkPolicy they may count as pods.
static bool is_pod_for(const struct netpol *policy, const struct policy_side *side)
{
    return side->pod && !side->as_node && (policy->kind == NETPOL_STANDARD || !side->pod->host_network);
}

enum tri policy_selects(const struct policy_flow *f, enum netpol_direction d, const struct netpol *policy)
{
    const struct policy_side *subject = d == NETPOL_EGRESS ? &f->from : &f->to;
    if (!is_pod_for(policy, subject))
        return TRI_NO;
    if (!fits_labels(&policy->pods, &subject->pod->meta.labels))
        return TRI_NO;
    if (policy->kind == NETPOL_STANDARD)
        return tri_of(is_namespace_of(subject->pod, policy));
    return fits_namespace(f, &policy->namespaces, subject->pod->meta.namespace_);
}

// ------------------------------------------------------------------ peers

// sameLabels, notSameLabels: the peer's namespace against the subject's, both of which must have the label.
static enum tri compare_labels(const struct policy_flow *f, const char *a, const char *b, const char *key,
                               bool same)
{
    const char *x, *y;
    enum tri known = tri_and(namespace_label(f->world->cluster, a, key, &x),
                             namespace_label(f->world->cluster, b, key, &y));
    if (known != TRI_YES)
        return TRI_UNKNOWN;
    if (same)
        return tri_of(x && y && strcmp(x, y) == 0);
    return tri_of(!x || !y || strcmp(x, y) != 0);
}

static enum tri fits_relation(const struct policy_flow *f, const struct netpol_peer *peer, const char *own,
                              const char *other)
{
    enum tri fits = TRI_YES;
    for (size_t i = 0; i < peer->n_same; i++)
        fits = tri_and(fits, compare_labels(f, own, other, peer->same_labels[i], true));
    for (size_t i = 0; i < peer->n_other; i++)
        fits = tri_and(fits, compare_labels(f, own, other, peer->other_labels[i], false));
    return fits;
}

static enum tri is_pod_peer(const struct policy_flow *f, enum netpol_direction d, const struct netpol *policy,
                            const struct netpol_peer *peer)
{
    const struct policy_side *side = d == NETPOL_EGRESS ? &f->to : &f->from,
                             *own = d == NETPOL_EGRESS ? &f->from : &f->to;
    if (side->maybe_pod)
        return TRI_UNKNOWN;
    if (!is_pod_for(policy, side) || !fits_labels(&peer->pods, &side->pod->meta.labels))
        return TRI_NO;
    if (!peer->namespaces.set)
        return tri_of(is_namespace_of(side->pod, policy));
    enum tri fits = fits_namespace(f, &peer->namespaces, side->pod->meta.namespace_);
    return tri_and(fits, fits_relation(f, peer, own->pod ? own->pod->meta.namespace_ : NULL,
                                       side->pod->meta.namespace_));
}

static bool is_in_any(struct ip ip, const struct ip_prefix *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ip_in_prefix(ip, blocks[i]))
            return true;
    }
    return false;
}

static enum tri is_address_peer(const struct policy_flow *f, enum netpol_direction d,
                                const struct netpol_peer *peer)
{
    struct ip ip = d == NETPOL_EGRESS ? f->seen_ip : f->from.ip;
    if (ip.family == 0)
        return TRI_UNKNOWN;
    return tri_of(is_in_any(ip, peer->blocks, peer->n_blocks) &&
                  !is_in_any(ip, peer->excepts, peer->n_excepts));
}

static enum tri is_node_peer(const struct policy_flow *f, enum netpol_direction d,
                             const struct netpol_peer *peer)
{
    const struct policy_side *side = d == NETPOL_EGRESS ? &f->to : &f->from;
    if (side->pod && !side->as_node && !side->pod->host_network)
        return TRI_NO;
    const struct kube_node *node = cluster_node_by_ip(f->world->cluster, side->ip);
    if (node)
        return tri_of(fits_labels(&peer->pods, &node->meta.labels));
    return f->world->cluster->nodes.listing.state == LISTING_WHOLE ? TRI_NO : TRI_UNKNOWN;
}

static enum tri is_peer(const struct policy_flow *f, enum netpol_direction d, const struct netpol *policy,
                        const struct netpol_peer *peer)
{
    const struct policy_side *side = d == NETPOL_EGRESS ? &f->to : &f->from;
    switch (peer->kind) {
    case NETPOL_PEER_PODS:
        return is_pod_peer(f, d, policy, peer);
    case NETPOL_PEER_BLOCK:
        return is_address_peer(f, d, peer);
    case NETPOL_PEER_NODES:
        return is_node_peer(f, d, peer);
    case NETPOL_PEER_OPAQUE:
        return side->pod && !side->as_node ? TRI_NO : TRI_UNKNOWN;
    }
    return TRI_UNKNOWN;
}

// ------------------------------------------------------------------ ports

// A named port is that of the pod that is talked to.
static enum tri is_named_port(const struct policy_flow *f, const struct netpol_port *port)
{
    const struct kube_pod *pod = f->to.as_node ? NULL : f->to.pod;
    if (f->to.maybe_pod)
        return TRI_UNKNOWN;
    for (size_t i = 0; pod && i < pod->n_containers; i++) {
        const struct kube_container *container = &pod->containers[i];
        for (size_t k = 0; k < container->n_ports; k++) {
            const struct kube_port *own = &container->ports[k];
            const char *protocol = own->protocol ? own->protocol : "TCP";
            if (own->name && strcmp(own->name, port->name) == 0 && strcmp(protocol, f->protocol) == 0 &&
                own->port == f->port)
                return TRI_YES;
        }
    }
    return TRI_NO;
}

static enum tri is_port(const struct policy_flow *f, const struct netpol_port *port, uint16_t number)
{
    if (port->protocol && strcmp(port->protocol, f->protocol) != 0)
        return TRI_NO;
    if (port->name)
        return is_named_port(f, port);
    return tri_of(number >= port->from && number <= port->to);
}

static enum tri is_any_port(const struct policy_flow *f, const struct netpol_rule *rule, uint16_t number)
{
    enum tri is = tri_of(rule->any_port);
    for (size_t i = 0; i < rule->n_ports; i++)
        is = tri_or(is, is_port(f, &rule->ports[i], number));
    return is;
}

// Ports of a rule about pods are the pods' ports; beside addresses, and alone, they are those that were seen.
enum tri policy_rule_matches(const struct policy_flow *f, enum netpol_direction d,
                             const struct netpol *policy, const struct netpol_rule *rule)
{
    uint16_t seen = d == NETPOL_EGRESS ? f->seen_port : f->port;
    if (rule->any_peer)
        return is_any_port(f, rule, seen);
    enum tri matches = TRI_NO;
    for (size_t i = 0; i < rule->n_peers; i++) {
        bool pods = rule->peers[i].kind == NETPOL_PEER_PODS;
        enum tri peer = is_peer(f, d, policy, &rule->peers[i]);
        matches = tri_or(matches, tri_and(peer, is_any_port(f, rule, pods ? f->port : seen)));
    }
    return matches;
}
