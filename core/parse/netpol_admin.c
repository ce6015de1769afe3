// AdminNetworkPolicy and BaselineAdminNetworkPolicy, v1alpha1. Their peers changed shape: once a namespace
// selector stood inside `namespaces` (beside sameLabels and notSameLabels), now `namespaces` is the selector.
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

static enum netpol_action read_action(struct netpol_reader *r, const struct json_value *value)
{
    static const char *const names[] = {"Allow", "Deny", "Pass"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(json_text(value), names[i]))
            return (enum netpol_action)i;
    }
    netpol_break(r, "an action that does not exist");
    return NETPOL_PASS;
}

// Here an empty list of peers is invalid.
static void complete_rule(struct netpol_reader *r, const struct json_value *value, struct netpol_rule *ret)
{
    ret->action = read_action(r, json_get(value, "action"));
    if (ret->n_peers == 0)
        netpol_break(r, "a rule without peers");
}

static const struct netpol_dialect dialect = {read_peer, read_port, complete_rule};

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

static void read_spec(struct netpol_reader *r, const struct json_value *object, enum netpol_kind kind)
{
    const struct json_value *spec = json_get(object, "spec");
    r->policy->kind = kind;
    read_subject(r, json_get(spec, "subject"));
    netpol_read_rules(r, spec, NETPOL_EGRESS, &dialect);
    netpol_read_rules(r, spec, NETPOL_INGRESS, &dialect);
    if (kind == NETPOL_ADMIN)
        r->policy->priority = kube_read_number(spec, "priority", INT64_MAX);
}

void netpol_read_admin(struct netpol_reader *r, const struct json_value *object)
{
    read_spec(r, object, NETPOL_ADMIN);
}

void netpol_read_baseline(struct netpol_reader *r, const struct json_value *object)
{
    read_spec(r, object, NETPOL_BASELINE);
}
