// The intake: the name in a pasted error, and what each field takes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/view_intake.h"

static void test_names_in_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"java.net.UnknownHostException: orders.shop.svc.cluster.local", "orders.shop.svc.cluster.local"},
        {"Caused by: java.net.UnknownHostException: orders: Name or service not known", "orders"},
        {"curl: (6) Could not resolve host: api.example.com", "api.example.com"},
        {"dial tcp: lookup orders.shop on 172.20.0.10:53: no such host", "orders.shop"},
        {"Error: getaddrinfo ENOTFOUND db.internal", "db.internal"},
        {"getaddrinfo EAI_AGAIN redis", "redis"},
        {"socket.gaierror: [Errno -2] Name or service not known", ""},
        {"ping: orders.shop: Name or service not known", "orders.shop"},
        {"connection refused", ""},
        {"", ""},
        {"\xff\xfe \x1b[31m", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str name = {0};
        assert_int_equal(intake_find_name(span_of(cases[i].text), &name), cases[i].want[0] != '\0');
        assert_string_equal(str_text(&name), cases[i].want);
        str_done(&name);
    }
}

static bool check_with(enum intake_field field, const char *text)
{
    struct intake intake;
    intake_init(&intake, NULL);
    prompt_set(&intake.fields[FIELD_FROM], span_of("."));
    prompt_set(&intake.fields[field], span_of(text));
    bool ok = intake_check(&intake);
    assert_true(ok || (intake.at == field && intake.errors[field].text[0]));
    intake_done(&intake);
    return ok;
}

static void test_fields_are_checked(void **state)
{
    (void)state;
    assert_true(check_with(FIELD_POD, "checkout-7d9c5b6f4-x2x9p"));
    assert_false(check_with(FIELD_POD, "two words"));
    assert_false(check_with(FIELD_NAMESPACE, "shop/x"));
    assert_true(check_with(FIELD_INSTANCE, "i-0123456789abcdef0"));
    assert_false(check_with(FIELD_INSTANCE, "i-xyz"));
    assert_true(check_with(FIELD_SINCE, "07:04"));
    assert_true(check_with(FIELD_SINCE, "-30m"));
    assert_false(check_with(FIELD_SINCE, "yesterday"));
    assert_false(check_with(FIELD_FROM, "/no/such/path"));
    assert_true(check_with(FIELD_FROM, "")); // the cluster itself
    assert_true(check_with(FIELD_SYMPTOM, "anything: at \"all\""));
}

static void test_a_pasted_text_fills_the_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *query, *pod, *space, *node, *since;
    } cases[] = {
        {"2026-11-23T07:04:10Z checkout: lookup orders.shop.svc.cluster.local: no such host "
         "(pod/checkout-7d9c-x2, "
         "namespace=shop, node/ip-10-0-11-37)",
         "orders.shop.svc.cluster.local", "checkout-7d9c-x2", "shop", "ip-10-0-11-37",
         "2026-11-23T07:04:10Z"},
        {"kubectl logs -n shop pod/web-1: getaddrinfo ENOTFOUND api.example.com", "api.example.com", "web-1",
         "shop", "", ""},
        {"it is slow", "", "", "", "", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct intake intake;
        intake_init(&intake, NULL);
        intake_take(&intake, span_of(cases[i].text));
        assert_string_equal(str_text(&intake.fields[FIELD_QUERY].text), cases[i].query);
        assert_string_equal(str_text(&intake.fields[FIELD_POD].text), cases[i].pod);
        assert_string_equal(str_text(&intake.fields[FIELD_NAMESPACE].text), cases[i].space);
        assert_string_equal(str_text(&intake.fields[FIELD_NODE].text), cases[i].node);
        assert_string_equal(str_text(&intake.fields[FIELD_SINCE].text), cases[i].since);
        intake_done(&intake);
    }
}

static void test_end_before_beginning(void **state)
{
    (void)state;
    struct intake intake;
    intake_init(&intake, NULL);
    prompt_set(&intake.fields[FIELD_FROM], span_of("."));
    prompt_set(&intake.fields[FIELD_SINCE], span_of("2026-11-23T07:30:00Z"));
    prompt_set(&intake.fields[FIELD_UNTIL], span_of("2026-11-23T07:00:00Z"));
    assert_false(intake_check(&intake));
    assert_int_equal(intake.at, FIELD_UNTIL);
    intake_done(&intake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_in_errors),
        cmocka_unit_test(test_fields_are_checked),
        cmocka_unit_test(test_a_pasted_text_fills_the_form),
        cmocka_unit_test(test_end_before_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
