// probe/plan: what is planned when, with and without consent, guided or not, and from what the cluster says,
// on the small healthy cluster of kit/scene. The table itself is held in test_probe_table.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/probe/argv.h"
#include "tests/kit/planning.h"

// ------------------------------------------------------------------ order

static void test_without_facts(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    t.in.target = &(const struct target){.context = "lab", .node = "n1"};
    plan_make(&t.in, &t.plan);
    assert_true(t.plan.waits);
    assert_true(t.plan.n > 8);
    for (size_t i = 0; i < t.plan.n; i++) {
        assert_string_equal(t.plan.items[i].argv[0], "kubectl");
        assert_string_equal(t.plan.items[i].argv[1], "--context=lab");
        assert_string_equal(t.plan.items[i].host, "cluster");
        assert_int_equal(t.plan.items[i].state, PLANNED_RUN);
    }
    assert_string_equal(planning_find(&t, "pods", NULL)->file, "cluster/pods.json");
    planning_end(&t);
}

static void test_only_what_is_wanted(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    memset(t.subjects, 0, sizeof t.subjects);
    t.subjects[SUBJECT_FIREWALL] = true;
    planning_login(&t, "1000\n");
    planning_make(&t);
    assert_non_null(planning_find(&t, "iptables-save", "n1"));
    assert_non_null(planning_find(&t, "pods", NULL)); // nodes are found by it
    assert_null(planning_find(&t, "dig-in-pod", NULL));
    assert_null(planning_find(&t, "dns-log", NULL));
    assert_null(planning_find(&t, "tcpdump", NULL));
    plan_done(&t.plan);
    t.subjects[SUBJECT_FIREWALL] = false;
    plan_make(&t.in, &t.plan);
    assert_int_equal(t.plan.n, 0);
    planning_end(&t);
}

static void test_no_probe_twice(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_target(&t.scene, "kubernetes.default.svc.cluster.local.");
    scene_write(&t.scene, "target.yaml", "namespace: kube-system\npod: coredns-a\n"); // its log is CoreDNS'
    planning_make(&t);
    assert_int_equal(planning_count(&t, "dns-log") + planning_count(&t, "pod-log"), 2);
    for (size_t i = 0; i < t.plan.n; i++) {
        for (size_t j = 0; j < i; j++)
            assert_false(t.plan.items[i].file && t.plan.items[j].file &&
                         strcmp(t.plan.items[i].file, t.plan.items[j].file) == 0 &&
                         strcmp(t.plan.items[i].command, t.plan.items[j].command) == 0);
    }
    planning_end(&t);
}

// ------------------------------------------------------------------ what may be

static void test_guided(void **state)
{
    (void)state;
    static const enum reach ways[] = {REACH_NONE, REACH_LOCAL, REACH_SSH, REACH_EXEC, REACH_SSM};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct planning t;
        planning_begin(&t, ways[i]);
        t.in.guided = true; // whatever was consented to
        scene_pods(&t.scene, &(struct scene_pods){.more = planning_kube_proxy});
        planning_login(&t, "0\n");
        planning_make(&t);
        for (size_t k = 0; k < t.plan.n; k++) {
            const struct planned *item = &t.plan.items[k];
            if (item->state != PLANNED_RUN)
                continue;
            assert_int_equal(item->row->rating, PROBE_GREEN);
            assert_int_equal(item->row->consent, CONSENT_NONE);
            assert_false(item->row->flags & PROBE_CHANGES);
            assert_null(strstr(item->command, " exec "));
            assert_null(strstr(item->command, "send-command"));
        }
        assert_int_equal(planning_find(&t, "pod-resolv.conf", NULL)->state, PLANNED_NOT_ALLOWED);
        assert_int_equal(planning_find(&t, "tcpdump", NULL)->state, PLANNED_NOT_ALLOWED);
        planning_end(&t);
    }
}

static void test_consent(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        unsigned consent;
        const char *why;
    } cases[] = {{"pod-resolv.conf", CONSENT_EXEC, "exec"},
                 {"dig-in-pod", CONSENT_EXEC, "exec"},
                 {"tcpdump", CONSENT_CAPTURE, "capture"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct planning t;
        planning_begin(&t, REACH_SSH);
        planning_login(&t, "0\n");
        t.in.consent = CONSENT_ALL & ~cases[i].consent;
        planning_make(&t);
        const struct planned *item = planning_find(&t, cases[i].row, NULL);
        assert_int_equal(item->state, PLANNED_NOT_ALLOWED);
        assert_non_null(strstr(item->why, cases[i].why));
        assert_true(strlen(item->command) > 0); // so that a person can
        plan_done(&t.plan);
        t.in.consent = cases[i].consent;
        plan_make(&t.in, &t.plan);
        assert_int_equal(planning_find(&t, cases[i].row, NULL)->state, PLANNED_RUN);
        planning_end(&t);
    }
}

static void test_capture_is_bounded(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    t.in.capture_seconds = 17;
    planning_login(&t, "1000\n");
    planning_make(&t);
    const struct planned *item = planning_find(&t, "tcpdump", "n1");
    assert_true(planning_ends_with(
        item->argv, "sudo -n timeout -k 2 17 tcpdump -i any -nn -U -s 512 -c 20000 -w - host 10.0.1.10 "
                    "or 10.0.1.1 and port 53"));
    assert_true(item->seconds > 17 && item->seconds < 60);
    assert_int_equal(planning_count(&t, "tcpdump"), 3);
    planning_end(&t);
}

// ------------------------------------------------------------------ what the cluster says

static void test_second_readings(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    planning_login(&t, "0\n");
    t.in.again = true;
    planning_make(&t);
    assert_true(t.plan.n > 0);
    for (size_t i = 0; i < t.plan.n; i++)
        assert_true(t.plan.items[i].row->again > 0);
    assert_string_equal(planning_find(&t, "ethtool", "n1")->file,
                        "nodes/n1/samples/20261123T071500Z/ethtool.txt");
    planning_end(&t);
}

static void test_denied_listing(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_json(
        &t.scene, "probes.jsonl",
        "{'id': 'E-001', 'argv': ['kubectl', 'get', 'events'], 'exit': 1, 'state': 'denied', 'stderr': "
        "'Error from server (Forbidden)', 'file': 'cluster/events.json'}\n");
    planning_make(&t);
    assert_int_equal(planning_count(&t, "events"), 3);
    assert_string_equal(planning_find(&t, "events", "--namespace=shop")->file, "cluster/events@shop.json");
    assert_non_null(planning_find(&t, "events", "--namespace=kube-system"));
    assert_int_equal(planning_count(&t, "pods"), 1);
    planning_end(&t);
}

static void test_resources_that_are_there(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_write(&t.scene, "cluster/api-resources.txt", "pods\nciliumnetworkpolicies.cilium.io\n");
    planning_make(&t);
    assert_non_null(planning_find(&t, "ciliumnetworkpolicies.cilium.io", NULL));
    assert_null(planning_find(&t, "networkpolicies.crd.projectcalico.org", NULL));
    assert_non_null(planning_find(&t, "networkpolicies", NULL));
    planning_end(&t);
}

static void test_run_before(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_pods(&t.scene,
               &(struct scene_pods){
                   .coredns_b =
                       "{'phase': 'Running', 'podIP': '10.0.3.10', 'containerStatuses': [{'name': 'main', "
                       "'ready': false, 'restartCount': 7}]}"});
    planning_make(&t);
    assert_int_equal(planning_count(&t, "dns-log"), 2);
    assert_int_equal(planning_count(&t, "dns-log-before"), 1);
    const struct planned *item = planning_find(&t, "dns-log-before", "coredns-b");
    assert_string_equal(item->file, "cluster/logs/kube-system/coredns-b/main.previous.log");
    assert_non_null(strstr(item->command, "--since-time=2026-11-23T06:00:00Z"));
    planning_end(&t);
}

static void test_matrix(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_target(&t.scene, "orders");
    planning_login(&t, "0\n");
    planning_make(&t);
    assert_string_equal(planning_find(&t, "pod-resolv.conf", NULL)->command,
                        "kubectl exec --namespace=shop cart-1 -- cat /etc/resolv.conf");
    // 172.20.0.10 and two endpoints × (3 names × 2, and the failing one large), the VPC's resolver × the one
    // outside × 2.
    assert_int_equal(planning_count(&t, "dig-in-pod"), 23);
    assert_int_equal(planning_count(&t, "dig-on-node"), 23);
    assert_int_equal(planning_count(&t, "dig-here"), 23);
    const struct planned *item =
        planning_find(&t, "dig-in-pod", "+tcp @10.0.2.10 -q orders.shop.svc.cluster.local");
    assert_string_equal(item->file, "pods/shop/cart-1/dig-10.0.2.10-tcp-failing.txt");
    assert_non_null(planning_find(&t, "dig-on-node", "@10.0.0.2 -q example.com."));
    assert_null(planning_find(&t, "dig-on-node", "@10.0.0.2 -q kubernetes.default.svc.cluster.local."));
    planning_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_facts),
        cmocka_unit_test(test_only_what_is_wanted),
        cmocka_unit_test(test_no_probe_twice),
        cmocka_unit_test(test_guided),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_capture_is_bounded),
        cmocka_unit_test(test_second_readings),
        cmocka_unit_test(test_denied_listing),
        cmocka_unit_test(test_resources_that_are_there),
        cmocka_unit_test(test_run_before),
        cmocka_unit_test(test_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
