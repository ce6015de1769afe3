// pod_not_running: the complaining pod has no running container, for a reason that is not DNS, since before
// or in the window. A pod that is not ready *because* DNS fails at its start is a symptom. And the state of
// the nodes: a node that is not ready says that its kubelet is silent, not that its packets are lost.
#include <string.h>

#include "core/judge/bench.h"
#include "core/judge/judge.h"

struct pod_state {
    const char *text, *fix; // NULL text: nothing is wrong with it
    usec_t since;
    bool crashing; // it starts, and ends or waits: why must be looked at
    bool silent;   // nobody hears of it
    struct cites cites;
};

static bool is_one_of(const char *word, const char *const *list)
{
    for (; word && *list; list++) {
        if (strcmp(word, *list) == 0)
            return true;
    }
    return false;
}

// ------------------------------------------------------------------ what the API says of it
static void look_at_waiting(struct bench *b, const struct kube_pod *pod, const struct kube_container *c,
                            struct pod_state *state)
{
    static const char *const image[] = {"ImagePullBackOff",  "ErrImagePull",        "InvalidImageName",
                                        "ErrImageNeverPull", "RegistryUnavailable", NULL};
    static const char *const config[] = {"CreateContainerConfigError",
                                         "CreateContainerError",
                                         "RunContainerError",
                                         "ContainerCannotRun",
                                         "PreCreateHookError",
                                         "PostStartHookError",
                                         NULL};
    if (!c->waiting_reason || state->text)
        return;
    state->crashing = strcmp(c->waiting_reason, "CrashLoopBackOff") == 0;
    if (is_one_of(c->waiting_reason, image))
        state->fix =
            arena_printf(&b->arena, "correct the image %s of the workload, or its way to the registry",
                         c->image ? c->image : "");
    else if (is_one_of(c->waiting_reason, config))
        state->fix = "mend what the container needs to be made (a Secret, ConfigMap, volume or command)";
    else if (!state->crashing)
        return;
    cite(&state->cites, c->waiting_place);
    if (c->last)
        cite(&state->cites, c->last->place);
    state->since = pod->ready_since;
    state->text = arena_printf(
        &b->arena, "its container %s is in %s%s", c->name ? c->name : "?", c->waiting_reason,
        c->last ? arena_printf(&b->arena, " (last exit code %lld)", (long long)c->last->exit_code) : "");
}

// An init container that has not ended well.
static const struct kube_container *find_init(const struct kube_pod *pod)
{
    for (size_t i = 0; i < pod->n_containers; i++) {
        if (pod->containers[i].init && pod->containers[i].ready != TRI_YES)
            return &pod->containers[i];
    }
    return NULL;
}

static void look_at_phase(struct bench *b, const struct kube_pod *pod, struct pod_state *state)
{
    bool pending = pod->phase && strcmp(pod->phase, "Pending") == 0;
    bool ended = pod->phase && (strcmp(pod->phase, "Failed") == 0 || strcmp(pod->phase, "Succeeded") == 0);
    if (state->text || (!pending && !ended))
        return;
    state->since = pod->ready_since;
    cite(&state->cites, pod->phase_place);
    if (pending && pod->unscheduled) {
        cite(&state->cites, pod->unscheduled->place);
        state->since = pod->unscheduled->since;
        state->text = "it cannot be scheduled";
        state->fix =
            "give the pod a node that it may run on: room, node selector, affinity, tolerations, volumes";
    } else if (ended) {
        state->text =
            arena_printf(&b->arena, "it has ended: phase %s%s%s", pod->phase, pod->status_reason ? ", " : "",
                         pod->status_reason ? pod->status_reason : "");
        state->fix = pod->status_reason && strcmp(pod->status_reason, "Evicted") == 0
                         ? "find out what the node ran short of, and let the workload start a new pod"
                         : "find out why the pod ended, and start it again";
    } else {
        const struct kube_container *init = find_init(pod);
        state->crashing = init != NULL; // what it waits for may well be a name
        state->text = init ? arena_printf(&b->arena, "it is still in its init container %s",
                                          init->name ? init->name : "?")
                           : "it is still Pending";
    }
}

// Asked by the pod after that time: then it was there.
static bool is_heard_of(const struct bench *b, usec_t since)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->target_pod && (l->time == TIME_UNKNOWN || since == TIME_UNKNOWN || l->time > since))
            return true;
    }
    return false;
}

// A node whose kubelet has fallen silent, and a pod that is not Ready for it (the node controller says so;
// what its containers were is the kubelet's last word).
static void look_at_node(struct bench *b, const struct kube_pod *pod, struct pod_state *state)
{
    const struct kube_node *node = pod->node ? cluster_node(&b->facts->cluster, pod->node) : NULL;
    const struct kube_condition *ready = node ? kube_node_condition(node, "Ready") : NULL;
    if (state->text || pod->ready != TRI_NO || !ready || !ready->status ||
        strcmp(ready->status, "Unknown") != 0 || is_heard_of(b, ready->since))
        return;
    state->silent = true;
    state->since = ready->since;
    cite(&state->cites, ready->place);
    cite(&state->cites, pod->ready_place);
    state->text =
        arena_printf(&b->arena, "its node %s has fallen silent, and nobody hears of the pod", pod->node);
    state->fix = "bring the node back, or delete it, so that the workload starts a new pod on another one";
}

static struct pod_state look_at_pod(struct bench *b, const struct kube_pod *pod)
{
    struct pod_state state = {.since = TIME_UNKNOWN};
    for (size_t i = 0; i < pod->n_containers; i++)
        look_at_waiting(b, pod, &pod->containers[i], &state);
    look_at_phase(b, pod, &state);
    look_at_node(b, pod, &state);
    return state;
}

static bool runs(const struct kube_pod *pod)
{
    for (size_t i = 0; i < pod->n_containers; i++) {
        const struct kube_container *c = &pod->containers[i];
        if (!c->init && c->ready == TRI_YES)
            return true;
    }
    return false;
}

// ------------------------------------------------------------------ is DNS the reason
// The pod's own words, or packets, of lookups that failed: it ran, and asked.
static const struct lookup *find_own_failure(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        bool denied = l->origin == LOOKUP_APP_LOG && l->outcome == LOOKUP_NXDOMAIN;
        if (l->target_pod && l->origin != LOOKUP_DIG && (denied || lookup_failed(l->outcome)))
            return l;
    }
    return NULL;
}

static void say_symptom(struct bench *b, const struct pod_state *state, const struct lookup *failure)
{
    struct cites cites = {0};
    cite(&cites, failure->place);
    for (size_t i = 0; i < state->cites.n; i++)
        cite(&cites, state->cites.items[i]);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_INNOCENT,
                  .diagnosis = DIAGNOSIS_POD_NOT_RUNNING,
                  .subject = SUBJECT_POD_STATE,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(
                      &b->arena, "%s, and its own lookups fail at its start: that is a symptom", state->text),
                  .time = failure->time,
              },
              &cites);
}

// ------------------------------------------------------------------ what is seen of it elsewhere
static bool is_about_pod(const struct kube_event *event, const struct kube_pod *pod)
{
    return event->object && pod->meta.name && strcmp(event->object, pod->meta.name) == 0 &&
           (!event->object_namespace || !pod->meta.namespace_ ||
            strcmp(event->object_namespace, pod->meta.namespace_) == 0);
}

static bool is_trouble(const struct kube_event *event)
{
    return event->type && strcmp(event->type, "Warning") == 0;
}

static bool spans_window(const struct bench *b, const struct kube_event *event)
{
    struct window w = b->facts->target.window;
    bool before_end = event->first == TIME_UNKNOWN || w.to == TIME_UNKNOWN || event->first <= w.to;
    bool after_begin = event->last == TIME_UNKNOWN || w.from == TIME_UNKNOWN || event->last >= w.from;
    return before_end && after_begin;
}

// The kubelet or the scheduler tried, in the window, and says that it could not.
static void say_attempts(struct bench *b, const struct kube_pod *pod)
{
    struct cites cites = {0};
    const struct kube_event *first = NULL;
    for (size_t i = 0; i < b->facts->cluster.events.n; i++) {
        const struct kube_event *event = &b->facts->cluster.events.items[i];
        if (!is_about_pod(event, pod) || !is_trouble(event) || !spans_window(b, event))
            continue;
        first = first ? first : event;
        cite(&cites, event->place);
    }
    if (!first)
        return;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_POD_NOT_RUNNING,
                  .subject = SUBJECT_POD_STATE,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "the pod was still not there in the window: %s",
                                       first->message  ? first->message
                                       : first->reason ? first->reason
                                                       : ""),
                  .time = first->first,
              },
              &cites);
}

static void say_not_running(struct bench *b, const struct kube_pod *pod, const struct pod_state *state)
{
    bool unread = state->crashing && !log_source_exists(b->facts, pod->meta.namespace_,
                                                        pod->meta.name); // why it ends was not seen
    bool guess = unread || state->silent;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CAUSE,
                  .diagnosis = DIAGNOSIS_POD_NOT_RUNNING,
                  .subject = SUBJECT_POD_STATE,
                  .on_path = guess ? TRI_UNKNOWN : TRI_YES,
                  .in_window = bench_state_in_window(b, state->since),
                  .text = arena_printf(&b->arena, "the pod %s/%s is not running: %s",
                                       pod->meta.namespace_ ? pod->meta.namespace_ : "?",
                                       pod->meta.name ? pod->meta.name : "?", state->text),
                  .fix = state->fix,
                  .time = state->since,
              },
              &state->cites);
    say_attempts(b, pod);
}

static void say_running(struct bench *b, const struct kube_pod *pod)
{
    struct cites cites = {0};
    cite(&cites, pod->ready_place);
    cite(&cites, pod->phase_place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CLEAR,
                  .subject = SUBJECT_POD_STATE,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "the pod %s is %s%s", pod->meta.name ? pod->meta.name : "?",
                                       pod->phase ? pod->phase : "there",
                                       pod->ready == TRI_YES ? " and Ready" : ""),
                  .object = pod->meta.name,
                  .time = pod->ready_since,
              },
              &cites);
}

// Running and not ready, without a container that waits: what the probe waits for may well be a name.
static void say_unready(struct bench *b, const struct kube_pod *pod)
{
    struct cites cites = {0};
    cite(&cites, pod->ready_place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_NOTE,
                  .subject = SUBJECT_POD_STATE,
                  .on_path = TRI_YES,
                  .in_window = bench_state_in_window(b, pod->ready_since),
                  .text = "the pod runs and is not Ready, as a pod that waits for DNS is",
                  .object = pod->meta.name,
                  .time = pod->ready_since,
              },
              &cites);
}

static void judge_pod(struct bench *b, const struct kube_pod *pod)
{
    struct pod_state state = look_at_pod(b, pod);
    const struct lookup *failure = find_own_failure(b);
    if (!state.text && pod->ready == TRI_NO)
        say_unready(b, pod);
    else if (!state.text || (runs(pod) && !state.silent))
        say_running(b, pod);
    else if (failure)
        say_symptom(b, &state, failure);
    else
        say_not_running(b, pod, &state);
}

static void say_pod_gap(struct bench *b)
{
    const struct target *t = &b->facts->target;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_GAP,
                  .diagnosis = DIAGNOSIS_POD_NOT_RUNNING,
                  .subject = SUBJECT_POD_STATE,
                  .text = arena_printf(&b->arena, "the state of the pod %s", t->pod),
                  .command = bench_pod_command(b, "get pod", "-o json"),
                  .object = t->pod,
                  .time = TIME_UNKNOWN,
              },
              &(struct cites){0});
}

// ------------------------------------------------------------------ nodes
static bool is_ready(const struct kube_node *node, const struct kube_condition **ret)
{
    *ret = kube_node_condition(node, "Ready");
    return *ret && (*ret)->status && strcmp((*ret)->status, "True") == 0;
}

static void say_node(struct bench *b, const struct kube_node *node, const struct kube_condition *ready)
{
    struct cites cites = {0};
    bool own = b->facts->node_name && node->meta.name && strcmp(b->facts->node_name, node->meta.name) == 0;
    cite(&cites, ready->place);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_NOTE,
            .subject = SUBJECT_NODE_STATE,
            .on_path = tri_of(own),
            .in_window = bench_state_in_window(b, ready->since),
            .text = arena_printf(
                &b->arena,
                "the node %s is not Ready (%s): its kubelet is silent, which says nothing of "
                "its packets",
                node->meta.name ? node->meta.name : "?", ready->reason ? ready->reason : "no reason given"),
            .object = node->meta.name,
            .time = ready->since,
        },
        &cites);
}

static void judge_nodes(struct bench *b)
{
    struct cites cites = {0};
    size_t n_ready = 0;
    for (size_t i = 0; i < b->facts->cluster.nodes.n; i++) {
        const struct kube_condition *ready;
        if (is_ready(&b->facts->cluster.nodes.items[i], &ready)) {
            n_ready++;
            cite(&cites, ready->place);
        } else if (ready) {
            say_node(b, &b->facts->cluster.nodes.items[i], ready);
        }
    }
    if (!n_ready || n_ready != b->facts->cluster.nodes.n)
        return;
    cites.n = cites.n > 3 ? 3 : cites.n;
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_CLEAR,
                  .subject = SUBJECT_NODE_STATE,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(&b->arena, "%zu of %zu nodes are Ready", n_ready, n_ready),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}

void judge_pods(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    bench_init(&b, facts, claims);
    if (facts->pod)
        judge_pod(&b, facts->pod);
    else if (facts->target.pod)
        say_pod_gap(&b);
    judge_nodes(&b);
    bench_done(&b);
}
