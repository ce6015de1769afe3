// core/search over files, in slices and by several threads: order, counts, windows, and how it is ended.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "tests/kit/patterns.h"
#include "tests/kit/scratch.h"

static void add_file(const char *folder, const char *name, struct span text)
{
    free(scratch_put(folder, name, text));
}

// Enough text for many slices and blocks, with lines of all lengths; each line says its number.
static struct span big_text(size_t lines, struct str *ret)
{
    for (size_t i = 1; i <= lines; i++) {
        if (i % 1000 == 1)
            str_printf(ret, "2026-11-23T%02zu:%02zu:00Z ", i / 100000 % 24, i / 1000 % 60);
        str_printf(ret, "%zu ", i);
        str_add_repeat(ret, 'x', i * 7919 % 300);
        if (i % 50021 == 0)
            str_add_repeat(ret, 'y', 400000); // longer than a block
        str_add(ret, i % 97 == 0 ? " hit\n" : i % 89 == 0 ? " h\377t\n" : "\n");
    }
    return str_span(ret);
}

struct order {
    uint64_t last, n;
    uint32_t file;
    bool good;
};

static bool check_order(void *ctx, const struct search_line *line)
{
    struct order *order = ctx;
    size_t stamp = span_starts(line->text, "2026-11-23T") ? strlen("2026-11-23T00:00:00Z ") : 0;
    uint64_t number = strtoull(line->text.at + stamp, NULL, 10);
    if (line->file != order->file)
        *order = (struct order){.file = line->file, .n = order->n, .good = order->good};
    order->good &= number == line->number && number > order->last && (number % 97 == 0 || number % 89 == 0);
    order->last = number;
    order->n++;
    return true;
}

static void many_slices_keep_the_order(void **state)
{
    const char *folder = *state;
    enum { LINES = 200000 };
    static const char *const patterns[] = {" hit$", "h.t$"};
    struct str text = {0};
    struct search_result result;
    struct error err;
    struct order order = {.good = true};
    struct search_set *set = patterns_set(patterns, 2, 0);
    add_file(folder, "a.log", big_text(LINES, &text));
    add_file(folder, "b.log", span_of("1 x\n"));
    add_file(folder, "c.log", str_span(&text));
    struct evidence *ev = scratch_open(folder, "");
    struct search_options options = {.line = check_order, .ctx = &order, .threads = 3};
    assert_true(search_run(set, ev, &options, &result, &err));
    assert_true(order.good);
    assert_int_equal(result.counts[0], 2 * (LINES / 97));
    assert_int_equal(result.counts[1], 2 * (LINES / 97 + LINES / 89 - LINES / (97 * 89)));
    assert_int_equal(result.matched, result.counts[1]);
    assert_int_equal(order.n, result.matched);
    assert_int_equal(result.bytes, 2 * text.len + 4);
    assert_int_equal(result.files[0].matched, result.matched / 2);
    assert_int_equal(result.files[0].lines, LINES);
    assert_int_equal(result.files[1].matched, 0);
    search_result_done(&result);

    options.line = NULL;
    assert_true(search_run(set, ev, &options, &result, &err));
    assert_int_equal(result.matched, order.n);
    search_result_done(&result);
    search_set_free(set);
    evidence_close(ev);
    str_done(&text);
}

// A window over slices: a slice that begins amid untimed lines takes its time from the slice before.
static void windows_hold_across_slices(void **state)
{
    const char *folder = *state;
    enum { LINES = 200000 };
    static const char *const patterns[] = {" hit$"};
    struct str text = {0};
    struct search_result all, part;
    struct error err;
    struct window window = {TIME_UNKNOWN, TIME_UNKNOWN};
    struct search_set *set = patterns_set(patterns, 1, 0);
    struct search_options options = {.window = &window, .threads = 2};
    add_file(folder, "a.log", big_text(LINES, &text));
    struct evidence *ev = scratch_open(folder, "");
    assert_true(search_run(set, ev, &options, &all, &err));
    assert_int_equal(all.matched, LINES / 97);
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T01:00:00Z"), &window.from));
    assert_true(search_run(set, ev, &options, &part, &err));
    // Line 100001 carries 01:40.
    size_t want = 0;
    for (size_t i = 97; i <= LINES; i += 97) {
        size_t stamp = (i - 1) / 1000 * 1000 + 1;
        want += stamp / 100000 % 24 >= 1;
    }
    assert_int_equal(part.matched, want);
    assert_false(part.files[0].untimed);
    search_result_done(&all);
    search_result_done(&part);
    search_set_free(set);
    evidence_close(ev);
    str_done(&text);
}

static bool take_three(void *ctx, const struct search_line *line)
{
    (void)line;
    return ++*(size_t *)ctx != 3;
}

static void the_sink_and_cancel_end_it(void **state)
{
    (void)state;
    static const char *const patterns[] = {""};
    struct str text = {0};
    struct search_result result;
    struct error err;
    size_t taken = 0;
    struct search_set *set = patterns_set(patterns, 1, 0);
    struct search_options options = {.line = take_three, .ctx = &taken, .threads = 2};
    atomic_bool cancel = true;
    atomic_uint_fast64_t progress = 0;
    big_text(100000, &text);
    assert_true(search_text(set, (struct text){str_span(&text), 0}, 1, &options, &result, &err));
    assert_true(result.stopped);
    assert_int_equal(taken, 3);
    search_result_done(&result);

    options = (struct search_options){.cancel = &cancel, .progress = &progress};
    assert_true(search_text(set, (struct text){str_span(&text), 0}, 1, &options, &result, &err));
    assert_true(result.stopped);
    assert_int_equal(progress, 0);
    search_result_done(&result);
    cancel = false;
    assert_true(search_text(set, (struct text){str_span(&text), 0}, 1, &options, &result, &err));
    assert_false(result.stopped);
    assert_int_equal(result.matched, 100000);
    assert_true(progress >= text.len);
    search_result_done(&result);
    search_set_free(set);
    str_done(&text);
}

static void files_are_described(void **state)
{
    const char *folder = *state;
    static const char *const patterns[] = {"x"};
    struct search_result result;
    struct error err;
    struct search_options options = {0};
    struct search_set *set = patterns_set(patterns, 1, 0);
    uint32_t second = 1;
    add_file(folder, "a.bin", span_make("a\0x\nx\n", 6));
    add_file(folder, "b.txt", span_of("x\nx\nx"));
    add_file(folder, "c.txt", span_of(""));
    struct evidence *ev = scratch_open(folder, "");
    assert_true(search_run(set, ev, &options, &result, &err));
    assert_int_equal(result.n_files, 3);
    assert_true(result.files[0].binary);
    assert_int_equal(result.files[0].matched, 2);
    assert_false(result.files[1].binary);
    assert_int_equal(result.files[1].matched, 3);
    assert_int_equal(result.files[2].matched, 0);
    search_result_done(&result);
    options.files = &second;
    options.n_files = 1;
    assert_true(search_run(set, ev, &options, &result, &err));
    assert_int_equal(result.matched, 3);
    assert_int_equal(result.files[0].file, 1);
    search_result_done(&result);
    search_set_free(set);
    evidence_close(ev);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(many_slices_keep_the_order),
        SCRATCH_TEST(windows_hold_across_slices),
        cmocka_unit_test(the_sink_and_cancel_end_it),
        SCRATCH_TEST(files_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
