// The clipboard by way of the terminal: what is sent in each of the three ways, and what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/osc52.h"

static const struct osc52_terminal xterm = {.term = "xterm-256color"};

static void sends(const struct osc52_terminal *t, const char *text, const char *bytes)
{
    struct str out = {0};
    struct error err = {{0}};
    assert_true(osc52_make(t, span_of(text), &out, &err));
    assert_string_equal(str_text(&out), bytes);
    str_done(&out);
}

// RFC 4648, section 10, each with the newline that ends a line.
static void base64_is_right(void **state)
{
    (void)state;
    sends(&xterm, "", "\033]52;c;\a");
    sends(&xterm, "f", "\033]52;c;Zgo=\a");
    sends(&xterm, "fo", "\033]52;c;Zm8K\a");
    sends(&xterm, "foobar\n", "\033]52;c;Zm9vYmFyCg==\a");
}

// An escape that somebody put into a log is pasted as words.
static void nothing_acts_where_it_is_pasted(void **state)
{
    (void)state;
    sends(&xterm, "a\033[2J\n", "\033]52;c;YVxlWzJKCg==\a"); // a\e[2J
}

static void tmux_gets_it_both_ways(void **state)
{
    const struct osc52_terminal t = {.term = "tmux-256color", .tmux = "/tmp/tmux-0/default,1,0"};
    (void)state;
    sends(&t, "f", "\033]52;c;Zgo=\a\033Ptmux;\033\033]52;c;Zgo=\a\033\\");
    assert_non_null(strstr(osc52_note(&t), "set-clipboard"));
}

static void screen_gets_it_in_pieces(void **state)
{
    const struct osc52_terminal t = {.term = "screen", .screen = "1.pts-0.host"};
    struct str out = {0};
    struct error err = {{0}};
    char text[1000];
    (void)state;
    memset(text, 'x', sizeof text);
    assert_true(osc52_make(&t, span_make(text, sizeof text), &out, &err));
    size_t pieces = 0, longest = 0;
    for (struct span rest = str_span(&out); rest.len > 0; pieces++) {
        assert_true(span_skip(&rest, "\033P"));
        size_t end = span_find(rest, "\033\\");
        assert_true(end != SIZE_MAX);
        longest = end > longest ? end : longest;
        rest = span_from(rest, end + 2);
    }
    assert_true(pieces > 4);
    assert_true(longest <= 252);
    str_done(&out);
}

static void what_would_be_dropped_is_refused(void **state)
{
    struct str out = {0};
    struct error err = {{0}};
    char *big = mem_alloc(OSC52_MOST + 1);
    (void)state;
    memset(big, 'x', OSC52_MOST + 1);
    assert_false(osc52_make(&xterm, span_make(big, OSC52_MOST), &out, &err)); // with the newline one too long
    assert_non_null(strstr(err.text, "write it to a file"));
    assert_int_equal(out.len, 0);
    assert_true(osc52_make(&xterm, span_make(big, OSC52_MOST - 1), &out, &err));
    str_done(&out);
    free(big);
}

static void a_console_has_none(void **state)
{
    static const char *const without[] = {"linux", "vt100", "dumb", "", NULL};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(without); i++) {
        struct str out = {0};
        struct error err = {{0}};
        assert_false(osc52_make(&(struct osc52_terminal){.term = without[i]}, span_of("f"), &out, &err));
        assert_non_null(strstr(err.text, "write it to a file"));
    }
    assert_null(osc52_note(&xterm));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_right),
        cmocka_unit_test(nothing_acts_where_it_is_pasted),
        cmocka_unit_test(tmux_gets_it_both_ways),
        cmocka_unit_test(screen_gets_it_in_pieces),
        cmocka_unit_test(what_would_be_dropped_is_refused),
        cmocka_unit_test(a_console_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
