// Exports and earlier cases on the real screen: what is taken out is seen before anything leaves, and each
// way out says what became of it.
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

#define DEMO  "tests/cases/demo/tree"
#define CHAIN "tests/cases/fw-chain/tree"

static struct screen *start(const struct room *p, const char *tree, const char *more)
{
    const char *const env[] = {p->state_env, p->config_env, more, NULL};
    const char *const argv[] = {"--from", tree, NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = 30, .cols = 100, .argv = argv, .env = env});
    assert_true(screen_shows(s, "confirmed"));
    return s;
}

static void open_export(struct screen *s)
{
    screen_keys(s, "e");
    assert_true(screen_shows(s, "Of all the evidence is taken out: "));
}

static char *read_all(const char *path)
{
    struct str text = {0};
    FILE *f = fopen(path, "re");
    int c;
    while (f && (c = fgetc(f)) != EOF)
        str_add_char(&text, (char)c);
    if (f)
        fclose(f);
    return str_take(&text);
}

static void test_a_file_is_private_and_whole(void **state)
{
    struct room *p = *state;
    struct screen *s = start(p, DEMO, NULL);
    char *path = mem_printf("%s/out.md", p->dir);
    struct stat st;
    open_export(s);
    screen_keys(s, "ll"); // yaml, json, markdown
    assert_true(screen_shows(s, "bytes of markdown"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, ".md")); // the name's end says the format
    screen_keys(s, "\x15");
    screen_paste(s, path);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "written: "));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    char *text = read_all(path);
    assert_non_null(strstr(text, "--dport 53 -j DROP"));
    free(text);
    free(path);
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void test_what_is_taken_out_is_seen_first(void **state)
{
    struct room *p = *state;
    struct screen *s = start(p, DEMO, NULL);
    char *path = mem_printf("%s/out.yaml", p->dir);
    open_export(s);
    assert_true(screen_shows(s, "taken out: nothing"));
    screen_keys(s, "jjl"); // strict
    assert_true(screen_shows(s, "strict: what default takes, and all addr"));
    assert_true(screen_shows(s, " addresses; "));
    assert_true(screen_shows(s, "address"));
    assert_true(screen_shows(s, "name-"));
    assert_true(screen_lacks(s, "checkout-7d9c5b6f4")); // the report below is in the redactor's words, too
    screen_keys(s, "gg\r\x15");
    screen_paste(s, path);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "written: "));
    char *text = read_all(path);
    assert_null(strstr(text, "10.0.12."));
    assert_null(strstr(text, "checkout"));
    assert_non_null(strstr(text, "--dport 53 -j DROP"));
    free(text);
    free(path);
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

// All keys come at once, so that what is taken out cannot be known yet when the name is given.
static void test_who_is_early_is_not_asked_again(void **state)
{
    struct room *p = *state;
    struct screen *s = start(p, DEMO, NULL);
    char *path = mem_printf("%s/early.yaml", p->dir), *keys = mem_printf("e\r\x15%s\r", path),
         *given_up = mem_printf("%sq", keys);
    screen_keys(s, given_up);
    assert_true(screen_shows(s, "Nothing was exported"));
    assert_true(screen_shows(s, "Of all the evidence is taken out: "));
    assert_int_equal(access(path, F_OK), -1);
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Report · confirmed"));
    screen_keys(s, keys);
    assert_true(screen_shows(s, "written: "));
    assert_int_equal(access(path, R_OK), 0);
    screen_keys(s, "q");
    screen_keys(s, "ejjjlkkk\r");
    assert_true(screen_shows(s, "sent to the clipboard: "));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    free(given_up);
    free(keys);
    free(path);
}

// Somebody who has never seen it, and goes by what the screen says: from `d5tui demo` to the report as
// Markdown.
static void test_a_first_timer_gets_a_report(void **state)
{
    struct room *p = *state;
    char *path = mem_printf("%s/report.md", p->dir);
    int keys = 0;
    static const struct {
        const char *said, *key;
    } way[] = {
        {"e export", "e"},             // in the key line, beside what was found
        {"format     yaml", "\x1b[B"}, // down to it
        {"Left, Right", "\x1b[C"},
        {"format     json", "\x1b[C"},
        {"bytes of markdown; it begins", "\r"},
        {"Write the report to: report.md", "\r"},
    };
    struct screen *s = room_start(p, 24, 80, "demo");
    assert_true(screen_shows(s, "Report · confirmed"));
    for (size_t i = 0; i < ARRAY_LEN(way); i++, keys++) {
        assert_true(screen_shows(s, way[i].said));
        screen_keys(s, way[i].key);
    }
    assert_true(screen_shows(s, "written: report.md"));
    assert_true(keys <= 12);
    char *text = read_all(path);
    assert_non_null(strstr(text, "# "));
    assert_non_null(strstr(text, "--dport 53 -j DROP"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    free(text);
    free(path);
}

static bool sent(struct screen *s, const char *bytes)
{
    size_t n;
    const char *raw = screen_raw(s, &n);
    return memmem(raw, n, bytes, strlen(bytes)) != NULL;
}

static void send_to_clipboard(struct screen *s)
{
    open_export(s);
    screen_keys(s, "jjjlkkk");
    assert_true(screen_shows(s, "the clipboard, by way of the terminal"));
    assert_true(screen_shows(s, "send the report"));
    screen_keys(s, "\r");
}

static void test_the_clipboard_is_sent_to(void **state)
{
    struct screen *s = start(*state, DEMO, NULL);
    send_to_clipboard(s);
    assert_true(screen_shows(s, "sent to the clipboard: "));
    assert_true(sent(s, "\033]52;c;cm9vdF9jYXVzZTog")); // root_cause:
    assert_false(sent(s, "\033Ptmux;"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    s = start(*state, DEMO, "TMUX=/tmp/none,1,0");
    send_to_clipboard(s);
    assert_true(screen_shows(s, "sent to the clipboard: "));
    assert_true(sent(s, "\033Ptmux;\033\033]52;c;cm9vdF9jYXVzZTog"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void write_config(const struct room *p, const char *words)
{
    char *folder = mem_printf("%s/d5tui", p->dir), *path = mem_printf("%s/config.yaml", folder);
    mkdir(folder, 0700);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    char *text = mem_printf("commands:\n  ticket: [%s]\n", words);
    fputs(text, f);
    fclose(f);
    free(text);
    free(folder);
    free(path);
}

static void test_a_command_gets_it(void **state)
{
    struct room *p = *state;
    char *words = mem_printf("/bin/cp, \"{file}\", %s/got.yaml", p->dir),
         *got = mem_printf("%s/got.yaml", p->dir);
    write_config(p, words);
    struct screen *s = start(p, DEMO, NULL);
    open_export(s);
    screen_keys(s, "jjjllkkk");
    assert_true(screen_shows(s, "hand the report to the command"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "ticket took it"));
    char *text = read_all(got);
    assert_non_null(strstr(text, "root_cause:"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    free(text);
    free(words);
    free(got);
}

static void test_a_command_that_fails_says_so(void **state)
{
    struct room *p = *state;
    write_config(p, "/bin/ls, /no/such/place");
    struct screen *s = start(p, DEMO, NULL);
    open_export(s);
    screen_keys(s, "jjjllkkk\r");
    assert_true(screen_shows(s, "ticket failed"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
}

static void make_cases(const struct room *p)
{
    struct screen *s = start(p, DEMO, NULL);
    assert_true(room_leave(s));
    s = start(p, CHAIN, NULL);
    assert_true(room_leave(s));
}

static void test_two_cases_are_compared(void **state)
{
    make_cases(*state);
    struct screen *s = start(*state, DEMO, NULL);
    screen_keys(s, "O");
    assert_true(screen_shows(s, "Cases: 3 on this machine"));
    assert_true(screen_shows(s, "this one"));
    screen_keys(s, "j=");
    assert_true(screen_shows(s, "is marked"));
    screen_keys(s, "j=");
    assert_true(screen_shows(s, "Two cases: "));
    assert_true(screen_shows(s, "diagnosis"));
    assert_true(screen_shows(s, "!="));
    assert_true(screen_shows(s, "host_firewall"));
    assert_true(screen_shows(s, "Evidence"));
    screen_keys(s, "q");
    assert_true(screen_shows(s, "Cases: "));
    screen_keys(s, "v");
    assert_true(screen_shows(s, "Case: what "));
    screen_keys(s, "qq");
    assert_true(room_leave(s));
}

static void test_an_earlier_case_is_gone_on_with(void **state)
{
    struct room *p = *state;
    make_cases(p);
    struct screen *s = start(p, DEMO, NULL);
    char *path = mem_printf("%s/packed.tar.gz", p->dir);
    screen_keys(s, "O");
    assert_true(screen_shows(s, "Cases: 3 on this machine"));
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "is the one that is open"));
    screen_keys(s, "je");
    assert_true(screen_shows(s, "Pack: case "));
    assert_true(screen_shows(s, "default: passwords, tokens"));
    screen_keys(s, "jlk");
    assert_true(screen_shows(s, "strict: what default takes, and all addr"));
    screen_keys(s, "\r\x15");
    screen_paste(s, path);
    screen_keys(s, "\r");
    assert_true(screen_shows(s, "is in "));
    assert_int_equal(access(path, R_OK), 0);
    char *manifest =
        mem_printf("tar xzOf '%s' --wildcards '*manifest.json' | grep -q '\"redacted\": \"strict\"'", path);
    assert_int_equal(system(manifest), 0);
    free(manifest);
    screen_keys(s, "\r"); // fw-chain's
    assert_true(screen_lacks(s, "Cases: "));
    assert_true(screen_shows(s, "Report · confirmed"));
    screen_keys(s, "O");
    assert_true(screen_shows(s, "Cases: 3 on this machine"));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    free(path);
}

#define EXPORT_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPORT_TEST(test_a_first_timer_gets_a_report),     EXPORT_TEST(test_a_file_is_private_and_whole),
        EXPORT_TEST(test_what_is_taken_out_is_seen_first), EXPORT_TEST(test_who_is_early_is_not_asked_again),
        EXPORT_TEST(test_the_clipboard_is_sent_to),        EXPORT_TEST(test_a_command_gets_it),
        EXPORT_TEST(test_a_command_that_fails_says_so),    EXPORT_TEST(test_two_cases_are_compared),
        EXPORT_TEST(test_an_earlier_case_is_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
