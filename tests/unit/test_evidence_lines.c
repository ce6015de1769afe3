// core/evidence: texts and lines, of any length, and of files that change meanwhile.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/evidence/evidence.h"
#include "tests/kit/scratch.h"

// ------------------------------------------------------------------ texts and lines

static void expect_line(struct evidence *ev, uint32_t id, uint32_t line, const char *text)
{
    struct str got = {0};
    struct error err = {0};
    if (!evidence_line(ev, id, line, &got, &err))
        fail_msg("%s", err.text);
    assert_string_equal(str_text(&got), text);
    str_done(&got);
}

static void lines_are_found_by_the_index(void **state)
{
    const char *root = *state;
    struct str text = {0};
    for (int i = 1; i <= 1000; i++)
        str_printf(&text, "line %d%s", i, i == 1000 ? "" : i % 7 ? "\n" : "\r\n");
    free(scratch_put(root, "a.log", str_span(&text)));
    str_done(&text);
    struct evidence *ev = scratch_open(root, "a.log");
    static const uint32_t asked[] = {700, 1, 64, 65, 66, 128, 129, 999, 1000, 7};
    for (int with_text = 0; with_text < 2; with_text++) {
        for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
            char expected[32];
            snprintf(expected, sizeof expected, "line %u", asked[i]);
            expect_line(ev, 0, asked[i], expected);
        }
        struct text whole;
        assert_true(evidence_text(ev, 0, &whole, NULL));
    }
    uint32_t n = 0;
    assert_true(evidence_line_count(ev, 0, &n, NULL));
    assert_int_equal(n, 1000);
    struct error err = {0};
    struct str got = {0};
    assert_false(evidence_line(ev, 0, 1001, &got, &err));
    assert_string_equal(err.text, "a.log: has 1000 lines, so there is no line 1001");
    assert_false(evidence_line(ev, 0, 0, &got, &err));
    assert_false(evidence_line(ev, 9, 1, &got, &err));
    evidence_close(ev);
}

// Marks fall into crowds of empty lines, between long ones, and at the ends of blocks.
static void lines_of_any_length_are_found(void **state)
{
    const char *root = *state;
    struct str text = {0};
    for (unsigned i = 1; i <= 3000; i++) {
        str_printf(&text, "%u", i);
        str_add_repeat(&text, 'x', i % 500 < 150 ? 0 : i * i % 1021);
        str_add_repeat(&text, '\n', i % 500 ? 1 : 120);
    }
    free(scratch_put(root, "a.log", str_span(&text)));
    struct evidence *ev = scratch_open(root, "a.log");
    struct span rest = str_span(&text), line;
    for (uint32_t n = 1; span_cut_line(&rest, &line); n++) {
        char *expected = mem_strndup(line.at, line.len);
        expect_line(ev, 0, n, expected);
        free(expected);
    }
    str_done(&text);
    evidence_close(ev);
}

static void long_lines_and_nul_bytes_survive(void **state)
{
    const char *root = *state;
    struct str text = {0};
    str_add(&text, "first\n");
    str_add_repeat(&text, 'x', 600000);
    str_add_span(&text, span_make("\n\0\xFF\n", 4));
    free(scratch_put(root, "a.log", str_span(&text)));
    struct evidence *ev = scratch_open(root, "a.log");
    struct str got = {0};
    assert_true(evidence_line(ev, 0, 2, &got, NULL));
    assert_int_equal(got.len, 600000);
    str_clear(&got);
    assert_true(evidence_line(ev, 0, 3, &got, NULL));
    assert_int_equal(got.len, 2);
    uint32_t n;
    assert_true(evidence_line_count(ev, 0, &n, NULL));
    assert_int_equal(n, 3);
    str_done(&got);
    str_done(&text);
    evidence_close(ev);
}

static void a_file_that_is_cut_off_meanwhile_is_an_error(void **state)
{
    const char *root = *state;
    struct str text = {0};
    for (int i = 1; i <= 500; i++)
        str_printf(&text, "line %d\n", i);
    free(scratch_put(root, "a.log", str_span(&text)));
    str_done(&text);
    struct evidence *ev = scratch_open(root, "a.log");
    expect_line(ev, 0, 500, "line 500");
    scratch_write(root, "a.log", "short\n");
    struct error err = {0};
    struct str got = {0};
    assert_false(evidence_line(ev, 0, 400, &got, &err));
    assert_true(strstr(err.text, "cut off") != NULL);
    struct text whole;
    assert_true(evidence_text(ev, 0, &whole, &err));
    assert_true(span_is(whole.bytes, "short\n"));
    char *path = mem_printf("%s/a.log", root);
    evidence_close(ev);
    ev = scratch_open(root, "a.log");
    unlink(path);
    assert_false(evidence_text(ev, 0, &whole, &err));
    assert_true(strstr(err.text, "No such file") != NULL);
    assert_false(evidence_line(ev, 0, 1, &got, &err));
    free(path);
    str_done(&got);
    evidence_close(ev);
}

static void a_growing_file_shows_its_new_lines(void **state)
{
    const char *root = *state;
    scratch_write(root, "a.log", "one\ntw");
    struct evidence *ev = scratch_open(root, "a.log");
    expect_line(ev, 0, 2, "tw");
    scratch_write(root, "a.log", "one\ntwo\nthree\n");
    expect_line(ev, 0, 2, "two");
    expect_line(ev, 0, 3, "three");
    evidence_close(ev);
}

static void sources_are_written_as_paths_and_lines(void **state)
{
    const char *root = *state;
    scratch_write(root, "a.log", "x\n");
    struct evidence *ev = scratch_open(root, "a.log");
    struct str s = {0};
    evidence_source(ev, place_at(0, 7), &s);
    str_add_char(&s, ' ');
    evidence_source(ev, (struct place){.file = 0, .line = 3, .last = 5}, &s);
    assert_string_equal(str_text(&s), "a.log:7 a.log:3-5");
    str_done(&s);
    evidence_close(ev);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(lines_are_found_by_the_index),
        SCRATCH_TEST(lines_of_any_length_are_found),
        SCRATCH_TEST(long_lines_and_nul_bytes_survive),
        SCRATCH_TEST(a_file_that_is_cut_off_meanwhile_is_an_error),
        SCRATCH_TEST(a_growing_file_shows_its_new_lines),
        SCRATCH_TEST(sources_are_written_as_paths_and_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
