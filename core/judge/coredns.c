// CoreDNS: what its faults share. Each fault stands in a file of its own.
#include "core/judge/coredns.h"

#include <string.h>

#include "core/judge/judge.h"

static bool is_ours(const struct bench *b, const struct log_hit *hit, enum log_class class_)
{
    if (hit->class_ != class_)
        return false;
    struct log_origin source = log_source(b->facts, hit->place.file);
    return log_source_is_coredns(b->facts, &source);
}

struct coredns_hits coredns_hits(const struct bench *b, enum log_class class_)
{
    struct coredns_hits hits = {0};
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (!is_ours(b, hit, class_))
            continue;
        hits.total++;
        hits.first = hits.first ? hits.first : hit;
        if (bench_time_in_window(b, hit->time) != TRI_YES)
            continue;
        hits.in_window++;
        if (!hits.first_in_window || hit->time < hits.first_in_window->time)
            hits.first_in_window = hit;
        if (!hits.last_in_window || hit->time > hits.last_in_window->time)
            hits.last_in_window = hit;
    }
    return hits;
}

const struct log_hit *coredns_last_hit(const struct bench *b, enum log_class class_, usec_t end,
                                       bool (*fits)(struct span line))
{
    const struct log_hit *last = NULL;
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        bool late = end != TIME_UNKNOWN && hit->time != TIME_UNKNOWN && hit->time >= end;
        bool later =
            !last || last->time == TIME_UNKNOWN || (hit->time != TIME_UNKNOWN && hit->time > last->time);
        if (is_ours(b, hit, class_) && !late && later && fits(hit->text))
            last = hit;
    }
    return last;
}

static void cite_pass(const struct bench *b, enum log_class class_, bool in_window, size_t most,
                      struct cites *cites)
{
    for (size_t i = 0, n = 0; i < b->facts->logs.n && n < most; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (!is_ours(b, hit, class_) || (bench_time_in_window(b, hit->time) == TRI_YES) != in_window)
            continue;
        cite(cites, hit->place);
        n++;
    }
}

void coredns_cite_hits(const struct bench *b, enum log_class class_, size_t most, struct cites *cites)
{
    size_t before = cites->n;
    cite_pass(b, class_, true, most, cites);
    if (cites->n == before)
        cite_pass(b, class_, false, most, cites);
}

bool coredns_count_ready(const struct bench *b, size_t *ret_ready)
{
    const struct dns_facts *dns = &b->facts->dns;
    *ret_ready = 0;
    for (size_t i = 0; i < dns->n_endpoints; i++)
        *ret_ready += dns->endpoints[i].ready != TRI_NO;
    return dns->service && dns->endpoints_known == TRI_YES;
}

static bool is_troubled(const struct kube_pod *pod)
{
    for (size_t i = 0; i < pod->n_containers; i++) {
        const struct kube_container *c = &pod->containers[i];
        if (c->waiting_reason && strcmp(c->waiting_reason, "ContainerCreating") != 0 &&
            strcmp(c->waiting_reason, "PodInitializing") != 0)
            return true;
    }
    return false;
}

const struct kube_pod *coredns_troubled_pod(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        if (is_troubled(b->facts->dns.pods[i]))
            return b->facts->dns.pods[i];
    }
    return NULL;
}

void coredns_say_effect(struct bench *b, enum diagnosis diagnosis, enum lookup_name name_class)
{
    const struct lookup *failed = bench_failure(b, name_class);
    struct cites cites = {0};
    if (!failed)
        return;
    bench_cite_failures(b, name_class, 3, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = diagnosis,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = bench_asks_cluster_dns(b),
                  .in_window = TRI_YES,
                  .text = bench_tell_lookup(b, failed),
                  .time = failed->time,
              },
              &cites);
}

void judge_coredns(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    coredns_judge_down(&b);
    coredns_judge_away(&b);
    coredns_judge_cache_way(&b);
    coredns_judge_oom(&b);
    coredns_judge_overload(&b);
    coredns_judge_corefile(&b);
    coredns_judge_unserved(&b);
    coredns_judge_stopped(&b);
    coredns_judge_transient(&b);
    bench_done(&b);
}
