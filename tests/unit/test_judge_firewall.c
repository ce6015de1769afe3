// judge/firewall: where the nodes' packet filters stop a query or its answer, what only looks so, and what
// cannot be told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

static const char name[] = "orders.shop.svc.cluster.local";

// The healthy cluster with further rules in the filter table of one node.
static void filter(struct scene *s, const char *node, const char *rules)
{
    scene_healthy_rules(s);
    scene_rules(s, node, &(struct scene_rules){.filter = rules});
}

static void ask_in_vain(struct scene *s)
{
    scene_dig(s, "query-udp", "172.20.0.10", name, NULL);
}

static void judge_lost(struct scene *s, const char *node, const char *rules)
{
    filter(s, node, rules);
    ask_in_vain(s);
    scene_judge(s);
}

static const struct claim *block(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL);
}

static void expect_text(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text ? text : "(nothing)", part);
}

// ------------------------------------------------------------------ where a query is stopped

static void every_way_is_clear(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    ask_in_vain(s);
    scene_judge(s);
    assert_null(block(s));
    assert_non_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, "packet filters of every node"));
    assert_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL));
}

#define DROP_FORWARDED "-A FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP\n"

static void a_rule_on_the_askers_node(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1", DROP_FORWARDED);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    assert_string_equal(block(s)->object, "n1");
    assert_true(scene_cites(s, block(s), "-A FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP"));
    expect_text(block(s)->fix,
                "iptables -t filter -D FORWARD -d 10.0.0.0/8 -p udp -m udp --dport 53 -j DROP");
    assert_non_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
}

static void the_same_rule_behind_one_that_accepts(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1",
               "-A FORWARD -s 10.0.1.0/24 -j ACCEPT\n-A FORWARD -d 10.0.1.10/32 -j ACCEPT\n" DROP_FORWARDED);
    assert_null(block(s));
    assert_non_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    expect_text(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)->text,
                "hold for no query of this pod");
}

static void a_rule_on_coredns_node(void **state)
{
    struct scene *s = *state;
    filter(s, "n2", "-A FORWARD -d 10.0.2.10/32 -p udp -m udp --dport 53 -j DROP\n");
    scene_dig(s, "coredns-a", "10.0.2.10", name, NULL);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    assert_string_equal(block(s)->object, "n2");
    expect_text(block(s)->text, "from 10.0.1.10 to 10.0.2.10");
}

static void the_same_rule_for_another_client(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n2", "-A FORWARD -s 10.0.3.0/24 -d 10.0.2.10/32 -p udp -m udp --dport 53 -j DROP\n");
    assert_null(block(s));
}

static void the_answer_is_stopped(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1", "-A FORWARD -p udp -m udp --sport 53 -j DROP\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    expect_text(block(s)->text, "drops the answers to DNS queries");
}

static void an_answer_that_is_known_passes(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1",
               "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
               "-A FORWARD -p udp -m udp --sport 53 -j DROP\n");
    assert_null(block(s));
}

static void a_policy_without_a_rule(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_rules(s, "n1", &(struct scene_rules){.forward_policy = "DROP"});
    ask_in_vain(s);
    scene_judge(s);
    expect_text(block(s)->text, "the policy of chain FORWARD");
    expect_text(block(s)->fix, "iptables -t filter -P FORWARD ACCEPT");
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
    ask_in_vain(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    expect_text(block(s)->fix, "nft delete rule inet guard f handle N");
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
    ask_in_vain(s);
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

// ------------------------------------------------------------------ TCP alone

#define DROP_TCP "-A FORWARD -p tcp -m tcp --dport 53 -j DROP\n"

static void tcp_alone_matters_to_nobody_who_asks_by_udp(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1", DROP_TCP);
    assert_int_equal(block(s)->on_path, TRI_NO);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_HOST_FIREWALL);
}

static void tcp_alone_matters_where_it_was_tried(void **state)
{
    struct scene *s = *state;
    filter(s, "n1", DROP_TCP);
    scene_write(
        s, "pods/shop/cart-1/dig-query-tcp.txt",
        ";; Connection to 172.20.0.10#53(172.20.0.10) for orders.shop.svc.cluster.local failed: timed out.\n"
        "\n; <<>> DiG 9.18.30 <<>> @172.20.0.10 orders.shop.svc.cluster.local +tcp\n"
        ";; global options: +cmd\n;; no servers could be reached\n");
    scene_judge(s);
    assert_int_equal(block(s)->on_path, TRI_YES);
    expect_text(block(s)->text, "over TCP");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

// ------------------------------------------------------------------ what looks guilty

static void what_looks_guilty_is_told_why_it_is_not(void **state)
{
    static const struct {
        const char *rules, *why;
    } decoys[] = {
        {"-A FORWARD -p udp -m udp --dport 5353 -j DROP\n", "another port than 53"},
        {"-A INPUT -p udp -m udp --dport 53 -j DROP\n", "INPUT sees only what is for the node itself"},
        {"-A OUTPUT -p udp -m udp --dport 53 -j DROP\n", "OUTPUT sees only what the node itself sends"},
        {":OLD - [0:0]\n-A OLD -p udp -m udp --dport 53 -j DROP\n", "no chain leads to it"},
        {"-A FORWARD -p sctp -m sctp --dport 53 -j DROP\n", "its other conditions hold for no query"},
        {"-A FORWARD -s 10.0.77.0/24 -p udp -m udp --dport 53 -j REJECT\n", "its other conditions"},
        {"-A FORWARD -j KUBE-SERVICES\n-A KUBE-SERVICES -d 172.20.7.7/32 -p tcp -m comment --comment "
         "\"shop/dns-admin:http has no endpoints\" -m tcp --dport 53 -j REJECT\n",
         "a Service without endpoints"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(decoys); i++) {
        struct scene s;
        scene_init(&s);
        judge_lost(&s, "n1", decoys[i].rules);
        assert_null(block(&s));
        const struct claim *decoy = scene_claim(&s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL);
        assert_non_null(decoy);
        expect_text(decoy->text, decoys[i].why);
        scene_done(&s);
    }
}

// ------------------------------------------------------------------ who keeps the chain

static void a_controllers_chain_is_not_mended_by_hand(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1",
               ":ufw-user-forward - [0:0]\n-A FORWARD -j ufw-user-forward\n"
               "-A ufw-user-forward -p udp -m udp --dport 53 -j DROP\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
    expect_text(block(s)->fix, "belongs to ufw, which writes it again");
    assert_null(strstr(block(s)->fix, "-D "));
}

static void a_policy_engines_chain_is_a_network_policy(void **state)
{
    struct scene *s = *state;
    judge_lost(s, "n1",
               ":cali-pi-_x1 - [0:0]\n-A FORWARD -j cali-pi-_x1\n"
               "-A cali-pi-_x1 -p udp -m udp --dport 53 -j DROP\n");
    assert_null(block(s));
    const struct claim *cause = scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NETWORK_POLICY_DENY);
    assert_non_null(cause);
    expect_text(cause->fix, "belongs to Calico");
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
    ask_in_vain(s);
    scene_judge(s);
    assert_null(block(s));
    expect_text(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)->text, "a consequence, no firewall");
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

static void a_counter_that_grows_is_the_effect(void **state)
{
    struct scene *s = *state;
    filter(s, "n1", "[5:350] " DROP_FORWARDED);
    later_reading(s, "9:630");
    scene_judge(s);
    expect_text(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL)->text, "grew by 4 packets");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

static void a_counter_that_stands_still_is_none(void **state)
{
    struct scene *s = *state;
    filter(s, "n1", "[5:350] " DROP_FORWARDED);
    later_reading(s, "5:350");
    scene_judge(s);
    assert_non_null(block(s));
    assert_null(scene_claim(s, CLAIM_EFFECT, DIAGNOSIS_HOST_FIREWALL));
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
}

static void an_answer_after_the_rule_was_seen_speaks_against_it(void **state)
{
    struct scene *s = *state;
    filter(s, "n1", DROP_FORWARDED);
    scene_dig(s, "query-udp", "172.20.0.10", name, "NOERROR"); // at 07:20; the rules were read at 07:15
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_AGAINST, DIAGNOSIS_HOST_FIREWALL));
    assert_int_not_equal(s->cause->verdict, VERDICT_CONFIRMED);
}

// ------------------------------------------------------------------ what cannot be told

#define DROP_SOME "-A FORWARD -p udp -m udp --dport 53 -m statistic --mode random --probability 0.1 -j DROP\n"

// Chance decides whether a query is dropped; that some were tell the counter and the losses, together only.
static void a_counter_and_losses_make_a_rule_of_chance_likely(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *then;
        bool lost, likely;
    } cases[] = {{"9:630", true, true}, {"9:630", false, false}, {"5:350", true, false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        filter(s, "n1", "[5:350] " DROP_SOME);
        scene_write(s, "nodes/n1/samples/20261123T072500Z/iptables-save.txt",
                    arena_printf(&s->arena, "*filter\n:FORWARD ACCEPT [0:0]\n[%s] " DROP_SOME "COMMIT\n",
                                 cases[i].then));
        scene_dig(s, "query-udp", "172.20.0.10", name, cases[i].lost ? NULL : "NOERROR");
        scene_judge(s);
        assert_non_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL));
        assert_int_equal(block(s) != NULL, cases[i].likely);
        if (cases[i].likely)
            SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
        assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)); // it may well be guilty
    }
}

static void bridge_tables_are_not_evaluated(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(
        s, "nodes/n1/networking/nftables.txt",
        "table bridge guard {\n\tchain f {\n\t\ttype filter hook forward priority filter; policy accept;\n"
        "\t\tether type ip udp dport 53 drop\n\t}\n}\n");
    ask_in_vain(s);
    scene_judge(s);
    expect_text(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "bridge tables of node n1");
    assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
}

static void a_match_that_no_file_tells(void **state)
{
    static const struct {
        const char *rules, *what, *command;
    } gaps[] = {
        {"-A FORWARD -p udp -m string --string \"orders\" --algo bm -j DROP\n", "string", "iptables-save -c"},
        {"-A FORWARD -m set --match-set blocked src -j DROP\n", "set blocked", "ipset save"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(gaps); i++) {
        struct scene s;
        scene_init(&s);
        judge_lost(&s, "n1", gaps[i].rules);
        assert_null(block(&s));
        assert_null(scene_says(&s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
        const struct claim *gap = scene_claim(&s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL);
        assert_non_null(gap);
        expect_text(gap->text, gaps[i].what);
        expect_text(gap->command, gaps[i].command);
        assert_true(scene_cites(&s, gap, "-j DROP"));
        scene_done(&s);
    }
}

static void a_set_that_was_collected_is_told(void **state)
{
    struct scene *s = *state;
    scene_write(s, "nodes/n1/networking/ipset.txt",
                "create blocked hash:ip family inet\nadd blocked 10.0.1.10\n");
    judge_lost(s, "n1", "-A FORWARD -m set --match-set blocked src -j DROP\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

static void a_node_whose_rules_nobody_read(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "nodes/n2/networking/iptables-save.txt", NULL);
    scene_write(s, "nodes/n2/networking/nftables.txt", NULL);
    ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    expect_text(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "no ruleset of node n2");
}

static void native_rules_that_iptables_does_not_show(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "nodes/n1/networking/nftables.txt", NULL);
    scene_write(s, "nodes/n1/networking/iptables-save.txt",
                "# Generated by iptables-nft-save v1.8.8 (nf_tables) on Mon Nov 23 07:15:00 2026\n*filter\n"
                ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    scene_judge(s);
    const struct claim *gap = scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL);
    expect_text(gap->text, "native nftables rules of node n1");
    assert_string_equal(gap->command, "nft list ruleset");
}

#define BRIDGE(rule)                                                                                         \
    "table bridge b {\n\tchain f {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\t" rule      \
    "\n\t}\n}\n"

static void a_bridges_table_that_drops_is_not_walked(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "nodes/n1/networking/nftables.txt", BRIDGE("udp dport 53 drop"));
    scene_judge(s);
    assert_null(block(s));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    expect_text(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "bridge tables of node n1");
}

static void one_that_drops_nothing_does_not_matter(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "nodes/n1/networking/nftables.txt", BRIDGE("udp dport 53 accept"));
    scene_judge(s);
    assert_non_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
}

static void nobody_is_known_who_asks(void **state)
{
    static const char *const routes[] = {"nodes/n1/networking/iproute.txt", "nodes/n2/networking/iproute.txt",
                                         "nodes/n3/networking/iproute.txt"};
    struct scene *s = *state;
    filter(s, "n1", DROP_FORWARDED);
    scene_write(s, "target.yaml", NULL);
    scene_write(s, "cluster/pods.json", NULL);
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        scene_write(s, routes[i], NULL);
    scene_judge(s);
    assert_null(block(s));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)); // the rule was not walked past
    expect_text(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "which pod asks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(every_way_is_clear),
        SCENE_TEST(a_rule_on_the_askers_node),
        SCENE_TEST(the_same_rule_behind_one_that_accepts),
        SCENE_TEST(a_rule_on_coredns_node),
        SCENE_TEST(the_same_rule_for_another_client),
        SCENE_TEST(the_answer_is_stopped),
        SCENE_TEST(an_answer_that_is_known_passes),
        SCENE_TEST(a_policy_without_a_rule),
        SCENE_TEST(a_native_table_beside_iptables),
        SCENE_TEST(a_redirect_by_an_interface_without_an_address_drops),
        SCENE_TEST(a_redirect_by_one_with_an_address_does_not),
        SCENE_TEST(tcp_alone_matters_to_nobody_who_asks_by_udp),
        SCENE_TEST(tcp_alone_matters_where_it_was_tried),
        cmocka_unit_test(what_looks_guilty_is_told_why_it_is_not),
        SCENE_TEST(a_controllers_chain_is_not_mended_by_hand),
        SCENE_TEST(a_policy_engines_chain_is_a_network_policy),
        SCENE_TEST(kube_proxys_reject_is_a_consequence),
        SCENE_TEST(a_counter_that_grows_is_the_effect),
        SCENE_TEST(a_counter_that_stands_still_is_none),
        SCENE_TEST(a_counter_and_losses_make_a_rule_of_chance_likely),
        SCENE_TEST(bridge_tables_are_not_evaluated),
        SCENE_TEST(an_answer_after_the_rule_was_seen_speaks_against_it),
        cmocka_unit_test(a_match_that_no_file_tells),
        SCENE_TEST(a_set_that_was_collected_is_told),
        SCENE_TEST(a_node_whose_rules_nobody_read),
        SCENE_TEST(native_rules_that_iptables_does_not_show),
        SCENE_TEST(a_bridges_table_that_drops_is_not_walked),
        SCENE_TEST(one_that_drops_nothing_does_not_matter),
        SCENE_TEST(nobody_is_known_who_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
