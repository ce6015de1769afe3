// Reads network policies. What the API server would have refused (an unknown type, a CIDR without a length,
// an empty peer) is kept and marked: what such an object does cannot be told.
#include "core/parse/netpol.h"

#include "core/base/mem.h"
#include "core/parse/kuberead.h"
#include "core/parse/netpol_read.h"

// ------------------------------------------------------------------ a NetworkPolicy: its peers and ports

// A peer is pods by selectors, or a block of addresses, and never empty.
static struct netpol_peer read_peer(struct netpol_reader *r, const struct json_value *value)
{
    const struct json_value *block = json_get(value, "ipBlock");
    struct netpol_peer peer = {
        .kind = NETPOL_PEER_PODS,
        .namespaces = netpol_read_selector(r, json_get(value, "namespaceSelector")),
        .pods = netpol_read_selector(r, json_get(value, "podSelector")),
    };
    bool selects = peer.namespaces.set || peer.pods.set;
    if (block && block->kind == JSON_MAP) {
        peer.kind = NETPOL_PEER_BLOCK;
        struct ip_prefix *cidr = arena_alloc(r->kube.arena, sizeof *cidr);
        netpol_read_block(r, json_get(block, "cidr"), cidr);
        peer.blocks = cidr;
        peer.n_blocks = 1;
        peer.excepts = netpol_read_blocks(r, json_get(block, "except"), &peer.n_excepts);
        if (selects)
            netpol_break(r, "a peer with an ipBlock and a selector");
    } else if (!selects) {
        netpol_break(r, "an empty peer");
    }
    return peer;
}

static struct netpol_port read_port(struct netpol_reader *r, const struct json_value *value)
{
    const struct json_value *port = json_get(value, "port"), *end = json_get(value, "endPort");
    struct netpol_port ret = {
        .protocol = netpol_read_protocol(r, json_get(value, "protocol")), .from = 0, .to = UINT16_MAX};
    bool has_port = port && port->kind != JSON_NULL, has_end = end && end->kind != JSON_NULL;
    if (has_port && port->kind == JSON_STRING) {
        ret.name = netpol_read_port_name(r, port);
        if (has_end)
            netpol_break(r, "endPort beside a named port");
    } else if (has_port) {
        ret.from = ret.to = netpol_read_port_number(r, port);
        if (has_end)
            ret.to = netpol_read_port_number(r, end);
        if (ret.to < ret.from)
            netpol_break(r, "endPort below port");
    } else if (has_end) {
        netpol_break(r, "endPort without port");
    }
    return ret;
}

static void complete_rule(struct netpol_reader *r, const struct json_value *value, struct netpol_rule *ret)
{
    (void)r;
    (void)value;
    ret->action = NETPOL_ALLOW;
    ret->any_peer = ret->n_peers == 0;
}

static const struct netpol_dialect standard = {"ports", read_peer, read_port, complete_rule};

// ------------------------------------------------------------------ rules of every kind

static struct netpol_rule read_rule(struct netpol_reader *r, const struct json_value *value,
                                    const char *peers_key, const struct netpol_dialect *dialect)
{
    const struct json_value *peers = json_get(value, peers_key), *ports = json_get(value, dialect->ports);
    struct netpol_rule rule = {.n_peers = kube_read_count(peers), .n_ports = kube_read_count(ports)};
    struct netpol_peer *peer = arena_alloc(r->kube.arena, (rule.n_peers + 1) * sizeof *peer);
    struct netpol_port *port = arena_alloc(r->kube.arena, (rule.n_ports + 1) * sizeof *port);
    for (size_t i = 0; i < rule.n_peers; i++)
        peer[i] = dialect->read_peer(r, &peers->items[i]);
    for (size_t i = 0; i < rule.n_ports; i++)
        port[i] = dialect->read_port(r, &ports->items[i]);
    rule.peers = peer;
    rule.ports = port;
    rule.any_port = rule.n_ports == 0;
    dialect->complete(r, value, &rule);
    return rule;
}

void netpol_read_rules(struct netpol_reader *r, const struct json_value *spec, enum netpol_direction d,
                       const struct netpol_dialect *dialect)
{
    const struct json_value *list = json_get(spec, netpol_direction_name(d));
    size_t n = kube_read_count(list);
    struct netpol_rule *rules = arena_alloc(r->kube.arena, (n + 1) * sizeof *rules);
    for (size_t i = 0; i < n; i++)
        rules[i] = read_rule(r, &list->items[i], d == NETPOL_EGRESS ? "to" : "from", dialect);
    r->policy->rules[d] = rules;
    r->policy->n_rules[d] = n;
}

// ------------------------------------------------------------------ a NetworkPolicy: the whole

// Absent types: ingress always, egress where there are egress rules (networking/v1,
// NetworkPolicySpec.policyTypes).
static void read_types(struct netpol_reader *r, const struct json_value *spec)
{
    const struct json_value *types = json_get(spec, "policyTypes");
    struct netpol *p = r->policy;
    if (kube_read_count(types) == 0) {
        p->isolates[NETPOL_INGRESS] = true;
        p->isolates[NETPOL_EGRESS] = p->n_rules[NETPOL_EGRESS] > 0;
    }
    for (size_t i = 0; i < kube_read_count(types); i++) {
        struct span type = json_text(&types->items[i]);
        if (span_is(type, "Ingress"))
            p->isolates[NETPOL_INGRESS] = true;
        else if (span_is(type, "Egress"))
            p->isolates[NETPOL_EGRESS] = true;
        else
            netpol_break(r, "a policyType that does not exist");
    }
}

static void read_standard(struct netpol_reader *r, const struct json_value *object)
{
    const struct json_value *spec = json_get(object, "spec");
    r->policy->kind = NETPOL_STANDARD;
    r->policy->pods = netpol_read_selector(r, json_get(spec, "podSelector"));
    netpol_read_rules(r, spec, NETPOL_EGRESS, &standard);
    netpol_read_rules(r, spec, NETPOL_INGRESS, &standard);
    read_types(r, spec);
}

// ------------------------------------------------------------------ the agent of the VPC CNI

static void read_environment(struct netpol_set *set, const struct json_value *env)
{
    for (size_t i = 0; i < kube_read_count(env); i++) {
        const struct json_value *one = &env->items[i];
        if (span_is(json_text(json_get(one, "name")), "NETWORK_POLICY_ENFORCING_MODE") &&
            span_is_caseless(json_text(json_get(one, "value")), "strict"))
            set->strict = true;
    }
}

static void read_arguments(struct netpol_set *set, const struct json_value *args)
{
    for (size_t i = 0; i < kube_read_count(args); i++) {
        struct span arg = json_text(&args->items[i]);
        if (span_starts(arg, "--enable-network-policy"))
            set->enforced = tri_of(!span_ends(arg, "=false"));
    }
}

static void read_agent(struct netpol_reader *r, struct netpol_set *set, const struct json_value *object)
{
    const struct json_value *containers = json_path(object, "spec.template.spec.containers");
    set->agent = kube_read_member_place(&r->kube, object, "metadata.name");
    for (size_t i = 0; i < kube_read_count(containers); i++) {
        read_environment(set, json_get(&containers->items[i], "env"));
        read_arguments(set, json_get(&containers->items[i], "args"));
    }
}

// ------------------------------------------------------------------ objects

struct file {
    struct netpol_reader reader;
    struct netpol_set *set;
};

// By apiVersion and kind; hand-made lists may leave them out, then by what only a NetworkPolicy has.
static bool is_standard(const struct json_value *object, struct span version, struct span kind)
{
    if (kind.at && !span_is(kind, "NetworkPolicy"))
        return false;
    if (version.at)
        return span_starts(version, "networking.k8s.io/") || span_starts(version, "extensions/");
    return kind.at || (json_path(object, "spec.podSelector") && !json_path(object, "spec.template"));
}

static void add_policy(struct file *f, const struct json_value *object, netpol_read_fn *read)
{
    struct netpol *policy = MEM_PUSH(f->set->items, f->set->n, f->set->cap);
    *policy = (struct netpol){0};
    f->reader.policy = policy;
    kube_read_meta(&f->reader.kube, object, &policy->meta);
    read(&f->reader, object);
}

static bool read_object(const struct json_value *object, void *context)
{
    struct file *f = context;
    struct span version = json_text(json_get(object, "apiVersion")),
                kind = json_text(json_get(object, "kind"));
    bool admin = span_starts(version, "policy.networking.k8s.io/v1alpha1");
    if (!json_get(object, "metadata"))
        return true;
    if (is_standard(object, version, kind)) {
        add_policy(f, object, read_standard);
    } else if (admin && span_is(kind, "AdminNetworkPolicy")) {
        add_policy(f, object, netpol_read_admin);
    } else if (admin && span_is(kind, "BaselineAdminNetworkPolicy")) {
        add_policy(f, object, netpol_read_baseline);
    } else if (span_starts(version, "policy.networking.k8s.io/v1alpha2") &&
               span_is(kind, "ClusterNetworkPolicy")) {
        add_policy(f, object, netpol_read_cluster);
    } else if (span_is(kind, "DaemonSet") &&
               span_is(json_text(json_path(object, "metadata.name")), "aws-node")) {
        read_agent(&f->reader, f->set, object);
    } else if (span_ends(kind, "NetworkPolicy") && !span_starts(kind, "Staged")) { // Calico's previews
        struct netpol_foreign *foreign = MEM_PUSH(f->set->foreign, f->set->n_foreign, f->set->cap_foreign);
        foreign->kind = arena_span(f->reader.kube.arena, kind);
        kube_read_meta(&f->reader.kube, object, &foreign->meta);
    }
    return true;
}

bool netpol_parse(struct arena *arena, struct text text, struct netpol_set *ret, struct error *err)
{
    struct intern intern;
    intern_init(&intern, arena);
    struct file file = {.reader.kube = {arena, &intern, text.file}, .set = ret};
    bool good = json_each_item(text.bytes, read_object, &file, err);
    intern_done(&intern);
    return good;
}

const char *netpol_direction_name(enum netpol_direction d)
{
    return d == NETPOL_EGRESS ? "egress" : "ingress";
}
