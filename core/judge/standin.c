// Both questions are answered from one node's files alone, and both may have no answer.
#include "core/judge/standin.h"

#include "core/parse/iproute.h"
#include "core/parse/kubelet.h"
#include "core/parse/ruleset.h"

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

// kube-proxy writes each Service into KUBE-SERVICES, its name in a comment (pkg/proxy/iptables/proxier.go).
static struct ip service_in(struct ruleset *rs)
{
    for (size_t i = 0; i < rs->n_chains; i++) {
        const struct chain *chain = &rs->chains[i];
        if (!span_is(chain->name, "KUBE-SERVICES"))
            continue;
        const struct chain_rules *rules = ruleset_rules(rs, chain);
        for (uint32_t j = 0; j < rules->n; j++) {
            const struct rule *rule = &rules->items[j];
            if (rule->guard.ip.family && rule->guard.bits == ip_bits(rule->guard.ip) &&
                span_contains(rule->text, "\"kube-system/kube-dns:dns "))
                return rule->guard.ip;
        }
    }
    return (struct ip){0};
}

size_t standin_dns(const struct node_facts *node, struct ip *ret, size_t most)
{
    const struct kubelet_config *kubelet = node->kubelet;
    size_t n = 0;
    for (size_t i = 0; kubelet && i < kubelet->n_cluster_dns && n < most; i++) {
        if (kubelet->cluster_dns[i].ip.family)
            ret[n++] = kubelet->cluster_dns[i].ip;
    }
    for (size_t i = 0; i < node->n_rules && n == 0 && most > 0; i++) {
        struct ip ip = service_in(node->rules[i].rules);
        if (ip.family)
            ret[n++] = ip;
    }
    return n;
}
