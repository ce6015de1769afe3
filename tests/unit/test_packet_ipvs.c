// A packet to a virtual service of IPVS: see test_packet.c. The order of its hooks is ip_vs_core.c's; the
// kernel that the other tests asked has none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"
#include "tests/kit/walk.h"

#define VIP "172.20.0.10"

// Reads the listing and walks to VIP, with each of the cases.
static void check(const char *servers, const struct walk_case *cases, size_t n)
{
    struct arena arena = {0};
    struct ipvs ipvs = {0};
    const char *text = arena_printf(&arena,
                                    "IP Virtual Server version 1.2.1 (size=4096)\n"
                                    "Prot LocalAddress:Port Scheduler Flags\n"
                                    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
                                    "UDP  172.20.0.10:53 rr\n%s",
                                    servers);
    assert_true(ipvs_parse(&arena, (struct text){span_of(text), 3}, &ipvs));
    for (size_t i = 0; i < n; i++) {
        struct walk_case c = cases[i];
        c.ipvs = &ipvs;
        c.dst = VIP;
        walk_check(&c, 1);
    }
    arena_done(&arena);
}
#define CHECK(servers, cases) check(servers, cases, ARRAY_LEN(cases))

#define ONE  "  -> 10.0.12.53:53 Masq 1 0 0\n"
#define BOTH ONE "  -> 10.0.13.53:53 Masq 1 0 0\n"
#define MANGLE(rules)                                                                                        \
    "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"  \
    ":POSTROUTING ACCEPT [0:0]\n" rules "COMMIT\n"

static void the_query_goes_through_input_and_output(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -p udp --dport 53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A INPUT -d " VIP " -p udp --dport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("-A INPUT -d 10.0.12.53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A OUTPUT -d 10.0.12.53 -p udp --dport 53 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A OUTPUT -d " VIP " -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = MANGLE("-A POSTROUTING -s 10.0.11.23 -d 10.0.12.53 -j DROP\n"), .fate = PACKET_BLOCKED},
    };
    CHECK(ONE, cases);
}

static void the_answer_is_forwarded(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -s 10.0.12.53 -p udp --sport 53 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -s " VIP " -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -j DROP\n"),
         .fate = PACKET_PASSES},
        {.rules = FILTER("-A OUTPUT -p udp --sport 53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = MANGLE("-A POSTROUTING -s " VIP " -d 10.0.11.23 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -p udp --sport 53 -j NOTRACK\n"), .fate = PACKET_PASSES},
        {.rules =
             NAT("-A POSTROUTING -j MASQUERADE\n") FILTER("-A FORWARD -s 10.0.12.53 -d 10.0.11.23 -j DROP\n"),
         .fate = PACKET_BLOCKED},
    };
    CHECK(ONE, cases);
}

static void servers_are_branches(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -s 10.0.13.0/24 -j DROP\n"), .fate = PACKET_BLOCKED, .line = FIRST},
        {.rules = FILTER("-A FORWARD -s 10.0.99.0/24 -j DROP\n"), .fate = PACKET_PASSES},
    };
    CHECK(BOTH, cases);
}

static void a_drained_server_gets_nothing(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -s 10.0.13.0/24 -j DROP\n"), .fate = PACKET_PASSES},
    };
    CHECK(ONE "  -> 10.0.13.53:53 Masq 0 0 0\n", cases);
}

static void without_servers_nothing_is_served(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {{.rules = FILTER(""), .fate = PACKET_BLOCKED}};
    CHECK("", cases);
}

static void what_cannot_be_told(void **state)
{
    (void)state;
    static const struct walk_case named[] = {{.rules = FILTER(""), .fate = PACKET_UNKNOWN}};
    static const struct walk_case own[] = {
        {.rules = FILTER(""), .src = "10.0.11.37", .hook = NF_OUTPUT, .fate = PACKET_UNKNOWN}};
    CHECK(ONE "  -> web-7.example.internal:53 Masq 1 0 0\n", named);
    CHECK(ONE, own);
}

static void another_port_is_not_served(void **state)
{
    (void)state;
    static const struct walk_case cases[] = {
        {.rules = FILTER("-A FORWARD -p tcp --dport 53 -j DROP\n"), .proto = 6, .fate = PACKET_BLOCKED}};
    CHECK(ONE, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_query_goes_through_input_and_output),
        cmocka_unit_test(the_answer_is_forwarded),
        cmocka_unit_test(servers_are_branches),
        cmocka_unit_test(a_drained_server_gets_nothing),
        cmocka_unit_test(without_servers_nothing_is_served),
        cmocka_unit_test(what_cannot_be_told),
        cmocka_unit_test(another_port_is_not_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
