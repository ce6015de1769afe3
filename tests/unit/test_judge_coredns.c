// judge/coredns: down, OOM, overload, Corefile, passing SERVFAIL; each with what looks like it and is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/scene.h"

static const char crash[] =
    "{'phase': 'Running', 'podIP': '10.0.2.10', 'startTime': '2026-11-23T06:50:00Z',\n"
    "'conditions': [{'type': 'Ready', 'status': 'False', 'lastTransitionTime': '2026-11-23T06:55:00Z'}],\n"
    "'containerStatuses': [{'name': 'main', 'ready': false, 'restartCount': 6,\n"
    "'state': {'waiting': {\n'reason': 'CrashLoopBackOff'}},\n"
    "'lastState': {'terminated': {'reason': 'Error', 'exitCode': 1, 'finishedAt': "
    "'2026-11-23T07:25:00Z'}}}]}";

static const char oom[] =
    "{'phase': 'Running', 'podIP': '10.0.2.10', 'startTime': '2026-11-20T00:00:00Z',\n"
    "'conditions': [{'type': 'Ready', 'status': 'True', 'lastTransitionTime': '2026-11-23T07:12:00Z'}],\n"
    "'containerStatuses': [{'name': 'main', 'ready': true, 'restartCount': 4,\n"
    "'state': {'running': {'startedAt': '2026-11-23T07:11:00Z'}},\n'lastState': {'terminated': {\n"
    "'reason': 'OOMKilled', 'exitCode': 137, 'finishedAt': '2026-11-23T07:10:00Z'}}}]}";

static const char killed[] =
    "{'phase': 'Running', 'podIP': '10.0.2.10', 'conditions': [{'type': 'Ready', 'status': 'True'}],\n"
    "'containerStatuses': [{'name': 'main', 'ready': true, 'restartCount': 1, 'state': {'running': {}},\n"
    "'lastState': {'terminated': {\n'reason': 'Error', 'exitCode': 137, 'finishedAt': "
    "'2026-11-23T07:10:00Z'}}}]}";

static const char no_endpoints[] =
    "{'kind': 'List', 'items': [{'kind': 'EndpointSlice', 'metadata': {'name': 'kube-dns-1', 'namespace': "
    "'kube-system',\n'labels': {'kubernetes.io/service-name': 'kube-dns'}}, 'endpoints': null}]}";

static void a_healthy_cluster_has_no_fault_of_coredns(void **state)
{
    struct scene *s = *state;
    scene_dig(s, "query-udp", "172.20.0.10", "orders.shop.svc.cluster.local", "NOERROR");
    scene_judge(s);
    for (enum diagnosis d = DIAGNOSIS_COREDNS_OVERLOAD; d <= DIAGNOSIS_IPV6_UPSTREAM; d++)
        assert_null(scene_claim(s, CLAIM_CAUSE, d));
}

static void scaled_to_zero_is_down_with_the_event_that_says_so(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/endpointslices.json", no_endpoints);
    scene_json(
        s, "cluster/deployments.json",
        "{'kind': 'List', 'items': [{'kind': 'Deployment', 'metadata': {'name': 'coredns', 'namespace': "
        "'kube-system'},\n'spec': {\n'replicas': 0,\n'template': {'metadata': {'labels': {'k8s-app': "
        "'kube-dns'}}}}}]}");
    scene_json(s, "cluster/events.json",
               "{'kind': 'List', 'items': [{'kind': 'Event', 'metadata': {}, 'reason': 'ScalingReplicaSet',\n"
               "'message': 'Scaled down replica set coredns-1 to 0 from 2', 'lastTimestamp': "
               "'2026-11-23T07:02:00Z',\n"
               "'involvedObject': {'kind': 'Deployment', 'namespace': 'kube-system', 'name': 'coredns'}}]}");
    scene_ask_in_vain(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_DOWN, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN);
    assert_true(scene_cites(s, claim, "Scaled down replica set"));
    assert_true(scene_cites(s, claim, "\"replicas\": 0"));
    assert_non_null(strstr(claim->fix, "--replicas=2"));
}

static void scaled_down_after_the_window_is_not_the_cause(void **state)
{
    struct scene *s = *state;
    scene_endpoints(s, false, false);
    scene_json(
        s, "cluster/deployments.json",
        "{'kind': 'List', 'items': [{'kind': 'Deployment', 'metadata': {'name': 'coredns', 'namespace': "
        "'kube-system'},\n'spec': {'replicas': 0, 'template': {'metadata': {'labels': {'k8s-app': "
        "'kube-dns'}}}}}]}");
    scene_json(s, "cluster/events.json",
               "{'kind': 'List', 'items': [{'kind': 'Event', 'metadata': {}, 'reason': 'ScalingReplicaSet',\n"
               "'message': 'Scaled down replica set coredns-1 to 0 from 2', 'lastTimestamp': "
               "'2026-11-23T08:40:00Z',\n"
               "'involvedObject': {'kind': 'Deployment', 'namespace': 'kube-system', 'name': 'coredns'}}]}");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_int_equal(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN)->in_window, TRI_NO);
    assert_true(s->cause->verdict != VERDICT_CONFIRMED);
}

// The pods of the deployment are all younger than the event, and became ready minutes behind it.
static void write_young_pods(struct scene *s, const char *created)
{
    static const char pod[] =
        "{'kind': 'Pod', 'metadata': {'name': 'coredns-%s', 'namespace': 'kube-system', 'creationTimestamp': "
        "'2026-11-23T%sZ', 'labels': {'k8s-app': 'kube-dns'}},\n'spec': {'nodeName': 'n%d', 'containers': "
        "[{'name': 'coredns'}]}, 'status': {'phase': 'Running', 'podIP': '10.0.%d.10',\n'conditions': "
        "[{'type': 'Ready', 'status': 'True', 'lastTransitionTime': '2026-11-23T07:09:00Z'}],\n"
        "'containerStatuses': [{'name': 'coredns', 'ready': true, 'state': {'running': {}}}]}}";
    struct str text = {0};
    str_add(&text, "{'kind': 'List', 'items': [\n");
    str_printf(&text, pod, "a", created, 2, 2);
    str_add(&text, ",\n");
    str_printf(&text, pod, "b", "07:08:30", 3, 3);
    str_add(&text, "]}");
    scene_json(s, "cluster/pods.json", str_text(&text));
    str_done(&text);
}

static void write_scaled_and_back(struct scene *s, const char *created)
{
    write_young_pods(s, created);
    scene_json(s, "cluster/events.json",
               "{'kind': 'List', 'items': [{'kind': 'Event', 'metadata': {}, 'reason': 'ScalingReplicaSet',\n"
               "'message': 'Scaled down replica set coredns-1 to 0 from 2', 'lastTimestamp': "
               "'2026-11-23T07:02:00Z',\n"
               "'involvedObject': {'kind': 'Deployment', 'namespace': 'kube-system', 'name': 'coredns'}}]}");
    scene_write(s, "pods/shop/cart-1/app.log",
                "2026-11-23T07:03:00Z getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n"
                "2026-11-23T07:06:00Z getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n");
    scene_judge(s);
}

static void scaled_to_zero_and_back_was_an_outage(void **state)
{
    struct scene *s = *state;
    write_scaled_and_back(s, "07:08:20");
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_DOWN, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN);
    assert_non_null(strstr(claim->text, "scaled to zero"));
    assert_non_null(strstr(claim->text, "420 seconds"));
}

// An older pod was there all the time.
static void a_pod_older_than_the_event_was_there(void **state)
{
    struct scene *s = *state;
    write_scaled_and_back(s, "05:00:00");
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN));
}

static void pods_that_cannot_be_created_are_told_with_the_event(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/endpointslices.json", no_endpoints);
    scene_json(s, "cluster/pods.json", "{'kind': 'List', 'items': []}");
    scene_json(s, "cluster/events.json",
               "{'kind': 'List', 'items': [{'kind': 'Event', 'metadata': {},\n'reason': 'FailedCreate',\n"
               "'message': 'Error creating: failed calling webhook validate.example', 'firstTimestamp': "
               "'2026-11-23T07:02:00Z', 'lastTimestamp': '2026-11-23T07:20:00Z',\n"
               "'involvedObject': {'kind': 'ReplicaSet', 'namespace': 'kube-system', 'name': "
               "'coredns-7d9c'}}]}");
    scene_ask_in_vain(s);
    scene_judge(s);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN);
    assert_non_null(strstr(claim->text, "failed calling webhook"));
    assert_true(scene_cites(s, claim, "Error creating"));
}

static void an_old_corednss_own_words_about_the_api(void **state)
{
    struct scene *s = *state;
    scene_endpoints(s, false, false);
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                "2026-11-23T07:03:00Z E1123 07:03:00.123456       1 reflector.go:153] "
                "pkg/mod/k8s.io/client-go@v0.17.2/tools/cache/reflector.go:105: Failed to list "
                "*v1.Endpoints: endpoints is forbidden: User \"system:serviceaccount:kube-system:coredns\" "
                "cannot list resource \"endpoints\"\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN);
    assert_non_null(strstr(claim->text, "may not read the Kubernetes API"));
    assert_true(scene_cites(s, claim, "is forbidden"));
}

// A virtual cluster's CoreDNS runs as a pod of this one, and no pod here asks it.
static void another_namespaces_coredns_is_not_the_clusters(void **state)
{
    struct scene *s = *state;
    static const char line[] =
        "2026-11-23T07:03:00Z [ERROR] plugin/errors: 2 a.example. A: concurrent queries exceeded maximum "
        "1000\n2026-11-23T07:04:00Z [ERROR] plugin/errors: 2 a.example. A: read udp "
        "10.0.2.99:4711->10.9.9.9:53: i/o timeout\n";
    scene_write(s, "cluster/logs/vc-team/coredns-x-kube-system-x-team/coredns.log", line);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_COREDNS_OVERLOAD));
    assert_int_equal(s->facts->lookups.n, 0);
    scene_reset(s);
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", line);
    scene_judge(s);
    assert_non_null(
        scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_COREDNS_OVERLOAD)); // one line, and nobody suffered
    assert_int_not_equal(s->facts->lookups.n, 0);
}

// The block for the name that fails cannot be loaded: likely, for nobody collected the Corefile in force.
static void a_block_that_cannot_be_loaded_is_not_in_force(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *query;
        enum verdict verdict;
    } cases[] = {{"db.corp.example", VERDICT_LIKELY}, {"api.example.org", VERDICT_INCONCLUSIVE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, cases[i].query);
        scene_corefile(s, ".:53 {\\n  forward . 10.0.0.2\\n}\\ncorp.example:53 {\\n  cahce 30\\n  forward . "
                          "10.7.7.7\\n}\\n");
        scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                    "2026-11-23T07:03:00Z [ERROR] plugin/reload: Corefile changed but reload failed: "
                    "/etc/coredns/Corefile:5 - Error during parsing: Unknown directive 'cahce'\n");
        scene_judge(s);
        const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR);
        assert_int_equal(s->cause->verdict, cases[i].verdict);
        assert_true(!claim == (cases[i].verdict == VERDICT_INCONCLUSIVE));
    }
}

// What AKS and K3s leave to their users: blocks of a ConfigMap beside the Corefile's own, which it imports.
// The reload was tried an hour before it hurt, and is not tried again; a later one that succeeds puts it in
// force.
static void an_imported_block_that_cannot_be_loaded(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *loaded, *status;
        bool in_force;
    } cases[] = {{"", "NXDOMAIN", false},
                 {"2026-11-23T06:20:00Z [INFO] Reloading complete\n", "NXDOMAIN", true},
                 {"", "NOERROR", true}}; // or it stood in the Corefile before as well
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, "db.corp.example");
        scene_json(
            s, "cluster/configmaps.json",
            "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': 'coredns', 'namespace': "
            "'kube-system'}, 'data': {\n'Corefile': '.:53 {\\n  forward . 10.0.0.2\\n  import "
            "custom/*.override\\n}\\nimport custom/*.server\\n'}},\n"
            "{'kind': 'ConfigMap', 'metadata': {'name': 'coredns-custom', 'namespace': 'kube-system'}, "
            "'data': {\n'corp.server': 'corp.example:53 {\\n  forward . 10.7.7.7\\n}\\n',\n"
            "'own.override': 'forward . 10.8.8.8\\n'}}]}");
        scene_write(
            s, "cluster/logs/kube-system/coredns-a/coredns.log",
            arena_printf(&s->arena,
                         "2026-11-23T06:03:00Z [ERROR] plugin/reload: Corefile changed but reload failed: "
                         "starting with listener file descriptors: plugin/forward: this plugin can only "
                         "be used once per Server Block\n%s",
                         cases[i].loaded));
        scene_dig(s, "query-udp", "172.20.0.10", "db.corp.example", cases[i].status);
        scene_judge(s);
        const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR);
        assert_int_equal(claim == NULL, cases[i].in_force);
        assert_true(!claim || scene_cites(s, claim, "corp.example:53"));
    }
}

// CoreDNS ran when it tried that Corefile: what took it away since is something else.
static void a_reload_that_failed_is_no_crash(void **state)
{
    struct scene *s = *state;
    scene_endpoints(s, false, false);
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                "2026-11-20T06:03:00Z [ERROR] plugin/reload: Corefile changed but reload failed: "
                "/etc/coredns/Corefile:5 - Error during parsing: Unknown directive 'cahce'\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR));
}

static void one_of_two_is_no_outage(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = crash});
    scene_endpoints(s, false, true);
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_COREDNS_DOWN));
}

static void a_partial_listing_says_nothing_of_endpoints(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/endpointslices.json", "");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN));
    assert_non_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_COREDNS_DOWN));
}

static void pods_alone_can_show_it(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = crash, .coredns_b = crash});
    scene_write(s, "cluster/services.json", NULL);
    scene_write(s, "cluster/endpointslices.json", NULL);
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_COREDNS_DOWN);
    assert_true(scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN), "coredns-a"));
}

static void a_selector_that_fits_nothing_is_named(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/services.json",
               "{'kind': 'List', 'items': [{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': "
               "'kube-system'},\n'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'coredns'},\n"
               "'ports': [{'port': 53, 'protocol': 'UDP'}]}}]}");
    scene_json(s, "cluster/endpointslices.json", no_endpoints);
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_non_null(strstr(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN)->text, "selector"));
}

static void a_bad_corefile_explains_the_crash(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = crash, .coredns_b = crash});
    scene_endpoints(s, false, false);
    scene_corefile(s, ".:53 {\\n    errors\\n    kuberntes cluster.local\\n}\\n");
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                "2026-11-23T07:10:00.1Z /etc/coredns/Corefile:3 - Error during parsing: Unknown directive "
                "'kuberntes'\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREFILE_ERROR, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR);
    assert_true(scene_cites(s, claim, "Unknown directive"));
    assert_true(scene_cites(s, claim, "kuberntes cluster.local"));
    assert_non_null(strstr(claim->fix, "line 3"));
    assert_true(scene_rejects(s, DIAGNOSIS_COREDNS_DOWN));
}

static void a_reload_that_failed_is_no_outage(void **state)
{
    struct scene *s = *state;
    scene_corefile(s, ".:53 {\\n    errors\\n    kuberntes cluster.local\\n}\\n");
    scene_write(
        s, "cluster/logs/kube-system/coredns-a/coredns.log",
        "2026-11-23T07:10:00.1Z [ERROR] Restart failed: Corefile:3 - Error during parsing: Unknown directive "
        "'kuberntes'\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_COREFILE_ERROR));
}

static void while_one_runs_on_a_bad_corefile_is_not_sure(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = crash});
    scene_endpoints(s, false, true);
    scene_write(
        s, "cluster/logs/kube-system/coredns-a/coredns.log",
        "2026-11-23T07:10:00.1Z /etc/coredns/Corefile:3 - Error during parsing: Unknown directive 'x'\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_true(s->cause->verdict != VERDICT_CONFIRMED);
}

static void a_loop_is_the_corefiles(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = crash, .coredns_b = crash});
    scene_endpoints(s, false, false);
    scene_write(s, "cluster/logs/kube-system/coredns-b/coredns.previous.log",
                "2026-11-23T07:10:00.1Z [FATAL] plugin/loop: Loop (127.0.0.1:38911 -> :53) detected for zone "
                "\".\", see "
                "https://coredns.io/plugins/loop#troubleshooting. Query: \"HINFO 1.2.\"\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_COREFILE_ERROR);
    assert_non_null(strstr(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR)->fix, "loop"));
}

static void killed_by_its_limit(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = oom, .coredns_b = oom});
    scene_write(s, "pods/shop/cart-1/app.log",
                "2026-11-23T07:10:20Z ERROR java.net.UnknownHostException: orders.shop.svc.cluster.local\n");
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_COREDNS_OOM);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OOM);
    assert_true(scene_cites(s, claim, "OOMKilled"));
    assert_int_equal(claim->in_window, TRI_YES);
    assert_non_null(strstr(claim->text, "170 Mi"));
}

static void one_kill_does_not_explain_what_fails_all_the_time(void **state)
{
    struct scene *s = *state;
    struct str log = {0};
    for (int i = 0; i < 30; i++)
        str_printf(
            &log,
            "2026-11-23T07:%02d:20Z ERROR java.net.UnknownHostException: orders.shop.svc.cluster.local\n", i);
    scene_pods(s, &(struct scene_pods){.coredns_a = oom});
    scene_write(s, "pods/shop/cart-1/app.log", str_text(&log));
    str_done(&log);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_COREDNS_OOM));
    assert_true(s->cause->verdict != VERDICT_CONFIRMED);
}

static void exit_137_alone_is_not_oom(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.coredns_a = killed});
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OOM));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_COREDNS_OOM));
}

static void a_kill_of_another_process_is_not_coredns(void **state)
{
    struct scene *s = *state;
    scene_write(
        s, "nodes/n2/kernel/dmesg.human.current",
        "[Mon Nov 23 07:10:00 2026] Memory cgroup out of memory: Killed process 77 (java) total-vm:1kB\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OOM));
}

static void refused_for_max_concurrent(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    struct str log = {0};
    for (int i = 0; i < 30; i++)
        str_printf(&log,
                   "2026-11-23T07:10:%02d.1Z [ERROR] plugin/errors: 2 api.example.com. A: concurrent queries "
                   "exceeded "
                   "maximum 1000\n",
                   i);
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", str_text(&log));
    str_done(&log);
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "SERVFAIL");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_OVERLOAD, VERDICT_CONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_healthy_cluster_has_no_fault_of_coredns),
        SCENE_TEST(scaled_to_zero_is_down_with_the_event_that_says_so),
        SCENE_TEST(scaled_down_after_the_window_is_not_the_cause),
        SCENE_TEST(scaled_to_zero_and_back_was_an_outage),
        SCENE_TEST(a_pod_older_than_the_event_was_there),
        SCENE_TEST(pods_that_cannot_be_created_are_told_with_the_event),
        SCENE_TEST(an_old_corednss_own_words_about_the_api),
        SCENE_TEST(another_namespaces_coredns_is_not_the_clusters),
        SCENE_TEST(a_block_that_cannot_be_loaded_is_not_in_force),
        SCENE_TEST(an_imported_block_that_cannot_be_loaded),
        SCENE_TEST(a_reload_that_failed_is_no_crash),
        SCENE_TEST(one_of_two_is_no_outage),
        SCENE_TEST(a_partial_listing_says_nothing_of_endpoints),
        SCENE_TEST(pods_alone_can_show_it),
        SCENE_TEST(a_selector_that_fits_nothing_is_named),
        SCENE_TEST(a_bad_corefile_explains_the_crash),
        SCENE_TEST(a_reload_that_failed_is_no_outage),
        SCENE_TEST(while_one_runs_on_a_bad_corefile_is_not_sure),
        SCENE_TEST(a_loop_is_the_corefiles),
        SCENE_TEST(killed_by_its_limit),
        SCENE_TEST(one_kill_does_not_explain_what_fails_all_the_time),
        SCENE_TEST(exit_137_alone_is_not_oom),
        SCENE_TEST(a_kill_of_another_process_is_not_coredns),
        SCENE_TEST(refused_for_max_concurrent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
