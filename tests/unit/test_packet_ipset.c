// Sets in iptables' rules: `ipset save` and `ipset list`.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/kit/walk.h"

#define SET(type, entry) "create s " type "\nadd s " entry "\n"
#define SET_RULE(flags)  FILTER("-A FORWARD -m set --match-set s " flags " -j DROP\n")

static void members_by_type(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = SET_RULE("dst"), .sets = SET("hash:ip family inet", "10.0.12.53"), .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("src"), .sets = SET("hash:ip family inet", "10.0.12.54"), .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:ip family inet netmask 24", "10.0.12.0"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,dst"),
         .sets = SET("hash:ip,port family inet", "10.0.12.53,udp:53"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,dst"),
         .sets = SET("hash:ip,port family inet", "10.0.12.53,tcp:53"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:ip,port family inet", "10.0.12.53,udp:53"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"), .sets = SET("hash:ip family inet6", "fd00::1"), .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:ip family inet bitmask 255.255.0.255", "10.0.0.53"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:ip family inet bitmask 255.255.0.255", "10.0.0.54"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:net family inet", "10.0.12.0/22\nadd s 10.0.12.0/24 nomatch"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:net family inet", "10.0.0.0/8 nomatch\nadd s 10.0.12.0/24"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("src,dst"),
         .sets = SET("hash:net,iface family inet", "10.0.11.0/24,eth0"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"), .sets = SET("bitmap:port range 0-1024", "53"), .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"),
         .sets = SET("list:set size 8", "t\ncreate t hash:ip family inet\nadd t 10.0.12.53"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,src"),
         .sets = SET("hash:net,net family inet", "10.0.12.0/24,10.0.11.0/24"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,src,src"),
         .sets = SET("hash:net,port,net family inet", "10.0.12.0/24,udp:40000,10.0.11.0/24"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"),
         .sets = "Name: s\nType: hash:net\nHeader: family inet\nMembers:\n10.0.12.0/24 timeout 77\n",
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"), .sets = SET("hash:mac", "02:00:00:00:00:01"), .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

// --return-nomatch asks for the exceptions, where a type has any; a narrower entry of another interface hides
// a wider one; what was counted belongs to the match that may be inverted.
static void what_a_match_asks_of_a_set(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = SET_RULE("dst --return-nomatch"),
         .sets = SET("hash:net family inet", "10.0.12.0/24"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst --return-nomatch"),
         .sets = SET("hash:net family inet", "10.0.12.0/24\nadd s 10.0.12.53 nomatch"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst --return-nomatch"),
         .sets = SET("hash:ip family inet", "10.0.12.53"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,dst"),
         .sets = SET("hash:net,iface family inet", "10.0.12.0/24,eni7\nadd s 10.0.0.0/8,eth0"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst,dst"),
         .sets = SET("hash:net,iface family inet", "10.0.12.0/24,eth0\nadd s 10.0.0.0/8,eni7"),
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -i eni1 -m set ! --match-set s dst --packets-eq 4 -j DROP\n"),
         .sets = SET("hash:ip family inet counters", "10.0.12.53 packets 5 bytes 9"),
         .fate = PACKET_UNKNOWN},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n"
                  " pkts bytes target     prot opt in     out     source               destination\n"
                  "    0     0 DROP       all  --  eni1   *       0.0.0.0/0            0.0.0.0/0  "
                  "! match-set s dst packets-eq 4\n",
         .sets = SET("hash:ip family inet counters", "10.0.12.53 packets 5 bytes 9"),
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

// ipset list -t leaves the members out.
static void a_listing_without_members(void **state)
{
    (void)state;
#define TERSE(name, count)                                                                                   \
    "Name: " name "\nType: hash:ip\nRevision: 6\nHeader: family inet\nNumber of entries: " count "\n\n"
    static const struct walk_case cases[] = {
        {.rules = SET_RULE("dst"), .sets = TERSE("s", "1") TERSE("t", "0"), .fate = PACKET_UNKNOWN},
        {.rules = SET_RULE("dst"), .sets = TERSE("t", "0") TERSE("s", "1"), .fate = PACKET_UNKNOWN},
        {.rules = SET_RULE("dst"), .sets = TERSE("s", "0") TERSE("t", "1"), .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"), .sets = TERSE("t", "1") TERSE("s", "0"), .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = TERSE("s", "1") "create s hash:ip family inet\nadd s 10.0.12.53\n",
         .fate = PACKET_BLOCKED},
    };
    WALK_CHECK(cases);
}

#define LISTED(count) "Name: s\nType: hash:ip\nHeader: family inet\nNumber of entries: " count "\nMembers:\n"

// What is not in a set that breaks off may have been; a set that is whole says no.
static void a_set_that_breaks_off(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = SET_RULE("dst"), .sets = LISTED("2") "10.0.1.1\n", .fate = PACKET_UNKNOWN},
        {.rules = SET_RULE("dst"), .sets = LISTED("1") "10.0.1.1\n", .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"), .sets = LISTED("1") "10.0.1.1", .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"), .sets = LISTED("2") "10.0.12.53\n", .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"), .sets = "Name: s\nType: hash:ip\n", .fate = PACKET_UNKNOWN},
        {.rules = SET_RULE("dst"),
         .sets = LISTED("2") "10.0.1.1\n10.0.1.2\n" SET("hash:ip family inet", "10.0.1.1"),
         .fate = PACKET_UNKNOWN},
        {.rules = SET_RULE("dst"),
         .sets = LISTED("2") "10.0.1.1\n10.0.1.2\n" SET("hash:ip family inet", "10.0.1.1\nadd s 10.0.1.2"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = "create s hash:ip family inet\nadd s 10.0.12.5",
         .fate = PACKET_UNKNOWN},
        {.rules = SET_RULE("dst"),
         .sets = "create s hash:ip family inet\nadd s 10.0.12.5\ncreate t hash:ip\nadd t 10.0.1.1",
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = "create t hash:ip family inet\ncreate s list:set size 8\nadd s t",
         .fate = PACKET_UNKNOWN},
    };
    WALK_CHECK(cases);
}

static void the_programs_output_and_what_is_not(void **state)
{
    (void)state;
    struct error err = {{0}};
    struct ipset_list *list =
        ipset_parse((struct text){span_of("bash: ipset: command not found\n"), 0}, &err);
    assert_null(list);
    list = ipset_parse((struct text){span_of("# ipset list\n# ipset save\n"), 0}, &err);
    assert_non_null(list); // there are none
    assert_int_equal(list->n, 0);
    ipset_free(list);
    list = ipset_parse(
        (struct text){span_of("Name: a\nType: hash:ip\nHeader: family inet\nMembers:\n10.0.0.1\n\n"
                              "create a hash:ip family inet\nadd a 10.0.0.1\nadd a 10.0.0.2\n"),
                      0},
        &err);
    assert_non_null(list);
    assert_int_equal(list->n, 1);
    assert_int_equal(ipset_find(list, span_of("a"))->n, 2);
    ipset_free(list);
}

static void spoilt_sets_do_no_harm(void **state)
{
    (void)state;
    walk_spoilt(SET_RULE("dst,dst"), SET("hash:net,port family inet", "10.0.0.0/8,udp:53 timeout 3 nomatch"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_by_type),
        cmocka_unit_test(what_a_match_asks_of_a_set),
        cmocka_unit_test(a_listing_without_members),
        cmocka_unit_test(a_set_that_breaks_off),
        cmocka_unit_test(the_programs_output_and_what_is_not),
        cmocka_unit_test(spoilt_sets_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
