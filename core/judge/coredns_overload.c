// coredns_overload: CoreDNS runs, and refuses work or is late. Three signs: its own lines of queries refused
// for max_concurrent; answers to cluster names, which it makes itself, that took seconds; its own health
// request that took longer than a second, as when it has no processor time left. A full stop is none of them.
// A queue behind an upstream that hangs looks the same in the first sign: which it is the cause weighs.
#include <string.h>

#include "core/judge/coredns.h"
#include "core/parse/corefile.h"

enum { MANY = 10, MANY_SLOW = 3 };
static const usec_t late = USEC_SEC;

// ------------------------------------------------------------------ refused
static int64_t limit_of(const struct bench *b, struct arena *arena, struct place *ret)
{
    const struct corefile *file = b->facts->dns.corefile;
    for (size_t i = 0; file && i < file->n_servers; i++) {
        struct core_forward forward;
        if (core_forward_parse(arena, core_plugin(&file->servers[i], "forward"), &forward) &&
            forward.max_concurrent) {
            *ret = forward.max_place;
            return forward.max_concurrent;
        }
    }
    *ret = (struct place){.file = FILE_NONE};
    return 0;
}

// kube-dns, where it is not CoreDNS: its dnsmasq forwards the cluster's names as well, to a container beside
// it.
static bool is_dnsmasq(const struct coredns_hits *hits)
{
    return hits->total && span_contains(hits->first->text, "dnsmasq");
}

// "(max: 150)"
static const char *limit_of_dnsmasq(struct bench *b, const struct coredns_hits *hits)
{
    struct span rest = hits->first->text;
    size_t at = span_find(rest, "(max: ");
    rest = span_from(rest, at == SIZE_MAX ? rest.len : at + strlen("(max: "));
    rest = span_first(rest, span_find_char(rest, ')'));
    return rest.len ? arena_printf(&b->arena, " (" SPAN_FMT ")", SPAN_ARG(rest)) : "";
}

static void say_refusal(struct bench *b, const struct coredns_hits *hits, struct claim claim,
                        const struct cites *cites)
{
    bool any_name = bench_query_class(b) != LOOKUP_NAME_CLUSTER || is_dnsmasq(hits);
    claim.kind = CLAIM_CAUSE;
    claim.diagnosis = DIAGNOSIS_COREDNS_OVERLOAD;
    claim.subject = SUBJECT_COREDNS;
    claim.on_path = any_name && hits->in_window >= MANY ? bench_asks_cluster_dns(b) : TRI_UNKNOWN;
    claim.in_window = hits->in_window ? TRI_YES : TRI_NO;
    claim.time = hits->first_in_window ? hits->first_in_window->time : hits->first->time;
    bench_say(b, &claim, cites);
}

static void say_refused(struct bench *b, const struct coredns_hits *hits)
{
    struct cites cites = {0};
    struct place place;
    int64_t limit = limit_of(b, &b->arena, &place);
    coredns_cite_hits(b, LOG_COREDNS_MAX_CONCURRENT, 4, &cites);
    cite(&cites, place);
    const char *of = limit ? arena_printf(&b->arena, " of %lld", (long long)limit) : "";
    struct claim claim = {
        .text = arena_printf(&b->arena,
                             "CoreDNS refuses queries: more than its max_concurrent%s are being forwarded "
                             "(%zu lines in the window)",
                             of, hits->in_window),
        .fix = arena_printf(&b->arena,
                            "scale the CoreDNS replicas out, then raise max_concurrent%s in the Corefile's "
                            "forward plug-in as far as its memory limit allows (2 KB a query)",
                            of),
    };
    say_refusal(b, hits, claim, &cites);
}

static void say_refused_by_dnsmasq(struct bench *b, const struct coredns_hits *hits)
{
    struct cites cites = {0};
    const char *of = limit_of_dnsmasq(b, hits);
    coredns_cite_hits(b, LOG_COREDNS_MAX_CONCURRENT, 4, &cites);
    struct claim claim = {
        .text = arena_printf(&b->arena,
                             "kube-dns refuses queries: its dnsmasq has as many under way as it forwards at "
                             "once%s (%zu lines in the window)",
                             of, hits->in_window),
        .fix =
            arena_printf(&b->arena,
                         "scale the kube-dns replicas out (by its autoscaler's ConfigMap where it has one), "
                         "then raise --dns-forward-max%s of its dnsmasq",
                         of),
    };
    say_refusal(b, hits, claim, &cites);
}

// ------------------------------------------------------------------ late
struct lateness {
    struct cites cites;
    size_t late, in_time;
    const struct lookup *first;
};

// What CoreDNS itself logged of the names that it answers out of its own memory.
static struct lateness measure_lateness(const struct bench *b)
{
    struct lateness m = {0};
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool own = l->origin == LOOKUP_SERVER_LOG && l->name_class == LOOKUP_NAME_CLUSTER &&
                   l->latency != TIME_UNKNOWN && bench_time_in_window(b, l->time) == TRI_YES;
        if (!own)
            continue;
        if (l->latency < late) {
            m.in_time++;
            continue;
        }
        m.late++;
        m.first = m.first ? m.first : l;
        if (m.late <= 3)
            cite(&m.cites, l->place);
    }
    return m;
}

static void say_cause(struct bench *b, const char *text, const char *fix, usec_t time,
                      const struct cites *cites)
{
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_COREDNS_OVERLOAD,
                  .subject = SUBJECT_COREDNS,
                  .on_path = bench_asks_cluster_dns(b),
                  .in_window = TRI_YES,
                  .text = text,
                  .fix = fix,
                  .time = time,
              },
              cites);
}

static void say_late(struct bench *b, const struct lateness *m)
{
    say_cause(b,
              arena_printf(&b->arena,
                           "CoreDNS takes more than a second for cluster names, which it answers from "
                           "memory (%zu of %zu answers in the window)",
                           m->late, m->late + m->in_time),
              "scale the CoreDNS replicas out, and raise or remove their CPU limit", m->first->time,
              &m->cites);
}

// ------------------------------------------------------------------ starved
static void say_starved(struct bench *b, const struct coredns_hits *hits)
{
    struct cites cites = {0};
    coredns_cite_hits(b, LOG_COREDNS_SLOW, 3, &cites);
    say_cause(b,
              arena_printf(&b->arena,
                           "CoreDNS takes more than a second to answer its own health request "
                           "(%zu lines in the window): it gets too little processor time",
                           hits->in_window),
              "raise or remove the CPU limit of the coredns deployment, and scale its replicas out",
              hits->first_in_window->time, &cites);
}

// ------------------------------------------------------------------ what it did
enum sign { REFUSED_OUTSIDE, REFUSED_ANY, LATE };

// A query through the cluster's DNS that came to harm in the way that the sign would have it: what is over
// the limit gets an error at once, and CoreDNS forwards only names outside; what is late is late, or given
// up.
static bool is_harm(const struct bench *b, const struct lookup *l, enum sign sign)
{
    bool is_late = sign == LATE;
    bool error =
        l->outcome == LOOKUP_SERVFAIL || l->outcome == LOOKUP_REFUSED || l->outcome == LOOKUP_FAILED_UNKNOWN;
    bool waited =
        (l->latency != TIME_UNKNOWN && l->latency >= late) || (is_late && l->outcome == LOOKUP_TIMEOUT);
    bool here = l->at != LOOKUP_AT_VPC && l->at != LOOKUP_AT_OTHER && l->vantage != LOOKUP_FROM_COREDNS &&
                l->vantage != LOOKUP_FROM_BASTION;
    bool forwarded = l->name_class != LOOKUP_NAME_CLUSTER || sign == REFUSED_ANY;
    return here && (is_late ? waited || error : forwarded && (waited || error)) &&
           bench_time_in_window(b, l->time) == TRI_YES;
}

// What came to harm, the complaining pod's before others': the first; the first three in *ret_cites.
static const struct lookup *find_harm(const struct bench *b, enum sign sign, struct cites *ret_cites)
{
    const struct lookup *first = NULL;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < b->facts->lookups.n && ret_cites->n < 3; i++) {
            const struct lookup *l = &b->facts->lookups.items[i];
            if (l->target_pod != (pass == 0) || !is_harm(b, l, sign))
                continue;
            first = first ? first : l;
            cite(ret_cites, l->place);
        }
    }
    return first;
}

static void say_harm(struct bench *b, enum sign sign)
{
    struct cites cites = {0};
    const struct lookup *first = find_harm(b, sign, &cites);
    if (!first)
        return;
    bool failed = lookup_failed(first->outcome);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_COREDNS_OVERLOAD,
                  .subject = SUBJECT_SYMPTOM,
                  .on_path = bench_asks_cluster_dns(b),
                  .in_window = TRI_YES,
                  .text = failed ? bench_tell_lookup(b, first) : "an answer came more than a second late",
                  .time = first->time,
              },
              &cites);
}

static void say_answers_in_time(struct bench *b, const struct lateness *m)
{
    struct cites cites = {0};
    for (size_t i = 0; i < b->facts->lookups.n && !cites.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->origin == LOOKUP_SERVER_LOG && l->latency != TIME_UNKNOWN && l->latency < late &&
            bench_time_in_window(b, l->time) == TRI_YES)
            cite(&cites, l->place);
    }
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CLEAR,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena,
                                       "CoreDNS answers cluster names within a second (%zu in the window)",
                                       m->in_time),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

// Few were refused, and none of them was anybody's that was seen.
static void say_few(struct bench *b, const struct coredns_hits *refused)
{
    struct cites cites = {0};
    coredns_cite_hits(b, LOG_COREDNS_MAX_CONCURRENT, 2, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = DIAGNOSIS_COREDNS_OVERLOAD,
                  .subject = SUBJECT_COREDNS,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(
                      &b->arena,
                      "queries over the limit were refused for a moment (%zu lines in the window), "
                      "and no lookup was seen to suffer from it",
                      refused->in_window),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

static bool suffered(const struct bench *b, const struct coredns_hits *refused)
{
    struct cites cites = {0};
    return refused->in_window >= MANY ||
           find_harm(b, is_dnsmasq(refused) ? REFUSED_ANY : REFUSED_OUTSIDE, &cites);
}

void coredns_judge_overload(struct bench *b)
{
    struct coredns_hits refused = coredns_hits(b, LOG_COREDNS_MAX_CONCURRENT);
    struct lateness m = measure_lateness(b);
    struct coredns_hits slow = coredns_hits(b, LOG_COREDNS_SLOW);
    bool is_starved = slow.in_window >= MANY_SLOW;
    bool is_late = m.late >= MANY && m.late * 10 > m.in_time;
    bool dnsmasq = is_dnsmasq(&refused);
    if (refused.total && !suffered(b, &refused))
        say_few(b, &refused);
    else if (dnsmasq)
        say_refused_by_dnsmasq(b, &refused);
    else if (refused.total)
        say_refused(b, &refused);
    if (is_late)
        say_late(b, &m);
    if (is_starved)
        say_starved(b, &slow);
    if (refused.in_window || is_late || is_starved)
        say_harm(b, is_late || is_starved ? LATE : dnsmasq ? REFUSED_ANY : REFUSED_OUTSIDE);
    else if (m.in_time)
        say_answers_in_time(b, &m);
}
