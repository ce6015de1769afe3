// judge/resolver: whom the pod asks and who told it to; every wrong one with its innocent twin.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "tests/kit/scene.h"

static const char name[] = "orders.shop.svc.cluster.local";
static void give_resolv_conf(struct scene *s, const char *server)
{
    scene_write(s, "pods/shop/cart-1/resolv.conf",
                arena_printf(&s->arena,
                             "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver %s\n",
                             server));
}

static void give_kubelet(struct scene *s, const char *server)
{
    scene_json(
        s, "nodes/n1/kubelet/config.json",
        arena_printf(
            &s->arena,
            "{'kind': 'KubeletConfiguration', 'clusterDomain': 'cluster.local',\n'clusterDNS': ['%s']}",
            server));
}

static void the_nodes_own_server_is_innocent(void **state)
{
    struct scene *s = *state;
    scene_dig(s, "query-udp", "172.20.0.10", name, "NXDOMAIN");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER));
    assert_true(scene_rejects(s, DIAGNOSIS_WRONG_NAMESERVER));
}

static void a_kubelet_that_hands_out_a_wrong_address(void **state)
{
    struct scene *s = *state;
    give_resolv_conf(s, "10.100.0.10");
    give_kubelet(s, "10.100.0.10");
    scene_dig(s, "query-udp", "10.100.0.10", name, NULL);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_WRONG_NAMESERVER, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER);
    assert_true(scene_cites(s, claim, "nameserver 10.100.0.10"));
    assert_true(scene_cites(s, claim, "clusterDNS"));
    assert_non_null(strstr(claim->fix, "NodeConfig")); // Amazon Linux 2023
}

// Where the Services were not listed, kube-proxy's rules say who is right; they may be old, and say not who
// is wrong.
static void rules_alone_prove_nobody_wrong(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    scene_healthy_rules(s);
    give_resolv_conf(s, "10.100.0.10");
    give_kubelet(s, "10.100.0.10");
    scene_dig(s, "query-udp", "10.100.0.10", name, NULL);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER));
    assert_non_null(scene_says(s, CLAIM_GAP, SUBJECT_DNS_CONFIG, "whether the pod's nameserver 10.100.0.10"));
}

static void the_kubelet_alone_is_likely(void **state)
{
    struct scene *s = *state;
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    give_kubelet(s, "10.100.0.10");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_WRONG_NAMESERVER, VERDICT_LIKELY);
}

// Cut in the midst of 172.20.0.10. A file of that very line without its newline says what it says.
static void an_address_that_the_file_breaks_off_in(void **state)
{
    static const struct {
        const char *path, *text;
        bool wrong;
    } cases[] = {
        {"pods/shop/cart-1/resolv.conf", "search shop.svc.cluster.local\nnameserver 172.20.0.1", false},
        {"pods/shop/cart-1/resolv.conf", "search shop.svc.cluster.local\nnameserver 172.20.0.1\n", true},
        {"pods/shop/cart-1/resolv.conf", "search shop.svc.cluster.local\nnameserver 10.9.0.1", true},
        {"nodes/n1/kubelet/config.yaml", "kind: KubeletConfiguration\nclusterDNS:\n- 172.20.0.1", false},
        {"nodes/n1/kubelet/config.yaml", "kind: KubeletConfiguration\nclusterDNS:\n- 172.20.0.1\n", true},
        {"nodes/n1/kubelet/config.yaml", "kind: KubeletConfiguration\nclusterDNS:\n- 10.9.0.1", true},
        {"nodes/n1/kubelet/kubelet_service.txt", "/usr/bin/kubelet --cluster-dns=172.20.0.1", false},
        {"nodes/n1/kubelet/kubelet_service.txt", "/usr/bin/kubelet --cluster-dns=172.20.0.1\n", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        scene_init(&s);
        scene_write(&s, "pods/shop/cart-1/resolv.conf", NULL);
        scene_write(&s, cases[i].path, cases[i].text);
        scene_dig(&s, "query-udp", "172.20.0.10", name, NULL);
        scene_judge(&s);
        assert_int_equal(scene_claim(&s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER) != NULL, cases[i].wrong);
        scene_done(&s);
    }
}

static void a_kubelet_that_was_mended_leaves_old_pods(void **state)
{
    struct scene *s = *state;
    give_resolv_conf(s, "10.100.0.10");
    scene_dig(s, "query-udp", "10.100.0.10", name, NULL);
    scene_judge(s);
    assert_non_null(strstr(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER)->fix, "recreate the pod"));
}

static void a_cache_that_nobody_listed_is_unknown(void **state)
{
    struct scene *s = *state;
    give_resolv_conf(s, "169.254.20.10");
    give_kubelet(s, "169.254.20.10");
    scene_write(s, "cluster/daemonsets.json", NULL);
    scene_dig(s, "query-udp", "169.254.20.10", name, NULL);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER));
    assert_non_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_WRONG_NAMESERVER));
}

static void a_cache_that_is_not_installed_is_wrong(void **state)
{
    struct scene *s = *state;
    give_resolv_conf(s, "169.254.20.10");
    give_kubelet(s, "169.254.20.10");
    scene_dig(s, "query-udp", "169.254.20.10", name, NULL);
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_WRONG_NAMESERVER);
}

static void the_pods_own_policy(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.spec = "\n'dnsPolicy': 'Default',\n"});
    give_resolv_conf(s, "10.0.0.2");
    scene_dig(s, "query-udp", "10.0.0.2", name, "NXDOMAIN");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_DNS_POLICY, VERDICT_CONFIRMED);
    assert_true(
        scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY), "\"dnsPolicy\": \"Default\""));
}

static void the_hosts_network_without_its_policy(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.spec = "'hostNetwork': true, 'dnsPolicy': 'ClusterFirst', "});
    give_resolv_conf(s, "10.0.0.2");
    scene_dig(s, "query-udp", "10.0.0.2", name, "NXDOMAIN");
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_DNS_POLICY);
    assert_non_null(
        strstr(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY)->fix, "ClusterFirstWithHostNet"));
}

static void the_hosts_network_with_its_policy_is_right(void **state)
{
    struct scene *s = *state;
    scene_pods(s,
               &(struct scene_pods){.spec = "'hostNetwork': true, 'dnsPolicy': 'ClusterFirstWithHostNet', "});
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY));
}

static void a_policy_does_not_hurt_names_outside(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    scene_pods(s, &(struct scene_pods){.spec = "'dnsPolicy': 'Default', "});
    give_resolv_conf(s, "10.0.0.2");
    scene_dig(s, "query-udp", "10.0.0.2", "api.example.com", NULL);
    scene_judge(s);
    assert_true(s->cause->diagnosis != DIAGNOSIS_DNS_POLICY || s->cause->verdict != VERDICT_CONFIRMED);
}

// Nobody says which name fails: the lookups do.
static void names_outside_are_told_by_what_fails(void **state)
{
    struct scene *s = *state;
    for (int denied = 0; denied < 2; denied++) {
        scene_reset(s);
        scene_target(s, "null");
        scene_pods(s, &(struct scene_pods){.spec = "'dnsPolicy': 'Default', "});
        give_resolv_conf(s, "10.0.0.2");
        scene_dig(s, "query-udp", "10.0.0.2", "api.example.com", NULL);
        if (denied)
            scene_dig(s, "service-udp", "10.0.0.2", name, "NXDOMAIN");
        scene_judge(s);
        bool told = s->cause->diagnosis == DIAGNOSIS_DNS_POLICY && s->cause->verdict == VERDICT_CONFIRMED;
        assert_int_equal(told, denied);
    }
}

static void who_answers_the_name_at_other_times_is_not_the_wrong_one(void **state)
{
    struct scene *s = *state;
    for (int answered = 0; answered < 2; answered++) {
        scene_reset(s);
        scene_target(s, "api.example.com");
        scene_pods(s, &(struct scene_pods){
                          .spec = "'dnsPolicy': 'None', 'dnsConfig': {'nameservers': ['10.9.9.9']}, "});
        give_resolv_conf(s, "10.9.9.9");
        scene_dig(s, "query-udp", "10.9.9.9", "api.example.com", NULL);
        scene_dig(s, "query-tcp", "10.9.9.9", "api.example.com", answered ? "NOERROR" : NULL);
        scene_judge(s);
        bool harm = scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_DNS_POLICY) != NULL;
        assert_int_equal(harm, !answered);
    }
}

static void a_server_that_knows_the_cluster_is_no_fault(void **state)
{
    struct scene *s = *state;
    scene_pods(
        s, &(struct scene_pods){.spec = "'dnsPolicy': 'None', 'dnsConfig': {'nameservers': ['10.9.9.9']}, "});
    give_resolv_conf(s, "10.9.9.9");
    scene_dig(s, "query-udp", "10.9.9.9", name, "NOERROR");
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_AGAINST, DIAGNOSIS_DNS_POLICY));
    assert_true(s->cause->verdict != VERDICT_CONFIRMED);
}

static void a_search_list_without_the_cluster(void **state)
{
    struct scene *s = *state;
    scene_target(s, "orders");
    scene_pods(s, &(struct scene_pods){
                      .spec = "'dnsPolicy': 'None', 'dnsConfig': {'nameservers': ['172.20.0.10']}, "});
    scene_write(s, "pods/shop/cart-1/resolv.conf", "nameserver 172.20.0.10\nsearch corp.example\n");
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_DNS_POLICY);
    assert_true(scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_DNS_POLICY), "search corp.example"));
}

static void nothing_is_said_without_the_service(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    give_resolv_conf(s, "10.100.0.10");
    scene_dig(s, "query-udp", "10.100.0.10", name, NULL);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_WRONG_NAMESERVER));
}

static const struct claim *on_subject(const struct scene *s, enum claim_kind kind, enum subject subject)
{
    for (size_t i = 0; i < s->claims.n; i++) {
        if (s->claims.items[i].kind == kind && s->claims.items[i].subject == subject)
            return &s->claims.items[i];
    }
    return NULL;
}

static void expect_cost(struct scene *s, const char *query, const char *options, const char *told)
{
    scene_target(s, query);
    scene_write(s, "pods/shop/cart-1/resolv.conf",
                arena_printf(&s->arena,
                             "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
                             "nameserver 172.20.0.10\noptions %s\n",
                             options));
    scene_judge(s);
    const struct claim *claim = on_subject(s, CLAIM_NOTE, SUBJECT_SEARCH_LIST);
    assert_non_null(claim);
    assert_non_null(strstr(claim->text, told));
    assert_true(scene_cites(s, claim, "search shop.svc.cluster.local"));
    assert_true(scene_cites(s, claim, options));
}

static void few_dots_cost_a_question_for_each_domain(void **state)
{
    expect_cost(
        *state, "orders.shop", "ndots:5",
        "as orders.shop.shop.svc.cluster.local, up to 8 queries a lookup; NXDOMAIN to those is no fault, and "
        "orders.shop. costs 2");
}

static void enough_dots_cost_more_only_where_denied(void **state)
{
    expect_cost(*state, "api.example.com", "ndots:2",
                "2 queries a lookup; where that is denied, 8 with glibc and Go, which then append the search "
                "domains, "
                "and 2 with musl");
}

static void a_last_dot_costs_one_question(void **state)
{
    expect_cost(*state, "api.example.com.", "ndots:5", "is asked as it is: 2 queries a lookup");
}

static void a_file_that_was_not_read_is_missed(void **state)
{
    struct scene *s = *state;
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    scene_judge(s);
    const struct claim *gap = on_subject(s, CLAIM_GAP, SUBJECT_SEARCH_LIST);
    assert_non_null(gap);
    assert_string_equal(gap->command, "kubectl exec -n shop cart-1 -- cat /etc/resolv.conf");
    assert_null(on_subject(s, CLAIM_NOTE, SUBJECT_SEARCH_LIST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_nodes_own_server_is_innocent),
        SCENE_TEST(a_kubelet_that_hands_out_a_wrong_address),
        SCENE_TEST(rules_alone_prove_nobody_wrong),
        SCENE_TEST(the_kubelet_alone_is_likely),
        cmocka_unit_test(an_address_that_the_file_breaks_off_in),
        SCENE_TEST(a_kubelet_that_was_mended_leaves_old_pods),
        SCENE_TEST(a_cache_that_nobody_listed_is_unknown),
        SCENE_TEST(a_cache_that_is_not_installed_is_wrong),
        SCENE_TEST(the_pods_own_policy),
        SCENE_TEST(the_hosts_network_without_its_policy),
        SCENE_TEST(the_hosts_network_with_its_policy_is_right),
        SCENE_TEST(a_policy_does_not_hurt_names_outside),
        SCENE_TEST(names_outside_are_told_by_what_fails),
        SCENE_TEST(who_answers_the_name_at_other_times_is_not_the_wrong_one),
        SCENE_TEST(a_server_that_knows_the_cluster_is_no_fault),
        SCENE_TEST(a_search_list_without_the_cluster),
        SCENE_TEST(nothing_is_said_without_the_service),
        SCENE_TEST(few_dots_cost_a_question_for_each_domain),
        SCENE_TEST(enough_dots_cost_more_only_where_denied),
        SCENE_TEST(a_last_dot_costs_one_question),
        SCENE_TEST(a_file_that_was_not_read_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
