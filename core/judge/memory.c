// node_oom and app_oom: memory that ran out. The kernel's words tell whose: "Out of memory" is the machine's,
// "Memory cgroup out of memory" a container's own limit (mm/oom_kill.c). CoreDNS' own limit is coredns_oom's.
#include <stdio.h>

#include "core/base/str.h"
#include "core/judge/judge.h"
#include "core/judge/route.h"
#include "core/parse/logline.h"

// ------------------------------------------------------------------ the node's memory

struct node_kills { // global OOM kills on one node
    size_t n;
    bool critical; // the kubelet or the container runtime was among the killed
    usec_t first;
    struct cites cites, outside;
    const char *victims; // "java, kubelet"
};

static bool is_critical(struct span process)
{
    return span_is(process, "kubelet") || span_starts(process, "containerd") || span_is(process, "dockerd") ||
           span_is(process, "kube-proxy") || span_is(process, "coredns") || span_is(process, "systemd");
}

static void take_kill(struct bench *b, struct node_kills *k, const struct log_hit *h)
{
    struct log_oom oom;
    cite(&k->cites, h->place);
    k->first = k->first == TIME_UNKNOWN || h->time < k->first ? h->time : k->first;
    if (h->copy || !logline_oom(h->text, &oom))
        return;
    k->critical |= is_critical(oom.process);
    if (k->n++ == 0)
        k->victims = arena_span(&b->arena, oom.process);
    else if (k->n <= 4)
        k->victims = arena_printf(&b->arena, "%s, " SPAN_FMT, k->victims, SPAN_ARG(oom.process));
}

static struct node_kills find_kills(struct bench *b, const char *node)
{
    struct node_kills k = {.first = TIME_UNKNOWN, .victims = "a process"};
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *h = &b->facts->logs.items[i];
        if (h->class_ != LOG_OOM_NODE || !str_same(h->node, node) || h->time == TIME_UNKNOWN)
            continue;
        if (bench_time_in_window(b, h->time) == TRI_YES)
            take_kill(b, &k, h);
        else
            cite(&k.outside, h->place);
    }
    return k;
}

static void say_node(struct bench *b, const char *node, struct claim claim, const struct cites *cites)
{
    claim.diagnosis = DIAGNOSIS_NODE_OOM;
    claim.subject = SUBJECT_MEMORY;
    claim.object = node;
    bench_say(b, &claim, cites);
}

// What the cluster says of the node at that time: its own OOM events, Ready lost, MemoryPressure.
static void say_node_state(struct bench *b, const char *node, bool kernel)
{
    const struct cluster *c = &b->facts->cluster;
    struct claim claim = {
        .kind = CLAIM_EFFECT, .on_path = TRI_YES, .in_window = TRI_YES, .time = TIME_UNKNOWN};
    for (size_t i = 0; i < c->events.n; i++) {
        const struct kube_event *e = &c->events.items[i];
        bool here = str_same(e->kind, "Node") && str_same(e->object, node) &&
                    bench_time_in_window(b, e->last) == TRI_YES;
        if (!here || (!str_same(e->reason, "SystemOOM") && !(kernel && str_same(e->reason, "NodeNotReady"))))
            continue;
        struct cites cites = {.n = 0};
        cite(&cites, e->place);
        claim.kind = kernel ? CLAIM_EFFECT : CLAIM_CAUSE;
        claim.time = e->last;
        claim.text = arena_printf(&b->arena, "the cluster reports %s for %s%s%s", e->reason, node,
                                  e->message ? ": " : "", e->message ? e->message : "");
        say_node(b, node, claim, &cites);
        kernel = true; // the first of them is the cause where the kernel's log is not there
    }
    const struct kube_node *object = cluster_node(c, node);
    const struct kube_condition *ready = object ? kube_node_condition(object, "Ready") : NULL;
    bool lost = ready && ready->status && !str_same(ready->status, "True");
    if (!kernel || !lost || bench_state_in_window(b, ready->since) == TRI_NO)
        return;
    struct cites cites = {.n = 0};
    cite(&cites, ready->place);
    claim.kind = CLAIM_EFFECT;
    claim.time = ready->since;
    claim.text = arena_printf(&b->arena, "%s is not Ready%s%s", node, ready->reason ? ": " : "",
                              ready->reason ? ready->reason : "");
    say_node(b, node, claim, &cites);
}

// Lookups from that node's pods that failed after the first kill.
static void say_lost_lookups(struct bench *b, const char *node, usec_t since)
{
    struct cites cites = {.n = 0};
    for (size_t i = 0; i < b->facts->lookups.n && cites.n < 3; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (lookup_failed(l->outcome) && str_same(l->node, node) && l->time != TIME_UNKNOWN &&
            l->time >= since && bench_time_in_window(b, l->time) == TRI_YES)
            cite(&cites, l->place);
    }
    say_node(b, node,
             (struct claim){.kind = CLAIM_EFFECT,
                            .on_path = TRI_YES,
                            .in_window = TRI_YES,
                            .text = "lookups from that node failed after the kernel began to kill",
                            .time = since},
             &cites);
}

static void judge_node(struct bench *b, const char *node)
{
    struct node_kills k = find_kills(b, node);
    enum tri on_path = route_has_node(b, node);
    if (k.n || k.cites.n) {
        bool concerned = on_path != TRI_NO;
        k.cites.n = k.cites.n > 4 ? 4 : k.cites.n;
        say_node(b, node,
                 (struct claim){.kind = concerned ? CLAIM_CAUSE : CLAIM_INNOCENT,
                                .on_path = on_path,
                                .in_window = TRI_YES,
                                .text = arena_printf(
                                    &b->arena, "%s ran out of memory and the kernel killed %s%s", node,
                                    k.victims, concerned ? "" : "; neither the pod nor CoreDNS runs there"),
                                .time = k.first},
                 &k.cites);
        if (!concerned)
            return;
        say_node_state(b, node, true);
        say_lost_lookups(b, node, k.first);
        if (k.critical)
            say_node(b, node,
                     (struct claim){.kind = CLAIM_EFFECT,
                                    .on_path = on_path,
                                    .in_window = TRI_YES,
                                    .text = "what the node itself runs on was among the killed",
                                    .time = k.first},
                     &k.cites);
    } else if (on_path != TRI_NO) {
        say_node_state(b, node, false);
        k.outside.n = k.outside.n > 1 ? 1 : k.outside.n;
        say_node(b, node,
                 (struct claim){.kind = CLAIM_INNOCENT,
                                .on_path = on_path,
                                .in_window = TRI_NO,
                                .text = arena_printf(
                                    &b->arena, "%s ran out of memory once, but not in the window", node),
                                .time = TIME_UNKNOWN},
                 &k.outside);
    }
}

// A container's own limit is not the node's memory.
static void say_container_kills(struct bench *b)
{
    struct cites cites = {.n = 0};
    const char *node = NULL;
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *h = &b->facts->logs.items[i];
        if (h->class_ != LOG_OOM_CGROUP || h->copy || route_has_node(b, h->node) == TRI_NO)
            continue;
        node = h->node;
        if (cites.n < 2)
            cite(&cites, h->place);
    }
    say_node(b, node,
             (struct claim){
                 .kind = CLAIM_INNOCENT,
                 .on_path = TRI_YES,
                 .in_window = TRI_YES,
                 .text = "the kernel killed a process for its container's own limit; the node had memory",
                 .time = TIME_UNKNOWN},
             &cites);
}

// The kubelet's own word: no pressure.
static void say_clear(struct bench *b, const char *node)
{
    const struct kube_node *object = node ? cluster_node(&b->facts->cluster, node) : NULL;
    const struct kube_condition *pressure = object ? kube_node_condition(object, "MemoryPressure") : NULL;
    if (!pressure || !str_same(pressure->status, "False"))
        return;
    struct cites cites = {.n = 0};
    cite(&cites, pressure->place);
    bench_say(
        b,
        &(struct claim){.kind = CLAIM_CLEAR,
                        .subject = SUBJECT_MEMORY,
                        .on_path = TRI_YES,
                        .in_window = bench_state_in_window(b, pressure->since),
                        .text = arena_printf(&b->arena, "the kubelet of %s sees no memory pressure", node),
                        .object = node,
                        .time = TIME_UNKNOWN},
        &cites);
}

// ------------------------------------------------------------------ the application's own limit

static const struct kube_termination *oom_end(const struct kube_container *c)
{
    if (c->terminated && str_same(c->terminated->reason, "OOMKilled"))
        return c->terminated;
    return c->last && str_same(c->last->reason, "OOMKilled") ? c->last : NULL;
}

// Whether lookups that were made by hand from the pod fail all the same: then the memory is not why.
static bool lookups_fail_anyway(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->target_pod && l->origin != LOOKUP_APP_LOG && lookup_failed(l->outcome) &&
            bench_time_in_window(b, l->time) != TRI_NO)
            return true;
    }
    return false;
}

static void say_app(struct bench *b, const struct kube_container *c, struct claim claim, struct place place)
{
    struct cites cites = {.n = 0};
    cite(&cites, place);
    claim.diagnosis = DIAGNOSIS_APP_OOM;
    claim.subject = SUBJECT_MEMORY;
    claim.object = c->name;
    bench_say(b, &claim, &cites);
}

static void judge_container(struct bench *b, const struct kube_container *c)
{
    const struct kube_termination *end = oom_end(c);
    if (!end)
        return;
    enum tri in_window = bench_time_in_window(b, end->finished);
    enum tri on_path = lookups_fail_anyway(b) ? TRI_UNKNOWN : TRI_YES;
    char limit[48] = "";
    if (c->memory_limit > 0)
        snprintf(limit, sizeof limit, " of %lld MiB", (long long)(c->memory_limit >> 20));
    struct claim claim = {
        .kind = in_window == TRI_NO ? CLAIM_INNOCENT : CLAIM_CAUSE,
        .on_path = on_path,
        .in_window = in_window,
        .text = arena_printf(&b->arena,
                             "container %s of the complaining pod was killed by its own memory limit%s%s",
                             c->name, limit, in_window == TRI_NO ? ", but not in the window" : ""),
        .time = end->finished,
    };
    say_app(b, c, claim, end->place);
    if (in_window == TRI_NO || (c->restarts == 0 && c->ready == TRI_YES))
        return;
    claim.kind = CLAIM_EFFECT;
    claim.text = arena_printf(&b->arena, "container %s was restarted %lld times%s", c->name,
                              (long long)c->restarts, c->ready == TRI_NO ? " and is not ready" : "");
    say_app(b, c, claim, c->waiting_reason ? c->waiting_place : c->place);
}

void judge_memory(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    for (size_t i = 0; i < facts->n_nodes; i++)
        judge_node(&b, facts->nodes[i].name);
    if (!facts->node && facts->node_name)
        judge_node(&b, facts->node_name);
    say_container_kills(&b);
    if (!claims_have(claims, CLAIM_CAUSE, DIAGNOSIS_NODE_OOM))
        say_clear(&b, facts->node_name);
    for (size_t i = 0; facts->pod && i < facts->pod->n_containers; i++)
        judge_container(&b, &facts->pod->containers[i]);
    bench_done(&b);
}
