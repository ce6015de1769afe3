// The cluster's DNS, put together from what the API, the kubelets and the pods say: which Service is it,
// which pods stand behind it, from which ConfigMap do they read their Corefile. The Service may have another
// name than kube-dns; what its labels, its selector and the kubelets say decides then.
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/facts/gather.h"
#include "core/facts/gather_dns.h"
#include "core/parse/corefile.h"
#include "core/parse/kubelet.h"
#include "core/parse/resolvconf.h"

// ------------------------------------------------------------------ the Service
static bool has_label(const struct kube_labels *labels, const char *name, const char *value)
{
    const char *own = kube_label(labels, name);
    return own && strcmp(own, value) == 0;
}

static bool serves_dns(const struct kube_service *service)
{
    for (size_t i = 0; i < service->n_ports; i++) {
        if (service->ports[i].port == 53 && strcmp(service->ports[i].protocol, "UDP") == 0)
            return !service->headless;
    }
    return false;
}

static bool is_handed_out(const struct facts *facts, const struct kube_service *service)
{
    for (size_t i = 0; i < facts->n_nodes; i++) {
        const struct kubelet_config *kubelet = facts->nodes[i].kubelet;
        for (size_t j = 0; kubelet && j < service->n_cluster_ips; j++) {
            if (kubelet_hands_out(kubelet, service->cluster_ips[j]))
                return true;
        }
    }
    return false;
}

// Whether a pod's own resolv.conf names it first.
static bool is_asked(const struct facts *facts, const struct kube_service *service)
{
    for (size_t i = 0; i < facts->n_pods; i++) {
        const struct resolvconf *conf = facts->pods[i].resolvconf;
        for (size_t j = 0; conf && conf->n_servers && j < service->n_cluster_ips; j++) {
            if (ip_eq(conf->servers[0].ip, service->cluster_ips[j]))
                return true;
        }
    }
    return false;
}

// How much speaks for a Service as the cluster's DNS; 0: nothing.
static int rate_service(const struct facts *facts, const struct kube_service *service)
{
    const struct kube_meta *meta = &service->meta;
    if (!serves_dns(service) || !meta->name)
        return 0;
    bool system = meta->namespace_ && strcmp(meta->namespace_, "kube-system") == 0;
    if (system && strcmp(meta->name, "kube-dns") == 0)
        return 100;
    if (has_label(&meta->labels, "kubernetes.io/name", "KubeDNSUpstream") ||
        span_ends(span_of(meta->name), "-upstream")) // NodeLocal DNSCache's way to CoreDNS
        return 0;
    return 40 * (has_label(&meta->labels, "kubernetes.io/name", "CoreDNS") ||
                 has_label(&meta->labels, "kubernetes.io/name", "KubeDNS")) +
           20 * (has_label(&service->selector, "k8s-app", "kube-dns") ||
                 has_label(&service->selector, "k8s-app", "coredns") ||
                 has_label(&service->selector, "app.kubernetes.io/name", "coredns")) +
           10 * is_handed_out(facts, service) + 5 * is_asked(facts, service);
}

static void find_service(struct facts *facts)
{
    int best = 0;
    for (size_t i = 0; i < facts->cluster.services.n; i++) {
        int rate = rate_service(facts, &facts->cluster.services.items[i]);
        if (rate > best) {
            best = rate;
            facts->dns.service = &facts->cluster.services.items[i];
        }
    }
    const struct kube_service *service = facts->dns.service;
    for (size_t i = 0; service && i < service->n_cluster_ips; i++)
        facts->dns.addresses[facts->dns.n_addresses++] = service->cluster_ips[i];
}

// ------------------------------------------------------------------ what stands behind it
static bool in_namespace(const struct kube_meta *meta, const struct kube_service *service)
{
    const char *ns = service ? service->meta.namespace_ : "kube-system";
    return meta->namespace_ && ns && strcmp(meta->namespace_, ns) == 0;
}

static bool is_coredns(const struct kube_labels *labels)
{
    return has_label(labels, "k8s-app", "kube-dns") ||
           has_label(labels, "eks.amazonaws.com/component", "coredns") ||
           has_label(labels, "app.kubernetes.io/name", "coredns") || has_label(labels, "k8s-app", "coredns");
}

// By the Service's selector; where that finds none, by the labels that CoreDNS comes with, so that a selector
// that misses them can be seen.
static size_t collect_pods(struct facts *facts, bool by_selector)
{
    struct dns_facts *dns = &facts->dns;
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        bool fits = by_selector
                        ? dns->service && kube_labels_match(&dns->service->selector, &pod->meta.labels)
                        : is_coredns(&pod->meta.labels);
        if (fits && in_namespace(&pod->meta, dns->service))
            dns->pods[dns->n_pods++] = pod;
    }
    return dns->n_pods;
}

static void find_pods(struct facts *facts)
{
    facts->dns.pods = arena_alloc(&facts->arena, facts->cluster.pods.n * sizeof(struct kube_pod *));
    if (!collect_pods(facts, true))
        collect_pods(facts, false);
}

static int rate_deployment(const struct dns_facts *dns, const struct kube_workload *w)
{
    if (strcmp(w->kind, "Deployment") != 0 || !in_namespace(&w->meta, dns->service))
        return 0;
    return 4 * (dns->service && kube_labels_match(&dns->service->selector, &w->template_labels)) +
           2 * is_coredns(&w->template_labels) + (w->meta.name && strcmp(w->meta.name, "coredns") == 0);
}

static void find_deployment(struct facts *facts)
{
    int best = 0;
    for (size_t i = 0; i < facts->cluster.workloads.n; i++) {
        int rate = rate_deployment(&facts->dns, &facts->cluster.workloads.items[i]);
        if (rate > best) {
            best = rate;
            facts->dns.deployment = &facts->cluster.workloads.items[i];
        }
    }
}

// ------------------------------------------------------------------ endpoints
bool dns_has_endpoint(const struct dns_facts *dns, struct ip ip)
{
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        if (ip_eq(dns->endpoints[i].ip, ip))
            return true;
    }
    return false;
}

static void take_ports(struct dns_facts *dns, const struct kube_slice *slice)
{
    for (size_t i = 0; i < slice->n_ports; i++) {
        const struct kube_port *port = &slice->ports[i];
        bool named = !port->name || span_starts(span_of(port->name), "dns");
        if (strcmp(port->protocol, "UDP") == 0 && named)
            dns->endpoint_port = port->port;
    }
}

static void take_slice(struct facts *facts, const struct kube_slice *slice, size_t *cap)
{
    struct dns_facts *dns = &facts->dns;
    take_ports(dns, slice);
    for (size_t i = 0; i < slice->n_endpoints; i++) {
        if (!dns_has_endpoint(dns, slice->endpoints[i].ip))
            *ARENA_PUSH(&facts->arena, dns->endpoints, dns->n_endpoints, *cap) = slice->endpoints[i];
    }
}

// Where kube-proxy alone tells of the Service, it is kube-dns.
static bool is_of_dns(const struct dns_facts *dns, const struct kube_slice *slice)
{
    if (dns->service)
        return kube_slice_is_of(slice, dns->service);
    return str_same(slice->service, "kube-dns") && str_same(slice->meta.namespace_, "kube-system");
}

static void find_endpoints(struct facts *facts)
{
    struct dns_facts *dns = &facts->dns;
    size_t cap = 0;
    if (!dns->n_addresses && !dns->service)
        return;
    const char *ns = dns->service ? dns->service->meta.namespace_ : "kube-system";
    dns->endpoints_known = tri_of(listing_covers(&facts->cluster.slices.listing, ns));
    for (size_t i = 0; i < facts->cluster.slices.n; i++) {
        if (is_of_dns(dns, &facts->cluster.slices.items[i]))
            take_slice(facts, &facts->cluster.slices.items[i], &cap);
    }
}

// targetPort as a name is a port of the pods' containers.
static uint16_t named_port(const struct dns_facts *dns, const char *name)
{
    for (size_t i = 0; i < dns->n_pods; i++) {
        for (size_t j = 0; j < dns->pods[i]->n_containers; j++) {
            const struct kube_container *c = &dns->pods[i]->containers[j];
            for (size_t k = 0; k < c->n_ports; k++) {
                if (c->ports[k].name && strcmp(c->ports[k].name, name) == 0)
                    return c->ports[k].port;
            }
        }
    }
    return 0;
}

static void find_port(struct dns_facts *dns)
{
    for (size_t i = 0; dns->service && !dns->endpoint_port && i < dns->service->n_ports; i++) {
        const struct kube_service_port *port = &dns->service->ports[i];
        if (port->port == 53 && strcmp(port->protocol, "UDP") == 0)
            dns->endpoint_port = port->target_name ? named_port(dns, port->target_name) : port->target_port;
    }
    if (!dns->service)
        dns->endpoint_port = 53;
}

// ------------------------------------------------------------------ the Corefile
static const struct kube_configmap *mounted_map(const struct facts *facts, const char *const *names, size_t n)
{
    const struct kube_service *service = facts->dns.service;
    const char *ns = service ? service->meta.namespace_ : "kube-system";
    for (size_t i = 0; i < n; i++) {
        const struct kube_configmap *map = cluster_configmap(&facts->cluster, ns, names[i]);
        if (kube_configmap_data(map, "Corefile"))
            return map;
    }
    return NULL;
}

static const struct kube_configmap *find_map(const struct facts *facts)
{
    const struct dns_facts *dns = &facts->dns;
    const char *const usual[] = {"coredns", dns->deployment ? dns->deployment->meta.name : NULL,
                                 dns->service ? dns->service->meta.name : NULL}; // Helm names all three alike
    const struct kube_configmap *map = NULL;
    for (size_t i = 0; !map && i < dns->n_pods; i++)
        map = mounted_map(facts, dns->pods[i]->config_maps, dns->pods[i]->n_config_maps);
    if (!map && dns->deployment)
        map = mounted_map(facts, dns->deployment->config_maps, dns->deployment->n_config_maps);
    return map ? map : mounted_map(facts, usual, ARRAY_LEN(usual));
}

struct part_list {
    struct corefile_part *items;
    size_t n, cap;
};

static void add_parts(struct facts *facts, const struct kube_configmap *map, struct part_list *list)
{
    for (size_t i = 0; map && i < map->n_data; i++) {
        const struct corefile_text text = {map->data[i].value, map->data[i].place, true};
        *ARENA_PUSH(&facts->arena, list->items, list->n, list->cap) =
            (struct corefile_part){map->data[i].key, text};
    }
}

// What a Corefile may import: the ConfigMaps that are mounted beside its own, or coredns-custom, as AKS and
// K3s call it, where nobody says what is.
static struct part_list collect_parts(struct facts *facts, const struct kube_configmap *own)
{
    const struct kube_workload *set = facts->dns.deployment;
    struct part_list list = {NULL, 0, 0};
    for (size_t i = 0; set && i < set->n_config_maps; i++) {
        const struct kube_configmap *map =
            cluster_configmap(&facts->cluster, own->meta.namespace_, set->config_maps[i]);
        add_parts(facts, map != own ? map : NULL, &list);
    }
    if (!set || !set->n_config_maps)
        add_parts(facts, cluster_configmap(&facts->cluster, own->meta.namespace_, "coredns-custom"), &list);
    return list;
}

const struct corefile *gather_corefile(struct facts *facts, const struct kube_configmap *map)
{
    const struct kube_data *data = kube_configmap_data(map, "Corefile");
    if (!data)
        return NULL;
    struct corefile_text text = {.bytes = data->value, .place = data->place, .in_json = true};
    struct part_list parts = collect_parts(facts, map);
    return corefile_parse_with(&facts->arena, &text, &(struct corefile_parts){parts.items, parts.n});
}

static void find_corefile(struct facts *facts)
{
    facts->dns.corefile_map = find_map(facts);
    facts->dns.corefile = gather_corefile(facts, facts->dns.corefile_map);
    if (facts->dns.corefile)
        facts->dns.corefile_place = facts->dns.corefile->place;
}

// ------------------------------------------------------------------ what the nodes say
// "cluster.local" of the search domain "svc.cluster.local" that the kubelet writes into pods' files.
static const char *domain_of_pods(const struct facts *facts)
{
    for (size_t i = 0; i < facts->n_pods; i++) {
        const struct resolvconf *conf = facts->pods[i].resolvconf;
        for (size_t j = 0; conf && j < conf->n_search; j++) {
            if (strncmp(conf->search[j].name, "svc.", 4) == 0 && conf->search[j].name[4])
                return conf->search[j].name + 4;
        }
    }
    return NULL;
}

static const char *domain_of_kubelets(const struct facts *facts)
{
    const char *domain = NULL;
    for (size_t i = 0; !domain && i < facts->n_nodes; i++)
        domain = facts->nodes[i].kubelet ? facts->nodes[i].kubelet->cluster_domain : NULL;
    return domain;
}

// CoreDNS may serve several domains: the cluster's is the one that pods are given.
static void find_domain(struct facts *facts)
{
    struct dns_facts *dns = &facts->dns;
    const char *given = domain_of_kubelets(facts);
    given = given ? given : domain_of_pods(facts);
    const char *served = dns->corefile ? corefile_cluster_domain(&facts->arena, dns->corefile) : NULL;
    if (given && served && corefile_serves_cluster(dns->corefile, span_of(given)) == TRI_YES)
        served = given;
    dns->cluster_domain = served ? served : given ? given : "cluster.local";
}

// The VPC's own resolver is its base plus two; nodes name it in their resolv.conf unless somebody changed
// that.
static void find_vpc_resolver(struct facts *facts)
{
    for (size_t i = 0; !facts->dns.vpc_resolver.family && i < facts->n_nodes; i++) {
        const struct resolvconf *conf = facts->nodes[i].resolvconf;
        for (size_t j = 0; conf && j < conf->n_servers; j++) {
            struct ip ip = conf->servers[j].ip;
            if (ip.family == 4 && ip.bytes[3] == 2 && ip.bytes[0] != 169)
                facts->dns.vpc_resolver = ip;
        }
    }
}

void gather_dns(struct facts *facts)
{
    find_service(facts);
    gather_dns_by_proxy(facts);
    find_pods(facts);
    find_deployment(facts);
    find_endpoints(facts);
    find_port(&facts->dns);
    find_corefile(facts);
    find_domain(facts);
    find_vpc_resolver(facts);
    gather_nodelocal(facts);
    gather_proxy_mode(facts);
}
