// AdminNetworkPolicy and BaselineAdminNetworkPolicy, v1alpha1, and ClusterNetworkPolicy, v1alpha2, which has
// both as tiers. Their peers changed shape: once a namespace selector stood inside `namespaces` (beside
// sameLabels and notSameLabels), now `namespaces` is the selector.
#include "core/base/mem.h"
#include "core/parse/netpol_read.h"

// The older shape is known by its own members.
static bool is_older(const struct json_value *namespaces)
{
    return json_get(namespaces, "namespaceSelector") || json_get(namespaces, "sameLabels") ||
           json_get(namespaces, "notSameLabels");
}

static void read_namespaces(struct netpol_reader *r, const struct json_value *value, struct netpol_peer *ret)
{
    if (!is_older(value)) {
        ret->namespaces = netpol_read_selector(r, value);
        ret->namespaces.set = true;
        return;
    }
    ret->namespaces = netpol_read_selector(r, json_get(value, "namespaceSelector"));
    ret->namespaces.set = true;
    ret->same_labels = kube_read_texts(&r->kube, json_get(value, "sameLabels"), &ret->n_same);
    ret->other_labels = kube_read_texts(&r->kube, json_get(value, "notSameLabels"), &ret->n_other);
}

static struct netpol_peer read_peer(struct netpol_reader *r, const struct json_value *value)
{
    struct netpol_peer peer = {.kind = NETPOL_PEER_PODS};
    const struct json_value *pods = json_get(value, "pods"), *namespaces = json_get(value, "namespaces");
    const struct json_value *nodes = json_get(value, "nodes"), *networks = json_get(value, "networks");
    if (namespaces) {
        read_namespaces(r, namespaces, &peer);
    } else if (pods) {
        const struct json_value *inner = json_get(pods, "namespaces"),
                                *selector = json_get(pods, "namespaceSelector");
        read_namespaces(r, inner ? inner : selector, &peer);
        peer.pods = netpol_read_selector(r, json_get(pods, "podSelector"));
    } else if (nodes) {
        peer.kind = NETPOL_PEER_NODES;
        peer.pods = netpol_read_selector(r, nodes);
    } else if (networks) {
        peer.kind = NETPOL_PEER_BLOCK;
        peer.blocks = netpol_read_blocks(r, networks, &peer.n_blocks);
    } else {
        peer.kind = NETPOL_PEER_OPAQUE;
    }
    return peer;
}

static struct netpol_port read_port(struct netpol_reader *r, const struct json_value *value)
{
    const struct json_value *number = json_get(value, "portNumber"), *range = json_get(value, "portRange");
    const struct json_value *name = json_get(value, "namedPort");
    struct netpol_port port = {.to = UINT16_MAX};
    if (name && name->kind == JSON_STRING) {
        port.name = netpol_read_port_name(r, name);
    } else if (number && json_get(number, "port")) {
        port.protocol = netpol_read_protocol(r, json_get(number, "protocol"));
        port.from = port.to = netpol_read_port_number(r, json_get(number, "port"));
    } else if (range && json_get(range, "start") && json_get(range, "end")) {
        port.protocol = netpol_read_protocol(r, json_get(range, "protocol"));
        port.from = netpol_read_port_number(r, json_get(range, "start"));
        port.to = netpol_read_port_number(r, json_get(range, "end"));
    } else {
        netpol_break(r, "a port that is none");
    }
    return port;
}

// "destinationPort": {"number": 53} or {"range": {"start": 53, "end": 60}}; absent: all ports.
static void read_destination(struct netpol_reader *r, const struct json_value *value, struct netpol_port *ret)
{
    const struct json_value *number = json_get(value, "number"), *range = json_get(value, "range");
    if (number) {
        ret->from = ret->to = netpol_read_port_number(r, number);
    } else if (range && json_get(range, "start") && json_get(range, "end")) {
        ret->from = netpol_read_port_number(r, json_get(range, "start"));
        ret->to = netpol_read_port_number(r, json_get(range, "end"));
    } else if (value) {
        netpol_break(r, "a port that is none");
    }
}

static struct netpol_port read_protocol(struct netpol_reader *r, const struct json_value *value)
{
    static const struct {
        const char *member, *protocol;
    } protocols[] = {{"tcp", "TCP"}, {"udp", "UDP"}, {"sctp", "SCTP"}};
    const struct json_value *name = json_get(value, "destinationNamedPort");
    struct netpol_port port = {.to = UINT16_MAX};
    if (name && name->kind == JSON_STRING) {
        port.name = netpol_read_port_name(r, name);
        return port;
    }
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        const struct json_value *of = json_get(value, protocols[i].member);
        if (!of)
            continue;
        port.protocol = protocols[i].protocol;
        read_destination(r, json_get(of, "destinationPort"), &port);
        return port;
    }
    netpol_break(r, "a protocol that is none");
    return port;
}

// Here an empty list of peers is invalid.
static void complete(struct netpol_reader *r, struct span action, const char *allow, struct netpol_rule *ret)
{
    ret->action = span_is(action, allow) ? NETPOL_ALLOW : span_is(action, "Deny") ? NETPOL_DENY : NETPOL_PASS;
    if (ret->action == NETPOL_PASS && !span_is(action, "Pass"))
        netpol_break(r, "an action that does not exist");
    if (ret->n_peers == 0)
        netpol_break(r, "a rule without peers");
}

static void complete_rule(struct netpol_reader *r, const struct json_value *value, struct netpol_rule *ret)
{
    complete(r, json_text(json_get(value, "action")), "Allow", ret);
}

static void complete_tiered(struct netpol_reader *r, const struct json_value *value, struct netpol_rule *ret)
{
    complete(r, json_text(json_get(value, "action")), "Accept", ret);
    if (json_get(value, "ports") || json_get(value, "match"))
        netpol_break(r, "a rule in the shape of a draft");
}

static const struct netpol_dialect dialect = {"ports", read_peer, read_port, complete_rule};
static const struct netpol_dialect tiered = {"protocols", read_peer, read_protocol, complete_tiered};

static void read_subject(struct netpol_reader *r, const struct json_value *subject)
{
    const struct json_value *namespaces = json_get(subject, "namespaces"), *pods = json_get(subject, "pods");
    struct netpol_peer whom = {0};
    if (namespaces)
        read_namespaces(r, namespaces, &whom);
    else if (pods)
        read_namespaces(r, json_get(pods, "namespaceSelector"), &whom);
    else
        netpol_break(r, "a subject that is none");
    r->policy->namespaces = whom.namespaces;
    r->policy->pods = netpol_read_selector(r, json_get(pods, "podSelector"));
}

static void read_spec(struct netpol_reader *r, const struct json_value *spec, enum netpol_kind kind,
                      const struct netpol_dialect *of)
{
    r->policy->kind = kind;
    read_subject(r, json_get(spec, "subject"));
    netpol_read_rules(r, spec, NETPOL_EGRESS, of);
    netpol_read_rules(r, spec, NETPOL_INGRESS, of);
    if (kind == NETPOL_ADMIN || of == &tiered)
        r->policy->priority = kube_read_number(spec, "priority", INT64_MAX);
}

void netpol_read_admin(struct netpol_reader *r, const struct json_value *object)
{
    read_spec(r, json_get(object, "spec"), NETPOL_ADMIN, &dialect);
}

void netpol_read_baseline(struct netpol_reader *r, const struct json_value *object)
{
    read_spec(r, json_get(object, "spec"), NETPOL_BASELINE, &dialect);
}

void netpol_read_cluster(struct netpol_reader *r, const struct json_value *object)
{
    const struct json_value *spec = json_get(object, "spec");
    struct span tier = json_text(json_get(spec, "tier"));
    r->policy->tiered = true;
    if (!span_is(tier, "Admin") && !span_is(tier, "Baseline"))
        netpol_break(r, "a tier that does not exist");
    read_spec(r, spec, span_is(tier, "Baseline") ? NETPOL_BASELINE : NETPOL_ADMIN, &tiered);
}
