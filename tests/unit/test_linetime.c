// core/parse/linetime: the forms of a log line's own time, and what must not be taken for one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/linetime.h"

static usec_t at(const char *rfc3339)
{
    usec_t t = TIME_UNKNOWN;
    assert_true(clock_parse_rfc3339(span_of(rfc3339), &t));
    return t;
}

struct form {
    const char *line, *time; // NULL: the line has none
};

static void check_forms(const struct form *forms, size_t n, const struct linetime_context *context)
{
    for (size_t i = 0; i < n; i++) {
        usec_t got = linetime_parse(span_of(forms[i].line), context);
        usec_t want = forms[i].time ? at(forms[i].time) : TIME_UNKNOWN;
        if (got != want)
            fail_msg("%s: %lld, not %lld", forms[i].line, (long long)got, (long long)want);
    }
}

static void written_with_a_year(void **state)
{
    static const struct form forms[] = {
        {"2026-11-23T07:04:10Z x", "2026-11-23T07:04:10Z"},
        {"2026-11-23T07:04:10.123456789Z stdout F I1122 01:02:03.000000 1 a.go] b",
         "2026-11-23T07:04:10.123456Z"},
        {"2026-11-23T09:04:10.5+02:00 host x", "2026-11-23T07:04:10.5Z"},
        {"2026-11-23T02:04:10-0500 ip-10-0-1-2 kubelet[1]: x", "2026-11-23T07:04:10Z"},
        {"2026-11-23 07:04:10,123 - util.py[DEBUG]: x", "2026-11-23T07:04:10.123Z"},
        {"2026-11-23 07:04:10.123  INFO 1 --- [main] x", "2026-11-23T07:04:10.123Z"},
        {"2026/11/23 07:04:10 [error] 7#7: *1 no resolver", "2026-11-23T07:04:10Z"},
        {"2026-11-23 07:04:10 +0100 x", "2026-11-23T06:04:10Z"},
        {"2026-11-23 07:04:10 UTC [1] LOG", "2026-11-23T07:04:10Z"},
        {"[2026-11-23T07:04:10.123Z] \"GET / HTTP/1.1\"", "2026-11-23T07:04:10.123Z"},
        {"ERROR 2026-11-23 07:04:10,5 x", "2026-11-23T07:04:10.5Z"},
        {"[ERROR] [2026-11-23 07:04:10] x", "2026-11-23T07:04:10Z"},
        {"I, [2026-11-23T07:04:10.123456 #1]  INFO -- : x", "2026-11-23T07:04:10.123456Z"},
        {"<34>1 2026-11-23T07:04:10.003Z host app - - x", "2026-11-23T07:04:10.003Z"},
        {"Mon 2026-11-23 07:04:10 UTC host x", "2026-11-23T07:04:10Z"},
        {"[Mon Nov 23 07:04:10 2026] Out of memory", "2026-11-23T07:04:10Z"},
        {"kern  :info  : [Mon Nov 23 07:04:10 2026] x", "2026-11-23T07:04:10Z"},
        {"Mon Nov  2 07:04:10 UTC 2026", "2026-11-02T07:04:10Z"},
        {"Nov 23, 2026 7:04:10 PM com.example.Main x", "2026-11-23T19:04:10Z"},
        {"Nov 23, 2026 12:04:10 AM com.example.Main x", "2026-11-23T00:04:10Z"},
        {"Mon, 23 Nov 2026 07:04:10 +0000 x", "2026-11-23T07:04:10Z"},
        {"23-Nov-2026 07:04:10.123 queries: x", "2026-11-23T07:04:10.123Z"},
        {"10.0.0.1 - - [23/Nov/2026:08:04:10 +0100] \"GET / HTTP/1.1\" 200", "2026-11-23T07:04:10Z"},
        {"1795417450.123456 host kernel: x", "2026-11-23T07:04:10.123456Z"},
    };
    struct linetime_context context = linetime_until(TIME_UNKNOWN);
    (void)state;
    check_forms(forms, ARRAY_LEN(forms), &context);
}

static void by_key(void **state)
{
    static const struct form forms[] = {
        {"{\"level\":\"info\",\"ts\":\"2026-11-23T07:04:10.123Z\",\"msg\":\"x\"}",
         "2026-11-23T07:04:10.123Z"},
        {"{\"ts\":1795417450.123456,\"msg\":\"x\"}", "2026-11-23T07:04:10.123456Z"},
        {"{\"ts\":1.795417450123456e+09,\"msg\":\"x\"}", "2026-11-23T07:04:10.123456Z"},
        {"{\"timestamp\": 1795417450123}", "2026-11-23T07:04:10.123Z"},
        {"{\"log\":\"a \\\"time\\\":\\\"2020-01-01T00:00:00Z\\\"\\n\",\"time\":\"2026-11-23T07:04:10Z\"}",
         "2026-11-23T07:04:10Z"},
        {"{\"a\":{\"ts\":\"2020-01-01T00:00:00Z\"},\"b\":[1,{\"ts\":1}],\"@timestamp\":\"2026-11-23T07:04:"
         "10Z\"}",
         "2026-11-23T07:04:10Z"},
        {"{\"time\":12,\"ts\":\"2026-11-23T07:04:10Z\"}", "2026-11-23T07:04:10Z"},
        {"time=\"2026-11-23T07:04:10.5Z\" level=info msg=\"x\"", "2026-11-23T07:04:10.5Z"},
        {"level=error msg=\"a b=c ts=1\" ts=2026-11-23T07:04:10Z", "2026-11-23T07:04:10Z"},
        {"type=AVC msg=audit(1795417450.123:456): avc", "2026-11-23T07:04:10.123Z"},
        {"{\"msg\":\"no time\"}", NULL},
        {"{\"ts\":\"soon\"}", NULL},
        {"{\"ts", NULL},
        {"{\"ts\":\"", NULL},
        {"level=info msg=\"never ends ts=2026-11-23T07:04:10Z", NULL},
    };
    struct linetime_context context = linetime_until(TIME_UNKNOWN);
    (void)state;
    check_forms(forms, ARRAY_LEN(forms), &context);
}

static void without_a_year(void **state)
{
    static const struct form known[] = {
        {"I1123 07:04:10.123456       1 main.go:1] x", "2026-11-23T07:04:10.123456Z"},
        {"Nov 23 07:04:10 ip-10-0-1-2 kubelet[1]: x", "2026-11-23T07:04:10Z"},
        {"Nov  3 07:04:10.25 host x", "2026-11-03T07:04:10.25Z"},
        {"<6>Nov 23 07:04:10 host x", "2026-11-23T07:04:10Z"},
        {"Dec 31 23:59:59 host x", "2025-12-31T23:59:59Z"},
        {"Feb 29 00:00:00 host x", "2024-02-29T00:00:00Z"},
    };
    static const struct form unknown[] = {
        {"I1123 07:04:10.123456       1 main.go:1] x", NULL},
        {"Nov 23 07:04:10 host x", NULL},
    };
    struct linetime_context context = linetime_until(at("2026-11-23T07:30:00Z"));
    (void)state;
    check_forms(known, ARRAY_LEN(known), &context);
    context = linetime_until(TIME_UNKNOWN);
    check_forms(unknown, ARRAY_LEN(unknown), &context);
}

static void near_a_window_goes_both_ways(void **state)
{
    struct linetime_context context = linetime_near(at("2026-12-31T23:50:00Z"));
    (void)state;
    assert_true(linetime_parse(span_of("Jan  1 00:10:00 h x"), &context) == at("2027-01-01T00:10:00Z"));
    assert_true(linetime_parse(span_of("Dec 31 00:10:00 h x"), &context) == at("2026-12-31T00:10:00Z"));
}

static void zone_and_boot_come_from_the_context(void **state)
{
    struct linetime_context context = linetime_until(at("2026-11-23T07:30:00Z"));
    (void)state;
    assert_true(linetime_parse(span_of("[   12.345678] x"), &context) == TIME_UNKNOWN);
    context.boot = at("2026-11-23T07:00:00Z");
    context.zone = USEC_HOUR;
    assert_true(linetime_parse(span_of("[   12.345678] x"), &context) == at("2026-11-23T07:00:12.345678Z"));
    assert_true(linetime_parse(span_of("Nov 23 08:04:10 h x"), &context) == at("2026-11-23T07:04:10Z"));
    assert_true(linetime_parse(span_of("2026-11-23T07:04:10Z x"), &context) == at("2026-11-23T07:04:10Z"));
}

static void not_a_line_s_own_time(void **state)
{
    static const struct form forms[] = {
        {"", NULL},
        {"certificate ends 2027-01-01T00:00:00Z", NULL},
        {"\tat java.net.InetAddress.getAllByName(InetAddress.java:1281)", NULL},
        {"2026-11-23", NULL},
        {"2026-13-23T07:04:10Z", NULL},
        {"2026-11-31T07:04:10Z", NULL},
        {"07:04:10.123 [main] ERROR x", NULL},
        {"Nov 23 07:04", NULL},
        {"I1323 07:04:10.123456 1 x", NULL},
        {"Information 2026-11-23T07:04:10Z", NULL},
        {"[INFO] 10.0.1.2:3456 - 7 \"A IN name. udp 41 false 512\" NOERROR", NULL},
        {"1234567890", NULL},
        {"[[[[[[[[[[2026-11-23T07:04:10Z", NULL},
    };
    struct linetime_context context = linetime_until(at("2026-11-23T07:30:00Z"));
    (void)state;
    check_forms(forms, ARRAY_LEN(forms), &context);
}

// Every cut of a line, and every byte in every place, must be survived.
static void any_bytes(void **state)
{
    static const char *const lines[] = {
        "<34>[Mon Nov 23 07:04:10 2026] x",
        "{\"a\":[1],\"ts\":1795417450.5e+00}",
        "level=info ts=2026-11-23T07:04:10Z",
        "a [23/Nov/2026:07:04:10 +0000]",
    };
    struct linetime_context context = linetime_until(at("2026-11-23T07:30:00Z"));
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        size_t len = strlen(lines[i]);
        for (size_t cut = 0; cut <= len; cut++) {
            char *copy = mem_dup(lines[i], len);
            linetime_parse(span_make(copy, cut), &context);
            for (int byte = 0; byte < 256 && cut < len; byte++) {
                copy[cut] = (char)byte;
                linetime_parse(span_make(copy, len), &context);
            }
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_with_a_year),
        cmocka_unit_test(by_key),
        cmocka_unit_test(without_a_year),
        cmocka_unit_test(near_a_window_goes_both_ways),
        cmocka_unit_test(zone_and_boot_come_from_the_context),
        cmocka_unit_test(not_a_line_s_own_time),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
