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
                                      "(?:plugin/errors: |\\[ERROR\\] 2 ).*(?:i/o timeout|deadline exceeded)",
                                      "[ERROR]"},
    [LOG_COREDNS_UPSTREAM_UNREACHABLE] =
        {"upstream unreachable",
         "(?:plugin/errors: |\\[ERROR\\] 2 ).*(?:connection refused|no route to host|network is unreachable|"
         "host is unreachable|cannot assign requested address|operation not permitted|connection reset by "
         "peer|no healthy proxies|x509: |tls: |: EOF$)",
         "[ERROR]"},
    [LOG_COREDNS_MAX_CONCURRENT] = {"too many forwarded queries",
                                    "concurrent queries exceeded maximum \\d+|"
                                    "dnsmasq\\[\\d+\\]: Maximum number of concurrent DNS queries reached",
                                    "[ERROR]"},
    [LOG_COREDNS_COREFILE] =
        {"Corefile error",
         "Corefile:\\d+ - |Error during parsing|Unknown directive '|not an IP address or "
         "file: |cannot serve \\S+ - it is already defined|Could not parse Corefile|"
         "plugin/reload: Corefile changed but reload failed|\\[ERROR\\] Restart failed: |"
         // a plug-in that cannot be set up says so without a level, as CoreDNS' last words
         "^(?:[0-9TZ:.+-]+ (?:std(?:out|err) F )?)?plugin/[a-z0-9_]+: ",
         ""},
    [LOG_COREDNS_LOOP] = {"forwarding loop", "plugin/loop: Loop \\(", "plugin/loop"},
    [LOG_COREDNS_LISTEN] = {"cannot listen", "Listen: listen (?:tcp|udp) ", "listen "},
    [LOG_COREDNS_NO_PLUGIN] = {"name that nothing answers", "plugin/errors: .*no next plugin found",
                               "[ERROR]"},
    [LOG_COREDNS_SLOW] = {"slow to answer itself",
                          "plugin/health: Local health request to .* (?:took more than|failed)", "[WARNING]"},
    [LOG_COREDNS_API] =
        {"Kubernetes API not reached",
         "plugin/kubernetes: .*(?:Kubernetes API connection failure|waiting for Kubernetes API|unsynced "
         "Kubernetes API|Failed to (?:list|watch))|plugin/ready: (?:Still waiting on|Plugins not ready): "
         "\"[^\"]*kubernetes|"
         // until 1.8 the client library spoke for itself
         " pkg/mod/k8s\\.io/client-go@\\S+: [Ff]ailed to (?:list|watch) ",
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
         // the C libraries' words, and what hands them on
         "[Tt]emporary failure (?:in name resolution|resolving ')|Non-recoverable failure in name resolution|"
         "Name or service not known|Name does not resolve|nodename nor servname|"
         "[Nn]o address associated with hostname|gaierror|php_network_getaddresses|EAI_AGAIN|"
         // Java, Node.js and c-ares, Go, .NET, Python, Ruby, Erlang
         "UnknownHostException\\b|UnresolvedAddressException|DnsNameResolverTimeoutException|"
         "Failed to resolve '[\\w.:-]+'(?::| \\[| \\(| after|$)|ENOTFOUND|"
         "query\\w+ E(?:SERVFAIL|TIMEOUT|REFUSED|NODATA|CONNREFUSED)|Timeout while contacting DNS servers|"
         "Could not contact DNS servers|[Cc]-[Aa]res status [1-9]|dns_resolution_failure|"
         "no such host|server misbehaving|lookup \\S+ on \\S+:53: |"
         "lookup [\\w.-]+: (?:i/o timeout|[Tt]ry again|device or resource busy)|"
         "No such host is known|remote name could not be resolved|"
         "SocketException[^:]*: Resource temporarily unavailable|"
         "Resource temporarily unavailable \\([\\w.-]+:\\d+\\)|"
         "dns\\.resolver\\.(?:NXDOMAIN|NoNameservers|NoAnswer|LifetimeTimeout|Timeout)|"
         "DNS result has no information for|\\bnxdomain\\b|"
         // gRPC, Rust, databases
         "DNS resolution failed|produced zero addresses|failed to lookup address|dns error: |"
         "could not translate host name|Unknown (?:MySQL )?server host '|"
         // curl, wget, busybox, apk, nginx, HAProxy, and those who say it in words of their own
         "Resolving timed out|bad address '|temporary error \\(try again later\\)|"
         "host not found in upstream|could not be resolved \\(\\d|while resolving, resolver: |"
         "\\(DNS (?:timeout|NX|refused|unspecified error) status\\)|[Uu]nknown host(?:: | ')[\\w.-]+|"
         "[Uu]nable to resolve host(?:name)?(?: address)? (?:['\"]|[\\w-]+(?:\\.|$))|"
         "[Cc]ould ?n(?:o|')t resolve (?:host|hostname|server|address|proxy|name|domain)\\b|"
         "[Cc]ould ?n(?:o|')t resolve '?[\\w-]+(?:\\.[\\w-]+)+\\.?(?::\\d+)?(?:['\\s,;)]|$)|"
         "(?:\\.[\\w-]+|[Hh]ost ?name) could not be resolved|"
         // apk 3, Boost.Asio, Kafka, OpenResty and Kong, Mint, resolvectl, nslookup and dig
         "DNS: (?:non-recoverable failure|transient error|no address for host|name does not exist)|"
         "Host not found \\((?:non-)?authoritative\\)|No resolvable bootstrap urls|"
         "Unknown host specified|DNS (?:lookup|query|request) (?:error|failed|failure|timed out)|"
         "failed to query the DNS server for |dns (?:server|client) error: \\d+ |non-existing domain\\b|"
         "[\\w-]: resolve call failed: |nslookup: can't resolve '|server can't find \\S+: "
         "(?:SERVFAIL|REFUSED)|"
         "connection timed out; no servers could be reached",
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
