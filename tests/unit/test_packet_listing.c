// A packet through what `iptables -n -v -L` prints, in the words of its extensions: see test_packet.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/kit/walk.h"

#define LIST_HEAD     " pkts bytes target     prot opt in     out     source               destination\n"
#define NUMBERED_HEAD "num   pkts bytes target     prot opt in     out     source               destination\n"

static void columns_matches_and_targets(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = "Chain FORWARD (policy ACCEPT 9K packets, 1M bytes)\n" LIST_HEAD
                  "   62  4992 DROP       udp  --  *      *      0.0.0.0/0            10.0.0.0/16          "
                  "udp dpt:53\n",
         .fate = PACKET_BLOCKED,
         .line = 3},
        {.rules = "Chain FORWARD (policy DROP 0 packets, 0 bytes)\n" LIST_HEAD,
         .fate = PACKET_BLOCKED,
         .line = 1},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD
                  "    0     0            all  --  eni+   !eth1   0.0.0.0/0            0.0.0.0/0            "
                  "/* only counts */\n"
                  "    0     0 A          udp  --  *      *       0.0.0.0/0            0.0.0.0/0            "
                  "[goto] ctstate NEW\n"
                  "\nChain A (1 references)\n" LIST_HEAD
                  "    0     0 REJECT     all  --  *      *      !10.0.99.0/24         0.0.0.0/0            "
                  "multiport dports "
                  "53,853 mark match ! 0x1/0x1 reject-with icmp-port-unreachable\n",
         .fate = PACKET_BLOCKED,
         .line = 8},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD
                  "    0     0 DROP       udp      *      *       ::/0                 fd00:12::/32         "
                  "udp dpt:53\n",
         .src = "fd00:11::23",
         .dst = "fd00:12::53",
         .fate = PACKET_BLOCKED},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD
                  "    0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            "
                  "STRING match  x\n",
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

// With --line-numbers; and since 1.8.9 protocols by their numbers.
static void numbers_of_lines_and_protocols(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" NUMBERED_HEAD
                  "1        0     0 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0\n",
         .fate = PACKET_BLOCKED,
         .line = 3},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" NUMBERED_HEAD
                  "1        0     0            0    --  *      *       0.0.0.0/0            0.0.0.0/0\n",
         .fate = PACKET_PASSES},
        {.rules =
             "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" NUMBERED_HEAD
             "1       4   252 DROP       17   --  eni+   *       0.0.0.0/0            10.0.12.0/24         "
             "udp dpt:53\n",
         .fate = PACKET_BLOCKED,
         .line = 3},
    };
    WALK_CHECK(cases);
}

#define ANY                     "*      *       0.0.0.0/0            0.0.0.0/0            "
#define RULE(target, words)     "    0     0 " target " all  --  " ANY words "\n"
#define UDP_RULE(target, words) "    0     0 " target " udp  --  " ANY words "\n"
#define LISTED(rules)           "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD rules

static void words_that_turn_a_match_round(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = LISTED(RULE("DROP", "statistic mode random ! probability 1.00000000000")),
         .fate = PACKET_PASSES},
        {.rules = LISTED(RULE("DROP", "statistic mode random probability 1.00000000000")),
         .fate = PACKET_BLOCKED},
        {.rules = LISTED(UDP_RULE("DROP", "udp dpt:!5353")), .fate = PACKET_BLOCKED},
        {.rules = LISTED(RULE("DROP", "! ctstate NEW,ESTABLISHED")), .fate = PACKET_PASSES},
        {.rules = LISTED(RULE("DROP", "source IP range ! 10.0.11.0-10.0.12.99")), .fate = PACKET_PASSES},
        {.rules = LISTED(RULE("DROP", "! match-set s src")),
         .sets = "create s hash:ip family inet\nadd s 10.0.11.23\n",
         .fate = PACKET_BLOCKED}, // the answer's source is not in it
        {.rules = LISTED(RULE("DROP", "match-set s src return-nomatch ! update-counters")),
         .sets = "create s hash:ip family inet\nadd s 10.0.99.9\n",
         .fate = PACKET_PASSES},
        {.rules = LISTED(RULE("DROP", "ctreplsrcport 53 ctrepldstport 40000")), .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

static void marks_and_their_masks(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = LISTED(RULE("MARK", "MARK xset 0x4/0xc") RULE("DROP", "mark match 0x4/0xc")),
         .fate = PACKET_BLOCKED},
        {.rules = LISTED(RULE("CONNMARK", "CONNMARK set 0xff0f") RULE("MARK", "MARK set 0x10") RULE(
             "CONNMARK", "CONNMARK restore ctmask 0xff nfmask ~0xff00") RULE("DROP", "mark match 0x1f")),
         .fate = PACKET_BLOCKED},
        {.rules = LISTED(RULE("CONNMARK", "CONNMARK set 0x33") RULE("CONNMARK", "CONNMARK restore mask 0xf0")
                             RULE("DROP", "mark match 0x30")),
         .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

static void helpers(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = LISTED(RULE("DROP", "helper match \"ftp\"")), .fate = PACKET_PASSES},
        {.rules = LISTED(RULE("DROP", "helper match ! \"ftp\"")), .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

static void hops_by_their_words(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = LISTED(RULE("TTL", "TTL set to 64") UDP_RULE("DROP", "udp dpt:53")),
         .fate = PACKET_BLOCKED},
        {.rules = LISTED(RULE("TTL", "TTL decrement by 63")), .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

static void words_of_what_only_notes_are_no_conditions(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = LISTED(RULE("LOG", "LOG flags 0 level 4 prefix \"dpt:80 \"") RULE("DROP", "")),
         .fate = PACKET_BLOCKED,
         .line = 4},
        {.rules = LISTED(RULE("DROP", "STRING match  \" dpt:80 \" ALGO name bm")), .fate = PACKET_UNKNOWN},
        {.rules = LISTED(UDP_RULE("DROP", "/* no udp dpt:80 */ udp dpt:53")), .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

// Without -n: names of ports, and "anywhere".
static void names_in_the_place_of_numbers(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = LISTED("    0     0 DROP  udp  --  any  any  anywhere  anywhere  udp dpt:domain\n"),
         .fate = PACKET_BLOCKED},
        {.rules = LISTED("    0     0 DROP  udp  --  any  any  anywhere  10.0.99.0/24  udp dpt:domain\n"),
         .fate = PACKET_PASSES},
    };
    WALK_CHECK(cases);
}

static void spoilt_listings_do_no_harm(void **state)
{
    (void)state;
    walk_spoilt("Chain FORWARD (policy DROP 9K packets, 1M bytes)\n" LIST_HEAD
                "   62K  4992 DROP  udp  --  *  !eth0  !10.0.0.0/8  0.0.0.0/0 "
                "udp spts:1:2 ! match-set s src /* a */ reject-with x MARK xset 0x1/0x1\n",
                NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_matches_and_targets),
        cmocka_unit_test(numbers_of_lines_and_protocols),
        cmocka_unit_test(words_that_turn_a_match_round),
        cmocka_unit_test(marks_and_their_masks),
        cmocka_unit_test(helpers),
        cmocka_unit_test(hops_by_their_words),
        cmocka_unit_test(words_of_what_only_notes_are_no_conditions),
        cmocka_unit_test(names_in_the_place_of_numbers),
        cmocka_unit_test(spoilt_listings_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
