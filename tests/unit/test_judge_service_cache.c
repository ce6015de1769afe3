// judge/service, of the Service by which NodeLocal DNSCache asks CoreDNS: the same as of the cluster's DNS,
// and the cache on the pod's node asks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

#define SLICE(service)                                                                                       \
    "{'kind': 'EndpointSlice', 'addressType': 'IPv4', 'metadata': {'name': '" service "-1', 'namespace': "   \
    "'kube-system',\n'labels': {'kubernetes.io/service-name': '" service "'}}, 'endpoints': [{'addresses': " \
    "['10.0.2.10'], 'nodeName': 'n2'},\n{'addresses': ['10.0.3.10'], 'nodeName': 'n3'}], 'ports': "          \
    "[{'name': "                                                                                             \
    "'dns', 'port': 53, 'protocol': 'UDP'}]}"

// As its manifest sets it up: it listens on the Service's address, too, and asks kube-dns-upstream
// (172.20.0.11) over TCP. `outside`: where it forwards names outside the cluster; `selector`: of that
// Service.
static void install_cache(struct scene *s, const char *outside, const char *selector)
{
    scene_json(s, "cluster/daemonsets.json",
               "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns',\n"
               "'namespace': 'kube-system'}, 'spec': {'template': {'spec': {'containers': [{'name': "
               "'node-cache',\n'image': 'k8s-dns-node-cache:1.23', 'args': ['-localip', "
               "'169.254.20.10,172.20.0.10', '-upstreamsvc', 'kube-dns-upstream']}]}}}}]}");
    scene_json(
        s, "cluster/configmaps.json",
        arena_printf(&s->arena,
                     "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': "
                     "'node-local-dns', 'namespace': 'kube-system'},\n'data': {'Corefile': "
                     "'cluster.local:53 {\\n forward . __PILLAR__CLUSTER__DNS__ {\\n force_tcp\\n }\\n}\\n"
                     ".:53 {\\n forward . %s\\n}\\n'}}]}",
                     outside));
    scene_json(
        s, "cluster/services.json",
        arena_printf(&s->arena,
                     "{'kind': 'List', 'items': [{'kind': 'Service', 'metadata': {'name': 'kube-dns',\n"
                     "'namespace': 'kube-system'}, 'spec': {'clusterIP': '172.20.0.10', 'selector': "
                     "{'k8s-app': 'kube-dns'},\n'ports': [{'port': 53, 'protocol': 'UDP'}]}},\n"
                     "{'kind': 'Service', 'metadata': {'name': 'kube-dns-upstream', 'namespace': "
                     "'kube-system'},\n'spec': {'clusterIP': '172.20.0.11', 'selector': {'k8s-app': "
                     "'%s'}, 'ports': [{'port': 53, 'protocol': 'TCP'}]}}]}",
                     selector));
    scene_json(s, "cluster/endpointslices.json",
               "{'kind': 'List', 'items': [" SLICE("kube-dns") "," SLICE("kube-dns-upstream") "]}");
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 172.20.0.10\n");
}

static void lead_to(struct scene *s, const char *endpoint)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1",
                &(struct scene_rules){
                    .nat = arena_printf(&s->arena,
                                        "-A KUBE-SERVICES -d 172.20.0.11/32 -p tcp -m tcp --dport 53 -j DNAT "
                                        "--to-destination %s:53\n",
                                        endpoint)});
}

// The cache's pod is on n1.
static void lose(struct scene *s)
{
    scene_pods(s, &(struct scene_pods){
                      .more = ",{'kind': 'Pod', 'metadata': {'name': 'node-local-dns-x', 'namespace': "
                              "'kube-system',\n'ownerReferences': [{'kind': 'DaemonSet', 'name': "
                              "'node-local-dns'}]}, 'spec': {'nodeName': 'n1', 'hostNetwork': true,\n"
                              "'containers': [{'name': 'node-cache'}]}, 'status': {'phase': 'Running'}}"});
    scene_write(s, "cluster/logs/kube-system/node-local-dns-x/node-cache.log",
                "2026-11-23T07:10:00Z [ERROR] plugin/errors: 2 " SCENE_NAME
                ". A: dial tcp 172.20.0.11:53: i/o "
                "timeout\n");
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "SERVFAIL");
}

static const struct claim *fault(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_SERVICE_PATH);
}

static void stale_rules_for_what_the_cache_asks(void **state)
{
    struct scene *s = *state;
    install_cache(s, "/etc/resolv.conf", "kube-dns");
    lead_to(s, "10.0.9.9");
    lose(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_SERVICE_PATH, VERDICT_CONFIRMED);
    scene_expect(fault(s)->text, "lead the address by which NodeLocal DNSCache asks CoreDNS to 10.0.9.9");
    assert_true(scene_cites(s, fault(s), "--to-destination 10.0.9.9:53"));
    assert_true(
        scene_cites(s, scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_SERVICE_PATH), "dial tcp 172.20.0.11:53"));
}

static void good_rules_for_what_the_cache_asks(void **state)
{
    struct scene *s = *state;
    install_cache(s, "/etc/resolv.conf", "kube-dns");
    lead_to(s, "10.0.2.10");
    lose(s);
    scene_judge(s);
    assert_null(fault(s));
    assert_non_null(
        scene_says(s, CLAIM_CLEAR, SUBJECT_PROXY_MODE, "by which NodeLocal DNSCache asks CoreDNS"));
}

static void no_rules_for_what_the_cache_asks(void **state)
{
    struct scene *s = *state;
    install_cache(s, "/etc/resolv.conf", "kube-dns");
    scene_healthy_rules(s);
    lose(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_SERVICE_PATH, VERDICT_CONFIRMED);
    scene_expect(fault(s)->text, "do not translate 172.20.0.11");
}

// Behind it stands another DNS server: what its endpoints are is not known here.
static void a_service_of_other_pods_is_not_judged(void **state)
{
    struct scene *s = *state;
    install_cache(s, "/etc/resolv.conf", "our-dns");
    lead_to(s, "10.0.9.9");
    lose(s);
    scene_judge(s);
    assert_null(fault(s));
}

static void a_name_outside_goes_there_only_where_the_cache_hands_it_on(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *outside;
        enum tri on_path;
    } cases[] = {{"/etc/resolv.conf", TRI_NO}, {"__PILLAR__CLUSTER__DNS__", TRI_YES}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, "api.example.com");
        install_cache(s, cases[i].outside, "kube-dns");
        lead_to(s, "10.0.9.9");
        scene_judge(s);
        assert_int_equal(fault(s)->on_path, cases[i].on_path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(stale_rules_for_what_the_cache_asks),
        SCENE_TEST(good_rules_for_what_the_cache_asks),
        SCENE_TEST(no_rules_for_what_the_cache_asks),
        SCENE_TEST(a_service_of_other_pods_is_not_judged),
        SCENE_TEST(a_name_outside_goes_there_only_where_the_cache_hands_it_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
