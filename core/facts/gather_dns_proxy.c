// Where the Services of kube-system were not listed (the listing hung, or this person may not), kube-proxy's
// rules on the nodes still tell which address kube-dns has.
#include "core/facts/gather_dns.h"
#include "core/parse/ruleset.h"

// Each Service stands in KUBE-SERVICES, its name in a comment (pkg/proxy/iptables/proxier.go).
static struct ip address_in_chain(struct ruleset *rs)
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

// In nftables mode each port of a Service is an element of a map, the names at the end of its chain's
// (pkg/proxy/nftables/proxier.go).
static struct ip address_in_map(struct ruleset *rs)
{
    for (size_t i = 0; i < rs->n_sets; i++) {
        const struct named_set *set = &rs->sets[i];
        if (!span_is(set->name, "service-ips"))
            continue;
        const struct elements *all = ruleset_elements(rs, set->table, set->name);
        uint8_t family = rs->tables[set->table].family == NF_FAMILY_IP6 ? 6 : 4;
        for (uint32_t j = 0; j < all->n; j++) {
            const struct element *e = &all->items[j];
            if (e->key && span_ends(e->verdict.chain, "-kube-system/kube-dns/udp/dns"))
                return num_to_ip(e->key[0].lo, family);
        }
    }
    return (struct ip){0};
}

struct ip dns_in_rules(struct ruleset *rs)
{
    struct ip ip = address_in_chain(rs);
    return ip.family ? ip : address_in_map(rs);
}

// False where another address of that family was taken already: nodes that differ tell nothing.
static bool take_address(struct dns_facts *dns, struct ip ip)
{
    for (size_t i = 0; i < dns->n_addresses; i++) {
        if (dns->addresses[i].family == ip.family)
            return ip_eq(dns->addresses[i], ip);
    }
    dns->addresses[dns->n_addresses++] = ip;
    return true;
}

void gather_dns_by_proxy(struct facts *facts)
{
    struct dns_facts *dns = &facts->dns;
    bool agree = true;
    if (dns->service || listing_covers(&facts->cluster.services.listing, "kube-system"))
        return;
    for (size_t i = 0; i < facts->n_nodes; i++) {
        for (size_t j = 0; agree && j < facts->nodes[i].n_rules; j++) {
            struct ip ip = dns_in_rules(facts->nodes[i].rules[j].rules);
            agree = !ip.family || take_address(dns, ip);
        }
    }
    if (!agree)
        dns->n_addresses = 0;
}
