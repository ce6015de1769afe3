// judge_policies on the scene's small cluster: a policy that stops DNS, its innocent twin, and what cannot be
// told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

#define LISTING(items) "{'kind': 'List', 'apiVersion': 'v1', 'items': [\n" items "\n]}\n"
#define POLICY(ns, name, spec)                                                                               \
    "{'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': {\n"                        \
    "'creationTimestamp': '2026-11-23T06:59:00Z',\n'name': '" name "', 'namespace': '" ns                    \
    "'}, 'spec': {" spec "}}"
#define DENY_EGRESS "'podSelector': {}, 'policyTypes': ['Egress']"
#define ALLOW(protocol)                                                                                      \
    "'podSelector': {}, 'policyTypes': ['Egress'], 'egress': [{'ports': [{'protocol': '" protocol            \
    "', 'port': 53}]}]"
#define NAMESPACES                                                                                           \
    LISTING("{'kind': 'Namespace', 'apiVersion': 'v1', 'metadata': {'name': 'shop'}},"                       \
            "{'kind': 'Namespace', 'apiVersion': 'v1', 'metadata': {'name': 'kube-system'}}")

static void give_policies(struct scene *s, const char *policies)
{
    scene_json(s, "cluster/namespaces.json", NAMESPACES);
    if (policies)
        scene_json(s, "cluster/networkpolicies.json", policies);
}

static void lose_lookups(struct scene *s)
{
    scene_dig(s, "a", "172.20.0.10", "orders.shop.svc.cluster.local", NULL);
    scene_dig(s, "b", "10.0.2.10", "orders.shop.svc.cluster.local", NULL);
}

static void a_default_deny_is_the_cause(void **state)
{
    struct scene *s = *state;
    give_policies(s, LISTING(POLICY("shop", "deny-all", DENY_EGRESS)));
    lose_lookups(s);
    scene_judge(s);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_non_null(cause);
    assert_true(scene_cites(s, cause, "\"name\": \"deny-all\""));
    assert_non_null(strstr(cause->fix, "allows egress"));
    assert_non_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_NETWORK_POLICY_DENY));
    SCENE_CONCLUDES(s, DIAGNOSIS_NETWORK_POLICY_DENY, VERDICT_CONFIRMED);
}

static void a_policy_beside_it_that_allows_clears_it(void **state)
{
    struct scene *s = *state;
    give_policies(s,
                  LISTING(POLICY("shop", "deny-all", DENY_EGRESS) "," POLICY("shop", "dns", ALLOW("UDP"))));
    lose_lookups(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY));
    const struct claim *innocent = scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_true(innocent && scene_cites(s, innocent, "\"name\": \"dns\""));
    assert_true(scene_rejects(s, DIAGNOSIS_NETWORK_POLICY_DENY));
}

// A policy that names the Service's port, where CoreDNS listens on another, allows nothing.
static void policies_see_the_port_of_the_pods(void **state)
{
    struct scene *s = *state;
    give_policies(s, LISTING(POLICY("shop", "dns",
                                    "'podSelector': {}, 'policyTypes': ['Egress'], 'egress': [{'to': "
                                    "[{'namespaceSelector': {}}], 'ports': [{'protocol': 'UDP', 'port': "
                                    "53}]}]")));
    scene_json(s, "cluster/services.json",
               LISTING("{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': 'kube-system'},\n"
                       "'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'kube-dns'},\n"
                       "'ports': [{'name': 'dns', 'port': 53, 'protocol': 'UDP', 'targetPort': 1053}]}}"));
    scene_json(s, "cluster/endpointslices.json",
               LISTING("{'kind': 'EndpointSlice', 'addressType': 'IPv4', 'metadata': {'name': 'kube-dns-1',\n"
                       "'namespace': 'kube-system', 'labels': {'kubernetes.io/service-name': 'kube-dns'}},\n"
                       "'endpoints': [{'addresses': ['10.0.2.10'], 'nodeName': 'n2'}],\n"
                       "'ports': [{'name': 'dns', 'port': 1053, 'protocol': 'UDP'}]}"));
    scene_judge(s);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_non_null(cause);
    scene_expect(cause->text, "none allows UDP 1053 to CoreDNS");
    scene_expect(cause->fix, "on UDP and TCP 1053");
}

static void ingress_of_coredns_counts(void **state)
{
    struct scene *s = *state;
    give_policies(s, LISTING(POLICY("kube-system", "only-ops",
                                    "'podSelector': {}, 'policyTypes': ['Ingress'], 'ingress': [{'from': "
                                    "[{'namespaceSelector': {'matchLabels': {'team': 'ops'}}}]}]")));
    lose_lookups(s);
    scene_judge(s);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_true(cause && scene_cites(s, cause, "\"name\": \"only-ops\""));
    assert_non_null(strstr(cause->text, "for ingress"));
}

static void answers_refute_it(void **state)
{
    struct scene *s = *state;
    give_policies(s, LISTING(POLICY("shop", "deny-all", DENY_EGRESS)));
    scene_dig(s, "a", "172.20.0.10", "orders.shop.svc.cluster.local", "NOERROR");
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_AGAINST, DIAGNOSIS_NETWORK_POLICY_DENY));
    assert_true(s->cause->diagnosis != DIAGNOSIS_NETWORK_POLICY_DENY ||
                s->cause->verdict != VERDICT_CONFIRMED);
}

static void tcp_alone_is_no_fault_until_it_was_needed(void **state)
{
    struct scene *s = *state;
    give_policies(s, LISTING(POLICY("shop", "udp-only", ALLOW("UDP"))));
    lose_lookups(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_NETWORK_POLICY_DENY));
}

static void without_the_listing_nothing_is_told(void **state)
{
    (void)state;
    static const char *const missing[] = {NULL, "{'kind': 'List', 'items': [{'kind': 'NetworkPo"};
    for (size_t i = 0; i < ARRAY_LEN(missing); i++) {
        struct scene s;
        scene_init(&s);
        give_policies(&s, missing[i]);
        lose_lookups(&s);
        scene_judge(&s);
        assert_null(scene_claim(&s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY));
        assert_null(scene_claim(&s, CLAIM_INNOCENT, DIAGNOSIS_NETWORK_POLICY_DENY));
        const struct claim *gap = scene_claim(&s, CLAIM_GAP, DIAGNOSIS_NETWORK_POLICY_DENY);
        assert_true(gap && gap->command);
        scene_done(&s);
    }
}

static void a_policy_made_afterwards_is_not_it(void **state)
{
    struct scene *s = *state;
    give_policies(
        s,
        LISTING("{'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': "
                "{'creationTimestamp': "
                "'2026-11-23T08:00:00Z', 'name': 'late', 'namespace': 'shop'}, 'spec': {" DENY_EGRESS "}}"));
    lose_lookups(s);
    scene_judge(s);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_true(!cause || cause->in_window == TRI_NO);
    assert_true(s->cause->diagnosis != DIAGNOSIS_NETWORK_POLICY_DENY ||
                s->cause->verdict != VERDICT_CONFIRMED);
}

static void egress_of_coredns_counts_for_outside_names(void **state)
{
    (void)state;
    for (int outside = 0; outside < 2; outside++) {
        struct scene s;
        scene_init(&s);
        give_policies(&s, LISTING(POLICY("kube-system", "dns-out", DENY_EGRESS)));
        scene_corefile(&s, ".:53 {\\n    kubernetes cluster.local\\n    forward . 10.77.0.2\\n}\\n");
        scene_target(&s, outside ? "example.com" : "orders.shop.svc.cluster.local");
        scene_judge(&s);
        const struct claim *cause = scene_claim(&s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
        assert_int_equal(cause != NULL, outside);
        if (cause)
            assert_non_null(strstr(cause->text, "10.77.0.2"));
        scene_done(&s);
    }
}

// What the VPC CNI's agent writes of a flow that it dropped, beside a policy that denies.
static bool is_effect(struct scene *s, const char *flow)
{
    give_policies(s, LISTING(POLICY("shop", "deny-all", DENY_EGRESS)));
    scene_write(
        s, "nodes/n1/var_log/aws-routed-eni/network-policy-agent.log",
        arena_printf(&s->arena,
                     "{\"level\":\"info\",\"ts\":\"2026-11-23T07:10:00.000Z\",\"msg\":\"Flow Info: %s\"}\n",
                     flow));
    scene_judge(s);
    return scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_NETWORK_POLICY_DENY) != NULL;
}

// The agent says so of a query that the policies allow: it is wrong where the pod is answered, and the fault
// may be its own where nothing is.
static void a_denied_flow_that_is_allowed_hangs_on_what_came_of_it(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *status;
        enum claim_kind kind;
    } cases[] = {{"NOERROR", CLAIM_INNOCENT}, {NULL, CLAIM_CAUSE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        give_policies(s, LISTING(POLICY("shop", "dns", ALLOW("UDP"))));
        scene_write(
            s, "nodes/n1/var_log/aws-routed-eni/network-policy-agent.log",
            "{\"level\":\"info\",\"ts\":\"2026-11-23T07:10:00.000Z\",\"msg\":\"Flow Info: Src IP: 10.0.1.10 "
            "Src Port: 41873 Dest IP: 10.0.2.10 Dest Port: 53 Proto UDP Verdict DENY\"}\n");
        scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, cases[i].status);
        scene_judge(s);
        const struct claim *claim =
            scene_says(s, cases[i].kind, SUBJECT_NETWORK_POLICY, "the policy agent denied");
        assert_non_null(claim);
        assert_int_equal(s->cause->diagnosis == DIAGNOSIS_NETWORK_POLICY_DENY, i == 1);
        assert_true(i == 0 || s->cause->verdict == VERDICT_LIKELY);
    }
}

static void a_denied_flow_of_the_pods_dns_is_its_effect(void **state)
{
    assert_true(is_effect(*state,
                          "Src IP: 10.0.1.10 Src Port: 41873 Dest IP: 172.20.0.10 Dest Port: 53 Proto UDP "
                          "Verdict DENY"));
}

static void a_denied_flow_to_coredns_metrics_is_none(void **state)
{
    assert_false(is_effect(*state,
                           "Src IP: 10.0.1.10 Src Port: 53530 Dest IP: 10.0.2.10 Dest Port: 9153 Proto TCP "
                           "Verdict DENY"));
}

static void a_denied_flow_of_another_pod_is_none(void **state)
{
    assert_false(is_effect(*state,
                           "Src IP: 10.0.1.99 Src Port: 41873 Dest IP: 172.20.0.10 Dest Port: 53 Proto UDP "
                           "Verdict DENY"));
}

// ------------------------------------------------------------------ NodeLocal DNSCache asks CoreDNS

// On n1, with its node's network; the pod asks it.
static void install_cache(struct scene *s)
{
    scene_json(s, "cluster/daemonsets.json",
               "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
               "'namespace': "
               "'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', 'image': "
               "'example/k8s-dns-node-cache:1', 'args': ['-localip', '169.254.20.10']}]}}}}]}");
    scene_pods(
        s,
        &(struct scene_pods){
            .more = ",{'kind': 'Pod', 'metadata': {'name': 'node-local-dns-x', 'namespace': 'kube-system',\n"
                    "'ownerReferences': [{'kind': 'DaemonSet', 'name': 'node-local-dns'}]}, 'spec': "
                    "{'nodeName': 'n1', 'hostNetwork': true,\n'containers': [{'name': 'c'}]}, 'status': "
                    "{'phase': 'Running', 'podIP': '10.0.1.1', 'hostIP': '10.0.1.1'}}"});
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 169.254.20.10\n");
}

#define LET_IN(peer) "'podSelector': {}, 'policyTypes': ['Ingress'], 'ingress': [{'from': [{" peer "}]}]"

static void a_policy_that_lets_in_pods_keeps_the_cache_out(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *peer;
        enum claim_kind kind; // CLAIM_CLEAR: neither cause nor gap
    } cases[] = {
        {"'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'shop'}}", CLAIM_CAUSE},
        {"'namespaceSelector': {}", CLAIM_GAP}, // plug-ins differ in what a pod on the node's network is
        {"'ipBlock': {'cidr': '10.0.0.0/8'}", CLAIM_CLEAR},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        install_cache(s);
        give_policies(
            s, arena_printf(&s->arena, LISTING(POLICY("kube-system", "in", LET_IN("%s"))), cases[i].peer));
        scene_judge(s);
        bool blocked = scene_says(s, CLAIM_CAUSE, SUBJECT_NETWORK_POLICY, "NodeLocal DNSCache");
        bool open = scene_says(s, CLAIM_GAP, SUBJECT_NETWORK_POLICY, "NodeLocal DNSCache");
        assert_int_equal(blocked, cases[i].kind == CLAIM_CAUSE);
        assert_int_equal(open, cases[i].kind == CLAIM_GAP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_default_deny_is_the_cause),
        SCENE_TEST(a_policy_beside_it_that_allows_clears_it),
        SCENE_TEST(policies_see_the_port_of_the_pods),
        SCENE_TEST(ingress_of_coredns_counts),
        SCENE_TEST(answers_refute_it),
        SCENE_TEST(tcp_alone_is_no_fault_until_it_was_needed),
        cmocka_unit_test(without_the_listing_nothing_is_told),
        SCENE_TEST(a_policy_made_afterwards_is_not_it),
        SCENE_TEST(a_denied_flow_that_is_allowed_hangs_on_what_came_of_it),
        SCENE_TEST(a_denied_flow_of_the_pods_dns_is_its_effect),
        SCENE_TEST(a_denied_flow_to_coredns_metrics_is_none),
        SCENE_TEST(a_denied_flow_of_another_pod_is_none),
        SCENE_TEST(a_policy_that_lets_in_pods_keeps_the_cache_out),
        cmocka_unit_test(egress_of_coredns_counts_for_outside_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
