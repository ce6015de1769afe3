// The lines that match: a set of them held against a plain array, a file searched in parts and as it grows,
// and what a log says of its own lines.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/search/finder.h"
#include "tests/kit/scratch.h"

static void test_set_against_an_array(void **state)
{
    enum { MOST = 300000 };
    (void)state;
    bool *in = mem_calloc(MOST, sizeof *in);
    struct lineset *set = lineset_new();
    uint32_t line = 1, n = 0;
    for (int i = 0; i < 5000; i++) {
        line = (line * 48271u + 11u) % MOST;
        bool remove = i % 7 == 6;
        if (remove)
            lineset_remove(set, line);
        else
            lineset_add(set, line);
        n += in[line] ? (remove ? UINT32_MAX : 0) : !remove;
        in[line] = !remove;
    }
    assert_int_equal(lineset_count(set), n);
    uint32_t before = 0, last = 0;
    for (line = 0; line < MOST; line++) {
        assert_int_equal(lineset_has(set, line), in[line]);
        if (line % 97 == 0 || in[line]) {
            assert_int_equal(lineset_before(set, line), before);
            assert_int_equal(lineset_next(set, line, -1), in[line] ? line : last);
        }
        if (in[line]) {
            assert_int_equal(lineset_nth(set, before), line);
            assert_int_equal(lineset_next(set, last + 1, 1), line);
            before++;
            last = line;
        }
    }
    assert_int_equal(lineset_nth(set, n), 0);
    assert_int_equal(lineset_next(set, last + 1, 1), 0);
    lineset_clear(set);
    assert_int_equal(lineset_count(set), 0);
    assert_int_equal(lineset_next(set, 1, 1), 0);
    lineset_free(set);
    free(in);
}

static void count_all(struct scratch_log *s)
{
    fflush(s->f);
    while (logfile_count(s->log, 1 << 20))
        continue;
}

static const struct window any = {TIME_UNKNOWN, TIME_UNKNOWN};

static struct finder *find(struct scratch_log *s, struct finder_query query, uint32_t origin)
{
    struct finder *f = finder_new(&query, NULL);
    assert_non_null(f);
    count_all(s);
    if (finder_begin(f, s->log, origin)) {
        assert_true(finder_state(f).running);
        finder_work(f);
        finder_end(f);
    }
    assert_true(finder_state(f).complete);
    return f;
}

static void test_all_lines_whatever_the_origin(void **state)
{
    struct scratch_log *s = *state;
    for (int i = 1; i <= 50000; i++)
        fprintf(s->f, "%d%s\n", i, i % 1000 == 7 ? " servfail" : "");
    for (uint32_t origin = 1; origin < 60000; origin += 9999) {
        struct finder *f =
            find(s, (struct finder_query){.pattern = span_of("SERV|servfail$"), .window = any}, origin);
        assert_int_equal(lineset_count(finder_lines(f)), 50);
        for (uint32_t i = 0; i < 50; i++)
            assert_int_equal(lineset_nth(finder_lines(f), i), i * 1000 + 7);
        finder_free(f);
    }
}

static void test_capitals_matter_where_there_are_some(void **state)
{
    struct scratch_log *s = *state;
    fputs("ServFail 1\nservfail 2\n", s->f);
    struct finder *f = find(s, (struct finder_query){.pattern = span_of("servfail\\s"), .window = any}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 2);
    finder_free(f);
    f = find(s, (struct finder_query){.pattern = span_of("servfail\\S"), .window = any}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 0);
    finder_free(f);
    f = find(s, (struct finder_query){.pattern = span_of("ServFail"), .window = any}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 1);
    finder_free(f);
    struct error err = {{0}};
    assert_null(finder_new(&(struct finder_query){.pattern = span_of("(")}, &err));
    assert_true(err.text[0] != '\0');
}

static void search_added(struct scratch_log *s, struct finder *f, const char *added)
{
    fputs(added, s->f);
    count_all(s);
    assert_true(finder_begin(f, s->log, 1));
    finder_work(f);
    finder_end(f);
    assert_true(finder_state(f).complete);
}

// A line that has not ended is searched as it stands, and again when it goes on.
static void test_growing(void **state)
{
    static const uint32_t want[] = {1, 3, 5, 6, 7, 8};
    struct scratch_log *s = *state;
    fputs("abc\nabc", s->f);
    struct finder *f = find(s, (struct finder_query){.pattern = span_of("c$"), .window = any}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 2);
    assert_false(finder_begin(f, s->log, 1)); // nothing is new
    search_added(s, f, "d\nnew c\nx");
    assert_int_equal(lineset_count(finder_lines(f)), 2);
    search_added(s, f, "\nc\nc");
    search_added(s, f, "\nc\nc");
    assert_int_equal(lineset_count(finder_lines(f)), ARRAY_LEN(want));
    for (uint32_t i = 0; i < ARRAY_LEN(want); i++)
        assert_int_equal(lineset_nth(finder_lines(f), i), want[i]);
    assert_int_equal(ftruncate(fileno(s->f), 0), 0); // begun anew
    rewind(s->f);
    search_added(s, f, "c\n");
    assert_int_equal(lineset_count(finder_lines(f)), 1);
    finder_free(f);
}

static void test_an_empty_file_is_searched_at_once(void **state)
{
    struct scratch_log *s = *state;
    struct finder *f = find(s, (struct finder_query){.pattern = span_of("a"), .window = any}, 1);
    search_added(s, f, "a\n");
    assert_int_equal(lineset_count(finder_lines(f)), 1);
    finder_free(f);
}

static void test_stopped_work_is_incomplete(void **state)
{
    struct scratch_log *s = *state;
    for (int i = 0; i < 100000; i++)
        fprintf(s->f, "line %d\n", i);
    count_all(s);
    struct finder_query query = {.pattern = span_of("line"), .window = any};
    struct finder *f = finder_new(&query, NULL);
    assert_true(finder_begin(f, s->log, 1));
    finder_stop(f);
    finder_work(f);
    finder_end(f);
    assert_false(finder_state(f).complete);
    assert_true(finder_begin(f, s->log, 1));
    finder_work(f);
    finder_end(f);
    assert_true(finder_state(f).complete);
    assert_int_equal(lineset_count(finder_lines(f)), 100000);
    finder_free(f);
}

static void test_a_pattern_that_never_ends_is_given_up(void **state)
{
    struct scratch_log *s = *state;
    for (int i = 0; i < 200; i++)
        fputs("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n", s->f);
    count_all(s);
    struct finder_query query = {.pattern = span_of("^(a+)+\\1?$"), .window = any};
    struct finder *f = finder_new(&query, NULL);
    assert_true(finder_begin(f, s->log, 1));
    finder_work(f);
    finder_end(f);
    assert_false(finder_state(f).complete);
    assert_non_null(strstr(finder_state(f).why, "backtracks"));
    finder_free(f);
}

static void test_time_and_level(void **state)
{
    struct scratch_log *s = *state;
    fputs("2026-11-23T07:00:00Z [INFO] start\n"
          "2026-11-23T07:10:00Z [ERROR] SERVFAIL\n"
          "  at Resolver.java:12\n"
          "2026-11-23T07:20:00Z [WARN] slow\n"
          "2026-11-23T07:30:00Z [ERROR] late\n",
          s->f);
    struct window window = {.from = TIME_UNKNOWN, .to = TIME_UNKNOWN};
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T07:05:00Z"), &window.from));
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T07:25:00Z"), &window.to));
    struct finder *f = find(s, (struct finder_query){.window = window}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 3); // what stands below a line is of its time
    assert_int_equal(lineset_nth(finder_lines(f), 0), 2);
    finder_free(f);
    f = find(s, (struct finder_query){.window = window, .level = LOG_WARNING}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 2);
    finder_free(f);
    f = find(s, (struct finder_query){.window = any, .level = LOG_ERROR, .pattern = span_of("late")}, 1);
    assert_int_equal(lineset_count(finder_lines(f)), 1);
    assert_int_equal(lineset_nth(finder_lines(f), 0), 5);
    finder_free(f);
}

static void test_what_a_line_says_of_itself(void **state)
{
    static const struct {
        const char *line;
        bool warning, error;
    } lines[] = {
        {"2026-11-23T07:10:00Z [ERROR] plugin/errors: 2 orders. A: read udp", true, true},
        {"2026-11-23T07:10:00Z [INFO] plugin/reload: error count is 0", false, false},
        {"E1123 07:04:10.123456    1 kubelet.go:12] no", true, true},
        {"Nov 23 07:04:10 node kubelet[812]: W1123 07:04:10.123456 812 x.go:1] slow", true, false},
        {"I1123 07:04:10.123456    1 x.go:12] \"Failed\" err=\"not found\" error", false, false},
        {"time=\"2026-11-23T07:04:10Z\" level=warning msg=\"no error\"", true, false},
        {"{\"ts\":1,\"level\":\"error\",\"msg\":\"info\"}", true, true},
        {"{\"severity\":\"INFO\",\"msg\":\"an error\"}", false, false},
        {"<3>[ 12.3] eth0: link is down", true, true},
        {"<6>[ 12.3] eth0: link is up", false, false},
        {"[ 12.3] error: out of memory", true, true},
        {"cat /proc/info error_count=3 warnings.txt", false, false},
        {"07:04:10.1 FATAL the end", true, true},
        {"java.net.UnknownHostException: orders", false, false},
        {"", false, false},
    };
    struct scratch_log *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        fprintf(s->f, "%s\n", lines[i].line);
    struct finder *warnings = find(s, (struct finder_query){.window = any, .level = LOG_WARNING}, 1);
    struct finder *errors = find(s, (struct finder_query){.window = any, .level = LOG_ERROR}, 1);
    for (uint32_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (lineset_has(finder_lines(warnings), i + 1) != lines[i].warning ||
            lineset_has(finder_lines(errors), i + 1) != lines[i].error)
            fail_msg("%s", lines[i].line);
    }
    finder_free(warnings);
    finder_free(errors);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_log_start, scratch_log_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_against_an_array),
        FILE_TEST(test_all_lines_whatever_the_origin),
        FILE_TEST(test_capitals_matter_where_there_are_some),
        FILE_TEST(test_growing),
        FILE_TEST(test_an_empty_file_is_searched_at_once),
        FILE_TEST(test_stopped_work_is_incomplete),
        FILE_TEST(test_a_pattern_that_never_ends_is_given_up),
        FILE_TEST(test_time_and_level),
        FILE_TEST(test_what_a_line_says_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
