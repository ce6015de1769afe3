// core/parse: dig's output in the ways that it comes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/parse/dig.h"

static const char answered[] =
    "\n; <<>> DiG 9.18.30 <<>> @10.96.0.10 Cart.shop.svc.cluster.local +tcp\n; (1 server found)\n"
    ";; global options: +cmd\n;; Got answer:\n;; WARNING: .local is reserved for Multicast DNS\n"
    ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 38753\n"
    ";; flags: qr aa rd; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1\n"
    ";; WARNING: recursion requested but not available\n\n;; OPT PSEUDOSECTION:\n"
    "; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;cart.shop.svc.cluster.local.\tIN\tAAAA\n\n"
    ";; ANSWER SECTION:\ncart.shop.svc.cluster.local.\t5\tIN\tAAAA\tfd00::7\n\n;; Query time: 3 msec\n"
    ";; SERVER: 10.96.0.10#53(10.96.0.10) (TCP)\n;; WHEN: Mon Nov 09 19:01:15 UTC 2026\n;; MSG SIZE  rcvd: "
    "121\n\n";

static const char timed_out[] =
    ";; communications error to 10.96.0.10#53: timed out\n"
    ";; communications error to 10.96.0.10#53: timed out\n"
    ";; communications error to 10.96.0.10#53: timed out\n\n"
    "; <<>> DiG 9.18.30 <<>> @10.96.0.10 cart.shop.svc.cluster.local\n"
    "; (1 server found)\n;; global options: +cmd\n;; no servers could be reached\n";

static const char old_timeout[] =
    "\n; <<>> DiG 9.11.4 <<>> @10.96.0.10 -p 5353 cart.shop SRV +bufsize=4096\n"
    ";; global options: +cmd\n;; connection timed out; no servers could be reached\n";

static const struct digs *parse(struct arena *arena, const char *text)
{
    return dig_parse(arena, (struct text){span_of(text), 3});
}

static void an_answer_is_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct digs *d = parse(&arena, answered);
    assert_int_equal(d->n, 1);
    const struct dig *q = &d->items[0];
    assert_int_equal(q->outcome, DIG_ANSWER);
    assert_string_equal(q->name, "cart.shop.svc.cluster.local");
    assert_string_equal(q->type, "AAAA");
    assert_string_equal(q->rcode, "NOERROR");
    assert_true(q->tcp && q->authoritative && !q->recursion_available && !q->truncated);
    assert_int_equal(q->answers, 2);
    assert_int_equal(q->size, 121);
    assert_int_equal(q->latency, 3000);
    assert_int_equal(q->place.line, 7);
    char when[32], server[IP_TEXT];
    assert_string_equal(clock_format(q->time, when), "2026-11-09T19:01:15Z");
    assert_string_equal(ip_format_port(q->server, q->port, server), "10.96.0.10:53");
    arena_done(&arena);
}

static void errors_before_the_banner_are_its_own(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct digs *d = parse(&arena, timed_out);
    assert_int_equal(d->n, 1);
    assert_int_equal(d->items[0].outcome, DIG_TIMEOUT);
    assert_int_equal(d->items[0].failures, 3);
    assert_int_equal(d->items[0].place.line, 1);
    assert_string_equal(d->items[0].name, "cart.shop.svc.cluster.local");
    d = parse(&arena, old_timeout);
    assert_int_equal(d->n, 1);
    assert_int_equal(d->items[0].outcome, DIG_TIMEOUT);
    assert_int_equal(d->items[0].bufsize, 4096);
    assert_int_equal(d->items[0].port, 5353);
    assert_string_equal(d->items[0].type, "SRV");
    arena_done(&arena);
}

static void several_queries_stay_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str all = {0};
    str_add(&all, timed_out);
    str_add(&all, timed_out);
    str_add(&all, answered);
    str_add(
        &all,
        ";; communications error to 10.0.0.9#53: connection refused\n\n"
        "; <<>> DiG 9.18.30 <<>> @10.0.0.9 cart\n;; global options: +cmd\n;; no servers could be reached\n");
    const struct digs *d = parse(&arena, str_text(&all));
    assert_int_equal(d->n, 4);
    assert_int_equal(d->items[0].outcome, DIG_TIMEOUT);
    assert_int_equal(d->items[1].outcome, DIG_TIMEOUT);
    assert_int_equal(d->items[1].failures, 3);
    assert_int_equal(d->items[2].outcome, DIG_ANSWER);
    assert_int_equal(d->items[3].outcome, DIG_REFUSED);
    str_done(&all);
    arena_done(&arena);
}

static void a_late_answer_is_an_answer(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str all = {0};
    str_add(&all, ";; communications error to 10.96.0.10#53: timed out\n");
    str_add(&all, answered);
    const struct digs *d = parse(&arena, str_text(&all));
    assert_int_equal(d->n, 1);
    assert_int_equal(d->items[0].outcome, DIG_ANSWER);
    assert_int_equal(d->items[0].failures, 1);
    str_done(&all);
    arena_done(&arena);
}

static void the_zone_that_says_no_is_named(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct digs *d = parse(
        &arena,
        "; <<>> DiG 9.18.1 <<>> nope.example.org\n;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n"
        ";; flags: qr rd ra tc; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1\n"
        ";; AUTHORITY SECTION:\nExample.org.\t60\tIN\tSOA\tns.example.org. h.example.org. 1 2 3 4 5\n"
        ";; WHEN: Mon Nov 09 20:01:15 CET 2026\n");
    assert_int_equal(d->n, 1);
    assert_string_equal(d->items[0].soa, "example.org");
    assert_true(d->items[0].truncated);
    char when[32];
    assert_string_equal(clock_format(d->items[0].time, when), "2026-11-09T19:01:15Z");
    arena_done(&arena);
}

static void short_output_is_an_answer(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct digs *d = parse(&arena, "10.0.0.5\n10.0.0.6\n");
    assert_int_equal(d->n, 1);
    assert_int_equal(d->items[0].outcome, DIG_ANSWER);
    assert_int_equal(d->items[0].answers, 2);
    assert_int_equal(parse(&arena, "Error from server (Forbidden): no\n")->n, 0);
    assert_int_equal(parse(&arena, "")->n, 0);
    arena_done(&arena);
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    static const char *const sources[] = {answered, timed_out, old_timeout};
    for (size_t s = 0; s < ARRAY_LEN(sources); s++) {
        size_t n = strlen(sources[s]);
        for (size_t i = 0; i < 2 * n; i++) {
            size_t len = i < n ? i : n;
            char *bytes = mem_dup(sources[s], len ? len : 1);
            if (i >= n)
                bytes[i - n] = (char)(i * 31);
            struct arena arena = {0};
            dig_parse(&arena, (struct text){{bytes, len}, 1});
            arena_done(&arena);
            free(bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_read),
        cmocka_unit_test(errors_before_the_banner_are_its_own),
        cmocka_unit_test(several_queries_stay_apart),
        cmocka_unit_test(a_late_answer_is_an_answer),
        cmocka_unit_test(the_zone_that_says_no_is_named),
        cmocka_unit_test(short_output_is_an_answer),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
