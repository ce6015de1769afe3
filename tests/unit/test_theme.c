// Themes: the shipped ones load, errors name their line, and a role keeps its meaning with fewer colours.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/theme_lint.h"

static void test_shipped_themes_load(void **state)
{
    (void)state;
    static const char *const names[] = {"dark", "light", "high-contrast", "colour-blind", "mono"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct theme theme;
        struct error err = {0};
        char *path = mem_printf("themes/%s.yaml", names[i]);
        if (!theme_load(&theme, path, &err))
            fail_msg("%s", err.text);
        assert_string_equal(theme.name, names[i]);
        struct str complaints = {0};
        if (!theme_lint(&theme, &complaints))
            fail_msg("%s", str_text(&complaints));
        free(path);
    }
}

static void test_what_cannot_be_read_is_told(void **state)
{
    (void)state;
    struct theme theme;
    struct error err = {0};
    struct str said = {0};
    static const char yaml[] = "name: x\nbackgrounds: [\"#ffffff\"]\nforeground: \"#777777\"\nroles:\n"
                               "  text: {fg: default}\n  ok: {fg: \"#767676\"}\n  warn: {fg: \"#777777\"}\n"
                               "  border: {fg: \"#949494\"}\n  match: {fg: \"#000000\", bg: \"#333333\"}\n"
                               "  selection: {bg: \"#eeeeee\"}\n";
    assert_true(theme_parse(&theme, span_of(yaml), &err));
    assert_false(theme_lint(&theme, &said));
    assert_non_null(strstr(str_text(&said), "warn: #777777 on #ffffff is 4.5 to 1")); // 4.48
    assert_non_null(strstr(str_text(&said), "match: #000000 on #333333 is 1.7 to 1"));
    assert_non_null(strstr(str_text(&said), "text: #777777 on #eeeeee, the selection, is 3.9 to 1"));
    assert_null(strstr(str_text(&said), "ok: #767676 on #ffffff")); // 4.54
    assert_null(strstr(str_text(&said), "border: #949494 on #ffffff"));
    str_done(&said);
    assert_false(theme_parse(&theme, span_of("name: x\nbackgrounds: [white]\nroles: {}\n"), &err));
    assert_non_null(strstr(err.text, "line 2: not a colour"));
}

// PuTTY and the Linux console would show it grey.
static void test_black_is_never_bold(void **state)
{
    (void)state;
    struct theme theme;
    theme_init(&theme);
    for (int depth = DEPTH_MONO; depth <= DEPTH_256; depth++) {
        for (int i = 0; i < 2 * ROLE_COUNT; i++) {
            struct style style = theme_style(&theme, (enum role)(i / 2), i % 2, (enum depth)depth);
            if (style.fg == 0 || style.attrs & ATTR_REVERSE)
                assert_false(style.attrs & ATTR_BOLD);
        }
    }
    assert_true(theme_style(&theme, ROLE_GUIDED, false, DEPTH_TRUE).attrs & ATTR_BOLD);
    assert_true(theme_style(&theme, ROLE_FINDING, false, DEPTH_8).attrs & ATTR_BOLD);
}

// On a light terminal that does not say so, the dark theme's selected row is still read.
static void test_the_selection_brings_its_own_text(void **state)
{
    (void)state;
    struct theme theme;
    theme_init(&theme);
    struct style text = theme_style(&theme, ROLE_TEXT, true, DEPTH_TRUE);
    assert_true(text.fg >= 0 && text.bg >= 0);
    assert_true(colour_contrast(text.fg, text.bg) >= 4.5);
    struct style match = theme_style(&theme, ROLE_MATCH, true, DEPTH_TRUE);
    struct style plain = theme_style(&theme, ROLE_MATCH, false, DEPTH_TRUE);
    assert_int_equal(match.bg, plain.bg); // what was found stays as it is marked
}

static void test_default_is_dark(void **state)
{
    (void)state;
    struct theme theme;
    theme_init(&theme);
    assert_string_equal(theme.name, "dark");
}

static void test_errors_name_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *want;
    } cases[] = {
        {"name: x\nroles:\n  fnding: {fg: default}\n", "line 3: unknown role \"fnding\""},
        {"name: x\nroles:\n  ok: {fg: green}\n", "line 3: not a colour:"},
        {"name: x\nroles:\n  ok: {fg: default}\n  text: {attrs: [blink]}\n", "line 4: no such attribute:"},
        {"name: x\nroles:\n  ok: {fg8: bright-red}\n", "line 3: no such colour:"},
        {"name: x\nroles:\n  ok: {fg256: 256}\n", "line 3: not a colour of 256"},
        {"name: x\nroles:\n  ok: {colour: 1}\n", "line 3: unknown key"},
        {"roles: {}\n", "no name"},
        {"", "empty"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct theme theme;
        struct error err = {0};
        assert_false(theme_parse(&theme, span_of(cases[i].yaml), &err));
        assert_non_null(strstr(err.text, cases[i].want));
    }
}

static void test_nearest_colour(void **state)
{
    (void)state;
    assert_int_equal(colour_nearest(0xff0000, DEPTH_16), 9);
    assert_int_equal(colour_nearest(0xcd0000, DEPTH_8), 1);
    assert_int_equal(colour_nearest(0x5f87af, DEPTH_256), 67);
    assert_int_equal(colour_nearest(0x080808, DEPTH_256), 232);
}

static void test_depths(void **state)
{
    (void)state;
    struct theme theme;
    theme_init(&theme);
    for (int depth = DEPTH_MONO; depth < DEPTH_COUNT; depth++) {
        struct style finding = theme_style(&theme, ROLE_FINDING, false, (enum depth)depth);
        struct style muted = theme_style(&theme, ROLE_MUTED, false, (enum depth)depth);
        assert_true(finding.fg != muted.fg || finding.attrs != muted.attrs);
        struct style selected = theme_style(&theme, ROLE_FINDING, true, (enum depth)depth);
        assert_true(selected.bg != finding.bg || selected.attrs != finding.attrs);
    }
    assert_int_equal(theme_style(&theme, ROLE_FINDING, false, DEPTH_MONO).fg, COLOUR_DEFAULT);
    assert_true(theme_style(&theme, ROLE_TITLE, false, DEPTH_MONO).attrs & ATTR_REVERSE);
    assert_int_equal(theme_style(&theme, ROLE_FINDING, false, DEPTH_TRUE).fg, 0xff7777);
    assert_int_equal(theme_style(&theme, ROLE_FINDING, false, DEPTH_8).fg, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_themes_load), cmocka_unit_test(test_what_cannot_be_read_is_told),
        cmocka_unit_test(test_black_is_never_bold), cmocka_unit_test(test_the_selection_brings_its_own_text),
        cmocka_unit_test(test_default_is_dark),     cmocka_unit_test(test_errors_name_the_line),
        cmocka_unit_test(test_nearest_colour),      cmocka_unit_test(test_depths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
