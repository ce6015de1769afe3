// Columns that fit, and words that wrap.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/prose.h"
#include "tui/table.h"

static const struct column columns[] = {
    {.title = "id", .most = 8},
    {.title = "text", .least = 20},
    {.title = "where", .most = 30, .rank = 1},
    {.title = "n", .most = 6, .rank = 2, .right = true},
};
static const int wants[] = {5, 90, 50, 3};

static int sum_of(const int *widths, size_t n)
{
    int sum = -TABLE_GAP;
    for (size_t i = 0; i < n; i++)
        sum += widths[i] ? widths[i] + TABLE_GAP : 0;
    return sum;
}

static void test_all_fit(void **state)
{
    int got[4];
    (void)state;
    table_fit(columns, 4, wants, 120, got);
    assert_int_equal(got[0], 5);
    assert_int_equal(got[2], 30); // as much as it may
    assert_int_equal(got[3], 3);
    assert_int_equal(sum_of(got, 4), 120); // the text has the rest
}

static void test_the_least_important_goes_first(void **state)
{
    int got[4];
    (void)state;
    table_fit(columns, 4, wants, 60, got);
    assert_int_equal(got[3], 0);
    assert_int_equal(got[2], 30);
    assert_true(got[1] >= 20);
    table_fit(columns, 4, wants, 50, got);
    assert_int_equal(got[2], 0);
    assert_int_equal(sum_of(got, 4), 50);
}

static void test_what_must_stay_gives_way(void **state)
{
    int got[4];
    (void)state;
    table_fit(columns, 4, wants, 18, got);
    assert_int_equal(got[0], 5);
    assert_true(got[1] >= 8 && got[1] < 20);
}

static void test_empty_columns_take_nothing(void **state)
{
    static const struct column bare[] = {{.most = 8}, {.least = 10}};
    static const int none[] = {0, 4};
    int got[2];
    (void)state;
    table_fit(bare, 2, none, 40, got);
    assert_int_equal(got[0], 0);
    assert_int_equal(got[1], 40);
    assert_false(table_has_titles(bare, 2));
    assert_true(table_has_titles(columns, 4));
}

static void test_prose_wraps_as_it_counts(void **state)
{
    struct prose p = {0};
    struct canvas c = {0};
    struct str row = {0};
    (void)state;
    canvas_resize(&c, 6, 32);
    canvas_clear(&c);
    prose_label(&p, "read at", ROLE_TEXT, "one two three four five six seven\nnew line");
    prose_gap(&p);
    prose_add(&p, ROLE_TEXT, "%s", "last");
    assert_int_equal(prose_rows(&p, 32), 5);
    assert_int_equal(prose_draw(&p, &c, canvas_all(&c), 0), 5);
    canvas_row_text(&c, 0, &row);
    assert_string_equal(str_text(&row), "read at     one two three four");
    str_clear(&row);
    canvas_row_text(&c, 2, &row);
    assert_string_equal(str_text(&row), "            new line");
    canvas_clear(&c);
    prose_draw(&p, &c, canvas_all(&c), 4); // moved up
    str_clear(&row);
    canvas_row_text(&c, 0, &row);
    assert_string_equal(str_text(&row), "last");
    str_done(&row);
    canvas_done(&c);
    prose_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_fit),
        cmocka_unit_test(test_the_least_important_goes_first),
        cmocka_unit_test(test_what_must_stay_gives_way),
        cmocka_unit_test(test_empty_columns_take_nothing),
        cmocka_unit_test(test_prose_wraps_as_it_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
