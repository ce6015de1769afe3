// From facts to what the plan is about. The pod's node, CoreDNS' nodes (a few of them: they are alike) and a
// well one beside them; whom the pod asks, and whom it could; what it asks, a name of the cluster that always
// is, and one of the world outside.
#include "core/probe/scope.h"

// ------------------------------------------------------------------ what was asked

static const struct evidence_probe *last_probe(const struct facts *facts, const char *file)
{
    size_t n = 0;
    const struct evidence_probe *probes = evidence_probes(facts->evidence, &n);
    while (n-- > 0) {
        if (probes[n].file && strcmp(probes[n].file, file) == 0)
            return &probes[n];
    }
    return NULL;
}

enum scope_answer scope_asked(const struct facts *facts, const char *file, const char **ret_why)
{
    const struct evidence_probe *probe = facts && facts->evidence ? last_probe(facts, file) : NULL;
    const struct evidence_file *found =
        facts && facts->evidence ? evidence_find(facts->evidence, file) : NULL;
    if (probe) {
        *ret_why = probe->why;
        return probe->answered ? SCOPE_ANSWERED : SCOPE_NOT_ANSWERED;
    }
    if (!found)
        return SCOPE_NOT_ASKED;
    *ret_why = found->why;
    return found->state == EVIDENCE_UNKNOWN ? SCOPE_NOT_ANSWERED : SCOPE_ANSWERED;
}

bool scope_denied(const struct facts *facts, const char *resource, const char *file)
{
    const struct evidence_probe *probe = facts && facts->evidence ? last_probe(facts, file) : NULL;
    if (probe)
        return probe->state == PROBE_DENIED;
    return facts && api_allows(&facts->api, "list", resource, NULL) == TRI_NO;
}

static bool was_listed(const struct facts *facts)
{
    static const char *const files[] = {"cluster/pods.json", "cluster/nodes.json", "cluster/services.json",
                                        "cluster/endpointslices.json"};
    const char *why;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (scope_asked(facts, files[i], &why) == SCOPE_NOT_ASKED)
            return false;
    }
    return true;
}

// ------------------------------------------------------------------ nodes

static void add_node(struct scope *s, struct scope_node node)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (strcmp(s->nodes[i].name, node.name) == 0)
            return;
    }
    if (s->n_nodes == SCOPE_NODES)
        return;
    node.kube = cluster_node(&s->facts->cluster, node.name);
    s->nodes[s->n_nodes++] = node;
}

static bool is_well(const struct kube_node *node)
{
    const struct kube_condition *ready = kube_node_condition(node, "Ready");
    return ready && ready->status && strcmp(ready->status, "True") == 0;
}

static void find_nodes(struct scope *s)
{
    const struct facts *facts = s->facts;
    if (facts->node_name)
        add_node(s, (struct scope_node){.name = facts->node_name, .on_path = true, .is_pods = true});
    for (size_t i = 0; i < facts->dns.n_pods && s->n_nodes < SCOPE_DNS_NODES + 1; i++) {
        if (facts->dns.pods[i]->node)
            add_node(s, (struct scope_node){.name = facts->dns.pods[i]->node, .on_path = true});
    }
    for (size_t i = 0, before = s->n_nodes; i < facts->cluster.nodes.n && s->n_nodes == before; i++) {
        const struct kube_node *node = &facts->cluster.nodes.items[i];
        if (node->meta.name && is_well(node))
            add_node(s, (struct scope_node){.name = node->meta.name});
    }
}

// Whether others suffer too tells a node's fault from the cluster's.
static void find_far_nodes(struct scope *s)
{
    const struct cluster *c = &s->facts->cluster;
    bool asked = s->in->subjects && s->in->subjects[SUBJECT_CLUSTER_HEALTH];
    for (size_t i = 0; asked && i < c->nodes.n; i++) {
        if (c->nodes.items[i].meta.name)
            add_node(s, (struct scope_node){.name = c->nodes.items[i].meta.name, .far = true});
    }
}

// ------------------------------------------------------------------ containers

static void add_containers(struct scope *s, const struct kube_pod *pod, struct scope_container **items,
                           size_t *n, size_t *cap)
{
    for (size_t i = 0; i < pod->n_containers; i++) {
        const struct kube_container *c = &pod->containers[i];
        if (c->name)
            *ARENA_PUSH(s->arena, *items, *n, *cap) = (struct scope_container){
                .namespace_ = pod->meta.namespace_,
                .pod = pod->meta.name,
                .name = c->name,
                .restarted = c->restarts > 0 || c->last,
            };
    }
}

static bool in_scope(const struct scope *s, const char *node)
{
    for (size_t i = 0; node && i < s->n_nodes; i++) {
        if (strcmp(s->nodes[i].name, node) == 0)
            return !s->nodes[i].far;
    }
    return false;
}

static bool is_cache(const struct scope *s, const struct kube_pod *pod)
{
    const struct kube_workload *set = s->facts->dns.nodelocal_set;
    return set && set->template_labels.n && kube_labels_match(&set->template_labels, &pod->meta.labels);
}

static void find_containers(struct scope *s)
{
    const struct facts *facts = s->facts;
    for (size_t i = 0; i < facts->dns.n_pods; i++)
        add_containers(s, facts->dns.pods[i], &s->dns, &s->n_dns, &s->cap_dns);
    for (size_t i = 0; i < facts->cluster.pods.n; i++) {
        const struct kube_pod *pod = &facts->cluster.pods.items[i];
        if (is_cache(s, pod) && in_scope(s, pod->node))
            add_containers(s, pod, &s->dns, &s->n_dns, &s->cap_dns);
    }
    if (facts->pod)
        add_containers(s, facts->pod, &s->own, &s->n_own, &s->cap_own);
}

// ------------------------------------------------------------------ lookups

static void add_server(struct scope *s, struct ip ip, bool inside)
{
    char text[IP_TEXT];
    if (!ip.family || s->n_servers == SCOPE_SERVERS)
        return;
    ip_format(ip, text);
    for (size_t i = 0; i < s->n_servers; i++) {
        if (strcmp(s->servers[i].address, text) == 0)
            return;
    }
    s->servers[s->n_servers++] = (struct scope_server){arena_strdup(s->arena, text), inside};
}

// EC2's own resolver answers at a link-local address of every instance (VPC guide, DNS attributes).
static struct ip vpc_resolver(const struct scope *s)
{
    struct ip ip = s->facts->dns.vpc_resolver;
    if (!ip.family && scope_region(s, NULL))
        ip_parse(span_of("169.254.169.253"), &ip);
    return ip;
}

static void find_servers(struct scope *s)
{
    const struct dns_facts *dns = &s->facts->dns;
    for (size_t i = 0; i < dns->n_addresses; i++)
        add_server(s, dns->addresses[i], true);
    add_server(s, dns->nodelocal, true);
    add_server(s, vpc_resolver(s), false);
    for (size_t i = 0; i < dns->n_endpoints; i++)
        add_server(s, dns->endpoints[i].ip, true);
}

static bool is_namespace(const struct scope *s, struct span name)
{
    const struct cluster *c = &s->facts->cluster;
    for (size_t i = 0; i < c->namespaces.n; i++) {
        if (c->namespaces.items[i].name && span_is(name, c->namespaces.items[i].name))
            return true;
    }
    return s->namespace_ && span_is(name, s->namespace_);
}

static bool is_inside(const char *name, const char *domain)
{
    struct span s = span_of(name);
    return span_ends(s, domain) || (span_ends(s, ".") && span_ends(span_first(s, s.len - 1), domain));
}

// dig knows no search list, so a name is written out as the pod's first search domains would: "orders" is a
// Service of the pod's namespace, "orders.shop" one of shop's, "orders.shop.svc" the same.
static const char *whole_name(struct scope *s, const char *query)
{
    const char *domain = s->facts->dns.cluster_domain;
    struct span name = span_of(query);
    size_t dot = span_find_char(name, '.');
    if (dot == SIZE_MAX)
        return s->namespace_ ? arena_printf(s->arena, "%s.%s.svc.%s", query, s->namespace_, domain) : query;
    if (span_ends(name, ".svc"))
        return arena_printf(s->arena, "%s.%s", query, domain);
    if (is_namespace(s, span_from(name, dot + 1)))
        return arena_printf(s->arena, "%s.svc.%s", query, domain);
    return query;
}

static void add_name(struct scope *s, const char *name, const char *question)
{
    bool inside = is_inside(name, s->facts->dns.cluster_domain);
    s->names[s->n_names++] = (struct scope_name){name, question, inside};
}

static void find_names(struct scope *s)
{
    const char *domain = s->facts->dns.cluster_domain;
    if (s->facts->target.query)
        add_name(s, whole_name(s, s->facts->target.query), "failing");
    add_name(s, arena_printf(s->arena, "kubernetes.default.svc.%s.", domain), "service");
    add_name(s, TARGET_OUTSIDE_NAME ".", "external");
}

// ------------------------------------------------------------------ all of it

static const char *first_of(const char *a, const char *b)
{
    return a ? a : b;
}

static void find_target(struct scope *s)
{
    static const struct target none;
    const struct target *said = s->in->target ? s->in->target : &none;
    const struct target *found = s->facts ? &s->facts->target : &none;
    s->context = first_of(said->context, found->context);
    s->pod = first_of(said->pod, found->pod);
    s->namespace_ = first_of(said->namespace_, found->namespace_);
    if (s->pod && !s->namespace_)
        s->namespace_ = "default";
}

void scope_init(struct scope *ret, const struct plan_input *in, struct arena *arena)
{
    *ret = (struct scope){.in = in, .facts = in->facts, .arena = arena};
    find_target(ret);
    ret->listed = was_listed(in->facts);
    if (!ret->facts || !ret->listed)
        return;
    find_nodes(ret);
    find_far_nodes(ret);
    find_containers(ret);
    find_servers(ret);
    find_names(ret);
}
