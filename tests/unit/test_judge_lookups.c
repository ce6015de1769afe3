// judge/lookups: what is normal, and what only looks so when half of the evidence is missing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/kit/scene.h"

static void only_a_search_list_puts_something_behind_the_domain(void **state)
{
    (void)state;
    static const char *const doubled[] = {"db.shop.svc.cluster.local.cluster.local",
                                          "db.shop.svc.cluster.local.shop.svc.cluster.local",
                                          "db.shop.svc.cluster.local.ec2.internal"};
    static const char *const plain[] = {
        "db.shop.svc.cluster.local",         "cluster.local", "cluster.local.example.com",
        "mycluster.local.svc.cluster.local", "example.com",   ""};
    for (size_t i = 0; i < sizeof doubled / sizeof *doubled; i++)
        assert_true(lookup_name_is_doubled(span_of(doubled[i]), "cluster.local"));
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_false(lookup_name_is_doubled(span_of(plain[i]), "cluster.local"));
}

// The pod's resolv.conf was not collected, so that nobody says which domains it searches.
static void an_expansion_is_no_missing_name(void **state)
{
    struct scene *s = *state;
    scene_target(s, "null");
    scene_write(s, "pods/shop/cart-1/resolv.conf", NULL);
    scene_dig(s, "doubled", "172.20.0.10", "orders.shop.svc.cluster.local.cluster.local", "NXDOMAIN");
    scene_judge(s);
    assert_int_not_equal(s->cause->diagnosis, DIAGNOSIS_NAME_DOES_NOT_EXIST);
}

static void some_answers_by_hand_do_not_clear_a_pod_that_nobody_watched(void **state)
{
    struct scene *s = *state;
    scene_target(s, "orders.shop.svc.cluster.local");
    scene_dig(s, "query-udp", "172.20.0.10", "orders.shop.svc.cluster.local", "NOERROR");
    scene_dig(s, "query-tcp", "172.20.0.10", "orders.shop.svc.cluster.local", "NOERROR");
    scene_judge(s);
    assert_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT));
}

static void a_quiet_log_beside_answers_clears_it(void **state)
{
    struct scene *s = *state;
    scene_target(s, "orders.shop.svc.cluster.local");
    scene_write(s, "pods/shop/cart-1/app.log",
                "2026-11-23T06:58:00Z INFO started\n2026-11-23T07:29:00Z INFO 200 GET /cart\n");
    scene_dig(s, "query-udp", "172.20.0.10", "orders.shop.svc.cluster.local", "NOERROR");
    scene_judge(s);
    assert_non_null(scene_claim(s, CLAIM_CAUSE, DIAGNOSIS_NO_FAULT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_search_list_puts_something_behind_the_domain),
        SCENE_TEST(an_expansion_is_no_missing_name),
        SCENE_TEST(some_answers_by_hand_do_not_clear_a_pod_that_nobody_watched),
        SCENE_TEST(a_quiet_log_beside_answers_clears_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
