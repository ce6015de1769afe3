// Names of subjects.
#include "core/model/subject.h"

const char *subject_name(enum subject s)
{
    static const char *const names[SUBJECT_COUNT] = {
        [SUBJECT_NONE] = "none",
        [SUBJECT_POD_STATE] = "pod state",
        [SUBJECT_COREDNS_PODS] = "CoreDNS pods",
        [SUBJECT_NODE_STATE] = "node state",
        [SUBJECT_COLLECTION] = "collection",
        [SUBJECT_FIREWALL] = "firewall",
        [SUBJECT_NETWORK_POLICY] = "network policy",
        [SUBJECT_FINDINGS] = "findings",
        [SUBJECT_DNS_CONFIG] = "DNS configuration",
        [SUBJECT_SEARCH_LIST] = "search list",
        [SUBJECT_SYMPTOM] = "symptom",
        [SUBJECT_SECURITY_GROUP] = "security groups",
        [SUBJECT_LINKLOCAL] = "link-local allowance",
        [SUBJECT_CLUSTER_HEALTH] = "cluster health",
        [SUBJECT_COREDNS] = "CoreDNS",
        [SUBJECT_MEMORY] = "memory",
        [SUBJECT_TIMELINE] = "timeline",
        [SUBJECT_NODELOCAL] = "NodeLocal DNSCache",
        [SUBJECT_PROXY_MODE] = "kube-proxy",
        [SUBJECT_CHANGES_COREDNS] = "changes of CoreDNS",
        [SUBJECT_CHANGES_POLICY] = "changes of policies",
        [SUBJECT_CAPTURE] = "capture",
        [SUBJECT_CONNTRACK] = "conntrack",
        [SUBJECT_MTU] = "MTU",
        [SUBJECT_REPORT] = "report",
    };
    return names[s];
}
