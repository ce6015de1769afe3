// What AWS is asked about, from what Kubernetes says of its nodes: "aws:///eu-west-1a/i-0abc…" names the zone
// and the instance, a context is often the cluster's ARN. Only what is on the path is asked for.
#include "core/base/str.h"
#include "core/parse/aws.h"
#include "core/probe/argv.h"
#include "core/probe/scope.h"

// A list with commas; values that are not what they should be, or come again, are left out.
struct list {
    struct str text;
    enum probe_value item;
};

static void list_add(struct list *list, const char *text)
{
    struct span rest = str_span(&list->text), part;
    if (!text || !argv_check(list->item, text, NULL))
        return;
    while (list->text.len && span_cut(&rest, ',', &part)) {
        if (span_is(part, text))
            return;
    }
    str_add(&list->text, list->text.len ? "," : "");
    str_add(&list->text, text);
}

static const char *list_take(struct list *list, struct arena *arena)
{
    const char *ret = list->text.len ? arena_strdup(arena, str_text(&list->text)) : NULL;
    str_done(&list->text);
    return ret;
}

// "aws:///ZONE/INSTANCE" (cloud-provider-aws).
static bool cut_provider(const struct kube_node *node, struct span *ret_zone, struct span *ret_instance)
{
    struct span rest = span_of(node && node->provider_id ? node->provider_id : "");
    return span_skip(&rest, "aws:///") && span_cut(&rest, '/', ret_zone) && rest.at &&
           (*ret_instance = rest).len;
}

static bool is_aws(const struct kube_node *node)
{
    struct span zone, instance;
    return cut_provider(node, &zone, &instance);
}

bool scope_is_aws(const struct scope *s)
{
    size_t n = s->facts ? s->facts->cluster.nodes.n : 0;
    for (size_t i = 0; i < n; i++) {
        if (is_aws(&s->facts->cluster.nodes.items[i]))
            return true;
    }
    return n == 0;
}

// A zone is its region and a letter.
const char *scope_region(const struct scope *s, const struct kube_node *node)
{
    struct span zone, instance;
    for (size_t i = 0; !node && s->facts && i < s->facts->cluster.nodes.n; i++) {
        if (is_aws(&s->facts->cluster.nodes.items[i]))
            node = &s->facts->cluster.nodes.items[i];
    }
    if (!cut_provider(node, &zone, &instance) || zone.len < 2)
        return NULL;
    const char *region = arena_span(s->arena, span_first(zone, zone.len - 1));
    return argv_check(VALUE_REGION, region, NULL) ? region : NULL;
}

const char *scope_instance(const struct scope *s, const struct kube_node *node)
{
    struct span zone, instance;
    return cut_provider(node, &zone, &instance) ? arena_span(s->arena, instance) : NULL;
}

const char *scope_instances(const struct scope *s)
{
    struct list list = {.item = VALUE_INSTANCE};
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (s->nodes[i].on_path)
            list_add(&list, scope_instance(s, s->nodes[i].kube));
    }
    return list_take(&list, s->arena);
}

const char *scope_addresses(const struct scope *s)
{
    struct list list = {.item = VALUE_ADDRESS};
    char text[IP_TEXT];
    if (!s->facts)
        return NULL;
    if (s->facts->pod_ip.family)
        list_add(&list, ip_format(s->facts->pod_ip, text));
    for (size_t i = 0; i < s->facts->dns.n_endpoints; i++)
        list_add(&list, ip_format(s->facts->dns.endpoints[i].ip, text));
    return list_take(&list, s->arena);
}

const char *scope_groups(const struct scope *s)
{
    struct list list = {.item = VALUE_GROUPS};
    const struct aws *aws = s->facts ? s->facts->aws : NULL;
    for (size_t i = 0; aws && i < aws->n_interfaces; i++) {
        for (size_t j = 0; j < aws->interfaces[i].n_groups; j++)
            list_add(&list, aws->interfaces[i].groups[j]);
    }
    return list_take(&list, s->arena);
}

const char *scope_subnets(const struct scope *s)
{
    struct list list = {.item = VALUE_SUBNETS};
    const struct aws *aws = s->facts ? s->facts->aws : NULL;
    for (size_t i = 0; aws && i < aws->n_interfaces; i++)
        list_add(&list, aws->interfaces[i].subnet);
    return list_take(&list, s->arena);
}

static const char *name_in_labels(const struct scope *s)
{
    for (size_t i = 0; s->facts && i < s->facts->cluster.nodes.n; i++) {
        const struct kube_labels *labels = &s->facts->cluster.nodes.items[i].meta.labels;
        const char *name = kube_label(labels, "alpha.eksctl.io/cluster-name");
        if (name)
            return name;
    }
    return NULL;
}

// Who says it, the surest first: the context that was named, the kubeconfig, eksctl's label, EC2's tags.
const char *scope_cluster(const struct scope *s)
{
    struct span name;
    if (api_eks_name(span_of(s->context), &name))
        return arena_span(s->arena, name);
    const char *found = s->facts && s->facts->api.eks_cluster ? s->facts->api.eks_cluster : name_in_labels(s);
    return !found && s->facts && s->facts->aws ? s->facts->aws->cluster : found;
}
