// NodeLocal DNSCache, where it is installed, and kube-proxy's mode, on which it hangs whether pods reach it
// by the Service's address: in iptables mode node-cache listens on that address, too; in IPVS mode it cannot.
// And whether Cilium took kube-proxy's place.
#include <string.h>

#include "core/base/str.h"
#include "core/door/yaml.h"
#include "core/facts/gather.h"
#include "core/facts/gather_dns.h"
#include "core/parse/corefile.h"
#include "core/parse/kubelet.h"

static bool is_cache(const struct kube_workload *w)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const char *image = w->containers[i].image;
        if (image && strstr(image, "dns-node-cache"))
            return true;
    }
    const char *app = kube_label(&w->meta.labels, "k8s-app");
    const char *name = w->meta.name ? w->meta.name : "";
    return (app && (strcmp(app, "node-local-dns") == 0 || strcmp(app, "nodelocaldns") == 0)) ||
           strcmp(name, "node-local-dns") == 0 || strcmp(name, "nodelocaldns") == 0;
}

static const struct kube_workload *find_cache(const struct facts *facts)
{
    for (size_t i = 0; i < facts->cluster.workloads.n; i++) {
        const struct kube_workload *w = &facts->cluster.workloads.items[i];
        if (strcmp(w->kind, "DaemonSet") == 0 && is_cache(w))
            return w;
    }
    return NULL;
}

// "-localip 169.254.20.10,10.100.0.10", with one dash or two, with a blank or '='.
static struct span find_flag(const struct kube_workload *w, const char *flag)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const struct kube_container *c = &w->containers[i];
        for (size_t j = 0; j < c->n_args; j++) {
            struct span arg = span_of(c->args[j]);
            while (span_skip(&arg, "-"))
                ;
            if (!span_skip(&arg, flag))
                continue;
            if (span_skip(&arg, "="))
                return arg;
            if (!arg.len && j + 1 < c->n_args)
                return span_of(c->args[j + 1]);
        }
    }
    return (struct span){0};
}

static void add_address(struct dns_facts *dns, struct span text)
{
    struct ip ip;
    if (!ip_parse(span_trim(text), &ip))
        return;
    bool first = !dns->nodelocal.family || (ip_is_link_local(ip) && !ip_is_link_local(dns->nodelocal));
    if (first) {
        struct ip before = dns->nodelocal;
        dns->nodelocal = ip;
        ip = before;
    }
    if (ip.family && dns->n_nodelocal_also < 4)
        dns->nodelocal_also[dns->n_nodelocal_also++] = ip;
}

// What the kubelets hand out: beside an installed cache a link-local address is the cache's.
static void read_handed_out(struct facts *facts)
{
    for (size_t i = 0; i < facts->n_nodes; i++) {
        const struct kubelet_config *kubelet = facts->nodes[i].kubelet;
        for (size_t j = 0; kubelet && j < kubelet->n_cluster_dns; j++) {
            if (!ip_is_link_local(kubelet->cluster_dns[j].ip))
                continue;
            facts->dns.nodelocal = kubelet->cluster_dns[j].ip;
            return;
        }
    }
}

// From the arguments; where they do not say, from what the Corefile binds; else from the kubelets.
static void read_addresses(struct facts *facts)
{
    struct dns_facts *dns = &facts->dns;
    struct span list = find_flag(dns->nodelocal_set, "localip");
    bool said = list.len > 0;
    struct span part;
    while (said && span_cut(&list, ',', &part))
        add_address(dns, part);
    const struct corefile *file = dns->nodelocal_corefile;
    const struct core_plugin *bind = file && file->n_servers ? core_plugin(&file->servers[0], "bind") : NULL;
    for (size_t i = 0; bind && !said && i < bind->args.n; i++)
        add_address(dns, span_of(bind->args.items[i]));
    if (!dns->nodelocal.family)
        read_handed_out(facts);
}

static const struct kube_configmap *find_cache_map(const struct facts *facts, const struct kube_workload *w)
{
    for (size_t i = 0; i < w->n_config_maps; i++) {
        const struct kube_configmap *map =
            cluster_configmap(&facts->cluster, w->meta.namespace_, w->config_maps[i]);
        if (kube_configmap_data(map, "Corefile"))
            return map;
    }
    return cluster_configmap(&facts->cluster, w->meta.namespace_, w->meta.name);
}

static const struct kube_service *find_service(const struct facts *facts, struct span name)
{
    const char *own = facts->dns.nodelocal_set->meta.namespace_;
    for (size_t i = 0; i < facts->cluster.services.n; i++) {
        const struct kube_meta *meta = &facts->cluster.services.items[i].meta;
        if (meta->name && span_is(name, meta->name) && str_same(meta->namespace_, own))
            return &facts->cluster.services.items[i];
    }
    return NULL;
}

// As the manifest of NodeLocal DNSCache makes it and marks it.
static const struct kube_service *find_marked(const struct facts *facts)
{
    const char *own = facts->dns.nodelocal_set->meta.namespace_;
    for (size_t i = 0; i < facts->cluster.services.n; i++) {
        const struct kube_meta *meta = &facts->cluster.services.items[i].meta;
        if (str_same(kube_label(&meta->labels, "kubernetes.io/name"), "KubeDNSUpstream") &&
            str_same(meta->namespace_, own))
            return &facts->cluster.services.items[i];
    }
    return find_service(facts, span_of("kube-dns-upstream"));
}

// The Service by which it asks CoreDNS: the address stands in its Corefile, or node-cache puts it there when
// it starts: that of the Service that -upstreamsvc names, kube-dns where nothing does (kubernetes/dns,
// node-cache). Where its Corefile was not read, the one that its manifest makes for that.
static const struct kube_service *find_upstream(struct facts *facts)
{
    const struct dns_facts *dns = &facts->dns;
    struct core_forward forward;
    struct span flag = find_flag(dns->nodelocal_set, "upstreamsvc");
    if (!corefile_forward_for(&facts->arena, dns->nodelocal_corefile, span_of(dns->cluster_domain),
                              &forward) ||
        forward.n_targets != 1)
        return flag.len ? find_service(facts, flag) : find_marked(facts);
    if (strcmp(forward.targets[0].text, "__PILLAR__CLUSTER__DNS__") != 0)
        return cluster_service_by_ip(&facts->cluster, forward.targets[0].ip);
    return find_service(facts, flag.len ? flag : span_of("kube-dns"));
}

void gather_nodelocal(struct facts *facts)
{
    const struct kube_workload *set = find_cache(facts);
    if (!set)
        return;
    facts->dns.nodelocal_set = set;
    facts->dns.nodelocal_corefile = gather_corefile(facts, find_cache_map(facts, set));
    read_addresses(facts);
    facts->dns.nodelocal_upstream = find_upstream(facts);
}

// ------------------------------------------------------------------ kube-proxy
static const struct kube_data *find_proxy_config(const struct facts *facts)
{
    static const char *const maps[] = {"kube-proxy-config", "kube-proxy"};
    static const char *const keys[] = {"config", "config.conf"};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 2; j++) {
            const struct kube_configmap *map = cluster_configmap(&facts->cluster, "kube-system", maps[i]);
            const struct kube_data *data = kube_configmap_data(map, keys[j]);
            if (data)
                return data;
        }
    }
    return NULL;
}

static size_t line_offset(struct span text, uint32_t line)
{
    size_t offset = 0;
    for (; line > 1; line--) {
        size_t end = span_find_char(span_from(text, offset), '\n');
        if (end == SIZE_MAX)
            return offset;
        offset += end + 1;
    }
    return offset;
}

// KubeProxyConfiguration: an empty mode is iptables on Linux.
static bool read_proxy_config(struct facts *facts, const struct kube_data *data)
{
    const struct yaml_node *config = yaml_parse(&facts->arena, data->value, NULL);
    if (!config || config->kind != YAML_MAP)
        return false;
    const struct yaml_node *mode = yaml_get(config, "mode");
    const char *text = yaml_text(mode);
    facts->dns.proxy_mode = text && *text ? text : "iptables";
    facts->dns.proxy_mode_place = kube_data_place(data, mode ? line_offset(data->value, mode->line) : 0);
    return true;
}

static bool read_proxy_flag(struct facts *facts)
{
    const struct kube_workload *set =
        cluster_workload(&facts->cluster, "DaemonSet", "kube-system", "kube-proxy");
    struct span mode = set ? find_flag(set, "proxy-mode") : (struct span){0};
    if (!mode.len)
        return false;
    facts->dns.proxy_mode = arena_span(&facts->arena, mode);
    facts->dns.proxy_mode_place = set->n_containers ? set->containers[0].args_place : set->meta.place;
    return true;
}

// What kube-proxy says at its start: "Using ipvs Proxier", "Using iptables proxy".
static const char *mode_of_line(struct span line)
{
    static const char *const modes[] = {"iptables", "ipvs", "nftables"};
    size_t at = span_find(line, "sing ");
    struct span rest = span_from(line, at == SIZE_MAX ? line.len : at + 5);
    if (!span_contains_caseless(rest, "prox"))
        return NULL;
    for (size_t i = 0; i < 3; i++) {
        if (span_starts(rest, modes[i]))
            return modes[i];
    }
    return NULL;
}

static bool read_proxy_log(struct facts *facts, const char *pattern)
{
    uint32_t cursor = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, pattern, &cursor))) {
        struct text text;
        if (file->state == EVIDENCE_UNKNOWN || !evidence_text(facts->evidence, file->id, &text, NULL))
            continue;
        struct span line;
        for (uint32_t n = 1; span_cut_line(&text.bytes, &line); n++) {
            const char *mode = mode_of_line(line);
            if (!mode)
                continue;
            facts->dns.proxy_mode = mode;
            facts->dns.proxy_mode_place = place_at(file->id, n);
            return true;
        }
    }
    return false;
}

// Cilium's agents read "true" (before 1.14 "strict") from its ConfigMap, wherever it was installed.
static void read_replacement(struct facts *facts)
{
    for (size_t i = 0; i < facts->cluster.configmaps.n; i++) {
        const struct kube_configmap *map = &facts->cluster.configmaps.items[i];
        const struct kube_data *data = map->meta.name && strcmp(map->meta.name, "cilium-config") == 0
                                           ? kube_configmap_data(map, "kube-proxy-replacement")
                                           : NULL;
        struct span value = span_trim(data ? data->value : (struct span){0});
        if (span_is(value, "true") || span_is(value, "strict"))
            facts->dns.proxy_replaced = kube_data_place(data, 0);
    }
}

void gather_proxy_mode(struct facts *facts)
{
    read_replacement(facts);
    const struct kube_data *config = find_proxy_config(facts);
    if ((config && read_proxy_config(facts, config)) || read_proxy_flag(facts) ||
        read_proxy_log(facts, "cluster/logs/kube-system/kube-proxy*/*.log"))
        return;
    read_proxy_log(facts, "nodes/*/var_log/*kube-proxy*/**");
}
