// Finds out who is talked to, judges each reading that the documents leave open, and tells what all of them
// share. A service address stands for its ready endpoints, of which the worst counts.
#include "core/judge/policy.h"

#include <string.h>

#include "core/base/str.h"
#include "core/judge/policy_flow.h"

// ------------------------------------------------------------------ one flow, all readings

static void add_deciders(struct policy_answer *a, const struct netpol *const *by, size_t n)
{
    for (size_t i = 0; i < n && a->n_deciders < POLICY_DECIDERS; i++) {
        bool known = false;
        for (size_t k = 0; k < a->n_deciders; k++)
            known = known || a->deciders[k] == by[i];
        if (!known)
            a->deciders[a->n_deciders++] = by[i];
    }
}

static struct policy_answer judge_reading(const struct policy_flow *f)
{
    struct policy_answer a = {.fate = POLICY_FATE_PASSES, .pod = f->to.pod};
    struct policy_outcome sides[NETPOL_DIRECTIONS];
    for (int d = 0; d < NETPOL_DIRECTIONS; d++) {
        sides[d] = policy_direction(f, (enum netpol_direction)d);
        if (sides[d].passes == TRI_UNKNOWN && a.fate == POLICY_FATE_PASSES)
            a.fate = POLICY_FATE_UNKNOWN;
        if (sides[d].passes != TRI_NO || a.fate == POLICY_FATE_BLOCKED)
            continue;
        a.fate = POLICY_FATE_BLOCKED;
        a.has_direction = true;
        a.direction = (enum netpol_direction)d;
    }
    for (int d = 0; d < NETPOL_DIRECTIONS; d++) {
        if (a.fate == POLICY_FATE_PASSES || (a.has_direction && (int)a.direction == d))
            add_deciders(&a, sides[d].by, sides[d].n);
    }
    a.why = a.fate == POLICY_FATE_UNKNOWN ? "what the answer depends on was not collected or cannot be told"
                                          : NULL;
    return a;
}

struct readings {
    struct policy_answer answer;
    bool any;
};

static void add_reading(struct readings *r, const struct policy_flow *f, const char *why)
{
    struct policy_answer a = judge_reading(f);
    if (!r->any) {
        r->answer = a;
        r->any = true;
    } else if (r->answer.fate != a.fate) {
        r->answer = (struct policy_answer){.fate = POLICY_FATE_UNKNOWN, .pod = f->to.pod, .why = why};
    }
}

static bool is_host_pod(const struct policy_side *side)
{
    return side->pod && side->pod->host_network;
}

// A plugin may take a host-network pod for a pod, or for its node (concept page, "NetworkPolicy and
// hostNetwork pods").
static void add_host_readings(struct readings *r, const struct policy_flow *flow)
{
    for (int from = 0; from <= is_host_pod(&flow->from); from++) {
        for (int to = 0; to <= is_host_pod(&flow->to); to++) {
            struct policy_flow f = *flow;
            f.from.as_node = from > 0;
            f.to.as_node = to > 0;
            if (f.to.as_node && f.from.node && f.to.node && strcmp(f.from.node, f.to.node) == 0)
                f.to.own_node = true;
            add_reading(r, &f, "plugins differ in whether a host-network pod counts as a pod or as its node");
        }
    }
}

// Whether policy is looked at before or behind the translation of a service address is not defined.
static struct policy_answer judge_flow(const struct policy_flow *flow, const struct policy_query *q)
{
    struct readings r = {0};
    bool translated = flow->to.ip.family && q->to_ip.family && !q->to && !ip_eq(q->to_ip, flow->to.ip);
    add_host_readings(&r, flow);
    if (translated && r.answer.fate != POLICY_FATE_UNKNOWN) {
        struct readings before = {0};
        struct policy_flow f = *flow;
        f.seen_ip = q->to_ip;
        f.seen_port = q->port;
        add_host_readings(&before, &f);
        if (before.answer.fate != r.answer.fate)
            return (struct policy_answer){.fate = POLICY_FATE_UNKNOWN,
                                          .pod = flow->to.pod,
                                          .why = "rules about addresses or bare ports fit the service "
                                                 "address and what it becomes differently, and "
                                                 "the order is not defined"};
    }
    return r.answer;
}

// ------------------------------------------------------------------ sides

static struct ip address_of(const struct kube_pod *pod, struct ip like)
{
    return like.family && pod->ip2.family == like.family ? pod->ip2 : pod->ip;
}

static struct policy_side pod_side(const struct kube_pod *pod, struct ip ip)
{
    return (struct policy_side){.pod = pod, .ip = ip, .node = pod->node};
}

static bool is_over(const struct kube_pod *pod)
{
    return pod->phase && (strcmp(pod->phase, "Succeeded") == 0 || strcmp(pod->phase, "Failed") == 0);
}

// The pod that has an address of its own now; a finished one has lost it.
static const struct kube_pod *pod_at(const struct cluster *cluster, struct ip ip)
{
    for (size_t i = 0; i < cluster->pods.n; i++) {
        const struct kube_pod *pod = &cluster->pods.items[i];
        if (!is_over(pod) && !pod->host_network && (ip_eq(pod->ip, ip) || ip_eq(pod->ip2, ip)))
            return pod;
    }
    return NULL;
}

// NodeLocal DNSCache listens on the node of whoever asks; 169.254.20.10 is its usual address.
static bool is_nodelocal(const struct policy_world *world, struct ip ip)
{
    static const struct ip usual = {.family = 4, .bytes = {169, 254, 20, 10}};
    return ip_eq(ip, usual) || (world->nodelocal.family && ip_eq(ip, world->nodelocal)) || ip_is_loopback(ip);
}

static struct policy_side address_side(const struct policy_world *world, const struct kube_pod *from,
                                       struct ip ip)
{
    const struct kube_node *node = cluster_node_by_ip(world->cluster, ip);
    const struct kube_pod *pod = node ? NULL : pod_at(world->cluster, ip);
    if (pod)
        return pod_side(pod, ip);
    struct policy_side side = {.ip = ip, .node = node ? node->meta.name : NULL};
    bool host = from->host_ip.family && ip_eq(from->host_ip, ip);
    side.own_node = is_nodelocal(world, ip) || host ||
                    (node && from->node && node->meta.name && strcmp(node->meta.name, from->node) == 0);
    side.maybe_pod = !node && !side.own_node && world->cluster->pods.listing.state != LISTING_WHOLE;
    return side;
}

// ------------------------------------------------------------------ service addresses

struct branches {
    const struct policy_world *world;
    const struct policy_query *query;
    const struct kube_service *service;
    const struct kube_service_port *port;
    struct policy_answer worst;
    size_t n;
};

static const struct kube_service_port *service_port(const struct kube_service *s, const char *protocol,
                                                    uint16_t port)
{
    for (size_t i = 0; i < s->n_ports; i++) {
        const char *own = s->ports[i].protocol ? s->ports[i].protocol : "TCP";
        if (s->ports[i].port == port && strcmp(own, protocol) == 0)
            return &s->ports[i];
    }
    return NULL;
}

static bool same_name(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

// The port of a slice that stands for the service's port: they share a name.
static const struct kube_port *slice_port(const struct branches *b, const struct kube_slice *slice)
{
    for (size_t i = 0; i < slice->n_ports; i++) {
        const char *protocol = slice->ports[i].protocol ? slice->ports[i].protocol : "TCP";
        if (same_name(slice->ports[i].name, b->port->name) && strcmp(protocol, b->query->protocol) == 0)
            return &slice->ports[i];
    }
    return NULL;
}

static bool is_of_service(const struct kube_slice *slice, const struct kube_service *s)
{
    return slice->service && same_name(slice->service, s->meta.name) &&
           same_name(slice->meta.namespace_, s->meta.namespace_);
}

static struct policy_flow make_flow(const struct policy_world *world, const struct policy_query *q,
                                    struct policy_side to, uint16_t port)
{
    return (struct policy_flow){
        .world = world,
        .from = pod_side(q->from, address_of(q->from, to.ip)),
        .to = to,
        .protocol = q->protocol,
        .port = port,
        .seen_ip = to.ip,
        .seen_port = port,
    };
}

static void judge_endpoint(struct branches *b, const struct kube_endpoint *e, uint16_t port)
{
    const struct cluster *cluster = b->world->cluster;
    if (e->ready == TRI_NO || e->ip.family != b->query->to_ip.family)
        return;
    const struct kube_pod *pod =
        e->pod
            ? cluster_pod(cluster, e->pod_namespace ? e->pod_namespace : b->service->meta.namespace_, e->pod)
            : NULL;
    struct policy_side to = pod ? pod_side(pod, e->ip) : address_side(b->world, b->query->from, e->ip);
    struct policy_flow flow = make_flow(b->world, b->query, to, port);
    struct policy_answer a = judge_flow(&flow, b->query);
    if (b->n++ == 0 || a.fate > b->worst.fate)
        b->worst = a;
    else if (a.fate == POLICY_FATE_PASSES && b->worst.fate == POLICY_FATE_PASSES)
        add_deciders(&b->worst, a.deciders, a.n_deciders);
}

static struct policy_answer unknown(const char *why)
{
    return (struct policy_answer){.fate = POLICY_FATE_UNKNOWN, .why = why};
}

static struct policy_answer judge_service(const struct policy_world *world, const struct policy_query *q,
                                          const struct kube_service *service)
{
    struct branches b = {
        .world = world, .query = q, .service = service, .port = service_port(service, q->protocol, q->port)};
    if (!b.port)
        return unknown("the service has no such port");
    for (size_t i = 0; i < world->cluster->slices.n; i++) {
        const struct kube_slice *slice = &world->cluster->slices.items[i];
        const struct kube_port *port = is_of_service(slice, service) ? slice_port(&b, slice) : NULL;
        for (size_t k = 0; port && k < slice->n_endpoints; k++)
            judge_endpoint(&b, &slice->endpoints[k], port->port);
    }
    return b.n ? b.worst : unknown("no ready endpoint stands behind the service address");
}

// ------------------------------------------------------------------ public

static struct policy_answer judge(const struct policy_world *world, const struct policy_query *q)
{
    bool nodelocal = !q->to && world->nodelocal.family && ip_eq(q->to_ip, world->nodelocal);
    const struct kube_service *service =
        q->to || nodelocal ? NULL : cluster_service_by_ip(world->cluster, q->to_ip);
    if (service) // unless NodeLocal DNSCache has taken its address over
        return judge_service(world, q, service);
    struct policy_side to = q->to ? pod_side(q->to, q->to->ip) : address_side(world, q->from, q->to_ip);
    struct policy_flow flow = make_flow(world, q, to, q->port);
    return judge_flow(&flow, q);
}

static void add_names(const struct policy_answer *a, struct str *ret)
{
    for (size_t i = 0; i < a->n_deciders; i++) {
        const struct kube_meta *meta = &a->deciders[i]->meta;
        str_printf(ret, "%s%s%s%s", i ? ", " : "", meta->namespace_ ? meta->namespace_ : "",
                   meta->namespace_ ? "/" : "", meta->name ? meta->name : "?");
    }
}

static const char *describe(const struct policy_answer *a, struct arena *arena)
{
    struct str names = {0};
    const char *text = "no policy isolates either side", *direction = netpol_direction_name(a->direction);
    add_names(a, &names);
    if (a->fate == POLICY_FATE_BLOCKED && a->n_deciders && a->deciders[0]->kind != NETPOL_STANDARD)
        text = arena_printf(arena, "%s is denied by %s", direction, str_text(&names));
    else if (a->fate == POLICY_FATE_BLOCKED)
        text = arena_printf(arena, "%s is isolated by %s, and nothing there allows it", direction,
                            str_text(&names));
    else if (a->n_deciders)
        text = arena_printf(arena, "allowed by %s", str_text(&names));
    str_done(&names);
    return text;
}

static bool is_in(const char *namespace_, const struct kube_meta *meta)
{
    return meta->namespace_ && strcmp(meta->namespace_, namespace_) == 0;
}

// A policy of another engine that may select either side: what has a namespace selects pods of that namespace
// alone (Calico: NetworkPolicy, Cilium: CiliumNetworkPolicy, Antrea: NetworkPolicy).
static const struct netpol_foreign *find_foreign(const struct policy_world *world,
                                                 const struct policy_query *q)
{
    const struct kube_service *service = q->to ? NULL : cluster_service_by_ip(world->cluster, q->to_ip);
    const struct kube_pod *to = q->to ? q->to : cluster_pod_by_ip(world->cluster, q->to_ip);
    for (size_t i = 0; i < world->policies->n_foreign; i++) {
        const struct netpol_foreign *f = &world->policies->foreign[i];
        const char *namespace_ = f->meta.namespace_;
        if (!namespace_ || !q->from || is_in(namespace_, &q->from->meta) ||
            (to && is_in(namespace_, &to->meta)) || (service && is_in(namespace_, &service->meta)))
            return f;
    }
    return NULL;
}

// How ClusterNetworkPolicies stand to those of the version before in the same tier, no document says.
static bool are_of_both_versions(const struct netpol_set *set)
{
    bool older = false, tiered = false;
    for (size_t i = 0; i < set->n; i++) {
        if (set->items[i].kind == NETPOL_STANDARD)
            continue;
        tiered = tiered || set->items[i].tiered;
        older = older || !set->items[i].tiered;
    }
    return older && tiered;
}

struct policy_answer policy_judge(const struct policy_world *world, const struct policy_query *query,
                                  struct arena *arena)
{
    const struct netpol_foreign *f = find_foreign(world, query);
    if (f)
        return unknown(arena_printf(arena, "policies of another engine (%s %s) are present and may decide",
                                    f->kind, f->meta.name ? f->meta.name : "?"));
    if (world->admin_unknown)
        return unknown(world->admin_unknown);
    if (are_of_both_versions(world->policies))
        return unknown(
            "ClusterNetworkPolicies stand beside AdminNetworkPolicies, and which of them come first "
            "is not defined");
    struct policy_answer answer = judge(world, query);
    if (!answer.why)
        answer.why = describe(&answer, arena);
    return answer;
}

const char *policy_fate_name(enum policy_fate fate)
{
    static const char *const names[] = {"passes", "unknown", "blocked"};
    return names[fate];
}
