// The health of nodes. Sick: its own conditions say so, or a cause on the way of the failing queries was
// found on it. Odd: lookups are lost there, or it is tainted against work.
#include "core/judge/health.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/conntrack.h"
#include "core/parse/ethtool.h"
#include "core/parse/kubelet.h"
#include "core/parse/resolvconf.h"
#include "core/parse/ruleset.h"
#include "core/parse/ss.h"
#include "core/parse/sysctl.h"

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

// ---- which are sick

static void judge_conditions(struct node_health *h)
{
    for (size_t i = 0; h->kube && i < h->kube->n_conditions; i++) {
        const struct kube_condition *c = &h->kube->conditions[i];
        bool ready = is(c->type, "Ready");
        if (ready && is(c->status, "True") && h->health == HEALTH_UNKNOWN) {
            h->health = HEALTH_WELL;
            h->why = "ready";
            h->place = c->place;
        } else if (ready ? !is(c->status, "True") : is(c->status, "True")) {
            h->health = HEALTH_SICK;
            h->why = ready ? "NotReady" : c->type;
            h->place = c->place;
            return;
        }
    }
}

static void judge_claims(struct node_health *h, const struct claims *claims)
{
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *c = &claims->items[i];
        bool cause = c->kind == CLAIM_CAUSE && c->on_path == TRI_YES && c->in_window != TRI_NO;
        if (!is(c->object, h->name) || (!cause && c->kind != CLAIM_EFFECT) ||
            diagnosis_is_normal(c->diagnosis))
            continue;
        if (h->health <= (cause ? HEALTH_SICK : HEALTH_ODD))
            continue;
        h->health = cause ? HEALTH_SICK : HEALTH_ODD;
        h->why = cause ? "cause found" : "loses lookups";
        h->place = c->n_places ? c->places[0] : h->place;
    }
}

static void judge_node(struct node_health *h, const struct claims *claims)
{
    h->health = HEALTH_UNKNOWN;
    h->why = h->kube ? "no conditions" : "not in the listing";
    h->place = (struct place){.file = FILE_NONE};
    judge_conditions(h);
    judge_claims(h, claims);
    if (h->health == HEALTH_WELL && h->kube->n_taints > 0) {
        h->health = HEALTH_ODD;
        h->why = "tainted";
    }
}

static int compare(const void *a, const void *b)
{
    const struct node_health *x = a, *y = b;
    return x->health != y->health ? (int)x->health - (int)y->health : strcmp(x->name, y->name);
}

struct node_health *health_list(struct arena *arena, const struct facts *facts, const struct claims *claims,
                                size_t *ret_n)
{
    const struct cluster *c = &facts->cluster;
    struct node_health *list = arena_alloc(arena, (c->nodes.n + facts->n_nodes + 1) * sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < c->nodes.n; i++)
        list[n++] = (struct node_health){.name = c->nodes.items[i].meta.name,
                                         .kube = &c->nodes.items[i],
                                         .node = facts_node(facts, c->nodes.items[i].meta.name)};
    for (size_t i = 0; i < facts->n_nodes; i++) {
        if (!cluster_node(c, facts->nodes[i].name))
            list[n++] = (struct node_health){.name = facts->nodes[i].name, .node = &facts->nodes[i]};
    }
    for (size_t i = 0; i < n; i++)
        judge_node(&list[i], claims);
    if (n > 1)
        qsort(list, n, sizeof *list, compare);
    *ret_n = n;
    return list;
}

// ---- the facts of one

struct asking {
    struct arena *arena;
    const struct facts *facts;
    const struct claims *claims;
    const struct node_health *h;
};
typedef void fact_fn(const struct asking *a, struct node_fact *ret);

static void tell_condition(const struct asking *a, const char *type, struct node_fact *ret)
{
    char since[32];
    const struct kube_condition *c = a->h->kube ? kube_node_condition(a->h->kube, type) : NULL;
    if (!c)
        return;
    ret->place = c->place;
    ret->key = c->status; // since when differs on every node
    ret->text = c->since == TIME_UNKNOWN
                    ? c->status
                    : arena_printf(a->arena, "%s since %s", c->status, clock_format(c->since, since));
}

static void tell_ready(const struct asking *a, struct node_fact *ret)
{
    tell_condition(a, "Ready", ret);
}

static void tell_memory(const struct asking *a, struct node_fact *ret)
{
    tell_condition(a, "MemoryPressure", ret);
}

static void tell_network(const struct asking *a, struct node_fact *ret)
{
    tell_condition(a, "NetworkUnavailable", ret);
}

static void tell_taints(const struct asking *a, struct node_fact *ret)
{
    struct str text = {0};
    if (!a->h->kube)
        return;
    for (size_t i = 0; i < a->h->kube->n_taints; i++)
        str_printf(&text, "%s%s:%s", i ? ", " : "", a->h->kube->taints[i].key,
                   a->h->kube->taints[i].effect ? a->h->kube->taints[i].effect : "");
    ret->text = text.len ? arena_strdup(a->arena, str_text(&text)) : "none";
    ret->place = a->h->kube->meta.place;
    str_done(&text);
}

static void tell_kubelet(const struct asking *a, struct node_fact *ret)
{
    ret->text = a->h->kube ? a->h->kube->kubelet_version : NULL;
    ret->place = a->h->kube ? a->h->kube->meta.place : ret->place;
}

static void tell_os(const struct asking *a, struct node_fact *ret)
{
    ret->text = a->h->kube ? a->h->kube->os_image : NULL;
    ret->place = a->h->kube ? a->h->kube->meta.place : ret->place;
}

static void tell_label(const struct asking *a, const char *label, struct node_fact *ret)
{
    ret->text = a->h->kube ? kube_label(&a->h->kube->meta.labels, label) : NULL;
    ret->place = a->h->kube ? a->h->kube->meta.place : ret->place;
}

static void tell_zone(const struct asking *a, struct node_fact *ret)
{
    tell_label(a, "topology.kubernetes.io/zone", ret);
}

static void tell_type(const struct asking *a, struct node_fact *ret)
{
    tell_label(a, "node.kubernetes.io/instance-type", ret);
}

static void tell_pods(const struct asking *a, struct node_fact *ret)
{
    size_t n = 0, unready = 0;
    if (a->facts->cluster.pods.listing.state != LISTING_WHOLE)
        return;
    for (size_t i = 0; i < a->facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &a->facts->cluster.pods.items[i];
        bool here = is(pod->node, a->h->name);
        n += here;
        unready += here && pod->ready == TRI_NO && !is(pod->phase, "Succeeded");
        if (here && !place_is_set(ret->place))
            ret->place = pod->meta.place;
    }
    ret->text = unready ? arena_printf(a->arena, "%zu, %zu of them not ready", n, unready)
                        : arena_printf(a->arena, n ? "%zu, all ready" : "%zu", n);
}

static void tell_coredns(const struct asking *a, struct node_fact *ret)
{
    size_t n = 0, ready = 0;
    const struct dns_facts *dns = &a->facts->dns;
    for (size_t i = 0; i < dns->n_pods; i++) {
        bool here = is(dns->pods[i]->node, a->h->name);
        n += here;
        ready += here && dns->pods[i]->ready == TRI_YES;
        if (here)
            ret->place = place_is_set(dns->pods[i]->ready_place) ? dns->pods[i]->ready_place
                                                                 : dns->pods[i]->meta.place;
    }
    if (dns->n_pods > 0)
        ret->text = n ? arena_printf(a->arena, "%zu, %zu ready", n, ready) : "none";
}

static void tell_cluster_dns(const struct asking *a, struct node_fact *ret)
{
    const struct kubelet_config *k = a->h->node ? a->h->node->kubelet : NULL;
    if (!k || !k->dns_known || k->n_cluster_dns == 0)
        return;
    ret->text = k->cluster_dns[0].text;
    ret->place = k->cluster_dns[0].place;
}

static void tell_rules(const struct asking *a, struct node_fact *ret)
{
    struct str text = {0};
    const struct node_facts *node = a->h->node;
    for (size_t i = 0; node && i < node->n_rules; i++) {
        const char *slash = strrchr(node->rules[i].path, '/');
        if (!node->rules[i].sample)
            str_printf(&text, "%s%s", text.len ? ", " : "", slash ? slash + 1 : node->rules[i].path);
    }
    if (text.len) {
        ret->text = arena_strdup(a->arena, str_text(&text));
        ret->place = ruleset_place(node->rules[0].rules, 1);
    }
    str_done(&text);
}

// The counter of the interface where it is greatest, and by how much it grew between the first and last look.
static void tell_linklocal(const struct asking *a, struct node_fact *ret)
{
    static const char name[] = "linklocal_allowance_exceeded";
    const struct node_facts *node = a->h->node;
    const struct ethtool_counter *first = NULL, *last = NULL;
    for (size_t i = 0; node && i < node->n_ethtool; i++) {
        const struct ethtool *e = node->ethtool[i].ethtool;
        for (size_t k = 0; k < e->n; k++) {
            const struct ethtool_counter *c = ethtool_counter(&e->nics[k], name);
            if (c && i == 0 && (!first || c->value > first->value))
                first = c;
            if (c && (!last || c->value >= last->value))
                last = c;
        }
    }
    if (!last)
        return;
    ret->place = last->place;
    ret->text = first && node->n_ethtool > 1 && last->value >= first->value
                    ? arena_printf(a->arena, "%llu, grew by %llu", (unsigned long long)last->value,
                                   (unsigned long long)(last->value - first->value))
                    : arena_printf(a->arena, "%llu, read once", (unsigned long long)last->value);
}

static void tell_conntrack(const struct asking *a, struct node_fact *ret)
{
    const struct sysctls *s = a->h->node ? a->h->node->sysctls : NULL;
    uint64_t count, most;
    struct place of_most;
    if (s && sysctl_u64(s, "net.netfilter.nf_conntrack_count", &count, &ret->place) &&
        sysctl_u64(s, "net.netfilter.nf_conntrack_max", &most, &of_most))
        ret->text =
            arena_printf(a->arena, "%llu of %llu", (unsigned long long)count, (unsigned long long)most);
}

static void tell_stat(const struct asking *a, enum conntrack_stat stat, struct node_fact *ret)
{
    const struct node_facts *node = a->h->node;
    uint64_t sum;
    if (!node || node->n_conntrack == 0)
        return;
    const struct conntrack *last = node->conntrack[node->n_conntrack - 1].conntrack;
    if (conntrack_sum(last, stat, &sum)) {
        ret->text = arena_printf(a->arena, "%llu", (unsigned long long)sum);
        ret->place = conntrack_place(last, stat);
    }
}

static void tell_insert_failed(const struct asking *a, struct node_fact *ret)
{
    tell_stat(a, CONNTRACK_INSERT_FAILED, ret);
}

static void tell_drop(const struct asking *a, struct node_fact *ret)
{
    tell_stat(a, CONNTRACK_DROP, ret);
}

static void tell_listeners(const struct asking *a, struct node_fact *ret)
{
    struct str text = {0}, who = {0};
    const struct listeners *l = a->h->node ? a->h->node->listeners : NULL;
    for (size_t i = 0; l && i < l->n; i++) {
        char ip[IP_TEXT];
        if (l->items[i].port != 53 || text.len > 120)
            continue;
        str_clear(&who);
        str_printf(&who, "%s %s", l->items[i].process ? l->items[i].process : "somebody",
                   l->items[i].any ? "any address" : ip_format(l->items[i].ip, ip));
        if (!span_contains(str_span(&text), str_text(&who))) // over UDP and TCP
            str_printf(&text, "%s%s", text.len ? ", " : "", str_text(&who));
        if (!place_is_set(ret->place))
            ret->place = l->items[i].place;
    }
    if (l)
        ret->text = text.len ? arena_strdup(a->arena, str_text(&text)) : "nobody";
    str_done(&text);
    str_done(&who);
}

static void tell_lines(const struct asking *a, struct node_fact *ret)
{
    size_t n = 0;
    if (!a->h->node)
        return;
    for (size_t i = 0; i < a->facts->logs.n; i++) {
        const struct log_hit *hit = &a->facts->logs.items[i];
        if (!is(hit->node, a->h->name) || hit->copy || hit->class_ == LOG_COREDNS_QUERY ||
            clock_in_window(hit->time, a->facts->target.window) == TRI_NO)
            continue;
        ret->place = n++ == 0 ? hit->place : ret->place;
    }
    ret->text = arena_printf(a->arena, "%zu", n);
}

static void tell_lookups(const struct asking *a, struct node_fact *ret)
{
    size_t n = 0, failed = 0;
    for (size_t i = 0; i < a->facts->lookups.n; i++) {
        const struct lookup *l = &a->facts->lookups.items[i];
        if (!is(l->node, a->h->name) || clock_in_window(l->time, a->facts->target.window) == TRI_NO)
            continue;
        n++;
        if (lookup_failed(l->outcome) && failed++ == 0)
            ret->place = l->place;
    }
    if (n > 0)
        ret->text = arena_printf(a->arena, "%zu of %zu", failed, n);
}

static void tell_findings(const struct asking *a, struct node_fact *ret)
{
    size_t n = 0;
    const char *first = NULL;
    for (size_t i = 0; i < a->claims->n; i++) {
        const struct claim *c = &a->claims->items[i];
        if (!is(c->object, a->h->name) || (c->kind != CLAIM_CAUSE && c->kind != CLAIM_EFFECT))
            continue;
        if (n++ == 0) {
            first = c->text;
            ret->place = c->n_places ? c->places[0] : ret->place;
        }
    }
    ret->text = n ? arena_printf(a->arena, "%zu: %s", n, first) : "none";
}

static const struct {
    const char *label;
    fact_fn *tell;
} known[] = {
    {"findings", tell_findings},
    {"Ready", tell_ready},
    {"MemoryPressure", tell_memory},
    {"NetworkUnavailable", tell_network},
    {"taints", tell_taints},
    {"failed lookups", tell_lookups},
    {"lines that matter", tell_lines},
    {"pods", tell_pods},
    {"CoreDNS pods", tell_coredns},
    {"kubelet's clusterDNS", tell_cluster_dns},
    {"listens on port 53", tell_listeners},
    {"rulesets", tell_rules},
    {"linklocal exceeded", tell_linklocal},
    {"conntrack", tell_conntrack},
    {"insert_failed", tell_insert_failed},
    {"conntrack drop", tell_drop},
    {"kubelet", tell_kubelet},
    {"OS", tell_os},
    {"zone", tell_zone},
    {"instance type", tell_type},
};

struct node_fact *health_facts(struct arena *arena, const struct facts *facts, const struct claims *claims,
                               const struct node_health *node, size_t *ret_n)
{
    struct node_fact *list = arena_alloc(arena, ARRAY_LEN(known) * sizeof *list);
    const struct asking asking = {arena, facts, claims, node};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        list[i] = (struct node_fact){.label = known[i].label, .place = {.file = FILE_NONE}};
        known[i].tell(&asking, &list[i]);
    }
    *ret_n = ARRAY_LEN(known);
    return list;
}
