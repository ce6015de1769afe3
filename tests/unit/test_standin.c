// judge/standin: who asks whom by one node's files alone, and what may be said of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/judge/standin.h"
#include "tests/kit/scene.h"

enum { MOST = 8 };

// Only n1's own files are left, as in a node's bundle.
static int start(void **state)
{
    static const char *const rest[] = {
        "target.yaml",
        "cluster/pods.json",
        "cluster/services.json",
        "cluster/nodes.json",
        "cluster/endpointslices.json",
        "cluster/configmaps.json",
        "cluster/deployments.json",
        "cluster/daemonsets.json",
        "cluster/events.json",
        "pods/shop/cart-1/resolv.conf",
    };
    scene_start(state);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        scene_write(*state, rest[i], NULL);
    scene_rules(*state, "n1", &(struct scene_rules){.nat = NULL});
    return 0;
}

#define BUNDLE_TEST(name) cmocka_unit_test_setup_teardown(name, start, scene_stop)

static const struct node_facts *judged_node(struct scene *s)
{
    scene_judge(s);
    return s->facts->nodes;
}

static void expect_ip(struct ip ip, const char *text)
{
    char buffer[IP_TEXT];
    assert_string_equal(ip_format(ip, buffer), text);
}

// ------------------------------------------------------------------ pods

static size_t pods_of(struct scene *s, const char *routes, struct ip ret[static MOST])
{
    scene_write(s, "nodes/n1/networking/iproute.txt", routes);
    return standin_pods(judged_node(s), ret, MOST);
}

static void a_route_to_one_address_by_its_own_device_is_a_pod(void **state)
{
    struct ip pods[MOST];
    assert_int_equal(pods_of(*state,
                             "default via 10.0.1.254 dev eth0\n10.0.1.10 dev enia1 scope link\n"
                             "10.0.1.11 dev califf02 scope link\n",
                             pods),
                     2);
    expect_ip(pods[0], "10.0.1.10");
    expect_ip(pods[1], "10.0.1.11");
}

static void other_routes_are_no_pods(void **state)
{
    static const char routes[] = "default via 10.0.1.254 dev eth0\n"
                                 "10.0.0.2 via 10.0.1.254 dev eth0\n"               // by the way out
                                 "10.0.2.0/24 dev cni0 proto kernel scope link\n"   // a network
                                 "169.254.169.254 dev ens6 scope link\n"            // link-local
                                 "10.0.1.12 dev enia2 table 10001 scope link\n"     // another table
                                 "local 10.0.1.1 dev eth0 table local scope host\n" // the node itself
                                 "10.96.0.1 dev lo scope link\n"                    // the loopback device
                                 "unreachable 10.0.9.9\n";                          // no device
    struct ip pods[MOST];
    assert_int_equal(pods_of(*state, routes, pods), 0);
}

static void without_a_way_out_nothing_is_told_apart(void **state)
{
    struct ip pods[MOST];
    assert_int_equal(pods_of(*state, "10.0.1.10 dev enia1 scope link\n", pods), 0);
}

static void no_more_than_asked_for(void **state)
{
    struct scene *s = *state;
    struct ip pods[MOST];
    scene_write(s, "nodes/n1/networking/iproute.txt",
                "default via 10.0.1.254 dev eth0\n10.0.1.10 dev enia1\n10.0.1.11 dev enia2\n");
    assert_int_equal(standin_pods(judged_node(s), pods, 1), 1);
}

// ------------------------------------------------------------------ the cluster's DNS

static void the_kubelet_says_whom_pods_ask(void **state)
{
    struct scene *s = *state;
    struct ip servers[MOST];
    scene_json(s, "nodes/n1/kubelet/config.json",
               "{'kind': 'KubeletConfiguration',\n'clusterDNS': ['169.254.20.10', 'not an address']}\n");
    assert_int_equal(standin_dns(judged_node(s), servers, MOST), 1);
    expect_ip(servers[0], "169.254.20.10");
}

static void else_kube_proxys_rules_do(void **state)
{
    struct scene *s = *state;
    struct ip servers[MOST];
    scene_write(s, "nodes/n1/kubelet/config.json", NULL);
    assert_int_equal(standin_dns(judged_node(s), servers, MOST), 1);
    expect_ip(servers[0], "172.20.0.10");
}

static void rules_without_the_service_do_not(void **state)
{
    struct scene *s = *state;
    struct ip servers[MOST];
    scene_write(s, "nodes/n1/kubelet/config.json", NULL);
    scene_rules(s, "n1", &(struct scene_rules){.no_dns = true});
    assert_int_equal(standin_dns(judged_node(s), servers, MOST), 0);
}

// ------------------------------------------------------------------ what may be said

static void what_stops_a_stand_in_stops_any_pod(void **state)
{
    struct scene *s = *state;
    scene_rules(s, "n1", &(struct scene_rules){.filter = "-A FORWARD -p udp -m udp --dport 53 -j DROP\n"});
    scene_judge(s);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL);
    assert_non_null(cause);
    assert_true(scene_cites(s, cause, "--dport 53 -j DROP"));
    assert_int_not_equal(s->cause->verdict, VERDICT_CONFIRMED); // nobody was seen to lose anything
}

static void that_a_stand_in_passes_clears_nobody_else(void **state)
{
    struct scene *s = *state;
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
}

static void nor_does_it_where_the_service_was_listed(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/services.json",
               "{'kind': 'List', 'items': [{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': "
               "'kube-system'},\n'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': "
               "'kube-dns'},\n'ports': [{'port': 53, 'protocol': 'UDP'}]}}]}");
    scene_judge(s);
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUNDLE_TEST(a_route_to_one_address_by_its_own_device_is_a_pod),
        BUNDLE_TEST(other_routes_are_no_pods),
        BUNDLE_TEST(without_a_way_out_nothing_is_told_apart),
        BUNDLE_TEST(no_more_than_asked_for),
        BUNDLE_TEST(the_kubelet_says_whom_pods_ask),
        BUNDLE_TEST(else_kube_proxys_rules_do),
        BUNDLE_TEST(rules_without_the_service_do_not),
        BUNDLE_TEST(what_stops_a_stand_in_stops_any_pod),
        BUNDLE_TEST(that_a_stand_in_passes_clears_nobody_else),
        BUNDLE_TEST(nor_does_it_where_the_service_was_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
