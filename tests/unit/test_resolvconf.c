// parse/resolvconf: what glibc keeps, what it ignores, and where it stands.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/parse/resolvconf.h"

static struct arena arena;

static const struct resolvconf *parse(const char *text)
{
    return resolvconf_parse(&arena, (struct text){span_of(text), 7});
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void a_pods_file_is_read_with_places(void **state)
{
    (void)state;
    const struct resolvconf *conf = parse("search shop.svc.cluster.local svc.cluster.local. cluster.local\n"
                                          "nameserver 10.100.0.10\n"
                                          "options ndots:5 edns0\n");
    assert_int_equal(conf->n_search, 3);
    assert_string_equal(conf->search[1].name, "svc.cluster.local");
    assert_int_equal(conf->n_servers, 1);
    assert_true(conf->servers[0].used);
    assert_int_equal(conf->servers[0].place.line, 2);
    assert_int_equal(conf->servers[0].place.column, 11);
    assert_int_equal(conf->servers[0].place.file, 7);
    assert_int_equal(conf->ndots, 5);
    assert_int_equal(conf->ndots_place.line, 3);
    assert_true(conf->edns0);
}

static void only_three_addresses_are_asked(void **state)
{
    (void)state;
    const struct resolvconf *conf =
        parse("nameserver 10.0.0.1\nnameserver nonsense\nnameserver fd00:ec2::253\n"
              "nameserver fe80::1%eth0 # link-local\nnameserver 10.0.0.4\n");
    assert_int_equal(conf->n_servers, 5);
    assert_true(conf->servers[0].used);
    assert_false(conf->servers[1].used);
    assert_true(conf->servers[2].used);
    assert_true(conf->servers[3].used);
    assert_false(conf->servers[4].used);
    assert_true(resolvconf_asks(conf, conf->servers[2].ip));
    assert_false(resolvconf_asks(conf, conf->servers[4].ip));
}

static void the_last_search_or_domain_wins(void **state)
{
    (void)state;
    const struct resolvconf *conf = parse("search a.example b.example\ndomain c.example d.example\n");
    assert_int_equal(conf->n_search, 1);
    assert_string_equal(conf->search[0].name, "c.example");
}

static void old_glibc_keeps_six_domains(void **state)
{
    (void)state;
    const struct resolvconf *conf = parse("search a b c d e f g\n");
    assert_int_equal(conf->n_search, 7);
    assert_true(conf->search[5].old);
    assert_false(conf->search[6].old);
}

static void comments_and_unknown_lines_are_nothing(void **state)
{
    (void)state;
    const struct resolvconf *conf = parse("# made by somebody\n;nameserver 10.0.0.1\n nameserver 10.0.0.2\n"
                                          "nameserver10.0.0.3\nnameserver\t10.0.0.5\r\n");
    assert_int_equal(conf->n_servers, 1);
    assert_string_equal(conf->servers[0].text, "10.0.0.5");
    assert_string_equal(conf->comment, "made by somebody");
}

static void options_are_clipped(void **state)
{
    (void)state;
    const struct resolvconf *conf = parse("options ndots:99 timeout:400 attempts:9 use-vc\n"
                                          "options single-request-reopen no-aaaa ndots:x\n");
    assert_int_equal(conf->ndots, 15);
    assert_int_equal(conf->timeout, 30);
    assert_int_equal(conf->attempts, 5);
    assert_true(conf->use_vc && conf->single_request_reopen && conf->no_aaaa);
    assert_false(conf->single_request);
}

static void nothing_gives_the_defaults(void **state)
{
    (void)state;
    const struct resolvconf *conf = parse("");
    assert_int_equal(conf->n_servers, 0);
    assert_int_equal(conf->ndots, 1);
    assert_int_equal(conf->timeout, 5);
    assert_false(place_is_set(conf->ndots_place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pods_file_is_read_with_places),
        cmocka_unit_test(only_three_addresses_are_asked),
        cmocka_unit_test(the_last_search_or_domain_wins),
        cmocka_unit_test(old_glibc_keeps_six_domains),
        cmocka_unit_test(comments_and_unknown_lines_are_nothing),
        cmocka_unit_test(options_are_clipped),
        cmocka_unit_test(nothing_gives_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
