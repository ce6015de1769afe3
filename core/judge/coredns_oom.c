// coredns_oom: CoreDNS killed by its own memory limit. The API says OOMKilled with exit code 137; the
// kernel's line names the process and says "Memory cgroup". Exit code 137 alone is any SIGKILL, and a kill
// for want of memory on the whole node is not this.
#include <string.h>

#include "core/judge/coredns.h"

struct kills {
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

static bool names_coredns(struct span line)
{
    return span_contains(line, "(coredns)");
}

// The kernel's "Out of memory: Killed process 12 (coredns)": then the node ran out, and the container's
// status says OOMKilled all the same.
static const struct log_hit *find_global_kill(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ == LOG_OOM_NODE && names_coredns(hit->text))
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
        if (hit->class_ == LOG_OOM_CGROUP && names_coredns(hit->text) &&
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
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_pod *pod = b->facts->dns.pods[i];
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

// A lookup that failed because CoreDNS was killed: right after a kill, or while it was killed again and
// again. Where more fail far from the few kills than near them, something else is at work.
static const struct lookup *find_victim(const struct bench *b, const struct kills *kills)
{
    const struct lookup *victim = NULL;
    size_t near = 0;
    size_t far = 0;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!lookup_failed(l->outcome) || l->time == TIME_UNKNOWN ||
            bench_time_in_window(b, l->time) != TRI_YES)
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
                  .on_path = bench_asks_cluster_dns(b),
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%s while CoreDNS was being killed",
                                       bench_tell_lookup(b, victim)),
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
    if (held_in_window(b, kills) == TRI_NO) {
        say_innocent(b, "CoreDNS was killed by its own memory limit, and not in the window",
                     kills->cites.items[0]);
        return;
    }
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_CAUSE,
            .diagnosis = DIAGNOSIS_COREDNS_OOM,
            .subject = SUBJECT_MEMORY,
            .on_path = bench_asks_cluster_dns(b),
            .in_window = held_in_window(b, kills),
            .text = arena_printf(&b->arena, "CoreDNS is killed by its own memory limit%s",
                                 describe_limit(b, kills)),
            .fix = arena_printf(&b->arena,
                                "raise the memory limit%s of the coredns deployment, and scale its replicas "
                                "out so that each holds fewer clients",
                                describe_limit(b, kills)),
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

void coredns_judge_oom(struct bench *b)
{
    struct kills kills = {.first = TIME_UNKNOWN, .first_in_window = TIME_UNKNOWN};
    const struct log_hit *global = find_global_kill(b);
    if (global) {
        say_innocent(
            b, "the kernel killed CoreDNS because the whole node was out of memory, not for its own limit",
            global->place);
        return;
    }
    take_kernel_lines(b, &kills, true);
    take_containers(b, &kills);
    take_kernel_lines(b, &kills, false);
    if (kills.n)
        say_kills(b, &kills);
    else
        say_other_kills(b);
}
