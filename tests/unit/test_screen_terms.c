// The same screen in every kind of terminal: what libvterm's model shows for each TERM is, character by
// character, what it shows for any other. Colours and bytes are tests/cli/test_terminals.py's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "tests/kit/room.h"

static const char *const walk[] = {
    "",  // the workbench
    "f", // and views of it
    "qP",         "qt",   "qm",
    "q\t/DROP\r",              // a search in the evidence
    "z",          "\x1b", "z", // zoomed, and back
    "?",                       // help
};

static struct screen *start(const struct room *room, const char *term, const char *locale)
{
    char *term_env = mem_printf("TERM=%s", term), *locale_env = mem_printf("LC_ALL=%s", locale);
    const char *const env[] = {room->state_env, term_env, locale_env, NULL};
    static const char *const argv[] = {"demo", NULL};
    struct screen *s =
        screen_start(&(struct screen_config){.rows = 30, .cols = 100, .argv = argv, .env = env});
    free(term_env);
    free(locale_env);
    assert_true(screen_shows(s, "confirmed"));
    return s;
}

// All that is shown on the walk, and at another size at its end.
static char *shown(const struct room *room, const char *term, const char *locale)
{
    struct str text = {0};
    struct screen *s = start(room, term, locale);
    for (size_t i = 0; i < ARRAY_LEN(walk); i++) {
        screen_keys(s, walk[i]);
        while (!screen_idle(s, 150))
            continue;
        str_printf(&text, "---- after \"%s\"\n%s", walk[i], screen_text(s));
    }
    screen_resize(s, 36, 120);
    while (!screen_idle(s, 150))
        continue;
    str_printf(&text, "---- wider\n%s", screen_text(s));
    screen_keys(s, "q");
    assert_true(room_leave(s));
    return str_take(&text);
}

static bool is_known(const char *term)
{
    char *command = mem_printf("infocmp %s >/dev/null 2>&1", term);
    bool known = system(command) == 0;
    free(command);
    return known;
}

static void first_difference(const char *term, const char *want, const char *got)
{
    struct span a = span_of(want), b = span_of(got), x, y, section = {0};
    while (span_cut_line(&a, &x) && span_cut_line(&b, &y)) {
        section = span_starts(x, "----") ? x : section;
        if (!span_eq(x, y))
            fail_msg("TERM=%s " SPAN_FMT "\nis    " SPAN_FMT "\nnot   " SPAN_FMT, term, SPAN_ARG(section),
                     SPAN_ARG(y), SPAN_ARG(x));
    }
}

// All like the first one.
static void all_alike(const struct room *room, const char *const *terms, const char *locale)
{
    char *want = shown(room, *terms, locale);
    while (*++terms) {
        if (!is_known(*terms)) {
            print_message("no terminfo of %s: not tried\n", *terms);
            continue;
        }
        char *got = shown(room, *terms, locale);
        first_difference(*terms, want, got);
        free(got);
    }
    free(want);
}

static void test_in_utf8(void **state)
{
    static const char *const terms[] = {"xterm-256color",
                                        "xterm",
                                        "xterm-16color",
                                        "xterm-direct",
                                        "putty",
                                        "putty-256color",
                                        "alacritty",
                                        "konsole-256color",
                                        "tmux-256color",
                                        "screen",
                                        "screen-256color",
                                        "rxvt-unicode-256color",
                                        NULL};
    all_alike(*state, terms, "C.UTF-8");
}

// What every font of the Linux console has beyond ASCII, those of text in other scripts aside.
static void only_of_the_console(const char *text)
{
    for (struct span rest = span_of(text); rest.len > 0;) {
        static const char *const signs = "│─┌┐└┘·•▶█→";
        uint32_t c;
        struct span one = span_first(rest, utf8_decode(rest, &c));
        char sign[5] = {0};
        memcpy(sign, one.at, one.len);
        if (!strstr(signs, sign) && c >= 0x80)
            fail_msg("the console cannot show " SPAN_FMT, SPAN_ARG(one));
        rest = span_from(rest, one.len);
    }
}

static void test_on_the_console(void **state)
{
    char *text = shown(*state, "linux", "C.UTF-8");
    only_of_the_console(text);
    assert_non_null(strstr(text, "│"));
    free(text);
}

// Without xterm's and PuTTY's: libvterm 0.1.4 loses the character behind a REP (ECMA-48), which only repeats
// ASCII.
static void test_in_ascii(void **state)
{
    static const char *const terms[] = {"linux", "vt100", "vt220", "screen", NULL};
    all_alike(*state, terms, "C");
}

#define TERM_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TERM_TEST(test_in_utf8), TERM_TEST(test_on_the_console),
                                       TERM_TEST(test_in_ascii)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
