// core/search in one text: what is found, where, with what around it, and when it is said that it was not
// all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "tests/kit/patterns.h"

// What a search gives, one line each: "file:number:text", context with '-', "--" where lines are left out.
struct seen {
    struct str text;
    size_t n, stop_after; // 0: never
    bool numbers_only, patterns, spans, times;
};

static bool see(void *ctx, const struct search_line *line)
{
    struct seen *seen = ctx;
    char time[32];
    const char *sep = line->context ? "-" : ":";
    if (line->apart)
        str_add(&seen->text, "--\n");
    str_printf(&seen->text, "%u%s%llu%s", line->file, sep, (unsigned long long)line->number, sep);
    if (!seen->numbers_only)
        str_add_span(&seen->text, line->text);
    for (size_t i = 0; seen->patterns && i < line->n_patterns; i++)
        str_printf(&seen->text, " p%u", line->patterns[i]);
    for (size_t i = 0; seen->spans && i < line->n_spans; i++)
        str_printf(&seen->text, " %zu-%zu", line->spans[i].from, line->spans[i].to);
    if (seen->times)
        str_printf(&seen->text, " %s", clock_format(line->time, time));
    str_add_char(&seen->text, '\n');
    return ++seen->n != seen->stop_after;
}

// Searches `text` for patterns (separated by '\n'); what is seen must be `want`.
static void check_text(const char *patterns, struct span text, struct search_options options,
                       struct seen seen, const char *want)
{
    const char *texts[8];
    size_t n = 0;
    char *copy = mem_strdup(patterns);
    for (char *at = copy; at; n++) {
        texts[n] = at;
        at = strchr(at, '\n');
        if (at)
            *at++ = '\0';
    }
    struct search_set *set = patterns_set(texts, n, 0);
    struct search_result result;
    struct error err;
    options.line = see;
    options.ctx = &seen;
    options.spans = seen.spans;
    assert_true(search_text(set, (struct text){text, 7}, 1, &options, &result, &err));
    assert_string_equal(str_text(&seen.text), want);
    search_result_done(&result);
    search_set_free(set);
    str_done(&seen.text);
    free(copy);
}

static void lines_and_numbers(void **state)
{
    (void)state;
    check_text("b", span_of("a\nb\n\nbc\r\nb"), (struct search_options){0}, (struct seen){0},
               "7:2:b\n7:4:bc\r\n7:5:b\n");
    check_text("^$", span_of("a\n\nb\n"), (struct search_options){0}, (struct seen){0}, "7:2:\n");
    check_text("x", span_of(""), (struct search_options){0}, (struct seen){0}, "");
    check_text("", span_of("\n\n"), (struct search_options){0}, (struct seen){0}, "7:1:\n7:2:\n");
    check_text("a\\nb", span_of("a\nb\n"), (struct search_options){0}, (struct seen){0}, "");
    check_text("\\Ab\\z", span_of("a\nb\nc\n"), (struct search_options){0}, (struct seen){0}, "7:2:b\n");
    check_text("(?m)^c$", span_of("a\nb\nc\n"), (struct search_options){0}, (struct seen){0}, "7:3:c\n");
    check_text("a[^x]b", span_of("a\nb\na b\n"), (struct search_options){0}, (struct seen){0}, "7:3:a b\n");
    check_text("b", span_of("b\nb"), (struct search_options){.whole_lines = true}, (struct seen){0},
               "7:1:b\n");
}

static void several_patterns(void **state)
{
    (void)state;
    check_text("DROP.*53\nudp\n(?=x)x", span_of("DROP udp 53\nudp\nnone\nx\n"), (struct search_options){0},
               (struct seen){.patterns = true}, "7:1:DROP udp 53 p0 p1\n7:2:udp p1\n7:4:x p2\n");
    check_text("ab\nbc\nd*", span_of("abc abd\n"), (struct search_options){0}, (struct seen){.spans = true},
               "7:1:abc abd 0-3 4-7\n");
    check_text("a", span_of("\377a\376a\n"), (struct search_options){0}, (struct seen){.spans = true},
               "7:1:\377a\376a 1-2 3-4\n");
}

static void lines_that_are_not_utf8(void **state)
{
    (void)state;
    check_text("a.b", span_of("a\377b\nab\na\303\251b\na\303\251\303\251b\nacb\n"),
               (struct search_options){0}, (struct seen){.numbers_only = true}, "7:1:\n7:3:\n7:5:\n");
    check_text("a.*b", span_of("\200\na\377\376b\n"), (struct search_options){0},
               (struct seen){.numbers_only = true}, "7:2:\n");
    check_text("a.b", span_make("x\0\na\0b\n", 7), (struct search_options){0},
               (struct seen){.numbers_only = true}, "7:2:\n");
}

static void context_lines(void **state)
{
    static const char text[] = "1\n2\n3 x\n4\n5 x\n6\n7\n8\n9\n10 x";
    (void)state;
    check_text("x", span_of(text), (struct search_options){.before = 1}, (struct seen){0},
               "7-2-2\n7:3:3 x\n7-4-4\n7:5:5 x\n--\n7-9-9\n7:10:10 x\n");
    check_text("x", span_of(text), (struct search_options){.after = 2}, (struct seen){0},
               "7:3:3 x\n7-4-4\n7:5:5 x\n7-6-6\n7-7-7\n--\n7:10:10 x\n");
    check_text("x", span_of(text), (struct search_options){.before = 9, .after = 9},
               (struct seen){.numbers_only = true},
               "7-1-\n7-2-\n7:3:\n7-4-\n7:5:\n7-6-\n7-7-\n7-8-\n7-9-\n7:10:\n");
}

static const char timed[] = "no time x\n"
                            "2026-11-23T07:00:00Z x\n"
                            "\tat x\n"
                            "2026-11-23T08:00:00Z y\n"
                            "\tat x\n"
                            "2026-11-23T09:00:00Z x\n";

static void times_are_inherited(void **state)
{
    struct window window = {TIME_UNKNOWN, TIME_UNKNOWN};
    (void)state;
    check_text(
        "x", span_of(timed), (struct search_options){.times = true},
        (struct seen){.numbers_only = true, .times = true},
        "7:1: unknown\n7:2: 2026-11-23T07:00:00Z\n7:3: 2026-11-23T07:00:00Z\n7:5: 2026-11-23T08:00:00Z\n"
        "7:6: 2026-11-23T09:00:00Z\n");
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T08:00:00Z"), &window.from));
    check_text("x", span_of(timed), (struct search_options){.window = &window},
               (struct seen){.numbers_only = true}, "7:1:\n7:5:\n7:6:\n");
    window.to = window.from;
    check_text("x", span_of(timed), (struct search_options){.window = &window},
               (struct seen){.numbers_only = true}, "7:1:\n7:5:\n");
    window.from = TIME_UNKNOWN;
    check_text("x", span_of(timed), (struct search_options){.window = &window},
               (struct seen){.numbers_only = true}, "7:1:\n7:2:\n7:3:\n7:5:\n");
}

static void long_lines_are_shown_cut(void **state)
{
    static const char *const patterns[] = {"needle"};
    struct str text = {0};
    struct search_result result;
    struct error err;
    struct seen seen = {.numbers_only = true, .spans = true};
    struct search_set *set = patterns_set(patterns, 1, 0);
    struct search_options options = {.line = see, .ctx = &seen, .spans = true};
    (void)state;
    str_add(&text, "needle ");
    str_add_repeat(&text, 'x', 3000000);
    str_add(&text, "needle\nneedle\n");
    assert_true(search_text(set, (struct text){str_span(&text), 0}, 1, &options, &result, &err));
    assert_string_equal(str_text(&seen.text), "0:1: 0-6\n0:2: 0-6\n");
    assert_int_equal(result.cut, 1);
    search_result_done(&result);
    search_set_free(set);
    str_done(&seen.text);
    str_done(&text);
}

static void giving_up_is_said(void **state)
{
    static const char *const patterns[] = {"^(a+)+\\1?$"};
    struct str text = {0};
    struct search_result result;
    struct error err;
    struct search_options options = {0};
    struct search_set *set = patterns_set(patterns, 1, 0);
    (void)state;
    str_add(&text, "x\n");
    str_add_repeat(&text, 'a', 60);
    str_add(&text, "!\naa\n");
    assert_true(search_text(set, (struct text){str_span(&text), 4}, 1, &options, &result, &err));
    assert_int_equal(result.gave_up, 1);
    assert_int_equal(result.gave_up_at.file, 4);
    assert_int_equal(result.gave_up_at.line, 2);
    assert_int_equal(result.matched, 1);
    search_result_done(&result);
    for (int i = 0; i < 200; i++) {
        str_add_repeat(&text, 'a', 60);
        str_add(&text, "!\n");
    }
    assert_false(search_text(set, (struct text){str_span(&text), 4}, 1, &options, &result, &err));
    assert_non_null(strstr(err.text, "(a+)+"));
    search_result_done(&result);
    search_set_free(set);
    str_done(&text);
}

static void wrong_patterns_are_named(void **state)
{
    struct search_pattern patterns[] = {{"good", 0}, {"ba(d", 0}};
    struct error err;
    (void)state;
    assert_null(search_set_new(patterns, 2, UINT64_MAX, &err));
    assert_non_null(strstr(err.text, "ba(d"));
    patterns[1].flags = MATCH_LITERAL;
    struct search_set *set = search_set_new(patterns, 2, UINT64_MAX, &err);
    assert_non_null(set);
    search_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_numbers),       cmocka_unit_test(several_patterns),
        cmocka_unit_test(lines_that_are_not_utf8), cmocka_unit_test(context_lines),
        cmocka_unit_test(times_are_inherited),     cmocka_unit_test(long_lines_are_shown_cut),
        cmocka_unit_test(giving_up_is_said),       cmocka_unit_test(wrong_patterns_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
