// Both questions are answered from one node's files alone, and both may have no answer.
#include "core/judge/standin.h"

#include "core/parse/iproute.h"
#include "core/parse/kubelet.h"

// ---------------------------------------------------------------- pods

static const char *default_device(const struct routes *routes)
{
    for (size_t i = 0; i < routes->n; i++) {
        const struct route *r = &routes->items[i];
        if (!r->table && r->to.bits == 0 && r->device)
            return r->device;
    }
    return NULL;
}

static bool leads_to_pod(const struct route *r, const char *uplink)
{
    return !r->local && !r->table && r->device && r->to.bits == ip_bits(r->to.ip) &&
           strcmp(r->device, uplink) != 0 && strcmp(r->device, "lo") != 0 && !ip_is_link_local(r->to.ip);
}

size_t standin_pods(const struct node_facts *node, struct ip *ret, size_t most)
{
    const struct routes *routes = node->routes;
    const char *uplink = routes ? default_device(routes) : NULL;
    size_t n = 0;
    for (size_t i = 0; uplink && i < routes->n && n < most; i++) {
        if (leads_to_pod(&routes->items[i], uplink))
            ret[n++] = routes->items[i].to.ip;
    }
    return n;
}

// ---------------------------------------------------------------- the cluster's DNS

size_t standin_dns(const struct node_facts *node, struct ip *ret, size_t most)
{
    const struct kubelet_config *kubelet = node->kubelet;
    size_t n = 0;
    for (size_t i = 0; kubelet && i < kubelet->n_cluster_dns && n < most; i++) {
        if (kubelet->cluster_dns[i].ip.family)
            ret[n++] = kubelet->cluster_dns[i].ip;
    }
    for (size_t i = 0; i < node->n_rules && n == 0 && most > 0; i++) {
        struct ip ip = dns_in_rules(node->rules[i].rules);
        if (ip.family)
            ret[n++] = ip;
    }
    return n;
}
