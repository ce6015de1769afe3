// judge/searchlist: the questions that a name becomes, library by library.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/judge/searchlist.h"

static struct arena arena;
static const char *const domains[] = {"shop.svc.cluster.local", "svc.cluster.local", "cluster.local",
                                      "ec2.internal"};

static struct search_list make(enum search_libc libc, unsigned ndots, const char *name)
{
    const struct search_rules rules = {.libc = libc,
                                       .ndots = ndots,
                                       .domains = domains,
                                       .n_domains = ARRAY_LEN(domains),
                                       .a = true,
                                       .aaaa = true};
    struct search_list list;
    search_list_make(&arena, &rules, name, &list);
    return list;
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void few_dots_search_first(void **state)
{
    (void)state;
    struct search_list list = make(SEARCH_GLIBC, 5, "Orders.shop.svc.cluster.local");
    assert_int_equal(list.n, 5);
    assert_string_equal(list.items[0].name, "orders.shop.svc.cluster.local.shop.svc.cluster.local");
    assert_true(list.items[0].expansion);
    assert_string_equal(list.items[4].name, "orders.shop.svc.cluster.local");
    assert_false(list.items[4].expansion);
    assert_int_equal(list.queries, 10);
}

static void enough_dots_go_first_and_musl_stops_there(void **state)
{
    (void)state;
    struct search_list glibc = make(SEARCH_GLIBC, 2, "api.example.com");
    assert_string_equal(glibc.items[0].name, "api.example.com");
    assert_int_equal(glibc.n, 5);
    assert_int_equal(make(SEARCH_GO, 2, "api.example.com").n, 5);
    assert_int_equal(make(SEARCH_MUSL, 2, "api.example.com").n, 1);
    assert_int_equal(make(SEARCH_MUSL, 5, "api.example.com").n, 5);
}

static void a_last_dot_or_dig_asks_once(void **state)
{
    (void)state;
    struct search_list list = make(SEARCH_GLIBC, 5, "api.example.com.");
    assert_int_equal(list.n, 1);
    assert_string_equal(list.items[0].name, "api.example.com");
    assert_int_equal(make(SEARCH_DIG, 5, "api").n, 1);
}

static void rules_come_from_resolv_conf(void **state)
{
    (void)state;
    const char *text = "search a.example .\noptions ndots:3 no-aaaa\n";
    const struct resolvconf *conf = resolvconf_parse(&arena, (struct text){span_of(text), 0});
    struct search_rules rules;
    search_rules_init(&rules, &arena, conf, SEARCH_GLIBC);
    assert_int_equal(rules.ndots, 3);
    struct search_list list;
    search_list_make(&arena, &rules, "x.y", &list);
    assert_int_equal(list.n, 2); // the root adds no question of its own
    assert_int_equal(list.queries, 2);
    search_rules_init(&rules, &arena, NULL, SEARCH_MUSL);
    search_list_make(&arena, &rules, "x.y", &list);
    assert_int_equal(list.n, 1);
}

static void names_too_long_are_not_asked(void **state)
{
    (void)state;
    char name[252];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct search_list list = make(SEARCH_GLIBC, 5, name);
    assert_int_equal(list.n, 1);
    assert_int_equal(make(SEARCH_GLIBC, 5, "").n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_dots_search_first),
        cmocka_unit_test(enough_dots_go_first_and_musl_stops_there),
        cmocka_unit_test(a_last_dot_or_dig_asks_once),
        cmocka_unit_test(rules_come_from_resolv_conf),
        cmocka_unit_test(names_too_long_are_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
