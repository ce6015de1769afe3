// What judge_service says: of rules that lead nowhere, to nobody, or where they should, and how to mend them.
#include "core/judge/service.h"

static void say(struct service *s, enum claim_kind kind, enum tri on_path, const char *text, const char *fix,
                const struct cites *cites)
{
    bool clear = kind == CLAIM_CLEAR;
    bench_say(&s->bench,
              &(struct claim){.kind = kind,
                              .diagnosis = clear ? DIAGNOSIS_NONE : DIAGNOSIS_SERVICE_PATH,
                              .subject = SUBJECT_PROXY_MODE,
                              .on_path = tri_and(on_path, s->on_path),
                              .in_window = kind == CLAIM_EFFECT ? TRI_YES
                                                                : bench_reading_in_window(&s->bench, s->read),
                              .text = text,
                              .object = s->node->name,
                              .fix = fix,
                              .time = TIME_UNKNOWN},
              cites);
}

static const char *name_address(const struct service *s)
{
    return s->by_cache ? "the address by which NodeLocal DNSCache asks CoreDNS" : "the cluster's DNS address";
}

bool service_serves(const struct kube_endpoint *e)
{
    return e->ready != TRI_NO || e->serving == TRI_YES;
}

// ---------------------------------------------------------------- effects

static const struct lookup *find_loss(const struct service *s)
{
    const struct window window = s->bench.facts->target.window;
    const struct lookup_query pods = {.fields = LOOKUP_BY_VANTAGE | LOOKUP_BY_AT | LOOKUP_BY_WINDOW |
                                                LOOKUP_BY_FAILED | LOOKUP_BY_TARGET_POD,
                                      .vantage = LOOKUP_FROM_POD,
                                      .at = LOOKUP_AT_CLUSTER_DNS,
                                      .window = window};
    const struct lookup_query caches = {.fields = LOOKUP_BY_VANTAGE | LOOKUP_BY_SERVER | LOOKUP_BY_NODE |
                                                  LOOKUP_BY_WINDOW | LOOKUP_BY_FAILED,
                                        .vantage = LOOKUP_FROM_COREDNS,
                                        .server = s->address,
                                        .node = s->node->name,
                                        .window = window};
    const struct lookup *l = lookups_first(&s->bench.facts->lookups, s->by_cache ? &caches : &pods);
    return l && (l->outcome == LOOKUP_TIMEOUT || l->outcome == LOOKUP_UNREACHABLE) ? l : NULL;
}

void service_say_effects(struct service *s)
{
    const struct lookup *l = find_loss(s);
    struct cites cites = {0};
    if (!l)
        return;
    cite(&cites, l->place);
    say(s, CLAIM_EFFECT, TRI_YES,
        arena_printf(&s->bench.arena, "%s queries to %s got no answer",
                     s->by_cache ? "NodeLocal DNSCache's" : "the pod's", name_address(s)),
        NULL, &cites);
}

// ---------------------------------------------------------------- causes

static const char *proxy_fix(struct service *s)
{
    return arena_printf(
        &s->bench.arena,
        "restart kube-proxy on node %s so that it writes its rules anew, and read its log for why it "
        "did not sync",
        s->node->name);
}

// Rules that counted nothing may be old ones which no packet meets, since another program does kube-proxy's
// work out of sight (eBPF); or kube-proxy wrote them anew a moment ago, which sets them to zero.
void service_say_stale(struct service *s, struct ip to, const struct packet_decision *rule)
{
    char ip[IP_TEXT];
    const char *owner;
    bool admin = firewall_owner(rule, &owner) == OWNER_ADMIN, unmet = rule->rule->packets == 0;
    struct cites cites = {0};
    cite(&cites, ruleset_place(rule->ruleset, rule->rule->line));
    const char *text = arena_printf(
        &s->bench.arena, "%s on node %s %s %s to %s, which is no CoreDNS endpoint%s",
        admin ? "a rule that is not kube-proxy's" : "kube-proxy's rules", s->node->name,
        admin ? "leads" : "lead", name_address(s), ip_format(to, ip), unmet ? "; they counted nothing" : "");
    say(s, CLAIM_CAUSE, unmet ? TRI_UNKNOWN : TRI_YES, text,
        admin ? firewall_fix(&s->bench.arena, rule, s->node->name) : proxy_fix(s), &cites);
    service_say_effects(s);
}

void service_say_answered(struct service *s)
{
    const struct lookup_query answered = {.fields = LOOKUP_BY_VANTAGE | LOOKUP_BY_AT | LOOKUP_BY_SERVER |
                                                    LOOKUP_BY_PROTO | LOOKUP_BY_WINDOW | LOOKUP_BY_ANSWERED |
                                                    LOOKUP_BY_TARGET_POD,
                                          .vantage = LOOKUP_FROM_POD,
                                          .at = LOOKUP_AT_CLUSTER_DNS,
                                          .proto = LOOKUP_UDP,
                                          .server = s->address,
                                          .window = s->bench.facts->target.window};
    const struct lookup *l = lookups_first(&s->bench.facts->lookups, &answered);
    struct cites cites = {0};
    if (!l || s->by_cache || find_loss(s))
        return;
    cite(&cites, l->place);
    say(s, CLAIM_AGAINST, TRI_YES,
        "the pod's queries to the cluster's DNS address are answered, and by these rules they could not be",
        NULL, &cites);
}

void service_say_stale_server(struct service *s, const struct ipvs_server *server)
{
    char ip[IP_TEXT];
    struct cites cites = {0};
    cite(&cites, server->place);
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(&s->bench.arena,
                     "kube-proxy's virtual service on node %s leads %s to %s, which is no CoreDNS endpoint",
                     s->node->name, name_address(s), ip_format(server->ip, ip)),
        proxy_fix(s), &cites);
    service_say_effects(s);
}

// internalTrafficPolicy Local: a node without an endpoint of its own gets none of the others', by order.
static bool has_no_share(const struct service *s)
{
    const struct dns_facts *dns = &s->bench.facts->dns;
    for (size_t i = 0; i < dns->n_endpoints; i++) {
        const struct kube_endpoint *e = &dns->endpoints[i];
        if (service_serves(e) && (!e->node || strcmp(e->node, s->node->name) == 0))
            return false;
    }
    return s->asked && s->asked->local_only;
}

static void say_no_share(struct service *s, struct place refusal)
{
    const struct kube_meta *meta = &s->asked->meta;
    struct cites cites = {0};
    cite(&cites, s->asked->local_place);
    cite(&cites, refusal);
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(&s->bench.arena,
                     "Service %s/%s keeps queries on the node that they come from (internalTrafficPolicy: "
                     "Local), and no CoreDNS endpoint is on node %s",
                     meta->namespace_, meta->name, s->node->name),
        arena_printf(&s->bench.arena,
                     "set internalTrafficPolicy of Service %s/%s to Cluster, or run CoreDNS on every node",
                     meta->namespace_, meta->name),
        &cites);
    service_say_effects(s);
}

void service_say_absent(struct service *s, struct place proxy, const char *what)
{
    char ip[IP_TEXT];
    struct cites cites = {0};
    if (has_no_share(s)) {
        say_no_share(s, proxy);
        return;
    }
    cite(&cites, proxy);
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(&s->bench.arena, "kube-proxy's %s on node %s %s %s, though CoreDNS endpoints are ready",
                     s->ipvs ? "virtual services" : "rules", s->node->name, what, ip_format(s->address, ip)),
        proxy_fix(s), &cites);
    service_say_effects(s);
}

void service_say_missing(struct service *s, const struct kube_pod *proxy, struct place rules)
{
    bool ready = proxy->ready != TRI_NO;
    struct cites cites = {0};
    if (!ready)
        cite(&cites, proxy->ready_place);
    cite(&cites, rules);
    say(s, CLAIM_CAUSE, ready ? TRI_UNKNOWN : TRI_YES,
        arena_printf(&s->bench.arena, "node %s has no rules of kube-proxy%s", s->node->name,
                     ready ? ", though it runs there" : ", whose pod there is not ready"),
        proxy_fix(s), &cites);
    service_say_effects(s);
}

void service_say_untracked(struct service *s, const struct packet_decision *rule, bool left)
{
    struct arena *arena = &s->bench.arena;
    struct cites cites = {0};
    cite(&cites, ruleset_place(rule->ruleset, rule->rule->line));
    say(s, CLAIM_CAUSE, TRI_YES,
        arena_printf(arena,
                     "a rule on node %s exempts queries from connection tracking, so that kube-proxy's "
                     "rules do not translate %s%s",
                     s->node->name, name_address(s),
                     left ? ": NodeLocal DNSCache, which is gone, has left it behind" : ""),
        left ? firewall_fix_left(arena, rule, s->node->name) : firewall_fix(arena, rule, s->node->name),
        &cites);
    service_say_effects(s);
}

// ---------------------------------------------------------------- none

void service_say_good(struct service *s, struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    say(s, CLAIM_CLEAR, TRI_YES,
        arena_printf(&s->bench.arena, "kube-proxy's rules lead %s to CoreDNS endpoints", name_address(s)),
        NULL, &cites);
}

// What kube-proxy left behind when Cilium took its place no packet meets: Cilium translates before netfilter.
void service_say_replaced(struct service *s)
{
    struct cites cites = {0};
    cite(&cites, s->bench.facts->dns.proxy_replaced);
    bench_say(
        &s->bench,
        &(struct claim){.kind = CLAIM_GAP,
                        .diagnosis = DIAGNOSIS_SERVICE_PATH,
                        .subject = SUBJECT_PROXY_MODE,
                        .on_path = TRI_YES,
                        .in_window = TRI_YES,
                        .text = "where Cilium, which does kube-proxy's work, leads the cluster's DNS address",
                        .object = s->node->name,
                        .command = "kubectl exec -n kube-system ds/cilium -- cilium-dbg service list",
                        .time = TIME_UNKNOWN},
        &cites);
}
