// Reads CoreDNS' forward targets out of its Corefile and its node's resolv.conf, and its losses out of its
// log.
#include "core/judge/forwards.h"

#include <string.h>

#include "core/parse/corefile.h"
#include "core/parse/resolvconf.h"

static void add_target(struct forwards *f, struct ip ip)
{
    for (size_t i = 0; i < f->n; i++) {
        if (ip_eq(f->items[i], ip))
            return;
    }
    if (ip.family && f->n < FORWARDS_MAX)
        f->items[f->n++] = ip;
}

// "/etc/resolv.conf" is the node's, since CoreDNS runs with dnsPolicy Default; but where that names the
// node's own stub on a loopback address, pods get another file, which nobody collects.
static void add_node_servers(const struct bench *b, const char *node, struct forwards *f)
{
    const struct node_facts *facts = node ? facts_node(b->facts, node) : NULL;
    const struct resolvconf *conf = facts ? facts->resolvconf : NULL;
    for (size_t i = 0; conf && i < conf->n_servers; i++) {
        if (!ip_is_loopback(conf->servers[i].ip))
            add_target(f, conf->servers[i].ip);
    }
    if (!conf)
        add_target(f, b->facts->dns.vpc_resolver);
}

static struct forwards find_in(struct bench *b, const struct corefile *file, const char *node)
{
    struct core_forward forward;
    struct forwards found = {.n = 0};
    if (!corefile_forward_for(&b->arena, file, span_of(TARGET_OUTSIDE_NAME), &forward))
        return found;
    for (size_t i = 0; i < forward.n_targets; i++) {
        const struct core_target *target = &forward.targets[i];
        if (target->file || strcmp(target->text, "__PILLAR__UPSTREAM__SERVERS__") == 0)
            add_node_servers(b, node, &found);
        else if (!target->tls && target->port == 53)
            add_target(&found, target->ip);
    }
    return found;
}

struct forwards forwards_find(struct bench *b, const char *node)
{
    return find_in(b, b->facts->dns.corefile, node);
}

struct forwards forwards_find_cache(struct bench *b, const char *node)
{
    return find_in(b, b->facts->dns.nodelocal_corefile, node);
}

usec_t forwards_cite_losses(const struct bench *b, struct ip from, struct ip target, struct cites *cites)
{
    usec_t first = TIME_UNKNOWN;
    for (size_t i = 0; i < b->facts->logs.n && cites->n < 3; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ != LOG_COREDNS_UPSTREAM_TIMEOUT || !ip_stands_in(hit->text, target) ||
            (from.family && !ip_stands_in(hit->text, from)) || bench_time_in_window(b, hit->time) != TRI_YES)
            continue;
        first = cites->n ? first : hit->time;
        cite(cites, hit->place);
    }
    return first;
}
