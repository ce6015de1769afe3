// judge/service: where kube-proxy leads the cluster's DNS address on the asker's node, by iptables, nftables
// and IPVS; rules that are absent, stale or reject, and what cannot be told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

static const char name[] = "orders.shop.svc.cluster.local";

static void judge_lost(struct scene *s)
{
    scene_dig(s, "query-udp", "172.20.0.10", name, NULL);
    scene_judge(s);
}

static void judge_rules(struct scene *s, const struct scene_rules *rules)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1", rules);
    judge_lost(s);
}

static const struct claim *fault(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_SERVICE_PATH);
}

static bool is_good(const struct scene *s)
{
    return scene_says(s, CLAIM_CLEAR, SUBJECT_PROXY_MODE, "to CoreDNS endpoints");
}

static void expect_fault(const struct scene *s, const char *text, const char *line)
{
    assert_non_null(fault(s));
    assert_string_equal(fault(s)->object, "n1");
    assert_non_null(strstr(fault(s)->text, text));
    assert_true(scene_cites(s, fault(s), line));
}

static void expect_silence(const struct scene *s)
{
    assert_null(fault(s));
    assert_false(is_good(s));
}

// ------------------------------------------------------------------ iptables

static void rules_that_lead_to_coredns_are_good(void **state)
{
    struct scene *s = *state;
    judge_rules(s, &(struct scene_rules){.nat = NULL});
    assert_null(fault(s));
    assert_true(is_good(s));
}

static void absent_rules(void **state)
{
    struct scene *s = *state;
    judge_rules(s, &(struct scene_rules){.no_dns = true});
    expect_fault(s, "do not translate 172.20.0.10", ":KUBE-SERVICES");
    assert_non_null(strstr(fault(s)->fix, "restart kube-proxy on node n1"));
    SCENE_CONCLUDES(s, DIAGNOSIS_SERVICE_PATH, VERDICT_CONFIRMED);
}

// Another program may carry the Services, where nothing here sees it (eBPF).
static void no_rules_of_kube_proxy_at_all(void **state)
{
    struct scene *s = *state;
    judge_rules(s, &(struct scene_rules){.no_proxy = true});
    expect_silence(s);
}

static void a_rule_to_an_address_that_nobody_has(void **state)
{
    struct scene *s = *state;
    judge_rules(s, &(struct scene_rules){.endpoint_b = "10.0.9.9"});
    expect_fault(s, "to 10.0.9.9, which is no CoreDNS endpoint", "--to-destination 10.0.9.9:53");
    assert_false(is_good(s));
}

static void a_rule_to_a_pod_that_is_no_endpoint_yet(void **state)
{
    struct scene *s = *state;
    scene_pods(
        s, &(struct scene_pods){
               .more = ",{'kind': 'Pod', 'metadata': {'name': 'new', 'namespace': 'kube-system'},\n"
                       "'spec': {'nodeName': 'n3'}, 'status': {'phase': 'Running', 'podIP': '10.0.9.9'}}"});
    judge_rules(s, &(struct scene_rules){.endpoint_b = "10.0.9.9"});
    expect_silence(s);
}

static void endpoints_that_were_not_listed(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/endpointslices.json", NULL);
    judge_rules(s, &(struct scene_rules){.endpoint_b = "10.0.9.9"});
    expect_silence(s);
}

static void endpoints_none_of_which_serves(void **state)
{
    struct scene *s = *state;
    scene_endpoints(s, false, false);
    judge_rules(s, &(struct scene_rules){.no_dns = true});
    expect_silence(s); // what kube-proxy then writes is a consequence
}

static const char rejects[] =
    "-A FORWARD -j KUBE-SERVICES\n-A KUBE-SERVICES -d 172.20.0.10/32 -p udp -m comment --comment "
    "\"kube-system/kube-dns:dns has no endpoints\" -m udp --dport 53 -j REJECT --reject-with "
    "icmp-port-unreachable\n";

static void a_reject_though_endpoints_are_ready(void **state)
{
    struct scene *s = *state;
    judge_rules(s, &(struct scene_rules){.no_dns = true, .filter = rejects});
    expect_fault(s, "reject 172.20.0.10, though CoreDNS endpoints are ready", "has no endpoints");
}

static void a_rule_that_is_not_kube_proxys(void **state)
{
    struct scene *s = *state;
    judge_rules(
        s, &(struct scene_rules){.nat = "-A PREROUTING -d 172.20.0.10/32 -p udp -m udp --dport 53 -j DNAT "
                                        "--to-destination 10.0.9.9:53\n"});
    expect_fault(s, "a rule that is not kube-proxy's", "--to-destination 10.0.9.9:53");
    assert_non_null(strstr(fault(s)->fix, "-D PREROUTING"));
}

static void a_translation_that_cannot_be_told(void **state)
{
    struct scene *s = *state;
    judge_rules(
        s, &(struct scene_rules){.nat = "-A PREROUTING -m set --match-set moved src -j DNAT --to-destination "
                                        "10.0.9.9:53\n"});
    assert_false(is_good(s));
    assert_int_not_equal(s->cause->verdict, VERDICT_CONFIRMED);
}

static void the_cache_takes_the_address_over(void **state)
{
    struct scene *s = *state;
    scene_json(s, "cluster/daemonsets.json",
               "{'kind': 'List', 'items': [{'kind': 'DaemonSet', 'metadata': {'name': 'node-local-dns', "
               "'namespace': "
               "'kube-system'},\n'spec': {'template': {'spec': {'containers': [{'name': 'c', 'image': "
               "'example/k8s-dns-node-cache:1',\n'args': ['-localip', '169.254.20.10,172.20.0.10']}]}}}}]}");
    judge_rules(s, &(struct scene_rules){.no_dns = true});
    expect_silence(s);
}

// ------------------------------------------------------------------ nftables

// As kube-proxy's nftables mode writes it (pkg/proxy/nftables/proxier.go), its names shortened.
static void give_nftables(struct scene *s, const char *services, const char *endpoint_b)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1", &(struct scene_rules){.no_proxy = true});
    scene_write(
        s, "nodes/n1/networking/nftables.txt",
        arena_printf(
            &s->arena,
            "table ip kube-proxy {\n\tmap service-ips {\n\t\ttype ipv4_addr . inet_proto . inet_service : "
            "verdict\n"
            "%s\t}\n\tchain nat-prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
            "\t\tjump services\n\t}\n\tchain services {\n"
            "\t\tip daddr . meta l4proto . th dport vmap @service-ips\n\t}\n"
            "\tchain service-dns {\n\t\tnumgen random mod 2 vmap { 0 : goto endpoint-a, 1 : goto endpoint-b "
            "}\n\t}\n"
            "\tchain endpoint-a {\n\t\tmeta l4proto udp dnat to 10.0.2.10:53\n\t}\n"
            "\tchain endpoint-b {\n\t\tmeta l4proto udp dnat to %s:53\n\t}\n}\n",
            services, endpoint_b));
}

#define DNS_IN_MAP "\t\telements = { 172.20.0.10 . udp . 53 : goto service-dns }\n"

static void nftables_that_lead_to_coredns(void **state)
{
    struct scene *s = *state;
    give_nftables(s, DNS_IN_MAP, "10.0.3.10");
    judge_lost(s);
    assert_null(fault(s));
    assert_true(is_good(s));
}

static void nftables_without_the_service(void **state)
{
    struct scene *s = *state;
    give_nftables(s, "", "10.0.3.10");
    judge_lost(s);
    expect_fault(s, "do not translate 172.20.0.10", "table ip kube-proxy");
}

static void nftables_that_lead_to_nobody(void **state)
{
    struct scene *s = *state;
    give_nftables(s, DNS_IN_MAP, "10.0.9.9");
    judge_lost(s);
    expect_fault(s, "to 10.0.9.9, which is no CoreDNS endpoint", "dnat to 10.0.9.9:53");
}

// ------------------------------------------------------------------ IPVS

static void give_ipvs(struct scene *s, const char *servers)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1", &(struct scene_rules){.no_dns = true});
    scene_write(s, "nodes/n1/networking/ipvsadm.txt",
                arena_printf(&s->arena,
                             "IP Virtual Server version 1.2.1 (size=4096)\n"
                             "Prot LocalAddress:Port Scheduler Flags\n"
                             "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
                             "TCP  172.20.0.1:443 rr\n  -> 10.0.77.7:443 Masq 1 0 0\n%s",
                             servers));
    judge_lost(s);
}

#define SERVICE            "UDP  172.20.0.10:53 rr\n"
#define SERVER(ip, weight) "  -> " ip ":53                  Masq    " weight "      0          0\n"

static void virtual_services_that_lead_to_coredns(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, SERVICE SERVER("10.0.2.10", "1") SERVER("10.0.3.10", "1"));
    assert_null(fault(s));
    assert_true(is_good(s));
}

static void virtual_services_without_dns(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, "");
    expect_fault(s, "virtual services on node n1 lack 172.20.0.10", "IP Virtual Server");
}

static void a_virtual_service_without_servers(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, SERVICE);
    expect_fault(s, "have no server for", "UDP  172.20.0.10:53");
}

static void a_virtual_service_whose_servers_are_all_drained(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, SERVICE SERVER("10.0.2.10", "0") SERVER("10.0.3.10", "0"));
    expect_fault(s, "have no server for", "UDP  172.20.0.10:53");
}

static void a_virtual_service_to_nobody(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, SERVICE SERVER("10.0.2.10", "1") SERVER("10.0.9.9", "1"));
    expect_fault(s, "to 10.0.9.9, which is no CoreDNS endpoint", "10.0.9.9:53");
}

static void a_stale_server_that_is_drained_gets_nothing(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, SERVICE SERVER("10.0.2.10", "1") SERVER("10.0.9.9", "0"));
    assert_null(fault(s));
    assert_true(is_good(s));
}

static void servers_by_name_tell_nothing(void **state)
{
    struct scene *s = *state;
    give_ipvs(s, SERVICE SERVER("web-7.example.internal", "1"));
    expect_silence(s);
}

static void a_listing_that_breaks_off_lacks_nothing_for_certain(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/logs/kube-system/kube-proxy-x/kube-proxy.log",
                "2026-11-20T00:00:01Z I1120 00:00:01.1 1 server_linux.go:66] \"Using ipvs Proxier\"\n");
    scene_healthy_rules(s);
    scene_write(s, "nodes/n1/networking/ipvsadm.txt", "");
    judge_lost(s);
    expect_silence(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(rules_that_lead_to_coredns_are_good),
        SCENE_TEST(absent_rules),
        SCENE_TEST(no_rules_of_kube_proxy_at_all),
        SCENE_TEST(a_rule_to_an_address_that_nobody_has),
        SCENE_TEST(a_rule_to_a_pod_that_is_no_endpoint_yet),
        SCENE_TEST(endpoints_that_were_not_listed),
        SCENE_TEST(endpoints_none_of_which_serves),
        SCENE_TEST(a_reject_though_endpoints_are_ready),
        SCENE_TEST(a_rule_that_is_not_kube_proxys),
        SCENE_TEST(a_translation_that_cannot_be_told),
        SCENE_TEST(the_cache_takes_the_address_over),
        SCENE_TEST(nftables_that_lead_to_coredns),
        SCENE_TEST(nftables_without_the_service),
        SCENE_TEST(nftables_that_lead_to_nobody),
        SCENE_TEST(virtual_services_that_lead_to_coredns),
        SCENE_TEST(virtual_services_without_dns),
        SCENE_TEST(a_virtual_service_without_servers),
        SCENE_TEST(a_virtual_service_whose_servers_are_all_drained),
        SCENE_TEST(a_virtual_service_to_nobody),
        SCENE_TEST(a_stale_server_that_is_drained_gets_nothing),
        SCENE_TEST(servers_by_name_tell_nothing),
        SCENE_TEST(a_listing_that_breaks_off_lacks_nothing_for_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
