// What the EC2 API says of the way between two addresses: security groups, network interfaces, network ACLs.
// Read from `aws ec2 describe-security-groups`, -instances, -network-interfaces and -network-acls (EC2 API
// reference).
#ifndef D5_PARSE_AWS_H
#define D5_PARSE_AWS_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/ip.h"
#include "core/model/place.h"

struct aws_permission { // one element of IpPermissions or IpPermissionsEgress
    int protocol;       // IANA number; -1: all
    uint16_t from, to;  // ports; 0–65535 where the protocol has none or all are meant
    struct ip_prefix *prefixes;
    size_t n_prefixes;
    const char **groups; // GroupIds that are referenced
    size_t n_groups;
    const char **prefix_lists; // ids; what is in them stands elsewhere
    size_t n_prefix_lists;
    struct place place;
};

struct aws_group {
    const char *id, *name;
    struct aws_permission *ingress, *egress;
    size_t n_ingress, n_egress;
    bool has_ingress, has_egress; // the key was there at all
    struct place place;           // of GroupId
};

struct aws_interface {
    const char *id, *instance, *subnet;
    struct ip *addresses;
    size_t n_addresses;
    struct ip_prefix *prefixes; // delegated
    size_t n_prefixes;
    const char **groups;
    size_t n_groups;
    bool primary;       // device index 0
    struct place place; // of its id
};

struct aws_acl_entry {
    int64_t number;
    bool egress, allow;
    int protocol; // -1: all
    uint16_t from, to;
    struct ip_prefix prefix;
    struct place place;
};

struct aws_acl {
    const char *id;
    const char **subnets;
    size_t n_subnets;
    struct aws_acl_entry *entries; // by number
    size_t n_entries;
};

struct aws { // zero-initialized is "nothing is known"
    struct aws_group *groups;
    size_t n_groups;
    struct aws_interface *interfaces;
    size_t n_interfaces;
    struct aws_acl *acls;
    size_t n_acls;
    bool groups_known, interfaces_known, acls_known; // such a list was read to its end
    const char *cluster;                             // in EKS, as its instances' tags name it; or NULL
};

// Adds what one answer holds, by its own top-level key. False with "line N: …" when it is broken off or not
// JSON.
bool aws_parse(struct arena *arena, struct text text, struct aws *ret, struct error *err);

const struct aws_group *aws_group(const struct aws *aws, const char *id); // NULL: not in the list

// The interface that carries an address: by its addresses, then by its delegated prefixes. NULL: none that is
// known.
const struct aws_interface *aws_interface_of(const struct aws *aws, struct ip ip);

#endif
