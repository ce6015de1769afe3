// Policies on the way from CoreDNS to its upstream: names outside the cluster fail where one isolates CoreDNS
// for egress and none lets it ask what it forwards to.
#include "core/judge/policies.h"

#include "core/parse/corefile.h"
#include "core/parse/resolvconf.h"

enum { MAX_TARGETS = 8 };

struct targets {
    struct ip items[MAX_TARGETS];
    size_t n;
};

static void add_target(struct targets *t, struct ip ip)
{
    for (size_t i = 0; i < t->n; i++) {
        if (ip_eq(t->items[i], ip))
            return;
    }
    if (ip.family && t->n < MAX_TARGETS)
        t->items[t->n++] = ip;
}

// "/etc/resolv.conf" is the node's, since CoreDNS runs with dnsPolicy Default.
static void add_node_servers(const struct bench *b, const char *node, struct targets *t)
{
    const struct node_facts *facts = node ? facts_node(b->facts, node) : NULL;
    const struct resolvconf *conf = facts ? facts->resolvconf : NULL;
    for (size_t i = 0; conf && i < conf->n_servers; i++)
        add_target(t, conf->servers[i].ip);
    if (!conf)
        add_target(t, b->facts->dns.vpc_resolver);
}

static struct targets find_targets(struct bench *b, const char *node)
{
    const struct corefile *file = b->facts->dns.corefile;
    const struct core_server *server = file ? corefile_server_for(file, span_of(TARGET_OUTSIDE_NAME)) : NULL;
    const struct core_plugin *plugin = core_plugin(server, "forward");
    struct core_forward forward;
    struct targets targets = {.n = 0};
    if (!plugin || !core_forward_parse(&b->arena, plugin, &forward))
        return targets;
    for (size_t i = 0; i < forward.n_targets; i++) {
        if (forward.targets[i].file)
            add_node_servers(b, node, &targets);
        else if (!forward.targets[i].tls && forward.targets[i].port == 53)
            add_target(&targets, forward.targets[i].ip);
    }
    return targets;
}

// Blocked from this pod to all of its targets: the answer for the first; else one that passes.
static struct policy_answer ask(struct bench *b, const struct policy_world *world, const struct kube_pod *pod,
                                struct ip *ret_target)
{
    const struct targets targets = find_targets(b, pod->node);
    struct policy_answer first = {.fate = POLICY_FATE_UNKNOWN};
    for (size_t i = 0; i < targets.n; i++) {
        const struct policy_query q = {.from = pod, .to_ip = targets.items[i], .protocol = "UDP", .port = 53};
        struct policy_answer a = policy_judge(world, &q, &b->arena);
        if (a.fate != POLICY_FATE_BLOCKED)
            return a;
        if (i == 0) {
            first = a;
            *ret_target = targets.items[i];
        }
    }
    return first;
}

static void claim_timeouts(struct bench *b, struct ip target)
{
    struct cites cites = {.n = 0};
    usec_t first = TIME_UNKNOWN;
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ != LOG_COREDNS_UPSTREAM_TIMEOUT || !policies_names_address(hit->text, target) ||
            bench_time_in_window(b, hit->time) != TRI_YES)
            continue;
        first = cites.n ? first : hit->time;
        if (cites.n < 3)
            cite(&cites, hit->place);
    }
    struct claim c = policies_claim(CLAIM_EFFECT, "CoreDNS got no answer from its upstream");
    c.time = first;
    if (cites.n)
        bench_say(b, &c, &cites);
}

static void claim_block(struct bench *b, const struct policy_answer *a, struct ip target)
{
    char text[IP_TEXT];
    struct cites cites = {.n = 0};
    const char *names = policies_names(b, a), *upstream = ip_format(target, text);
    struct claim c = policies_claim(
        CLAIM_CAUSE,
        arena_printf(
            &b->arena,
            "network policy %s isolates CoreDNS for egress, and none allows UDP 53 to its upstream %s", names,
            upstream));
    c.in_window = bench_state_in_window(b, policies_made_at(a));
    c.on_path = bench_query_class(b) == LOOKUP_NAME_EXTERNAL ? TRI_YES : TRI_UNKNOWN;
    c.object = names;
    c.fix = arena_printf(&b->arena, "allow egress of CoreDNS on UDP and TCP 53 to %s in NetworkPolicy %s",
                         upstream, names);
    c.time = policies_made_at(a);
    policies_cite(a, &cites);
    bench_say(b, &c, &cites);
    claim_timeouts(b, target);
}

void policies_judge_forwarding(struct bench *b, const struct policy_world *world)
{
    const struct dns_facts *dns = &b->facts->dns;
    if (bench_query_class(b) == LOOKUP_NAME_CLUSTER)
        return;
    for (size_t i = 0; i < dns->n_pods; i++) {
        struct ip target = {0};
        struct policy_answer a = ask(b, world, dns->pods[i], &target);
        if (a.fate != POLICY_FATE_BLOCKED)
            continue;
        claim_block(b, &a, target);
        return;
    }
}
