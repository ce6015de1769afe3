// One log file on the real screen: what a person sees, keys, search, following, hostile bytes, and how it
// leaves.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/kit/screen.h"

struct scratch {
    char path[64];
    FILE *f;
};

static int set_up(void **state)
{
    struct scratch *t = mem_alloc(sizeof *t);
    snprintf(t->path, sizeof t->path, "/tmp/d5tui-screen-XXXXXX");
    t->f = fdopen(mkstemp(t->path), "w");
    for (int i = 1; i <= 3000; i++)
        fprintf(t->f, "entry %d of the log%s\n", i, i == 2222 ? " SERVFAIL here" : "");
    fflush(t->f);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct scratch *t = *state;
    fclose(t->f);
    unlink(t->path);
    free(t);
    return 0;
}

static struct screen *start(const struct scratch *t, int rows, int cols, const char *const *env, bool follow)
{
    const char *const argv[] = {"--from", t->path, follow ? "--follow" : NULL, NULL};
    return screen_start(&(struct screen_config){.rows = rows, .cols = cols, .argv = argv, .env = env});
}

static void test_first_line_on_first_row(void **state)
{
    int row, col;
    struct screen *s = start(*state, 24, 80, NULL, false);
    assert_true(screen_shows(s, "3,000 lines"));
    assert_non_null(strstr(screen_row(s, 0), "entry 1 of the log"));
    assert_non_null(strstr(screen_row(s, 22), "entry 23 of the log"));
    assert_non_null(strstr(screen_row(s, 23), "line 1 of 3,000 lines"));
    screen_cursor(s, &row, &col);
    assert_int_equal(row, 0);
    screen_keys(s, "jj\x1b[B");
    assert_true(screen_shows(s, "line 4 of"));
    screen_cursor(s, &row, &col);
    assert_int_equal(row, 3);
    screen_keys(s, "k");
    assert_true(screen_shows(s, "line 3 of"));
    screen_keys(s, "G");
    assert_true(screen_shows(s, "entry 3000 of the log"));
    screen_keys(s, "g");
    assert_true(screen_shows(s, "line 1 of"));
    screen_keys(s, "\x1b[6~");
    assert_true(screen_shows(s, "line 23 of"));
    assert_non_null(strstr(screen_row(s, 0), "entry 23 "));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    assert_true(screen_is_restored(s));
    screen_free(s);
}

static void test_search_finds_and_filter_keeps(void **state)
{
    struct screen *s = start(*state, 24, 80, NULL, false);
    assert_true(screen_shows(s, "3,000 lines"));
    screen_keys(s, "/serv");
    assert_true(screen_shows(s, "entry 2222 of the log SERVFAIL here")); // as it is typed
    screen_keys(s, "fail\r");
    assert_true(screen_shows(s, "line 2,222 of"));
    assert_true(screen_shows(s, "match 1 of 1"));
    screen_keys(s, "n");
    assert_true(screen_shows(s, "No further match"));
    screen_keys(s, "&entry .*77 \r");
    assert_true(screen_shows(s, "line 2,277, 23 of 30 kept"));
    screen_keys(s, "&\x15\r");
    assert_true(screen_shows(s, "line 2,277 of 3,000 lines"));
    screen_keys(s, "/(\r");
    assert_true(screen_shows(s, "(")); // a wrong pattern is an error at the bottom, no crash
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void test_follow_counts_every_line(void **state)
{
    struct scratch *t = *state;
    struct screen *s = start(t, 24, 80, NULL, true);
    assert_true(screen_shows(s, "3,000 lines"));
    assert_true(screen_shows(s, "entry 3000 of the log"));
    for (int i = 3001; i <= 5000; i++)
        fprintf(t->f, "entry %d of the log\n", i);
    fflush(t->f);
    assert_true(screen_shows(s, "5,000 lines"));
    assert_true(screen_shows(s, "entry 5000 of the log"));
    screen_keys(s, "/abc");
    assert_true(screen_shows(s, "/abc"));
    fprintf(t->f, "one more\n");
    fflush(t->f);
    assert_true(screen_shows(s, "5,001 lines"));
    screen_keys(s, "\x1b");
    assert_true(screen_lacks(s, "/abc"));
    screen_keys(s, "kkkk"); // reading above the end: following does not take the cursor along
    assert_true(screen_shows(s, "line 4,997 of"));
    fprintf(t->f, "and one\n");
    fflush(t->f);
    assert_true(screen_shows(s, "line 4,997 of 5,002 lines"));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void test_hostile_bytes_are_escapes(void **state)
{
    struct scratch *t = *state;
    assert_int_equal(ftruncate(fileno(t->f), 0), 0);
    rewind(t->f);
    fputs("a\x1b]0;owned\x07 b\x1b[31mred\x9b"
          "2J c\xe2\x80\xae"
          "d\n\x1b[2J\x1b[H gone\n",
          t->f);
    fflush(t->f);
    struct screen *s = start(t, 24, 80, NULL, false);
    assert_true(screen_shows(s, "a\\e]0;owned\\x07 b\\e[31mred\\x9b2J c\\x{202e}d"));
    assert_true(screen_shows(s, "\\e[2J\\e[H gone"));
    size_t len;
    const char *raw = screen_raw(s, &len);
    assert_null(strstr(raw, "\x1b]0;owned"));
    assert_null(strstr(raw, "\x1b[31mred"));
    screen_free(s);
}

static void test_terminal_is_given_back(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGQUIT};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct screen *s = start(*state, 24, 80, NULL, false);
        assert_true(screen_shows(s, "3,000 lines"));
        screen_signal(s, signals[i]);
        assert_true(screen_exit(s) > 0);
        assert_true(screen_is_restored(s));
        screen_free(s);
    }
}

static void test_idle_is_silent(void **state)
{
    struct screen *s = start(*state, 24, 80, NULL, false);
    assert_true(screen_shows(s, "3,000 lines"));
    assert_true(screen_idle(s, 300));
    screen_free(s);
}

static void test_no_colour(void **state)
{
    static const char *const env[] = {"NO_COLOR=1", NULL};
    struct screen *s = start(*state, 24, 80, env, false);
    assert_true(screen_shows(s, "3,000 lines"));
    assert_int_equal(screen_colours(s), 0);
    screen_free(s);
    s = start(*state, 24, 80, NULL, false);
    assert_true(screen_shows(s, "3,000 lines"));
    assert_true(screen_colours(s) > 0);
    screen_free(s);
}

static void test_terminals(void **state)
{
    static const char *const names[] = {"TERM=vt100", "TERM=linux", "TERM=xterm", "TERM=screen",
                                        "TERM=tmux-256color"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *const env[] = {names[i], NULL};
        struct screen *s = start(*state, 24, 80, env, false);
        assert_true(screen_shows(s, "line 1 of 3,000 lines"));
        screen_keys(s, "G");
        assert_true(screen_shows(s, "entry 3000 of the log"));
        screen_keys(s, "q");
        assert_int_equal(screen_exit(s), 0);
        screen_free(s);
    }
}

// A frame is bracketed where the terminal is known to take that, and nowhere else.
static void test_whole_frames(void **state)
{
    static const struct {
        const char *term;
        bool whole;
    } terms[] = {{"TERM=xterm-256color", true}, {"TERM=linux", false}, {"TERM=vt100", false}};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        const char *const env[] = {terms[i].term, NULL};
        struct screen *s = start(*state, 24, 80, env, false);
        size_t len;
        assert_true(screen_shows(s, "3,000 lines"));
        const char *raw = screen_raw(s, &len);
        assert_int_equal(strstr(raw, "\x1b[?2026h") != NULL, terms[i].whole);
        assert_int_equal(strstr(raw, "\x1b[?2026l") != NULL, terms[i].whole);
        screen_free(s);
    }
}

static void test_ascii_locale(void **state)
{
    static const char *const env[] = {"LC_ALL=C", NULL};
    struct screen *s = start(*state, 24, 80, env, false);
    assert_true(screen_shows(s, "line 1 of 3,000 lines"));
    size_t len;
    const char *raw = screen_raw(s, &len);
    for (size_t i = 0; i < len; i++)
        assert_true((unsigned char)raw[i] < 0x80);
    screen_free(s);
}

static void test_dumb_points_to_run(void **state)
{
    static const char *const names[] = {"TERM=dumb", "TERM=", "TERM=no-such-terminal"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *const env[] = {names[i], NULL};
        struct screen *s = start(*state, 24, 80, env, false);
        assert_int_equal(screen_exit(s), 1);
        assert_non_null(strstr(screen_text(s), "d5tui run"));
        assert_true(screen_is_restored(s));
        screen_free(s);
    }
}

static void test_resize_and_rubbish(void **state)
{
    static const int sizes[][2] = {{5, 20}, {60, 200}, {1, 1}, {24, 80}, {16, 60}, {2, 300}, {30, 100}};
    struct screen *s = start(*state, 24, 80, NULL, false);
    assert_true(screen_shows(s, "3,000 lines"));
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        screen_resize(s, sizes[i][0], sizes[i][1]);
        screen_keys(s, "jjk\x1b[6~");
    }
    screen_paste(s, "q\x1b[31m\r\nq\x03 rubbish \x1b]0;x\x07");
    screen_keys(s, "g");
    assert_true(screen_shows(s, "▶ entry 1 of the log"));
    assert_true(screen_shows(s, "  entry 29 of the log"));
    assert_non_null(strstr(screen_row(s, 0), "entry 1 of the log"));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

static void test_scrolled_rows_are_the_drawn_ones(void **state)
{
    static const char *const keys[] = {"jjj", "kkkkkk", "\x1b[6~jj", "j", "k", "\x1b[5~kk", "Gk", "gjjjj"};
    struct screen *s = start(*state, 24, 80, NULL, false);
    assert_true(screen_shows(s, "3,000 lines"));
    for (int i = 0; i < 30; i++)
        screen_keys(s, "j");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        screen_keys(s, keys[i]);
        while (!screen_idle(s, 100))
            continue;
        char *moved = mem_strdup(screen_text(s));
        screen_keys(s, "\x0c"); // all of it afresh
        while (!screen_idle(s, 100))
            continue;
        assert_string_equal(screen_text(s), moved);
        free(moved);
    }
    screen_free(s);
}

#define SCREEN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

// The end is where the file ends, not where counting has come to when G is pressed.
static void test_end_of_what_is_still_counted(void **state)
{
    struct scratch *t = *state;
    enum { MORE = 1000000 };
    for (int i = 1; i <= MORE; i++)
        fprintf(t->f, "and entry %d, which has to be counted before the end is known\n", i);
    fprintf(t->f, "the end");
    fflush(t->f);
    struct screen *s = start(t, 24, 80, NULL, false);
    assert_true(screen_shows(s, "entry 1 of the log"));
    screen_keys(s, "G");
    assert_true(screen_shows(s, "the end"));
    assert_true(screen_shows(s, "line 1,003,001 of 1,003,001 lines"));
    screen_keys(s, "q");
    assert_int_equal(screen_exit(s), 0);
    screen_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(test_first_line_on_first_row),
        SCREEN_TEST(test_end_of_what_is_still_counted),
        SCREEN_TEST(test_scrolled_rows_are_the_drawn_ones),
        SCREEN_TEST(test_search_finds_and_filter_keeps),
        SCREEN_TEST(test_follow_counts_every_line),
        SCREEN_TEST(test_hostile_bytes_are_escapes),
        SCREEN_TEST(test_terminal_is_given_back),
        SCREEN_TEST(test_idle_is_silent),
        SCREEN_TEST(test_no_colour),
        SCREEN_TEST(test_terminals),
        SCREEN_TEST(test_whole_frames),
        SCREEN_TEST(test_ascii_locale),
        SCREEN_TEST(test_dumb_points_to_run),
        SCREEN_TEST(test_resize_and_rubbish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
