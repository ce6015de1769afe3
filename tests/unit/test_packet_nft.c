// A packet through the rules of `nft list ruleset`: see test_packet.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/kit/walk.h"

#define NFT(hook, rules)                                                                                     \
    "table inet t {\n\tchain c {\n\t\ttype filter hook " hook " priority filter; policy accept;\n" rules     \
    "\t}\n}\n"

static void a_rule_says_for_which_packets(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("forward", "\t\tudp dport 53 drop\n"), .fate = PACKET_BLOCKED, .line = 4},
        {.rules = NFT("forward", "\t\tudp dport { 53, 5353 } counter packets 1 bytes 2 reject\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tip6 daddr ::/0 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\ttcp dport != 80 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta l4proto { hip, isis } drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tudp dport { \"http-alt\", \"domain\" } drop\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tip version 4 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tip6 version 4 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tip frag-off & 0x3fff == 0 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tct helper != \"ftp\" drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tct helper set \"ftp\" drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tfrag more-fragments != 1 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta l4proto { tcp, udp } th dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules =
             NFT("forward", "\t\tct state vmap { invalid : drop, established : drop, new : continue }\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tct state != { new, established } drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tip saddr . udp dport { 10.0.11.0/24 . 50-60 } drop\n"),
         .fate = PACKET_BLOCKED},
        {.rules =
             NFT("forward", "\t\tmeta mark set 0x00000004\n\t\tmeta mark & 0x0000000c == 0x00000004 drop\n"),
         .fate = PACKET_BLOCKED,
         .line = 5},
    };
    WALK_CHECK(cases);
}

static void what_no_listing_tells(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("forward", "\t\tmeta hour \"09:00\"-\"17:00\" drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tlimit rate 10/second burst 5 packets accept\n\t\tdrop\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tnobody knows this drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tip daddr @s drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tsctp chunk data missing drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tsctp chunk data flags 1 drop\n"), .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

static void chains_on_devices_see_only_those(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("ingress device \"eni1\"", "\t\tudp dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("ingress device \"eth7\"", "\t\tudp dport 53 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("ingress device \"eni1\"", "\t\tudp dport 53 drop\n"),
         .unknown_interface = true,
         .fate = PACKET_UNKNOWN,
         .line = 2},
        {.rules = NFT("ingress device \"eni1\"", "\t\tudp dport 5353 drop\n"),
         .unknown_interface = true,
         .fate = PACKET_PASSES},
        {.rules = NFT("egress device \"eth0\"", "\t\tudp dport 53 drop\n"),
         .unknown_interface = true,
         .fate = PACKET_UNKNOWN,
         .line = 2},
    };
    WALK_CHECK(cases);
}

static void sets_and_maps_in_their_lines(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = "table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { "
                  "10.0.12.0/24,\n\t\t\t     10.0.99.9 }\n\t}\n"
                  "\tchain c {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\tip daddr @s "
                  "drop\n\t}\n}\n",
         .fate = PACKET_BLOCKED,
         .line = 10},
        {.rules = "table ip n {\n\tchain p {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
                  "\t\tip daddr 172.20.0.10 udp dport 53 dnat to numgen random mod 2 map { 0 : 10.0.12.53, 1 "
                  ": 10.0.13.53 }\n\t}\n"
                  "\tchain f {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tip daddr "
                  "10.0.13.53 drop\n\t}\n}\n",
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED,
         .line = 8},
    };
    WALK_CHECK(cases);
}

static void order_policies_and_gotos(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("prerouting", "\t\toifname != \"eth0\" drop\n"),
         .fate = PACKET_BLOCKED}, // the empty name
        {.rules = "table ip t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "drop;\n\t}\n}\n",
         .fate = PACKET_BLOCKED,
         .line = 2},
        {.rules = "table ip t {\n\tflags dormant\n\tchain c {\n\t\ttype filter hook forward priority filter; "
                  "policy drop;\n\t}\n}\n",
         .fate = PACKET_PASSES},
        {.rules = "table ip t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "accept;\n\t\tgoto d\n\t\tdrop\n\t}\n\tchain d {\n\t\treturn\n\t}\n}\n",
         .fate = PACKET_PASSES}, // after goto, a return from the base chain is its policy
        {.rules = "table ip a {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "accept;\n\t\tudp dport 53 meta mark 0x1 drop\n\t}\n}\n"
                  "table ip b {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "accept;\n\t\tmeta mark set 0x1\n\t}\n}\n",
         .fate = PACKET_BLOCKED,
         .line = 4}, // at equal priority the later registered runs first
    };
    WALK_CHECK(cases);
}

#define FORWARD(rules) NFT("forward", rules)

// What newer versions list, and what this kernel cannot load, too.
static void no_statement_swallows_the_one_behind_it(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FORWARD("meta mark set meta mark & 0xffff0000 | ct mark & 0x0000ffff drop\n"),
         .fate = PACKET_BLOCKED},
        {.rules = FORWARD("meta mark set meta mark & 0xf0 | 0x1 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = FORWARD("flow add @ft counter packets 0 bytes 0 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = FORWARD("last used never udp dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = FORWARD("dup to 10.0.0.9 device \"eth1\" udp dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = FORWARD("reset tcp option sack-perm udp dport 53 drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = FORWARD("synproxy mss 1460 wscale 7 timestamp sack-perm\n"), .fate = PACKET_PASSES},
        {.rules = FORWARD("synproxy mss 1460 wscale 7\n"), .proto = 6, .fate = PACKET_UNKNOWN},
        {.rules = FORWARD("counter name ip saddr map { 10.0.11.23 : \"c\" } drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = FORWARD("quota name \"q\" udp dport 5353 drop\n"), .fate = PACKET_PASSES},
        {.rules = "table ip t {\nset s {\ntype ipv4_addr\nelements = { 10.0.11.23 limit rate 1/second }\n}\n"
                  "chain c {\ntype filter hook forward priority 0; policy accept;\nip saddr @s drop\n}\n}\n",
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

// "jump { … }": no name, and its rules stand inside the one that calls it.
static void chains_without_a_name(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules =
             FORWARD("udp dport 53 jump {\nip saddr 10.9.9.9 accept\ncounter packets 3 bytes 9 drop\n}\n"),
         .fate = PACKET_BLOCKED,
         .line = 6},
        {.rules =
             FORWARD("udp dport 53 jump {\nip daddr { 10.0.12.1,\n10.0.12.53 } return\ndrop\n}\naccept\n"),
         .fate = PACKET_PASSES},
        {.rules = FORWARD("udp dport 53 jump {\nreturn\n}\ndrop\n"), .fate = PACKET_BLOCKED, .line = 7},
        {.rules = FORWARD("udp dport 53 goto {\nreturn\n}\nudp dport 53 drop\n"), .fate = PACKET_PASSES},
        {.rules = FORWARD("tcp dport 53 jump {\ndrop\n}\n"), .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

#define PREROUTING(rules) "table ip n {\nchain p {\ntype nat hook prerouting priority -100;\n" rules "}\n}\n"

static void a_map_without_the_key_ends_the_rule(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = PREROUTING("meta l4proto udp redirect to :ct mark map { 0x10 : 53 }\nudp dport 53 drop\n"),
         .fate = PACKET_BLOCKED,
         .line = 5},
        {.rules = PREROUTING("meta l4proto udp redirect to :ct mark map { 0x0 : 53 }\nudp dport 53 drop\n"),
         .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

// Behind the early look for a socket nobody knows what a changed header does to an answer.
static void an_answer_whose_header_is_rewritten(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("input", "ip saddr 10.0.12.53 ip daddr set 10.0.11.99\n"),
         .src = "10.0.11.37",
         .hook = NF_OUTPUT,
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

#define TRANSLATED(rule)                                                                                     \
    "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy accept;\n"   \
    "\t\t" rule "\n\t}\n}\n"

// Of iptables' rules nft prints `--ctstate DNAT` and `! --ctstate NEW,DNAT` alike, and `! --ports` as
// --ports.
static void what_is_lost_in_the_translation_of_iptables(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = TRANSLATED("ct status dnat counter packets 0 bytes 0 drop"), .fate = PACKET_UNKNOWN},
        {.rules = TRANSLATED("ct status dnat counter packets 0 bytes 0 accept"), .fate = PACKET_PASSES},
        {.rules = TRANSLATED("meta l4proto udp udp sport . udp dport { 0-65535 . 53, 53 . 0-65535 } counter "
                             "packets 0 bytes 0 drop"),
         .fate = PACKET_UNKNOWN},
        {.rules = TRANSLATED("meta l4proto udp udp dport { 53, 54 } counter packets 0 bytes 0 drop"),
         .fate = PACKET_BLOCKED},
        {.rules = "table ip raw {\n\tchain PREROUTING {\n\t\ttype filter hook prerouting priority raw;\n"
                  "\t\tct state invalid ct original daddr 10.9.9.9 counter packets 0 bytes 0 drop\n\t}\n}\n",
         .fate = PACKET_BLOCKED}, // one match, which holds where there is no connection yet
        {.rules = TRANSLATED("ct status drop"), .fate = PACKET_UNKNOWN}, // --ctstatus NONE
        {.rules = TRANSLATED("counter packets 0 bytes 0 xt target \"CONNMARK\"\n\t\tmeta mark 0x1 drop"),
         .fate = PACKET_UNKNOWN},
        {.rules = TRANSLATED("counter packets 0 bytes 0 xt target \"CONNMARK\"\n\t\tudp dport 53 drop"),
         .fate = PACKET_BLOCKED},
        {.rules = TRANSLATED("fib saddr type drop"), .fate = PACKET_UNKNOWN},
        // A --dst-type may stand beside it, and is what the `!=` is said of.
        {.rules = TRANSLATED("fib saddr type unicast counter packets 0 bytes 0 drop"),
         .fate = PACKET_UNKNOWN},
        {.rules = TRANSLATED("fib saddr type local counter packets 0 bytes 0 drop"), .fate = PACKET_PASSES},
        {.rules = TRANSLATED("fib saddr type != local counter packets 0 bytes 0 drop"),
         .fate = PACKET_UNKNOWN},
        {.rules = FORWARD("fib saddr type != local drop\n"), .fate = PACKET_BLOCKED},
        {.rules = TRANSLATED("ct status !=dnat counter packets 0 bytes 0 accept\n\t\tdrop"),
         .fate = PACKET_UNKNOWN},
        {.rules = FORWARD("ct status != dnat drop\n"), .fate = PACKET_BLOCKED},
        {.rules = FORWARD("ct status == dnat drop\n"), .fate = PACKET_PASSES},
        {.rules = FORWARD("ct status == confirmed drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = FORWARD("ct status dnat drop\n"), .fate = PACKET_PASSES}, // its own words, not translated
        {.rules = FORWARD("udp sport . udp dport { 0-65535 . 53 } drop\n"), .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

// nft -t leaves all elements out; where one set has some, an empty one is empty.
static void sets_whose_elements_may_be_left_out(void **state)
{
    (void)state;
#define SETS(more)                                                                                           \
    "table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n\n\tset more {\n\t\ttype inet_service\n" more       \
    "\t}\n\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n"                     \
    "\t\tip daddr @s drop\n\t}\n}\n"
    static const struct walk_case cases[] = {
        {.rules = SETS(""), .fate = PACKET_UNKNOWN},
        {.rules = SETS("\t\telements = { 80 }\n"), .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

// Nobody said from which port it asked: an answer to port 53 may not be to that.
static void an_answer_to_another_port(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("postrouting", "\t\tudp dport set 53\n"), .any_port = true, .fate = PACKET_UNKNOWN},
        {.rules = NFT("postrouting", "\t\tudp sport 53 drop\n"), .any_port = true, .fate = PACKET_BLOCKED},
        {.rules = NFT("postrouting", "\t\tudp dport 5353 drop\n"), .any_port = true, .fate = PACKET_UNKNOWN},
        {.rules = NFT("postrouting", "\t\tudp dport 853 drop\n"), .any_port = true, .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

// Hops that may run out, kinds of packet, zones by something.
static void what_is_written_and_changes_the_way(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = NFT("prerouting", "\t\tip ttl set 1\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("prerouting", "\t\tip ttl set 64\n"), .fate = PACKET_PASSES},
        {.rules = NFT("prerouting", "\t\tip6 hoplimit set 1\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta pkttype set broadcast meta pkttype broadcast drop\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tmeta pkttype set host meta pkttype broadcast drop\n"),
         .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tip frag-off set 0 accept\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tip6 daddr set ::1 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tadd @m { meta mark timeout 1m : ip6 saddr } drop\n"),
         .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tadd @m { meta mark timeout 1m : ip saddr } drop\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\ttcp dport set 54 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta priority set ip6 dscp map { cs0 : 1:2 } drop\n"),
         .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta priority set ip saddr map { 10.0.99.1 : 1:2 } drop\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tmeta mark set ip6 dscp drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta mark set ip dscp drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tjhash ip6 saddr mod 2 vmap { 0 : drop, 1 : drop }\n"),
         .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tjhash ip saddr mod 2 vmap { 0 : drop, 1 : drop }\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("prerouting", "\t\tct zone set iifname map { \"eni1\" : 1, \"eth0\" : 2 }\n"),
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

static void spoilt_rules_do_no_harm(void **state)
{
    (void)state;
    walk_spoilt(
        "table inet t {\n\tmap m {\n\t\ttype ipv4_addr . inet_service : verdict\n\t\telements = { "
        "172.20.0.10 . 53 : goto d }\n\t}\n"
        "\tchain c {\n\t\ttype filter hook forward priority filter - 5; policy drop;\n\t\tip daddr . udp "
        "dport vmap @m\n\t\tudp dport 53 jump {\n\t\t\tip saddr 10.0.0.0/8 return\n\t\t}\n"
        "\t\tct status dnat log prefix \"x\" flags all counter packets 1 bytes 2 accept comment "
        "\"y\"\n\t}\n\tchain d {\n"
        "\t\tnumgen random mod 2 vmap { 0 : accept, 1 : jump c }\n\t\tmeta mark set meta mark & 0xff | "
        "0x1\n\t}\n}\n",
        NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_says_for_which_packets),
        cmocka_unit_test(what_no_listing_tells),
        cmocka_unit_test(chains_on_devices_see_only_those),
        cmocka_unit_test(sets_and_maps_in_their_lines),
        cmocka_unit_test(order_policies_and_gotos),
        cmocka_unit_test(no_statement_swallows_the_one_behind_it),
        cmocka_unit_test(chains_without_a_name),
        cmocka_unit_test(a_map_without_the_key_ends_the_rule),
        cmocka_unit_test(an_answer_whose_header_is_rewritten),
        cmocka_unit_test(what_is_lost_in_the_translation_of_iptables),
        cmocka_unit_test(sets_whose_elements_may_be_left_out),
        cmocka_unit_test(an_answer_to_another_port),
        cmocka_unit_test(what_is_written_and_changes_the_way),
        cmocka_unit_test(spoilt_rules_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
