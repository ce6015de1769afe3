// judge/upstream, judge/pods, judge/nodelocal: forward targets, the complaining pod, the node's cache.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/scene.h"

// CoreDNS' log: one line a minute from 07:01 to 07:29.
static void log_trouble(struct scene *s, const char *name, const char *what)
{
    struct str log = {0};
    for (int i = 1; i < 30; i++)
        str_printf(&log, "2026-11-23T07:%02d:00.1Z [ERROR] plugin/errors: 2 %s. A: %s\n", i, name, what);
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log", str_text(&log));
    str_done(&log);
}

static void forward_to(struct scene *s, const char *target)
{
    scene_corefile(
        s, arena_printf(&s->arena,
                        ".:53 {\\n  errors\\n  ready\\n  kubernetes cluster.local\\n  forward . %s\\n  "
                        "cache 30\\n}\\ncorp.example:53 {\\n  forward . 10.7.7.7\\n}\\n",
                        target));
}

static void a_target_that_never_answers(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "10.88.0.53");
    log_trouble(s, "api.example.com", "read udp 10.0.2.10:4711->10.88.0.53:53: i/o timeout");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "SERVFAIL");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_UPSTREAM_UNREACHABLE, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_UPSTREAM_UNREACHABLE);
    assert_true(scene_cites(s, claim, "10.88.0.53:53: i/o timeout"));
    assert_true(scene_cites(s, claim, "forward . 10.88.0.53"));
    assert_non_null(strstr(claim->fix, "10.88.0.53"));
}

// Without the loop plug-in nobody stops it, and its lines look like those of a resolver that is gone.
static void a_target_that_is_the_clusters_own_dns_is_a_circle(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "172.20.0.10");
    log_trouble(s, "api.example.com", "read udp 10.0.2.10:4711->172.20.0.10:53: i/o timeout");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", NULL);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREFILE_ERROR, VERDICT_CONFIRMED);
    assert_true(
        scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREFILE_ERROR), "forward . 172.20.0.10"));
}

// A resolver that runs in the cluster is one like any other.
static void a_target_that_is_another_service_is_no_circle(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "172.20.9.9");
    log_trouble(s, "api.example.com", "read udp 10.0.2.10:4711->172.20.9.9:53: i/o timeout");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "SERVFAIL");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_UPSTREAM_UNREACHABLE, VERDICT_CONFIRMED);
}

static void a_target_that_answers_between_is_there(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "/etc/resolv.conf");
    log_trouble(s, "api.example.com", "read udp 10.0.2.10:4711->10.0.0.2:53: i/o timeout");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "NOERROR");
    scene_dig(s, "query-udp", "172.20.0.10", "api.example.com", "SERVFAIL");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_UPSTREAM_UNREACHABLE));
    assert_true(scene_rejects(s, DIAGNOSIS_UPSTREAM_UNREACHABLE));
}

// Whether a link-local counter read once has grown is not known: then the allowance may drop the queries.
static void the_vpc_resolver_may_be_throttled(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *counter;
        enum verdict verdict;
    } cases[] = {{"0", VERDICT_CONFIRMED}, {"90113", VERDICT_LIKELY}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, "api.example.com");
        forward_to(s, "/etc/resolv.conf");
        log_trouble(s, "api.example.com", "read udp 10.0.2.10:4711->169.254.169.253:53: i/o timeout");
        scene_dig(s, "external", "172.20.0.10", "api.example.com", "SERVFAIL");
        scene_write(s, "nodes/n2/networking/ethtool.txt",
                    arena_printf(&s->arena,
                                 "Interface eth0\nNIC statistics:\n     linklocal_allowance_exceeded: %s\n",
                                 cases[i].counter));
        scene_judge(s);
        SCENE_CONCLUDES(s, DIAGNOSIS_UPSTREAM_UNREACHABLE, cases[i].verdict);
    }
}

static void a_stub_zone_has_a_target_of_its_own(void **state)
{
    struct scene *s = *state;
    scene_target(s, "db.corp.example");
    forward_to(s, "/etc/resolv.conf");
    log_trouble(s, "db.corp.example", "read udp 10.0.2.10:4711->10.7.7.7:53: i/o timeout");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "NOERROR");
    scene_dig(s, "query-udp", "172.20.0.10", "db.corp.example", "SERVFAIL");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_UPSTREAM_UNREACHABLE, VERDICT_CONFIRMED);
}

static void another_zones_target_is_not_on_the_path(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "/etc/resolv.conf");
    log_trouble(s, "db.corp.example", "read udp 10.0.2.10:4711->10.7.7.7:53: i/o timeout");
    scene_dig(s, "query-udp", "172.20.0.10", "api.example.com", "SERVFAIL");
    scene_judge(s);
    assert_true(s->cause->diagnosis != DIAGNOSIS_UPSTREAM_UNREACHABLE);
}

static void a_cluster_name_does_not_go_upstream(void **state)
{
    struct scene *s = *state;
    forward_to(s, "10.88.0.53");
    log_trouble(s, "api.example.com", "read udp 10.0.2.10:4711->10.88.0.53:53: i/o timeout");
    scene_dig(s, "query-udp", "172.20.0.10", "orders.shop.svc.cluster.local", NULL);
    scene_judge(s);
    assert_true(s->cause->diagnosis != DIAGNOSIS_UPSTREAM_UNREACHABLE);
}

static void no_route_in_that_family(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "fd00:ec2::253");
    log_trouble(s, "api.example.com", "dial udp [fd00:ec2::253]:53: connect: network is unreachable");
    scene_dig(s, "external", "172.20.0.10", "api.example.com", "SERVFAIL");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_IPV6_UPSTREAM, VERDICT_CONFIRMED);
}

static void families_alone_are_likely_at_most(void **state)
{
    struct scene *s = *state;
    scene_target(s, "api.example.com");
    forward_to(s, "fd00:ec2::253");
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_IPV6_UPSTREAM));
    assert_true(s->cause->verdict != VERDICT_CONFIRMED);
}

// ------------------------------------------------------------------ the complaining pod
static const char image_status[] =
    "{'phase': 'Pending', 'conditions': [{'type': 'Ready', 'status': 'False',\n"
    "'lastTransitionTime': '2026-11-23T06:40:00Z'}], 'containerStatuses': [{'name': 'main', 'ready': false,\n"
    "'restartCount': 0, 'state': {'waiting': {\n'reason': 'ImagePullBackOff', 'message': 'Back-off'}}}]}";

static const char crash_status[] =
    "{'phase': 'Running', 'podIP': '10.0.1.10', 'conditions': [{'type': 'Ready', 'status': 'False',\n"
    "'lastTransitionTime': '2026-11-23T07:05:00Z'}], 'containerStatuses': [{'name': 'main', 'ready': false,\n"
    "'restartCount': 5, 'state': {'waiting': {\n'reason': 'CrashLoopBackOff'}},\n"
    "'lastState': {'terminated': {'reason': 'Error', 'exitCode': 1}}}]}";

static void a_pod_without_its_image(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.status = image_status});
    scene_judge(s);
    assert_int_equal(s->cause->diagnosis, DIAGNOSIS_POD_NOT_RUNNING);
    assert_true(scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING), "ImagePullBackOff"));
}

static void a_pod_that_crashes_because_dns_fails_is_a_symptom(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.status = crash_status});
    scene_write(s, "cluster/logs/shop/cart-1/main.log",
                "2026-11-23T07:10:00Z FATAL java.net.UnknownHostException: orders.shop.svc.cluster.local\n");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_POD_NOT_RUNNING));
}

static void a_crash_of_which_no_log_is_known_is_not_sure(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.status = crash_status});
    scene_judge(s);
    assert_int_equal(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING)->on_path, TRI_UNKNOWN);
}

static void a_pod_in_its_init_container_is_not_sure(void **state)
{
    struct scene *s = *state;
    scene_pods(
        s, &(struct scene_pods){
               .spec = "'initContainers': [{'name': 'wait-for-db'}], ",
               .status =
                   "{'phase': 'Pending', 'conditions': [{'type': 'Ready', 'status': 'False'}],\n"
                   "'initContainerStatuses': [{'name': 'wait-for-db', 'ready': false, 'state': {'running': "
                   "{}}}]}"});
    scene_judge(s);
    assert_int_equal(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING)->on_path, TRI_UNKNOWN);
}

// ------------------------------------------------------------------ a target that refuses
#define REFUSED_LINE(hms, name, rcode)                                                                       \
    "2026-11-23T" hms "Z [INFO] 10.0.1.10:40000 - 7 \"A IN " name ". udp 40 false 512\" " rcode " 40 "       \
    "0.002s\n"

static void a_target_that_serves_others(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *more, *log;
        bool refuses;
    } cases[] = {
        {"", "", true},
        {"acl {\\n block net 10.0.1.0/24\\n }\\n", "", false},
        {"", REFUSED_LINE("07:11:00", "b.example", "NOERROR qr,rd,ra"), false},
        {"",
         "2026-11-23T07:11:00Z [ERROR] plugin/errors: 2 a.example. A: concurrent queries exceeded maximum "
         "9\n",
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene_reset(s);
        scene_target(s, "a.example");
        scene_corefile(s, arena_printf(&s->arena,
                                       ".:53 {\\n %skubernetes cluster.local\\n forward . 10.9.9.53\\n}\\n",
                                       cases[i].more));
        scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                    arena_printf(&s->arena, "%s%s",
                                 REFUSED_LINE("07:10:00", "a.example", "REFUSED qr,rd")
                                     REFUSED_LINE("07:10:05", "a.example", "REFUSED qr,rd")
                                         REFUSED_LINE("07:10:09", "a.example", "REFUSED qr,rd"),
                                 cases[i].log));
        scene_judge(s);
        const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_UPSTREAM_UNREACHABLE);
        assert_int_equal(claim != NULL, cases[i].refuses);
        if (claim) {
            SCENE_CONCLUDES(s, DIAGNOSIS_UPSTREAM_UNREACHABLE, VERDICT_LIKELY);
            scene_expect(claim->fix, "let 10.9.9.53 answer");
        }
    }
}

// ------------------------------------------------------------------ the node's cache
static void install_cache(struct scene *s, const char *addresses)
{
    scene_json(s, "cluster/daemonsets.json",
               arena_printf(
                   &s->arena,
                   "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns',\n"
                   "'namespace': 'kube-system'}, 'spec': {'template': {'spec': {'containers': [{'name': "
                   "'node-cache',\n'image': 'k8s-dns-node-cache:1.23', 'args': ['-localip', '%s']}]}}}}]}",
                   addresses));
}

static void ask_cache(struct scene *s)
{
    scene_write(s, "pods/shop/cart-1/resolv.conf",
                "nameserver 169.254.20.10\nsearch shop.svc.cluster.local\n");
    scene_dig(s, "query-udp", "169.254.20.10", "orders.shop.svc.cluster.local", NULL);
}

static void a_cache_that_cannot_listen(void **state)
{
    struct scene *s = *state;
    install_cache(s, "169.254.20.10,172.20.0.10");
    ask_cache(s);
    scene_write(s, "cluster/logs/kube-system/node-local-dns-x/node-cache.log",
                "2026-11-23T07:10:00Z listen udp 169.254.20.10:53: bind: address already in use\n");
    scene_pods(
        s,
        &(struct scene_pods){
            .more = ",{'kind': 'Pod', 'metadata': {'name': 'node-local-dns-x', 'namespace': 'kube-system',\n"
                    "'ownerReferences': [{'kind': 'DaemonSet', 'name': 'node-local-dns'}]}, 'spec': "
                    "{'nodeName': 'n1',\n'containers': [{'name': 'node-cache'}]}, 'status': {'phase': "
                    "'Running',\n'containerStatuses': [{'name': 'node-cache', 'state': {'waiting': "
                    "{'reason': 'CrashLoopBackOff'}}}]}}"});
    scene_write(
        s, "nodes/n1/networking/ss.txt",
        "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
        "udp   UNCONN 0      0      0.0.0.0:53         0.0.0.0:*     users:((\"dnsmasq\",pid=7,fd=4))\n");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_NODELOCALDNS_BIND, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NODELOCALDNS_BIND);
    assert_true(scene_cites(s, claim, "bind: address already in use"));
    assert_true(scene_cites(s, claim, "dnsmasq"));
}

static void a_cache_that_listens_by_now_is_innocent(void **state)
{
    struct scene *s = *state;
    install_cache(s, "169.254.20.10");
    ask_cache(s);
    scene_write(s, "cluster/logs/kube-system/node-local-dns-x/node-cache.previous.log",
                "2026-11-23T07:01:00Z listen udp 169.254.20.10:53: bind: address already in use\n");
    scene_pods(
        s,
        &(struct scene_pods){
            .more = ",{'kind': 'Pod', 'metadata': {'name': 'node-local-dns-x', 'namespace': 'kube-system',\n"
                    "'ownerReferences': [{'kind': 'DaemonSet', 'name': 'node-local-dns'}]}, 'spec': "
                    "{'nodeName': 'n1',\n'containers': [{'name': 'node-cache'}]}, 'status': {'phase': "
                    "'Running',\n'containerStatuses': [{'name': 'node-cache', 'ready': true, 'state': "
                    "{'running': {}}}]}}"});
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NODELOCALDNS_BIND));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_NODELOCALDNS_BIND));
}

// NodeLocal DNSCache on that node, killed by its limit of 64 Mi at 07:10; the pod's lookup fails right after.
static void kill_cache(struct scene *s, const char *node)
{
    install_cache(s, "169.254.20.10,172.20.0.10");
    scene_write(s, "cluster/logs/shop/cart-1/main.log",
                "2026-11-23T07:10:05Z Error: getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local\n");
    const char *pod = arena_printf(
        &s->arena,
        ",{'kind': 'Pod', 'metadata': {'name': 'node-local-dns-x', 'namespace': 'kube-system',\n"
        "'ownerReferences': [{'kind': 'DaemonSet', 'name': 'node-local-dns'}]}, 'spec': {'nodeName': '%s',\n"
        "'containers': [{'name': 'node-cache', 'resources': {'limits': {'memory': '64Mi'}}}]}, 'status': "
        "{'phase': 'Running', 'containerStatuses': [{'name': 'node-cache', 'restartCount': 3, 'ready': true, "
        "'state': {'running': {}},\n'lastState': {'terminated': {\n'reason': 'OOMKilled', 'exitCode': 137, "
        "'finishedAt': '2026-11-23T07:10:00Z'}}}]}}",
        node);
    scene_pods(s, &(struct scene_pods){.more = pod});
}

static void a_cache_that_is_killed_by_its_limit(void **state)
{
    struct scene *s = *state;
    kill_cache(s, "n1");
    ask_cache(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_OOM, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OOM);
    assert_true(scene_cites(s, claim, "OOMKilled"));
    scene_expect(claim->text,
                 "NodeLocal DNSCache on the pod's node is killed by its own memory limit of 64 Mi");
    scene_expect(claim->fix, "NodeLocal DNSCache DaemonSet");
}

static void a_cache_on_another_node_is_not_asked(void **state)
{
    struct scene *s = *state;
    kill_cache(s, "n2");
    ask_cache(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_OOM));
}

// It listens on the Service's address, too; whether it did just then, nobody saw.
static void a_cache_that_is_asked_by_the_services_address(void **state)
{
    struct scene *s = *state;
    kill_cache(s, "n1");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_OOM, VERDICT_LIKELY);
}

// The cache asks CoreDNS by a Service of its own, behind which this endpoint stands ("": none).
static void lead_cache(struct scene *s, const char *endpoint)
{
    install_cache(s, "169.254.20.10");
    ask_cache(s);
    scene_json(
        s, "cluster/services.json",
        "{'kind': 'List', 'items': [\n{'kind': 'Service', 'metadata': {'name': 'kube-dns', 'namespace': "
        "'kube-system'}, 'spec': {'clusterIP': '172.20.0.10', 'selector': {'k8s-app': 'kube-dns'},\n"
        "'ports': [{'name': 'dns', 'port': 53, 'protocol': 'UDP', 'targetPort': 53}]}},\n"
        "{'kind': 'Service', 'metadata': {'name': 'kube-dns-upstream', 'namespace': 'kube-system'}, 'spec': "
        "{'clusterIP': '172.20.7.7', 'selector': {'k8s-app': 'kubedns'},\n'ports': [{'name': 'dns', 'port': "
        "53, 'protocol': 'UDP', 'targetPort': 53}]}}]}");
    scene_json(
        s, "cluster/endpointslices.json",
        arena_printf(&s->arena,
                     "{'kind': 'List', 'items': [\n{'kind': 'EndpointSlice', 'metadata': {'name': "
                     "'kube-dns-1', 'namespace': 'kube-system', 'labels': {'kubernetes.io/service-name': "
                     "'kube-dns'}},\n'endpoints': [{'addresses': ['10.0.2.10'], 'conditions': {'ready': "
                     "true}}]},\n{'kind': 'EndpointSlice', 'metadata': {'name': 'kube-dns-upstream-1',\n"
                     "'namespace': 'kube-system', 'labels': {'kubernetes.io/service-name': "
                     "'kube-dns-upstream'}},\n'endpoints': [%s]}]}",
                     endpoint));
    scene_write(s, "cluster/logs/kube-system/node-local-dns-x/node-cache.log",
                "2026-11-23T07:10:00Z [ERROR] plugin/errors: 2 " SCENE_NAME
                ". A: dial tcp 172.20.7.7:53: connect: connection refused\n");
    scene_judge(s);
}

static void a_cache_whose_way_to_coredns_has_no_endpoint(void **state)
{
    struct scene *s = *state;
    lead_cache(s, "");
    SCENE_CONCLUDES(s, DIAGNOSIS_COREDNS_DOWN, VERDICT_CONFIRMED);
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN);
    assert_true(scene_cites(s, claim, "172.20.7.7:53: connect: connection refused"));
    scene_expect(claim->fix, "correct the selector of the Service kube-dns-upstream");
}

static void a_cache_whose_way_to_coredns_is_there(void **state)
{
    struct scene *s = *state;
    lead_cache(s, "{'addresses': ['10.0.2.10'], 'conditions': {'ready': true}}");
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_COREDNS_DOWN));
}

static void use_mode(struct scene *s, const char *mode)
{
    scene_json(
        s, "cluster/configmaps.json",
        arena_printf(
            &s->arena,
            "{'kind': 'List', 'items': [{'kind': 'ConfigMap', 'metadata': {'name': 'kube-proxy-config',\n"
            "'namespace': 'kube-system'}, 'data': {'config': 'kind: KubeProxyConfiguration\\nmode: "
            "\\'%s\\'\\n'}}]}",
            mode));
}

static void ipvs_bypasses_the_cache(void **state)
{
    struct scene *s = *state;
    install_cache(s, "169.254.20.10");
    use_mode(s, "ipvs");
    scene_dig(s, "query-udp", "172.20.0.10", "orders.shop.svc.cluster.local", NULL);
    scene_judge(s);
    assert_string_equal(s->facts->dns.proxy_mode, "ipvs");
    const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NODELOCALDNS_IPVS);
    assert_non_null(claim);
    assert_true(scene_cites(s, claim, "ipvs"));
}

static void iptables_mode_does_not(void **state)
{
    struct scene *s = *state;
    install_cache(s, "169.254.20.10,172.20.0.10");
    use_mode(s, "iptables");
    scene_dig(s, "query-udp", "172.20.0.10", "orders.shop.svc.cluster.local", NULL);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NODELOCALDNS_IPVS));
}

static void ipvs_with_pods_on_the_link_local_address_is_right(void **state)
{
    struct scene *s = *state;
    install_cache(s, "169.254.20.10");
    use_mode(s, "ipvs");
    ask_cache(s);
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NODELOCALDNS_IPVS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_target_that_never_answers),
        SCENE_TEST(a_target_that_is_the_clusters_own_dns_is_a_circle),
        SCENE_TEST(a_target_that_is_another_service_is_no_circle),
        SCENE_TEST(a_target_that_answers_between_is_there),
        SCENE_TEST(the_vpc_resolver_may_be_throttled),
        SCENE_TEST(a_stub_zone_has_a_target_of_its_own),
        SCENE_TEST(another_zones_target_is_not_on_the_path),
        SCENE_TEST(a_cluster_name_does_not_go_upstream),
        SCENE_TEST(no_route_in_that_family),
        SCENE_TEST(families_alone_are_likely_at_most),
        SCENE_TEST(a_pod_without_its_image),
        SCENE_TEST(a_pod_that_crashes_because_dns_fails_is_a_symptom),
        SCENE_TEST(a_crash_of_which_no_log_is_known_is_not_sure),
        SCENE_TEST(a_pod_in_its_init_container_is_not_sure),
        SCENE_TEST(a_target_that_serves_others),
        SCENE_TEST(a_cache_that_cannot_listen),
        SCENE_TEST(a_cache_that_listens_by_now_is_innocent),
        SCENE_TEST(a_cache_that_is_killed_by_its_limit),
        SCENE_TEST(a_cache_on_another_node_is_not_asked),
        SCENE_TEST(a_cache_that_is_asked_by_the_services_address),
        SCENE_TEST(a_cache_whose_way_to_coredns_has_no_endpoint),
        SCENE_TEST(a_cache_whose_way_to_coredns_is_there),
        SCENE_TEST(ipvs_bypasses_the_cache),
        SCENE_TEST(iptables_mode_does_not),
        SCENE_TEST(ipvs_with_pods_on_the_link_local_address_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
