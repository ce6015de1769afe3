// The tables. A new tool call is a line here, and nothing else.
#include "core/probe/catalogue_rows.h"

#define LISTING "list_k8s_resources"

#define RULES                                                                                                \
    "nodes/*/networking/iptables-save.txt nodes/*/networking/ip6tables-save.txt "                            \
    "nodes/*/networking/iptables-legacy-save.txt nodes/*/networking/ip6tables-legacy-save.txt "              \
    "nodes/*/networking/nftables.txt nodes/*/networking/ipset.txt"
#define POLICIES                                                                                             \
    "cluster/networkpolicies*.json cluster/policyendpoints*.json cluster/*networkpolic*.json "               \
    "nodes/*/networking/ebpf-*.txt nodes/*/var_log/aws-routed-eni/network-policy-agent.log*"
#define SETTINGS                                                                                             \
    "pods/*/*/resolv.conf cluster/services*.json cluster/configmaps*.json cluster/pods*.json "               \
    "nodes/*/kubelet/** nodes/*/networking/resolv.conf"
#define COUNTERS "nodes/*/networking/ethtool.txt nodes/*/samples/*/ethtool.txt"
#define DNS_LOGS                                                                                             \
    "cluster/logs/kube-system/** nodes/*/var_log/coredns-* cluster/configmaps*.json cluster/pods*.json"
#define AUDIT    "aws/filter-log-events.json"
#define ALL_LOGS "pods/*/*/app.log cluster/logs/** nodes/*/var_log/** nodes/*/kernel/** nodes/*/kubelet/*.log"

const struct catalogue_row catalogue_rows[] = {
    // Listings of the API server: first what they select, then the kind.
    {LISTING, CATALOGUE_SELECTOR, SUBJECT_NODELOCAL, "node-local-dns|nodelocaldns|node-cache",
     "cluster/daemonsets*.json cluster/configmaps*.json cluster/pods*.json", "daemonsets"},
    {LISTING, CATALOGUE_SELECTOR, SUBJECT_COREDNS_PODS, "kube-dns|coredns",
     "cluster/pods*.json cluster/endpointslices*.json cluster/deployments*.json cluster/services*.json",
     "pods"},
    {LISTING, CATALOGUE_SELECTOR, SUBJECT_PROXY_MODE, "kube-proxy",
     "cluster/configmaps*.json cluster/daemonsets*.json", "configmaps"},
    {LISTING, CATALOGUE_OBJECT, SUBJECT_NODE_STATE, "node|nodes|no", "cluster/nodes*.json", "nodes"},
    {LISTING, CATALOGUE_OBJECT, SUBJECT_NETWORK_POLICY,
     "networkpolicy|networkpolicies|netpol|policyendpoint|policyendpoints|adminnetworkpolicy|"
     "adminnetworkpolicies|"
     "baselineadminnetworkpolicy|baselineadminnetworkpolicies|"
     "clusternetworkpolicy|clusternetworkpolicies",
     POLICIES, "networkpolicies"},
    {LISTING, CATALOGUE_OBJECT, SUBJECT_PROXY_MODE,
     "service|services|svc|endpoint|endpoints|ep|endpointslice|endpointslices",
     "cluster/services*.json cluster/endpointslices*.json", "endpointslices"},
    {LISTING, CATALOGUE_OBJECT, SUBJECT_TIMELINE, "event|events|ev", "cluster/events*.json", "events"},
    {LISTING, CATALOGUE_OBJECT, SUBJECT_COREDNS,
     "configmap|configmaps|cm|deployment|deployments|deploy|daemonset|daemonsets|ds",
     "cluster/configmaps*.json cluster/deployments*.json cluster/daemonsets*.json", "configmaps"},
    {LISTING, CATALOGUE_OBJECT, SUBJECT_POD_STATE, "pod|pods|po", "cluster/pods*.json", "pods"},
    {"get_pod_logs", CATALOGUE_SELECTOR, SUBJECT_COREDNS, "kube-dns|coredns", DNS_LOGS, "dns-log"},
    {"get_pod_logs", CATALOGUE_ANY, SUBJECT_SYMPTOM, NULL, "pods/*/*/app.log cluster/logs/**", "pod-log"},

    // Changes, from the audit log.
    {"get_cloudwatch_logs", CATALOGUE_FILTER, SUBJECT_CHANGES_COREDNS, "coredns|configmap", AUDIT,
     "audit-events"},
    {"get_cloudwatch_logs", CATALOGUE_FILTER, SUBJECT_CHANGES_POLICY, "networkpolic|policyendpoint", AUDIT,
     "audit-events"},
    {"get_cloudwatch_logs", CATALOGUE_ANY, SUBJECT_TIMELINE, NULL, AUDIT, "audit-events"},

    // The node's evidence as such.
    {"collect", CATALOGUE_ANY, SUBJECT_COLLECTION, NULL, "nodes/*/**", NULL},
    {"status", CATALOGUE_ANY, SUBJECT_COLLECTION, NULL, "nodes/*/** probes.jsonl", NULL},
    {"validate", CATALOGUE_ANY, SUBJECT_COLLECTION, NULL, "nodes/*/** probes.jsonl", NULL},
    {"batch_collect", CATALOGUE_ANY, SUBJECT_COLLECTION, NULL, "nodes/*/**", NULL},
    {"batch_status", CATALOGUE_ANY, SUBJECT_COLLECTION, NULL, "nodes/*/** probes.jsonl", NULL},
    {"network_diagnostics", CATALOGUE_SECTION, SUBJECT_FIREWALL, "iptables", RULES, "iptables-save"},
    {"network_diagnostics", CATALOGUE_SECTION, SUBJECT_DNS_CONFIG, "dns", SETTINGS, "pod-resolv.conf"},
    {"network_diagnostics", CATALOGUE_SECTION, SUBJECT_PROXY_MODE, "kube_proxy|kube-proxy",
     "cluster/configmaps*.json nodes/*/var_log/kube-proxy* nodes/*/networking/ipvsadm.txt", "configmaps"},
    {"network_diagnostics", CATALOGUE_SECTION, SUBJECT_SECURITY_GROUP, "eni", "aws/describe-*.json",
     "describe-network-interfaces"},
    {"errors", CATALOGUE_ANY, SUBJECT_FINDINGS, NULL, ALL_LOGS, "kubelet-log"},
    {"quick_triage", CATALOGUE_ANY, SUBJECT_FINDINGS, NULL, ALL_LOGS, "kubelet-log"},
    {"correlate", CATALOGUE_ANY, SUBJECT_TIMELINE, NULL, ALL_LOGS " cluster/events*.json", NULL},
    {"cluster_health", CATALOGUE_ANY, SUBJECT_CLUSTER_HEALTH, NULL, "cluster/nodes*.json cluster/pods*.json",
     "nodes"},
    {"compare_nodes", CATALOGUE_ANY, SUBJECT_CLUSTER_HEALTH, NULL, "nodes/*/**", NULL},
    {"tcpdump_capture", CATALOGUE_ANY, SUBJECT_CAPTURE, NULL,
     "captures/* pods/*/*/dig-*.txt bastion/dig-*.txt", "tcpdump"},
    {"tcpdump_analyze", CATALOGUE_ANY, SUBJECT_CAPTURE, NULL,
     "captures/* pods/*/*/dig-*.txt bastion/dig-*.txt", NULL},
    {"summarize", CATALOGUE_ANY, SUBJECT_REPORT, NULL, NULL, NULL},

    // Searches, by what they look for. What is most particular stands first: a query for failing lookups may
    // also
    // name a counter, a query for dropped packets also names CoreDNS.
    {"search", CATALOGUE_QUERY, SUBJECT_SYMPTOM,
     "unknownhost|could not resolve|servfail|eai_again|no such host|nxdomain", ALL_LOGS, "pod-log"},
    {"search", CATALOGUE_QUERY, SUBJECT_SECURITY_GROUP, "security group|securitygroup|sg-|nacl|network acl",
     "aws/describe-*.json", "describe-security-groups"},
    {"search", CATALOGUE_QUERY, SUBJECT_NETWORK_POLICY,
     "networkpolicy|network.*policy|network-policy|policyendpoint|calico|cilium", POLICIES,
     "networkpolicies"},
    {"search", CATALOGUE_QUERY, SUBJECT_CONNTRACK, "conntrack",
     "nodes/*/networking/conntrack.txt nodes/*/samples/*/conntrack.txt nodes/*/sysctls/sysctl_all.txt",
     "conntrack-statistics"},
    {"search", CATALOGUE_QUERY, SUBJECT_FIREWALL, "DROP|REJECT|iptables-save|nftables", RULES,
     "iptables-save"},
    {"search", CATALOGUE_QUERY, SUBJECT_NODELOCAL, "nodelocal|node-local-dns|169.254.20.10|node-cache",
     "cluster/daemonsets*.json cluster/configmaps*.json cluster/pods*.json nodes/*/networking/ss.txt",
     "listeners"},
    {"search", CATALOGUE_QUERY, SUBJECT_LINKLOCAL, "linklocal|allowance_exceeded", COUNTERS, "ethtool"},
    {"search", CATALOGUE_QUERY, SUBJECT_PROXY_MODE, "ipvs|ip_vs|kube-proxy|KUBE-SVC|KUBE-SEP|no endpoints",
     "cluster/configmaps*.json cluster/daemonsets*.json nodes/*/networking/ipvsadm.txt "
     "nodes/*/networking/iptables-save.txt",
     "configmaps"},
    {"search", CATALOGUE_QUERY, SUBJECT_MEMORY, "oom|out of memory|oomkill|memory.*exhaust|memorypressure",
     "nodes/*/kernel/** cluster/pods*.json cluster/events*.json", "dmesg"},
    {"search", CATALOGUE_QUERY, SUBJECT_DNS_CONFIG, "resolv.conf|nameserver|cluster-dns|clusterdns|dnspolicy",
     SETTINGS, "pod-resolv.conf"},
    {"search", CATALOGUE_QUERY, SUBJECT_SEARCH_LIST, "ndots|search domain|search list", SETTINGS,
     "pod-resolv.conf"},
    {"search", CATALOGUE_QUERY, SUBJECT_COREDNS, "coredns|corefile|kube-dns", DNS_LOGS, "dns-log"},
    {"search", CATALOGUE_QUERY, SUBJECT_MTU, "mtu|frag needed|fragment|message too long",
     "nodes/*/networking/** captures/*", "ip-addr"},
    {NULL, CATALOGUE_ANY, SUBJECT_NONE, NULL, NULL, NULL},
};

const struct catalogue_alias catalogue_aliases[] = {
    {"read_k8s_resource", LISTING, false},
    {"get_k8s_events", LISTING, false},
    {"kubectl", LISTING, true},
    {"tcpdump", "tcpdump_capture", true},
    {NULL, NULL, false},
};

const struct catalogue_name catalogue_gate_words[] = {
    {"dns config", SUBJECT_DNS_CONFIG},
    {"dns config", SUBJECT_SEARCH_LIST},
    {"dns config", SUBJECT_FINDINGS},
    {"dns config", SUBJECT_NODELOCAL},
    {"dns config", SUBJECT_PROXY_MODE},
    {"dns setting", SUBJECT_DNS_CONFIG},
    {"dns setting", SUBJECT_SEARCH_LIST},
    {"dns setting", SUBJECT_FINDINGS},
    {"dns setting", SUBJECT_NODELOCAL},
    {"dns setting", SUBJECT_PROXY_MODE},
    {"resolv", SUBJECT_DNS_CONFIG},
    {"nameserver", SUBJECT_DNS_CONFIG},
    {"ndots", SUBJECT_SEARCH_LIST},
    {"coredns", SUBJECT_COREDNS},
    {"coredns", SUBJECT_FINDINGS},
    {"nodelocal", SUBJECT_NODELOCAL},
    {"ipvs", SUBJECT_PROXY_MODE},
    {"kube-proxy", SUBJECT_PROXY_MODE},
    {"security group", SUBJECT_SECURITY_GROUP},
    {"throttl", SUBJECT_LINKLOCAL},
    {"linklocal", SUBJECT_LINKLOCAL},
    {"link-local", SUBJECT_LINKLOCAL},
    {"network polic", SUBJECT_NETWORK_POLICY},
    {"networkpolic", SUBJECT_NETWORK_POLICY},
    {"firewall", SUBJECT_FIREWALL},
    {"iptables", SUBJECT_FIREWALL},
    {"memory", SUBJECT_MEMORY},
    {"conntrack", SUBJECT_CONNTRACK},
    {"mtu", SUBJECT_MTU},
    {"capture", SUBJECT_CAPTURE},
    {"tcpdump", SUBJECT_CAPTURE},
    {NULL, SUBJECT_NONE},
};

const struct catalogue_name catalogue_item_words[] = {
    {"coredns", SUBJECT_COREDNS_PODS},
    {"coredns", SUBJECT_COREDNS},
    {"pod", SUBJECT_POD_STATE},
    {"container", SUBJECT_POD_STATE},
    {"node", SUBJECT_NODE_STATE},
    {"firewall", SUBJECT_FIREWALL},
    {"iptables", SUBJECT_FIREWALL},
    {"network polic", SUBJECT_NETWORK_POLICY},
    {"networkpolic", SUBJECT_NETWORK_POLICY},
    {"security group", SUBJECT_SECURITY_GROUP},
    {"nameserver", SUBJECT_DNS_CONFIG},
    {"resolv.conf", SUBJECT_DNS_CONFIG},
    {"ndots", SUBJECT_SEARCH_LIST},
    {"event", SUBJECT_TIMELINE},
    {"memory", SUBJECT_MEMORY},
    {NULL, SUBJECT_NONE},
};
