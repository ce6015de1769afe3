// What each row is run for. A row that needs to know what has not been said yet is left for the next plan.
#include <string.h>

#include "core/base/mem.h"
#include "core/parse/ipaddr.h"
#include "core/probe/planner.h"

// ------------------------------------------------------------------ what each is run for

static struct errand here(const struct planner *p)
{
    return (struct errand){.values = {.at = {[VALUE_CONTEXT] = p->scope.context}}};
}

static void fill_times(const struct planner *p, struct probe_values *values)
{
    usec_t since = p->in->since;
    char text[32];
    if (since == TIME_UNKNOWN)
        return;
    values->at[VALUE_SINCE] = arena_strdup(p->arena, clock_format(since, text));
    values->at[VALUE_EPOCH] = arena_printf(p->arena, "@%lld", (long long)(since / USEC_SEC));
}

static enum tri is_served(const struct planner *p, const struct probe_row *row)
{
    const char *why;
    if (scope_asked(p->scope.facts, "cluster/api-resources.txt", &why) == SCOPE_NOT_ASKED) {
        p->plan->waits = true;
        return TRI_NO; // not before it is known
    }
    return api_serves(&p->scope.facts->api, row->name);
}

static void put_scopes(struct planner *p, const struct probe_row *row)
{
    const char *const all = arena_printf(p->arena, "cluster/%s.json", row->name);
    const char *const singly[] = {p->scope.namespace_, "kube-system"};
    struct errand errand = here(p);
    errand.values.at[VALUE_SCOPE] = "-A";
    errand.values.at[VALUE_PART] = "";
    plan_put(p, row, &errand);
    for (size_t i = 0; scope_denied(p->scope.facts, row->name, all) && i < ARRAY_LEN(singly); i++) {
        if (!singly[i])
            continue;
        errand.values.at[VALUE_SCOPE] = arena_printf(p->arena, "--namespace=%s", singly[i]);
        errand.values.at[VALUE_PART] = arena_printf(p->arena, "@%s", singly[i]);
        plan_put(p, row, &errand);
    }
}

static void put_containers(struct planner *p, const struct probe_row *row,
                           const struct scope_container *containers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct errand errand = here(p);
        if (row->when == PROBE_WHEN_RESTARTED && !containers[i].restarted)
            continue;
        errand.values.at[VALUE_NAMESPACE] = containers[i].namespace_;
        errand.values.at[VALUE_POD] = containers[i].pod;
        errand.values.at[VALUE_CONTAINER] = containers[i].name;
        fill_times(p, &errand.values);
        plan_put(p, row, &errand);
    }
}

// ------------------------------------------------------------------ on nodes

static bool has_system(const struct scope_node *node, enum probe_when when)
{
    struct span os = span_of(node->kube && node->kube->os_image ? node->kube->os_image : "");
    bool amazon = span_starts(os, "Amazon Linux"), new = span_starts(os, "Amazon Linux 2023");
    if (!os.len)
        return true;
    return when == PROBE_WHEN_AL2023 ? new : when == PROBE_WHEN_AL2 ? amazon && !new : !amazon;
}

static bool fits_node(const struct planner *p, const struct probe_row *row, const struct scope_node *node)
{
    const char *mode = p->scope.facts->dns.proxy_mode;
    switch (row->when) {
    case PROBE_WHEN_IPVS:
        return mode && strcmp(mode, "ipvs") == 0;
    case PROBE_WHEN_AL2:
    case PROBE_WHEN_AL2023:
    case PROBE_WHEN_NOT_AMAZON:
        return has_system(node, row->when);
    case PROBE_WHEN_AWS:
        return scope_is_aws(&p->scope);
    default:
        return row->each != PROBE_EACH_POD_NODE || node->on_path;
    }
}

// What the pod's packets have behind its node where that translates their source: the node's own address.
static struct ip translated(const struct planner *p, struct ip pod)
{
    const struct facts *facts = p->scope.facts;
    const struct kube_node *kube = facts->node_name ? cluster_node(&facts->cluster, facts->node_name) : NULL;
    struct ip node = kube_node_ip(kube, pod.family);
    return node.family ? node : pod;
}

static void fill_addresses(const struct planner *p, struct probe_values *values)
{
    char text[IP_TEXT];
    struct ip pod = p->scope.facts->pod_ip;
    if (!pod.family)
        return;
    values->at[VALUE_ADDRESS] = arena_strdup(p->arena, ip_format(pod, text));
    values->at[VALUE_OUTSIDE] = arena_strdup(p->arena, ip_format(translated(p, pod), text));
}

static struct errand on_node(const struct planner *p, size_t i)
{
    struct errand errand = here(p);
    errand.node = &p->scope.nodes[i];
    errand.way = &p->ways[i];
    errand.values.at[VALUE_NODE] = errand.node->name;
    fill_addresses(p, &errand.values);
    fill_times(p, &errand.values);
    return errand;
}

// What carries addresses and is no loopback: a pod's end of a pair has none on the node.
static void put_interfaces(struct planner *p, const struct probe_row *row, struct errand *errand)
{
    const struct node_facts *seen = facts_node(p->scope.facts, errand->node->name);
    const struct links *links = seen ? seen->links : NULL;
    p->plan->waits |= !links && !errand->way->why_not;
    for (size_t i = 0; links && i < links->n; i++) {
        const struct link *link = &links->items[i];
        if (link->n == 0 || strcmp(link->name, "lo") == 0)
            continue;
        errand->values.at[VALUE_INTERFACE] = link->name;
        plan_put(p, row, errand);
    }
}

static void put_lookups(struct planner *p, const struct probe_row *row, struct errand *errand);

static void put_on_node(struct planner *p, const struct probe_row *row, size_t i)
{
    struct errand errand = on_node(p, i);
    bool is_login = plan_is_login(row);
    if (!fits_node(p, row, errand.node) || (is_login && !errand.way->logs_in) ||
        (errand.node->far && !(row->flags & PROBE_FAR)))
        return;
    if (errand.way->in_doubt && !is_login)
        p->plan->waits = true;
    else if (row->each == PROBE_EACH_INTERFACE)
        put_interfaces(p, row, &errand);
    else if (row->each == PROBE_EACH_LOOKUP && errand.node->is_pods)
        put_lookups(p, row, &errand);
    else if (row->each != PROBE_EACH_LOOKUP)
        plan_put(p, row, &errand);
}

// ------------------------------------------------------------------ in the pod, and lookups

// Where a process in the complaining pod would run, or false. In which container, kubectl knows: the one that
// the pod names for it, else its first one.
static bool in_pod(const struct planner *p, const char *ret_pod[static 3], struct errand *ret)
{
    *ret = here(p);
    ret_pod[0] = p->scope.namespace_;
    ret_pod[1] = p->scope.pod;
    ret_pod[2] = NULL;
    ret->pod = ret_pod;
    ret->values.at[VALUE_NAMESPACE] = ret_pod[0];
    ret->values.at[VALUE_POD] = ret_pod[1];
    ret->node = p->scope.n_nodes && p->scope.nodes[0].is_pods ? &p->scope.nodes[0] : NULL;
    return p->scope.pod != NULL;
}

// Over UDP and TCP; the failing name also with room for an answer that takes several packets: dig's own 1232
// bytes never show that those are lost, nor does its TCP, which asks for small segments.
static const struct over {
    const char *name, *how;
    bool only_failing;
} overs[] = {{"udp", NULL, false}, {"tcp", "+tcp", false}, {"large", "+bufsize=4096", true}};

static void put_lookup(struct planner *p, const struct probe_row *row, struct errand *errand,
                       const struct scope_name *name)
{
    errand->values.at[VALUE_NAME] = name->name;
    errand->values.at[VALUE_QUESTION] = name->question;
    for (size_t i = 0; i < ARRAY_LEN(overs); i++) {
        if (overs[i].only_failing && strcmp(name->question, "failing") != 0)
            continue;
        errand->values.at[VALUE_OVER] = overs[i].name;
        errand->values.at[VALUE_HOW] = overs[i].how;
        plan_put(p, row, errand);
    }
}

// The VPC's resolver knows no name of the cluster.
static void put_lookups(struct planner *p, const struct probe_row *row, struct errand *errand)
{
    const struct scope *s = &p->scope;
    for (size_t i = 0; i < s->n_servers * s->n_names; i++) {
        const struct scope_server *server = &s->servers[i / s->n_names];
        const struct scope_name *name = &s->names[i % s->n_names];
        if (name->inside && !server->inside)
            continue;
        errand->values.at[VALUE_SERVER] = server->address;
        put_lookup(p, row, errand, name);
    }
}

static void put_in_pod(struct planner *p, const struct probe_row *row)
{
    const char *pod[3];
    struct errand errand;
    if (!in_pod(p, pod, &errand))
        return;
    const char *const *kept = arena_dup(p->arena, pod, sizeof pod);
    errand.pod = kept;
    if (row->each == PROBE_EACH_LOOKUP)
        put_lookups(p, row, &errand);
    else
        plan_put(p, row, &errand);
}

// ------------------------------------------------------------------ AWS

static bool is_of_aws(const struct probe_row *row)
{
    return row->place == PROBE_HERE && row->when >= PROBE_WHEN_AWS;
}

// When it hurt; where nobody says, the last day.
static struct window window_of(const struct planner *p)
{
    struct window w = p->scope.facts->target.window;
    w.to = w.to != TIME_UNKNOWN ? w.to : p->in->now;
    w.from = w.from != TIME_UNKNOWN ? w.from : p->in->since;
    w.from = w.from != TIME_UNKNOWN ? w.from : w.to - USEC_DAY;
    return w;
}

static bool is_due(const struct planner *p, const struct probe_row *row)
{
    struct window w = window_of(p);
    bool is_long = w.to - w.from > USEC_DAY;
    return scope_is_aws(&p->scope) && row->when != (is_long ? PROBE_WHEN_AWS_SHORT : PROBE_WHEN_AWS_LONG);
}

// Changes are looked for from a day before it began to hurt.
static void fill_aws(const struct planner *p, struct probe_values *values)
{
    struct window w = window_of(p);
    long long from = (long long)((w.from - USEC_DAY) / USEC_MSEC), to = (long long)(w.to / USEC_MSEC);
    values->at[VALUE_REGION] = scope_region(&p->scope, NULL);
    values->at[VALUE_CLUSTER] = scope_cluster(&p->scope);
    values->at[VALUE_INSTANCES] = scope_instances(&p->scope);
    values->at[VALUE_ADDRESSES] = scope_addresses(&p->scope);
    values->at[VALUE_GROUPS] = scope_groups(&p->scope);
    values->at[VALUE_SUBNETS] = scope_subnets(&p->scope);
    values->at[VALUE_FROM] = arena_printf(p->arena, "%lld", from);
    values->at[VALUE_TO] = arena_printf(p->arena, "%lld", to);
    values->at[VALUE_FROM_S] = arena_printf(p->arena, "%lld", from / 1000);
    values->at[VALUE_TO_S] = arena_printf(p->arena, "%lld", to / 1000);
}

static bool is_asked(const struct planner *p, const char *file)
{
    const char *why;
    return scope_asked(p->scope.facts, file, &why) != SCOPE_NOT_ASKED;
}

static bool waits_for_interfaces(const struct planner *p, const struct probe_row *row)
{
    bool needs = strstr(row->name, "groups") || strstr(row->name, "acls");
    return needs && !is_asked(p, "aws/describe-network-interfaces.json");
}

// Whoever may know the cluster's name is asked before what needs it.
static bool waits_for_name(const struct planner *p, const struct probe_row *row, const char *name)
{
    bool needs = !name && (row->when == PROBE_WHEN_AWS_SHORT || row->when == PROBE_WHEN_AWS_LONG);
    return needs && !(is_asked(p, "cluster/context.txt") && is_asked(p, "aws/describe-instances.json"));
}

// Of the nodes on the path, where somebody named a bucket for it; who consented and named none is told.
static void put_bundles(struct planner *p, const struct probe_row *row)
{
    bool asked_for = p->in->bucket || (p->in->consent & row->consent && !p->in->guided);
    for (size_t i = 0; asked_for && i < p->scope.n_nodes; i++) {
        const struct scope_node *node = &p->scope.nodes[i];
        struct errand errand = here(p);
        if (!node->on_path)
            continue;
        errand.node = node;
        errand.values.at[VALUE_NODE] = node->name;
        errand.values.at[VALUE_REGION] = scope_region(&p->scope, node->kube);
        errand.values.at[VALUE_INSTANCE] = scope_instance(&p->scope, node->kube);
        errand.values.at[VALUE_BUCKET] = p->in->bucket;
        plan_put(p, row, &errand);
    }
}

static void put_aws(struct planner *p, const struct probe_row *row)
{
    struct errand errand = here(p);
    if (!is_due(p, row))
        return;
    if (row->each == PROBE_EACH_POD_NODE) {
        put_bundles(p, row);
        return;
    }
    fill_aws(p, &errand.values);
    if (waits_for_interfaces(p, row) || waits_for_name(p, row, errand.values.at[VALUE_CLUSTER]))
        p->plan->waits = true;
    else
        plan_put(p, row, &errand);
}

// ------------------------------------------------------------------ rows

static void put_here(struct planner *p, const struct probe_row *row)
{
    struct errand errand = here(p);
    if (row->when == PROBE_WHEN_SERVED && is_served(p, row) == TRI_NO)
        return;
    if (row->each == PROBE_EACH_SCOPE)
        put_scopes(p, row);
    else if (row->each == PROBE_ONCE)
        plan_put(p, row, &errand);
    else if (row->each == PROBE_EACH_LOOKUP)
        put_lookups(p, row, &errand);
    else if (row->each == PROBE_EACH_DNS_CONTAINER)
        put_containers(p, row, p->scope.dns, p->scope.n_dns);
    else if (row->each == PROBE_EACH_POD_CONTAINER)
        put_containers(p, row, p->scope.own, p->scope.n_own);
}

static bool needs_facts(const struct probe_row *row)
{
    return row->place != PROBE_HERE || is_of_aws(row) ||
           (row->each != PROBE_ONCE && row->each != PROBE_EACH_SCOPE);
}

void plan_put_row(struct planner *p, const struct probe_row *row)
{
    if (needs_facts(row) && !p->scope.listed) {
        p->plan->waits = true;
        return;
    }
    if (row->place == PROBE_IN_POD)
        put_in_pod(p, row);
    else if (is_of_aws(row))
        put_aws(p, row);
    else if (row->place == PROBE_HERE)
        put_here(p, row);
    for (size_t i = 0; row->place == PROBE_ON_NODE && i < p->scope.n_nodes; i++)
        put_on_node(p, row, i);
}
