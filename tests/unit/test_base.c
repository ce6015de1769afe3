// core/base: spans, strings, times, addresses, UTF-8.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/intern.h"
#include "core/base/ip.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

static void span_cut_gives_empty_parts(void **state)
{
    (void)state;
    struct span rest = span_of("a,,b"), part;
    assert_true(span_cut(&rest, ',', &part) && span_is(part, "a"));
    assert_true(span_cut(&rest, ',', &part) && span_is(part, ""));
    assert_true(span_cut(&rest, ',', &part) && span_is(part, "b"));
    assert_false(span_cut(&rest, ',', &part));
}

static void span_cut_line_drops_cr(void **state)
{
    (void)state;
    struct span rest = span_of("one\r\n\ntwo"), line;
    assert_true(span_cut_line(&rest, &line) && span_is(line, "one"));
    assert_true(span_cut_line(&rest, &line) && span_is(line, ""));
    assert_true(span_cut_line(&rest, &line) && span_is(line, "two"));
    assert_false(span_cut_line(&rest, &line));
}

static void span_numbers_are_whole(void **state)
{
    (void)state;
    uint64_t n = 7;
    assert_true(span_to_u64(span_of("0xff"), &n) && n == 255);
    assert_true(span_to_u64(span_of("18446744073709551615"), &n) && n == UINT64_MAX);
    assert_false(span_to_u64(span_of("18446744073709551616"), &n));
    assert_false(span_to_u64(span_of("12x"), &n));
    assert_false(span_to_u64(span_of(""), &n));
    uint16_t port;
    assert_false(span_to_u16(span_of("65536"), &port));
}

static void clock_reads_offsets_and_fractions(void **state)
{
    (void)state;
    usec_t a, b;
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T07:04:10Z"), &a));
    assert_true(clock_parse_rfc3339(span_of("2026-11-23 09:04:10.5+02:00"), &b));
    assert_int_equal(b - a, USEC_SEC / 2);
    assert_false(clock_parse_rfc3339(span_of("2026-02-29T00:00:00Z"), &a));
    assert_true(clock_parse_rfc3339(span_of("2024-02-29T00:00:00Z"), &a));
    char text[32];
    assert_string_equal(clock_format(a, text), "2024-02-29T00:00:00Z");
    usec_t before = -1;
    assert_string_equal(clock_format(before, text), "1969-12-31T23:59:59Z");
}

static void clock_reads_what_people_type(void **state)
{
    (void)state;
    usec_t now, t;
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T07:41:00Z"), &now));
    assert_true(clock_parse_human(span_of("-30m"), now, &t) && now - t == 30 * USEC_MIN);
    char text[32];
    assert_true(clock_parse_human(span_of("06:15"), now, &t));
    assert_string_equal(clock_format(t, text), "2026-11-23T06:15:00Z");
    assert_false(clock_parse_human(span_of("25:00"), now, &t));
    assert_false(clock_parse_human(span_of("-30"), now, &t));
}

static void ip_matches_prefixes(void **state)
{
    (void)state;
    struct ip_prefix p;
    struct ip ip;
    assert_true(ip_parse_prefix(span_of("10.0.12.7/20"), &p));
    assert_true(ip_parse(span_of("10.0.15.255"), &ip) && ip_in_prefix(ip, p));
    assert_true(ip_parse(span_of("10.0.16.0"), &ip) && !ip_in_prefix(ip, p));
    assert_true(ip_parse(span_of("fd00::1"), &ip) && !ip_in_prefix(ip, p));
    assert_true(ip_parse_prefix(span_of("::/0"), &p) && ip_in_prefix(ip, p));
    assert_false(ip_parse_prefix(span_of("10.0.0.0/33"), &p));
    char text[IP_TEXT];
    assert_string_equal(ip_format_port(ip, 53, text), "[fd00::1]:53");
}

// ip_parse reads dotted numbers itself: what inet_pton takes for an address, and nothing else.
static void ip_reads_what_the_c_library_reads(void **state)
{
    (void)state;
    static const char *const parts[] = {"",   "0",   "00",  "1",   "01",   "9",  "10",
                                        "99", "199", "255", "256", "1000", "-1", "x"};
    static const char *const ends[] = {"", ".", " ", ".1"};
    const size_t n = ARRAY_LEN(parts);
    unsigned addresses = 0;
    for (size_t i = 0; i < n * n * n * n * ARRAY_LEN(ends); i++) {
        char text[32];
        snprintf(text, sizeof text, "%s.%s.%s.%s%s", parts[i % n], parts[i / n % n], parts[i / n / n % n],
                 parts[i / n / n / n % n], ends[i / n / n / n / n]);
        struct ip want = {0}, got = {0};
        bool is = inet_pton(AF_INET, text, want.bytes) == 1;
        assert_int_equal(ip_parse(span_of(text), &got), is);
        if (is)
            assert_memory_equal(got.bytes, want.bytes, sizeof want.bytes);
        addresses += is;
    }
    assert_int_equal(addresses, 7 * 7 * 7 * 7);
    struct ip ip;
    assert_false(ip_parse(span_of("1.2.3"), &ip));
    assert_false(ip_parse(span_make("1.2.3.4\0", 8), &ip));
}

static void utf8_escapes_what_terminals_obey(void **state)
{
    (void)state;
    struct str s = {0};
    utf8_make_safe(span_of("a\033]0;x\007\xc2\x9b \xe2\x80\xae\xff\xc0\xaf é 漢"), &s);
    assert_string_equal(str_text(&s), "a\\e]0;x\\x07\\x9b \\x{202e}\\xff\\xc0\\xaf é 漢");
    assert_true(utf8_is_valid(str_span(&s)));
    assert_int_equal(utf8_width(0x6F22), 2);
    assert_int_equal(utf8_width(0x301), 0);
    str_done(&s);
}

static void error_marks_a_cut_text(void **state)
{
    (void)state;
    char *big = mem_alloc(3000);
    memset(big, 'x', 2999);
    struct error err;
    assert_false(error_set(&err, "%s", big));
    assert_true(span_ends(span_of(err.text), "…"));
    assert_false(error_set(&err, "bad"));
    error_prefix(&err, "%s:%d", "file", 3);
    assert_string_equal(err.text, "file:3: bad");
    free(big);
}

static void arena_and_map_hold_what_they_got(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct map map = {0};
    for (int i = 0; i < 5000; i++) {
        char *text = arena_printf(&arena, "value %d", i);
        map_put(&map, span_of(arena_printf(&arena, "key %d", i)), text);
    }
    char *big = arena_alloc(&arena, 3 << 20);
    memset(big, 1, 3 << 20);
    assert_int_equal(map.n, 5000);
    assert_string_equal(map_get(&map, span_of("key 4711")), "value 4711");
    assert_null(map_get(&map, span_of("key 5000")));
    map_done(&map);
    arena_done(&arena);
}

static void an_arena_packs_texts_and_aligns_the_rest(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *one = arena_span(&arena, span_of("a"));
    const char *two = arena_span(&arena, span_of("bc"));
    uintptr_t three = (uintptr_t)arena_alloc(&arena, 1);
    assert_ptr_equal(two, one + 2);
    assert_int_equal(three % _Alignof(max_align_t), 0);
    for (int i = 0; i < 40; i++) { // through blocks of every size, up to huge ones
        const char *zeros = arena_alloc(&arena, 200000);
        assert_true(zeros[0] == 0 && zeros[199999] == 0);
    }
    assert_string_equal(two, "bc");
    arena_done(&arena);
}

static void interned_twice_is_kept_once(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct intern intern;
    intern_init(&intern, &arena);
    const char *text = intern_text(&intern, span_of("kube-system"));
    assert_ptr_equal(intern_text(&intern, span_make("kube-system/x", 11)), text);
    assert_string_equal(text, "kube-system");
    const char *pair[2] = {text, intern_text(&intern, span_of(""))};
    const void *array = intern_array(&intern, pair, sizeof pair);
    assert_ptr_equal(intern_array(&intern, pair, sizeof pair), array);
    // The same bytes as a text lie elsewhere: an array must be aligned.
    assert_ptr_not_equal(intern_text(&intern, span_make((const char *)pair, sizeof pair)), array);
    assert_int_equal((uintptr_t)array % _Alignof(max_align_t), 0);
    for (int i = 0; i < 100000; i++) { // more than are remembered
        char name[16];
        snprintf(name, sizeof name, "pod-%d", i);
        assert_string_equal(intern_text(&intern, span_of(name)), name);
    }
    assert_string_equal(intern_text(&intern, span_of("kube-system")), "kube-system");
    intern_done(&intern);
    assert_string_equal(text, "kube-system");
    arena_done(&arena);
}

static void sizes_are_said_in_three_digits_or_so(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {{0, "0 B"},         {999, "999 B"},      {1000, "1.0 kB"},
                 {30211, "30.2 kB"}, {1400000, "1.4 MB"}, {5000000000, "5000.0 MB"}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct str s = {0};
        str_add_size(&s, sizes[i].bytes);
        assert_string_equal(str_text(&s), sizes[i].text);
        str_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_said_in_three_digits_or_so),
        cmocka_unit_test(span_cut_gives_empty_parts),
        cmocka_unit_test(span_cut_line_drops_cr),
        cmocka_unit_test(span_numbers_are_whole),
        cmocka_unit_test(clock_reads_offsets_and_fractions),
        cmocka_unit_test(clock_reads_what_people_type),
        cmocka_unit_test(ip_matches_prefixes),
        cmocka_unit_test(ip_reads_what_the_c_library_reads),
        cmocka_unit_test(utf8_escapes_what_terminals_obey),
        cmocka_unit_test(error_marks_a_cut_text),
        cmocka_unit_test(arena_and_map_hold_what_they_got),
        cmocka_unit_test(an_arena_packs_texts_and_aligns_the_rest),
        cmocka_unit_test(interned_twice_is_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
