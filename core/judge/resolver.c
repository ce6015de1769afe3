// Whom the complaining pod asks, and who told it to. A pod's first nameserver must be the DNS Service or
// NodeLocal DNSCache. Where it is not: dns_policy when the pod's own spec asks for it (dnsPolicy None or
// Default, hostNetwork without ClusterFirstWithHostNet), wrong_nameserver when the kubelet hands it out. The
// node's own resolv.conf names the VPC resolver, and should.
#include "core/judge/resolver.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/judge/judge.h"

// ------------------------------------------------------------------ who told it
enum blame resolver_blame(const struct kube_pod *pod)
{
    if (!pod)
        return BLAME_UNKNOWN;
    const char *policy = pod->dns_policy ? pod->dns_policy : "ClusterFirst";
    if (strcmp(policy, "None") == 0)
        return BLAME_NONE;
    if (strcmp(policy, "Default") == 0)
        return BLAME_DEFAULT;
    if (strcmp(policy, "ClusterFirst") == 0 && pod->host_network)
        return BLAME_HOST_NETWORK;
    return BLAME_KUBELET;
}

static void cite_spec(const struct kube_pod *pod, enum blame blame, struct cites *cites)
{
    if (blame == BLAME_HOST_NETWORK)
        cite(cites, pod->host_network_place);
    cite(cites, pod->dns_policy_place);
    if (blame == BLAME_NONE && pod->dns_config)
        cite(cites, pod->dns_config->nameserver_place);
}

static void cite_kubelet(const struct bench *b, struct cites *cites)
{
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    for (size_t i = 0; kubelet && i < kubelet->n_cluster_dns; i++)
        cite(cites, kubelet->cluster_dns[i].place);
}

static void cite_service(const struct bench *b, struct cites *cites)
{
    if (b->facts->dns.service)
        cite(cites, b->facts->dns.service->ip_place);
}

const char *resolver_dns_text(struct bench *b)
{
    char text[IP_TEXT];
    const struct dns_facts *dns = &b->facts->dns;
    return arena_strdup(&b->arena, ip_format(dns->n_addresses ? dns->addresses[0] : dns->nodelocal, text));
}

// ------------------------------------------------------------------ the first server
// Where nobody listed the daemon sets, or the cache's does not say where it listens, a link-local address may
// be NodeLocal DNSCache's.
static bool may_be_cache(const struct bench *b, struct ip ip)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool clouds = ip.family == 4 && ip.bytes[2] == 169; // 169.254.169.0/24 is the cloud's own
    bool unlisted = !dns->nodelocal_set && b->facts->cluster.daemonsets.state != LISTING_WHOLE;
    return ip_is_link_local(ip) && !clouds && (unlisted || (dns->nodelocal_set && !dns->nodelocal.family));
}

// On EKS Auto Mode the node itself answers at the cluster's DNS address, and no Service need exist: what the
// kubelet hands out is it.
static bool is_auto_modes(const struct bench *b, struct ip ip)
{
    const struct node_facts *node = b->facts->node;
    return node && node->auto_mode && node->kubelet && !b->facts->dns.n_addresses &&
           kubelet_hands_out(node->kubelet, ip);
}

// What only kube-proxy's rules tell of the Service proves nothing against another address: they may be old.
enum tri resolver_is_right(const struct bench *b, struct ip ip)
{
    const struct dns_facts *dns = &b->facts->dns;
    if (bench_is_cluster_dns(b, ip) || is_auto_modes(b, ip))
        return TRI_YES;
    return !dns->service || !dns->n_addresses || may_be_cache(b, ip) ? TRI_UNKNOWN : TRI_NO;
}

static bool begins(const char *text, struct ip ip)
{
    char whole[IP_TEXT];
    return ip.family && span_starts(span_of(ip_format(ip, whole)), text);
}

// A file that breaks off in the midst of an address names another one: 172.20.0.1 for 172.20.0.10.
static enum tri named_is_right(const struct bench *b, struct ip ip, const char *text, bool last)
{
    const struct dns_facts *dns = &b->facts->dns;
    enum tri right = resolver_is_right(b, ip);
    bool goes_on = begins(text, dns->nodelocal);
    for (size_t i = 0; i < dns->n_addresses; i++)
        goes_on |= begins(text, dns->addresses[i]);
    return right == TRI_NO && last && goes_on ? TRI_UNKNOWN : right;
}

static const struct resolv_server *first_server(const struct resolvconf *conf)
{
    for (size_t i = 0; conf && i < conf->n_servers; i++) {
        if (conf->servers[i].used)
            return &conf->servers[i];
    }
    return NULL;
}

// ------------------------------------------------------------------ dns_policy
static const char *describe_policy(enum blame blame)
{
    switch (blame) {
    case BLAME_NONE:
        return "the pod's dnsPolicy is None, and its dnsConfig names";
    case BLAME_HOST_NETWORK:
        return "the pod uses the host's network with dnsPolicy ClusterFirst, which then means the node's "
               "resolver:";
    case BLAME_DEFAULT:
        return "the pod's dnsPolicy is Default, which means the node's resolver:";
    default:
        return "the pod's file has none of the cluster's search domains, as with dnsPolicy None, Default or "
               "the host's network, and names";
    }
}

static const char *fix_policy(struct bench *b, enum blame blame)
{
    if (blame == BLAME_HOST_NETWORK)
        return "set dnsPolicy to ClusterFirstWithHostNet in the template of the workload (a hostNetwork pod "
               "does not get the cluster's DNS otherwise), and let it roll out";
    if (blame == BLAME_NONE)
        return arena_printf(
            &b->arena,
            "set dnsPolicy to ClusterFirst in the template of the workload, or name %s and the "
            "cluster's search domains in its dnsConfig, and let it roll out",
            resolver_dns_text(b));
    return "set dnsPolicy to ClusterFirst in the template of the workload, and let it roll out";
}

// What fails: as it was said, else as it was seen.
static bool is_outside(const struct bench *b, const struct resolv_server *server)
{
    enum lookup_name said = bench_query_class(b);
    if (said != LOOKUP_NAME_UNKNOWN)
        return said == LOOKUP_NAME_EXTERNAL;
    return bench_failure(b, LOOKUP_NAME_EXTERNAL) && !bench_failure(b, LOOKUP_NAME_CLUSTER) &&
           !resolver_denies_cluster(b, server ? server->ip : (struct ip){0});
}

// A name outside the cluster does not need the cluster's DNS; the node's resolver knows it as well.
static enum tri policy_on_path(const struct bench *b, enum blame blame, const struct resolv_server *server)
{
    if (!is_outside(b, server))
        return blame == BLAME_UNKNOWN ? TRI_UNKNOWN : TRI_YES;
    return blame == BLAME_NONE ? TRI_YES : TRI_NO;
}

static void say_policy(struct bench *b, enum blame blame, const struct resolv_server *server)
{
    const struct kube_pod *pod = b->facts->pod;
    struct cites cites = {0};
    if (pod)
        cite_spec(pod, blame, &cites);
    if (server)
        cite(&cites, server->place);
    const char *names = server ? server->text
                        : blame == BLAME_NONE && pod && pod->dns_config && pod->dns_config->nameserver
                            ? pod->dns_config->nameserver
                            : "not the cluster's DNS";
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_DNS_POLICY,
                  .subject = SUBJECT_DNS_CONFIG,
                  .on_path = policy_on_path(b, blame, server),
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%s %s, not the cluster's DNS %s", describe_policy(blame),
                                       names, resolver_dns_text(b)),
                  .fix = fix_policy(b, blame),
                  .time = TIME_UNKNOWN,
              },
              &cites);
    resolver_say_harm(b, DIAGNOSIS_DNS_POLICY, server ? server->ip : (struct ip){0});
}

// ------------------------------------------------------------------ wrong_nameserver
static bool kubelet_is_right(const struct bench *b)
{
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    return kubelet && kubelet->n_cluster_dns && resolver_is_right(b, kubelet->cluster_dns[0].ip) == TRI_YES;
}

static const char *fix_kubelet(struct bench *b)
{
    if (kubelet_is_right(b)) // mended since, and this pod is older
        return "recreate the pod: its node's kubelet hands out the right clusterDNS by now, and only new "
               "pods get it";
    const struct kube_node *node = b->facts->node ? b->facts->node->kube : NULL;
    if (!node && b->facts->node_name)
        node = cluster_node(&b->facts->cluster, b->facts->node_name);
    const char *os = node && node->os_image ? node->os_image : "";
    const char *where =
        strstr(os, "Amazon Linux 2023") ? "clusterDNS under spec.kubelet.config of the NodeConfig (nodeadm)"
        : strstr(os, "Amazon Linux 2")  ? "--dns-cluster-ip of bootstrap.sh (clusterDNS in "
                                          "kubelet-config.json)"
        : strstr(os, "Bottlerocket")    ? "settings.kubernetes.cluster-dns-ip (the kubelet's clusterDNS)"
                                        : "clusterDNS in the kubelet's configuration";
    return arena_printf(
        &b->arena,
        "set %s to %s, restart the kubelet, and recreate the pods of that node: only new pods get the "
        "nameserver",
        where, resolver_dns_text(b));
}

static void say_wrong(struct bench *b, const struct resolv_server *server, bool kubelet_says,
                      enum blame blame)
{
    struct cites cites = {0};
    cite(&cites, server->place);
    if (kubelet_says)
        cite_kubelet(b, &cites);
    cite_service(b, &cites);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_WRONG_NAMESERVER,
            .subject = SUBJECT_DNS_CONFIG,
            .on_path = blame == BLAME_KUBELET || kubelet_says ? TRI_YES : TRI_UNKNOWN,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena, "the pod was given the nameserver %s%s; the cluster's DNS is %s",
                                 server->text, kubelet_says ? ", as its kubelet's clusterDNS says" : "",
                                 resolver_dns_text(b)),
            .fix = fix_kubelet(b),
            .time = TIME_UNKNOWN,
        },
        &cites);
    resolver_say_harm(b, DIAGNOSIS_WRONG_NAMESERVER, server->ip);
}

static void say_gap(struct bench *b, const char *what, const char *command)
{
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_GAP,
                  .diagnosis = DIAGNOSIS_WRONG_NAMESERVER,
                  .subject = SUBJECT_DNS_CONFIG,
                  .text = what,
                  .command = command,
                  .time = TIME_UNKNOWN,
              },
              &(struct cites){0});
}

// The search domains that the kubelet writes under ClusterFirst and ClusterFirstWithHostNet: "NS.svc.DOMAIN",
// "svc.DOMAIN" (pkg/kubelet/network/dns/dns.go, generateSearchesForDNSClusterFirst). Default has the node's.
static bool has_pod_searches(const struct resolvconf *conf)
{
    bool own = false, all = false;
    for (size_t i = 0; conf && i < conf->n_search; i++) {
        own |= span_contains(span_of(conf->search[i].name), ".svc.");
        all |= span_starts(span_of(conf->search[i].name), "svc.");
    }
    return own && all;
}

// Where the pod's spec was not read, its file tells who wrote it.
static bool is_by_spec(const struct bench *b, enum blame blame, bool kubelet_says)
{
    if (blame != BLAME_UNKNOWN)
        return blame != BLAME_KUBELET;
    return !kubelet_says && !has_pod_searches(bench_resolvconf(b));
}

static void say_spec_gap(struct bench *b)
{
    say_gap(b, "what the pod's own spec asks for (dnsPolicy, dnsConfig, hostNetwork)",
            bench_pod_command(b, "get pod", "-o yaml"));
}

static void judge_wrong_server(struct bench *b, const struct resolv_server *server)
{
    enum blame blame = resolver_blame(b->facts->pod);
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    bool kubelet_says = kubelet && kubelet_hands_out(kubelet, server->ip);
    if (blame == BLAME_UNKNOWN)
        say_spec_gap(b);
    if (is_by_spec(b, blame, kubelet_says))
        say_policy(b, blame, server);
    else
        say_wrong(b, server, kubelet_says, blame);
}

// ------------------------------------------------------------------ without the pod's file
// The kubelet of its node, and its spec, say what its file must hold.
static void judge_by_kubelet(struct bench *b, enum blame blame)
{
    const struct kubelet_config *kubelet = b->facts->node ? b->facts->node->kubelet : NULL;
    if (!kubelet || !kubelet->n_cluster_dns || blame != BLAME_KUBELET)
        return;
    const struct kubelet_dns *first = &kubelet->cluster_dns[0];
    if (named_is_right(b, first->ip, first->text, first->last) != TRI_NO)
        return;
    struct resolv_server server = {.ip = first->ip, .text = first->text, .place = first->place};
    say_wrong(b, &server, true, blame);
}

static bool spec_names_cluster_dns(const struct bench *b, const struct kube_pod *pod)
{
    struct ip ip;
    return pod->dns_config && ip_parse(span_of(pod->dns_config->nameserver), &ip) &&
           resolver_is_right(b, ip) != TRI_NO;
}

static void judge_by_spec(struct bench *b)
{
    const struct kube_pod *pod = b->facts->pod;
    enum blame blame = resolver_blame(pod);
    if (blame == BLAME_UNKNOWN || blame == BLAME_KUBELET)
        judge_by_kubelet(b, blame);
    else if (blame != BLAME_NONE || !spec_names_cluster_dns(b, pod))
        say_policy(b, blame, NULL);
}

// ------------------------------------------------------------------ what is right
static void say_right(struct bench *b, const struct resolv_server *server)
{
    struct cites cites = {0};
    cite(&cites, server->place);
    cite_service(b, &cites);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CLEAR,
            .subject = SUBJECT_DNS_CONFIG,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena, "the pod asks %s, which is the cluster's DNS", server->text),
            .time = TIME_UNKNOWN,
        },
        &cites);
}

// The node's own file names another server than the pod's, and that is how it should be.
static void say_node_is_innocent(struct bench *b, const struct resolv_server *server)
{
    const struct resolvconf *node = b->facts->node ? b->facts->node->resolvconf : NULL;
    const struct resolv_server *other = first_server(node);
    struct cites cites = {0};
    if (!other || ip_eq(other->ip, server->ip))
        return;
    cite(&cites, other->place);
    cite(&cites, server->place);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_INNOCENT,
            .diagnosis = DIAGNOSIS_WRONG_NAMESERVER,
            .subject = SUBJECT_DNS_CONFIG,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena,
                                 "the node's own resolv.conf names %s, as it should; the pod's names the "
                                 "cluster's DNS %s",
                                 other->text, server->text),
            .time = TIME_UNKNOWN,
        },
        &cites);
}

// Only the complaining pod's own file is missed by anybody.
static void say_unread(struct bench *b)
{
    static const enum subject subjects[] = {SUBJECT_DNS_CONFIG, SUBJECT_SEARCH_LIST};
    for (size_t i = 0; b->facts->target.pod && i < ARRAY_LEN(subjects); i++)
        bench_say(b,
                  &(struct claim){
                      .kind = CLAIM_GAP,
                      .subject = subjects[i],
                      .text = "the pod's own resolv.conf, which was not collected",
                      .command = bench_pod_command(b, "exec", "-- cat /etc/resolv.conf"),
                      .time = TIME_UNKNOWN,
                  },
                  &(struct cites){0});
}

static void judge_server(struct bench *b, const struct resolv_server *server)
{
    switch (named_is_right(b, server->ip, server->text, server->last)) {
    case TRI_YES:
        say_right(b, server);
        say_node_is_innocent(b, server);
        return;
    case TRI_NO:
        judge_wrong_server(b, server);
        return;
    case TRI_UNKNOWN:
        say_gap(b,
                arena_printf(&b->arena, "whether the pod's nameserver %s is the cluster's DNS", server->text),
                "kubectl get services,daemonsets -n kube-system -o json");
        return;
    }
}

void judge_resolver(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    const struct resolvconf *conf = bench_resolvconf(&b);
    const struct resolv_server *server = first_server(conf);
    if (server)
        judge_server(&b, server);
    else
        judge_by_spec(&b);
    if (conf) {
        resolver_judge_search(&b, conf);
        resolver_judge_unsearched(&b, conf);
        resolver_judge_further(&b, conf);
        resolver_say_cost(&b, conf);
    } else {
        say_unread(&b);
    }
    bench_done(&b);
}
