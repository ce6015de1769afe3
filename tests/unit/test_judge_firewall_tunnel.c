// judge/firewall, of an overlay's packets: rules that stop them stop the queries that they carry.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/scene.h"

static const struct claim *block(const struct scene *s)
{
    return scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_HOST_FIREWALL);
}

#define OVERLAY                                                                                              \
    "default via 10.0.1.254 dev eth0\n10.0.2.0/24 via 10.0.2.0 dev flannel.1 onlink\n"                       \
    "10.0.3.0/24 via 10.0.3.0 dev flannel.1 onlink\n10.0.1.10 dev eni1 scope link\n"                         \
    "local 10.0.1.1 dev eth0 table local proto kernel scope host src 10.0.1.1\n"

static void judge_overlay(struct scene *s, const char *rules, const char *from_endpoint)
{
    scene_filter(s, "n2", rules);
    scene_write(s, "nodes/n1/networking/iproute.txt", OVERLAY);
    scene_write(s, "nodes/n2/networking/iproute.txt", NULL);
    scene_dig(s, "coredns", "10.0.2.10", SCENE_NAME, from_endpoint);
    scene_ask_in_vain(s);
    scene_judge(s);
}

// No rule names DNS. By which interface packets come to n2 is not known: by the loopback they do not.
#define CLOSED "-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j DROP\n"

static void a_closed_node_lets_no_tunnel_in(void **state)
{
    struct scene *s = *state;
    judge_overlay(s, CLOSED, NULL);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
    assert_string_equal(block(s)->object, "n2");
    scene_expect(block(s)->text, "the overlay's packets, which carry the pods' DNS, on UDP 8472");
    scene_expect(block(s)->fix, "-I INPUT -p udp --dport 8472 -j ACCEPT");
    assert_true(scene_cites(s, block(s), "-A INPUT -j DROP"));
}

static void one_that_knows_the_tunnel_does(void **state)
{
    struct scene *s = *state;
    static const char *const lets_in[] = {"8472", "4789"}; // the usual port, and one that it may be set to
    for (size_t i = 0; i < ARRAY_LEN(lets_in); i++) {
        scene_reset(s);
        judge_overlay(
            s, arena_printf(&s->arena, "-A INPUT -p udp -m udp --dport %s -j ACCEPT\n" CLOSED, lets_in[i]),
            NULL);
        assert_null(block(s));
    }
}

static void a_rule_against_the_tunnel_by_its_port(void **state)
{
    struct scene *s = *state;
    judge_overlay(s, "-A INPUT -p udp -m udp --dport 8472 -j DROP\n", NULL);
    SCENE_CONCLUDES(s, DIAGNOSIS_HOST_FIREWALL, VERDICT_LIKELY);
}

// … and whatever the port is, what was answered from there came through.
static void what_was_answered_through_it_is_not_stopped(void **state)
{
    struct scene *s = *state;
    judge_overlay(s, CLOSED, "NOERROR");
    assert_null(block(s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_closed_node_lets_no_tunnel_in),
        SCENE_TEST(one_that_knows_the_tunnel_does),
        SCENE_TEST(a_rule_against_the_tunnel_by_its_port),
        SCENE_TEST(what_was_answered_through_it_is_not_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
