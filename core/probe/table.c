// The rows. What others are found by stands first; then what is wanted soonest. Every program here reads, and
// is asked to read: a new row is looked at with that in mind (tests/unit/test_probe_table.c holds which words
// each of them may be given).
#include "core/probe/probe.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/span.h"
#include "core/probe/scripts.h"

#define WORDS(...)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }
#define KUBECTL "kubectl", "?--context={context}", "--request-timeout=20s"
#define AWS_CLI(of)                                                                                          \
    "aws", "?--region={region}", "--output=json", "--cli-connect-timeout=10", "--cli-read-timeout=30", of
#define JSON_PAGES "-o", "json", "--chunk-size=500"

// The context, its cluster, and what its credential helper is started with, a line each.
static const char cluster_names[] =
    "jsonpath={.current-context}{\"\\n\"}{.contexts[0].context.cluster}{\"\\n\"}"
    "{range .users[0].user.exec.args[*]}{@}{\"\\n\"}{end}";

enum { // limits of what is printed
    SMALL = 1 << 20,
    RULES = 64 << 20,
    LOG = 64 << 20,
    LISTING = 512 << 20,
};

// `kubectl get` of a resource with namespaces, and of one without.
#define LIST(resource, whenever, flag, ...)                                                                  \
    {                                                                                                        \
        .name = resource, .argv = WORDS(KUBECTL, "get", resource, "{scope}", JSON_PAGES),                    \
        .each = PROBE_EACH_SCOPE, .when = whenever, .flags = flag, .seconds = 90, .bytes = LISTING,          \
        .file = "cluster/" resource "{part}.json", .subjects = {__VA_ARGS__},                                \
    }
#define LIST_CLUSTER(resource, whenever, flag, ...)                                                          \
    {                                                                                                        \
        .name = resource, .argv = WORDS(KUBECTL, "get", resource, JSON_PAGES), .when = whenever,             \
        .flags = flag, .seconds = 90, .bytes = LISTING, .file = "cluster/" resource ".json",                 \
        .subjects = {__VA_ARGS__},                                                                           \
    }

#define LOGS(title, which, whenever, run_before, where, ...)                                                 \
    {                                                                                                        \
        .name = title,                                                                                       \
        .argv =                                                                                              \
            WORDS(KUBECTL, "logs", "--timestamps", "--namespace={namespace}", "{pod}",                       \
                  "--container={container}", run_before, "?--since-time={since}", "--limit-bytes=50000000"), \
        .each = which, .when = whenever, .flags = PROBE_LOG, .seconds = 60, .bytes = LOG,                    \
        .file = "cluster/logs/{namespace}/{pod}/{container}" where, .subjects = {__VA_ARGS__},               \
    }

#define ON_NODE(title, path, flag, ...)                                                                      \
    .name = title, .argv = WORDS(__VA_ARGS__), .place = PROBE_ON_NODE, .each = PROBE_EACH_NODE,              \
    .flags = flag, .seconds = 20, .file = "nodes/{node}/" path

// Counters are read a second time so many seconds later. Who gets no answer asks again within five
// (resolv.conf(5)): what loses queries has counted by then. A run waits for it, so it is no longer than that.
#define AGAIN 10

#define RULESET(title, path, ...)                                                                            \
    {                                                                                                        \
        ON_NODE(title, "networking/" path, PROBE_ROOT | PROBE_NETWORK, __VA_ARGS__),                         \
            .bytes = RULES, .again = AGAIN,                                                                  \
            .subjects = {SUBJECT_FIREWALL, SUBJECT_PROXY_MODE, SUBJECT_NODELOCAL},                           \
    }

// The cost of a program that is started in somebody's container.
#define IN_POD "a process in the container for a moment, within the container's own limits"

#define DIG    "dig", "+tries=1", "+time=2", "?{how}", "@{server}", "-q", "{name}", "-t", "A"
#define DIG_TO "dig-{server}-{over}-{question}.txt"
#define DIGS(title, from, folder)                                                                            \
    .name = title, .argv = WORDS(DIG), .place = from, .each = PROBE_EACH_LOOKUP, .seconds = 10,              \
    .bytes = SMALL, .answers = "9", .file = folder DIG_TO,                                                   \
    .subjects = {SUBJECT_SYMPTOM, SUBJECT_CAPTURE, SUBJECT_COREDNS, SUBJECT_MTU}

#define EC2(call, path, filter)                                                                              \
    {                                                                                                        \
        .name = path, .argv = WORDS(AWS_CLI("ec2"), call, "--filters", filter), .when = PROBE_WHEN_AWS,      \
        .seconds = 60, .bytes = RULES, .file = "aws/" path ".json", .subjects = {SUBJECT_SECURITY_GROUP},    \
    }

// Writes of ConfigMaps and Deployments called coredns, and of policies, in the audit log of the API server:
// as a filter pattern, and as a query of Logs Insights.
static const char changes[] =
    "{ ($.verb = \"create\" || $.verb = \"update\" || $.verb = \"patch\" || $.verb = \"delete\") && "
    "($.objectRef.name = \"coredns\" || $.objectRef.resource = \"networkpolicies\") }";
static const char changes_query[] =
    "fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit/ | filter verb in "
    "[\"create\", \"update\", \"patch\", \"delete\"] and (objectRef.name = \"coredns\" or "
    "objectRef.resource = \"networkpolicies\") | sort @timestamp asc | limit 10000";

const struct probe_row probe_table[] = {
    // What there is, and what may be asked.
    {
        .name = "api-resources",
        .argv = WORDS(KUBECTL, "api-resources", "--verbs=list", "-o", "name"),
        .flags = PROBE_BASIS,
        .seconds = 40,
        .bytes = SMALL,
        .file = "cluster/api-resources.txt",
        .subjects = {SUBJECT_NETWORK_POLICY},
    },
    {
        .name = "access",
        .argv = WORDS(KUBECTL, "auth", "can-i", "list", "pods", "-A"),
        .flags = PROBE_BASIS,
        .seconds = 120,
        .bytes = SMALL,
        .answers = "1",
        .file = "cluster/access.json",
        .script = script_access,
        .subjects = {SUBJECT_POD_STATE},
    },

    {
        // By which name AWS knows the cluster. Nothing secret is asked for.
        .name = "context",
        .argv = WORDS(KUBECTL, "config", "view", "--minify", "-o", cluster_names),
        .when = PROBE_WHEN_AWS,
        .seconds = 20,
        .bytes = SMALL,
        .file = "cluster/context.txt",
        .subjects = {SUBJECT_CHANGES_COREDNS, SUBJECT_CHANGES_POLICY, SUBJECT_TIMELINE},
    },

    // Listings.
    LIST("pods", PROBE_ALWAYS, PROBE_BASIS, SUBJECT_POD_STATE, SUBJECT_COREDNS_PODS, SUBJECT_COREDNS,
         SUBJECT_MEMORY, SUBJECT_CLUSTER_HEALTH, SUBJECT_DNS_CONFIG),
    LIST_CLUSTER("nodes", PROBE_ALWAYS, PROBE_BASIS, SUBJECT_NODE_STATE, SUBJECT_CLUSTER_HEALTH),
    LIST("services", PROBE_ALWAYS, PROBE_BASIS, SUBJECT_COREDNS_PODS, SUBJECT_DNS_CONFIG, SUBJECT_PROXY_MODE),
    LIST("endpointslices", PROBE_ALWAYS, PROBE_BASIS, SUBJECT_COREDNS_PODS, SUBJECT_COREDNS,
         SUBJECT_PROXY_MODE),
    LIST("daemonsets", PROBE_ALWAYS, PROBE_BASIS, SUBJECT_NODELOCAL, SUBJECT_PROXY_MODE, SUBJECT_COREDNS,
         SUBJECT_CLUSTER_HEALTH),
    LIST("deployments", PROBE_ALWAYS, 0, SUBJECT_COREDNS_PODS, SUBJECT_COREDNS),
    {
        // The Corefile and kube-proxy's settings. Other namespaces' are their owners' business.
        .name = "configmaps",
        .argv = WORDS(KUBECTL, "get", "configmaps", "--namespace=kube-system", JSON_PAGES),
        .flags = PROBE_BASIS,
        .seconds = 60,
        .bytes = RULES,
        .file = "cluster/configmaps@kube-system.json",
        .subjects = {SUBJECT_COREDNS, SUBJECT_PROXY_MODE, SUBJECT_NODELOCAL, SUBJECT_DNS_CONFIG},
    },
    LIST_CLUSTER("namespaces", PROBE_ALWAYS, 0, SUBJECT_NETWORK_POLICY, SUBJECT_SYMPTOM),
    LIST("events", PROBE_ALWAYS, 0, SUBJECT_TIMELINE, SUBJECT_POD_STATE, SUBJECT_MEMORY,
         SUBJECT_CLUSTER_HEALTH),
    LIST("networkpolicies", PROBE_ALWAYS, 0, SUBJECT_NETWORK_POLICY),
    LIST_CLUSTER("adminnetworkpolicies.policy.networking.k8s.io", PROBE_WHEN_SERVED, 0,
                 SUBJECT_NETWORK_POLICY),
    LIST_CLUSTER("baselineadminnetworkpolicies.policy.networking.k8s.io", PROBE_WHEN_SERVED, 0,
                 SUBJECT_NETWORK_POLICY),
    LIST_CLUSTER("clusternetworkpolicies.policy.networking.k8s.io", PROBE_WHEN_SERVED, 0,
                 SUBJECT_NETWORK_POLICY),
    LIST_CLUSTER("clusternetworkpolicies.networking.k8s.aws", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),
    LIST("applicationnetworkpolicies.networking.k8s.aws", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),
    LIST("networkpolicies.crd.projectcalico.org", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),
    LIST_CLUSTER("globalnetworkpolicies.crd.projectcalico.org", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),
    LIST("ciliumnetworkpolicies.cilium.io", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),
    LIST_CLUSTER("ciliumclusterwidenetworkpolicies.cilium.io", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),
    LIST("policyendpoints.networking.k8s.aws", PROBE_WHEN_SERVED, 0, SUBJECT_NETWORK_POLICY),

    // Who arrives on a node, and which interfaces it has.
    {ON_NODE("login", "system/id.txt", PROBE_BASIS | PROBE_FAR, "id", "-u"), .bytes = SMALL},
    {ON_NODE("ip-addr", "networking/ip-addr.txt", PROBE_BASIS | PROBE_NETWORK | PROBE_FAR, "ip", "addr"),
     .bytes = RULES, .subjects = {SUBJECT_MTU, SUBJECT_FIREWALL, SUBJECT_LINKLOCAL, SUBJECT_NODELOCAL}},

    // The node's packet filters, in all variants.
    RULESET("iptables-save", "iptables-save.txt", "iptables-save", "-c"),
    RULESET("ip6tables-save", "ip6tables-save.txt", "ip6tables-save", "-c"),
    RULESET("iptables-legacy-save", "iptables-legacy-save.txt", "iptables-legacy-save", "-c"),
    RULESET("ip6tables-legacy-save", "ip6tables-legacy-save.txt", "ip6tables-legacy-save", "-c"),
    RULESET("nft-ruleset", "nftables.txt", "nft", "list", "ruleset"),
    {ON_NODE("ipset-list", "networking/ipset.txt", PROBE_ROOT | PROBE_NETWORK | PROBE_PIECES, "ipset",
             "list"),
     .bytes = RULES, .heading = "# ipset list", .subjects = {SUBJECT_FIREWALL}},
    {ON_NODE("ipset-save", "networking/ipset.txt", PROBE_ROOT | PROBE_NETWORK | PROBE_PIECES, "ipset",
             "save"),
     .bytes = RULES, .heading = "# ipset save", .subjects = {SUBJECT_FIREWALL}},

    // Connection tracking, link-local counters.
    {ON_NODE("conntrack-statistics", "networking/conntrack.txt",
             PROBE_ROOT | PROBE_NETWORK | PROBE_PIECES | PROBE_FAR, "conntrack", "-S"),
     .bytes = SMALL, .again = AGAIN, .heading = "*** Output of conntrack -S ***",
     .subjects = {SUBJECT_CONNTRACK, SUBJECT_FIREWALL, SUBJECT_CLUSTER_HEALTH}},
    {ON_NODE("conntrack-flows", "networking/conntrack.txt", PROBE_ROOT | PROBE_NETWORK | PROBE_PIECES,
             "conntrack", "-L", "-p", "udp", "--dport", "53"),
     .bytes = RULES, .again = AGAIN, .heading = "*** Output of conntrack -L -p udp --dport 53 ***",
     .subjects = {SUBJECT_CONNTRACK, SUBJECT_FIREWALL}},
    {ON_NODE("sysctl", "sysctls/sysctl_all.txt", PROBE_ROOT | PROBE_NETWORK, "sysctl", "-e",
             "net.netfilter.nf_conntrack_count", "net.netfilter.nf_conntrack_max",
             "net.netfilter.nf_conntrack_udp_timeout", "net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter"),
     .bytes = SMALL, .subjects = {SUBJECT_CONNTRACK, SUBJECT_FIREWALL}},
    {.name = "ethtool",
     .argv = WORDS("ethtool", "-S", "{interface}"),
     .place = PROBE_ON_NODE,
     .each = PROBE_EACH_INTERFACE,
     .flags = PROBE_ROOT | PROBE_NETWORK | PROBE_PIECES | PROBE_FAR,
     .seconds = 20,
     .bytes = SMALL,
     .again = AGAIN,
     .file = "nodes/{node}/networking/ethtool.txt",
     .heading = "Interface {interface}",
     .subjects = {SUBJECT_LINKLOCAL, SUBJECT_CLUSTER_HEALTH}},

    // Routes, listeners, settings.
    {ON_NODE("ip-rule", "networking/iprule.txt", PROBE_NETWORK, "ip", "rule"), .bytes = SMALL,
     .subjects = {SUBJECT_MTU, SUBJECT_FIREWALL}},
    {ON_NODE("ip-route", "networking/iproute.txt", PROBE_NETWORK, "ip", "route", "show", "table", "all"),
     .bytes = RULES, .subjects = {SUBJECT_MTU, SUBJECT_FIREWALL, SUBJECT_COREDNS}},
    {ON_NODE("ip6-route", "networking/ip6route.txt", PROBE_NETWORK, "ip", "-6", "route", "show", "table",
             "all"),
     .bytes = RULES, .subjects = {SUBJECT_MTU, SUBJECT_FIREWALL, SUBJECT_COREDNS}},
    {ON_NODE("listeners", "networking/ss.txt", PROBE_ROOT | PROBE_NETWORK, "ss", "-lntup"), .bytes = RULES,
     .subjects = {SUBJECT_NODELOCAL, SUBJECT_FIREWALL}},
    {ON_NODE("ipvs", "networking/ipvsadm.txt", PROBE_ROOT | PROBE_NETWORK, "ipvsadm", "-S", "-n"),
     .when = PROBE_WHEN_IPVS, .bytes = RULES, .subjects = {SUBJECT_PROXY_MODE, SUBJECT_NODELOCAL}},
    {ON_NODE("node-resolv.conf", "networking/resolv.conf", 0, "cat", "/etc/resolv.conf"), .bytes = SMALL,
     .subjects = {SUBJECT_DNS_CONFIG, SUBJECT_COREDNS}},
    {ON_NODE("kubelet-config-al2023", "kubelet/config.json", PROBE_ROOT, "cat",
             "/etc/kubernetes/kubelet/config.json"),
     .when = PROBE_WHEN_AL2023, .bytes = SMALL, .subjects = {SUBJECT_DNS_CONFIG}},
    {ON_NODE("kubelet-config-al2", "kubelet/kubelet-config.json", PROBE_ROOT, "cat",
             "/etc/kubernetes/kubelet/kubelet-config.json"),
     .when = PROBE_WHEN_AL2, .bytes = SMALL, .subjects = {SUBJECT_DNS_CONFIG}},
    {ON_NODE("kubelet-config", "kubelet/config.yaml", PROBE_ROOT, "cat", "/var/lib/kubelet/config.yaml"),
     .when = PROBE_WHEN_NOT_AMAZON, .bytes = SMALL, .subjects = {SUBJECT_DNS_CONFIG}},

    // What was written down.
    {ON_NODE("kubelet-log", "kubelet/kubelet.log", PROBE_ROOT | PROBE_LOG, "journalctl", "-u", "kubelet",
             "--no-pager", "--utc", "-o", "short-iso-precise", "?--since={epoch}"),
     .bytes = LOG, .subjects = {SUBJECT_FINDINGS, SUBJECT_TIMELINE, SUBJECT_NODE_STATE}},
    {ON_NODE("dmesg", "kernel/dmesg.human.current", PROBE_ROOT | PROBE_LOG, "dmesg", "--time-format", "iso"),
     .bytes = LOG,
     .subjects = {SUBJECT_FINDINGS, SUBJECT_MEMORY, SUBJECT_CONNTRACK, SUBJECT_TIMELINE, SUBJECT_FIREWALL}},
    {ON_NODE("policy-agent-log", "var_log/aws-routed-eni/network-policy-agent.log", PROBE_ROOT | PROBE_LOG,
             "tail", "-c", "20000000", "/var/log/aws-routed-eni/network-policy-agent.log"),
     .when = PROBE_WHEN_AWS, .bytes = LOG, .subjects = {SUBJECT_NETWORK_POLICY}},
    LOGS("dns-log", PROBE_EACH_DNS_CONTAINER, PROBE_ALWAYS, "--previous=false", ".log", SUBJECT_COREDNS,
         SUBJECT_FINDINGS, SUBJECT_NODELOCAL, SUBJECT_SYMPTOM, SUBJECT_TIMELINE),
    LOGS("dns-log-before", PROBE_EACH_DNS_CONTAINER, PROBE_WHEN_RESTARTED, "--previous=true", ".previous.log",
         SUBJECT_COREDNS, SUBJECT_FINDINGS, SUBJECT_NODELOCAL, SUBJECT_SYMPTOM, SUBJECT_TIMELINE),
    LOGS("pod-log", PROBE_EACH_POD_CONTAINER, PROBE_ALWAYS, "--previous=false", ".log", SUBJECT_SYMPTOM,
         SUBJECT_FINDINGS, SUBJECT_POD_STATE, SUBJECT_TIMELINE),
    LOGS("pod-log-before", PROBE_EACH_POD_CONTAINER, PROBE_WHEN_RESTARTED, "--previous=true", ".previous.log",
         SUBJECT_SYMPTOM, SUBJECT_FINDINGS, SUBJECT_POD_STATE, SUBJECT_TIMELINE),

    // From inside the pod, and the matrix of lookups.
    {
        .name = "pod-resolv.conf",
        .argv = WORDS("cat", "/etc/resolv.conf"),
        .place = PROBE_IN_POD,
        .consent = CONSENT_EXEC,
        .cost = IN_POD,
        .each = PROBE_EACH_POD,
        .seconds = 20,
        .bytes = SMALL,
        .file = "pods/{namespace}/{pod}/resolv.conf",
        .subjects = {SUBJECT_DNS_CONFIG, SUBJECT_SEARCH_LIST, SUBJECT_SYMPTOM},
    },
    {DIGS("dig-in-pod", PROBE_IN_POD, "pods/{namespace}/{pod}/"), .consent = CONSENT_EXEC, .cost = IN_POD},
    {DIGS("dig-on-node", PROBE_ON_NODE, "nodes/{node}/networking/"), .flags = PROBE_NETWORK},
    {DIGS("dig-here", PROBE_HERE, "bastion/")},
    {
        .name = "tcpdump",
        .cost =
            "copies the DNS packets of the pod and of its node while it runs (the first 512 bytes of each, "
            "20,000 at most): some CPU, nothing held up; the names that are asked for stand in the evidence",
        .argv = WORDS("tcpdump", "-i", "any", "-nn", "-U", "-s", "512", "-c", "20000", "-w", "-", "host",
                      "{address}", "or", "{outside}", "and", "port", "53"),
        .place = PROBE_ON_NODE,
        .rating = PROBE_YELLOW,
        .consent = CONSENT_CAPTURE,
        .each = PROBE_EACH_POD_NODE,
        .flags = PROBE_ROOT | PROBE_NETWORK | PROBE_LOG | PROBE_LASTS,
        .seconds = 30,
        .bytes = RULES,
        .answers = "124",
        .file = "captures/{node}.pcap",
        .subjects = {SUBJECT_CAPTURE},
    },

    // AWS.
    {
        // Their tags name the cluster, too.
        .name = "describe-instances",
        .argv =
            WORDS(AWS_CLI("ec2"), "describe-instances", "--filters", "Name=instance-id,Values={instances}"),
        .when = PROBE_WHEN_AWS,
        .seconds = 60,
        .bytes = RULES,
        .file = "aws/describe-instances.json",
        .subjects = {SUBJECT_SECURITY_GROUP, SUBJECT_CHANGES_COREDNS, SUBJECT_CHANGES_POLICY,
                     SUBJECT_TIMELINE},
    },
    EC2("describe-network-interfaces", "describe-network-interfaces",
        "Name=attachment.instance-id,Values={instances}"),
    EC2("describe-network-interfaces", "describe-network-interfaces-by-address",
        "Name=addresses.private-ip-address,Values={addresses}"),
    EC2("describe-security-groups", "describe-security-groups", "Name=group-id,Values={groups}"),
    EC2("describe-network-acls", "describe-network-acls", "Name=association.subnet-id,Values={subnets}"),
    {
        .name = "audit-events",
        .argv = WORDS(AWS_CLI("logs"), "filter-log-events", "--log-group-name", "/aws/eks/{cluster}/cluster",
                      "--log-stream-name-prefix", "kube-apiserver-audit", "--start-time", "{from}",
                      "--end-time", "{to}", "--max-items", "5000", "--filter-pattern", changes),
        .when = PROBE_WHEN_AWS_SHORT,
        .flags = PROBE_LOG,
        .seconds = 120,
        .bytes = RULES,
        .file = "aws/filter-log-events.json",
        .subjects = {SUBJECT_CHANGES_COREDNS, SUBJECT_CHANGES_POLICY, SUBJECT_TIMELINE},
    },

    {
        .name = "audit-query",
        .argv = WORDS(AWS_CLI("logs"), "start-query", "--log-group-name", "/aws/eks/{cluster}/cluster",
                      "--start-time", "{from_s}", "--end-time", "{to_s}", "--query-string", changes_query),
        .when = PROBE_WHEN_AWS_LONG,
        .flags = PROBE_LOG,
        .seconds = 300,
        .bytes = RULES,
        .file = "aws/filter-log-events.json",
        .script = script_query,
        .subjects = {SUBJECT_CHANGES_COREDNS, SUBJECT_CHANGES_POLICY, SUBJECT_TIMELINE},
    },
    {
        // Writes: files on the node, one in the bucket. Nothing else here does.
        .name = "bundle",
        .cost = "minutes of CPU and disk on the node; writes an archive there, and a copy to S3",
        .argv = WORDS(AWS_CLI("ssm"), "start-automation-execution", "--document-name",
                      "AWSSupport-CollectEKSInstanceLogs", "--parameters",
                      "EKSInstanceId={instance},LogDestination={bucket}"),
        .rating = PROBE_YELLOW,
        .consent = CONSENT_BUNDLE,
        .each = PROBE_EACH_POD_NODE,
        .when = PROBE_WHEN_AWS,
        .flags = PROBE_CHANGES | PROBE_BUNDLE,
        .seconds = 900,
        .bytes = LISTING,
        .file = "nodes/{node}/bundle.tar.gz",
        .script = script_bundle,
        .subjects = {SUBJECT_COLLECTION},
    },

    {.name = NULL},
};

const struct probe_row *probe_find(const char *name)
{
    for (const struct probe_row *row = probe_table; row->name; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

// What is asked of a node without anybody's leave is what its collection is made of.
static bool is_collection(const struct probe_row *row)
{
    return row->place == PROBE_ON_NODE && !row->consent && row->each != PROBE_EACH_LOOKUP;
}

bool probe_serves(const struct probe_row *row, enum subject subject)
{
    if (subject == SUBJECT_COLLECTION && is_collection(row))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(row->subjects) && row->subjects[i] != SUBJECT_NONE; i++) {
        if (row->subjects[i] == subject)
            return true;
    }
    return false;
}
