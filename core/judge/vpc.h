// The way between two addresses of a VPC: security groups of both interfaces and, between subnets, network
// ACLs.
//
// Security groups are stateful and only allow; of all groups of an interface one rule is enough. They do not
// filter between addresses of one interface, nor traffic to the VPC's own resolver. ACLs are stateless,
// ordered, first match, and apply at a subnet's border only (VPC user guide, "Security groups", "Network
// ACLs").
#ifndef D5_JUDGE_VPC_H
#define D5_JUDGE_VPC_H

#include "core/base/tri.h"
#include "core/parse/aws.h"

enum vpc_gate { VPC_NONE, VPC_GROUP_EGRESS, VPC_GROUP_INGRESS, VPC_ACL_QUERY, VPC_ACL_REPLY };

struct vpc_query {
    const struct aws_interface *from, *to; // NULL: not known
    struct ip from_ip, to_ip;
    int protocol; // 6 or 17
    uint16_t port;
};

struct vpc_fate {
    enum tri passes;
    enum vpc_gate gate;                 // that blocks, or that cannot be told
    const struct aws_group *group;      // of that gate: the first of the interface's groups, or NULL
    const struct aws_acl_entry *entry;  // of that gate, or NULL
    const struct aws_permission *allow; // passes: the last rule that let it through, or NULL
};

struct vpc_fate vpc_reach(const struct aws *aws, const struct vpc_query *q);

#endif
