// judge/service, of rules that kube-proxy left behind where another program does its work: no packet meets
// them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

static const struct claim *fault(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_SERVICE_PATH);
}

// All rules of n1 lead to addresses that nobody has. `status`: of the pod's query; NULL: it is lost.
static void judge_stale(struct scene *s, const char *status)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1", &(struct scene_rules){.endpoint_a = "10.0.9.8", .endpoint_b = "10.0.9.9"});
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, status);
    scene_judge(s);
}

// Cilium does kube-proxy's work, and nobody took out what that had written.
static void what_kube_proxy_left_to_cilium(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *word;
        bool replaced;
    } cases[] = {{"true", true}, {"strict", true}, {"false", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_json(s, "cluster/configmaps.json",
                   arena_printf(&s->arena,
                                "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': "
                                "'cilium-config', 'namespace': 'kube-system'},\n'data': "
                                "{'kube-proxy-replacement': '%s'}}]}",
                                cases[i].word));
        judge_stale(s, NULL);
        assert_int_equal(fault(s) == NULL, cases[i].replaced);
        const struct claim *gap = scene_claim(s, CLAIM_GAP, DIAGNOSIS_SERVICE_PATH);
        assert_int_equal(gap != NULL, cases[i].replaced);
    }
}

// Who does it instead is not known: that the rules counted nothing may also come of their being written anew.
static void a_rule_that_counted_nothing_is_likely_at_most(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *count;
        enum verdict verdict;
    } cases[] = {{"[7:420]", VERDICT_CONFIRMED}, {"[0:0]", VERDICT_LIKELY}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_healthy_rules(s);
        scene_rules(
            s, "n1",
            &(struct scene_rules){
                .nat = arena_printf(&s->arena,
                                    "%s -A KUBE-SERVICES -d 172.20.0.10/32 -p udp -m udp --dport 53 -j "
                                    "DNAT --to-destination 10.0.9.9:53\n",
                                    cases[i].count)});
        scene_ask_in_vain(s);
        scene_judge(s);
        SCENE_CONCLUDES(s, DIAGNOSIS_SERVICE_PATH, cases[i].verdict);
    }
}

static void answers_that_none_of_the_rules_can_have_given_refute_them(void **state)
{
    struct scene *s = *state;
    judge_stale(s, "NOERROR");
    assert_non_null(scene_claim(s, CLAIM_AGAINST, DIAGNOSIS_SERVICE_PATH));
    assert_true(s->cause->diagnosis != DIAGNOSIS_SERVICE_PATH);
    scene_reset(s);
    judge_stale(s, NULL);
    assert_null(scene_claim(s, CLAIM_AGAINST, DIAGNOSIS_SERVICE_PATH));
    SCENE_CONCLUDES(s, DIAGNOSIS_SERVICE_PATH, VERDICT_CONFIRMED);
}

// The pod asks NodeLocal DNSCache by its own address: where the Service's rules lead is no matter.
static void rules_for_an_address_that_is_not_asked(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/daemonsets.json",
               "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
               "'namespace': 'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', "
               "'image': 'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10']}]}}}}]}");
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
    judge_stale(s, NULL);
    assert_null(fault(s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_kube_proxy_left_to_cilium),
        SCENE_TEST(a_rule_that_counted_nothing_is_likely_at_most),
        SCENE_TEST(rules_for_an_address_that_is_not_asked),
        SCENE_TEST(answers_that_none_of_the_rules_can_have_given_refute_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
