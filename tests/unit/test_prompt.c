// The line editor, the list's window, and the screen's geometry.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/layout.h"
#include "tui/list.h"
#include "tui/prompt.h"

static void type(struct prompt *prompt, const char *text)
{
    for (; *text; text++)
        prompt_key(prompt, (struct key){(unsigned char)*text, 0});
}

static void test_typing_and_editing(void **state)
{
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, "/", NULL);
    type(&p, "hello world");
    prompt_key(&p, (struct key){'w', MOD_CTRL});
    assert_string_equal(str_text(&p.text), "hello ");
    prompt_key(&p, (struct key){K_HOME, 0});
    prompt_key(&p, (struct key){0xe9, 0});
    assert_string_equal(str_text(&p.text), "éhello ");
    prompt_key(&p, (struct key){K_BACKSPACE, 0});
    assert_string_equal(str_text(&p.text), "hello ");
    assert_int_equal(prompt_key(&p, (struct key){K_BACKSPACE, 0}), PROMPT_MOVED);
    prompt_key(&p, (struct key){K_DELETE, 0});
    assert_string_equal(str_text(&p.text), "ello ");
    assert_int_equal(prompt_key(&p, (struct key){K_ENTER, 0}), PROMPT_ACCEPTED);
    assert_int_equal(prompt_key(&p, (struct key){K_ESCAPE, 0}), PROMPT_CANCELLED);
    prompt_done(&p);
}

static void test_paste_cannot_press_enter(void **state)
{
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, "/", NULL);
    assert_int_equal(prompt_paste(&p, span_of("\n  a\x1b[2Jb\tc\r\nsecond line")), PROMPT_CHANGED);
    assert_string_equal(str_text(&p.text), "a[2Jb c");
    prompt_done(&p);
}

static void test_long_text_shows_the_cursor(void **state)
{
    (void)state;
    struct canvas canvas = {0};
    canvas_resize(&canvas, 1, 10);
    struct prompt p = {0};
    prompt_open(&p, "/", "0123456789abcdef");
    prompt_draw(&p, &canvas, canvas_all(&canvas));
    assert_int_equal(canvas.cursor_col, 9);
    assert_memory_equal(canvas.cells[8].text, "f", 1);
    prompt_key(&p, (struct key){K_HOME, 0});
    prompt_draw(&p, &canvas, canvas_all(&canvas));
    assert_int_equal(canvas.cursor_col, 1);
    prompt_done(&p);
    canvas_done(&canvas);
}

static void test_list_keeps_the_current_entry_in_sight(void **state)
{
    (void)state;
    struct list list = {0};
    list_size(&list, 100, 10);
    list_move(&list, 9);
    assert_int_equal(list.top, 0);
    list_move(&list, 1);
    assert_int_equal(list.top, 1);
    list_move(&list, -1000);
    assert_int_equal(list.at, 0);
    list_move(&list, 1000);
    assert_int_equal(list.at, 99);
    assert_int_equal(list.top, 90);
    list_size(&list, 5, 10);
    assert_int_equal(list.at, 4);
    assert_int_equal(list.top, 0);
    list_size(&list, 0, 0);
    list_move(&list, 3);
    assert_int_equal(list.at, 0);
}

static void test_layouts(void **state)
{
    (void)state;
    assert_int_equal(layout_make(43, 132, PANE_CHECKLIST, false).kind, LAYOUT_WIDE);
    assert_int_equal(layout_make(43, 131, PANE_CHECKLIST, false).kind, LAYOUT_MIDDLE);
    assert_int_equal(layout_make(24, 80, PANE_CHECKLIST, false).kind, LAYOUT_NARROW);
    assert_int_equal(layout_make(24, 59, PANE_CHECKLIST, false).kind, LAYOUT_TINY);
    assert_int_equal(layout_make(15, 80, PANE_CHECKLIST, false).kind, LAYOUT_TINY);
}

static bool inside(struct rect a, int rows, int cols)
{
    return rect_is_empty(a) || (a.row >= 0 && a.col >= 0 && a.row + a.rows <= rows && a.col + a.cols <= cols);
}

static void test_no_pane_leaves_the_screen(void **state)
{
    (void)state;
    for (int rows = 0; rows < 70; rows++) {
        for (int cols = 0; cols < 220; cols += 3) {
            for (int pane = 0; pane < PANE_COUNT; pane++) {
                struct layout l = layout_make(rows, cols, (enum pane)pane, rows % 2);
                for (int i = 0; i < PANE_COUNT; i++)
                    assert_true(inside(l.panes[i], rows, cols));
                assert_true(inside(l.title, rows, cols) && inside(l.strip, rows, cols));
                assert_true(inside(l.keys, rows, cols) && inside(l.tabs, rows, cols));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing_and_editing),
        cmocka_unit_test(test_paste_cannot_press_enter),
        cmocka_unit_test(test_long_text_shows_the_cursor),
        cmocka_unit_test(test_list_keeps_the_current_entry_in_sight),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_no_pane_leaves_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
