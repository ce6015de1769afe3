// probe/plan: what is planned for each way to a node, and from hostile facts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/probe/argv.h"
#include "tests/kit/planning.h"

// ------------------------------------------------------------------ ways to a node

static void test_ssh(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    planning_make(&t);
    const struct planned *login = planning_find(&t, "login", "n1");
    assert_true(planning_ends_with(login->argv, " -- 10.0.1.1 timeout -k 2 20 id -u"));
    assert_non_null(strstr(login->command, "BatchMode=yes"));
    assert_non_null(strstr(login->command, "StrictHostKeyChecking=yes"));
    assert_non_null(strstr(login->command, "HostKeyAlias=n1 "));
    assert_non_null(strstr(login->command, "UpdateHostKeys=no"));
    assert_non_null(strstr(login->command, "CheckHostIP=no"));
    assert_true(span_starts(span_of(login->socket), "/run/user/1000/d5/"));
    assert_true(planning_ends_with(login->connect, " -N -- 10.0.1.1"));
    assert_string_equal(login->host, "n1");
    assert_null(planning_find(&t, "iptables-save", NULL)); // who arrives there is not known yet
    assert_true(t.plan.waits);
    planning_end(&t);
}

static void test_ssh_as_user_and_as_root(void **state)
{
    (void)state;
    static const struct {
        const char *uid, *command;
    } cases[] = {{"1000\n", " -- 10.0.1.1 sudo -n timeout -k 2 20 iptables-save -c"},
                 {"0\n", " -- 10.0.1.1 timeout -k 2 20 iptables-save -c"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct planning t;
        planning_begin(&t, REACH_SSH);
        planning_login(&t, cases[i].uid);
        planning_make(&t);
        const struct planned *rules = planning_find(&t, "iptables-save", "n1");
        assert_true(planning_ends_with(rules->argv, cases[i].command));
        assert_string_equal(rules->file, "nodes/n1/networking/iptables-save.txt");
        assert_true(planning_ends_with(planning_find(&t, "ip-addr", "n1")->argv,
                                       " 10.0.1.1 timeout -k 2 20 ip addr"));
        assert_int_equal(planning_count(&t, "ethtool"), 1); // neither lo nor a pod's end of a pair
        assert_string_equal(planning_find(&t, "ethtool", NULL)->heading, "Interface eth0");
        assert_int_equal(planning_count(&t, "iptables-save"), 3);
        planning_end(&t);
    }
}

static void test_ssh_that_nobody_answers(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_json(
        &t.scene, "probes.jsonl",
        "{'id': 'E-001', 'argv': ['ssh'], 'exit': 255, 'state': 'failed', 'stderr': 'ssh: connect to host "
        "10.0.1.1 port 22: Connection timed out', 'file': 'nodes/n1/system/id.txt'}\n");
    planning_make(&t);
    const struct planned *rules = planning_find(&t, "iptables-save", "n1");
    assert_int_equal(rules->state, PLANNED_NO_WAY);
    assert_non_null(strstr(rules->why, "Connection timed out"));
    assert_int_equal(planning_find(&t, "login", "n1")->state,
                     PLANNED_RUN); // so that it counts as run, and may be again
    planning_end(&t);
}

static void test_ssh_with_new_keys(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    t.in.host_keys = "/cases/a b/known_hosts";
    planning_make(&t);
    const struct planned *login = planning_find(&t, "login", "n1");
    assert_non_null(strstr(login->command, "StrictHostKeyChecking=accept-new"));
    assert_non_null(
        strstr(login->command, "UserKnownHostsFile=\"/cases/a b/known_hosts\" ~/.ssh/known_hosts"));
    planning_end(&t);
}

static void test_local(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_LOCAL);
    planning_login(&t, "0\n");
    planning_make(&t);
    assert_true(planning_ends_with(planning_find(&t, "iptables-save", "n1")->argv,
                                   "timeout -k 2 20 iptables-save -c"));
    assert_string_equal(planning_find(&t, "iptables-save", "n1")->argv[0], "timeout");
    assert_int_equal(planning_find(&t, "iptables-save", "n2")->state, PLANNED_NO_WAY);
    assert_non_null(strstr(planning_find(&t, "iptables-save", "n2")->why, "d5tui runs on n1"));
    planning_end(&t);
}

static void test_exec(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_EXEC);
    scene_pods(&t.scene, &(struct scene_pods){.more = planning_kube_proxy});
    planning_make(&t);
    assert_string_equal(
        planning_find(&t, "iptables-save", "n1")->command,
        "kubectl exec --namespace=kube-system kube-proxy-x --container=kube-proxy -- iptables-save -c");
    assert_int_equal(planning_find(&t, "iptables-save", "n1")->state, PLANNED_RUN);
    assert_int_equal(planning_find(&t, "dmesg", "n1")->state, PLANNED_NO_WAY);   // no file of the node's
    assert_int_equal(planning_find(&t, "tcpdump", "n1")->state, PLANNED_NO_WAY); // nothing would end it
    assert_int_equal(planning_find(&t, "iptables-save", "n2")->state, PLANNED_NO_WAY);
    assert_null(planning_find(&t, "login", NULL));
    planning_end(&t);
}

// A pod of somebody else's that calls itself kube-proxy would tell of the node what it likes.
static void test_exec_into_nobodys_pod(void **state)
{
    (void)state;
    struct planning t;
    struct str other = {0};
    struct span pod = span_of(planning_kube_proxy);
    size_t at = span_find(pod, "kube-system");
    str_add_span(&other, span_first(pod, at));
    str_add(&other, "shop");
    str_add_span(&other, span_from(pod, at + strlen("kube-system")));
    planning_begin(&t, REACH_EXEC);
    scene_pods(&t.scene, &(struct scene_pods){.more = str_text(&other)});
    planning_make(&t);
    assert_int_equal(planning_find(&t, "iptables-save", "n1")->state, PLANNED_NO_WAY);
    planning_end(&t);
    str_done(&other);
}

static void test_no_way(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_NONE);
    planning_make(&t);
    assert_int_equal(planning_find(&t, "iptables-save", "n1")->state, PLANNED_NO_WAY);
    assert_non_null(strstr(planning_find(&t, "iptables-save", "n1")->why, "--via"));
    assert_int_equal(planning_find(&t, "pods", NULL)->state, PLANNED_RUN);
    planning_end(&t);
}

// ------------------------------------------------------------------ hostile facts

static const char *const hostile_names[] = {
    "-oProxyCommand=hostile", "--hostile", "$(hostile)", "`hostile`", "hostile;reboot", "hostile\\nreboot",
    "../../hostile",          "@hostile",  "+hostile",   "hostile x", "-f/hostile",     "=hostile",
};

// Whatever is run: no word of it holds the name, but of a context, which is one word behind its '='.
static void assert_harmless(const struct planning *t, const char *mark)
{
    for (size_t i = 0; i < t->plan.n; i++) {
        const struct planned *item = &t->plan.items[i];
        if (item->state == PLANNED_UNFIT)
            assert_non_null(strstr(item->why, " is not "));
        for (size_t k = 0; item->state == PLANNED_RUN && item->argv[k]; k++) {
            if (strstr(item->argv[k], mark))
                fail_msg("%s: %s", item->row->name, item->command);
        }
        assert_false(item->state == PLANNED_RUN && item->file && strstr(item->file, ".."));
    }
}

static void plan_hostile(const char *name, enum reach via)
{
    struct planning t;
    planning_begin(&t, via);
    planning_login(&t, "1000\n");
    struct arena *arena = &t.scene.arena;
    scene_json(
        &t.scene, "cluster/pods.json",
        arena_printf(
            arena,
            "{'kind': 'List', 'items': [{'kind': 'Pod', 'metadata': {'name': 'cart-1', 'namespace': "
            "'shop'}, 'spec': {'nodeName': '%s', 'containers': [{'name': '%s'}]}, 'status': {'podIP': "
            "'%s'}},\n{'kind': 'Pod', 'metadata': {'name': '%s', 'namespace': 'kube-system', 'labels': "
            "{'k8s-app': 'kube-dns'}}, 'spec': {'nodeName': '%s', 'containers': [{'name': '%s'}]}},\n"
            "{'kind': 'Pod', 'metadata': {'name': '%s', 'namespace': 'kube-system', 'labels': {'k8s-app': "
            "'kube-proxy'}}, 'spec': {'nodeName': 'n1', 'hostNetwork': true, 'containers': []}, "
            "'status': {'conditions': [{'type': 'Ready', 'status': 'True'}]}}]}",
            name, name, name, name, name, name, name));
    scene_json(
        &t.scene, "cluster/nodes.json",
        arena_printf(
            arena,
            "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': '%s', 'labels': "
            "{'alpha.eksctl.io/cluster-name': '%s'}}, 'spec': {'providerID': 'aws:///%sa/%s'}, 'status': "
            "{'addresses': [{'type': 'InternalIP', 'address': '%s'}]}}, {'kind': 'Node', 'metadata': "
            "{'name': 'n1'}, 'spec': {'providerID': 'aws:///%sa/%s'}}]}",
            name, name, name, name, name, name, name));
    // What stands before a blank would be a good name.
    const char *link = strchr(name, ' ') ? "lo" : name;
    scene_write(
        &t.scene, "nodes/n1/networking/ip-addr.txt",
        arena_printf(arena, "2: %s: <UP> mtu 1500\n    inet 10.0.1.1/24 scope global %s\n", link, link));
    planning_make(&t);
    assert_harmless(&t, strstr(name, "u0000") ? "/.." : "hostile");
    planning_end(&t);
}

static void test_hostile_facts(void **state)
{
    (void)state;
    static const enum reach ways[] = {REACH_LOCAL, REACH_SSH, REACH_EXEC, REACH_SSM};
    for (size_t i = 0; i < ARRAY_LEN(hostile_names); i++) {
        for (size_t k = 0; k < ARRAY_LEN(ways); k++)
            plan_hostile(hostile_names[i], ways[k]);
    }
    plan_hostile("a\\u0000/..", REACH_SSH); // ends where C's strings do
}

static void test_hostile_target(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile_names); i++) {
        const char *name = hostile_names[i];
        struct planning t;
        planning_begin(&t, REACH_SSH);
        scene_judge(&t.scene);
        struct target *target = &t.scene.facts->target;
        target->namespace_ = target->pod = target->node = target->query = name;
        t.scene.facts->node_name = name;
        t.in.facts = t.scene.facts;
        t.in.target = target;
        plan_make(&t.in, &t.plan);
        assert_harmless(&t, "hostile");
        assert_int_equal(planning_find(&t, "pod-resolv.conf", NULL)->state, PLANNED_UNFIT);
        assert_int_equal(planning_find(&t, "login", name)->state, PLANNED_UNFIT);
        planning_end(&t);
    }
}

static void test_hostile_context(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    t.in.target = &(const struct target){.context = "--as=root $(id)"};
    plan_make(&t.in, &t.plan);
    assert_string_equal(t.plan.items[0].argv[1], "--context=--as=root $(id)");
    plan_done(&t.plan);
    t.in.target = &(const struct target){.context = "a\nb"};
    plan_make(&t.in, &t.plan);
    for (size_t i = 0; i < t.plan.n; i++)
        assert_int_equal(t.plan.items[i].state, PLANNED_UNFIT);
    planning_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ssh),
        cmocka_unit_test(test_ssh_as_user_and_as_root),
        cmocka_unit_test(test_ssh_that_nobody_answers),
        cmocka_unit_test(test_ssh_with_new_keys),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_exec),
        cmocka_unit_test(test_exec_into_nobodys_pod),
        cmocka_unit_test(test_no_way),
        cmocka_unit_test(test_hostile_facts),
        cmocka_unit_test(test_hostile_target),
        cmocka_unit_test(test_hostile_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
