// core/door/match: what a pattern matches in any bytes, where, and what it may cost. core/base/bytes beside
// it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/door/match.h"

static enum match_outcome find(const char *pattern, unsigned flags, struct span line, struct match_range *ret)
{
    struct error err;
    struct match *match = match_new(span_of(pattern), flags, &err);
    if (!match)
        fail_msg("%s", err.text);
    struct match_room *room = match_room_new();
    match_subject(room, line);
    enum match_outcome outcome = match_find(match, room, 0, ret);
    match_room_free(room);
    match_free(match);
    return outcome;
}

struct example {
    const char *pattern, *line;
    int from, to; // -1: no match
};

static void check(const struct example *examples, size_t n, unsigned flags)
{
    for (size_t i = 0; i < n; i++) {
        const struct example *e = &examples[i];
        struct match_range range = {0};
        enum match_outcome got = find(e->pattern, flags, span_of(e->line), &range);
        if (got != (e->from < 0 ? MATCH_NO : MATCH_YES))
            fail_msg("%s: outcome %d", e->pattern, (int)got);
        if (e->from >= 0 && (range.from != (size_t)e->from || range.to != (size_t)e->to))
            fail_msg("%s: %zu to %zu", e->pattern, range.from, range.to);
    }
}

static void plain_lines(void **state)
{
    static const struct example examples[] = {
        {"DROP.*53", "-A X -p udp --dport 53 -j DROP", -1, 0},
        {"dport.*DROP", "-A X -p udp --dport 53 -j DROP", 14, 30},
        {"^$", "", 0, 0},
        {"", "abc", 0, 0},
        {"a.c", "xa\303\251c", 1, 5},
        {"\\d+$", "a 42", 2, 4},
        {"x\r$", "x\r", 0, 2},
        {"x$", "x\r", -1, 0},
        {"SERVFAIL", "servfail", -1, 0},
    };
    (void)state;
    check(examples, ARRAY_LEN(examples), 0);
}

static void flags(void **state)
{
    static const struct example caseless[] = {{"servfail", "a SERVFAIL", 2, 10},
                                              {"\303\211", "\303\251", 0, 2}};
    static const struct example literal[] = {
        {"a.*b", "a.*b", 0, 4}, {"a.*b", "axxb", -1, 0}, {"(", "f(x)", 1, 2}};
    (void)state;
    check(caseless, ARRAY_LEN(caseless), MATCH_CASELESS);
    check(literal, ARRAY_LEN(literal), MATCH_LITERAL);
}

// A bad byte is one character that `.` and negated classes match, and nothing else does.
static void bytes_that_are_not_utf8(void **state)
{
    static const struct example examples[] = {
        {"a.b", "xa\377b", 1, 4},
        {"a..b", "a\342\202b", 0, 4}, // a character that breaks off is as many characters as bytes
        {"a.b", "a\342\202b", -1, 0},
        {"a[^x]b", "\376a\377b", 1, 4},
        {"a\\Wb", "a\377b", 0, 3},
        {"a\\Sb", "a\377b", 0, 3},
        {"a\\wb", "a\377b", -1, 0},
        {"a\\xffb", "a\377b", -1, 0},
        {"a\303\277b", "a\377b", -1, 0},
        {"[\\x80-\\xff]", "\377", -1, 0},
        {"[\\x80-\\x{10ffff}]", "\377", -1, 0},
        {"[\\x80-\\N{U+10FFFF}]", "\377", -1, 0},
        {"[\\x80-\\o{4177777}]", "\377", -1, 0},
        {"[\\x80-\364\217\277\277]", "\377", -1, 0},
        {"[^\\x00-\\x{10FFFF}]", "a\377", 1, 2},
        {"\\x{fffd}", "\377", -1, 0},
        {"^.*$", "\377\376abc\200", 0, 6},
        {"b.*", "\377\376ab\200c\377", 3, 7},
        {"(.)\\1", "\377\376\376", 1, 3}, // which byte it is, is kept
        {"\303\251", "\377\303\251\377", 1, 3},
    };
    (void)state;
    check(examples, ARRAY_LEN(examples), 0);
}

static void later_matches_are_counted_back(void **state)
{
    const char line[] = "\377ab\376\376ab\375ab";
    struct match *match = match_new(span_of("(?<!\\w)ab"), 0, NULL);
    struct match_room *room = match_room_new();
    struct match_range range = {0};
    size_t from = 0, n = 0, at[3];
    (void)state;
    match_subject(room, span_of(line));
    while (match_find(match, room, from, &range) == MATCH_YES && n < 3) {
        at[n++] = range.from;
        from = range.to;
    }
    assert_int_equal(n, 3);
    assert_int_equal(at[0], 1);
    assert_int_equal(at[1], 5);
    assert_int_equal(at[2], 8);
    assert_int_equal(match_find(match, room, 9, &range), MATCH_NO);
    assert_int_equal(match_find(match, room, 10, &range), MATCH_NO);
    assert_int_equal(match_find(match, room, 11, &range), MATCH_NO);
    match_room_free(room);
    match_free(match);
}

static void nul_bytes_are_bytes(void **state)
{
    struct match_range range;
    (void)state;
    assert_int_equal(find("a.b", 0, span_make("xa\0b", 4), &range), MATCH_YES);
    assert_int_equal(range.from, 1);
    assert_int_equal(find("\\x00", 0, span_make("xa\0b", 4), &range), MATCH_YES);
}

static void errors_name_the_place(void **state)
{
    static const struct {
        const char *pattern, *place;
    } wrong[] = {{"a(b", "byte 3"}, {"a[b", "byte 3"},   {"*a", "byte 0"},
                 {"a\\", "byte 2"}, {"a\377", "byte 1"}, {"a\\C", "byte 3"}};
    struct error err;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_null(match_new(span_of(wrong[i].pattern), 0, &err));
        if (!strstr(err.text, wrong[i].place))
            fail_msg("%s", err.text);
    }
}

static struct span repeat(char c, size_t n, const char *end)
{
    char *line = mem_alloc(n + strlen(end) + 1);
    memset(line, c, n);
    memcpy(line + n, end, strlen(end));
    return span_make(line, n + strlen(end));
}

// Exponential, cubic and quadratic ones: each ends soon, and none says "no" where it does not know.
static void catastrophic_patterns_are_given_up(void **state)
{
    static const struct {
        const char *pattern;
        size_t n;
    } bad[] = {
        {"(a+)+$", 60}, {"(a|a)*b", 60}, {"(.*)*x", 5000}, {"a.*a.*a.*[bc]", 20000}, {"a.*[bc]", 400000}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct span line = repeat('a', bad[i].n, "!");
        usec_t then = clock_monotonic();
        assert_int_not_equal(find(bad[i].pattern, 0, line, NULL), MATCH_YES);
        assert_true(clock_monotonic() - then < 20 * USEC_SEC);
        free((char *)line.at);
    }
    struct span line = repeat('a', 60, "!");
    assert_int_equal(find("(a+)+$", 0, line, NULL), MATCH_GAVE_UP);
    free((char *)line.at);
}

static void long_lines_are_searched_whole(void **state)
{
    struct match_range range;
    struct span line = repeat('x', 3000000, "needle");
    (void)state;
    assert_int_equal(find("needle", 0, line, &range), MATCH_YES);
    assert_int_equal(range.from, 3000000);
    assert_int_equal(find("xneedle$", 0, line, &range), MATCH_YES);
    assert_int_equal(find("x.*needle$", 0, line, &range), MATCH_YES);
    assert_int_equal(range.from, 0);
    assert_int_equal(find("^x.*y", 0, line, &range), MATCH_NO);
    assert_int_equal(find("needle.", 0, line, &range), MATCH_NO);
    free((char *)line.at);
}

static void deep_recursion_needs_no_deep_stack(void **state)
{
    struct span line = repeat('a', 200000, "b");
    struct match_range range;
    (void)state;
    assert_int_not_equal(find("^(?:a|c(?=d))*b", 0, line, &range), MATCH_NO);
    free((char *)line.at);
}

static void bytes_at_every_place(void **state)
{
    char text[400];
    (void)state;
    for (size_t len = 0; len < sizeof text; len += 7) {
        memset(text, 'a', sizeof text);
        assert_true(bytes_are_plain(span_make(text, len)));
        for (size_t i = 0; i < len; i++) {
            text[i] = i % 2 ? '\0' : '\377';
            assert_int_equal(bytes_find_special(span_make(text, len)), i);
            text[i] = 'b';
            assert_int_equal(bytes_count(span_make(text, len), 'b'), i + 1);
        }
    }
    struct span many = repeat('\n', 100003, "");
    assert_int_equal(bytes_count(many, '\n'), 100003);
    free((char *)many.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lines),
        cmocka_unit_test(flags),
        cmocka_unit_test(bytes_that_are_not_utf8),
        cmocka_unit_test(later_matches_are_counted_back),
        cmocka_unit_test(nul_bytes_are_bytes),
        cmocka_unit_test(errors_name_the_place),
        cmocka_unit_test(catastrophic_patterns_are_given_up),
        cmocka_unit_test(long_lines_are_searched_whole),
        cmocka_unit_test(deep_recursion_needs_no_deep_stack),
        cmocka_unit_test(bytes_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
