// The evidence pane on files of any size, on the real screen: hundreds of megabytes, lines of megabytes,
// millions of matches, and keys that are answered while all that is searched.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/kit/room.h"

enum { BIG_LINES = 2000000, BIG_PIECE = 1000 };

struct scratch {
    char *path;
    FILE *f;
};

static int set_up(void **state)
{
    struct scratch *t = mem_alloc(sizeof *t);
    const char *folder = getenv("TMPDIR");
    t->path = mem_printf("%s/d5tui-evidence-XXXXXX", folder ? folder : "/tmp");
    int fd = mkstemp(t->path);
    t->f = fd < 0 ? NULL : fdopen(fd, "w");
    *state = t;
    return t->f ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scratch *t = *state;
    fclose(t->f);
    unlink(t->path);
    free(t->path);
    free(t);
    return 0;
}

static struct screen *start(const struct scratch *t, int rows, int cols)
{
    const char *const argv[] = {"--from", t->path, NULL};
    fflush(t->f);
    return screen_start(&(struct screen_config){.rows = rows, .cols = cols, .argv = argv});
}

// 220 MB in two million lines, with one word near the end.
static void write_big(struct scratch *t)
{
    struct str piece = {0};
    for (int i = 0; i < BIG_PIECE; i++)
        str_printf(&piece,
                   "2026-11-23T07:%02d:%02d.%03dZ stdout F [%s] 10.0.11.23:41233 - %05d \"A IN "
                   "orders.shop.svc.cluster.local. udp 54 512\" NOERROR\n",
                   i / 60 % 60, i % 60, i, i % 100 == 50 ? "ERROR" : "INFO", i);
    for (int i = 0; i < BIG_LINES / BIG_PIECE; i++)
        fwrite(piece.at, 1, piece.len, t->f);
    fputs("the needle\nthe last line\n", t->f);
    str_done(&piece);
}

static void test_keys_are_answered_while_it_is_searched(void **state)
{
    struct screen *s;
    write_big(*state);
    s = start(*state, 24, 100);
    assert_true(screen_shows(s, "07:00:00.000Z stdout F [INFO]"));
    screen_keys(s, "/(\\w\\w\\w+).*\\1\\1.*NOERROR\r"); // a pattern that costs
    assert_true(screen_shows(s, "Esc stops"));
    screen_keys(s, "jjjj");
    assert_true(screen_shows(s, "line 5 of"));
    assert_non_null(strstr(screen_text(s), "Esc stops")); // it still runs
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "Stopped"));
    screen_keys(s, "j");
    assert_true(screen_shows(s, "not all searched"));
    assert_true(room_leave(s));
}

static void test_the_end_of_a_big_file_is_found(void **state)
{
    struct screen *s;
    write_big(*state);
    s = start(*state, 24, 100);
    screen_keys(s, "/needle");
    assert_true(screen_shows(s, "▶ the needle"));
    screen_keys(s, "\x1b"); // back to where it was
    assert_true(screen_shows(s, "line 1 of 2,000,002 lines"));
    screen_keys(s, "/the\r");
    assert_true(screen_shows(s, "line 2,000,001 of 2,000,002 lines, match 1 of 2"));
    screen_keys(s, "n");
    assert_true(screen_shows(s, "match 2 of 2"));
    screen_keys(s, "n");
    assert_true(screen_shows(s, "No further match"));
    screen_keys(s, "N");
    assert_true(screen_shows(s, "match 1 of 2"));
    screen_keys(s, "N");
    assert_true(screen_shows(s, "No earlier match"));
    assert_true(room_leave(s));
}

static void test_millions_of_matches(void **state)
{
    struct screen *s;
    write_big(*state);
    s = start(*state, 24, 100);
    screen_keys(s, "/noerror\r");
    assert_true(screen_shows(s, "match 1 of 2,000,000"));
    screen_keys(s, "Gk");
    assert_true(screen_shows(s, "2,000,000 matches"));
    screen_keys(s, "N");
    assert_true(screen_shows(s, "line 2,000,000 of 2,000,002 lines, match 2,000,000 of 2,000,000"));
    assert_true(room_leave(s));
}

static void test_what_is_kept(void **state)
{
    struct screen *s;
    write_big(*state);
    s = start(*state, 24, 120);
    screen_keys(s, "&needle|last\r");
    assert_true(screen_shows(s, "line 2,000,001, 1 of 2 kept"));
    screen_keys(s, "j\x1b"); // all lines again, at the same one
    assert_true(screen_shows(s, "line 2,000,002 of 2,000,002 lines"));
    screen_keys(s, "g");
    assert_true(screen_shows(s, "line 1 of"));
    screen_keys(s, "LL"); // errors
    assert_true(screen_shows(s, "line 51, 1 of 20,000 kept, errors"));
    assert_non_null(strstr(screen_row(s, 1), "07:02:30.150Z stdout F [ERROR]"));
    screen_keys(s, "w07:02..07:03\r"); // of the current line's day
    assert_true(screen_shows(s, "1 of 2,000 kept, errors 2026-11-23T07:02:00Z..2026-11-23T07:03:00Z"));
    screen_keys(s, "&00150 \r");
    assert_true(screen_shows(s, "&00150"));
    screen_keys(s, "j");
    assert_true(screen_shows(s, "line 1,151, 2 of 2,000 kept"));
    screen_keys(s, "&never\r");
    assert_true(screen_shows(s, "no line is kept"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "line 1,151 of 2,000,002 lines"));
    assert_true(room_leave(s));
}

static void test_a_line_of_megabytes(void **state)
{
    struct scratch *t = *state;
    struct str line = {0};
    for (int i = 0; i < 3; i++) {
        str_clear(&line);
        str_add_repeat(&line, "abc"[i], 10000000);
        memcpy(line.at + 7000000, i == 1 ? "SERVFAIL here" : "not this one.", 13);
        str_add(&line, "\n");
        fwrite(line.at, 1, line.len, t->f);
    }
    fputs("short\n", t->f);
    str_done(&line);
    struct screen *s = start(t, 24, 80);
    assert_true(screen_shows(s, "line 1 of 4 lines"));
    assert_true(screen_shows(s, "▶ aaaaaaaaaa"));
    screen_keys(s, "/servfail\r");
    assert_true(screen_shows(s, "bbbbSERVFAIL herebbbb"));
    assert_true(screen_shows(s, "line 2 of 4 lines, match 1 of 1"));
    screen_keys(s, "/short\r");
    assert_true(screen_shows(s, "▶ short"));
    assert_true(room_leave(s));
}

static void test_marks_and_the_text_alone(void **state)
{
    struct scratch *t = *state;
    for (int i = 1; i <= 40; i++)
        fprintf(t->f, "entry %d%s\n", i, i % 5 == 0 ? " SERVFAIL" : "");
    fprintf(t->f, "%0120d the end of a long line\n", 7);
    struct screen *s = start(t, 24, 80);
    screen_keys(s, "/SERVFAIL\r");
    assert_true(screen_shows(s, "▶ entry 5 SERVFAIL"));
    assert_true(screen_shows(s, "• entry 10 SERVFAIL")); // in the margin
    screen_keys(s, "v");
    assert_true(screen_lacks(s, "•"));
    assert_non_null(strstr(screen_row(s, 0), "entry "));
    assert_int_equal(strncmp(screen_row(s, 0), "entry ", 6), 0);
    screen_keys(s, "G");
    assert_true(screen_shows(s, "the end of a long line")); // behind the window's width
    screen_keys(s, "v");
    assert_true(screen_shows(s, "•"));
    screen_keys(s, "\x1b");
    assert_true(screen_lacks(s, "•")); // nothing is searched for any more
    screen_keys(s, "n");
    assert_true(screen_shows(s, "Nothing is searched for yet"));
    assert_true(room_leave(s));
}

static void test_what_grows_is_searched(void **state)
{
    struct scratch *t = *state;
    for (int i = 1; i <= 100; i++)
        fprintf(t->f, "entry %d\n", i);
    struct screen *s = start(t, 24, 80);
    screen_keys(s, "/entry .*0\r");
    assert_true(screen_shows(s, "match 1 of 10"));
    screen_keys(s, "F");
    assert_true(screen_shows(s, "line 100 of 100 lines, following"));
    fprintf(t->f, "entry 110\nentry 111\n");
    fflush(t->f);
    assert_true(screen_shows(s, "line 102 of 102 lines, following, 11 matches"));
    screen_keys(s, "N&11\r");
    assert_true(screen_shows(s, "line 101, 2 of 3 kept"));
    fprintf(t->f, "entry 112\n");
    fflush(t->f);
    assert_true(screen_shows(s, "of 4 kept, following"));
    screen_keys(s, "F");
    assert_true(screen_lacks(s, "following"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "of 103 lines"));
    assert_true(room_leave(s));
}

// One key, and what it does to the screen.
static void press(struct screen *s, const char *key)
{
    char *before = mem_strdup(screen_text(s));
    screen_keys(s, key);
    for (int i = 0; i < 1000 && strcmp(screen_text(s), before) == 0; i++)
        screen_idle(s, 20);
    while (!screen_idle(s, 30)) // all of it
        continue;
    free(before);
}

// What the procedure searches for, hit after hit and from file to file, by one key.
static void test_hits_of_the_step(void **state)
{
    static const char *const argv[] = {"--from", "tests/cases/demo/tree", NULL};
    char *home = mem_printf("XDG_STATE_HOME=%s.d", ((struct scratch *)*state)->path);
    const char *const env[] = {home, NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = 24, .cols = 80, .argv = argv, .env = env});
    assert_true(screen_shows(s, "rules ✖31"));
    screen_keys(s, "g");
    for (int i = 0; i < 60 && !strstr(screen_text(s), "▸✓ Failing lookups"); i++)
        press(s, "j");
    assert_non_null(strstr(screen_text(s), "▸✓ Failing lookups"));
    screen_keys(s, "}");
    assert_true(screen_shows(s, "java.net.UnknownHostException: orders"));
    assert_true(screen_shows(s, "app.log"));
    assert_true(screen_shows(s, ", match 1 of "));
    screen_keys(s, "}");
    assert_true(screen_shows(s, ", match 2 of "));
    screen_keys(s, "{{");
    assert_true(screen_shows(s, ", match 4 of 4")); // the last one of the file before
    screen_keys(s, "}");
    assert_true(screen_shows(s, "java.net.UnknownHostException: orders"));
    for (int i = 0; i < 200 && !strstr(screen_text(s), "No further hit"); i++)
        press(s, "}");
    assert_true(screen_shows(s, "No further hit in the files that this step's searches read"));
    screen_keys(s, "9"); // one of them alone, by its number
    assert_true(screen_shows(s, "of its own; } takes all"));
    screen_keys(s, "g1");
    assert_true(screen_shows(s, ", match 1 of "));
    assert_true(room_leave(s));
    char *command = mem_printf("rm -rf '%s.d'", ((struct scratch *)*state)->path);
    assert_int_equal(system(command), 0);
    free(command);
    free(home);
}

// What lies to the left of a window that was moved has a sign, as what lies to its right; undone, it is back.
static void test_a_moved_window_says_so(void **state)
{
    struct scratch *t = *state;
    fprintf(t->f, "first\n-A FORWARD %0120d -j DROP\nlast\tone\n", 0);
    struct screen *s = start(t, 24, 80);
    assert_true(screen_shows(s, "-A FORWARD 000"));
    screen_keys(s, "/drop\r");
    assert_true(screen_shows(s, "…000"));
    assert_true(screen_shows(s, "000 -j DROP"));
    screen_keys(s, "\x1b");
    assert_true(screen_shows(s, "▶ -A FORWARD 000"));
    assert_true(screen_shows(s, "last    one")); // a tab goes to the next stop of eight
    screen_keys(s, "v");
    assert_true(screen_shows(s, "last  one")); // and is no escape where lines are wrapped
    screen_keys(s, "v");
    assert_true(screen_shows(s, "last    one"));
    assert_true(room_leave(s));
}

#define SCREEN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(test_keys_are_answered_while_it_is_searched),
        SCREEN_TEST(test_the_end_of_a_big_file_is_found),
        SCREEN_TEST(test_millions_of_matches),
        SCREEN_TEST(test_what_is_kept),
        SCREEN_TEST(test_a_line_of_megabytes),
        SCREEN_TEST(test_marks_and_the_text_alone),
        SCREEN_TEST(test_what_grows_is_searched),
        SCREEN_TEST(test_hits_of_the_step),
        SCREEN_TEST(test_a_moved_window_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
