// coredns_oom: CoreDNS killed by its own memory limit, or the CoreDNS inside NodeLocal DNSCache on the node
// of the complaining pod, which asks nobody else. The API says OOMKilled with exit code 137; the kernel's
// line names the process and says "Memory cgroup". Exit code 137 alone is any SIGKILL, and a kill for want of
// memory on the whole node is not this.
#include <string.h>

#include "core/judge/coredns.h"

struct server { // of names, which may be killed
    const char *who;
    const char *process;                // as the kernel's lines have it
    const struct kube_pod *const *pods; // that it runs in
    size_t n_pods;
    const char *node; // only there; NULL: wherever
    enum tri on_path; // whether the complaining pod asks it
    const char *fix;  // behind "raise the memory limit of N Mi"
};

struct kills {
    const struct server *server;
    struct cites cites;
    size_t n, in_window;
    usec_t first, first_in_window;
    int64_t limit; // bytes, 0: not known
    const struct kube_pod *pod;
    bool may_go_on; // it restarted before the window ended, and was killed again behind it
    usec_t times[64];
    size_t n_times;
};

enum { OFTEN = 3 }; // kills in the window from which on every failure may be theirs
static const usec_t after_kill = 2 * USEC_MIN; // endpoints are removed and the container is up again by then

static bool is_about(const struct server *server, const struct log_hit *hit)
{
    bool there = !server->node || (hit->node && strcmp(hit->node, server->node) == 0);
    return there && span_contains(hit->text, server->process);
}

// The kernel's "Out of memory: Killed process 12 (coredns)": then the node ran out, and the container's
// status says OOMKilled all the same.
static const struct log_hit *find_global_kill(const struct bench *b, const struct server *server)
{
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ == LOG_OOM_NODE && is_about(server, hit))
            return hit;
    }
    return NULL;
}

static usec_t earlier(usec_t a, usec_t b)
{
    return a == TIME_UNKNOWN || (b != TIME_UNKNOWN && b < a) ? b : a;
}

static void note_kill(const struct bench *b, struct kills *kills, usec_t time, struct place place)
{
    cite(&kills->cites, place);
    kills->n++;
    if (time != TIME_UNKNOWN && kills->n_times < sizeof kills->times / sizeof *kills->times)
        kills->times[kills->n_times++] = time;
    bool in_window = time != TIME_UNKNOWN && bench_time_in_window(b, time) == TRI_YES;
    kills->first = earlier(kills->first, time);
    if (in_window)
        kills->first_in_window = earlier(kills->first_in_window, time);
    kills->in_window += in_window;
}

static void take_kernel_lines(const struct bench *b, struct kills *kills, bool in_window)
{
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ == LOG_OOM_CGROUP && is_about(kills->server, hit) &&
            (bench_time_in_window(b, hit->time) == TRI_YES) == in_window)
            note_kill(b, kills, hit->time, hit->place);
    }
}

static void take_termination(const struct bench *b, struct kills *kills, const struct kube_pod *pod,
                             const struct kube_container *c, const struct kube_termination *t)
{
    if (!t || !t->reason || strcmp(t->reason, "OOMKilled") != 0)
        return;
    usec_t to = b->facts->target.window.to;
    kills->pod = pod;
    kills->limit = c->memory_limit;
    kills->may_go_on |= c->restarts > 1 && to != TIME_UNKNOWN && t->finished > to &&
                        pod->started != TIME_UNKNOWN && pod->started < to;
    note_kill(b, kills, t->finished, t->place);
}

static void take_containers(const struct bench *b, struct kills *kills)
{
    for (size_t i = 0; i < kills->server->n_pods; i++) {
        const struct kube_pod *pod = kills->server->pods[i];
        for (size_t j = 0; j < pod->n_containers; j++) {
            take_termination(b, kills, pod, &pod->containers[j], pod->containers[j].last);
            take_termination(b, kills, pod, &pod->containers[j], pod->containers[j].terminated);
        }
    }
}

static enum tri held_in_window(const struct bench *b, const struct kills *kills)
{
    bool open = b->facts->target.window.from == TIME_UNKNOWN && b->facts->target.window.to == TIME_UNKNOWN;
    if (kills->in_window || open)
        return TRI_YES;
    return kills->may_go_on || kills->first == TIME_UNKNOWN ? TRI_UNKNOWN : TRI_NO;
}

static const char *describe_limit(struct bench *b, const struct kills *kills)
{
    return kills->limit ? arena_printf(&b->arena, " of %lld Mi", (long long)(kills->limit >> 20)) : "";
}

static bool is_after_kill(const struct kills *kills, usec_t time)
{
    for (size_t i = 0; time != TIME_UNKNOWN && i < kills->n_times; i++) {
        if (time >= kills->times[i] - USEC_SEC && time <= kills->times[i] + after_kill)
            return true;
    }
    return false;
}

// A lookup that failed because its server was killed: right after a kill, or while it was killed again and
// again. Where more fail far from the few kills than near them, something else is at work.
static const struct lookup *find_victim(const struct bench *b, const struct kills *kills)
{
    const struct lookup *victim = NULL;
    size_t near = 0;
    size_t far = 0;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!lookup_failed(l->outcome) || l->time == TIME_UNKNOWN ||
            (kills->server->node && !l->target_pod) || bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        bool after = is_after_kill(kills, l->time);
        near += after;
        far += !after;
        if (after && !victim)
            victim = l;
    }
    if (kills->in_window >= OFTEN)
        return victim ? victim : bench_failure(b, LOOKUP_NAME_UNKNOWN);
    return near >= far ? victim : NULL;
}

static void say_victim(struct bench *b, const struct kills *kills)
{
    const struct lookup *victim = find_victim(b, kills);
    struct cites cites = {0};
    if (!victim)
        return;
    cite(&cites, victim->place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_COREDNS_OOM,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = kills->server->on_path,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%s while %s was being killed",
                                       bench_tell_lookup(b, victim), kills->server->who),
                  .time = victim->time,
              },
              &cites);
}

static void say_innocent(struct bench *b, const char *text, struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = DIAGNOSIS_COREDNS_OOM,
                  .subject = SUBJECT_MEMORY,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = text,
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

static void say_kills(struct bench *b, const struct kills *kills)
{
    const struct server *server = kills->server;
    if (held_in_window(b, kills) == TRI_NO) {
        say_innocent(b,
                     arena_printf(&b->arena, "%s was killed by its own memory limit, and not in the window",
                                  server->who),
                     kills->cites.items[0]);
        return;
    }
    const char *limit = describe_limit(b, kills);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_COREDNS_OOM,
            .subject = SUBJECT_MEMORY,
            .on_path = server->on_path,
            .in_window = held_in_window(b, kills),
            .text = arena_printf(&b->arena, "%s is killed by its own memory limit%s", server->who, limit),
            .fix = arena_printf(&b->arena, "raise the memory limit%s %s", limit, server->fix),
            .time = kills->first,
        },
        &kills->cites);
    say_victim(b, kills);
}

// Exit code 137 with another reason: killed, and not for memory; mostly by a failed liveness probe.
static void say_other_kills(struct bench *b)
{
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_pod *pod = b->facts->dns.pods[i];
        for (size_t j = 0; j < pod->n_containers; j++) {
            const struct kube_termination *t = pod->containers[j].last;
            if (t && t->exit_code == 137 && t->reason && strcmp(t->reason, "OOMKilled") != 0) {
                say_innocent(b,
                             "CoreDNS was killed from outside (exit code 137 and not OOMKilled), as after a "
                             "failed liveness probe",
                             t->place);
                return;
            }
        }
    }
}

// False: it was not killed.
static bool judge_server(struct bench *b, const struct server *server)
{
    struct kills kills = {.server = server, .first = TIME_UNKNOWN, .first_in_window = TIME_UNKNOWN};
    const struct log_hit *global = find_global_kill(b, server);
    if (global) {
        say_innocent(
            b,
            arena_printf(&b->arena,
                         "the kernel killed %s because the whole node was out of memory, not for its "
                         "own limit",
                         server->who),
            global->place);
        return true;
    }
    take_kernel_lines(b, &kills, true);
    take_containers(b, &kills);
    take_kernel_lines(b, &kills, false);
    if (kills.n)
        say_kills(b, &kills);
    return kills.n > 0;
}

// The cache on the complaining pod's node. By the Service's address the pod asks it, too, in iptables mode:
// who is killed leaves the address on the node and nobody to answer there, but whether it had taken that
// address nobody saw.
static void judge_cache(struct bench *b)
{
    const struct facts *facts = b->facts;
    enum tri asks = bench_asks_cache(b);
    struct server cache = {
        .who = "NodeLocal DNSCache on the pod's node",
        .process = "(node-cache)",
        .node = facts->node_name,
        .on_path = asks == TRI_NO && bench_cache_has_service(b) ? TRI_UNKNOWN : asks,
        .fix = "of the NodeLocal DNSCache DaemonSet, or make the caches of its Corefile smaller: each server "
               "block has its own",
    };
    const struct kube_pod **pods = arena_alloc(&b->arena, facts->cluster.pods.n * sizeof *pods);
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (bench_is_cache_pod(facts, pod) && pod->node && strcmp(pod->node, facts->node_name) == 0)
            pods[cache.n_pods++] = pod;
    }
    cache.pods = pods;
    judge_server(b, &cache);
}

void coredns_judge_oom(struct bench *b)
{
    const struct server coredns = {
        .who = "CoreDNS",
        .process = "(coredns)",
        .pods = b->facts->dns.pods,
        .n_pods = b->facts->dns.n_pods,
        .on_path = bench_asks_cluster_dns(b),
        .fix = "of the coredns deployment, and scale its replicas out so that each holds fewer clients",
    };
    if (!judge_server(b, &coredns))
        say_other_kills(b);
    if (b->facts->dns.nodelocal_set && b->facts->node_name)
        judge_cache(b);
}
