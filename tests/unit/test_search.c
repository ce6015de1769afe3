// core/search: counts, lines, order, context, times and limits, against a slow and simple count where it
// matters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/search/search.h"

struct tree { // files of a test, in a folder of their own
    char dir[64];
    struct str names; // each ended by '\n'
    struct evidence *ev;
};

static void tree_add(struct tree *tree, const char *name, struct span text)
{
    char path[128];
    if (!tree->dir[0]) {
        snprintf(tree->dir, sizeof tree->dir, "/tmp/d5tui-test-XXXXXX");
        assert_non_null(mkdtemp(tree->dir));
    }
    snprintf(path, sizeof path, "%s/%s", tree->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.at, 1, text.len, f), text.len);
    fclose(f);
    str_printf(&tree->names, "%s\n", name);
}

static struct evidence *tree_open(struct tree *tree)
{
    struct error err;
    const char *path = tree->dir;
    tree->ev = evidence_open(&path, 1, NULL, &err);
    if (!tree->ev)
        fail_msg("%s", err.text);
    return tree->ev;
}

static void tree_done(struct tree *tree)
{
    struct span rest = str_span(&tree->names), name;
    char path[128];
    evidence_close(tree->ev);
    while (span_cut_line(&rest, &name)) {
        snprintf(path, sizeof path, "%s/" SPAN_FMT, tree->dir, SPAN_ARG(name));
        unlink(path);
    }
    rmdir(tree->dir);
    str_done(&tree->names);
}

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

static struct search_set *set_of(size_t n, const char *const *texts, unsigned flags)
{
    struct error err;
    struct search_pattern patterns[8];
    for (size_t i = 0; i < n; i++)
        patterns[i] = (struct search_pattern){texts[i], flags};
    struct search_set *set = search_set_new(patterns, n, &err);
    if (!set)
        fail_msg("%s", err.text);
    return set;
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
    struct search_set *set = set_of(n, texts, 0);
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
    enum { LINES = 200000 };
    static const char *const patterns[] = {" hit$", "h.t$"};
    struct tree tree = {0};
    struct str text = {0};
    struct search_result result;
    struct error err;
    struct order order = {.good = true};
    struct search_set *set = set_of(2, patterns, 0);
    (void)state;
    tree_add(&tree, "a.log", big_text(LINES, &text));
    tree_add(&tree, "b.log", span_of("1 x\n"));
    tree_add(&tree, "c.log", str_span(&text));
    tree_open(&tree);
    struct search_options options = {.line = check_order, .ctx = &order, .threads = 3};
    assert_true(search_run(set, tree.ev, &options, &result, &err));
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
    assert_true(search_run(set, tree.ev, &options, &result, &err));
    assert_int_equal(result.matched, order.n);
    search_result_done(&result);
    search_set_free(set);
    tree_done(&tree);
    str_done(&text);
}

// A window over slices: a slice that begins amid untimed lines takes its time from the slice before.
static void windows_hold_across_slices(void **state)
{
    enum { LINES = 200000 };
    static const char *const patterns[] = {" hit$"};
    struct tree tree = {0};
    struct str text = {0};
    struct search_result all, part;
    struct error err;
    struct window window = {TIME_UNKNOWN, TIME_UNKNOWN};
    struct search_set *set = set_of(1, patterns, 0);
    struct search_options options = {.window = &window, .threads = 2};
    (void)state;
    tree_add(&tree, "a.log", big_text(LINES, &text));
    tree_open(&tree);
    assert_true(search_run(set, tree.ev, &options, &all, &err));
    assert_int_equal(all.matched, LINES / 97);
    assert_true(clock_parse_rfc3339(span_of("2026-11-23T01:00:00Z"), &window.from));
    assert_true(search_run(set, tree.ev, &options, &part, &err));
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
    tree_done(&tree);
    str_done(&text);
}

static void long_lines_are_shown_cut(void **state)
{
    static const char *const patterns[] = {"needle"};
    struct str text = {0};
    struct search_result result;
    struct error err;
    struct seen seen = {.numbers_only = true, .spans = true};
    struct search_set *set = set_of(1, patterns, 0);
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

static void the_sink_and_cancel_end_it(void **state)
{
    static const char *const patterns[] = {""};
    struct str text = {0};
    struct search_result result;
    struct error err;
    struct seen seen = {.stop_after = 3, .numbers_only = true};
    struct search_set *set = set_of(1, patterns, 0);
    struct search_options options = {.line = see, .ctx = &seen, .threads = 2};
    atomic_bool cancel = true;
    atomic_uint_fast64_t progress = 0;
    (void)state;
    big_text(100000, &text);
    assert_true(search_text(set, (struct text){str_span(&text), 0}, 1, &options, &result, &err));
    assert_true(result.stopped);
    assert_int_equal(seen.n, 3);
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
    struct search_set *set = set_of(1, patterns, 0);
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

static void files_are_described(void **state)
{
    static const char *const patterns[] = {"x"};
    struct tree tree = {0};
    struct search_result result;
    struct error err;
    struct search_options options = {0};
    struct search_set *set = set_of(1, patterns, 0);
    uint32_t second = 1;
    (void)state;
    tree_add(&tree, "a.bin", span_make("a\0x\nx\n", 6));
    tree_add(&tree, "b.txt", span_of("x\nx\nx"));
    tree_add(&tree, "c.txt", span_of(""));
    tree_open(&tree);
    assert_true(search_run(set, tree.ev, &options, &result, &err));
    assert_int_equal(result.n_files, 3);
    assert_true(result.files[0].binary);
    assert_int_equal(result.files[0].matched, 2);
    assert_false(result.files[1].binary);
    assert_int_equal(result.files[1].matched, 3);
    assert_int_equal(result.files[2].matched, 0);
    search_result_done(&result);
    options.files = &second;
    options.n_files = 1;
    assert_true(search_run(set, tree.ev, &options, &result, &err));
    assert_int_equal(result.matched, 3);
    assert_int_equal(result.files[0].file, 1);
    search_result_done(&result);
    search_set_free(set);
    tree_done(&tree);
}

// Lines of few letters, some of them no letters, in no order: most patterns match some of them by chance.
static void random_lines(size_t n, struct str *ret)
{
    static const char *const parts[] = {
        "a", "b",  "ab",   "c", " ", "K",  "\342\204\252", "\303\251", "\377",     "\342\202",
        "5", "53", "DROP", "-", ".", "\r", "\t",           "S",        "\305\277", "_"};
    uint64_t random = 42;
    for (size_t i = 0; i < n; i++) {
        size_t length = 0;
        do {
            random = random * 6364136223846793005u + 1442695040888963407u;
            str_add(ret, parts[(random >> 33) % ARRAY_LEN(parts)]);
        } while (++length < 12 && (random >> 60) != 0);
        str_add_char(ret, '\n');
    }
}

static uint64_t count_slowly(const char *pattern, unsigned flags, struct span text)
{
    struct match *match = match_new(span_of(pattern), flags, NULL);
    struct match_room *room = match_room_new();
    uint64_t n = 0;
    while (text.len) {
        struct span line = span_first(text, span_find_char(text, '\n'));
        match_subject(room, line);
        n += match_find(match, room, 0, NULL) == MATCH_YES;
        text = span_from(text, line.len + 1);
    }
    match_room_free(room);
    match_free(match);
    return n;
}

// Whatever the prefilter makes of a pattern, the count is PCRE2's.
static void the_prefilter_changes_no_answer(void **state)
{
    static const char *const patterns[] = {
        "a",
        "ab",
        "a.b",
        "a..b",
        "a.*b",
        "a.+b",
        "a.?b",
        "^a",
        "a$",
        "^ab$",
        "^$",
        "a|b$",
        "(a|b)c",
        "(?:ab)+c",
        "[ab]c",
        "[^a]b",
        "[^a-z]b",
        "\\wa",
        "\\Wa",
        "\\sb",
        "\\Sb",
        "\\db",
        "\\Db",
        "\\bab",
        "ab\\b",
        "a\\Bb",
        "k",
        "s",
        "ks",
        "\\x{212a}",
        "\\x4b",
        "\\xe9",
        "\303\251",
        "a\303\251",
        "[\303\251a]b",
        "(?i)ak",
        "(?i:k)a",
        "a(?i)k",
        "(?s)a.b",
        "(?m)^b",
        "(?x) a b",
        "\\Aab",
        "ab\\z",
        "ab\\Z",
        "(a)\\1",
        "(?<x>a)\\k<x>",
        "a(?=b)",
        "a(?!b)",
        "(?<=a)b",
        "(?<!a)b",
        "(?>a+)b",
        "a++b",
        "a{2}",
        "a{1,3}b",
        "(ab){2,}",
        "a*",
        "a?",
        "",
        "a\\Kb",
        "\\Qa.b\\E",
        "[[:alpha:]]b",
        "[[:^alpha:]]b",
        "\\p{Lu}",
        "\\P{L}b",
        "\\X\\Xb",
        "\\Ra",
        "\\hb",
        "\\Hb",
        "\\vb",
        "a\\Nb",
        "(*UCP)\\wb",
        "a(?#c)b",
        "a\\.b",
        "DROP.*53",
        "\\.*",
        "\\\\.*",
        "\\r$",
        ".\\r",
        "a.*",
        "b.*.*",
        "[^\\n]b",
        "a[^b]",
        "\\x{10ffff}",
        "[\\x80-\\x{10ffff}]",
        "a|",
        "(|a)b",
        "\\Gab",
        "[]a]b",
        "[^]a]b",
        "a\\Eb",
        "(?:)b",
        "x*b",
        "\\tb",
    };
    struct str text = {0};
    struct error err;
    (void)state;
    random_lines(4000, &text);
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        for (unsigned flags = 0; flags < 4; flags++) {
            struct search_pattern pattern = {patterns[i], flags};
            struct search_set *set = search_set_new(&pattern, 1, &err);
            struct search_options options = {0};
            struct search_result result;
            if (!set)
                fail_msg("%s", err.text);
            assert_true(search_text(set, (struct text){str_span(&text), 0}, 1, &options, &result, &err));
            uint64_t want = count_slowly(patterns[i], flags, str_span(&text));
            if (result.matched != want)
                fail_msg("%s, flags %u: %llu lines, not %llu", patterns[i], flags,
                         (unsigned long long)result.matched, (unsigned long long)want);
            search_result_done(&result);
            search_set_free(set);
        }
    }
    str_done(&text);
}

static void wrong_patterns_are_named(void **state)
{
    struct search_pattern patterns[] = {{"good", 0}, {"ba(d", 0}};
    struct error err;
    (void)state;
    assert_null(search_set_new(patterns, 2, &err));
    assert_non_null(strstr(err.text, "ba(d"));
    patterns[1].flags = MATCH_LITERAL;
    struct search_set *set = search_set_new(patterns, 2, &err);
    assert_non_null(set);
    search_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_numbers),
        cmocka_unit_test(several_patterns),
        cmocka_unit_test(lines_that_are_not_utf8),
        cmocka_unit_test(context_lines),
        cmocka_unit_test(times_are_inherited),
        cmocka_unit_test(many_slices_keep_the_order),
        cmocka_unit_test(windows_hold_across_slices),
        cmocka_unit_test(long_lines_are_shown_cut),
        cmocka_unit_test(the_sink_and_cancel_end_it),
        cmocka_unit_test(giving_up_is_said),
        cmocka_unit_test(files_are_described),
        cmocka_unit_test(wrong_patterns_are_named),
        cmocka_unit_test(the_prefilter_changes_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
