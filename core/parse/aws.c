// The EC2 API's JSON. Each answer is one object with one list under a key of its own; the same interface may
// stand in describe-instances and describe-network-interfaces, and counts once.
#include "core/parse/aws.h"

#include <stdlib.h>

#include "core/door/json.h"

struct reading {
    struct arena *arena;
    struct arena scratch; // JSON trees
    uint32_t file;
    struct aws *aws;
};

static struct place place_of(const struct reading *r, const struct json_value *v)
{
    return v ? (struct place){.file = r->file, .line = v->line, .last = v->line, .column = v->column}
             : (struct place){.file = FILE_NONE};
}

static const char *copy(const struct reading *r, const struct json_value *v)
{
    struct span s = json_text(v);
    return s.at ? arena_span(r->arena, s) : NULL;
}

// The strings under `key` of each item of a list.
static const char **copy_list(const struct reading *r, const struct json_value *list, const char *key,
                              size_t *ret_n)
{
    size_t n = list && list->kind == JSON_LIST ? list->n : 0;
    const char **ret = arena_alloc(r->arena, n * sizeof *ret);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        const char *text = copy(r, json_get(&list->items[i], key));
        if (text)
            ret[(*ret_n)++] = text;
    }
    return ret;
}

static void add_prefixes(const struct reading *r, const struct json_value *list, const char *key,
                         struct ip_prefix **prefixes, size_t *n)
{
    size_t more = list && list->kind == JSON_LIST ? list->n : 0;
    struct ip_prefix *all = arena_alloc(r->arena, (*n + more) * sizeof *all);
    if (*n)
        memcpy(all, *prefixes, *n * sizeof *all);
    for (size_t i = 0; i < more; i++) {
        if (ip_parse_prefix(json_text(json_get(&list->items[i], key)), &all[*n]))
            (*n)++;
    }
    *prefixes = all;
}

// "tcp", "udp", "icmp", "-1", or a number; -2 for what is none of them, which matches nothing.
static int read_protocol(const struct json_value *v)
{
    struct span s = json_text(v);
    int64_t n;
    if (span_is(s, "tcp"))
        return 6;
    if (span_is(s, "udp"))
        return 17;
    if (json_to_i64(v, &n) && n >= -1 && n <= 255)
        return (int)n;
    return -2;
}

static uint16_t read_port(const struct json_value *v, uint16_t otherwise)
{
    int64_t n;
    return json_to_i64(v, &n) && n >= 0 && n <= UINT16_MAX ? (uint16_t)n : otherwise;
}

// ------------------------------------------------------------------ security groups

static struct aws_permission *read_permissions(const struct reading *r, const struct json_value *list,
                                               size_t *ret_n)
{
    size_t n = list && list->kind == JSON_LIST ? list->n : 0;
    struct aws_permission *ret = arena_alloc(r->arena, n * sizeof *ret);
    for (size_t i = 0; i < n; i++) {
        const struct json_value *v = &list->items[i];
        struct aws_permission *p = &ret[i];
        p->protocol = read_protocol(json_get(v, "IpProtocol"));
        p->from = read_port(json_get(v, "FromPort"), 0);
        p->to = read_port(json_get(v, "ToPort"), UINT16_MAX);
        p->groups = copy_list(r, json_get(v, "UserIdGroupPairs"), "GroupId", &p->n_groups);
        p->prefix_lists = copy_list(r, json_get(v, "PrefixListIds"), "PrefixListId", &p->n_prefix_lists);
        add_prefixes(r, json_get(v, "IpRanges"), "CidrIp", &p->prefixes, &p->n_prefixes);
        add_prefixes(r, json_get(v, "Ipv6Ranges"), "CidrIpv6", &p->prefixes, &p->n_prefixes);
        const struct json_value *at = json_get(v, "IpProtocol");
        p->place = place_of(r, at ? at : v);
    }
    *ret_n = n;
    return ret;
}

static void read_groups(struct reading *r, const struct json_value *list)
{
    struct aws_group *all = arena_alloc(r->arena, (r->aws->n_groups + list->n) * sizeof *all);
    if (r->aws->n_groups)
        memcpy(all, r->aws->groups, r->aws->n_groups * sizeof *all);
    for (size_t i = 0; i < list->n; i++) {
        const struct json_value *v = &list->items[i];
        struct aws_group g = {.id = copy(r, json_get(v, "GroupId")),
                              .name = copy(r, json_get(v, "GroupName"))};
        const struct json_value *in = json_get(v, "IpPermissions"), *out = json_get(v, "IpPermissionsEgress");
        if (!g.id)
            continue;
        g.place = place_of(r, json_get(v, "GroupId"));
        g.has_ingress = in && in->kind == JSON_LIST;
        g.has_egress = out && out->kind == JSON_LIST;
        g.ingress = read_permissions(r, in, &g.n_ingress);
        g.egress = read_permissions(r, out, &g.n_egress);
        all[r->aws->n_groups++] = g;
    }
    r->aws->groups = all;
    r->aws->groups_known = true;
}

// ------------------------------------------------------------------ interfaces

static struct aws_interface *find_interface(struct aws *aws, const char *id)
{
    for (size_t i = 0; i < aws->n_interfaces; i++) {
        if (strcmp(aws->interfaces[i].id, id) == 0)
            return &aws->interfaces[i];
    }
    return NULL;
}

static void read_addresses(const struct reading *r, const struct json_value *v, struct aws_interface *ret)
{
    const struct json_value *v4 = json_get(v, "PrivateIpAddresses"), *v6 = json_get(v, "Ipv6Addresses");
    size_t n4 = v4 && v4->kind == JSON_LIST ? v4->n : 0, n6 = v6 && v6->kind == JSON_LIST ? v6->n : 0;
    ret->addresses = arena_alloc(r->arena, (n4 + n6 + 1) * sizeof *ret->addresses);
    if (ip_parse(json_text(json_get(v, "PrivateIpAddress")), &ret->addresses[0]))
        ret->n_addresses = 1;
    for (size_t i = 0; i < n4; i++) {
        struct span s = json_text(json_get(&v4->items[i], "PrivateIpAddress"));
        ret->n_addresses += ip_parse(s, &ret->addresses[ret->n_addresses]);
    }
    for (size_t i = 0; i < n6; i++) {
        struct span s = json_text(json_get(&v6->items[i], "Ipv6Address"));
        ret->n_addresses += ip_parse(s, &ret->addresses[ret->n_addresses]);
    }
    add_prefixes(r, json_get(v, "Ipv4Prefixes"), "Ipv4Prefix", &ret->prefixes, &ret->n_prefixes);
    add_prefixes(r, json_get(v, "Ipv6Prefixes"), "Ipv6Prefix", &ret->prefixes, &ret->n_prefixes);
}

static void read_interface(struct reading *r, const struct json_value *v, const char *instance)
{
    struct aws_interface e = {.id = copy(r, json_get(v, "NetworkInterfaceId")), .instance = instance};
    if (!e.id || find_interface(r->aws, e.id))
        return;
    int64_t index;
    e.subnet = copy(r, json_get(v, "SubnetId"));
    e.groups = copy_list(r, json_get(v, "Groups"), "GroupId", &e.n_groups);
    e.primary = json_to_i64(json_path(v, "Attachment.DeviceIndex"), &index) && index == 0;
    if (!e.instance)
        e.instance = copy(r, json_path(v, "Attachment.InstanceId"));
    e.place = place_of(r, json_get(v, "NetworkInterfaceId"));
    read_addresses(r, v, &e);
    struct aws_interface *all = arena_alloc(r->arena, (r->aws->n_interfaces + 1) * sizeof *all);
    if (r->aws->n_interfaces)
        memcpy(all, r->aws->interfaces, r->aws->n_interfaces * sizeof *all);
    all[r->aws->n_interfaces++] = e;
    r->aws->interfaces = all;
}

static void read_interfaces(struct reading *r, const struct json_value *list, const char *instance)
{
    for (size_t i = 0; list && list->kind == JSON_LIST && i < list->n; i++)
        read_interface(r, &list->items[i], instance);
}

// "eks:cluster-name" is a managed node group's tag, "kubernetes.io/cluster/NAME" what joins an instance to
// its cluster (EKS user guide, tagging; cloud-provider-aws).
static void read_tags(struct reading *r, const struct json_value *list)
{
    for (size_t i = 0; list && list->kind == JSON_LIST && i < list->n && !r->aws->cluster; i++) {
        struct span key = json_text(json_get(&list->items[i], "Key"));
        if (span_is(key, "eks:cluster-name") || span_is(key, "aws:eks:cluster-name"))
            r->aws->cluster = copy(r, json_get(&list->items[i], "Value"));
        else if (span_skip(&key, "kubernetes.io/cluster/") && key.len)
            r->aws->cluster = arena_span(r->arena, key);
    }
}

static void read_reservations(struct reading *r, const struct json_value *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct json_value *instances = json_get(&list->items[i], "Instances");
        for (size_t k = 0; instances && instances->kind == JSON_LIST && k < instances->n; k++) {
            const struct json_value *v = &instances->items[k];
            read_interfaces(r, json_get(v, "NetworkInterfaces"), copy(r, json_get(v, "InstanceId")));
            read_tags(r, json_get(v, "Tags"));
        }
    }
    r->aws->interfaces_known = true;
}

// ------------------------------------------------------------------ network ACLs

static int compare_entries(const void *a, const void *b)
{
    const struct aws_acl_entry *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static void read_acl(const struct reading *r, const struct json_value *v, struct aws_acl *ret)
{
    const struct json_value *entries = json_get(v, "Entries");
    ret->id = copy(r, json_get(v, "NetworkAclId"));
    ret->subnets = copy_list(r, json_get(v, "Associations"), "SubnetId", &ret->n_subnets);
    size_t n = entries && entries->kind == JSON_LIST ? entries->n : 0;
    ret->entries = arena_alloc(r->arena, n * sizeof *ret->entries);
    for (size_t i = 0; i < n; i++) {
        const struct json_value *e = &entries->items[i];
        struct aws_acl_entry *to = &ret->entries[ret->n_entries];
        struct span cidr = json_text(json_get(e, "CidrBlock"));
        if (!cidr.at)
            cidr = json_text(json_get(e, "Ipv6CidrBlock"));
        if (!json_to_i64(json_get(e, "RuleNumber"), &to->number) || !ip_parse_prefix(cidr, &to->prefix))
            continue;
        to->egress = json_is_true(json_get(e, "Egress"));
        to->allow = span_is(json_text(json_get(e, "RuleAction")), "allow");
        to->protocol = read_protocol(json_get(e, "Protocol"));
        to->from = read_port(json_path(e, "PortRange.From"), 0);
        to->to = read_port(json_path(e, "PortRange.To"), UINT16_MAX);
        to->place = place_of(r, json_get(e, "RuleNumber"));
        ret->n_entries++;
    }
    qsort(ret->entries, ret->n_entries, sizeof *ret->entries, compare_entries);
}

static void read_acls(struct reading *r, const struct json_value *list)
{
    struct aws_acl *all = arena_alloc(r->arena, (r->aws->n_acls + list->n) * sizeof *all);
    if (r->aws->n_acls)
        memcpy(all, r->aws->acls, r->aws->n_acls * sizeof *all);
    for (size_t i = 0; i < list->n; i++)
        read_acl(r, &list->items[i], &all[r->aws->n_acls++]);
    r->aws->acls = all;
    r->aws->acls_known = true;
}

// ------------------------------------------------------------------

bool aws_parse(struct arena *arena, struct text text, struct aws *ret, struct error *err)
{
    struct reading r = {.arena = arena, .file = text.file, .aws = ret};
    const struct json_value *top = json_parse(&r.scratch, text.bytes, err);
    const struct json_value *list;
    if (top) {
        if ((list = json_get(top, "SecurityGroups")) && list->kind == JSON_LIST)
            read_groups(&r, list);
        if ((list = json_get(top, "Reservations")) && list->kind == JSON_LIST)
            read_reservations(&r, list);
        if ((list = json_get(top, "NetworkInterfaces")) && list->kind == JSON_LIST) {
            read_interfaces(&r, list, NULL);
            ret->interfaces_known = true;
        }
        if ((list = json_get(top, "NetworkAcls")) && list->kind == JSON_LIST)
            read_acls(&r, list);
    }
    arena_done(&r.scratch);
    return top != NULL;
}

const struct aws_group *aws_group(const struct aws *aws, const char *id)
{
    for (size_t i = 0; i < aws->n_groups; i++) {
        if (strcmp(aws->groups[i].id, id) == 0)
            return &aws->groups[i];
    }
    return NULL;
}

const struct aws_interface *aws_interface_of(const struct aws *aws, struct ip ip)
{
    for (size_t i = 0; i < aws->n_interfaces; i++) {
        for (size_t k = 0; k < aws->interfaces[i].n_addresses; k++) {
            if (ip_eq(aws->interfaces[i].addresses[k], ip))
                return &aws->interfaces[i];
        }
    }
    for (size_t i = 0; i < aws->n_interfaces; i++) {
        for (size_t k = 0; k < aws->interfaces[i].n_prefixes; k++) {
            if (ip_in_prefix(ip, aws->interfaces[i].prefixes[k]))
                return &aws->interfaces[i];
        }
    }
    return NULL;
}
