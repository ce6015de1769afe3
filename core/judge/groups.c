// security_group_block: the groups and ACLs between the pod and each ready CoreDNS endpoint. Groups do not
// stand on the node; what decides is the interface that carries the pod's address and the one that carries
// CoreDNS'.
#include "core/judge/judge.h"
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
    struct side pod;
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

static struct side find_side(const struct facts *facts, struct ip ip, const char *node)
{
    struct side side = {.ip = ip, .node = node, .interface = aws_interface_of(facts->aws, ip)};
    const struct kube_node *object = node ? cluster_node(&facts->cluster, node) : NULL;
    if (!side.interface && object)
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
                            "security group %s (%s) of the pod's interface lets no %s 53 out to CoreDNS %s",
                            id, name, protocols, endpoint);
    return arena_printf(
        w->arena,
        "security group %s (%s) of the interface that carries CoreDNS %s lets no %s 53 in from the pod", id,
        name, endpoint, protocols);
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

static void claim_block(struct weighed *w, const struct side *to, const struct vpc_fate *udp, bool tcp_too)
{
    char text[IP_TEXT];
    const char *object = arena_strdup(w->arena, ip_format(to->ip, text));
    const struct aws_interface *own = udp->gate == VPC_GROUP_EGRESS ? w->pod.interface : to->interface;
    const struct place nowhere = {.file = FILE_NONE};
    const struct place places[] = {
        udp->entry   ? udp->entry->place
        : udp->group ? udp->group->place
                     : nowhere,
        own ? own->place : nowhere,
    };
    claims_add(w->claims, &(struct claim){
                              .kind = CLAIM_CAUSE,
                              .diagnosis = DIAGNOSIS_SECURITY_GROUP_BLOCK,
                              .subject = SUBJECT_SECURITY_GROUP,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text = describe_gate(w, udp, tcp_too ? "UDP or TCP" : "UDP", object),
                              .object = object,
                              .places = places,
                              .n_places = 2,
                              .fix = describe_fix(w, udp),
                              .time = TIME_UNKNOWN,
                          });
    const struct lookup *lost = seen(w, to, LOOKUP_BY_OUTCOME), *answered = seen(w, to, LOOKUP_BY_ANSWERED);
    const struct lookup *witness = answered ? answered : lost;
    if (!witness)
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

static void judge_endpoint(struct weighed *w, const struct kube_endpoint *e)
{
    w->endpoints++;
    if (w->pod.node && e->node && strcmp(w->pod.node, e->node) == 0) { // never leaves the node
        w->passing++;
        return;
    }
    struct side to = find_side(w->facts, e->ip, e->node);
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
        w.pod = find_side(facts, facts->pod_ip, facts->node_name);
        for (size_t i = 0; i < facts->dns.n_endpoints; i++) {
            if (facts->dns.endpoints[i].ready != TRI_NO)
                judge_endpoint(&w, &facts->dns.endpoints[i]);
        }
    }
    claim_rest(&w);
    arena_done(&arena);
}
