// `d5tui trace --from`: what the command line leaves open, from the evidence: the node, who asks and who is
// asked, the rulesets and sets, the node's addresses and interfaces.
#include "core/evidence/evidence.h"
#include "core/facts/gather.h"
#include "core/judge/nodepath.h"
#include "tui/cli_trace.h"

// The complaining pod; else a pod of the node stands for it.
static struct ip find_asker(const struct facts *facts, const char *node)
{
    if (facts->pod_ip.family)
        return facts->pod_ip;
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (!pod->host_network && pod->ip.family && pod->node && (!node || strcmp(pod->node, node) == 0))
            return pod->ip;
    }
    return (struct ip){0};
}

static struct ip find_server(const struct facts *facts, uint8_t family)
{
    for (size_t i = 0; i < facts->dns.n_addresses; i++) {
        if (!family || facts->dns.addresses[i].family == family)
            return facts->dns.addresses[i];
    }
    return (struct ip){0};
}

static void fill_node(struct trace_from *from, struct packet_query *q, bool keep_rules)
{
    const struct node_facts *node = facts_node(from->facts, from->node);
    if (!node)
        return;
    struct packet_query found = *q;
    nodepath_fill(&from->arena, from->facts, node, &found);
    if (!keep_rules) {
        q->rules = found.rules;
        q->n_rules = found.n_rules;
    }
    if (!q->sets)
        q->sets = found.sets;
    q->routes = found.routes;
    q->links = found.links;
    q->ipvs = found.ipvs;
    if (!q->local_known) {
        q->local = found.local;
        q->n_local = found.n_local;
        q->local_known = found.local_known;
        q->others = found.others;
        q->n_others = found.n_others;
    }
    if (!q->in && q->hook != NF_OUTPUT)
        q->in = nodepath_device(node, q->src);
}

bool trace_from_open(struct trace_from *from, const char *path, const char *node, struct error *err)
{
    const struct target target = {.node = node, .window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    from->evidence = evidence_open(&path, 1, NULL, err);
    if (!from->evidence)
        return false;
    from->facts = facts_gather(from->evidence, &target, NULL);
    from->node = node ? node : from->facts->node_name;
    if (!from->node && from->facts->n_nodes == 1)
        from->node = from->facts->nodes[0].name;
    return true;
}

void trace_from_addresses(const struct trace_from *from, struct packet_query *q)
{
    if (!q->src.family)
        q->src = find_asker(from->facts, from->node);
    if (!q->dst.family)
        q->dst = find_server(from->facts, q->src.family);
}

void trace_from_fill(struct trace_from *from, struct packet_query *q, bool keep_rules)
{
    fill_node(from, q, keep_rules);
}

void trace_from_done(struct trace_from *from)
{
    facts_free(from->facts);
    evidence_close(from->evidence);
    arena_done(&from->arena);
}
