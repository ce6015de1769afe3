// The table of log classes. Patterns are as narrow as the words that the program writes: `oom_score_adj` is
// no OOM, and a port 53 in a URL is no DNS.
#include "core/facts/logclass.h"

#include "core/base/mem.h"

static const struct class_info {
    const char *name;
    const char *pattern;
    const char *anchor; // where the program's own words begin, behind times and heads
} classes[LOG_CLASS_COUNT] = {
    [LOG_OOM_NODE] = {"node out of memory",
                      "\\bOut of memory: Kill(?:ed)? process \\d+|System OOM encountered, victim process",
                      "Out of memory"},
    [LOG_OOM_TASK] = {"OOM in a container's cgroup", "oom-kill:constraint=CONSTRAINT_MEMCG", "oom-kill:"},
    [LOG_OOM_CGROUP] = {"container out of memory", "Memory cgroup out of memory: Kill(?:ed)? process \\d+",
                        "Memory cgroup"},
    [LOG_CONNTRACK_FULL] = {"conntrack table full", "_conntrack: table full\\b", "conntrack: table full"},
    [LOG_COREDNS_UPSTREAM_TIMEOUT] = {"upstream timeout",
                                      "plugin/errors: .*(?:i/o timeout|deadline exceeded)", "[ERROR]"},
    [LOG_COREDNS_UPSTREAM_UNREACHABLE] =
        {"upstream unreachable",
         "plugin/errors: .*(?:connection refused|no route to host|network is unreachable|host is unreachable|"
         "cannot assign requested address|operation not permitted|connection reset by peer|no healthy "
         "proxies)",
         "[ERROR]"},
    [LOG_COREDNS_MAX_CONCURRENT] = {"too many forwarded queries", "concurrent queries exceeded maximum \\d+",
                                    "[ERROR]"},
    [LOG_COREDNS_COREFILE] =
        {"Corefile error",
         "Corefile:\\d+ - |Error during parsing|Unknown directive '|not an IP address or "
         "file: |cannot serve \\S+ - it is already defined|Could not parse Corefile",
         ""},
    [LOG_COREDNS_LOOP] = {"forwarding loop", "plugin/loop: Loop \\(", "plugin/loop"},
    [LOG_COREDNS_API] =
        {"Kubernetes API not reached",
         "plugin/kubernetes: .*(?:Kubernetes API connection failure|waiting for Kubernetes API|unsynced "
         "Kubernetes API|Failed to (?:list|watch))|plugin/ready: Still waiting on: \"kubernetes\"",
         "plugin/"},
    [LOG_COREDNS_LAMEDUCK] = {"shutting down", "SIGTERM: Shutting down servers|Going into lameduck mode",
                              "[INFO]"},
    [LOG_COREDNS_PANIC] = {"panic", "Recovered from panic|^(?:\\S+ (?:std(?:out|err) F )?)?panic: ", ""},
    [LOG_COREDNS_RELOAD] = {"configuration reloaded", "\\[INFO\\] Reloading(?: complete)?", "[INFO]"},
    [LOG_COREDNS_QUERY_FAILED] = {"query without a good answer",
                                  "\" (?:SERVFAIL|REFUSED|FORMERR|NOTIMP|-) [a-z,-]+ \\d+", "[INFO]"},
    [LOG_COREDNS_QUERY] = {"query", "\\[INFO\\] \\S+:\\d+ - \\d+ \"[A-Z0-9]+ [A-Z]+ \\S+ (?:udp|tcp) \\d+ ",
                           "[INFO]"},
    [LOG_BIND_IN_USE] = {"address in use", "bind: address already in use", "listen "},
    [LOG_APP_DNS] =
        {"failed lookup",
         "UnknownHostException|UnresolvedAddressException|[Tt]emporary failure in name resolution|"
         "Non-recoverable failure in name resolution|Name or service not known|Name does not resolve|"
         "nodename nor servname|No address associated with hostname|EAI_AGAIN|ENOTFOUND|"
         "query\\w+ E(?:SERVFAIL|TIMEOUT|REFUSED|NODATA)|no such host|server misbehaving|"
         "lookup \\S+ on \\S+:53: |[Cc]ould ?n(?:o|')t resolve|could not be resolved|Resolving timed out|"
         "host not found in upstream|Failed to resolve '|failed to lookup address|DNS resolution failed|"
         "could not translate host name|unable to resolve host|bad address '|No such host is known|"
         "php_network_getaddresses|gaierror|\\bnxdomain\\b|Resource temporarily unavailable "
         "\\([\\w.-]+:\\d+\\)",
         ""},
    [LOG_POLICY_DENY] = {"policy denied", "\"?Verdict\"?[:=]? ?\"?DENY", "Src IP"},
    [LOG_KUBE_PROXY_ERROR] =
        {"kube-proxy could not sync",
         "[Ff]ailed to execute iptables-restore|[Ss]ync(?:ing)? (?:iptables |ipvs |nftables "
         ")?(?:rules )?failed|Failed to (?:list|watch) \\*v1\\.(?:EndpointSlice|Service)|"
         "Failed to ensure .* chain",
         ""},
    [LOG_KUBELET_EVICTION] = {"eviction",
                              "[Ee]viction manager: (?:must evict|attempting to reclaim|pods? .* evicted)",
                              "viction manager"},
};

const char *log_class_pattern(enum log_class c)
{
    return classes[c].pattern;
}

const char *log_class_name(enum log_class c)
{
    return classes[c].name;
}

struct span log_class_anchor(enum log_class c, struct span line)
{
    size_t at = classes[c].anchor[0] ? span_find(line, classes[c].anchor) : SIZE_MAX;
    return at == SIZE_MAX ? line : span_from(line, at);
}
