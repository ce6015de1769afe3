// coredns_down, and over: every CoreDNS pod is ready by now, and all of them were away at once in the window.
// Each container ended and started again: the pods' objects keep the last end and the time at which they
// became ready. Or the deployment was scaled to zero and back: an event tells, and every pod is younger.
#include <string.h>

#include "core/judge/coredns.h"

static const usec_t shortest = 5 * USEC_SEC; // less is within the retries of one lookup
static const usec_t after = 5 * USEC_SEC;    // what was asked before is given up then

struct absence {
    usec_t from, to; // while no pod was there
    int64_t exit_code;
    const struct kube_event *scaled; // to zero, in the window; or NULL
    struct cites cites;
};

static const struct kube_event *find_scaled_to_zero(const struct bench *b)
{
    const struct kube_event *event = coredns_find_scale_down(b);
    if (!event)
        return NULL;
    struct span message = span_of(event->message);
    bool zero = span_contains(message, " to 0 from") || span_ends(message, " to 0");
    return zero && event->last != TIME_UNKNOWN && bench_time_in_window(b, event->last) == TRI_YES ? event
                                                                                                  : NULL;
}

static const struct kube_termination *find_end(const struct bench *b, const struct kube_pod *pod)
{
    for (size_t i = 0; i < pod->n_containers; i++) {
        const struct kube_termination *t = pod->containers[i].last;
        if (t && t->finished != TIME_UNKNOWN && bench_time_in_window(b, t->finished) == TRI_YES)
            return t;
    }
    return NULL;
}

// Since when that pod, or the one in whose place it came, was away; TIME_UNKNOWN: it may not have been.
static usec_t find_gone(const struct bench *b, const struct kube_pod *pod, struct absence *a)
{
    const struct kube_termination *end = find_end(b, pod);
    if (end) {
        a->exit_code = end->exit_code;
        cite(&a->cites, end->place);
        return end->finished;
    }
    bool younger = a->scaled && pod->meta.created != TIME_UNKNOWN && pod->meta.created >= a->scaled->last;
    if (younger)
        cite(&a->cites, a->scaled->place);
    return younger ? a->scaled->last : TIME_UNKNOWN;
}

// False where some pod was there all the time, or may have been.
static bool find_absence(const struct bench *b, struct absence *ret)
{
    const struct dns_facts *dns = &b->facts->dns;
    *ret = (struct absence){.from = TIME_UNKNOWN, .to = TIME_UNKNOWN, .scaled = find_scaled_to_zero(b)};
    for (size_t i = 0; i < dns->n_pods; i++) {
        const struct kube_pod *pod = dns->pods[i];
        usec_t gone = find_gone(b, pod, ret);
        if (gone == TIME_UNKNOWN || pod->ready != TRI_YES || pod->ready_since == TIME_UNKNOWN ||
            pod->ready_since < gone)
            return false;
        ret->from = ret->from == TIME_UNKNOWN || gone > ret->from ? gone : ret->from;
        ret->to = ret->to == TIME_UNKNOWN || pod->ready_since < ret->to ? pod->ready_since : ret->to;
        cite(&ret->cites, pod->ready_place);
    }
    return dns->n_pods && listing_covers(&b->facts->cluster.pods.listing, dns->pods[0]->meta.namespace_) &&
           ret->to - ret->from >= shortest;
}

// The first lookup that failed while no pod was there; NULL, too, where more failed at other times.
static const struct lookup *find_victim(const struct bench *b, const struct absence *a, struct cites *cites)
{
    const struct lookup *victim = NULL;
    size_t then = 0, else_ = 0;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!lookup_failed(l->outcome) || l->time == TIME_UNKNOWN ||
            bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        bool in = l->time >= a->from && l->time <= a->to + after;
        then += in;
        else_ += !in;
        if (!in || cites->n >= 3)
            continue;
        victim = victim ? victim : l;
        cite(cites, l->place);
    }
    return then > else_ ? victim : NULL;
}

static const char *tell_absence(struct bench *b, const struct absence *a)
{
    long long seconds = (long long)((a->to - a->from) / USEC_SEC);
    if (a->scaled)
        return arena_printf(&b->arena,
                            "the deployment of CoreDNS was scaled to zero, and no CoreDNS pod was ready for "
                            "%lld seconds; they are back",
                            seconds);
    return arena_printf(&b->arena,
                        "all CoreDNS containers ended (exit code %lld) and no CoreDNS pod was ready for %lld "
                        "seconds; they are back",
                        (long long)a->exit_code, seconds);
}

void coredns_judge_away(struct bench *b)
{
    struct absence a;
    if (!find_absence(b, &a))
        return;
    struct claim claim = {
        .kind = CLAIM_CAUSE,
        .diagnosis = DIAGNOSIS_COREDNS_DOWN,
        .subject = SUBJECT_COREDNS_PODS,
        .on_path = bench_asks_cluster_dns(b),
        .in_window = TRI_YES,
        .text = tell_absence(b, &a),
        .fix = a.scaled
                   ? "find out who scaled CoreDNS to zero (audit log, a deployment tool, an autoscaler), and "
                     "keep at least two replicas"
                   : "find out why the CoreDNS containers ended together (kubectl logs --previous, a change "
                     "of their deployment or Corefile), and keep at least two replicas on different nodes",
        .time = a.from,
    };
    bench_say(b, &claim, &a.cites);
    struct cites cites = {0};
    const struct lookup *victim = find_victim(b, &a, &cites);
    if (!victim)
        return;
    claim.kind = CLAIM_EFFECT;
    claim.subject = SUBJECT_SYMPTOM;
    claim.text = arena_printf(&b->arena, "%s while none was there", bench_tell_lookup(b, victim));
    claim.fix = NULL;
    claim.time = victim->time;
    bench_say(b, &claim, &cites);
}
