// What the readers of network policies share: selectors, addresses, ports. For parse/netpol*.c only.
#ifndef D5_PARSE_NETPOL_READ_H
#define D5_PARSE_NETPOL_READ_H

#include "core/parse/kuberead.h"
#include "core/parse/netpol.h"

struct netpol_reader {
    struct kube_reader kube;
    struct netpol *policy; // the one that is being read
};

typedef void netpol_read_fn(struct netpol_reader *r, const struct json_value *object);
netpol_read_fn netpol_read_admin, netpol_read_baseline, netpol_read_cluster;

// Marks the policy as one that the API server would have refused.
void netpol_break(struct netpol_reader *r, const char *why);

// A LabelSelector; NULL or null gives one that is not set.
struct netpol_selector netpol_read_selector(struct netpol_reader *r, const struct json_value *value);
void netpol_read_block(struct netpol_reader *r, const struct json_value *value, struct ip_prefix *ret);
struct ip_prefix *netpol_read_blocks(struct netpol_reader *r, const struct json_value *list, size_t *ret_n);
const char *netpol_read_protocol(struct netpol_reader *r, const struct json_value *value); // absent: "TCP"
uint16_t netpol_read_port_number(struct netpol_reader *r, const struct json_value *value);
const char *netpol_read_port_name(struct netpol_reader *r, const struct json_value *value);

// What a rule is differs from kind to kind; how rules are listed does not.
struct netpol_dialect {
    const char *ports; // the member of a rule that lists its ports
    struct netpol_peer (*read_peer)(struct netpol_reader *r, const struct json_value *peer);
    struct netpol_port (*read_port)(struct netpol_reader *r, const struct json_value *port);
    // What else there is to a rule, once its peers and ports are read.
    void (*complete)(struct netpol_reader *r, const struct json_value *rule, struct netpol_rule *ret);
};

// All rules of one direction into the policy that is being read.
void netpol_read_rules(struct netpol_reader *r, const struct json_value *spec, enum netpol_direction d,
                       const struct netpol_dialect *dialect);

#endif
