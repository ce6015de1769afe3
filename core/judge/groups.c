// security_group_block: the groups and ACLs between the pod and each ready CoreDNS endpoint. Groups do not
// stand on the node; what decides is the interface that carries the pod's address and the one that carries
// CoreDNS'. Where an overlay carries the query from node to node, groups see the overlay's packets, between
// the nodes' own interfaces, and no port 53.
#include "core/base/mem.h"
#include "core/judge/judge.h"
#include "core/judge/nodepath.h"
#include "core/judge/route.h"
#include "core/judge/tunnel.h"
#include "core/judge/vpc.h"

struct side {
    struct ip ip;
    const char *node;
    const struct aws_interface *interface;
};

struct weighed {
    const struct facts *facts;
    struct claims *claims;
    struct arena *arena;
    struct side pod; // who asks; `by_cache`: NodeLocal DNSCache, by the node's own interface
    bool by_cache;
    bool strangers; // it asks none of the cluster's DNS
    size_t endpoints, passing, unknown;
};

// An address that no interface lists (custom networking, a delegated prefix that was not collected) goes
// through its node's; where that node's interfaces are in different groups, which one it is cannot be told.
static const struct aws_interface *interface_by_node(const struct aws *aws, struct ip node_ip)
{
    const struct aws_interface *primary = aws_interface_of(aws, node_ip);
    for (size_t i = 0; primary && i < aws->n_interfaces; i++) {
        const struct aws_interface *e = &aws->interfaces[i];
        if (!e->instance || !primary->instance || strcmp(e->instance, primary->instance) != 0)
            continue;
        bool same = e->n_groups == primary->n_groups;
        for (size_t k = 0; same && k < e->n_groups; k++)
            same = strcmp(e->groups[k], primary->groups[k]) == 0;
        if (!same)
            return NULL;
    }
    return primary;
}

// What the node was given for its pods (podCIDRs) is no interface's: an overlay carries it, or routes do.
static bool is_of_pod_range(const struct kube_node *node, struct ip ip)
{
    for (size_t i = 0; i < node->n_pod_cidrs; i++) {
        struct ip_prefix range;
        if (ip_parse_prefix(span_of(node->pod_cidrs[i]), &range) && ip_in_prefix(ip, range))
            return true;
    }
    return false;
}

static struct side find_side(const struct facts *facts, struct ip ip, const char *node)
{
    struct side side = {.ip = ip, .node = node, .interface = aws_interface_of(facts->aws, ip)};
    const struct kube_node *object = node ? cluster_node(&facts->cluster, node) : NULL;
    if (!side.interface && object && !is_of_pod_range(object, ip))
        side.interface = interface_by_node(facts->aws, object->internal_ip);
    return side;
}

static struct vpc_fate fate_of(const struct weighed *w, const struct side *to, int protocol)
{
    return vpc_reach(w->facts->aws,
                     &(struct vpc_query){
                         .from = w->pod.interface,
                         .to = to->interface,
                         .from_ip = w->pod.ip,
                         .to_ip = to->ip,
                         .protocol = protocol,
                         .port = w->facts->dns.endpoint_port ? w->facts->dns.endpoint_port : 53,
                     });
}

// What lookups say of UDP to that endpoint while it hurt.
static const struct lookup *seen(const struct weighed *w, const struct side *to, unsigned which)
{
    const struct lookup_query q = {
        .fields = LOOKUP_BY_SERVER | LOOKUP_BY_TARGET_POD | LOOKUP_BY_WINDOW | LOOKUP_BY_PROTO | which,
        .server = to->ip,
        .proto = LOOKUP_UDP,
        .outcome = LOOKUP_TIMEOUT,
        .window = w->facts->target.window,
    };
    return lookups_first(&w->facts->lookups, &q);
}

static const char *describe_gate(const struct weighed *w, const struct vpc_fate *fate, const char *protocols,
                                 const char *endpoint)
{
    if (fate->gate == VPC_ACL_QUERY || fate->gate == VPC_ACL_REPLY)
        return arena_printf(w->arena,
                            "a network ACL forbids the %s between the pod's subnet and that of CoreDNS %s",
                            fate->gate == VPC_ACL_QUERY ? "query" : "reply", endpoint);
    const char *id = fate->group ? fate->group->id : "?";
    const char *name = fate->group && fate->group->name ? fate->group->name : "unnamed";
    if (fate->gate == VPC_GROUP_EGRESS)
        return arena_printf(w->arena,
                            "security group %s (%s) of %s interface lets no %s 53 out to CoreDNS %s", id,
                            name, w->by_cache ? "the node's" : "the pod's", protocols, endpoint);
    return arena_printf(
        w->arena, "security group %s (%s) of the interface that carries CoreDNS %s lets no %s 53 in from %s",
        id, name, endpoint, protocols, w->by_cache ? "NodeLocal DNSCache on the pod's node" : "the pod");
}

static const char *describe_fix(const struct weighed *w, const struct vpc_fate *fate)
{
    if (fate->gate == VPC_ACL_QUERY || fate->gate == VPC_ACL_REPLY)
        return "allow UDP and TCP 53, and the replies' ephemeral ports, in the network ACLs of both subnets";
    const char *id = fate->group ? fate->group->id : "?";
    const struct aws_interface *peer = w->pod.interface;
    return arena_printf(w->arena, "allow UDP and TCP 53 in security group %s %s%s", id,
                        fate->gate == VPC_GROUP_EGRESS ? "(egress) to CoreDNS"
                                                       : "from the pods' and nodes' group",
                        fate->gate == VPC_GROUP_INGRESS && peer && peer->n_groups
                            ? arena_printf(w->arena, " %s", peer->groups[0])
                            : "");
}

// What lookups say of the endpoint's answers, for a block or against it.
static void claim_witness(struct weighed *w, const struct side *to, const char *object)
{
    const struct lookup *lost = seen(w, to, LOOKUP_BY_OUTCOME), *answered = seen(w, to, LOOKUP_BY_ANSWERED);
    const struct lookup *witness = answered ? answered : lost;
    if (!witness || w->by_cache) // what the pod asks CoreDNS itself goes by another interface
        return;
    claims_add(w->claims, &(struct claim){
                              .kind = answered ? CLAIM_AGAINST : CLAIM_EFFECT,
                              .diagnosis = DIAGNOSIS_SECURITY_GROUP_BLOCK,
                              .subject = SUBJECT_SECURITY_GROUP,
                              .on_path = TRI_YES,
                              .in_window = witness->time == TIME_UNKNOWN // a dig that got nothing has none
                                               ? TRI_YES
                                               : clock_in_window(witness->time, w->facts->target.window),
                              .text = arena_printf(w->arena, "the pod's UDP query to CoreDNS %s %s", object,
                                                   answered ? "was answered" : "got no answer"),
                              .object = object,
                              .places = &witness->place,
                              .n_places = 1,
                              .time = witness->time,
                          });
}

// `own`: the interface whose group or subnet it is.
static void claim_cause(struct weighed *w, const struct vpc_fate *fate, const struct aws_interface *own,
                        struct claim cause)
{
    const struct place nowhere = {.file = FILE_NONE};
    const struct place places[] = {
        fate->entry   ? fate->entry->place
        : fate->group ? fate->group->place
                      : nowhere,
        own ? own->place : nowhere,
    };
    cause.kind = CLAIM_CAUSE;
    cause.diagnosis = DIAGNOSIS_SECURITY_GROUP_BLOCK;
    cause.subject = SUBJECT_SECURITY_GROUP;
    cause.in_window = TRI_YES;
    cause.places = places;
    cause.n_places = ARRAY_LEN(places);
    cause.time = TIME_UNKNOWN;
    claims_add(w->claims, &cause);
}

static void claim_block(struct weighed *w, const struct side *to, const struct vpc_fate *udp, bool tcp_too)
{
    char text[IP_TEXT];
    const char *object = arena_strdup(w->arena, ip_format(to->ip, text));
    claim_cause(w, udp, udp->gate == VPC_GROUP_EGRESS ? w->pod.interface : to->interface,
                (struct claim){
                    .on_path = tri_of(!w->strangers),
                    .text = describe_gate(w, udp, tcp_too ? "UDP or TCP" : "UDP", object),
                    .object = object,
                    .fix = describe_fix(w, udp),
                });
    claim_witness(w, to, object);
}

// ------------------------------------------------------------------ in an overlay

struct crossing { // of the overlay's packets, from one node to another
    struct side from, to;
    struct vpc_fate fate;
};

static struct side node_side(const struct facts *facts, const char *node)
{
    struct ip ip = kube_node_ip(node ? cluster_node(&facts->cluster, node) : NULL, 4);
    return (struct side){.ip = ip, .node = node, .interface = aws_interface_of(facts->aws, ip)};
}

static struct crossing cross(const struct weighed *w, const char *from, const char *to, struct tunnel tunnel)
{
    struct crossing c = {.from = node_side(w->facts, from), .to = node_side(w->facts, to)};
    c.fate = vpc_reach(w->facts->aws, &(struct vpc_query){
                                          .from = c.from.interface,
                                          .to = c.to.interface,
                                          .from_ip = c.from.ip,
                                          .to_ip = c.to.ip,
                                          .protocol = tunnel.protocol,
                                          .port = tunnel.port,
                                      });
    return c;
}

static const char *describe_crossing(const struct weighed *w, const struct crossing *c, const char *tunnel)
{
    const struct vpc_fate *fate = &c->fate;
    const char *lets = arena_printf(w->arena,
                                    "%s from node %s to %s, in which the overlay carries the "
                                    "pod's queries or their answers",
                                    tunnel, c->from.node, c->to.node);
    if (fate->gate == VPC_ACL_QUERY || fate->gate == VPC_ACL_REPLY)
        return arena_printf(w->arena, "a network ACL forbids %s", lets);
    return arena_printf(w->arena, "security group %s (%s) lets no %s %s", fate->group ? fate->group->id : "?",
                        fate->group && fate->group->name ? fate->group->name : "unnamed",
                        fate->gate == VPC_GROUP_EGRESS ? "outgoing" : "incoming", lets);
}

static const char *fix_crossing(const struct weighed *w, const struct crossing *c, const char *tunnel)
{
    const char *where = c->fate.group ? arena_printf(w->arena, "security group %s", c->fate.group->id)
                                      : "the network ACLs of both subnets";
    return arena_printf(w->arena, "allow %s, which carries DNS on port 53 between the nodes, in %s", tunnel,
                        where);
}

// Which port the overlay was told to use is known by custom only: likely at most.
static void claim_crossing(struct weighed *w, const struct side *to, const struct crossing *c,
                           struct tunnel tunnel)
{
    char text[IP_TEXT];
    const char *object = arena_strdup(w->arena, ip_format(to->ip, text));
    const char *carried = tunnel_tell(w->arena, tunnel);
    claim_cause(w, &c->fate, c->fate.gate == VPC_GROUP_EGRESS ? c->from.interface : c->to.interface,
                (struct claim){
                    .on_path = TRI_UNKNOWN,
                    .text = describe_crossing(w, c, carried),
                    .object = object,
                    .fix = fix_crossing(w, c, carried),
                });
    claim_witness(w, to, object);
}

// Both ways: the ports that the overlay's packets come from differ, so that an answer is a flow of its own.
static void judge_tunnel(struct weighed *w, const struct kube_endpoint *e, const char *node,
                         struct tunnel tunnel)
{
    const struct side to = {.ip = e->ip, .node = node};
    struct crossing there = cross(w, w->pod.node, node, tunnel), back = cross(w, node, w->pod.node, tunnel);
    if (there.fate.passes == TRI_NO || back.fate.passes == TRI_NO)
        claim_crossing(w, &to, there.fate.passes == TRI_NO ? &there : &back, tunnel);
    else if (tri_and(there.fate.passes, back.fate.passes) == TRI_YES)
        w->passing++;
    else
        w->unknown++;
}

// ------------------------------------------------------------------ the judge

static struct tunnel tunnel_to(const struct weighed *w, struct ip ip)
{
    const struct node_facts *here = w->pod.node ? facts_node(w->facts, w->pod.node) : NULL;
    return tunnel_of(here ? nodepath_device(here, ip) : NULL);
}

static void judge_endpoint(struct weighed *w, const struct kube_endpoint *e)
{
    const char *node = e->node ? e->node : nodepath_node_of(w->facts, e->ip);
    w->endpoints++;
    if (w->pod.node && node && strcmp(w->pod.node, node) == 0) { // never leaves the node
        w->passing++;
        return;
    }
    struct tunnel tunnel = tunnel_to(w, e->ip);
    if (tunnel.protocol) {
        judge_tunnel(w, e, node, tunnel);
        return;
    }
    struct side to = find_side(w->facts, e->ip, node);
    struct vpc_fate udp = fate_of(w, &to, 17), tcp = fate_of(w, &to, 6);
    if (udp.passes == TRI_NO)
        claim_block(w, &to, &udp, tcp.passes == TRI_NO);
    else if (udp.passes == TRI_YES)
        w->passing++;
    else
        w->unknown++;
}

static void claim_rest(struct weighed *w)
{
    struct claim c = {
        .kind = CLAIM_CLEAR,
        .subject = SUBJECT_SECURITY_GROUP,
        .on_path = TRI_YES,
        .in_window = TRI_YES,
        .text = w->facts->aws && w->facts->aws->acls_known
                    ? "security groups and network ACLs let DNS through to every ready CoreDNS endpoint"
                    : "security groups let DNS through to every ready CoreDNS endpoint; network ACLs were "
                      "not read",
        .time = TIME_UNKNOWN,
    };
    if (w->endpoints && w->passing == w->endpoints)
        claims_add(w->claims, &c);
    if (w->endpoints && !w->unknown)
        return;
    c.kind = CLAIM_GAP;
    c.diagnosis = DIAGNOSIS_SECURITY_GROUP_BLOCK;
    c.text = "whether security groups and ACLs let DNS through from the pod's interface to CoreDNS'";
    c.command = "aws ec2 describe-security-groups; aws ec2 describe-network-interfaces";
    if (!w->endpoints || w->unknown)
        claims_add(w->claims, &c);
}

void judge_groups(const struct facts *facts, struct claims *claims)
{
    struct arena arena = {0};
    struct weighed w = {.facts = facts, .claims = claims, .arena = &arena};
    if (facts->aws && facts->pod_ip.family) {
        const struct bench b = {.facts = facts};
        w.strangers = bench_asks_strangers(&b);
        w.by_cache = route_asks_cache(&b) == TRI_YES && bench_resolvconf(&b);
        w.pod = w.by_cache ? node_side(facts, facts->node_name)
                           : find_side(facts, facts->pod_ip, facts->node_name);
        for (size_t i = 0; i < facts->dns.n_endpoints; i++) {
            if (facts->dns.endpoints[i].ready != TRI_NO)
                judge_endpoint(&w, &facts->dns.endpoints[i]);
        }
    }
    claim_rest(&w);
    arena_done(&arena);
}
