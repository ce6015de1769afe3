// probe/plan: what is planned for each way to a node, with and without consent, guided or not, and from
// hostile facts, on the small healthy cluster of kit/scene. The table itself is held in test_probe_table.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/probe/argv.h"
#include "core/probe/plan.h"
#include "tests/kit/scene.h"

struct planning {
    struct scene scene;
    bool subjects[SUBJECT_COUNT];
    struct plan_input in;
    struct plan plan;
};

static void begin(struct planning *t, enum reach via)
{
    *t = (struct planning){.plan = {.n = 0}};
    scene_init(&t->scene);
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        t->subjects[i] = true;
    t->in = (struct plan_input){
        .via = via,
        .consent = CONSENT_ALL,
        .subjects = t->subjects,
        .now = 1795418100 * USEC_SEC, // 2026-11-23T07:15:00Z
        .since = 1795413600 * USEC_SEC,
        .control_folder = "/run/user/1000/d5",
        .hostname = "n1",
    };
}

static void make(struct planning *t)
{
    scene_judge(&t->scene);
    t->in.facts = t->scene.facts;
    t->in.target = &t->scene.facts->target;
    plan_make(&t->in, &t->plan);
}

static void end(struct planning *t)
{
    plan_done(&t->plan);
    scene_done(&t->scene);
}

static const struct planned *find(const struct planning *t, const char *row, const char *part)
{
    for (size_t i = 0; i < t->plan.n; i++) {
        const struct planned *item = &t->plan.items[i];
        if (strcmp(item->row->name, row) == 0 &&
            (!part || strstr(item->command, part) || strstr(item->where, part)))
            return item;
    }
    return NULL;
}

static size_t count(const struct planning *t, const char *row)
{
    size_t n = 0;
    for (size_t i = 0; i < t->plan.n; i++)
        n += strcmp(t->plan.items[i].row->name, row) == 0;
    return n;
}

static bool ends_with(const char *const *argv, const char *text)
{
    struct arena arena = {0};
    bool ret = span_ends(span_of(argv_text(&arena, argv)), text);
    arena_done(&arena);
    return ret;
}

static void write_login(struct planning *t, const char *uid)
{
    for (int i = 1; i <= 3; i++)
        scene_write(&t->scene, arena_printf(&t->scene.arena, "nodes/n%d/system/id.txt", i), uid);
    scene_write(&t->scene, "nodes/n1/networking/ip-addr.txt",
                "1: lo: <LOOPBACK,UP> mtu 65536 state UNKNOWN\n    inet 127.0.0.1/8 scope host lo\n"
                "2: eth0: <BROADCAST,UP> mtu 9001 state UP\n    inet 10.0.1.1/24 scope global eth0\n"
                "3: eni12345@if3: <BROADCAST,UP> mtu 9001 state UP\n");
}

// ------------------------------------------------------------------ order

static void test_without_facts(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
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
    assert_string_equal(find(&t, "pods", NULL)->file, "cluster/pods.json");
    end(&t);
}

static void test_only_what_is_wanted(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    memset(t.subjects, 0, sizeof t.subjects);
    t.subjects[SUBJECT_FIREWALL] = true;
    write_login(&t, "1000\n");
    make(&t);
    assert_non_null(find(&t, "iptables-save", "n1"));
    assert_non_null(find(&t, "pods", NULL)); // nodes are found by it
    assert_null(find(&t, "dig-in-pod", NULL));
    assert_null(find(&t, "dns-log", NULL));
    assert_null(find(&t, "tcpdump", NULL));
    plan_done(&t.plan);
    t.subjects[SUBJECT_FIREWALL] = false;
    plan_make(&t.in, &t.plan);
    assert_int_equal(t.plan.n, 0);
    end(&t);
}

static void test_no_probe_twice(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_target(&t.scene, "kubernetes.default.svc.cluster.local.");
    scene_write(&t.scene, "target.yaml", "namespace: kube-system\npod: coredns-a\n"); // its log is CoreDNS'
    make(&t);
    assert_int_equal(count(&t, "dns-log") + count(&t, "pod-log"), 2);
    for (size_t i = 0; i < t.plan.n; i++) {
        for (size_t j = 0; j < i; j++)
            assert_false(t.plan.items[i].file && t.plan.items[j].file &&
                         strcmp(t.plan.items[i].file, t.plan.items[j].file) == 0 &&
                         strcmp(t.plan.items[i].command, t.plan.items[j].command) == 0);
    }
    end(&t);
}

// ------------------------------------------------------------------ ways to a node

static void test_ssh(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    make(&t);
    const struct planned *login = find(&t, "login", "n1");
    assert_true(ends_with(login->argv, " -- 10.0.1.1 timeout -k 2 20 id -u"));
    assert_non_null(strstr(login->command, "BatchMode=yes"));
    assert_non_null(strstr(login->command, "StrictHostKeyChecking=yes"));
    assert_non_null(strstr(login->command, "HostKeyAlias=n1 "));
    assert_true(span_starts(span_of(login->socket), "/run/user/1000/d5/"));
    assert_true(ends_with(login->connect, " -N -- 10.0.1.1"));
    assert_string_equal(login->host, "n1");
    assert_null(find(&t, "iptables-save", NULL)); // who arrives there is not known yet
    assert_true(t.plan.waits);
    end(&t);
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
        begin(&t, REACH_SSH);
        write_login(&t, cases[i].uid);
        make(&t);
        const struct planned *rules = find(&t, "iptables-save", "n1");
        assert_true(ends_with(rules->argv, cases[i].command));
        assert_string_equal(rules->file, "nodes/n1/networking/iptables-save.txt");
        assert_true(ends_with(find(&t, "ip-addr", "n1")->argv, " 10.0.1.1 timeout -k 2 20 ip addr"));
        assert_int_equal(count(&t, "ethtool"), 1); // neither lo nor a pod's end of a pair
        assert_string_equal(find(&t, "ethtool", NULL)->heading, "Interface eth0");
        assert_int_equal(count(&t, "iptables-save"), 3);
        end(&t);
    }
}

static void test_ssh_that_nobody_answers(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_json(
        &t.scene, "probes.jsonl",
        "{'id': 'E-001', 'argv': ['ssh'], 'exit': 255, 'state': 'failed', 'stderr': 'ssh: connect to host "
        "10.0.1.1 port 22: Connection timed out', 'file': 'nodes/n1/system/id.txt'}\n");
    make(&t);
    const struct planned *rules = find(&t, "iptables-save", "n1");
    assert_int_equal(rules->state, PLANNED_NO_WAY);
    assert_non_null(strstr(rules->why, "Connection timed out"));
    assert_int_equal(find(&t, "login", "n1")->state,
                     PLANNED_RUN); // so that it counts as run, and may be again
    end(&t);
}

static void test_ssh_with_new_keys(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    t.in.host_keys = "/cases/a b/known_hosts";
    make(&t);
    const struct planned *login = find(&t, "login", "n1");
    assert_non_null(strstr(login->command, "StrictHostKeyChecking=accept-new"));
    assert_non_null(
        strstr(login->command, "UserKnownHostsFile=\"/cases/a b/known_hosts\" ~/.ssh/known_hosts"));
    end(&t);
}

static void test_local(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_LOCAL);
    write_login(&t, "0\n");
    make(&t);
    assert_true(ends_with(find(&t, "iptables-save", "n1")->argv, "timeout -k 2 20 iptables-save -c"));
    assert_string_equal(find(&t, "iptables-save", "n1")->argv[0], "timeout");
    assert_int_equal(find(&t, "iptables-save", "n2")->state, PLANNED_NO_WAY);
    assert_non_null(strstr(find(&t, "iptables-save", "n2")->why, "d5tui runs on n1"));
    end(&t);
}

static const char kube_proxy[] =
    ", {'kind': 'Pod', 'metadata': {'name': 'kube-proxy-x', 'namespace': 'kube-system', 'labels': "
    "{'k8s-app': "
    "'kube-proxy'}}, 'spec': {'nodeName': 'n1', 'hostNetwork': true, 'containers': [{'name': "
    "'kube-proxy'}]}, "
    "'status': {'phase': 'Running', 'conditions': [{'type': 'Ready', 'status': 'True'}]}}";

static void test_exec(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_EXEC);
    scene_pods(&t.scene, &(struct scene_pods){.more = kube_proxy});
    make(&t);
    assert_string_equal(
        find(&t, "iptables-save", "n1")->command,
        "kubectl exec --namespace=kube-system kube-proxy-x --container=kube-proxy -- iptables-save -c");
    assert_int_equal(find(&t, "iptables-save", "n1")->state, PLANNED_RUN);
    assert_int_equal(find(&t, "dmesg", "n1")->state, PLANNED_NO_WAY);   // no file of the node's
    assert_int_equal(find(&t, "tcpdump", "n1")->state, PLANNED_NO_WAY); // nothing would end it
    assert_int_equal(find(&t, "iptables-save", "n2")->state, PLANNED_NO_WAY);
    assert_null(find(&t, "login", NULL));
    end(&t);
}

static void test_ssm(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSM);
    scene_json(
        &t.scene, "cluster/nodes.json",
        "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1'}, 'spec': {'providerID': "
        "'aws:///eu-west-1a/i-0abc123def4567890'}}]}");
    make(&t);
    const struct planned *rules = find(&t, "iptables-save", "n1");
    assert_int_equal(rules->state, PLANNED_RUN);
    assert_string_equal(rules->argv[1], "--region=eu-west-1");
    assert_non_null(strstr(rules->command, "--instance-ids=i-0abc123def4567890"));
    assert_non_null(strstr(rules->command, "{\"commands\":[\"timeout -k 2 20 iptables-save -c\"]"));
    assert_non_null(rules->script);
    assert_int_equal(find(&t, "iptables-save", "n2")->state, PLANNED_NO_WAY);
    assert_non_null(find(&t, "describe-instances", "Values=i-0abc123def4567890"));
    end(&t);
}

static void test_bundle(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_json(
        &t.scene, "cluster/nodes.json",
        "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1'}, 'spec': {'providerID': "
        "'aws:///eu-west-1a/i-0abc123def4567890'}}]}");
    make(&t); // consented to, and nobody named a bucket
    assert_int_equal(find(&t, "bundle", NULL)->state, PLANNED_NOT_AVAILABLE);
    assert_non_null(strstr(find(&t, "bundle", NULL)->why, "bundle_bucket: NAME in config.yaml"));
    plan_done(&t.plan);
    t.in.consent = CONSENT_ALL & ~CONSENT_BUNDLE;
    plan_make(&t.in, &t.plan);
    assert_null(find(&t, "bundle", NULL)); // nobody asked for one
    plan_done(&t.plan);
    t.in.bucket = "our-logs";
    t.in.consent = CONSENT_ALL;
    plan_make(&t.in, &t.plan);
    const struct planned *item = find(&t, "bundle", "i-0abc123def4567890");
    assert_int_equal(item->state, PLANNED_RUN);
    assert_true(ends_with(item->argv, "EKSInstanceId=i-0abc123def4567890,LogDestination=our-logs"));
    plan_done(&t.plan);
    t.in.consent = CONSENT_ALL & ~CONSENT_BUNDLE;
    plan_make(&t.in, &t.plan);
    assert_int_equal(find(&t, "bundle", "i-0abc123def4567890")->state, PLANNED_NOT_ALLOWED);
    plan_done(&t.plan);
    t.in.consent = CONSENT_ALL;
    t.in.guided = true;
    plan_make(&t.in, &t.plan);
    assert_int_equal(find(&t, "bundle", "i-0abc123def4567890")->state, PLANNED_NOT_ALLOWED);
    end(&t);
}

static void test_audit_log(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_json(
        &t.scene, "cluster/nodes.json",
        "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1'}, 'spec': {'providerID': "
        "'aws:///eu-west-1a/i-0abc123def4567890'}}]}");
    make(&t);
    struct target *target = &t.scene.facts->target;
    assert_null(find(&t, "audit-events", NULL)); // who may know the cluster's name was not asked yet
    assert_true(t.plan.waits);
    plan_done(&t.plan);
    target->context = "arn:aws:eks:eu-west-1:111122223333:cluster/prod";
    plan_make(&t.in, &t.plan);
    const struct planned *item = find(&t, "audit-events", NULL);
    assert_non_null(strstr(item->command, "/aws/eks/prod/cluster"));
    assert_non_null(strstr(item->command, "--start-time 1795330800000 --end-time 1795419000000"));
    assert_null(find(&t, "audit-query", NULL));
    plan_done(&t.plan);
    target->window.from -= 2 * USEC_DAY;
    plan_make(&t.in, &t.plan);
    assert_null(find(&t, "audit-events", NULL));
    assert_non_null(strstr(find(&t, "audit-query", NULL)->command, "--end-time 1795419000 "));
    end(&t);
}

static const char *const nodes_of_aws =
    "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1'}, 'spec': {'providerID': "
    "'aws:///eu-west-1a/i-0abc123def4567890'}}]}";

// What the kubeconfig and the instances' tags say of the cluster's name, and whom CloudWatch is then asked
// for.
static void expect_cluster(const char *context, const char *tags, const char *name)
{
    struct planning t;
    begin(&t, REACH_SSH);
    scene_json(&t.scene, "cluster/nodes.json", nodes_of_aws);
    scene_write(&t.scene, "cluster/context.txt", context);
    char *instances = mem_printf("{'Reservations': [{'Instances': [{'InstanceId': 'i-0abc123def4567890', "
                                 "'Tags': [%s]}]}]}",
                                 tags);
    scene_json(&t.scene, "aws/describe-instances.json", instances);
    make(&t);
    const struct planned *item = find(&t, "audit-events", NULL);
    assert_non_null(item);
    if (name)
        assert_non_null(strstr(item->command, name));
    assert_int_equal(item->state, name ? PLANNED_RUN : PLANNED_NOT_AVAILABLE);
    if (!name)
        assert_non_null(strstr(item->why, "the cluster name is not known: --context with a context"));
    end(&t);
    free(instances);
}

static void test_cluster_names(void **state)
{
    (void)state;
    static const char tag[] =
        "{'Key': 'Name', 'Value': 'worker'}, {'Key': 'eks:cluster-name', 'Value': 'tagged'}";
    static const char owner[] = "{'Key': 'kubernetes.io/cluster/owner', 'Value': 'owned'}";
    static const char other[] = "{'Key': 'Name', 'Value': 'prod'}";
    expect_cluster("prod\narn:aws:eks:eu-west-1:111122223333:cluster/shop\neks\nget-token\n", other,
                   "/aws/eks/shop/cluster");
    expect_cluster("prod\nprod\neks\nget-token\n--cluster-name\nnamed\n", tag, "/aws/eks/named/cluster");
    expect_cluster("prod\nprod\ntoken\n--cluster-id=joined\n", other, "/aws/eks/joined/cluster");
    expect_cluster("prod\nme@eksctl.eu-west-1.eksctl.io\n", other, "/aws/eks/eksctl/cluster");
    expect_cluster("prod\nprod\n", tag, "/aws/eks/tagged/cluster");
    expect_cluster("prod\nprod\n", owner, "/aws/eks/owner/cluster");
    expect_cluster("prod\nprod\n", other, NULL);
    expect_cluster("prod\nprod\neks\n--cluster-name\n", other, NULL); // nothing follows
}

static void put_nodes(struct planning *t, unsigned n)
{
    struct str text = {0};
    str_add(&text, "{'kind': 'List', 'items': [");
    for (unsigned i = 1; i <= n; i++)
        str_printf(&text,
                   "%s{'kind': 'Node', 'metadata': {'name': 'n%u'}, 'spec': {'providerID': "
                   "'aws:///eu-west-1a/i-0abc123def45%05u'}}",
                   i > 1 ? ", " : "", i, i);
    str_add(&text, "]}");
    scene_json(&t->scene, "cluster/nodes.json", str_text(&text));
    str_done(&text);
}

// The health of the cluster is asked for on many nodes, of which only counters are read, and never on all of
// a thousand.
static void test_far_nodes(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSM);
    put_nodes(&t, 1000);
    make(&t);
    assert_int_equal(count(&t, "conntrack-statistics"), 24);
    assert_non_null(find(&t, "conntrack-statistics", "node n20"));
    assert_null(find(&t, "iptables-save", "node n20"));
    assert_null(find(&t, "kubelet-log", "node n20"));
    assert_true(count(&t, "iptables-save") <= 6);
    plan_done(&t.plan);
    t.subjects[SUBJECT_CLUSTER_HEALTH] = false;
    plan_make(&t.in, &t.plan);
    assert_true(count(&t, "conntrack-statistics") <= 6);
    end(&t);
}

static void test_no_way(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_NONE);
    make(&t);
    assert_int_equal(find(&t, "iptables-save", "n1")->state, PLANNED_NO_WAY);
    assert_non_null(strstr(find(&t, "iptables-save", "n1")->why, "--via"));
    assert_int_equal(find(&t, "pods", NULL)->state, PLANNED_RUN);
    end(&t);
}

// ------------------------------------------------------------------ what may be

static void test_guided(void **state)
{
    (void)state;
    static const enum reach ways[] = {REACH_NONE, REACH_LOCAL, REACH_SSH, REACH_EXEC, REACH_SSM};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct planning t;
        begin(&t, ways[i]);
        t.in.guided = true; // whatever was consented to
        scene_pods(&t.scene, &(struct scene_pods){.more = kube_proxy});
        write_login(&t, "0\n");
        make(&t);
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
        assert_int_equal(find(&t, "pod-resolv.conf", NULL)->state, PLANNED_NOT_ALLOWED);
        assert_int_equal(find(&t, "tcpdump", NULL)->state, PLANNED_NOT_ALLOWED);
        end(&t);
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
        begin(&t, REACH_SSH);
        write_login(&t, "0\n");
        t.in.consent = CONSENT_ALL & ~cases[i].consent;
        make(&t);
        const struct planned *item = find(&t, cases[i].row, NULL);
        assert_int_equal(item->state, PLANNED_NOT_ALLOWED);
        assert_non_null(strstr(item->why, cases[i].why));
        assert_true(strlen(item->command) > 0); // so that a person can
        plan_done(&t.plan);
        t.in.consent = cases[i].consent;
        plan_make(&t.in, &t.plan);
        assert_int_equal(find(&t, cases[i].row, NULL)->state, PLANNED_RUN);
        end(&t);
    }
}

static void test_capture_is_bounded(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    t.in.capture_seconds = 17;
    write_login(&t, "1000\n");
    make(&t);
    const struct planned *item = find(&t, "tcpdump", "n1");
    assert_true(ends_with(item->argv,
                          "sudo -n timeout -k 2 17 tcpdump -i any -nn -U -s 512 -c 20000 -w - host 10.0.1.10 "
                          "and port 53"));
    assert_true(item->seconds > 17 && item->seconds < 60);
    assert_int_equal(count(&t, "tcpdump"), 3);
    end(&t);
}

// ------------------------------------------------------------------ what the cluster says

static void test_second_readings(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    write_login(&t, "0\n");
    t.in.again = true;
    make(&t);
    assert_true(t.plan.n > 0);
    for (size_t i = 0; i < t.plan.n; i++)
        assert_true(t.plan.items[i].row->again > 0);
    assert_string_equal(find(&t, "ethtool", "n1")->file, "nodes/n1/samples/20261123T071500Z/ethtool.txt");
    end(&t);
}

static void test_denied_listing(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_json(
        &t.scene, "probes.jsonl",
        "{'id': 'E-001', 'argv': ['kubectl', 'get', 'events'], 'exit': 1, 'state': 'denied', 'stderr': "
        "'Error from server (Forbidden)', 'file': 'cluster/events.json'}\n");
    make(&t);
    assert_int_equal(count(&t, "events"), 3);
    assert_string_equal(find(&t, "events", "--namespace=shop")->file, "cluster/events@shop.json");
    assert_non_null(find(&t, "events", "--namespace=kube-system"));
    assert_int_equal(count(&t, "pods"), 1);
    end(&t);
}

static void test_resources_that_are_there(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_write(&t.scene, "cluster/api-resources.txt", "pods\nciliumnetworkpolicies.cilium.io\n");
    make(&t);
    assert_non_null(find(&t, "ciliumnetworkpolicies.cilium.io", NULL));
    assert_null(find(&t, "networkpolicies.crd.projectcalico.org", NULL));
    assert_non_null(find(&t, "networkpolicies", NULL));
    end(&t);
}

static void test_run_before(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_pods(&t.scene,
               &(struct scene_pods){
                   .coredns_b =
                       "{'phase': 'Running', 'podIP': '10.0.3.10', 'containerStatuses': [{'name': 'main', "
                       "'ready': false, 'restartCount': 7}]}"});
    make(&t);
    assert_int_equal(count(&t, "dns-log"), 2);
    assert_int_equal(count(&t, "dns-log-before"), 1);
    const struct planned *item = find(&t, "dns-log-before", "coredns-b");
    assert_string_equal(item->file, "cluster/logs/kube-system/coredns-b/main.previous.log");
    assert_non_null(strstr(item->command, "--since-time=2026-11-23T06:00:00Z"));
    end(&t);
}

static void test_matrix(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    scene_target(&t.scene, "orders");
    write_login(&t, "0\n");
    make(&t);
    assert_string_equal(find(&t, "pod-resolv.conf", NULL)->command,
                        "kubectl exec --namespace=shop cart-1 -- cat /etc/resolv.conf");
    // 172.20.0.10 and two endpoints × (3 names × 2, and the failing one large), the VPC's resolver × the one
    // outside × 2.
    assert_int_equal(count(&t, "dig-in-pod"), 23);
    assert_int_equal(count(&t, "dig-on-node"), 23);
    assert_int_equal(count(&t, "dig-here"), 23);
    const struct planned *item = find(&t, "dig-in-pod", "+tcp @10.0.2.10 -q orders.shop.svc.cluster.local");
    assert_string_equal(item->file, "pods/shop/cart-1/dig-10.0.2.10-tcp-failing.txt");
    assert_non_null(find(&t, "dig-on-node", "@10.0.0.2 -q example.com."));
    assert_null(find(&t, "dig-on-node", "@10.0.0.2 -q kubernetes.default.svc.cluster.local."));
    end(&t);
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
    begin(&t, via);
    write_login(&t, "1000\n");
    struct arena *arena = &t.scene.arena;
    scene_json(
        &t.scene, "cluster/pods.json",
        arena_printf(
            arena,
            "{'kind': 'List', 'items': [{'kind': 'Pod', 'metadata': {'name': 'cart-1', 'namespace': "
            "'shop'}, 'spec': {'nodeName': '%s', 'containers': [{'name': '%s'}]}, 'status': {'podIP': "
            "'%s'}},\n{'kind': 'Pod', 'metadata': {'name': '%s', 'namespace': 'kube-system', 'labels': "
            "{'k8s-app': 'kube-dns'}}, 'spec': {'nodeName': '%s', 'containers': [{'name': '%s'}]}},\n"
            "{'kind': 'Pod', 'metadata': {'name': '%s', 'namespace': '%s', 'labels': {'k8s-app': "
            "'kube-proxy'}}, 'spec': {'nodeName': 'n1', 'hostNetwork': true, 'containers': []}, "
            "'status': {'conditions': [{'type': 'Ready', 'status': 'True'}]}}]}",
            name, name, name, name, name, name, name, name));
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
    make(&t);
    assert_harmless(&t, strstr(name, "u0000") ? "/.." : "hostile");
    end(&t);
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
        begin(&t, REACH_SSH);
        scene_judge(&t.scene);
        struct target *target = &t.scene.facts->target;
        target->namespace_ = target->pod = target->node = target->query = name;
        t.scene.facts->node_name = name;
        t.in.facts = t.scene.facts;
        t.in.target = target;
        plan_make(&t.in, &t.plan);
        assert_harmless(&t, "hostile");
        assert_int_equal(find(&t, "pod-resolv.conf", NULL)->state, PLANNED_UNFIT);
        assert_int_equal(find(&t, "login", name)->state, PLANNED_UNFIT);
        end(&t);
    }
}

static void test_hostile_context(void **state)
{
    (void)state;
    struct planning t;
    begin(&t, REACH_SSH);
    t.in.target = &(const struct target){.context = "--as=root $(id)"};
    plan_make(&t.in, &t.plan);
    assert_string_equal(t.plan.items[0].argv[1], "--context=--as=root $(id)");
    plan_done(&t.plan);
    t.in.target = &(const struct target){.context = "a\nb"};
    plan_make(&t.in, &t.plan);
    for (size_t i = 0; i < t.plan.n; i++)
        assert_int_equal(t.plan.items[i].state, PLANNED_UNFIT);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_facts),
        cmocka_unit_test(test_only_what_is_wanted),
        cmocka_unit_test(test_no_probe_twice),
        cmocka_unit_test(test_ssh),
        cmocka_unit_test(test_ssh_as_user_and_as_root),
        cmocka_unit_test(test_ssh_that_nobody_answers),
        cmocka_unit_test(test_ssh_with_new_keys),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_exec),
        cmocka_unit_test(test_ssm),
        cmocka_unit_test(test_bundle),
        cmocka_unit_test(test_audit_log),
        cmocka_unit_test(test_cluster_names),
        cmocka_unit_test(test_far_nodes),
        cmocka_unit_test(test_no_way),
        cmocka_unit_test(test_guided),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_capture_is_bounded),
        cmocka_unit_test(test_second_readings),
        cmocka_unit_test(test_denied_listing),
        cmocka_unit_test(test_resources_that_are_there),
        cmocka_unit_test(test_run_before),
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_hostile_facts),
        cmocka_unit_test(test_hostile_target),
        cmocka_unit_test(test_hostile_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
