// Facts: everything that an incident's evidence says, typed and with places; what judges are given, and all
// that they are given. Made by facts/gather.h out of the evidence tree and the parsers.
#ifndef D5_FACTS_FACTS_H
#define D5_FACTS_FACTS_H

#include "core/evidence/evidence.h"
#include "core/facts/logclass.h"
#include "core/facts/lookup.h"
#include "core/parse/kubeobj.h"
#include "core/parse/netpol.h"

struct audit;          // parse/audit.h
struct aws;            // parse/aws.h
struct corefile;       // parse/corefile.h
struct ruleset;        // parse/ruleset.h
struct ipset_list;     // parse/ipset.h
struct resolvconf;     // parse/resolvconf.h
struct kubelet_config; // parse/kubelet.h
struct ethtool;        // parse/ethtool.h
struct conntrack;      // parse/conntrack.h
struct sysctls;        // parse/sysctl.h
struct listeners;      // parse/ss.h
struct ipvs;           // parse/ipvs.h
struct links;          // parse/ipaddr.h
struct routes;         // parse/iproute.h
struct route_rules;    // parse/iprule.h

struct rules_reading {       // one ruleset file of a node, at one time
    struct ruleset *rules;   // not const: rules are parsed when first asked for
    const char *path, *name; // name: the last part of the path, by which readings of one file belong together
    usec_t time;             // of its header line, of the samples/ folder, or TIME_UNKNOWN
    bool sample;             // a later reading: the first one is networking/
    bool changed;            // it says something else than the reading of that file before it
};

struct ethtool_reading {
    const struct ethtool *ethtool;
    usec_t time;
};

struct conntrack_reading {
    const struct conntrack *conntrack;
    usec_t time;
};

struct node_facts { // one folder of nodes/
    const char *name;
    const struct kube_node *kube; // or NULL
    bool auto_mode;               // EKS Auto Mode
    struct rules_reading *rules;  // every ruleset that could be read: both backends, both families, samples
    size_t n_rules, cap_rules;
    bool rules_unread;                     // a first reading of some is there, and was not read to its end
    struct ipset_list *sets;               // NULL: none were read
    const struct links *links;             // interfaces and addresses, or NULL
    const struct routes *routes;           // or NULL
    const struct route_rules *route_rules; // or NULL
    const struct resolvconf *resolvconf;   // the node's own
    const struct kubelet_config *kubelet;
    struct ethtool_reading *ethtool; // in order of time
    size_t n_ethtool, cap_ethtool;
    struct conntrack_reading *conntrack;
    size_t n_conntrack, cap_conntrack;
    const struct sysctls *sysctls;
    const struct listeners *listeners; // ss on port 53, or NULL
    bool login_known, login_is_root;   // who arrives there when d5tui asks it
    const struct ipvs *ipvs;           // kube-proxy's virtual services in IPVS mode, or NULL
};

struct pod_facts { // one folder of pods/
    const char *namespace_, *name;
    const struct kube_pod *kube; // or NULL
    const struct resolvconf *resolvconf;
    bool target;
};

struct dns_facts {                      // the cluster's DNS as the API shows it
    const struct kube_service *service; // kube-system/kube-dns, or the one that takes its place; or NULL
    struct ip addresses[2];             // its cluster addresses, without it as kube-proxy's rules have them
    size_t n_addresses;
    const struct kube_pod **pods; // CoreDNS pods: by the Service's selector, else by k8s-app=kube-dns
    size_t n_pods;
    const struct kube_workload *deployment;
    struct kube_endpoint *endpoints; // all of the Service's slices
    size_t n_endpoints;
    enum tri endpoints_known; // whether the slices listing is whole
    uint16_t endpoint_port;   // the pods' DNS port, 53 by default; 0: not known
    const struct corefile *corefile;
    const struct kube_configmap *corefile_map;
    struct place corefile_place; // where the Corefile begins
    const char *cluster_domain;  // "cluster.local"
    struct ip nodelocal;         // what NodeLocal DNSCache listens on; family 0: not installed or not known
    struct ip nodelocal_also[4]; // the addresses beside it: in iptables mode the Service's own
    size_t n_nodelocal_also;
    const struct kube_workload *nodelocal_set;
    const struct corefile *nodelocal_corefile;
    const struct kube_service *nodelocal_upstream; // by which it asks CoreDNS, or NULL
    const char *proxy_mode;                        // "iptables", "ipvs", "nftables", or NULL
    struct place proxy_mode_place;
    struct place proxy_replaced; // where Cilium says that it does kube-proxy's work; unset: nowhere
    struct ip vpc_resolver;      // base + 2 of the VPC where it is known
};

// The address of kube-system/kube-dns in kube-proxy's rules; family 0: it is not there.
struct ip dns_in_rules(struct ruleset *rules);

bool dns_has_endpoint(const struct dns_facts *dns, struct ip ip); // ready or not

struct api_facts {          // what the API server has, and what it lets this person do
    const char **resources; // "pods", "networkpolicies.networking.k8s.io"; none: not known
    size_t n_resources;
    struct api_access {
        const char *verb, *resource, *subresource; // subresource may be NULL
        bool allowed;                              // in all namespaces
    } * access;
    size_t n_access;
    const char *eks_cluster; // the cluster's name in EKS, by the kubeconfig; or NULL
};
enum tri api_serves(const struct api_facts *api, const char *resource);
enum tri api_allows(const struct api_facts *api, const char *verb, const char *resource,
                    const char *subresource); // NULL: the resource itself

// The name in what the AWS tools call a context or a cluster: "arn:aws:eks:REGION:ACCOUNT:cluster/NAME",
// eksctl's "USER@NAME.REGION.eksctl.io". False: it says none.
bool api_eks_name(struct span text, struct span *ret);

struct gap { // what could not be looked at
    const char *what, *command;
};

struct policy_facts { // network policies
    struct netpol_set set;
    struct listing standard;   // NetworkPolicies
    const char *admin_unknown; // why admin or other engines' policies could not be read, or NULL
};

struct facts {
    struct arena arena;            // owns all that is below
    struct evidence *evidence;     // borrowed
    struct target target;          // target.yaml under the command line's words; texts in the arena
    bool query_absolute;           // its query was written with the dot of the root: no search list applies
    const struct kube_pod *pod;    // the complaining pod, or NULL
    const char *node_name;         // its node: from the target, else from the pod; or NULL
    const struct node_facts *node; // its folder, or NULL
    struct ip pod_ip;              // family 0: not known
    struct cluster cluster;
    struct api_facts api;
    struct dns_facts dns;
    struct policy_facts policies;
    struct node_facts *nodes;
    size_t n_nodes;
    struct pod_facts *pods;
    size_t n_pods;
    const struct aws *aws;     // NULL: no answer of the EC2 API was read
    const struct audit *audit; // NULL: no audit events were read
    struct lookups lookups;
    struct capture *captures; // one for each file of captures/
    size_t n_captures;
    struct log_hits logs;
    struct place unread_failure;    // gather_unread.c: a line of the pod's own log in the window, or not set
    struct gather_queries *queries; // only while facts are gathered, as is log_pass; or NULL
    struct log_pass *log_pass;
    struct gap *gaps;
    size_t n_gaps, cap_gaps;
};

const struct node_facts *facts_node(const struct facts *facts,
                                    const char *name); // NULL: no folder of that name

#endif
