// Pods, containers and workloads. A container's spec and its status stand in two lists of the object; they
// are joined by name here. An object that was written by hand may lack either, and defaults are those of the
// API reference.
#include "core/parse/kubepod.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/parse/kuberead.h"

static const struct kube_termination *read_termination(const struct kube_reader *r,
                                                       const struct json_value *state)
{
    const struct json_value *value = json_get(state, "terminated");
    if (!value || value->kind != JSON_MAP)
        return NULL;
    struct kube_termination termination = {
        .reason = kube_read_text(r, value, "reason"),
        .exit_code = kube_read_number(value, "exitCode", 0),
        .started = kube_read_time(value, "startedAt"),
        .finished = kube_read_time(value, "finishedAt"),
        .place = json_get(value, "reason") ? kube_read_member_place(r, value, "reason")
                                           : kube_read_place(r, value),
    };
    return arena_dup(r->arena, &termination, sizeof termination);
}

// command and args one after the other: whether an option stands in one or the other means nothing.
static void read_args(const struct kube_reader *r, const struct json_value *spec, struct kube_container *ret)
{
    size_t n_command;
    size_t n_args;
    const char *const *command = kube_read_texts(r, json_get(spec, "command"), &n_command);
    const char *const *args = kube_read_texts(r, json_get(spec, "args"), &n_args);
    const char **all = mem_calloc(n_command + n_args, sizeof *all);
    memcpy(all, command, n_command * sizeof *all);
    memcpy(all + n_command, args, n_args * sizeof *all);
    ret->n_args = n_command + n_args;
    ret->args = kube_take_array(r, all, ret->n_args * sizeof *all);
    ret->args_place = kube_read_member_place(r, spec, n_args ? "args" : "command");
}

static void read_spec(const struct kube_reader *r, const struct json_value *spec, struct kube_container *ret)
{
    ret->name = kube_read_text(r, spec, "name");
    ret->image = kube_read_text(r, spec, "image");
    ret->memory_limit = kube_read_quantity(json_path(spec, "resources.limits.memory")) / 1000;
    ret->place = kube_read_member_place(r, spec, "name");
    ret->ports = kube_read_ports(r, json_get(spec, "ports"), "containerPort", &ret->n_ports);
    read_args(r, spec, ret);
}

static void read_status(const struct kube_reader *r, const struct json_value *status,
                        struct kube_container *ret)
{
    const struct json_value *state = json_get(status, "state");
    ret->ready = kube_read_tri(status, "ready", TRI_UNKNOWN);
    ret->restarts = kube_read_number(status, "restartCount", 0);
    ret->waiting_reason = kube_read_text(r, state, "waiting.reason");
    ret->waiting_place = kube_read_member_place(r, state, "waiting.reason");
    ret->terminated = read_termination(r, state);
    ret->last = read_termination(r, json_get(status, "lastState"));
    if (status)
        ret->place = kube_read_member_place(r, status, "name");
}

static const struct json_value *find_status(const struct json_value *statuses, const char *name)
{
    if (!name || !statuses)
        return NULL;
    for (size_t i = 0; i < kube_read_count(statuses); i++) {
        if (span_is(json_text(json_get(&statuses->items[i], "name")), name))
            return &statuses->items[i];
    }
    return NULL;
}

static void read_some(const struct kube_reader *r, const struct json_value *specs,
                      const struct json_value *statuses, bool init, struct kube_container *ret)
{
    for (size_t i = 0; i < kube_read_count(specs); i++) {
        ret[i].init = init;
        read_spec(r, &specs->items[i], &ret[i]);
        read_status(r, find_status(statuses, ret[i].name), &ret[i]);
    }
}

// Those of a pod, or of a template, which has no status; the init containers first.
static struct kube_container *read_containers(const struct kube_reader *r, const struct json_value *spec,
                                              const struct json_value *status, size_t *ret_n)
{
    const struct json_value *init = json_get(spec, "initContainers");
    const struct json_value *own = json_get(spec, "containers");
    size_t n = kube_read_count(init);
    *ret_n = n + kube_read_count(own);
    struct kube_container *ret = arena_alloc(r->arena, *ret_n * sizeof *ret);
    read_some(r, init, json_get(status, "initContainerStatuses"), true, ret);
    read_some(r, own, json_get(status, "containerStatuses"), false, ret + n);
    return ret;
}

// The ConfigMaps of a pod's volumes, projected ones too.
static const char *const *read_config_maps(const struct kube_reader *r, const struct json_value *spec,
                                           size_t *ret_n)
{
    const struct json_value *volumes = json_get(spec, "volumes");
    size_t n = kube_read_count(volumes);
    const char **names = mem_calloc(n, sizeof *names);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        const char *name = kube_read_text(r, &volumes->items[i], "configMap.name");
        if (name)
            names[(*ret_n)++] = name;
    }
    return kube_take_array(r, names, *ret_n * sizeof *names);
}

static const struct kube_dns_config *read_dns_config(const struct kube_reader *r,
                                                     const struct json_value *spec)
{
    const struct json_value *config = json_get(spec, "dnsConfig");
    if (!config || config->kind != JSON_MAP)
        return NULL;
    struct kube_dns_config *ret = arena_alloc(r->arena, sizeof *ret);
    ret->place = ret->nameserver_place = kube_read_member_place(r, spec, "dnsConfig");
    const struct json_value *servers = json_get(config, "nameservers");
    size_t n;
    const char *const *texts = kube_read_texts(r, servers, &n);
    if (n) {
        ret->nameserver = texts[0];
        ret->nameserver_place = kube_read_place(r, &servers->items[0]);
    }
    return ret;
}

static const struct json_value *find_condition(const struct json_value *conditions, const char *type)
{
    for (size_t i = 0; i < kube_read_count(conditions); i++) {
        if (span_is(json_text(json_get(&conditions->items[i], "type")), type))
            return &conditions->items[i];
    }
    return NULL;
}

static void read_readiness(const struct kube_reader *r, const struct json_value *conditions,
                           struct kube_pod *pod)
{
    const struct json_value *ready = find_condition(conditions, "Ready");
    struct span status = json_text(json_get(ready, "status"));
    pod->ready = TRI_UNKNOWN;
    pod->ready_since = TIME_UNKNOWN;
    if (!status.at)
        return;
    if (!span_is(status, "Unknown"))
        pod->ready = tri_of(span_is(status, "True"));
    pod->ready_since = kube_read_time(ready, "lastTransitionTime");
    pod->ready_place = kube_read_condition_place(r, ready);
}

static const struct kube_condition *read_unscheduled(const struct kube_reader *r,
                                                     const struct json_value *conditions)
{
    const struct json_value *scheduled = find_condition(conditions, "PodScheduled");
    if (!span_is(json_text(json_get(scheduled, "status")), "False"))
        return NULL;
    struct kube_condition *ret = arena_alloc(r->arena, sizeof *ret);
    *ret = kube_read_condition(r, scheduled);
    return ret;
}

static void read_pod_spec(const struct kube_reader *r, const struct json_value *spec, struct kube_pod *pod)
{
    pod->node = kube_read_text(r, spec, "nodeName");
    pod->host_network = json_is_true(json_get(spec, "hostNetwork"));
    pod->host_network_place = kube_read_member_place(r, spec, "hostNetwork");
    pod->dns_policy = kube_read_text(r, spec, "dnsPolicy");
    pod->dns_policy_place = kube_read_member_place(r, spec, "dnsPolicy");
    pod->dns_config = read_dns_config(r, spec);
    pod->config_maps = read_config_maps(r, spec, &pod->n_config_maps);
}

static void read_pod_status(const struct kube_reader *r, const struct json_value *status,
                            struct kube_pod *pod)
{
    pod->phase = kube_read_text(r, status, "phase");
    pod->phase_place = kube_read_member_place(r, status, "phase");
    pod->status_reason = kube_read_text(r, status, "reason");
    pod->started = kube_read_time(status, "startTime");
    pod->host_ip = kube_read_ip(status, "hostIP");
    pod->ip = kube_read_ip(status, "podIP");
    const struct json_value *ips = json_get(status, "podIPs");
    for (size_t i = 0; i < kube_read_count(ips); i++) {
        struct ip ip = kube_read_ip(&ips->items[i], "ip");
        if (!pod->ip.family)
            pod->ip = ip;
        else if (!ip_eq(ip, pod->ip))
            pod->ip2 = ip;
    }
    const struct json_value *conditions = json_get(status, "conditions");
    read_readiness(r, conditions, pod);
    pod->unscheduled = read_unscheduled(r, conditions);
}

void kube_read_pod(const struct kube_reader *r, const struct json_value *object, struct kube_pod *ret)
{
    const struct json_value *spec = json_get(object, "spec");
    const struct json_value *status = json_get(object, "status");
    *ret = (struct kube_pod){0};
    kube_read_meta(r, object, &ret->meta);
    read_pod_spec(r, spec, ret);
    read_pod_status(r, status, ret);
    ret->containers = read_containers(r, spec, status, &ret->n_containers);
}

// ------------------------------------------------------------------ workloads
static usec_t latest_change(const struct kube_workload *workload, const struct json_value *status)
{
    usec_t latest = workload->meta.created;
    const struct json_value *conditions = json_get(status, "conditions");
    for (size_t i = 0; i < kube_read_count(conditions); i++) {
        usec_t update = kube_read_time(&conditions->items[i], "lastUpdateTime");
        latest = update > latest ? update : latest;
    }
    return latest;
}

static void read_counts(const struct kube_reader *r, const struct json_value *object,
                        struct kube_workload *ret)
{
    const struct json_value *status = json_get(object, "status");
    bool daemon = strcmp(ret->kind, "DaemonSet") == 0;
    ret->desired = daemon ? kube_read_number(status, "desiredNumberScheduled", 0)
                          : kube_read_number(object, "spec.replicas", 1);
    ret->ready = kube_read_number(status, daemon ? "numberReady" : "readyReplicas", 0);
    ret->available = kube_read_number(status, daemon ? "numberAvailable" : "availableReplicas", 0);
    ret->updated = kube_read_number(status, daemon ? "updatedNumberScheduled" : "updatedReplicas", 0);
    ret->desired_place = kube_read_member_place(r, object, "spec.replicas");
    if (!place_is_set(ret->desired_place))
        ret->desired_place = ret->meta.place;
}

void kube_read_workload(const struct kube_reader *r, const struct json_value *object, const char *kind,
                        struct kube_workload *ret)
{
    const struct json_value *template = json_path(object, "spec.template");
    const struct json_value *spec = json_get(template, "spec");
    *ret = (struct kube_workload){.kind = arena_strdup(r->arena, kind)};
    kube_read_meta(r, object, &ret->meta);
    read_counts(r, object, ret);
    ret->changed = latest_change(ret, json_get(object, "status"));
    ret->dns_policy = kube_read_text(r, spec, "dnsPolicy");
    ret->dns_policy_place = kube_read_member_place(r, spec, "dnsPolicy");
    ret->template_labels = kube_read_labels(r, template, "metadata.labels");
    ret->config_maps = read_config_maps(r, spec, &ret->n_config_maps);
    ret->containers = read_containers(r, spec, NULL, &ret->n_containers);
}
