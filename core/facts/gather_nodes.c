// What a node's folder says beside its rules: one table of files, each with the function that takes its text.
// A file that is there and says nothing is a gap; one that is not there is left to the judge that would have
// asked for it, since only it knows whether it matters.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/facts/sample.h"
#include "core/parse/conntrack.h"
#include "core/parse/ethtool.h"
#include "core/parse/ipaddr.h"
#include "core/parse/iproute.h"
#include "core/parse/iprule.h"
#include "core/parse/ipvs.h"
#include "core/parse/ss.h"
#include "core/parse/sysctl.h"

struct reading { // one file of one node
    struct facts *facts;
    struct node_facts *node;
    struct text text;
    usec_t time;
};

static void read_ethtool(const struct reading *r)
{
    *MEM_PUSH(r->node->ethtool, r->node->n_ethtool, r->node->cap_ethtool) =
        (struct ethtool_reading){ethtool_parse(&r->facts->arena, r->text), r->time};
}

static void feed_conntrack(const struct reading *r, struct feed *feed, uint32_t file)
{
    *MEM_PUSH(r->node->conntrack, r->node->n_conntrack, r->node->cap_conntrack) =
        (struct conntrack_reading){conntrack_parse_fed(&r->facts->arena, feed, file), r->time};
}

static void read_sysctls(const struct reading *r)
{
    r->node->sysctls = sysctl_parse(&r->facts->arena, r->text);
}

// Several files may add to one list (`ip addr` and ifconfig, ss and netstat): it is made at the first one.
static void read_links(const struct reading *r)
{
    struct links *links = arena_alloc(&r->facts->arena, sizeof *links);
    if (r->node->links)
        *links = *r->node->links;
    ipaddr_parse(&r->facts->arena, r->text, links);
    r->node->links = links;
}

static void read_routes(const struct reading *r)
{
    struct routes *routes = arena_alloc(&r->facts->arena, sizeof *routes);
    if (r->node->routes)
        *routes = *r->node->routes;
    iproute_parse(&r->facts->arena, r->text, routes);
    r->node->routes = routes;
}

static void read_route_rules(const struct reading *r)
{
    struct route_rules *rules = arena_alloc(&r->facts->arena, sizeof *rules);
    if (r->node->route_rules)
        *rules = *r->node->route_rules;
    iprule_parse(&r->facts->arena, r->text, rules);
    r->node->route_rules = rules;
}

static void read_listeners(const struct reading *r)
{
    struct listeners *listeners = arena_alloc(&r->facts->arena, sizeof *listeners);
    if (r->node->listeners)
        *listeners = *r->node->listeners;
    ss_parse(&r->facts->arena, r->text, listeners);
    r->node->listeners = listeners;
}

// `id -u`.
static void read_login(const struct reading *r)
{
    uint64_t uid;
    if (!span_to_u64(span_trim(r->text.bytes), &uid))
        return;
    r->node->login_known = true;
    r->node->login_is_root = uid == 0;
}

// A node without IPVS has a message in its place: that is no table.
static void read_ipvs(const struct reading *r)
{
    struct ipvs *ipvs = arena_alloc(&r->facts->arena, sizeof *ipvs);
    if (ipvs_parse(&r->facts->arena, r->text, ipvs))
        r->node->ipvs = ipvs;
}

// In order of time: the bundle's reading before the samples.
static const struct node_file {
    const char *pattern;                                                     // below nodes/NAME/
    void (*read)(const struct reading *r);                                   // takes the whole text …
    void (*feed)(const struct reading *r, struct feed *feed, uint32_t file); // … or a stretch at a time
    const char *command;                                                     // what would tell, live
} node_files[] = {
    {"networking/ethtool.txt", read_ethtool, NULL, "ethtool -S eth0"},
    {"samples/*/ethtool.txt", read_ethtool, NULL, "ethtool -S eth0"},
    {"networking/conntrack.txt", NULL, feed_conntrack, "conntrack -S"},
    {"samples/*/conntrack.txt", NULL, feed_conntrack, "conntrack -S"},
    {"sysctls/sysctl_all.txt", read_sysctls, NULL,
     "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max"},
    {"networking/ip-addr.txt", read_links, NULL, "ip addr"},
    {"networking/ifconfig.txt", read_links, NULL, "ip addr"},
    {"networking/iproute.txt", read_routes, NULL, "ip route show table all"},
    {"networking/ip6route.txt", read_routes, NULL, "ip -6 route show table all"},
    {"networking/iprule.txt", read_route_rules, NULL, "ip rule"},
    {"system/id.txt", read_login, NULL, "id -u"},
    {"networking/ipvsadm.txt", read_ipvs, NULL, "ipvsadm -L -n"},
    {"networking/ss.txt", read_listeners, NULL, "ss -lntup"},
    {"system/netstat.txt", read_listeners, NULL, "ss -lntup"},
};

static bool take_file(const struct node_file *kind, struct reading *r, const struct evidence_file *file,
                      struct error *err)
{
    struct feed feed;
    if (file->state == EVIDENCE_UNKNOWN)
        return error_set(err, "%s", file->why ? file->why : "unknown");
    r->time = sample_time(file->path);
    if (kind->read) {
        if (!evidence_text(r->facts->evidence, file->id, &r->text, err))
            return false;
        kind->read(r);
        return true;
    }
    if (!evidence_feed_open(r->facts->evidence, file->id, &feed, err))
        return false;
    kind->feed(r, &feed, file->id);
    bool failed = feed_failed(&feed);
    if (failed)
        error_set(err, "%s", feed.why.text);
    evidence_feed_close(&feed);
    return !failed;
}

static void read_file(const struct node_file *kind, struct reading *r, const struct evidence_file *file)
{
    struct error err;
    if (take_file(kind, r, file, &err))
        return;
    char *what = mem_printf("%s says nothing: %s", file->path, err.text);
    facts_add_gap(r->facts, what, kind->command);
    free(what);
}

static void read_node(struct facts *facts, struct node_facts *node)
{
    struct reading r = {.facts = facts, .node = node};
    for (size_t i = 0; i < ARRAY_LEN(node_files); i++) {
        char *pattern = mem_printf("nodes/%s/%s", node->name, node_files[i].pattern);
        uint32_t cursor = 0;
        const struct evidence_file *file;
        while ((file = evidence_next(facts->evidence, pattern, &cursor)))
            read_file(&node_files[i], &r, file);
        free(pattern);
    }
}

void gather_nodes(struct facts *facts)
{
    for (size_t i = 0; i < facts->n_nodes; i++)
        read_node(facts, &facts->nodes[i]);
}
