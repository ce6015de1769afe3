// The diagnoses of the contract (section 3): one table, and everything visible derives from it.
#ifndef D5_MODEL_DIAGNOSIS_H
#define D5_MODEL_DIAGNOSIS_H

#include "core/base/span.h"

enum diagnosis {
    DIAGNOSIS_NONE,
    DIAGNOSIS_HOST_FIREWALL,
    DIAGNOSIS_NETWORK_POLICY_DENY,
    DIAGNOSIS_SECURITY_GROUP_BLOCK,
    DIAGNOSIS_LINKLOCAL_THROTTLE,
    DIAGNOSIS_COREDNS_OVERLOAD,
    DIAGNOSIS_COREDNS_OOM,
    DIAGNOSIS_COREDNS_DOWN,
    DIAGNOSIS_COREFILE_ERROR,
    DIAGNOSIS_UPSTREAM_UNREACHABLE,
    DIAGNOSIS_WRONG_NAMESERVER,
    DIAGNOSIS_DNS_POLICY,
    DIAGNOSIS_NODELOCALDNS_BIND,
    DIAGNOSIS_NODELOCALDNS_IPVS,
    DIAGNOSIS_IPV6_UPSTREAM,
    DIAGNOSIS_SERVICE_PATH,
    DIAGNOSIS_SEARCH_EXPANSION,
    DIAGNOSIS_TRANSIENT_SERVFAIL,
    DIAGNOSIS_NAME_DOES_NOT_EXIST,
    DIAGNOSIS_NO_FAULT,
    DIAGNOSIS_NODE_OOM,
    DIAGNOSIS_APP_OOM,
    DIAGNOSIS_POD_NOT_RUNNING,
    DIAGNOSIS_CONNTRACK_FULL,
    DIAGNOSIS_CONNTRACK_RACE,
    DIAGNOSIS_MTU,
    DIAGNOSIS_INCONCLUSIVE,
    DIAGNOSIS_COUNT
};

enum verdict { VERDICT_INCONCLUSIVE, VERDICT_LIKELY, VERDICT_CONFIRMED };

struct diagnosis_info {
    const char *id;        // "host_firewall"
    const char *token;     // "network_policy": the head of root_cause
    const char *handoff;   // the SOP to go on with, or NULL
    const char *title;     // a few words for a list
    const char *fix;       // what an operator does when no judge knows better; without "Operator: "
    const char *long_term; // what keeps it from coming back
    const char *check;     // what to run afterwards, and what it should show
};

const struct diagnosis_info *diagnosis_info(enum diagnosis d); // never NULL
bool diagnosis_parse(struct span id, enum diagnosis *ret);
bool diagnosis_is_normal(enum diagnosis d); // token normal_behaviour: severity INFO

const char *verdict_name(enum verdict v);
bool verdict_parse(struct span s, enum verdict *ret);

#endif
