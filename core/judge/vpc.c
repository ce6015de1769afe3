// Four gates in the order that a packet meets them; the first that does not surely pass decides.
#include "core/judge/vpc.h"

enum { EPHEMERAL_FIRST = 1024, EPHEMERAL_LAST = 65535 }; // what a resolver picks its source port from

static bool protocol_fits(int rule, int packet)
{
    return rule == -1 || rule == packet;
}

static bool has_group(const struct aws_interface *e, const char *id)
{
    for (size_t i = 0; i < e->n_groups; i++) {
        if (strcmp(e->groups[i], id) == 0)
            return true;
    }
    return false;
}

// Whether one rule allows that peer. A prefix list's content is not part of the answer that was read.
static enum tri permission_allows(const struct aws_permission *p, const struct vpc_query *q,
                                  const struct aws_interface *peer, struct ip peer_ip)
{
    if (!protocol_fits(p->protocol, q->protocol))
        return TRI_NO;
    if (p->protocol != -1 && (q->port < p->from || q->port > p->to))
        return TRI_NO;
    for (size_t i = 0; i < p->n_prefixes; i++) {
        if (ip_in_prefix(peer_ip, p->prefixes[i]))
            return TRI_YES;
    }
    for (size_t i = 0; i < p->n_groups; i++) {
        if (peer && has_group(peer, p->groups[i]))
            return TRI_YES;
    }
    return p->n_prefix_lists || (p->n_groups && !peer) ? TRI_UNKNOWN : TRI_NO;
}

static enum tri groups_allow(const struct aws *aws, const struct vpc_query *q, bool egress,
                             struct vpc_fate *fate)
{
    const struct aws_interface *own = egress ? q->from : q->to, *peer = egress ? q->to : q->from;
    if (!own || own->n_groups == 0)
        return TRI_UNKNOWN;
    enum tri allowed = TRI_NO;
    for (size_t i = 0; i < own->n_groups && allowed != TRI_YES; i++) {
        const struct aws_group *g = aws_group(aws, own->groups[i]);
        if (!g || !(egress ? g->has_egress : g->has_ingress)) {
            allowed = tri_or(allowed, TRI_UNKNOWN);
            continue;
        }
        if (!fate->group)
            fate->group = g;
        const struct aws_permission *rules = egress ? g->egress : g->ingress;
        size_t n = egress ? g->n_egress : g->n_ingress;
        for (size_t k = 0; k < n && allowed != TRI_YES; k++) {
            allowed = tri_or(allowed, permission_allows(&rules[k], q, peer, egress ? q->to_ip : q->from_ip));
            if (allowed == TRI_YES)
                fate->allow = &rules[k];
        }
    }
    return allowed;
}

static const struct aws_acl *acl_of(const struct aws *aws, const char *subnet)
{
    for (size_t i = 0; i < aws->n_acls; i++) {
        for (size_t k = 0; k < aws->acls[i].n_subnets; k++) {
            if (strcmp(aws->acls[i].subnets[k], subnet) == 0)
                return &aws->acls[i];
        }
    }
    return NULL;
}

// One crossing of a subnet's border. A range of ports passes only where one rule takes all of it.
static enum tri acl_allows(const struct aws_acl *acl, bool egress, const struct vpc_query *q, struct ip peer,
                           const uint16_t ports[static 2], const struct aws_acl_entry **ret_entry)
{
    for (size_t i = 0; acl && i < acl->n_entries; i++) {
        const struct aws_acl_entry *e = &acl->entries[i];
        if (e->egress != egress || !protocol_fits(e->protocol, q->protocol) || !ip_in_prefix(peer, e->prefix))
            continue;
        if (ports[1] < e->from || ports[0] > e->to)
            continue;
        *ret_entry = e;
        if (ports[0] >= e->from && ports[1] <= e->to)
            return tri_of(e->allow);
        return TRI_UNKNOWN; // some of the range; which port it will be is not known
    }
    return acl ? TRI_NO : TRI_UNKNOWN;
}

// Between subnets; ACLs that were not collected are taken as the default, which allows all: nobody has them
// in a bundle, and a default ACL is what nearly every VPC has. What an ACL that was collected forbids is a
// block.
static enum tri acls_allow(const struct aws *aws, const struct vpc_query *q, bool reply,
                           struct vpc_fate *fate)
{
    if (!aws->acls_known || !q->from || !q->to || !q->from->subnet || !q->to->subnet ||
        strcmp(q->from->subnet, q->to->subnet) == 0)
        return TRI_YES;
    const struct aws_acl *near = acl_of(aws, q->from->subnet), *far = acl_of(aws, q->to->subnet);
    const uint16_t service[2] = {q->port, q->port}, client[2] = {EPHEMERAL_FIRST, EPHEMERAL_LAST};
    const uint16_t *ports = reply ? client : service;
    enum tri out =
        acl_allows(reply ? far : near, true, q, reply ? q->from_ip : q->to_ip, ports, &fate->entry);
    if (out != TRI_YES)
        return out;
    return acl_allows(reply ? near : far, false, q, reply ? q->to_ip : q->from_ip, ports, &fate->entry);
}

struct vpc_fate vpc_reach(const struct aws *aws, const struct vpc_query *q)
{
    if (q->from && q->from == q->to)
        return (struct vpc_fate){.passes = TRI_YES};
    struct vpc_fate ret = {.passes = TRI_YES};
    for (enum vpc_gate gate = VPC_GROUP_EGRESS; gate <= VPC_ACL_REPLY; gate++) {
        struct vpc_fate fate = {.gate = gate};
        if (gate <= VPC_GROUP_INGRESS)
            fate.passes = groups_allow(aws, q, gate == VPC_GROUP_EGRESS, &fate);
        else
            fate.passes = acls_allow(aws, q, gate == VPC_ACL_REPLY, &fate);
        if (fate.passes == TRI_NO)
            return fate;
        if (ret.passes == TRI_YES && (fate.passes == TRI_UNKNOWN || fate.allow))
            ret = fate;
    }
    if (ret.passes == TRI_YES)
        ret.gate = VPC_NONE;
    return ret;
}
