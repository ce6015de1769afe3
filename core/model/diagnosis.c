// The table of diagnoses. The fixes here are what stands when no judge knows better; a judge that saw the
// very rule or object writes its own (model/claim.h). None of them tells to delete what a controller owns.
#include "core/model/diagnosis.h"

static const struct diagnosis_info table[DIAGNOSIS_COUNT] = {
    [DIAGNOSIS_NONE] = {"none", "inconclusive", NULL, "nothing", "", "", ""},
    [DIAGNOSIS_HOST_FIREWALL] = {"host_firewall", "network_policy", NULL, "a host firewall blocks DNS",
                                 "find what put the rule there and remove it at its source, or allow UDP and "
                                 "TCP 53 to CoreDNS in front of it",
                                 "keep hardening agents away from the FORWARD path of Kubernetes nodes; "
                                 "watch the DROP counters on port 53",
                                 "dig @KUBE-DNS NAME from a pod on that node, over UDP and TCP: NOERROR; the "
                                 "rule's counter stands still"},
    [DIAGNOSIS_NETWORK_POLICY_DENY] =
        {"network_policy_deny", "network_policy", NULL, "a NetworkPolicy denies DNS",
         "update the NetworkPolicy to allow egress to kube-dns on UDP and TCP 53",
         "ship a policy that allows DNS together with every default deny; test policies before they are "
         "applied",
         "d5tui policy --pod NS/POD --to COREDNS-POD: passes; dig from the pod: NOERROR"},
    [DIAGNOSIS_SECURITY_GROUP_BLOCK] =
        {"security_group_block", "network_policy", NULL, "a security group blocks DNS",
         "update the security group of the CoreDNS nodes to allow UDP and TCP 53 from the pods' and nodes' "
         "groups",
         "keep node groups in one security group for DNS, or reference each other's on UDP and TCP 53",
         "dig @COREDNS-POD NAME from a pod on another node, over UDP and TCP: NOERROR"},
    [DIAGNOSIS_LINKLOCAL_THROTTLE] =
        {"linklocal_throttle", "pps_throttling", NULL, "the link-local allowance of the ENI is exceeded",
         "spread the CoreDNS pods over more nodes (ENIs), raise the cache's TTL in the Corefile, and lower "
         "ndots for the heaviest clients, so that each ENI sends fewer than 1024 packets a second to the VPC "
         "resolver",
         "deploy NodeLocal DNSCache, reduce ndots, monitor linklocal_allowance_exceeded as a rate",
         "ethtool -S on the CoreDNS nodes twice, a minute apart: linklocal_allowance_exceeded does not grow"},
    [DIAGNOSIS_COREDNS_OVERLOAD] =
        {"coredns_overload", "coredns_overload", NULL, "CoreDNS is overloaded",
         "scale the CoreDNS replicas out (and give them CPU), then raise max_concurrent in the Corefile if "
         "its memory allows it",
         "deploy NodeLocal DNSCache, autoscale CoreDNS with the cluster, reduce ndots, monitor DNS latency",
         "CoreDNS' log shows no more refused or late queries; dig from a pod answers within 10 ms"},
    [DIAGNOSIS_COREDNS_OOM] =
        {"coredns_oom", "coredns_overload", NULL, "CoreDNS is killed by its memory limit",
         "raise the memory limit of the coredns deployment, and scale its replicas out",
         "size CoreDNS' memory by pods and services, deploy NodeLocal DNSCache, monitor its working set",
         "kubectl get pods -n kube-system -l k8s-app=kube-dns: no restarts for ten minutes"},
    [DIAGNOSIS_COREDNS_DOWN] =
        {"coredns_down", "config_error", NULL, "no CoreDNS endpoint is ready",
         "bring CoreDNS back: scale the deployment to at least two replicas and look at why its pods are not "
         "ready",
         "a PodDisruptionBudget and topology spread for CoreDNS; alert on its ready endpoints",
         "kubectl get endpointslices -n kube-system -l kubernetes.io/service-name=kube-dns: ready addresses"},
    [DIAGNOSIS_COREFILE_ERROR] =
        {"corefile_error", "config_error", NULL, "the Corefile is wrong",
         "correct the Corefile in the coredns ConfigMap, or roll it back to the last one that worked",
         "check a Corefile with a CoreDNS of the same version before it is applied; use the reload plug-in",
         "CoreDNS pods are Running and Ready, and their log shows no error at start"},
    [DIAGNOSIS_UPSTREAM_UNREACHABLE] =
        {"upstream_unreachable", "config_error", NULL, "CoreDNS' upstream does not answer",
         "correct the forward target in the Corefile, or restore the way to that resolver",
         "forward to at least two resolvers, monitor CoreDNS' forward errors",
         "dig @UPSTREAM NAME from a CoreDNS node: an answer; CoreDNS logs no i/o timeout"},
    [DIAGNOSIS_WRONG_NAMESERVER] =
        {"wrong_nameserver", "config_error", NULL, "the kubelet hands out a wrong DNS address",
         "make clusterDNS in the kubelet's configuration equal to the kube-dns ClusterIP, restart the "
         "kubelet, then recreate the pods of that node: only new pods get it",
         "derive clusterDNS from the service range at bootstrap; compare it with kube-dns in a check",
         "cat /etc/resolv.conf in a new pod of that node: the kube-dns ClusterIP"},
    [DIAGNOSIS_DNS_POLICY] =
        {"dns_policy", "config_error", NULL, "the pod's own DNS settings bypass the cluster's DNS",
         "set dnsPolicy in the pod's template to ClusterFirst (ClusterFirstWithHostNet for a hostNetwork "
         "pod), or correct "
         "its dnsConfig",
         "review dnsPolicy and dnsConfig in the workloads' templates",
         "cat /etc/resolv.conf in a new pod: the kube-dns ClusterIP and the cluster's search domains"},
    [DIAGNOSIS_NODELOCALDNS_BIND] =
        {"nodelocaldns_bind", "config_error", NULL, "NodeLocal DNSCache cannot listen on port 53",
         "free port 53 on the node (stop the stub listener of what holds it), or have NodeLocal DNSCache "
         "bind only its link-local address; until then point the kubelet's clusterDNS at CoreDNS",
         "on EKS Auto Mode leave NodeLocal DNSCache out: the node caches DNS already",
         "ss -lntup sport = :53 on the node: node-cache listens on 169.254.20.10"},
    [DIAGNOSIS_NODELOCALDNS_IPVS] =
        {"nodelocaldns_ipvs", "config_error", NULL, "IPVS bypasses NodeLocal DNSCache",
         "set the kubelet's clusterDNS to 169.254.20.10, restart the kubelet and recreate the pods: in IPVS "
         "mode nothing intercepts the kube-dns ClusterIP",
         "keep NodeLocal DNSCache and the kube-proxy mode in one place of configuration",
         "cat /etc/resolv.conf in a new pod: nameserver 169.254.20.10"},
    [DIAGNOSIS_IPV6_UPSTREAM] =
        {"ipv6_upstream", "config_error", NULL, "the upstream resolver has no route in its address family",
         "forward to a resolver of the address family that the nodes can route, or give the nodes that route",
         "keep the Corefile's forward targets in the cluster's address family",
         "dig @UPSTREAM NAME from a CoreDNS node: an answer"},
    [DIAGNOSIS_SERVICE_PATH] =
        {"service_path", "config_error", "D8", "kube-proxy's rules do not lead to CoreDNS",
         "restart kube-proxy on the node, and find out why it does not sync",
         "alert on kube-proxy's last sync time",
         "iptables-save on the node leads the kube-dns ClusterIP to the ready CoreDNS addresses"},
    [DIAGNOSIS_SEARCH_EXPANSION] = {"search_expansion", "normal_behaviour", NULL, "the search list at work",
                                    "no action: this is how the resolver works as designed with ndots:5",
                                    "where the extra queries hurt: a trailing dot in the application's "
                                    "names, ndots:2, or short service names",
                                    "dig NAME from the pod: NOERROR"},
    [DIAGNOSIS_TRANSIENT_SERVFAIL] =
        {"transient_servfail", "normal_behaviour", NULL, "a few passing SERVFAIL while CoreDNS was replaced",
         "no action: expected for some seconds when CoreDNS is replaced",
         "lameduck 5s in the Corefile's health plug-in, a preStop delay, and a retry in the clients",
         "CoreDNS' log shows no SERVFAIL since"},
    [DIAGNOSIS_NAME_DOES_NOT_EXIST] =
        {"name_does_not_exist", "normal_behaviour", NULL, "the name does not exist",
         "correct the name in the application, or create the Service that it means",
         "check names in configuration against the Services that exist", "dig NAME from the pod: NOERROR"},
    [DIAGNOSIS_NO_FAULT] = {"no_fault", "normal_behaviour", NULL, "nothing fails in the window",
                            "no action needed: in the window every lookup was answered",
                            "watch for the next occurrence, and note its time to the minute",
                            "dig NAME from the pod: NOERROR"},
    [DIAGNOSIS_NODE_OOM] = {"node_oom", "not_dns", "A1", "the node ran out of memory",
                            "go on with A1: the node or its kubelet ran out of memory, DNS is a symptom",
                            "reserve memory for the system and the kubelet; set requests and limits",
                            "the node is Ready, and dmesg shows no new kills"},
    [DIAGNOSIS_APP_OOM] =
        {"app_oom", "not_dns", "G2", "the complaining pod is killed by its own memory limit",
         "go on with G2: the application's container exceeds its memory limit, DNS is a symptom",
         "size the application's memory limit by what it uses", "the pod runs without restarts"},
    [DIAGNOSIS_POD_NOT_RUNNING] =
        {"pod_not_running", "not_dns", NULL, "the pod is not running",
         "start the pod: mend what keeps its containers from starting; DNS is not involved",
         "alert on pods that do not become ready", "kubectl get pod: Running and Ready"},
    [DIAGNOSIS_CONNTRACK_FULL] =
        {"conntrack_full", "not_dns", "D3", "the node's connection table is full",
         "go on with D3: raise nf_conntrack_max on the node, and find what fills the table",
         "alert on nf_conntrack_count against its maximum; NodeLocal DNSCache takes DNS out of conntrack",
         "conntrack -S: drop and early_drop stand still; count well below max"},
    [DIAGNOSIS_CONNTRACK_RACE] =
        {"conntrack_race", "not_dns", NULL, "queries race for a place in conntrack",
         "set the resolver option single-request-reopen (or use-vc) in the pod's dnsConfig",
         "deploy NodeLocal DNSCache: its queries are not tracked",
         "conntrack -S twice: insert_failed does not grow; no lookup takes five seconds"},
    [DIAGNOSIS_MTU] =
        {"mtu", "not_dns", "D4", "large packets are lost on the path",
         "go on with D4: make the MTU the same along the path, or let ICMP \"fragmentation needed\" pass",
         "keep bufsize at 1232 in CoreDNS; monitor truncated answers",
         "dig +bufsize=4096 with a large answer from the pod: an answer"},
    [DIAGNOSIS_INCONCLUSIVE] =
        {"inconclusive", "inconclusive", NULL, "cannot tell",
         "collect what stands under `unknown` with the read-only commands given there, then run this again",
         "", ""},
};

const struct diagnosis_info *diagnosis_info(enum diagnosis d)
{
    return &table[d];
}

bool diagnosis_parse(struct span id, enum diagnosis *ret)
{
    for (enum diagnosis d = DIAGNOSIS_HOST_FIREWALL; d < DIAGNOSIS_COUNT; d++) {
        if (span_is(id, table[d].id)) {
            *ret = d;
            return true;
        }
    }
    return false;
}

bool diagnosis_is_normal(enum diagnosis d)
{
    return d >= DIAGNOSIS_SEARCH_EXPANSION && d <= DIAGNOSIS_NO_FAULT;
}

static const char *const verdict_names[] = {"inconclusive", "likely", "confirmed"};

const char *verdict_name(enum verdict v)
{
    return verdict_names[v];
}

bool verdict_parse(struct span s, enum verdict *ret)
{
    for (unsigned i = 0; i < sizeof verdict_names / sizeof *verdict_names; i++) {
        if (span_is(s, verdict_names[i])) {
            *ret = (enum verdict)i;
            return true;
        }
    }
    return false;
}
