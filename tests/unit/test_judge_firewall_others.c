// judge/firewall, of others on the way: what NodeLocal DNSCache asks, and a DNS that is not the cluster's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

static const struct claim *block(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL);
}

// The pod's resolv.conf names another DNS Service of the cluster.
static void a_rule_on_the_way_to_a_dns_of_the_pods_own(void **state)
{
    struct scene *s = *state;
    static const char *const asked[] = {"172.20.9.9", "172.20.0.10"};
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        scene_reset(s);
        scene_filter(s, "n1", "-A FORWARD -d 172.20.9.9/32 -p udp -m udp --dport 53 -j DROP\n");
        scene_write(s, "pods/shop/cart-1/resolv.conf",
                    arena_printf(&s->arena, "nameserver %s\nsearch shop.svc.cluster.local\n", asked[i]));
        scene_dig(s, "query-udp", asked[i], SCENE_NAME, NULL);
        scene_judge(s);
        assert_int_equal(block(s) != NULL, i == 0);
        if (i == 0)
            SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    }
}

// What was lost at the cluster's DNS was not lost on that way.
static void a_loss_elsewhere_is_no_effect_on_that_way(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n1", "-A FORWARD -d 172.20.9.9/32 -p udp -m udp --dport 53 -j DROP\n");
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 172.20.9.9\nsearch shop.svc.cluster.local\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_non_null(block(s));
    assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL));
}

// NodeLocal DNSCache asks CoreDNS over TCP alone: a rule for UDP stops nothing of it.
static void what_a_cache_does_not_ask_over_is_not_stopped(void **state)
{
    struct scene *s = *state;
    static const char *const protos[] = {"tcp", "udp"};
    for (size_t i = 0; i < ARRAY_LEN(protos); i++) {
        scene_reset(s);
        scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
        scene_json(
            s, "cluster/daemonsets.json",
            "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
            "'namespace': 'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', "
            "'image': 'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
        scene_json(s, "cluster/configmaps.json",
                   "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': 'node-local-dns', "
                   "'namespace': 'kube-system'},\n'data': {'Corefile': "
                   "'.:53 {\\n forward . 172.20.0.11 {\\n force_tcp\\n }\\n}\\n'}}]}");
        scene_filter(s, "n1",
                     arena_printf(&s->arena, "-A OUTPUT -d 10.0.0.0/8 -p %s -m %s --dport 53 -j DROP\n",
                                  protos[i], protos[i]));
        scene_judge(s);
        assert_int_equal(block(s) != NULL, i == 0);
    }
}

// The pod asks a resolver that is none of the cluster's: what stops others' queries to CoreDNS stops none of
// its own. What it asks a sidecar or a cache may go on to CoreDNS.
static void a_pod_that_asks_strangers_meets_no_rule_of_the_clusters(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *server;
        bool met;
    } cases[] = {{"192.0.2.53", false}, {"127.0.0.1", true}, {"169.254.20.10", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_filter(s, "n1", "-A FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP\n");
        scene_write(s, "pods/shop/cart-1/resolv.conf",
                    arena_printf(&s->arena, "nameserver %s\n", cases[i].server));
        scene_ask_in_vain(s);
        scene_judge(s);
        assert_int_equal(block(s)->on_path, cases[i].met ? TRI_YES : TRI_NO);
        assert_int_equal(s->cause->diagnosis == DIAGNOSIS_HOST_FIREWALL, cases[i].met);
    }
}

// Names outside go from NodeLocal DNSCache upstream, past CoreDNS, unless its Corefile hands them on: what
// stops CoreDNS' own queries there stops none of the pod's.
static void what_coredns_asks_upstream_is_no_matter_past_it(void **state)
{
    struct scene *s = *state;
    static const char *const targets[] = {"/etc/resolv.conf", "__PILLAR__CLUSTER__DNS__"};
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        scene_reset(s);
        scene_target(s, "api.example.com");
        scene_json(
            s, "cluster/daemonsets.json",
            "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
            "'namespace': 'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', "
            "'image': 'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
        scene_filter(s, "n2",
                     "-A FORWARD -s 10.0.2.10/32 -d 10.88.0.53/32 -p udp -m udp --dport 53 -j DROP\n");
        scene_json(
            s, "cluster/configmaps.json",
            arena_printf(&s->arena,
                         "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': 'coredns', "
                         "'namespace': 'kube-system'},\n'data': {'Corefile': '.:53 {\\n kubernetes "
                         "cluster.local\\n forward . 10.88.0.53\\n}\\n'}},\n{'kind': 'ConfigMap', "
                         "'metadata': {'name': 'node-local-dns', 'namespace': 'kube-system'},\n'data': "
                         "{'Corefile': '.:53 {\\n forward . %s\\n}\\n'}}]}",
                         targets[i]));
        scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                    "2026-11-23T07:05:00Z [ERROR] plugin/errors: 2 api.example.com. A: read udp "
                    "10.0.2.10:4711->10.88.0.53:53: i/o timeout\n");
        scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
        scene_dig(s, "query-udp", "169.254.20.10", "api.example.com", "SERVFAIL");
        scene_judge(s);
        assert_int_equal(block(s)->on_path, i == 0 ? TRI_NO : TRI_YES);
        assert_int_equal(s->cause->diagnosis == DIAGNOSIS_HOST_FIREWALL, i == 1);
    }
}

// Of its own it asks the servers of its node's resolv.conf.
static void a_rule_between_the_cache_and_its_upstream(void **state)
{
    struct scene *s = *state;
    static const char *const dropped[] = {"10.0.0.2", "10.0.0.7"};
    for (size_t i = 0; i < ARRAY_LEN(dropped); i++) {
        scene_reset(s);
        scene_target(s, "api.example.com");
        scene_json(
            s, "cluster/daemonsets.json",
            "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
            "'namespace': 'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', "
            "'image': 'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
        scene_json(s, "cluster/configmaps.json",
                   "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': 'node-local-dns', "
                   "'namespace': 'kube-system'},\n'data': {'Corefile': '.:53 {\\n forward . "
                   "__PILLAR__UPSTREAM__SERVERS__\\n}\\n'}}]}");
        scene_pods(s, &(struct scene_pods){
                          .more = ",{'kind': 'Pod', 'metadata': {'name': 'node-local-dns-x', 'namespace': "
                                  "'kube-system',\n'ownerReferences': [{'kind': 'DaemonSet', 'name': "
                                  "'node-local-dns'}]}, 'spec': {'nodeName': 'n1', 'hostNetwork': true,\n"
                                  "'containers': [{'name': 'c'}]}, 'status': {'phase': 'Running', 'podIP': "
                                  "'10.0.1.1', 'hostIP': '10.0.1.1'}}"});
        scene_filter(
            s, "n1",
            arena_printf(&s->arena, "-A OUTPUT -d %s/32 -p udp -m udp --dport 53 -j DROP\n", dropped[i]));
        scene_write(s, "nodes/n1/networking/resolv.conf", "nameserver 10.0.0.2\n");
        scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
        scene_judge(s);
        assert_int_equal(block(s) != NULL, i == 0);
        if (i == 0)
            scene_expect(block(s)->text, "from NodeLocal DNSCache 10.0.1.1 to its forward target 10.0.0.2");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_rule_on_the_way_to_a_dns_of_the_pods_own),
        SCENE_TEST(a_loss_elsewhere_is_no_effect_on_that_way),
        SCENE_TEST(a_pod_that_asks_strangers_meets_no_rule_of_the_clusters),
        SCENE_TEST(what_coredns_asks_upstream_is_no_matter_past_it),
        SCENE_TEST(a_rule_between_the_cache_and_its_upstream),
        SCENE_TEST(what_a_cache_does_not_ask_over_is_not_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
