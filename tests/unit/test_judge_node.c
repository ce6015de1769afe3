// What a node's own counters and kernel messages say: judge/throttle, judge/conntrack, judge/memory,
// judge/mtu.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

#define NAME "orders.shop.svc.cluster.local"

// ------------------------------------------------------------------ link-local allowance

#define ETHTOOL(value) "Interface eth0\nNIC statistics:\n     linklocal_allowance_exceeded: " value "\n"
#define TIMEOUT_LINE(minute)                                                                                 \
    "2026-11-23T07:" minute ":00.1Z [ERROR] plugin/errors: 2 login.example.org. A: read udp "                \
    "10.0.2.10:4000->10.0.0.2:53: i/o timeout\n"

static const struct scene_file throttled[] = {
    {"nodes/n2/networking/ethtool.txt", ETHTOOL("100")},
    {"nodes/n2/samples/20261123T071000Z/ethtool.txt", ETHTOOL("900")},
    {"nodes/n2/samples/20261123T071200Z/ethtool.txt", ETHTOOL("1700")},
    {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05") TIMEOUT_LINE("11")},
};

static void a_counter_that_grows_where_coredns_sends_throttles(void **state)
{
    struct scene *s = *state;
    scene_judge_with(s, "login.example.org", throttled, ARRAY_LEN(throttled));
    SCENE_CONCLUDES(s, DIAGNOSIS_LINKLOCAL_THROTTLE, VERDICT_CONFIRMED);
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE);
    assert_non_null(strstr(cause->text, "100 → 1700"));
    assert_int_equal(cause->places[0].line, 3);
}

static void a_counter_that_stands_still_is_history(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n2/networking/ethtool.txt", ETHTOOL("1843")},
        {"nodes/n2/samples/20261123T071000Z/ethtool.txt", ETHTOOL("1843")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    scene_judge_with(s, "login.example.org", files, ARRAY_LEN(files));
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE));
    const struct claim *innocent = scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_LINKLOCAL_THROTTLE);
    assert_non_null(innocent);
    assert_non_null(strstr(innocent->text, "1843 → 1843"));
}

#define TWO_ENIS(first, second)                                                                              \
    ETHTOOL(first) "Interface eth1\nNIC statistics:\n     linklocal_allowance_exceeded: " second "\n"

// CoreDNS' address lies on eth1, and eth0 is throttled for what others send.
static void growth_of_another_eni_is_no_throttling(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n2/networking/ethtool.txt", TWO_ENIS("100", "7")},
        {"nodes/n2/samples/20261123T071000Z/ethtool.txt", TWO_ENIS("900", "7")},
        {"nodes/n2/networking/iprule.txt", "0:\tfrom all lookup local\n1536:\tfrom 10.0.2.10 lookup 2\n"
                                           "32766:\tfrom all lookup main\n"},
        {"nodes/n2/networking/iproute.txt", "default via 10.0.2.1 dev eth1 table 2\n"
                                            "default via 10.0.2.1 dev eth0\n"},
    };
    scene_judge_with(s, "login.example.org", files, ARRAY_LEN(files));
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_LINKLOCAL_THROTTLE));
}

static void growth_elsewhere_or_before_is_no_throttling(void **state)
{
    struct scene *s = *state;
    static const struct scene_file other_node[] = {
        {"nodes/n1/networking/ethtool.txt", ETHTOOL("1")},
        {"nodes/n1/samples/20261123T071000Z/ethtool.txt", ETHTOOL("999")},
        {"pods/shop/cart-1/resolv.conf",
         "nameserver 172.20.0.10\nsearch shop.svc.cluster.local\noptions ndots:5\n"},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    SCENE_EXPECT(s, "login.example.org", other_node, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    static const struct scene_file before[] = {
        {"nodes/n2/samples/20261122T070000Z/ethtool.txt", ETHTOOL("1")},
        {"nodes/n2/samples/20261122T070500Z/ethtool.txt", ETHTOOL("999")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    SCENE_EXPECT(s, "login.example.org", before, DIAGNOSIS_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

// Between a reading of two hours before and one while it hurt, it may have grown at any time.
static void growth_that_began_long_before_is_likely_at_most(void **state)
{
    struct scene *s = *state;
    static const struct scene_file long_before[] = {
        {"nodes/n2/samples/20261123T050000Z/ethtool.txt", ETHTOOL("100")},
        {"nodes/n2/samples/20261123T071000Z/ethtool.txt", ETHTOOL("900")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    SCENE_EXPECT(s, "login.example.org", long_before, DIAGNOSIS_LINKLOCAL_THROTTLE, VERDICT_LIKELY);
    static const struct scene_file just_before[] = {
        {"nodes/n2/samples/20261123T065700Z/ethtool.txt", ETHTOOL("100")},
        {"nodes/n2/samples/20261123T071000Z/ethtool.txt", ETHTOOL("900")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("05")},
    };
    SCENE_EXPECT(s, "login.example.org", just_before, DIAGNOSIS_LINKLOCAL_THROTTLE, VERDICT_CONFIRMED);
}

static void a_counter_that_stood_still_while_queries_were_lost_is_innocent(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n2/samples/20261123T050000Z/ethtool.txt", ETHTOOL("100")},
        {"nodes/n2/samples/20261123T070500Z/ethtool.txt", ETHTOOL("900")},
        {"nodes/n2/samples/20261123T072000Z/ethtool.txt", ETHTOOL("900")},
        {"cluster/logs/kube-system/coredns-a/coredns.log", TIMEOUT_LINE("11")},
    };
    scene_judge_with(s, "login.example.org", files, ARRAY_LEN(files));
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_LINKLOCAL_THROTTLE));
    const struct claim *innocent = scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_LINKLOCAL_THROTTLE);
    assert_non_null(innocent);
    assert_non_null(strstr(innocent->text, "did not grow while it hurt: 100 → 900"));
}

static void an_absent_counter_is_a_gap(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n2/networking/ethtool.txt", "Interface eth0\nNIC statistics:\n     tx_timeout: 0\n"},
    };
    scene_judge_with(s, "login.example.org", files, ARRAY_LEN(files));
    assert_non_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_LINKLOCAL_THROTTLE));
    assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_LINKLOCAL_THROTTLE));
}

// ------------------------------------------------------------------ conntrack

#define CONNTRACK(failed, drop)                                                                              \
    "cpu=0   \tfound=1 invalid=2 insert=0 insert_failed=" failed " drop=" drop                               \
    " early_drop=0 error=0 search_restart=0\n"
#define TABLE(count) "net.netfilter.nf_conntrack_count = " count "\nnet.netfilter.nf_conntrack_max = 131072\n"
#define FULL_LINE(day)                                                                                       \
    "[Mon Nov " day " 07:10:00 2026] nf_conntrack: nf_conntrack: table full, dropping packet\n"

static void a_full_table_hands_off(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n1/sysctls/sysctl_all.txt", TABLE("131072")},
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("0", "5")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("0", "900")},
    };
    SCENE_EXPECT(s, NAME, files, DIAGNOSIS_CONNTRACK_FULL, VERDICT_CONFIRMED);
    static const struct scene_file kernel[] = {{"nodes/n1/kernel/dmesg.human.current", FULL_LINE("23")}};
    SCENE_EXPECT(s, NAME, kernel, DIAGNOSIS_CONNTRACK_FULL, VERDICT_CONFIRMED);
}

static void a_table_that_was_full_another_day_is_innocent(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n1/sysctls/sysctl_all.txt", TABLE("500")},
        {"nodes/n1/kernel/dmesg.human.current", FULL_LINE("16")},
        {"nodes/n1/networking/conntrack.txt", CONNTRACK("0", "900")},
        {"nodes/n1/samples/20261123T071000Z/conntrack.txt", CONNTRACK("0", "900")},
    };
    scene_judge_with(s, NAME, files, ARRAY_LEN(files));
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_CONNTRACK_FULL));
    assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_CONNTRACK_FULL));
}

// ------------------------------------------------------------------ a node that has fallen silent
static void silence_node(struct scene *s)
{
    scene_json(
        s, "cluster/nodes.json",
        "{'kind': 'List', 'items': [{'kind': 'Node', 'metadata': {'name': 'n1'}, 'status': {'conditions': [\n"
        "{'type': 'Ready', 'status': 'Unknown', 'reason': 'NodeStatusUnknown', 'message': 'Kubelet stopped "
        "posting node status.', 'lastTransitionTime': '2026-11-23T07:03:00Z'}]}}]}");
    scene_pods(s,
               &(struct scene_pods){
                   .status =
                       "{'phase': 'Running', 'podIP': '10.0.1.10', 'conditions': [{'type': 'Ready', "
                       "'status': 'False', 'lastTransitionTime': '2026-11-23T07:03:00Z'}],\n"
                       "'containerStatuses': [{'name': 'main', 'ready': true, 'state': {'running': {}}}]}"});
    scene_target(s, "null");
}

static void a_pod_whose_node_is_silent_is_likely_gone(void **state)
{
    struct scene *s = *state;
    silence_node(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_POD_NOT_RUNNING, VERDICT_LIKELY);
    assert_true(
        scene_cites(s, scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING), "Kubelet stopped posting"));
}

static void a_pod_that_is_heard_of_is_there(void **state)
{
    struct scene *s = *state;
    silence_node(s);
    scene_dig(s, "query-udp", "172.20.0.10", NAME, "NOERROR"); // at 07:20
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING));
}

// ------------------------------------------------------------------ flows that outlive their server
#define FLOW(state, server)                                                                                  \
    "udp      17 25 src=10.0.1.10 dst=172.20.0.10 sport=5060 dport=53 " state "src=" server                  \
    " dst=10.0.1.10 sport=53 dport=5060 mark=0 use=1\n"

// CoreDNS as it runs since then.
static void start_coredns(struct scene *s, const char *time)
{
    const char *status =
        "{'phase': 'Running', 'podIP': '%s', 'startTime': '%s', 'conditions': [{'type': 'Ready', "
        "'status': 'True'}], 'containerStatuses': [{'name': 'main', 'ready': true, 'state': "
        "{'running': {}}}]}";
    scene_pods(s, &(struct scene_pods){.coredns_a = arena_printf(&s->arena, status, "10.0.2.10", time),
                                       .coredns_b = arena_printf(&s->arena, status, "10.0.3.10", time)});
}

static void a_flow_that_leads_to_a_server_that_is_gone(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *flow, *started;
        bool stuck;
    } cases[] = {
        {FLOW("[UNREPLIED] ", "10.0.2.77"), "2026-11-23T06:55:00Z", true},
        {FLOW("[UNREPLIED] ", "10.0.2.77"), "2026-11-23T07:09:30Z", false}, // its last packet may be older
        {FLOW("[UNREPLIED] ", "10.0.2.10"), "2026-11-23T06:55:00Z", false},
        {FLOW("", "10.0.2.77"), "2026-11-23T06:55:00Z", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        start_coredns(s, cases[i].started);
        scene_write(s, "nodes/n1/samples/20261123T071000Z/conntrack.txt", cases[i].flow);
        scene_judge(s);
        const struct claim *claim = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_SERVICE_PATH);
        assert_int_equal(claim != NULL, cases[i].stuck);
        if (claim) {
            SCENE_CONCLUDES(s, DIAGNOSIS_SERVICE_PATH, VERDICT_LIKELY);
            scene_expect(claim->fix, "conntrack -D -p udp --orig-src 10.0.1.10 --orig-dst 172.20.0.10");
        }
    }
}

// ------------------------------------------------------------------ memory

#define KILL(day, words) "[Mon Nov " day " 07:10:00 2026] " words ": Killed process 31 (java) total-vm:1kB\n"

static void a_node_without_memory_is_not_dns(void **state)
{
    struct scene *s = *state;
    static const struct scene_file files[] = {
        {"nodes/n1/kernel/dmesg.human.current",
         KILL("23", "Out of memory") "[Mon Nov 23 07:10:01 2026] Out of memory: Killed process 9 (kubelet) "
                                     "total-vm:1kB\n"},
    };
    SCENE_EXPECT(s, NAME, files, DIAGNOSIS_NODE_OOM, VERDICT_CONFIRMED);
}

static void other_kills_are_innocent(void **state)
{
    struct scene *s = *state;
    static const struct scene_file sets[][1] = {
        {{"nodes/n1/kernel/dmesg.human.current", KILL("16", "Out of memory")}},
        {{"nodes/n1/kernel/dmesg.human.current", KILL("23", "Memory cgroup out of memory")}},
        {{"nodes/n9/kernel/dmesg.human.current", KILL("23", "Out of memory")}},
    };
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        scene_judge_with(s, NAME, sets[i], 1);
        assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NODE_OOM));
        assert_non_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_NODE_OOM));
    }
}

static const char killed[] =
    "{'phase': 'Running', 'podIP': '10.0.1.10', 'containerStatuses': [{'name': 'main', 'ready': false,\n"
    "'restartCount': 4, 'lastState': {'terminated': {\n'reason': 'OOMKilled', 'exitCode': 137,\n"
    "'finishedAt': '%s'}}, 'state': {'waiting': {'reason': 'CrashLoopBackOff'}}}]}";

static void a_killed_application_is_its_own_cause(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.status = arena_printf(&s->arena, killed, "2026-11-23T07:12:00Z")});
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_APP_OOM, VERDICT_CONFIRMED);
}

static void one_that_was_killed_the_day_before_is_not(void **state)
{
    struct scene *s = *state;
    scene_pods(s, &(struct scene_pods){.status = arena_printf(&s->arena, killed, "2026-11-22T07:12:00Z")});
    scene_judge(s);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_APP_OOM);
}

// ------------------------------------------------------------------ sizes

#define LINKS(mtu, ip)                                                                                       \
    "eth0: flags=4163<UP,BROADCAST>  mtu " mtu "\n        inet " ip "  netmask 255.255.255.0\n"
static void large_answers_are_lost_where_small_ones_arrive(void **state)
{
    struct scene *s = *state;
    scene_write(s, "nodes/n1/networking/ifconfig.txt", LINKS("9001", "10.0.1.1"));
    scene_write(s, "nodes/n2/networking/ifconfig.txt", LINKS("1500", "10.0.2.1"));
    scene_write(s, "cluster/logs/kube-system/coredns-a/coredns.log",
                "2026-11-23T07:15:00Z [INFO] 10.0.1.10:4000 - 7 \"A IN " NAME ". udp 60 false 4096\" NOERROR "
                "qr,aa,rd 2893 0.0002s\n");
    scene_dig(s, "large", "172.20.0.10", NAME, NULL);
    scene_dig(s, "small", "172.20.0.10", "kubernetes.default.svc.cluster.local", "NOERROR");
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_MTU, VERDICT_CONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_counter_that_grows_where_coredns_sends_throttles),
        SCENE_TEST(growth_of_another_eni_is_no_throttling),
        SCENE_TEST(a_counter_that_stands_still_is_history),
        SCENE_TEST(growth_elsewhere_or_before_is_no_throttling),
        SCENE_TEST(growth_that_began_long_before_is_likely_at_most),
        SCENE_TEST(a_counter_that_stood_still_while_queries_were_lost_is_innocent),
        SCENE_TEST(an_absent_counter_is_a_gap),
        SCENE_TEST(a_full_table_hands_off),
        SCENE_TEST(a_table_that_was_full_another_day_is_innocent),
        SCENE_TEST(a_pod_whose_node_is_silent_is_likely_gone),
        SCENE_TEST(a_pod_that_is_heard_of_is_there),
        SCENE_TEST(a_flow_that_leads_to_a_server_that_is_gone),
        SCENE_TEST(a_node_without_memory_is_not_dns),
        SCENE_TEST(other_kills_are_innocent),
        SCENE_TEST(a_killed_application_is_its_own_cause),
        SCENE_TEST(one_that_was_killed_the_day_before_is_not),
        SCENE_TEST(large_answers_are_lost_where_small_ones_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
