// A packet through iptables' rules: what the kernel does, one case a surprise. Each ruleset is the least that
// shows it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/rules.h"
#include "tests/kit/walk.h"

static void a_rule_says_for_which_packets(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -p udp -m udp --dport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("[3:210] -A FORWARD -p udp -m udp --dport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("-A FORWARD -p udp -m udp --dport 5353 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -p tcp -m tcp --dport 53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -p tcp -m tcp --dport 53 -j DROP\n"),
         .proto = 6,
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A INPUT -p udp -m udp --dport 53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -p udp -m udp --sport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("-A FORWARD -p udp -m multiport --ports 53 -m conntrack --ctdir REPLY -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD ! -s 10.0.0.0/8 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -d 10.0.12.9/255.255.0.0 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m frag ! --fragid 1 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -m helper --helper ftp -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -m helper ! --helper ftp -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -i eni+ -o eth0 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -j A\n-A A -p udp -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST + 1},
        {.rules = FILTER("-A FORWARD -j A\n-A FORWARD -j DROP\n-A A -j RETURN\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST + 1},
        {.rules = FILTER("-A A -p udp -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -j ACCEPT\n-A FORWARD -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", .fate = PACKET_BLOCKED, .line = 2},
    };
    WALK_CHECK(cases);
}

// Kernel: a service address has the default route, what it is translated to the tunnel's; the reply comes in
// there.
static void the_way_out_follows_the_translation(void **state)
{
    (void)state;
    static const char routes[] = "default via 192.168.77.1 dev enp1s0\n"
                                 "10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink\n";
#define DNAT                                                                                                 \
    "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.96.0.10/32 -j DNAT --to-destination "               \
    "10.244.2.20:53\n"                                                                                       \
    "COMMIT\n"
#define OWN_DNAT                                                                                             \
    "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d 10.96.0.10/32 -j DNAT --to-destination "                       \
    "10.244.2.20:53\nCOMMIT\n"
    static const struct walk_case cases[] = {
        {.rules = DNAT FILTER("-A FORWARD -o enp1s0 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = DNAT FILTER("-A FORWARD -o flannel.1 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = DNAT FILTER("-A FORWARD -i flannel.1 -p udp --sport 53 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = DNAT "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i enp1s0 -j DROP\nCOMMIT\n",
         .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -o enp1s0 -j DROP\n"), .fate = PACKET_BLOCKED}, // not translated
        // Of the node's own query OUTPUT sees the first route, POSTROUTING the other one.
        {.rules = OWN_DNAT FILTER("-A OUTPUT -o flannel.1 -j DROP\n"),
         .hook = NF_OUTPUT,
         .fate = PACKET_PASSES},
        {.rules = OWN_DNAT FILTER("-A OUTPUT -o enp1s0 -d 10.244.2.20 -j DROP\n"),
         .hook = NF_OUTPUT,
         .fate = PACKET_BLOCKED},
        {.rules =
             OWN_DNAT "*mangle\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o flannel.1 -j DROP\nCOMMIT\n",
         .hook = NF_OUTPUT,
         .fate = PACKET_BLOCKED},
    };
    struct arena arena = {0};
    struct routes node = {0};
    iproute_parse(&arena, (struct text){span_of(routes), 2}, &node);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct walk_case c = cases[i];
        c.dst = "10.96.0.10";
        c.src = c.hook == NF_OUTPUT ? "10.0.11.37" : NULL;
        c.routes = &node;
        walk_check(&c, 1);
    }
    arena_done(&arena);
}

static void what_cannot_be_told_decides_only_where_both_ways_differ(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -m string --string x --algo bm -j DROP\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -m limit --limit 1/sec -j LOG\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -m limit --limit 1/sec -j DROP\n-A FORWARD -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m u32 --u32 \"0=1\" -p tcp -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -j NFQUEUE --queue-num 1\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -j SOMETHING\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -m set --match-set gone dst -j DROP\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -m brandnew --option 1 -j DROP\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -j SET --add-set s src\n-A FORWARD -m set --match-set s src -j DROP\n"),
         .sets = "create s hash:ip family inet\n",
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

// Before tracking every packet is INVALID; an untracked one has no mark, tuple, direction or status, inverted
// or not.
static void what_conntrack_says_before_with_and_without_a_connection(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = RAW("-A PREROUTING -m conntrack --ctstate INVALID -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -m conntrack ! --ctstate NEW -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate NEW -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m state --state ESTABLISHED -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate INVALID -j DROP\n"), .fate = PACKET_PASSES},
        {.rules =
             RAW("-A PREROUTING -j CT --notrack\n") FILTER("-A FORWARD -m connmark ! --mark 0x1 -j DROP\n"),
         .fate = PACKET_PASSES},
        {.rules =
             RAW("-A PREROUTING -j NOTRACK\n") FILTER("-A FORWARD -m conntrack ! --ctstate NEW -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -p udp --dport 53 -j NOTRACK\n")
             FILTER("-A FORWARD -p udp --sport 53 -m conntrack --ctstate NEW -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -p tcp --dport 53 -j NOTRACK\n")
             FILTER("-A FORWARD -p tcp --sport 53 -m conntrack --ctstate INVALID -j DROP\n"),
         .proto = 6,
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate NEW --ctorigdst 10.9.9.9 -j DROP\n"),
         .fate = PACKET_PASSES},
        {.rules = RAW("-A PREROUTING -m conntrack --ctstate INVALID --ctorigdst 10.9.9.9 -j DROP\n"),
         .fate = PACKET_BLOCKED}, // without a connection the rest counts as met
    };
    WALK_CHECK(cases);
}

static void later_rules_see_the_translation(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -d 172.20.0.10/32 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_PASSES},
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -d 10.0.13.0/24 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED},
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -m conntrack --ctorigdst 172.20.0.10 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED},
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -m conntrack ! --ctstate DNAT -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_PASSES},
        {.rules = NAT("-A PREROUTING -j ACCEPT\n" SERVICE)
             FILTER("-A FORWARD -d 10.0.0.0/8 -p udp --dport 53 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_PASSES}, // leaves untranslated
        {.rules = NAT("-A PREROUTING -p udp --dport 53 -j REDIRECT --to-ports 1053\n")
             FILTER("-A INPUT -p udp --dport 1053 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED},
        {.rules = NAT("-A POSTROUTING -j MASQUERADE\n")
             FILTER("-A FORWARD -s 10.0.12.53/32 -d 10.0.11.23/32 -j DROP\n"),
         .fate = PACKET_BLOCKED}, // the answer is translated back before FORWARD
        {.rules = NAT(SERVICE) RAW("-A PREROUTING -p udp --sport 53 -j NOTRACK\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED}, // the answer keeps a source that the asker does not know
    };
    WALK_CHECK(cases);
}

static void a_balanced_service_has_a_branch_for_each_endpoint(void **state)
{
    (void)state;
    struct walked w = walk_through(&(struct walk_case){
        .rules = NAT(SERVICE) FILTER("-A FORWARD -d 10.0.13.0/24 -j DROP\n"), .dst = "172.20.0.10"});
    const struct packet_answer *a = w.answer;
    assert_int_equal(a->n_branches, 2);
    assert_int_equal(a->branches[0].fate, PACKET_PASSES);
    assert_int_equal(a->branches[1].fate, PACKET_BLOCKED);
    assert_true(ip_eq(a->worst.dnat, walk_ip("10.0.13.53")));
    assert_int_equal(a->worst.dnat_port, 53);
    assert_false(a->dnat_open);
    walked_done(&w);
}

static void a_translation_that_hangs_on_an_unknown_match_is_open(void **state)
{
    (void)state;
    struct walked w = walk_through(&(struct walk_case){
        .rules = NAT("-A PREROUTING -m string --string x --algo bm -j DNAT --to-destination 10.0.13.53\n")});
    assert_int_equal(w.answer->worst.fate, PACKET_PASSES);
    assert_true(w.answer->dnat_open);
    assert_int_equal(w.answer->worst.dnat.family, 0);
    walked_done(&w);
}

// The node asks for itself and takes an address that may be the one it asked from: an answer that is not
// translated back may be known all the same.
static void an_address_that_the_kernel_picks_may_be_the_askers(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = RAW("-A PREROUTING -j NOTRACK\n") NAT("-A POSTROUTING -j MASQUERADE\n"),
         .src = "10.0.11.37",
         .hook = NF_OUTPUT,
         .fate = PACKET_UNKNOWN},
        {.rules = RAW("-A PREROUTING -i eth0 -j NOTRACK\n") NAT("-A POSTROUTING -j MASQUERADE\n"),
         .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

static void what_is_not_known_to_be_the_nodes_own(void **state)
{
    (void)state;
#define MOVED(to) NAT("-A PREROUTING -j DNAT --to-destination " to "\n") FILTER("-A INPUT -j DROP\n")
    static const struct walk_case cases[] = {
        {.rules = MOVED("10.0.99.1"), .fate = PACKET_PASSES},
        {.rules = MOVED("10.0.99.1"), .unknown_addresses = true, .fate = PACKET_UNKNOWN},
        {.rules = MOVED("10.0.99.1"), .bare = true, .fate = PACKET_PASSES}, // asked for: the way on
        {.rules = MOVED("10.0.99.1-10.0.99.9"), .fate = PACKET_PASSES},     // none of them is
        {.rules = MOVED("10.0.11.30-10.0.11.40"), .fate = PACKET_UNKNOWN},
        {.rules = RAW("-A PREROUTING -d 10.0.12.53 -j DROP\n"),
         .src = "10.0.11.37",
         .hook = NF_OUTPUT,
         .unknown_addresses = true,
         .unknown_interface = true,
         .fate = PACKET_UNKNOWN},
        {.rules = RAW("-A PREROUTING -d 10.0.12.53 -j DROP\n"),
         .src = "10.0.11.37",
         .hook = NF_OUTPUT,
         .unknown_addresses = true,
         .fate = PACKET_PASSES}, // it leaves by eth0
    };
    WALK_CHECK(cases);
}

// A translation whose target cannot be read leads nobody knows where.
static void a_target_that_cannot_be_read(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules =
             NAT("-A PREROUTING -j NETMAP --to somewhere\n") FILTER("-A FORWARD -d 10.0.12.53 -j DROP\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = NAT("-A PREROUTING -p udp -j DNAT --to-destination 10.0.12.53:dns\n")
             FILTER("-A FORWARD -p udp --dport 53 -j DROP\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -j MARK --set-bits 1\n-A FORWARD -m mark --mark 0 -j DROP\n"),
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

#define MANGLE(rules) "*mangle\n:PREROUTING ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n" rules "COMMIT\n"

// Hops may run out, and what is shifted is not followed.
static void targets_that_change_the_way(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = MANGLE("-A PREROUTING -j TTL --ttl-set 1\n"), .fate = PACKET_UNKNOWN},
        {.rules = MANGLE("-A PREROUTING -j TTL --ttl-dec 30\n"), .fate = PACKET_UNKNOWN},
        {.rules = MANGLE("-A PREROUTING -j TTL --ttl-set 64\n"), .fate = PACKET_PASSES},
        {.rules = MANGLE("-A PREROUTING -j TTL --ttl-inc 1\n"), .fate = PACKET_PASSES},
        {.rules = MANGLE("-A PREROUTING -j CONNMARK --set-xmark 0x1/0x1 --left-shift-mark 2\n"
                         "-A FORWARD -m connmark --mark 0x4 -j DROP\n"),
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

// In IPv6 -m addrtype with an interface asks for a way by it, which may not be there.
static void types_by_interface(void **state)
{
    (void)state;
#define SIX "# Generated by ip6tables-save v1.8.9 on Mon Nov 30 07:00:00 2026\n"
    static const struct walk_case cases[] = {
        {.rules = SIX FILTER("-A FORWARD -m addrtype --dst-type UNREACHABLE --limit-iface-in -j DROP\n"),
         .src = "fd00:11::23",
         .dst = "fd00:12::53",
         .fate = PACKET_UNKNOWN},
        {.rules = SIX FILTER("-A FORWARD -m addrtype --dst-type LOCAL --limit-iface-in -j DROP\n"),
         .src = "fd00:11::23",
         .dst = "fd00:12::53",
         .fate = PACKET_PASSES},
        {.rules = SIX FILTER("-A FORWARD -m addrtype --dst-type UNREACHABLE -j DROP\n"),
         .src = "fd00:11::23",
         .dst = "fd00:12::53",
         .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

// A node's own query may be masqueraded to the address that it has: then nothing was translated.
static void a_translation_to_the_same_address(void **state)
{
    (void)state;
#define MASQUERADED(rules)                                                                                   \
    "*filter\n:INPUT ACCEPT [0:0]\n" rules "COMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j "     \
    "MASQUERADE\nCOMMIT\n"
    static const struct walk_case cases[] = {
        {.rules = MASQUERADED("-A INPUT -m conntrack --ctstate SNAT -j DROP\n"),
         .src = "10.0.11.37",
         .hook = NF_OUTPUT,
         .fate = PACKET_UNKNOWN},
        {.rules = MASQUERADED("-A INPUT -m conntrack --ctstatus SEEN_REPLY -j DROP\n"),
         .src = "10.0.11.37",
         .hook = NF_OUTPUT,
         .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

#define NFT_SAVE(remark)                                                                                     \
    remark "# Generated by iptables-nft-save v1.8.9 (nf_tables) on Mon Nov 30 07:00:00 2026\n*filter\n"      \
           ":FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -j DROP\nCOMMIT\n"
#define TWO_CHAINS                                                                                           \
    "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy accept;\n"   \
    "\t\tmeta l4proto udp drop\n\t}\n\tchain extra {\n\t\ttype filter hook forward priority 10; policy "     \
    "accept;\n\t\tudp dport 5353 drop\n\t}\n}\n"

// What breaks off, and chains that iptables-nft's save does not list; of what nft lists, too, the save
// counts.
static void rulesets_that_are_not_whole(void **state)
{
    (void)state;
    static const char remark[] = NFT_SAVE("# Table `filter' contains incompatible base-chains, use 'nft' "
                                          "tool to list them.\n");
    static const struct walk_case cases[] = {
        {.rules = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -j DROP\n", .fate = PACKET_UNKNOWN},
        {.rules = NFT_SAVE(""), .fate = PACKET_PASSES},
        {.rules = remark, .fate = PACKET_UNKNOWN},
        {.rules = remark, .beside = TWO_CHAINS, .fate = PACKET_PASSES},
        {.rules = TWO_CHAINS, .fate = PACKET_BLOCKED, .line = 4},
    };
    WALK_CHECK(cases);
}

static void chains_beside_those_of_iptables(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT_SAVE(""),
         .beside = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority 5; policy "
                   "drop;\n\t}\n}\n",
         .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

// Frames of a bridge are no packets of ours; what another listing says is not guessed.
static void other_programs(void **state)
{
    (void)state;
    static const char *const refused[] = {"{\"nftables\": []}\n", "-P FORWARD DROP\n-A FORWARD -j DROP\n"};
    walk_check(&(struct walk_case){.rules =
                                       "# Generated by ebtables-save v1.8.9 on Mon Nov 30 07:00:00 2026\n"
                                       "*filter\n:FORWARD DROP\n-A FORWARD -p IPv4 -j DROP\n",
                                   .fate = PACKET_PASSES},
               1);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct error err = {{0}};
        assert_null(rules_parse((struct text){span_of(refused[i]), 0}, "rules.txt", &err));
        assert_non_null(strstr(err.text, i ? "iptables-save" : "JSON"));
    }
}

// A long row of rules that cannot be told costs its length, not two to its power.
static void a_long_row_of_unknown_matches_costs_its_length(void **state)
{
    (void)state;
    struct str rules = {0};
    str_add(&rules, "*filter\n:FORWARD ACCEPT [0:0]\n:L - [0:0]\n");
    for (int i = 0; i < 300; i++)
        str_printf(&rules, "-A FORWARD -m string --string s%d --algo bm -j L\n", i);
    str_add(&rules, "-A L -j RETURN\nCOMMIT\n");
    walk_check(&(struct walk_case){.rules = str_text(&rules), .fate = PACKET_PASSES}, 1);
    str_done(&rules);
}

static void jumps_without_end_are_unknown(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -j A\n-A A -j A\n"), .fate = PACKET_UNKNOWN}};
    WALK_CHECK(cases);
}

static void spoilt_rules_do_no_harm(void **state)
{
    (void)state;
    walk_spoilt(
        NAT(SERVICE)
            FILTER("[1:2] -A FORWARD -m conntrack --ctstate NEW -m comment --comment \"a \\\" b\" -j DROP\n"),
        NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_says_for_which_packets),
        cmocka_unit_test(the_way_out_follows_the_translation),
        cmocka_unit_test(what_cannot_be_told_decides_only_where_both_ways_differ),
        cmocka_unit_test(what_conntrack_says_before_with_and_without_a_connection),
        cmocka_unit_test(later_rules_see_the_translation),
        cmocka_unit_test(a_balanced_service_has_a_branch_for_each_endpoint),
        cmocka_unit_test(a_translation_that_hangs_on_an_unknown_match_is_open),
        cmocka_unit_test(an_address_that_the_kernel_picks_may_be_the_askers),
        cmocka_unit_test(what_is_not_known_to_be_the_nodes_own),
        cmocka_unit_test(a_target_that_cannot_be_read),
        cmocka_unit_test(targets_that_change_the_way),
        cmocka_unit_test(types_by_interface),
        cmocka_unit_test(a_translation_to_the_same_address),
        cmocka_unit_test(rulesets_that_are_not_whole),
        cmocka_unit_test(chains_beside_those_of_iptables),
        cmocka_unit_test(other_programs),
        cmocka_unit_test(a_long_row_of_unknown_matches_costs_its_length),
        cmocka_unit_test(jumps_without_end_are_unknown),
        cmocka_unit_test(spoilt_rules_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
