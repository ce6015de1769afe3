// Policies on the way from CoreDNS to its upstream: names outside the cluster fail where one isolates CoreDNS
// for egress and none lets it ask what it forwards to.
#include "core/judge/policies.h"

#include "core/judge/forwards.h"

// Blocked from this pod to all of its targets: the answer for the first; else one that passes.
static struct policy_answer ask(struct bench *b, const struct policy_world *world, const struct kube_pod *pod,
                                struct ip *ret_target)
{
    const struct forwards targets = forwards_find(b, pod->node);
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
    struct claim c = policies_claim(CLAIM_EFFECT, "CoreDNS got no answer from its upstream");
    c.time = forwards_cite_losses(b, (struct ip){0}, target, &cites);
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
