// judge/firewall: what looks like a block and is none, and what cannot be told.
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
        scene_judge_lost(&s, "n1", decoys[i].rules);
        assert_null(block(&s));
        const struct claim *decoy = scene_claim(&s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL);
        assert_non_null(decoy);
        scene_expect(decoy->text, decoys[i].why);
        scene_done(&s);
    }
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
        scene_filter(s, "n1", "[5:350] " DROP_SOME);
        scene_write(s, "nodes/n1/samples/20261123T072500Z/iptables-save.txt",
                    arena_printf(&s->arena, "*filter\n:FORWARD ACCEPT [0:0]\n[%s] " DROP_SOME "COMMIT\n",
                                 cases[i].then));
        scene_dig(s, "query-udp", "172.20.0.10", SCENE_NAME, cases[i].lost ? NULL : "NOERROR");
        scene_judge(s);
        assert_non_null(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL));
        assert_int_equal(block(s) != NULL, cases[i].likely);
        if (cases[i].likely)
            SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
        assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)); // it may well be guilty
    }
}

#define SHOW_ALL "-A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass\n"

// The counter of a queue counts what was shown to the program behind it, dropped or not.
static void a_queue_that_counts_is_no_sign_of_drops(void **state)
{
    struct scene *s = *state;
    scene_filter(s, "n1", "[5:350] " SHOW_ALL);
    scene_write(s, "nodes/n1/samples/20261123T072500Z/iptables-save.txt",
                "*filter\n:FORWARD ACCEPT [0:0]\n[905:63350] " SHOW_ALL "COMMIT\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(block(s));
    const struct claim *gap = scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL);
    assert_non_null(gap);
    scene_expect(gap->text, "what a program decides");
}

// There IPVS takes a query at INPUT and sends it on by OUTPUT, to what kube-proxy made of the endpoints.
static void in_ipvs_mode_queries_meet_output(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *rule;
        bool blocks;
    } cases[] = {{"-A OUTPUT -d 10.0.2.10/32 -p udp -m udp --dport 53 -j DROP\n", true},
                 {"-A FORWARD -p udp -m udp --dport 53 -j DROP\n", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scene_reset(s);
        scene_write(s, "cluster/logs/kube-system/kube-proxy-x/kube-proxy.log",
                    "I1123 07:00:00.1 1 server_linux.go:233] \"Using ipvs Proxier\"\n");
        scene_healthy_rules(s);
        scene_rules(s, "n1", &(struct scene_rules){.filter = cases[i].rule, .no_proxy = true});
        scene_ask_in_vain(s);
        scene_judge(s);
        assert_int_equal(block(s) != NULL, cases[i].blocks);
        const struct claim *decoy = scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL);
        assert_int_equal(decoy == NULL, cases[i].blocks);
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
    scene_ask_in_vain(s);
    scene_judge(s);
    scene_expect(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "bridge tables of node n1");
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
        scene_judge_lost(&s, "n1", gaps[i].rules);
        assert_null(block(&s));
        assert_null(scene_says(&s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
        const struct claim *gap = scene_claim(&s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL);
        assert_non_null(gap);
        scene_expect(gap->text, gaps[i].what);
        scene_expect(gap->command, gaps[i].command);
        assert_true(scene_cites(&s, gap, "-j DROP"));
        scene_done(&s);
    }
}

static void a_set_that_was_collected_is_told(void **state)
{
    struct scene *s = *state;
    scene_write(s, "nodes/n1/networking/ipset.txt",
                "create blocked hash:ip family inet\nadd blocked 10.0.1.10\n");
    scene_judge_lost(s, "n1", "-A FORWARD -m set --match-set blocked src -j DROP\n");
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_CONFIRMED);
}

static void a_node_whose_rules_nobody_read(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "nodes/n2/networking/iptables-save.txt", NULL);
    scene_write(s, "nodes/n2/networking/nftables.txt", NULL);
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    scene_expect(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "no ruleset of node n2");
}

// The first reading breaks off, and a later one has the rule: only in the window it says what was there then.
static void a_later_reading_does_not_speak_for_a_window_that_was_over(void **state)
{
    static const struct {
        const char *first, *path;
        bool counts;
    } cases[] = {
        {"*filter\n:FORWARD ACCEPT [0:0]\n", "nodes/n1/samples/20261123T072500Z/iptables-save.txt", true},
        {"*filter\n:FORWARD ACCEPT [0:0]\n", "nodes/n1/samples/20261123T073500Z/iptables-save.txt", false},
        {"*filter\n:FORWARD ACCEPT [0:0]\n", "nodes/n1/samples/20261123T093000Z/iptables-save.txt", false},
        {"", "nodes/n1/samples/20261123T093000Z/iptables-save.txt", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scene s;
        scene_init(&s);
        scene_healthy_rules(&s);
        scene_write(&s, "nodes/n1/networking/iptables-save.txt", cases[i].first);
        scene_write(&s, cases[i].path, "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n");
        scene_ask_in_vain(&s);
        scene_judge(&s);
        assert_int_equal(block(&s) != NULL, cases[i].counts);
        assert_int_equal(s.cause->diagnosis == DIAGNOSIS_HOST_FIREWALL, cases[i].counts);
        if (*cases[i].first)
            assert_null(scene_says(&s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
        scene_done(&s);
    }
}

static void nor_for_a_time_that_nobody_said(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "target.yaml", "namespace: shop\npod: cart-1\nnode: n1\nquery: " SCENE_NAME "\n");
    scene_write(s, "nodes/n1/networking/iptables-save.txt", "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n");
    scene_write(s, "nodes/n1/samples/20261123T093000Z/iptables-save.txt",
                "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
}

static void a_node_whose_rules_were_read_too_late(void **state)
{
    struct scene *s = *state;
    scene_healthy_rules(s);
    scene_write(s, "nodes/n2/networking/iptables-save.txt", NULL);
    scene_write(s, "nodes/n2/networking/nftables.txt", NULL);
    scene_write(s, "nodes/n2/samples/20261123T093000Z/iptables-save.txt",
                "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n");
    scene_ask_in_vain(s);
    scene_judge(s);
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    scene_expect(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text,
                 "n2 was read before the window ended");
}

// What a set held when the window was over, it need not have held before.
static void a_set_that_was_read_too_late(void **state)
{
    static const struct {
        const char *path;
        bool counts;
    } cases[] = {{"nodes/n1/samples/20261123T072500Z/ipset.txt", true},
                 {"nodes/n1/samples/20261123T073500Z/ipset.txt", false}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scene s;
        scene_init(&s);
        scene_write(&s, cases[i].path, "create blocked hash:ip family inet\nadd blocked 10.0.1.10\n");
        scene_judge_lost(&s, "n1", "-A FORWARD -m set --match-set blocked src -j DROP\n");
        assert_int_equal(block(&s) != NULL, cases[i].counts);
        scene_done(&s);
    }
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
    scene_expect(gap->text, "native nftables rules of node n1");
    assert_string_equal(gap->command, "nft list ruleset");
}

static void nobody_is_known_who_asks(void **state)
{
    static const char *const routes[] = {"nodes/n1/networking/iproute.txt", "nodes/n2/networking/iproute.txt",
                                         "nodes/n3/networking/iproute.txt"};
    struct scene *s = *state;
    scene_filter(s, "n1", "-A FORWARD -p udp -m udp --dport 53 -j DROP\n");
    scene_write(s, "target.yaml", NULL);
    scene_write(s, "cluster/pods.json", NULL);
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        scene_write(s, routes[i], NULL);
    scene_judge(s);
    assert_null(block(s));
    assert_null(scene_says(s, CLAIM_CLEAR, SUBJECT_FIREWALL, ""));
    assert_null(scene_claim(s, CLAIM_INNOCENT, DIAGNOSIS_HOST_FIREWALL)); // the rule was not walked past
    scene_expect(scene_claim(s, CLAIM_GAP, DIAGNOSIS_HOST_FIREWALL)->text, "which pod asks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_looks_guilty_is_told_why_it_is_not),
        SCENE_TEST(a_counter_and_losses_make_a_rule_of_chance_likely),
        SCENE_TEST(a_queue_that_counts_is_no_sign_of_drops),
        SCENE_TEST(in_ipvs_mode_queries_meet_output),
        SCENE_TEST(bridge_tables_are_not_evaluated),
        cmocka_unit_test(a_match_that_no_file_tells),
        SCENE_TEST(a_set_that_was_collected_is_told),
        SCENE_TEST(a_node_whose_rules_nobody_read),
        cmocka_unit_test(a_later_reading_does_not_speak_for_a_window_that_was_over),
        SCENE_TEST(nor_for_a_time_that_nobody_said),
        SCENE_TEST(a_node_whose_rules_were_read_too_late),
        cmocka_unit_test(a_set_that_was_read_too_late),
        SCENE_TEST(native_rules_that_iptables_does_not_show),
        SCENE_TEST(nobody_is_known_who_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
