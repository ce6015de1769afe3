// judge/firewall: where the nodes' packet filters stop a query or its answer, and what an operator changes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

static const struct claim *block(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL);
}

// ------------------------------------------------------------------ where a query is stopped

static void every_way_is_clear(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(block(s));
    assert_non_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, "packet filters of every node"));
    assert_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL));
}

#define DROP_FORWARDED "-A FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP\n"

static void a_rule_on_the_askers_node(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(s, "n1", DROP_FORWARDED);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    assert_string_equal(block(s)->object, "n1");
    assert_true(scene_cites(s, block(s), "-A FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP"));
    scene_expect(block(s)->fix,
                 "iptables -t filter -D FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP");
    assert_non_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
}

// A person who may not list the Services of kube-system sees the nodes all the same.
static void a_rule_is_found_without_the_services(void **state)
{
    struct scene *s = *state;
    scene_write(s, "cluster/services.json", NULL);
    scene_judge_lost(s, "n1", DROP_FORWARDED);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

// What is told to be run there holds what the rule holds, and means no more to a shell.
static void a_comment_is_no_command(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(
        s, "n1",
        "-A FORWARD ! -s 10.9.0.0/16 -p udp -m comment --comment \"it\\'s $(reboot); \\\"x\\\"\" "
        "-m udp --dport 53 -j DROP\n");
    scene_expect(block(s)->fix, "iptables -t filter -D FORWARD ! -s 10.9.0.0/16 -p udp -m comment --comment "
                                "'it'\\''s $(reboot); \"x\"' -m udp --dport 53 -j DROP; and take it out");
}

static void the_same_rule_behind_one_that_accepts(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(
        s, "n1",
        "-A FORWARD -s 10.0.1.0/24 -j ACCEPT\n-A FORWARD -d 10.0.1.10/32 -j ACCEPT\n" DROP_FORWARDED);
    assert_null(block(s));
    assert_non_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    scene_expect(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)->text,
                 "hold for no query of this pod");
}

static void a_rule_on_coredns_node(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n2", "-A FORWARD -d 10.0.2.10/32 -p udp -m udp --dport 53 -j DROP\n");
    scene_dig(s, "coredns-a", "10.0.2.10", SCENE_NAME, NULL);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    assert_string_equal(block(s)->object, "n2");
    scene_expect(block(s)->text, "from 10.0.1.10 to 10.0.2.10");
}

static void the_same_rule_for_another_client(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(s, "n2", "-A FORWARD -s 10.0.3.0/24 -d 10.0.2.10/32 -p udp -m udp --dport 53 -j DROP\n");
    assert_null(block(s));
}

static void the_answer_is_stopped(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(s, "n1", "-A FORWARD -p udp -m udp --sport 53 -j DROP\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    scene_expect(block(s)->text, "drops the answers to DNS queries");
}

static void an_answer_that_is_known_passes(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(s, "n1",
                     "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
                     "-A FORWARD -p udp -m udp --sport 53 -j DROP\n");
    assert_null(block(s));
}

static void a_policy_without_a_rule(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_rules(s, "n1", &(struct scene_rules){.forward_policy = "DROP"});
    scene_ask_in_vain(s);
    scene_judge(s);
    scene_expect(block(s)->text, "the policy of chain FORWARD");
    scene_expect(block(s)->fix, "iptables -t filter -P FORWARD ACCEPT");
    assert_true(scene_cites(s, block(s), ":FORWARD DROP"));
}

static void a_native_table_beside_iptables(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(
        s, "nodes/n1/networking/nftables.txt",
        "table inet guard {\n\tchain f {\n\t\ttype filter hook forward priority filter; policy accept;\n"
        "\t\tudp dport 53 counter packets 9 bytes 630 drop\n\t}\n}\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    scene_expect(block(s)->fix, "nft delete rule inet guard f handle N");
}

// The answers come in by eth0. It is all that the listing holds: nothing of it is a table of IPv4 or IPv6.
static void a_netdev_table_by_itself(void **state)
{
    struct scene *s = *state;
    static const char *const devices[] = {"eth0", "eth7"};
    for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
        scene_reset(s);
        scene_healthy_rules(s);
        scene_write(s, "nodes/n1/networking/nftables.txt",
                    arena_printf(&s->arena,
                                 "table netdev guard {\n\tchain f {\n\t\ttype filter hook ingress device "
                                 "\"%s\" priority -500; policy accept;\n"
                                 "\t\tudp sport 53 counter packets 9 bytes 630 drop\n\t}\n}\n",
                                 devices[i]));
        scene_ask_in_vain(s);
        scene_judge(s);
        assert_int_equal(block(s) != NULL, i == 0);
    }
}

static void judge_redirect(struct scene *s, const char *address)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1",
                &(struct scene_rules){.nat = "-A PREROUTING -i eni1 -p udp -m udp --dport 53 -j REDIRECT\n"});
    scene_write(
        s, "nodes/n1/networking/ip-addr.txt",
        arena_printf(&s->arena,
                     "1: lo: <LOOPBACK,UP> mtu 65536 state UNKNOWN\n    inet 127.0.0.1/8 scope host lo\n"
                     "2: eth0: <BROADCAST,UP> mtu 9001 state UP\n    inet 10.0.1.1/24 scope global eth0\n"
                     "3: eni1@if3: <BROADCAST,UP> mtu 9001 state UP\n%s",
                     address));
    scene_ask_in_vain(s);
    scene_judge(s);
}

static void a_redirect_by_an_interface_without_an_address_drops(void **state)
{
    struct scene *s = *state;
    judge_redirect(s, "    inet6 fe80::1/64 scope link\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    assert_true(scene_cites(s, block(s), "-j REDIRECT"));
}

static void a_redirect_by_one_with_an_address_does_not(void **state)
{
    struct scene *s = *state;
    judge_redirect(s, "    inet 169.254.1.1/32 scope global eni1\n");
    assert_null(block(s));
}

// kube-proxy in IPVS mode: the Service's address is the node's.
static void judge_ipvs(struct scene *s, const char *rules)
{
    scene_healthy_rules(s);
    scene_rules(s, "n1", &(struct scene_rules){.no_dns = true, .filter = rules});
    scene_write(s, "nodes/n1/networking/ipvsadm.txt",
                "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n"
                "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\nUDP  172.20.0.10:53 rr\n"
                "  -> 10.0.2.10:53 Masq 1 0 0\n  -> 10.0.3.10:53 Masq 1 0 0\n");
    scene_ask_in_vain(s);
    scene_judge(s);
}

static void ipvs_takes_queries_at_input(void **state)
{
    struct scene *s = *state;
    judge_ipvs(s, "-A INPUT -d 172.20.0.10/32 -p udp -m udp --dport 53 -j DROP\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    scene_expect(block(s)->text, "chain INPUT");
}

static void ipvs_forwards_the_answers(void **state)
{
    struct scene *s = *state;
    judge_ipvs(s, "-A FORWARD -s 10.0.0.0/16 -p udp -m udp --sport 53 -j DROP\n");
    scene_expect(block(s)->text, "drops the answers to DNS queries");
}

static void nothing_else_meets_input_in_ipvs_mode(void **state)
{
    struct scene *s = *state;
    judge_ipvs(s, "-A INPUT -s 10.0.77.0/24 -p udp -m udp --dport 53 -j DROP\n");
    assert_null(block(s));
    scene_expect(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)->text, "its other conditions hold");
}

// ------------------------------------------------------------------ TCP alone

#define DROP_TCP "-A FORWARD -p tcp -m tcp --dport 53 -j DROP\n"

static void tcp_alone_matters_to_nobody_who_asks_by_udp(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(s, "n1", DROP_TCP);
    assert_int_equal(block(s)->on_path, TRI_NO);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_HOST_FIREWALL);
}

static void tcp_alone_matters_where_it_was_tried(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n1", DROP_TCP);
    scene_write(
        s, "pods/shop/cart-1/dig-query-tcp.txt",
        ";; Connection to 172.20.0.10#53(172.20.0.10) for orders.shop.svc.cluster.local failed: timed out.\n"
        "\n; <<>> DiG 9.18.30 <<>> @172.20.0.10 orders.shop.svc.cluster.local +tcp\n"
        ";; global options: +cmd\n;; no servers could be reached\n");
    scene_judge(s);
    assert_int_equal(block(s)->on_path, TRI_YES);
    scene_expect(block(s)->text, "over TCP");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

// ------------------------------------------------------------------ who keeps the chain

static void chains_are_mended_where_their_rules_come_from(void **state)
{
    static const struct {
        const char *chain, *fix;
    } chains[] = {
        {"ufw-user-forward", "belongs to ufw, which writes it again"},
        {"AWS-CONNMARK-CHAIN-0", "belongs to the Amazon VPC CNI"},
        {"DOCKER-ISOLATION-STAGE-1", "belongs to Docker"},
        {"DOCKER-USER", "iptables -t filter -D DOCKER-USER"}, // the administrator's
        {"HARDENING", "iptables -t filter -D HARDENING"},
    };
    struct scene *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(chains); i++) {
        const char *c = chains[i].chain;
        scene_reset(s);
        scene_judge_lost(
            s, "n1",
            arena_printf(&s->arena, ":%s - [0:0]\n-A FORWARD -j %s\n-A %s -p udp -m udp --dport 53 -j DROP\n",
                         c, c, c));
        SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
        scene_expect(block(s)->fix, chains[i].fix);
    }
}

static void a_policy_engines_chain_is_a_network_policy(void **state)
{
    struct scene *s = *state;
    scene_judge_lost(s, "n1",
                     ":cali-pi-_x1 - [0:0]\n-A FORWARD -j cali-pi-_x1\n"
                     "-A cali-pi-_x1 -p udp -m udp --dport 53 -j DROP\n");
    assert_null(block(s));
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_non_null(cause);
    scene_expect(cause->fix, "belongs to Calico");
    assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL)); // what it does the policy does
    SCENE_CONCLUDES(s, DIAGNOSIS_NETWORK_POLICY_DENY, VERDICT_CONFIRMED);
}

static void kube_proxys_reject_is_a_consequence(void **state)
{
    struct scene *s = *state;
    scene_endpoints(s, false, false);
    scene_healthy_rules(s);
    scene_rules(
        s, "n1",
        &(struct scene_rules){
            .no_dns = true,
            .filter =
                "-A FORWARD -j KUBE-SERVICES\n-A KUBE-SERVICES -d 172.20.0.10/32 -p udp -m comment "
                "--comment \"kube-system/kube-dns:dns has no endpoints\" -m udp --dport 53 -j REJECT\n"});
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(block(s));
    scene_expect(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)->text, "a consequence, no firewall");
}

// ------------------------------------------------------------------ for and against

static void later_reading(struct scene *s, const char *packets)
{
    scene_write(s, "nodes/n1/samples/20261123T072500Z/iptables-save.txt",
                arena_printf(&s->arena,
                             "*filter\n:FORWARD ACCEPT [0:0]\n[%s] -A FORWARD -d 10.0.0.0/8 -p udp -m udp "
                             "--dport 53 -j DROP\nCOMMIT\n",
                             packets));
}

// CoreDNS' own way upstream counts for outside names, and where no target is reached.
static void a_rule_between_coredns_and_its_upstream(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *query, *servers;
        bool blocks;
    } cases[] = {{"api.example.com", "nameserver 10.88.0.53\n", true},
                 {"orders.shop.svc.cluster.local", "nameserver 10.88.0.53\n", false},
                 {"api.example.com", "nameserver 10.88.0.53\nnameserver 10.89.0.53\n", false},
                 {"api.example.com", "nameserver 127.0.0.53\n", false}}; // pods get another file
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_target(s, cases[i].query);
        scene_corefile(s, ".:53 {\\n  errors\\n  forward . /etc/resolv.conf\\n}\\n");
        scene_write(s, "nodes/n2/networking/resolv.conf", cases[i].servers);
        scene_filter(s, "n2",
                     "-A FORWARD -d 10.88.0.53/32 -p udp -m udp --dport 53 -j DROP\n"
                     "-A FORWARD -d 127.0.0.0/8 -j DROP\n-A INPUT -d 127.0.0.0/8 -j DROP\n");
        scene_dig(s, "external", "172.20.0.10", cases[i].query, "SERVFAIL");
        scene_judge(s);
        assert_int_equal(block(s) != NULL, cases[i].blocks);
        if (cases[i].blocks)
            scene_expect(block(s)->text, "from CoreDNS 10.0.2.10 to its forward target 10.88.0.53");
    }
}

static void a_counter_that_grows_is_the_effect(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n1", "[5:350] " DROP_FORWARDED);
    later_reading(s, "9:630");
    scene_judge(s);
    scene_expect(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL)->text, "grew by 4 packets");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

#define LATER_NAT                                                                                            \
    "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 172.20.0.10/32 -j DNAT --to-destination "              \
    "10.0.2.10:53\nCOMMIT\n"
#define LATER_FILTER "*filter\n:FORWARD ACCEPT [0:0]\n" DROP_FORWARDED "COMMIT\n"

// A rule that the first reading does not have blocks from the reading on that has it, if that is in the
// window. A reading of some tables only says nothing of the way.
static void a_rule_that_was_added_in_the_window(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *sample, *rules;
        bool blocks;
    } cases[] = {{"20261123T072500Z", LATER_NAT LATER_FILTER, true},
                 {"20261123T093000Z", LATER_NAT LATER_FILTER, false},
                 {"20261123T072500Z",
                  "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -d 172.20.0.10/32 -j DROP\nCOMMIT\n", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_healthy_rules(s);
        scene_write(s, arena_printf(&s->arena, "nodes/n1/samples/%s/iptables-save.txt", cases[i].sample),
                    cases[i].rules);
        scene_ask_in_vain(s);
        scene_judge(s);
        assert_int_equal(block(s) != NULL, cases[i].blocks);
        assert_int_equal(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, "") == NULL, cases[i].blocks);
    }
}

static void a_counter_that_stands_still_is_none(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n1", "[5:350] " DROP_FORWARDED);
    later_reading(s, "5:350");
    scene_judge(s);
    assert_non_null(block(s));
    assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL));
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
}

static void an_answer_after_the_rule_was_seen_speaks_against_it(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n1", DROP_FORWARDED);
    scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, "NOERROR"); // at 07:20; the rules were read at 07:15
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_AGAINST, DIAGNOSIS_HOST_FIREWALL));
    assert_int_not_equal(s->cause->verdict, VERDICT_CONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(every_way_is_clear),
        SCENE_TEST(a_rule_on_the_askers_node),
        SCENE_TEST(a_rule_is_found_without_the_services),
        SCENE_TEST(a_comment_is_no_command),
        SCENE_TEST(the_same_rule_behind_one_that_accepts),
        SCENE_TEST(a_rule_on_coredns_node),
        SCENE_TEST(the_same_rule_for_another_client),
        SCENE_TEST(the_answer_is_stopped),
        SCENE_TEST(an_answer_that_is_known_passes),
        SCENE_TEST(a_policy_without_a_rule),
        SCENE_TEST(a_native_table_beside_iptables),
        SCENE_TEST(a_netdev_table_by_itself),
        SCENE_TEST(a_redirect_by_an_interface_without_an_address_drops),
        SCENE_TEST(a_redirect_by_one_with_an_address_does_not),
        SCENE_TEST(ipvs_takes_queries_at_input),
        SCENE_TEST(ipvs_forwards_the_answers),
        SCENE_TEST(nothing_else_meets_input_in_ipvs_mode),
        SCENE_TEST(tcp_alone_matters_to_nobody_who_asks_by_udp),
        SCENE_TEST(tcp_alone_matters_where_it_was_tried),
        SCENE_TEST(chains_are_mended_where_their_rules_come_from),
        SCENE_TEST(a_policy_engines_chain_is_a_network_policy),
        SCENE_TEST(kube_proxys_reject_is_a_consequence),
        SCENE_TEST(a_rule_between_coredns_and_its_upstream),
        SCENE_TEST(a_counter_that_grows_is_the_effect),
        SCENE_TEST(a_rule_that_was_added_in_the_window),
        SCENE_TEST(a_counter_that_stands_still_is_none),
        SCENE_TEST(an_answer_after_the_rule_was_seen_speaks_against_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
