// A virtual service of the kernel's own balancer (net/netfilter/ipvs/ip_vs_core.c, ip_vs_xmit.c). Its address
// is the node's (kube-ipvs0), so that a query for it is taken at INPUT; behind the filter there it is sent to
// a server, through OUTPUT and POSTROUTING. The answer is forwarded, and has the service's address again
// behind FORWARD's filter.
#include "core/judge/packet_state.h"

enum {
    IPVS_AT_INPUT = NF_PRIORITY_SRCNAT - 1,  // ip_vs_remote_request4
    IPVS_AT_OUTPUT = NF_PRIORITY_DSTNAT + 2, // ip_vs_local_request4
};

static const struct ipvs_service *service_of(const struct walk *walk, const struct world *w)
{
    const struct packet_query *q = walk->query;
    if (!q->ipvs || w->dst.any_local || num_compare(w->dst.lo, w->dst.hi) != 0)
        return NULL;
    return ipvs_find(q->ipvs, q->proto == 6, num_to_ip(w->dst.lo, walk->family), w->dst.port_lo);
}

bool packet_ipvs_serves(const struct walk *walk, const struct world *w)
{
    return w->leg == PACKET_QUERY && !w->served && service_of(walk, w);
}

bool packet_ipvs_takes(const struct walk *walk, const struct world *w)
{
    bool input = w->hook == NF_INPUT && !w->loops;
    if ((!input && w->hook != NF_OUTPUT) || !packet_ipvs_serves(walk, w))
        return false;
    int32_t at = input ? IPVS_AT_INPUT : IPVS_AT_OUTPUT;
    return w->step == walk->plan.n[w->hook] || walk->plan.steps[w->hook][w->step].priority >= at;
}

static const struct outcome *send_to(struct walk *walk, const struct state *s,
                                     const struct ipvs_server *server, bool picked)
{
    char ip[IP_TEXT];
    struct num address = num_of_ip(server->ip);
    struct state other = *s;
    struct world *w = &other.w;
    walk_leave_hop(walk, &other, NULL,
                   arena_printf(&walk->answer->arena, "IPVS sends it to %s", ip_format(server->ip, ip)));
    w->service = w->dst;
    w->dst = (struct peer){.lo = address, .hi = address, .port_lo = server->port, .port_hi = server->port};
    w->conn.new_dst = w->dst;
    w->conn.dnat_rule = w->served = true;
    w->balanced |= picked;
    w->hook = NF_OUTPUT;
    w->step = 0;
    return walk_on(walk, &other);
}

static const struct outcome *unknown(struct walk *walk, struct state *s, const char *what)
{
    const struct packet_gap gap = {.what = what};
    return outcome_unknown(walk, &s->w, &gap, s->trail);
}

// Without a server the asker is told that the port cannot be reached (ip_vs_leave).
static const struct outcome *no_server(struct walk *walk, struct state *s)
{
    const struct packet_decision d = {.leg = PACKET_QUERY};
    walk_leave_hop(walk, s, NULL, "IPVS has no server for it");
    return outcome_leaf(walk, &s->w, PACKET_BLOCKED, &d, s->trail);
}

const struct outcome *packet_ipvs(struct walk *walk, struct state *s)
{
    const struct ipvs_service *service = service_of(walk, &s->w);
    const struct outcome *all = NULL;
    size_t live = 0;
    if (s->w.hook == NF_OUTPUT)
        return unknown(walk, s, "what IPVS does with the node's own query");
    if (service->unread)
        return unknown(walk, s, "servers of IPVS that are known by their names only");
    for (size_t i = 0; i < service->n; i++)
        live += !service->servers[i].drained;
    for (size_t i = 0; i < service->n; i++) {
        if (service->servers[i].drained)
            continue;
        const struct outcome *one = send_to(walk, s, &service->servers[i], live > 1);
        all = all ? outcome_picked(walk, all, one) : one;
    }
    return all ? all : no_server(walk, s);
}

void packet_ipvs_answers(struct world *w)
{
    if (w->served && w->leg == PACKET_REPLY)
        w->src = w->service;
}
