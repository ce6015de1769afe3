// One log file: lines as they stand, exact counts while it grows, and what happens when it is cut.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/evidence/logfile.h"
#include "tests/kit/scratch.h"

static void count_all(struct scratch_log *s)
{
    fflush(s->f);
    while (logfile_count(s->log, 1000))
        continue;
}

static void expect_line(struct scratch_log *s, uint32_t line, const char *want)
{
    struct str got = {0};
    assert_true(logfile_line(s->log, line, &got));
    assert_string_equal(str_text(&got), want);
    str_done(&got);
}

static void test_every_line_in_any_order(void **state)
{
    struct scratch_log *s = *state;
    for (int i = 1; i <= 20000; i++)
        fprintf(s->f, "line %d%s\n", i, i % 7 == 0 ? "\r" : "");
    count_all(s);
    assert_int_equal(logfile_lines(s->log), 20000);
    assert_true(logfile_is_counted(s->log));
    uint32_t line = 1;
    for (int i = 0; i < 3000; i++) {
        char want[32];
        line = (line * 7919u + 104729u) % 20000 + 1;
        snprintf(want, sizeof want, "line %u", line);
        expect_line(s, line, want);
    }
    for (line = 1; line <= 300; line++) {
        char want[32];
        snprintf(want, sizeof want, "line %u", line);
        expect_line(s, line, want);
    }
    struct str none = {0};
    assert_false(logfile_line(s->log, 0, &none));
    assert_false(logfile_line(s->log, 20001, &none));
    str_done(&none);
}

static void test_it_grows(void **state)
{
    struct scratch_log *s = *state;
    count_all(s);
    assert_int_equal(logfile_lines(s->log), 0);
    fputs("one\ntw", s->f);
    count_all(s);
    assert_int_equal(logfile_lines(s->log), 2);
    expect_line(s, 2, "tw");
    fputs("o\nthree\n", s->f);
    count_all(s);
    assert_int_equal(logfile_lines(s->log), 3);
    expect_line(s, 2, "two");
    expect_line(s, 3, "three");
    for (int i = 4; i <= 1000; i++) {
        char want[32];
        fprintf(s->f, "%d\n", i);
        count_all(s);
        snprintf(want, sizeof want, "%d", i);
        expect_line(s, (uint32_t)i, want);
    }
}

static void test_it_is_cut(void **state)
{
    struct scratch_log *s = *state;
    for (int i = 0; i < 100; i++)
        fputs("old and long\n", s->f);
    count_all(s);
    expect_line(s, 2, "old and long");
    fflush(s->f);
    assert_int_equal(ftruncate(fileno(s->f), 0), 0);
    rewind(s->f);
    fputs("new\nfile\n", s->f);
    count_all(s);
    assert_int_equal(logfile_lines(s->log), 2);
    expect_line(s, 2, "file");
}

static void test_a_line_without_end_is_bounded(void **state)
{
    struct scratch_log *s = *state;
    for (int i = 0; i < 100000; i++)
        fputs("xyz", s->f);
    fputs("\nshort\n", s->f);
    count_all(s);
    struct str got = {0};
    assert_true(logfile_line(s->log, 1, &got));
    assert_int_equal(got.len, 1 << 16);
    str_done(&got);
    expect_line(s, 2, "short");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_line_in_any_order, scratch_log_start, scratch_log_stop),
        cmocka_unit_test_setup_teardown(test_it_grows, scratch_log_start, scratch_log_stop),
        cmocka_unit_test_setup_teardown(test_it_is_cut, scratch_log_start, scratch_log_stop),
        cmocka_unit_test_setup_teardown(test_a_line_without_end_is_bounded, scratch_log_start,
                                        scratch_log_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
