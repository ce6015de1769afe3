// probe/plan: what is asked of AWS: commands through SSM, a bundle, the audit log of the cluster by its name;
// and on how many nodes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/argv.h"
#include "tests/kit/planning.h"

static const char *const nodes_of_aws =
    "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1'}, 'spec': {'providerID': "
    "'aws:///eu-west-1a/i-0abc123def4567890'}}]}";

static void test_ssm(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSM);
    scene_json(&t.scene, "cluster/nodes.json", nodes_of_aws);
    planning_make(&t);
    const struct planned *rules = planning_find(&t, "iptables-save", "n1");
    assert_int_equal(rules->state, PLANNED_RUN);
    assert_string_equal(rules->argv[1], "--region=eu-west-1");
    assert_non_null(strstr(rules->command, "--instance-ids=i-0abc123def4567890"));
    assert_non_null(strstr(rules->command, "{\"commands\":[\"timeout -k 2 20 iptables-save -c\"]"));
    assert_non_null(rules->script);
    assert_int_equal(planning_find(&t, "iptables-save", "n2")->state, PLANNED_NO_WAY);
    assert_non_null(planning_find(&t, "describe-instances", "Values=i-0abc123def4567890"));
    planning_end(&t);
}

static void test_bundle(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_json(&t.scene, "cluster/nodes.json", nodes_of_aws);
    planning_make(&t); // consented to, and nobody named a bucket
    assert_int_equal(planning_find(&t, "bundle", NULL)->state, PLANNED_NOT_AVAILABLE);
    assert_non_null(strstr(planning_find(&t, "bundle", NULL)->why, "bundle_bucket: NAME in config.yaml"));
    plan_done(&t.plan);
    t.in.consent = CONSENT_ALL & ~CONSENT_BUNDLE;
    plan_make(&t.in, &t.plan);
    assert_null(planning_find(&t, "bundle", NULL)); // nobody asked for one
    plan_done(&t.plan);
    t.in.bucket = "our-logs";
    t.in.consent = CONSENT_ALL;
    plan_make(&t.in, &t.plan);
    const struct planned *item = planning_find(&t, "bundle", "i-0abc123def4567890");
    assert_int_equal(item->state, PLANNED_RUN);
    assert_true(planning_ends_with(item->argv, "EKSInstanceId=i-0abc123def4567890,LogDestination=our-logs"));
    plan_done(&t.plan);
    t.in.consent = CONSENT_ALL & ~CONSENT_BUNDLE;
    plan_make(&t.in, &t.plan);
    assert_int_equal(planning_find(&t, "bundle", "i-0abc123def4567890")->state, PLANNED_NOT_ALLOWED);
    plan_done(&t.plan);
    t.in.consent = CONSENT_ALL;
    t.in.guided = true;
    plan_make(&t.in, &t.plan);
    assert_int_equal(planning_find(&t, "bundle", "i-0abc123def4567890")->state, PLANNED_NOT_ALLOWED);
    planning_end(&t);
}

static void test_audit_log(void **state)
{
    (void)state;
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_json(&t.scene, "cluster/nodes.json", nodes_of_aws);
    planning_make(&t);
    struct target *target = &t.scene.facts->target;
    assert_null(planning_find(&t, "audit-events", NULL)); // who may know the cluster's name was not asked yet
    assert_true(t.plan.waits);
    plan_done(&t.plan);
    target->context = "arn:aws:eks:eu-west-1:111122223333:cluster/prod";
    plan_make(&t.in, &t.plan);
    const struct planned *item = planning_find(&t, "audit-events", NULL);
    assert_non_null(strstr(item->command, "/aws/eks/prod/cluster"));
    assert_non_null(strstr(item->command, "--start-time 1795330800000 --end-time 1795419000000"));
    assert_null(planning_find(&t, "audit-query", NULL));
    plan_done(&t.plan);
    target->window.from -= 2 * USEC_DAY;
    plan_make(&t.in, &t.plan);
    assert_null(planning_find(&t, "audit-events", NULL));
    assert_non_null(strstr(planning_find(&t, "audit-query", NULL)->command, "--end-time 1795419000 "));
    planning_end(&t);
}

// What the kubeconfig and the instances' tags say of the cluster's name, and whom CloudWatch is then asked
// for.
static void expect_cluster(const char *context, const char *tags, const char *name)
{
    struct planning t;
    planning_begin(&t, REACH_SSH);
    scene_json(&t.scene, "cluster/nodes.json", nodes_of_aws);
    scene_write(&t.scene, "cluster/context.txt", context);
    char *instances = mem_printf("{'Reservations': [{'Instances': [{'InstanceId': 'i-0abc123def4567890', "
                                 "'Tags': [%s]}]}]}",
                                 tags);
    scene_json(&t.scene, "aws/describe-instances.json", instances);
    planning_make(&t);
    const struct planned *item = planning_find(&t, "audit-events", NULL);
    assert_non_null(item);
    if (name)
        assert_non_null(strstr(item->command, name));
    assert_int_equal(item->state, name ? PLANNED_RUN : PLANNED_NOT_AVAILABLE);
    if (!name)
        assert_non_null(strstr(item->why, "the cluster name is not known: --context with a context"));
    planning_end(&t);
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
    planning_begin(&t, REACH_SSM);
    put_nodes(&t, 1000);
    planning_make(&t);
    assert_int_equal(planning_count(&t, "conntrack-statistics"), 24);
    assert_non_null(planning_find(&t, "conntrack-statistics", "node n20"));
    assert_null(planning_find(&t, "iptables-save", "node n20"));
    assert_null(planning_find(&t, "kubelet-log", "node n20"));
    assert_true(planning_count(&t, "iptables-save") <= 6);
    plan_done(&t.plan);
    t.subjects[SUBJECT_CLUSTER_HEALTH] = false;
    plan_make(&t.in, &t.plan);
    assert_true(planning_count(&t, "conntrack-statistics") <= 6);
    planning_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ssm),       cmocka_unit_test(test_bundle),
        cmocka_unit_test(test_audit_log), cmocka_unit_test(test_cluster_names),
        cmocka_unit_test(test_far_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
