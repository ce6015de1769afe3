// Subjects: what a step, a gate or a claim is about. A table maps the procedure's tool calls to subjects
// (probe/catalogue.h); nothing in C knows a step's id.
#ifndef D5_MODEL_SUBJECT_H
#define D5_MODEL_SUBJECT_H

enum subject {
    SUBJECT_NONE,
    SUBJECT_POD_STATE,
    SUBJECT_COREDNS_PODS, // are they there: the first look
    SUBJECT_NODE_STATE,
    SUBJECT_COLLECTION, // was the node's evidence gathered
    SUBJECT_FIREWALL,
    SUBJECT_NETWORK_POLICY,
    SUBJECT_FINDINGS,    // pre-indexed findings: DNS errors
    SUBJECT_DNS_CONFIG,  // resolv.conf, nameserver, dnsPolicy, kubelet's settings
    SUBJECT_SEARCH_LIST, // ndots and search domains: what a name costs
    SUBJECT_SYMPTOM,     // the failing lookups themselves
    SUBJECT_SECURITY_GROUP,
    SUBJECT_LINKLOCAL,
    SUBJECT_CLUSTER_HEALTH,
    SUBJECT_COREDNS, // its health, configuration, upstreams
    SUBJECT_MEMORY,
    SUBJECT_TIMELINE,
    SUBJECT_NODELOCAL,
    SUBJECT_PROXY_MODE, // kube-proxy: mode, rules, endpoints
    SUBJECT_CHANGES_COREDNS,
    SUBJECT_CHANGES_POLICY,
    SUBJECT_CAPTURE,
    SUBJECT_CONNTRACK,
    SUBJECT_MTU,
    SUBJECT_REPORT,
    SUBJECT_COUNT
};

const char *subject_name(enum subject s); // "firewall", for people and for JSON

#endif
