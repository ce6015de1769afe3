// report/fill_in: what a person copies from the report is a command of this incident, and never more than a
// command.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/report/fill_in.h"
#include "tests/kit/scene.h"

static struct scene s;

static int start(void **state)
{
    (void)state;
    scene_init(&s);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    scene_done(&s);
    return 0;
}

static void expect(const char *text, const char *filled)
{
    assert_string_equal(fill_in(&s.arena, s.facts, text), filled);
}

static void words_give_way_to_what_is_known(void **state)
{
    (void)state;
    scene_judge(&s);
    expect("dig @KUBE-DNS NAME: NOERROR", "dig @172.20.0.10 orders.shop.svc.cluster.local: NOERROR");
    expect("d5tui policy --pod NS/POD --to COREDNS-POD", "d5tui policy --pod shop/cart-1 --to 10.0.2.10");
    expect("", "");
    assert_null(fill_in(&s.arena, s.facts, NULL));
}

static void only_whole_words_do(void **state)
{
    (void)state;
    scene_judge(&s);
    expect("NAMES HOSTNAME NAME-OF /NAME", "NAMES HOSTNAME NAME-OF /NAME");
}

static void what_is_not_known_keeps_its_word(void **state)
{
    (void)state;
    scene_write(&s, "target.yaml", "window: {from: 2026-11-23T07:00:00Z, to: 2026-11-23T07:30:00Z}\n");
    scene_write(&s, "cluster/services.json", NULL);
    scene_write(&s, "cluster/endpointslices.json", NULL);
    scene_judge(&s);
    expect("dig @COREDNS-POD NAME", "dig @COREDNS-POD NAME");
    expect("dig @UPSTREAM", "dig @UPSTREAM");
}

static void nothing_that_a_shell_would_act_on_is_filled_in(void **state)
{
    static const char *const hostile[] = {"a.example; rm -rf ~",
                                          "$(id).example",
                                          "`id`",
                                          "a\nb",
                                          "-f/etc/passwd",
                                          "a b",
                                          "a|b",
                                          "~root",
                                          "a&b",
                                          "a>b",
                                          "*"};
    (void)state;
    scene_judge(&s);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        s.facts->target.query = hostile[i];
        expect("dig NAME", "dig NAME");
    }
}

static void upstream_is_the_one_that_the_corefile_names(void **state)
{
    (void)state;
    scene_corefile(&s, ".:53 {\\n forward . 10.9.9.2\\n}\\n");
    scene_judge(&s);
    expect("dig @UPSTREAM NAME", "dig @10.9.9.2 orders.shop.svc.cluster.local");
}

static void several_upstreams_are_nobody_in_particular(void **state)
{
    (void)state;
    scene_corefile(&s, ".:53 {\\n forward . 10.9.9.2 10.9.9.3\\n}\\n");
    scene_judge(&s);
    expect("dig @UPSTREAM", "dig @UPSTREAM");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(words_give_way_to_what_is_known),
        TEST(only_whole_words_do),
        TEST(what_is_not_known_keeps_its_word),
        TEST(nothing_that_a_shell_would_act_on_is_filled_in),
        TEST(upstream_is_the_one_that_the_corefile_names),
        TEST(several_upstreams_are_nobody_in_particular),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
