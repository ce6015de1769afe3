// corefile_error: CoreDNS forwards to the cluster's own DNS, and so to itself. Where the `loop` plug-in
// stands in the Corefile, it stops CoreDNS at its start (coredns_corefile.c); without it, each query runs in
// the circle until it times out (coredns.io/plugins/loop).
#include <string.h>

#include "core/judge/upstream.h"

// Beside NodeLocal DNSCache the Service's address is the cache's on each node, which asks on elsewhere.
bool upstream_is_circle(const struct bench *b, struct ip target)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool service = false;
    for (size_t i = 0; i < dns->n_addresses && !dns->nodelocal_set; i++)
        service |= ip_eq(target, dns->addresses[i]);
    return target.family && (service || dns_has_endpoint(dns, target));
}

// The address comes from the pods' own resolv.conf: under ClusterFirst that names the cluster's DNS.
static bool has_own_dns_policy(const struct bench *b, struct cites *cites)
{
    const struct dns_facts *dns = &b->facts->dns;
    for (size_t i = 0; i < dns->n_pods; i++) {
        const char *policy = dns->pods[i]->dns_policy;
        if (policy && strcmp(policy, "Default") == 0)
            continue;
        cite(cites, place_is_set(dns->pods[i]->dns_policy_place) ? dns->pods[i]->dns_policy_place
                                                                 : dns->pods[i]->meta.place);
        return true;
    }
    return false;
}

void upstream_say_circle(struct upstream *u, const struct target_trouble *t)
{
    struct bench *b = &u->bench;
    struct cites cites = t->cites;
    char text[IP_TEXT];
    bool in_corefile = upstream_cite_forward(b, t->ip, &cites);
    bool by_policy = !in_corefile && has_own_dns_policy(b, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_COREFILE_ERROR,
                  .subject = SUBJECT_COREDNS,
                  .on_path = upstream_is_on_path(u, t->ip),
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena,
                                       "CoreDNS forwards to %s, the cluster's own DNS, and so to itself: "
                                       "its queries run in a circle until they time out",
                                       ip_format(t->ip, text)),
                  .fix = by_policy
                             ? "set dnsPolicy of the coredns deployment back to Default, so that the "
                               "resolv.conf that its Corefile forwards to is the node's"
                             : "correct forward in the Corefile of the coredns ConfigMap: name the resolver "
                               "outside (/etc/resolv.conf) instead of the cluster's own DNS, and put the "
                               "loop plug-in back",
                  .time = t->first,
              },
              &cites);
    upstream_say_effect(u, DIAGNOSIS_COREFILE_ERROR, t->ip);
}
