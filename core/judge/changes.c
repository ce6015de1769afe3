// Changes before the onset: who touched CoreDNS' objects or network policies, by the audit log; without one,
// what the objects themselves remember. A change is no cause: it is a note beside one, and a lead where none
// is found.
#include <string.h>

#include "core/judge/bench.h"
#include "core/judge/judge.h"
#include "core/parse/audit.h"

enum { TOLD_EACH = 5 };
static const usec_t LOOK_BACK = USEC_DAY; // before the window

struct area {
    enum subject subject;
    const char *what;   // for sentences
    const char *filter; // of the audit log's query
    bool (*concerns)(const struct facts *facts, const struct audit_event *e);
};

static bool is_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool concerns_coredns(const struct facts *facts, const struct audit_event *e)
{
    const char *ns = facts->dns.service ? facts->dns.service->meta.namespace_ : "kube-system";
    if (!is_text(e->namespace_, ns) || !e->name)
        return false;
    const struct kube_configmap *map = facts->dns.corefile_map;
    const struct kube_workload *deployment = facts->dns.deployment;
    if (is_text(e->resource, "configmaps"))
        return strcmp(e->name, map ? map->meta.name : "coredns") == 0;
    if (is_text(e->resource, "deployments"))
        return strcmp(e->name, deployment ? deployment->meta.name : "coredns") == 0;
    return is_text(e->resource, "services") &&
           is_text(e->name, facts->dns.service ? facts->dns.service->meta.name : "kube-dns");
}

// A policy of the pod's namespace, of CoreDNS', or of the whole cluster.
static bool concerns_policy(const struct facts *facts, const struct audit_event *e)
{
    if (!e->resource || !span_ends(span_of(e->resource), "networkpolicies"))
        return false;
    const char *dns_ns = facts->dns.service ? facts->dns.service->meta.namespace_ : "kube-system";
    return !e->namespace_ || is_text(e->namespace_, facts->target.namespace_) ||
           is_text(e->namespace_, dns_ns);
}

static const struct area areas[] = {
    {SUBJECT_CHANGES_COREDNS, "CoreDNS' ConfigMap, Deployment and Service", "coredns", concerns_coredns},
    {SUBJECT_CHANGES_POLICY, "network policies of the pod's and CoreDNS' namespaces", "NetworkPolicy",
     concerns_policy},
};

// How long before it began to hurt: "12 minutes before the window", "in the window".
static const char *tell_when(struct bench *b, usec_t t)
{
    char text[32];
    usec_t from = b->facts->target.window.from;
    clock_format(t, text);
    if (t == TIME_UNKNOWN || from == TIME_UNKNOWN || t >= from)
        return arena_printf(&b->arena, "at %s", text);
    return arena_printf(&b->arena, "at %s, %lld minutes before the window", text,
                        (long long)((from - t) / USEC_MIN));
}

static bool is_before_onset(const struct facts *facts, usec_t t)
{
    const struct window *w = &facts->target.window;
    if (t == TIME_UNKNOWN)
        return false;
    return (w->from == TIME_UNKNOWN || t >= w->from - LOOK_BACK) && (w->to == TIME_UNKNOWN || t <= w->to);
}

static void note(struct bench *b, enum claim_kind kind, enum subject subject, const char *text,
                 struct place place)
{
    struct cites cites = {0};
    cite(&cites, place);
    bench_say(b,
              &(struct claim){.kind = kind,
                              .subject = subject,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text = text,
                              .time = TIME_UNKNOWN},
              &cites);
}

static void tell_audited(struct bench *b, const struct area *area)
{
    const struct audit *audit = b->facts->audit;
    size_t told = 0;
    for (size_t i = 0; i < audit->n && told < TOLD_EACH; i++) {
        const struct audit_event *e = &audit->items[i];
        if (!e->allowed || !area->concerns(b->facts, e) || !is_before_onset(b->facts, e->time))
            continue;
        note(b, CLAIM_NOTE, area->subject,
             arena_printf(&b->arena, "%s: %s of %s %s %s", e->user ? e->user : "somebody", e->verb,
                          e->resource, e->name ? e->name : "", tell_when(b, e->time)),
             e->place);
        told++;
    }
    if (!told && audit->whole)
        note(b, CLAIM_CLEAR, area->subject,
             arena_printf(&b->arena, "the audit log shows no change of %s", area->what),
             place_at(audit->file, 1));
}

// What objects remember of themselves, where no audit log was collected.
static void tell_remembered(struct bench *b)
{
    const struct kube_configmap *map = b->facts->dns.corefile_map;
    const struct kube_workload *deployment = b->facts->dns.deployment;
    if (map && is_before_onset(b->facts, map->changed))
        note(b, CLAIM_NOTE, SUBJECT_CHANGES_COREDNS,
             arena_printf(&b->arena, "the ConfigMap %s was changed %s", map->meta.name,
                          tell_when(b, map->changed)),
             map->meta.place);
    if (deployment && is_before_onset(b->facts, deployment->changed))
        note(b, CLAIM_NOTE, SUBJECT_CHANGES_COREDNS,
             arena_printf(&b->arena, "the Deployment %s was changed %s", deployment->meta.name,
                          tell_when(b, deployment->changed)),
             deployment->meta.place);
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_pod *pod = b->facts->dns.pods[i];
        if (is_before_onset(b->facts, pod->meta.created))
            note(b, CLAIM_NOTE, SUBJECT_CHANGES_COREDNS,
                 arena_printf(&b->arena, "the CoreDNS pod %s was made %s", pod->meta.name,
                              tell_when(b, pod->meta.created)),
                 pod->meta.place);
    }
}

static void tell_gap(struct bench *b, const struct area *area)
{
    claims_add(
        b->claims,
        &(struct claim){
            .kind = CLAIM_GAP,
            .subject = area->subject,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(&b->arena, "who changed %s before it began: no audit log was collected",
                                 area->what),
            .command = arena_printf(&b->arena,
                                    "aws logs filter-log-events --log-group-name /aws/eks/CLUSTER/cluster "
                                    "--log-stream-name-prefix kube-apiserver-audit --filter-pattern %s",
                                    area->filter),
            .time = TIME_UNKNOWN,
        });
}

void judge_changes(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        if (facts->audit)
            tell_audited(&b, &areas[i]);
        else
            tell_gap(&b, &areas[i]);
    }
    if (!facts->audit)
        tell_remembered(&b);
    bench_done(&b);
}
