// The grid and the pen: what is drawn, what is cut, and that nothing unsafe gets through.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/utf8.h"
#include "tui/canvas.h"

static struct canvas make(int rows, int cols)
{
    struct canvas canvas = {0};
    canvas_resize(&canvas, rows, cols);
    return canvas;
}

static void expect_row(const struct canvas *canvas, int row, const char *want)
{
    struct str got = {0};
    canvas_row_text(canvas, row, &got);
    assert_string_equal(str_text(&got), want);
    str_done(&got);
}

static void test_text_is_drawn_and_cut(void **state)
{
    (void)state;
    struct canvas canvas = make(2, 10);
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 0, 2);
    pen_text(&pen, ROLE_TEXT, "abc");
    expect_row(&canvas, 0, "  abc");
    assert_int_equal(pen.col, 5);
    pen_text(&pen, ROLE_OK, "0123456789");
    expect_row(&canvas, 0, "  abc0123…");
    pen_text(&pen, ROLE_OK, "more");
    expect_row(&canvas, 0, "  abc0123…");
    canvas_done(&canvas);
}

static void test_clip_holds(void **state)
{
    (void)state;
    struct canvas canvas = make(3, 10);
    struct rect area = {1, 3, 1, 4};
    struct pen pen = pen_at(&canvas, area, 0, 0);
    pen_text(&pen, ROLE_TEXT, "abcdefgh");
    struct pen below = pen_at(&canvas, area, 1, 0);
    pen_text(&below, ROLE_TEXT, "nothing");
    expect_row(&canvas, 0, "");
    expect_row(&canvas, 1, "   abc…");
    expect_row(&canvas, 2, "");
    canvas_done(&canvas);
}

static void test_unsafe_bytes_become_escapes(void **state)
{
    (void)state;
    struct canvas canvas = make(1, 60);
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 0, 0);
    pen_span(&pen, ROLE_TEXT, span_make("a\x1b[2Jb\0c\xc2\x9b\xe2\x80\xae\xff\x07", 15));
    struct str got = {0};
    canvas_row_text(&canvas, 0, &got);
    assert_string_equal(str_text(&got), "a\\e[2Jb\\x00c\\x9b\\x{202e}\\xff\\x07");
    str_done(&got);
    canvas_done(&canvas);
}

static void test_wide_characters_keep_their_columns(void **state)
{
    (void)state;
    struct canvas canvas = make(1, 6);
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 0, 0);
    pen_text(&pen, ROLE_TEXT, "日本x");
    assert_int_equal(pen.col, 5);
    expect_row(&canvas, 0, "日本x");
    pen_text(&pen, ROLE_TEXT, "日"); // two columns where one is left
    expect_row(&canvas, 0, "日本x…");
    canvas_done(&canvas);
}

static void test_combining_marks_join(void **state)
{
    (void)state;
    struct canvas canvas = make(1, 6);
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 0, 0);
    pen_text(&pen, ROLE_TEXT, "e\xcc\x81x");
    assert_int_equal(pen.col, 2);
    assert_int_equal(canvas.cells[0].len, 3);
    canvas_done(&canvas);
}

static void test_sideways_and_tabs(void **state)
{
    (void)state;
    struct canvas canvas = make(2, 12);
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 0, 0);
    pen.tab = 4;
    pen_text(&pen, ROLE_TEXT, "ab\tc\td");
    expect_row(&canvas, 0, "ab  c   d");
    struct pen moved = pen_at(&canvas, canvas_all(&canvas), 1, 0);
    moved.tab = 4;
    moved.skip = 3;
    pen_text(&moved, ROLE_TEXT, "ab\tc\td");
    expect_row(&canvas, 1, " c   d");
    canvas_done(&canvas);
}

static void test_ascii_has_no_other_byte(void **state)
{
    (void)state;
    struct canvas canvas = make(4, 12);
    canvas.signs = SIGNS_ASCII;
    canvas_box(&canvas, canvas_all(&canvas), ROLE_BORDER);
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 1, 1);
    pen_text(&pen, ROLE_TEXT, "a—b日é");
    for (int row = 0; row < 4; row++) {
        struct str got = {0};
        canvas_row_text(&canvas, row, &got);
        for (size_t i = 0; i < got.len; i++)
            assert_true((unsigned char)got.at[i] < 0x80);
        str_done(&got);
    }
    expect_row(&canvas, 1, "|a-b??     |");
    canvas_done(&canvas);
}

static void test_the_console_has_few_signs(void **state)
{
    (void)state;
    struct canvas canvas = make(2, 20);
    canvas.signs = SIGNS_CONSOLE;
    struct pen pen = pen_at(&canvas, canvas_all(&canvas), 0, 0);
    pen_glyph(&pen, ROLE_OK, GLYPH_DONE);
    pen_glyph(&pen, ROLE_BORDER, GLYPH_VERTICAL);
    pen_text(&pen, ROLE_TEXT, "a—b → “é”e\u0301✓");
    expect_row(&canvas, 0, "+│a-b → \"é\"e+");
    canvas_done(&canvas);
}

static void test_no_size_is_too_small(void **state)
{
    (void)state;
    for (int rows = 0; rows < 3; rows++) {
        for (int cols = 0; cols < 3; cols++) {
            struct canvas canvas = make(rows, cols);
            canvas_box(&canvas, canvas_all(&canvas), ROLE_BORDER);
            struct pen pen = pen_at(&canvas, rect_inside(canvas_all(&canvas)), 0, 0);
            pen_text(&pen, ROLE_TEXT, "日本語 and text");
            struct pen plain = pen_at(&canvas, canvas_all(&canvas), 0, 0);
            pen_text(&plain, ROLE_TEXT, "日本語 and text");
            canvas_done(&canvas);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_drawn_and_cut),
        cmocka_unit_test(test_clip_holds),
        cmocka_unit_test(test_unsafe_bytes_become_escapes),
        cmocka_unit_test(test_wide_characters_keep_their_columns),
        cmocka_unit_test(test_combining_marks_join),
        cmocka_unit_test(test_sideways_and_tabs),
        cmocka_unit_test(test_ascii_has_no_other_byte),
        cmocka_unit_test(test_the_console_has_few_signs),
        cmocka_unit_test(test_no_size_is_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
