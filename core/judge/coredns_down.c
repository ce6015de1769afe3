// coredns_down: no endpoint behind the DNS Service is ready, and why. One ready endpoint is no outage; no
// pods at all are none either on EKS Auto Mode, where CoreDNS is a service of the node.
#include <string.h>

#include "core/base/mem.h"
#include "core/judge/coredns.h"
#include "core/parse/corefile.h"

struct reason { // why no endpoint is ready
    const char *text, *fix;
    usec_t since; // TIME_UNKNOWN: not told
};

// ------------------------------------------------------------------ reasons
static bool is_about(const struct kube_event *event, const struct kube_workload *deployment)
{
    return event->object && deployment->meta.name && event->object_namespace && deployment->meta.namespace_ &&
           strcmp(event->object, deployment->meta.name) == 0 &&
           strcmp(event->object_namespace, deployment->meta.namespace_) == 0;
}

const struct kube_event *coredns_find_scale_down(const struct bench *b)
{
    const struct kube_workload *deployment = b->facts->dns.deployment;
    const struct kube_event *latest = NULL;
    for (size_t i = 0; deployment && i < b->facts->cluster.events.n; i++) {
        const struct kube_event *event = &b->facts->cluster.events.items[i];
        if (is_about(event, deployment) && event->message && strstr(event->message, "Scaled down") &&
            (!latest || event->last > latest->last))
            latest = event;
    }
    return latest;
}

static bool explain_by_scale(struct bench *b, struct reason *reason, struct cites *cites)
{
    const struct kube_workload *deployment = b->facts->dns.deployment;
    if (!deployment || deployment->desired != 0)
        return false;
    const struct kube_event *event = coredns_find_scale_down(b);
    if (event) {
        cite(cites, event->place);
        reason->since = event->last;
    }
    cite(cites, deployment->desired_place);
    reason->text = arena_printf(&b->arena, "the deployment %s/%s is scaled to zero",
                                deployment->meta.namespace_, deployment->meta.name);
    reason->fix =
        arena_printf(&b->arena,
                     "scale CoreDNS back to at least two replicas: kubectl -n %s scale deployment %s "
                     "--replicas=2, and find out who scaled it down",
                     bench_plain_or(deployment->meta.namespace_, "NAMESPACE"),
                     bench_plain_or(deployment->meta.name, "NAME"));
    return true;
}

static bool explain_by_selector(struct bench *b, struct reason *reason, struct cites *cites)
{
    const struct dns_facts *dns = &b->facts->dns;
    if (!dns->service || !dns->n_pods ||
        kube_labels_match(&dns->service->selector, &dns->pods[0]->meta.labels) ||
        dns->pods[0]->ready != TRI_YES)
        return false;
    cite(cites, dns->service->meta.place);
    cite(cites, dns->pods[0]->meta.place);
    reason->text =
        arena_printf(&b->arena, "the selector of the Service %s fits no pod, though CoreDNS pods are ready",
                     dns->service->meta.name);
    reason->fix = arena_printf(
        &b->arena, "make the selector of the Service %s/%s equal to the labels of the CoreDNS pods",
        dns->service->meta.namespace_, dns->service->meta.name);
    return true;
}

static const char *image_words(const char *waiting)
{
    static const char *const reasons[] = {"ImagePullBackOff", "ErrImagePull", "InvalidImageName",
                                          "ErrImageNeverPull", "RegistryUnavailable"};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(waiting, reasons[i]) == 0)
            return "correct the image of the coredns deployment, or its way to the registry";
    }
    return NULL;
}

// What CoreDNS said before it ended, where it could not listen.
static struct span last_words(const struct bench *b, struct cites *cites)
{
    static const enum log_class classes[] = {LOG_COREDNS_LISTEN, LOG_BIND_IN_USE};
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        struct coredns_hits hits = coredns_hits(b, classes[i]);
        const struct log_hit *hit = hits.last_in_window ? hits.last_in_window : hits.first;
        if (!hit)
            continue;
        cite(cites, hit->place);
        return log_class_anchor(classes[i], hit->text);
    }
    return (struct span){0};
}

static const char *listen_fix(struct span words)
{
    if (span_contains(words, "permission denied"))
        return "give the CoreDNS container back the capability NET_BIND_SERVICE (securityContext of the "
               "coredns deployment), without which it may not listen on port 53";
    if (span_contains(words, "in use"))
        return "free port 53 where CoreDNS listens: with hostNetwork another process of the node holds it";
    return NULL;
}

// By the first container that says why it waits.
static bool explain_by_container(struct bench *b, struct reason *reason, struct cites *cites)
{
    const struct kube_pod *pod = coredns_troubled_pod(b);
    for (size_t i = 0; pod && i < pod->n_containers; i++) {
        const struct kube_container *c = &pod->containers[i];
        if (!c->waiting_reason)
            continue;
        cite(cites, c->waiting_place);
        if (c->last)
            cite(cites, c->last->place);
        struct span words = last_words(b, cites);
        const char *fix = words.len ? listen_fix(words) : image_words(c->waiting_reason);
        reason->since = pod->ready_since;
        reason->text = arena_printf(
            &b->arena, "its pods are in %s%s%s" SPAN_FMT, c->waiting_reason,
            c->last ? arena_printf(&b->arena, " (last exit code %lld)", (long long)c->last->exit_code) : "",
            words.len ? ": " : "", SPAN_ARG(words));
        reason->fix =
            fix ? fix
                : "look at what the CoreDNS container says before it ends (kubectl logs --previous) and "
                  "mend that; roll the last change of its deployment back";
        return true;
    }
    return false;
}

static bool is_creator(const struct bench *b, const struct kube_event *event)
{
    const struct kube_workload *deployment = b->facts->dns.deployment;
    struct span object = span_of(event->object);
    if (!deployment || !deployment->meta.name || !event->object_namespace || !deployment->meta.namespace_ ||
        strcmp(event->object_namespace, deployment->meta.namespace_) != 0 ||
        !span_skip(&object, deployment->meta.name))
        return false;
    return !object.len || (span_skip(&object, "-") && span_find_char(object, '-') == SIZE_MAX); // ReplicaSet
}

// The API server refuses its pods: an admission webhook, a quota, a pod security level.
static bool explain_by_creation(struct bench *b, struct reason *reason, struct cites *cites)
{
    for (size_t i = 0; i < b->facts->cluster.events.n && !b->facts->dns.n_pods; i++) {
        const struct kube_event *event = &b->facts->cluster.events.items[i];
        if (!event->reason || strcmp(event->reason, "FailedCreate") != 0 || !event->message ||
            !is_creator(b, event))
            continue;
        cite(cites, event->place);
        reason->since = event->first;
        reason->text = arena_printf(&b->arena, "its pods cannot be created: %s", event->message);
        reason->fix = "mend what refuses the CoreDNS pods (the admission webhook, quota or policy that the "
                      "event names), or exempt CoreDNS' namespace from it";
        return true;
    }
    return false;
}

static bool explain_by_scheduling(struct bench *b, struct reason *reason, struct cites *cites)
{
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_pod *pod = b->facts->dns.pods[i];
        const struct kube_condition *unscheduled = pod->unscheduled;
        if (!unscheduled)
            continue;
        cite(cites, unscheduled->place);
        reason->since = unscheduled->since;
        reason->text =
            arena_printf(&b->arena, "its pods cannot be scheduled%s%s", unscheduled->message ? ": " : "",
                         unscheduled->message ? unscheduled->message : "");
        reason->fix =
            "give CoreDNS a node that it may run on: mend its node selector, affinity and tolerations, or "
            "add nodes with room";
        return true;
    }
    return false;
}

// A line with one of these words, among those that only say that CoreDNS is still waiting for the API.
static const struct log_hit *find_api_line(const struct bench *b, const char *word, const char *other)
{
    for (size_t i = 0; i < b->facts->logs.n; i++) {
        const struct log_hit *hit = &b->facts->logs.items[i];
        if (hit->class_ == LOG_COREDNS_API && bench_time_in_window(b, hit->time) != TRI_NO &&
            (span_contains(hit->text, word) || span_contains(hit->text, other)))
            return hit;
    }
    return NULL;
}

// Running, and not ready because the API cannot be read: plugin ready waits for plugin kubernetes.
static bool explain_by_api(struct bench *b, struct reason *reason, struct cites *cites)
{
    struct coredns_hits hits = coredns_hits(b, LOG_COREDNS_API);
    if (!hits.total)
        return false;
    const struct log_hit *hit = hits.first_in_window ? hits.first_in_window : hits.first;
    const struct log_hit *forbidden = find_api_line(b, "forbidden", "Unauthorized");
    const struct log_hit *why =
        forbidden ? forbidden : find_api_line(b, "connection failure", "ailed to list");
    if (why)
        cite(cites, why->place);
    coredns_cite_hits(b, LOG_COREDNS_API, 2, cites);
    reason->since = hit->time;
    reason->text =
        forbidden ? "its pods may not read the Kubernetes API" : "its pods do not reach the Kubernetes API";
    reason->fix = forbidden
                      ? "restore the ClusterRole system:coredns and its binding (endpoints, services, pods, "
                        "namespaces; endpointslices of discovery.k8s.io: list and watch)"
                      : "restore the way from the CoreDNS pods to the API server";
    return true;
}

// The readiness probe asks the `ready` plug-in (port 8181): without it in the Corefile no pod is ever ready.
static bool explain_by_probe(struct bench *b, struct reason *reason, struct cites *cites)
{
    const struct dns_facts *dns = &b->facts->dns;
    bool runs = dns->n_pods && dns->pods[0]->phase && strcmp(dns->pods[0]->phase, "Running") == 0 &&
                dns->pods[0]->ready == TRI_NO;
    for (size_t i = 0; dns->corefile && i < dns->corefile->n_servers; i++)
        runs &= !core_plugin(&dns->corefile->servers[i], "ready");
    if (!runs || !dns->corefile || dns->corefile->imports)
        return false;
    cite(cites, dns->corefile_place);
    cite(cites, dns->pods[0]->ready_place);
    reason->since = dns->pods[0]->ready_since;
    reason->text = "its pods run, and the Corefile has no ready plug-in for their readiness probe to ask";
    reason->fix =
        "put the line `ready` back into the server block of the Corefile (ConfigMap coredns), and let the "
        "deployment restart";
    return true;
}

static bool explain_by_nodes(struct bench *b, struct reason *reason, struct cites *cites)
{
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const char *name = b->facts->dns.pods[i]->node;
        const struct kube_node *node = name ? cluster_node(&b->facts->cluster, name) : NULL;
        const struct kube_condition *ready = node ? kube_node_condition(node, "Ready") : NULL;
        if (!ready || !ready->status || strcmp(ready->status, "True") == 0)
            continue;
        cite(cites, ready->place);
        reason->since = ready->since;
        reason->text = arena_printf(&b->arena, "the node %s of its pods is not ready", name);
        reason->fix =
            arena_printf(&b->arena, "bring the node %s back, or let CoreDNS run on other nodes", name);
        return true;
    }
    return false;
}

typedef bool explain_fn(struct bench *b, struct reason *reason, struct cites *cites);

static struct reason find_reason(struct bench *b, struct cites *cites)
{
    static explain_fn *const explanations[] = {
        explain_by_scale,      explain_by_selector, explain_by_creation, explain_by_container,
        explain_by_scheduling, explain_by_nodes,    explain_by_api,      explain_by_probe};
    struct reason reason = {.since = TIME_UNKNOWN};
    for (size_t i = 0; i < sizeof explanations / sizeof *explanations; i++) {
        if (explanations[i](b, &reason, cites))
            return reason;
    }
    return reason;
}

// ------------------------------------------------------------------ claims
static bool is_auto_mode(const struct bench *b)
{
    return b->facts->node ? b->facts->node->auto_mode
                          : b->facts->node_name &&
                                kube_node_is_auto(cluster_node(&b->facts->cluster, b->facts->node_name));
}

static void cite_endpoints(const struct bench *b, struct cites *cites)
{
    for (size_t i = 0; i < b->facts->dns.n_endpoints && i < 3; i++)
        cite(cites, b->facts->dns.endpoints[i].place);
}

// Where the list of endpoints is empty, its slice says so; where it has none, the listing.
static void cite_slices(const struct bench *b, struct cites *cites)
{
    const struct kube_service *service = b->facts->dns.service;
    size_t before = cites->n;
    for (size_t i = 0; service && i < b->facts->cluster.slices.n; i++) {
        const struct kube_slice *slice = &b->facts->cluster.slices.items[i];
        if (kube_slice_is_of(slice, service))
            cite(cites, slice->meta.place);
    }
    if (cites->n == before)
        cite(cites, b->facts->cluster.slices.listing.place);
}

// Answers by the cluster's DNS behind `since`: then it was not down.
static const struct lookup *find_answer(const struct bench *b, usec_t since)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool server = l->at == LOOKUP_AT_CLUSTER_DNS || l->at == LOOKUP_AT_ENDPOINT;
        if (server && l->origin != LOOKUP_APP_LOG && !lookup_failed(l->outcome) && since != TIME_UNKNOWN &&
            l->time != TIME_UNKNOWN && l->time > since && bench_time_in_window(b, l->time) == TRI_YES)
            return l;
    }
    return NULL;
}

static void cite_pods(const struct bench *b, struct cites *cites)
{
    for (size_t i = 0; i < b->facts->dns.n_pods && i < 2; i++)
        cite(cites, b->facts->dns.pods[i]->meta.place);
}

// Without a listing of endpoints: whether every CoreDNS pod of a listing that holds them all is not ready.
static bool are_pods_unready(const struct bench *b)
{
    const struct dns_facts *dns = &b->facts->dns;
    const char *ns = dns->n_pods ? dns->pods[0]->meta.namespace_ : NULL;
    bool ours = listing_covers(&b->facts->cluster.pods.listing, ns);
    for (size_t i = 0; i < dns->n_pods; i++)
        ours &= dns->pods[i]->ready == TRI_NO;
    return ours && dns->n_pods;
}

static void say_down(struct bench *b)
{
    struct cites cites = {0};
    struct reason reason = find_reason(b, &cites);
    cite_pods(b, &cites);
    cite_endpoints(b, &cites);
    cite_slices(b, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_COREDNS_DOWN,
                  .subject = SUBJECT_COREDNS_PODS,
                  .on_path = bench_asks_cluster_dns(b),
                  .in_window = bench_state_in_window(b, reason.since),
                  .text = arena_printf(&b->arena, "no CoreDNS endpoint is ready%s%s", reason.text ? ": " : "",
                                       reason.text ? reason.text : ""),
                  .fix = reason.fix,
                  .time = reason.since,
              },
              &cites);
    const struct lookup *answer = find_answer(b, reason.since);
    if (answer) {
        struct cites against = {0};
        cite(&against, answer->place);
        bench_say(b,
                  &(struct claim){
                      .kind = CLAIM_AGAINST,
                      .diagnosis = DIAGNOSIS_COREDNS_DOWN,
                      .subject = SUBJECT_COREDNS_PODS,
                      .on_path = TRI_YES,
                      .in_window = TRI_YES,
                      .text = "the cluster's DNS still answered after that, in the window",
                      .time = answer->time,
                  },
                  &against);
    }
    coredns_say_effect(b, DIAGNOSIS_COREDNS_DOWN, LOOKUP_NAME_UNKNOWN);
}

// A CoreDNS pod that is not ready, whatever it waits for.
static const struct kube_pod *find_unready(const struct bench *b)
{
    const struct kube_pod *troubled = coredns_troubled_pod(b);
    for (size_t i = 0; i < b->facts->dns.n_pods && !troubled; i++) {
        if (b->facts->dns.pods[i]->ready != TRI_YES)
            troubled = b->facts->dns.pods[i];
    }
    return troubled;
}

// The last end of a CoreDNS container, where it lies before the window.
static const struct kube_termination *find_old_end(const struct bench *b)
{
    const struct kube_termination *latest = NULL;
    usec_t from = b->facts->target.window.from;
    for (size_t i = 0; i < b->facts->dns.n_pods; i++) {
        const struct kube_pod *pod = b->facts->dns.pods[i];
        for (size_t j = 0; j < pod->n_containers; j++) {
            const struct kube_termination *t = pod->containers[j].last;
            if (t && t->finished != TIME_UNKNOWN && from != TIME_UNKNOWN && t->finished < from &&
                (!latest || t->finished > latest->finished))
                latest = t;
        }
    }
    return latest;
}

static void say_old_end(struct bench *b, size_t ready)
{
    const struct kube_termination *end = find_old_end(b);
    struct cites cites = {0};
    if (!end)
        return;
    cite(&cites, end->place);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_INNOCENT,
            .diagnosis = DIAGNOSIS_COREDNS_DOWN,
            .subject = SUBJECT_COREDNS_PODS,
            .on_path = TRI_YES,
            .in_window = TRI_NO,
            .text = arena_printf(&b->arena,
                                 "a CoreDNS container ended with exit code %lld before the window; %zu of "
                                 "%zu endpoints are ready",
                                 (long long)end->exit_code, ready, ready),
            .time = end->finished,
        },
        &cites);
}

static void say_ready(struct bench *b, size_t ready)
{
    struct cites cites = {0};
    size_t n = b->facts->dns.n_endpoints;
    const struct kube_pod *troubled = find_unready(b);
    bool whole = ready == n && !troubled;
    if (troubled)
        cite(&cites, troubled->meta.place);
    if (whole)
        say_old_end(b, ready);
    cite_endpoints(b, &cites);
    bench_say(b,
              &(struct claim){
                  .kind = whole ? CLAIM_CLEAR : CLAIM_INNOCENT,
                  .diagnosis = whole ? DIAGNOSIS_NONE : DIAGNOSIS_COREDNS_DOWN,
                  .subject = SUBJECT_COREDNS_PODS,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%zu of %zu CoreDNS endpoints are ready%s", ready, n,
                                       whole ? "" : ": that not all of CoreDNS is ready is no outage"),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

static void say_gap(struct bench *b)
{
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_GAP,
                  .diagnosis = DIAGNOSIS_COREDNS_DOWN,
                  .subject = SUBJECT_COREDNS_PODS,
                  .text = "whether a CoreDNS endpoint is ready",
                  .command = "kubectl get endpointslices -n kube-system -l "
                             "kubernetes.io/service-name=kube-dns -o json",
                  .time = TIME_UNKNOWN,
              },
              &(struct cites){0});
}

void coredns_judge_down(struct bench *b)
{
    size_t ready;
    bool known = coredns_count_ready(b, &ready);
    if (is_auto_mode(b) && !b->facts->dns.n_pods)
        return;
    if (ready)
        say_ready(b, ready);
    else if (known || are_pods_unready(b))
        say_down(b);
    else
        say_gap(b);
}
