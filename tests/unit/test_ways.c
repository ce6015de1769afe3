// judge/ways, judge/nodepath, judge/route: through which nodes a query goes, by which devices and hooks, with
// which rules; and which nodes are on its way at all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/judge/nodepath.h"
#include "core/judge/route.h"
#include "core/judge/ways.h"
#include "tests/kit/scene.h"

static struct ways ways_of(struct scene *s)
{
    struct ways ways;
    scene_judge(s);
    ways_find(&s->arena, s->facts, &ways);
    return ways;
}

static const struct way *find(const struct ways *ways, const char *what)
{
    for (size_t i = 0; i < ways->n; i++) {
        if (strcmp(ways->items[i].what, what) == 0)
            return &ways->items[i];
    }
    fail_msg("there is no way %s", what);
    return NULL;
}

static void expect_devices(const struct way *way, enum nf_hook hook, const char *in, const char *out)
{
    assert_int_equal(way->query.hook, hook);
    if (in)
        assert_string_equal(way->query.in, in);
    else
        assert_null(way->query.in);
    if (out)
        assert_string_equal(routes_device(way->query.routes, way->server), out);
}

// ------------------------------------------------------------------ ways

static void through_the_askers_node_and_those_of_coredns(void **state)
{
    scene_healthy_rules(*state);
    struct ways ways = ways_of(*state);
    assert_int_equal(ways.n_clients, 1);
    assert_int_equal(ways.n, 3);
    assert_true(ways.whole);
    const struct way *service = find(&ways, "from 10.0.1.10 to 172.20.0.10");
    assert_string_equal(service->node_name, "n1");
    assert_true(service->known);
    expect_devices(service, NF_FORWARD, "eni1", "eth0");
    const struct way *coredns = find(&ways, "from 10.0.1.10 to 10.0.2.10");
    assert_string_equal(coredns->node_name, "n2");
    expect_devices(coredns, NF_FORWARD, "eth0", "eni2");
    assert_int_equal(coredns->query.dport, 53);
}

static void an_endpoint_that_does_not_serve_is_asked_by_nobody(void **state)
{
    scene_endpoints(*state, true, false);
    struct ways ways = ways_of(*state);
    assert_int_equal(ways.n, 2);
}

static void a_node_without_rules_is_not_known(void **state)
{
    struct scene *s = *state;
    scene_rules(s, "n1", &(struct scene_rules){.nat = NULL});
    struct ways ways = ways_of(s);
    assert_true(find(&ways, "from 10.0.1.10 to 172.20.0.10")->known);
    assert_false(find(&ways, "from 10.0.1.10 to 10.0.2.10")->known);
}

static void a_pod_on_the_hosts_network_asks_from_the_node(void **state)
{
    scene_healthy_rules(*state);
    scene_pods(*state,
               &(struct scene_pods){.spec = "'hostNetwork': true, 'dnsPolicy': 'ClusterFirstWithHostNet', "});
    struct ways ways = ways_of(*state);
    expect_devices(find(&ways, "from 10.0.1.10 to 172.20.0.10"), NF_OUTPUT, NULL, "eth0");
}

static void the_nodes_cache_is_asked_there_and_asks_on(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_json(s, "cluster/daemonsets.json",
               "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
               "'namespace': "
               "'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', 'image': "
               "'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
    struct ways ways = ways_of(s);
    expect_devices(find(&ways, "from 10.0.1.10 to 169.254.20.10"), NF_INPUT, "eni1", NULL);
    expect_devices(find(&ways, "from 10.0.1.1 to 10.0.2.10"), NF_OUTPUT, NULL, "eth0");
}

// Where the route to CoreDNS leads into a tunnel, its packets go from node to node, each way a flow of its
// own.
static void an_overlay_carries_it_between_the_nodes(void **state)
{
    static const struct {
        const char *device, *what;
        uint16_t port;
    } cases[] = {{"flannel.1", "UDP 8472 from 10.0.1.1 to 10.0.2.1", 8472},
                 {"vxlan.calico", "UDP 4789 from 10.0.1.1 to 10.0.2.1", 4789},
                 {"eth1", NULL, 0}};
    struct scene *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_healthy_rules(s);
        scene_write(s, "nodes/n1/networking/iproute.txt",
                    arena_printf(&s->arena,
                                 "default via 10.0.1.254 dev eth0\n10.0.2.0/24 via 10.0.2.0 dev %s onlink\n"
                                 "10.0.1.10 dev eni1 scope link\n",
                                 cases[i].device));
        struct ways ways = ways_of(s);
        assert_int_equal(ways.n, cases[i].port ? 3 + 4 : 3); // the other endpoint lies behind eth0
        if (!cases[i].port)
            continue;
        const struct way *out = find(&ways, cases[i].what);
        assert_true(out->tunnel && out->query.one_way);
        assert_string_equal(out->node_name, "n1");
        assert_int_equal(out->query.hook, NF_OUTPUT);
        assert_int_equal(out->query.dport, cases[i].port);
        expect_devices(&out[1], NF_INPUT, "eth0", NULL);
        assert_string_equal(out[1].node_name, "n2");
    }
}

static void pods_of_the_node_stand_for_one_that_nobody_named(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "target.yaml", "node: n1\n");
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    struct ways ways = ways_of(s);
    assert_int_equal(ways.n_clients, 1);
    find(&ways, "from 10.0.1.10 to 172.20.0.10");
}

// ------------------------------------------------------------------ what a node says to a walk

static struct packet_query fill(struct scene *s, uint8_t family, bool *ret_any)
{
    struct packet_query q = {.proto = 17, .dst = {.family = family}};
    scene_judge(s);
    *ret_any = nodepath_fill(&s->arena, s->facts, s->facts->node, &q);
    return q;
}

static void the_first_reading_counts(void **state)
{
    struct scene *s = *state;
    bool any;
    scene_rules(s, "n1", &(struct scene_rules){.nat = NULL});
    scene_write(s, "nodes/n1/samples/20261123T072000Z/iptables-save.txt",
                "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n");
    struct packet_query q = fill(s, 4, &any);
    assert_true(any);
    assert_int_equal(q.n_rules, 2); // iptables and native nft
    assert_non_null(strstr(q.rules[0]->path, "networking/iptables-save.txt"));
}

static void rules_of_the_other_family_do_not(void **state)
{
    struct scene *s = *state;
    bool any;
    scene_rules(s, "n1", &(struct scene_rules){.nat = NULL});
    scene_write(s, "nodes/n1/networking/nftables.txt", NULL);
    fill(s, 6, &any);
    assert_false(any);
}

static void the_nodes_addresses_are_known_by_its_routes(void **state)
{
    struct scene *s = *state;
    bool any;
    scene_rules(s, "n1", &(struct scene_rules){.nat = NULL});
    assert_true(fill(s, 4, &any).local_known);
}

// The Node object has two addresses; those of bridges, caches and secondary interfaces are not among them.
static void the_node_object_alone_does_not_know_them_all(void **state)
{
    struct scene *s = *state;
    bool any;
    scene_rules(s, "n1", &(struct scene_rules){.nat = NULL});
    scene_write(s, "nodes/n1/networking/iproute.txt", NULL);
    struct packet_query q = fill(s, 4, &any);
    assert_false(q.local_known);
    assert_int_equal(q.n_local, 1);
}

static void an_address_belongs_to_its_pods_node(void **state)
{
    struct scene *s = *state;
    struct ip pod, node, stranger;
    scene_judge(s);
    ip_parse(span_of("10.0.2.10"), &pod);
    ip_parse(span_of("10.0.3.1"), &node);
    ip_parse(span_of("192.0.2.1"), &stranger);
    assert_string_equal(nodepath_node_of(s->facts, pod), "n2");
    assert_string_equal(nodepath_node_of(s->facts, node), "n3");
    assert_null(nodepath_node_of(s->facts, stranger));
}

// ------------------------------------------------------------------ which nodes are on the way

static void expect_route(struct scene *s, const char *node, enum tri way, enum tri coredns, enum tri upstream)
{
    struct bench b;
    bench_init(&b, s->facts, &s->claims);
    assert_int_equal(route_has_node(&b, node), way);
    assert_int_equal(route_has_coredns(&b, node), coredns);
    assert_int_equal(route_sends_upstream(&b, node), upstream);
    bench_done(&b);
}

static void coredns_nodes_send_upstream_the_askers_does_not(void **state)
{
    struct scene *s = *state;
    scene_judge(s);
    expect_route(s, "n1", TRI_YES, TRI_NO, TRI_NO);
    expect_route(s, "n2", TRI_YES, TRI_YES, TRI_YES);
    expect_route(s, "n9", TRI_NO, TRI_NO, TRI_NO);
}

static void a_cache_on_the_node_sends_from_there(void **state)
{
    struct scene *s = *state;
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
    scene_judge(s);
    expect_route(s, "n1", TRI_YES, TRI_NO, TRI_YES);
}

// NodeLocal DNSCache, listening on the Service's address, too, with a Corefile that forwards everything
// there.
static void install_cache(struct scene *s, const char *target)
{
    scene_json(s, "cluster/daemonsets.json",
               "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns',\n"
               "'namespace': 'kube-system'}, 'spec': {'template': {'spec': {'containers': [{'name': "
               "'node-cache',\n'image': 'k8s-dns-node-cache:1.23', 'args': ['-localip', "
               "'169.254.20.10,172.20.0.10']}]}}}}]}");
    scene_json(s, "cluster/configmaps.json",
               arena_printf(&s->arena,
                            "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': "
                            "'node-local-dns', 'namespace': 'kube-system'},\n'data': {'Corefile': "
                            "'.:53 {\\n forward . %s\\n}\\n'}}]}",
                            target));
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 172.20.0.10\n");
}

static void a_cache_at_the_services_address_sends_from_there_too(void **state)
{
    struct scene *s = *state;
    install_cache(s, "/etc/resolv.conf");
    scene_judge(s);
    expect_route(s, "n1", TRI_YES, TRI_NO, TRI_YES);
}

static void in_ipvs_mode_that_address_is_not_the_caches(void **state)
{
    struct scene *s = *state;
    install_cache(s, "/etc/resolv.conf");
    scene_write(s, "cluster/logs/kube-system/kube-proxy-a/kube-proxy.log",
                "I1102 04:12:00.1 1 server_others.go:218] Using ipvs Proxier\n");
    scene_judge(s);
    expect_route(s, "n1", TRI_YES, TRI_NO, TRI_NO);
}

static void a_cache_that_hands_all_to_coredns_sends_nothing_upstream(void **state)
{
    struct scene *s = *state;
    install_cache(s, "__PILLAR__CLUSTER__DNS__");
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
    scene_judge(s);
    expect_route(s, "n1", TRI_YES, TRI_NO, TRI_NO);
}

static void a_cache_asks_on_over_tcp_where_its_corefile_says_so(void **state)
{
    struct scene *s = *state;
    static const char *const targets[] = {"172.20.0.11", "172.20.0.11 {\\n force_tcp\\n }"};
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        scene_reset(s);
        scene_healthy_rules(s);
        install_cache(s, targets[i]);
        struct ways ways = ways_of(s);
        assert_int_equal(find(&ways, "from 10.0.1.1 to 10.0.2.10")->tcp_only, i == 1);
        assert_false(find(&ways, "from 10.0.1.10 to 172.20.0.10")->tcp_only);
    }
}

static bool has_way(const struct ways *ways, const char *what)
{
    for (size_t i = 0; i < ways->n; i++) {
        if (strcmp(ways->items[i].what, what) == 0)
            return true;
    }
    return false;
}

// A cache may be installed and not asked, and kube-proxy's rules be there for an address that nobody asks.
static void only_what_the_pod_asks_is_on_its_way(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *server;
        bool service, cache, coredns, onward; // the ways to each, and from the cache to CoreDNS
    } cases[] = {{"172.20.0.10", true, false, true, false},
                 {"169.254.20.10", false, true, false, true},
                 {"10.9.9.9", true, true, true, true}}; // none of the cluster's: all may be asked by hand
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_healthy_rules(s);
        scene_json(
            s, "cluster/daemonsets.json",
            "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
            "'namespace': 'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', "
            "'image': 'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
        scene_write(s, "pods/shop/cart-1/resolv.conf",
                    arena_printf(&s->arena, "nameserver %s\n", cases[i].server));
        struct ways ways = ways_of(s);
        assert_int_equal(has_way(&ways, "from 10.0.1.10 to 172.20.0.10"), cases[i].service);
        assert_int_equal(has_way(&ways, "from 10.0.1.10 to 169.254.20.10"), cases[i].cache);
        assert_int_equal(has_way(&ways, "from 10.0.1.10 to 10.0.2.10"), cases[i].coredns);
        assert_int_equal(has_way(&ways, "from 10.0.1.1 to 10.0.2.10"), cases[i].onward);
    }
}

static void without_pods_and_endpoints_nobody_knows_where_coredns_is(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/pods.json", NULL);
    scene_write(s, "cluster/endpointslices.json", NULL);
    scene_judge(s);
    expect_route(s, "n1", TRI_YES, TRI_UNKNOWN, TRI_UNKNOWN);
    expect_route(s, "n2", TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(through_the_askers_node_and_those_of_coredns),
        SCENE_TEST(an_endpoint_that_does_not_serve_is_asked_by_nobody),
        SCENE_TEST(a_node_without_rules_is_not_known),
        SCENE_TEST(a_pod_on_the_hosts_network_asks_from_the_node),
        SCENE_TEST(the_nodes_cache_is_asked_there_and_asks_on),
        SCENE_TEST(an_overlay_carries_it_between_the_nodes),
        SCENE_TEST(pods_of_the_node_stand_for_one_that_nobody_named),
        SCENE_TEST(the_first_reading_counts),
        SCENE_TEST(rules_of_the_other_family_do_not),
        SCENE_TEST(the_nodes_addresses_are_known_by_its_routes),
        SCENE_TEST(the_node_object_alone_does_not_know_them_all),
        SCENE_TEST(an_address_belongs_to_its_pods_node),
        SCENE_TEST(coredns_nodes_send_upstream_the_askers_does_not),
        SCENE_TEST(a_cache_on_the_node_sends_from_there),
        SCENE_TEST(a_cache_at_the_services_address_sends_from_there_too),
        SCENE_TEST(in_ipvs_mode_that_address_is_not_the_caches),
        SCENE_TEST(a_cache_that_hands_all_to_coredns_sends_nothing_upstream),
        SCENE_TEST(a_cache_asks_on_over_tcp_where_its_corefile_says_so),
        SCENE_TEST(only_what_the_pod_asks_is_on_its_way),
        SCENE_TEST(without_pods_and_endpoints_nobody_knows_where_coredns_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
