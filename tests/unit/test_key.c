// Keys out of bytes, however they are cut; pastes in one piece; names there and back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/key.h"
#include "tui/keymap.h"

struct seen {
    struct str text; // "Up j <pasted>"
};

static void on_key(void *context, struct key key)
{
    struct seen *seen = context;
    key_name(key, &seen->text);
    str_add_char(&seen->text, ' ');
}

static void on_paste(void *context, struct span text)
{
    struct seen *seen = context;
    str_printf(&seen->text, "<" SPAN_FMT "> ", SPAN_ARG(text));
}

static void expect(struct span bytes, size_t piece, const char *want)
{
    struct seen seen = {0};
    struct key_reader reader = {0};
    struct key_sink sink = {on_key, on_paste, &seen};
    for (size_t at = 0; at < bytes.len; at += piece)
        key_read(&reader, span_first(span_from(bytes, at), piece), &sink);
    if (key_waits(&reader))
        key_flush(&reader, &sink);
    assert_string_equal(str_text(&seen.text), want);
    key_reader_done(&reader);
    str_done(&seen.text);
}

static void test_sequences(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *want;
    } cases[] = {
        {"jq", "j q "},
        {"\x1b[A\x1bOB", "Up Down "},
        {"\x1b[5~\x1b[6~\x1b[3~\x1b[1~\x1b[F", "PgUp PgDn Del Home End "},
        {"\x1b[7~\x1b[8~\x1b[H\x1bOw", "Home End Home End "}, // rxvt, and PuTTY set to it
        {"\x1b[[A\x1bOP\x1b[11~\x1b[24~", "F1 F1 F1 F12 "},
        {"\x1b[1;5C\x1b[1;3D", "Ctrl-Right Alt-Left "},
        {"\r\t\x7f\x08\x1b[Z", "Enter Tab Backspace Backspace Shift-Tab "},
        {"\x03\x0c\x1a", "Ctrl-C Ctrl-L Ctrl-Z "},
        {"\xc3\xa9\xe6\x97\xa5", "é 日 "},
        {"\x1bx\x1b", "Alt-x Esc "},
        {"\x1b\x1b[A", "Esc Up "},
        {"\x1b[99;1;2mj", "j "},
        {"\x1b[<0;1;1Mj", "j "},
        {"\x1b[<64;1;1M\x1b[<65;1;1Mj", "Up Down j "}, // the wheel
        {"\x1b[?62;22cj", "j "},
        {"\xff\xfej", "j "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect(span_of(cases[i].bytes), 64, cases[i].want);
        if (cases[i].bytes[0] != '\xff')
            expect(span_of(cases[i].bytes), 1, cases[i].want);
    }
}

static void test_paste_comes_whole(void **state)
{
    (void)state;
    static const char bytes[] = "a\x1b[200~rm -rf /\r\x1b[A\x1b[20\x03\x1b[201~b";
    for (size_t piece = 1; piece < sizeof bytes; piece++)
        expect(span_make(bytes, sizeof bytes - 1), piece, "a <rm -rf /\r\x1b[A\x1b[20\x03> b ");
}

static void test_rubbish_does_no_harm(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 200; round++) {
        char bytes[256];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = seed >> 60 < 4 ? "\x1b[O;~"[seed >> 40 & 3] : (char)(seed >> 33);
        }
        struct seen seen = {0};
        struct key_reader reader = {0};
        struct key_sink sink = {on_key, on_paste, &seen};
        key_read(&reader, span_make(bytes, sizeof bytes), &sink);
        assert_true(reader.pending.len <= 80 || reader.pasting);
        key_flush(&reader, &sink);
        key_reader_done(&reader);
        str_done(&seen.text);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"Enter", "Ctrl-C", "F1",    "F12",  "j",     "J",
                                        "/",     "?",      "Space", "PgDn", "Alt-x", ":"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct key key;
        struct str back = {0};
        assert_true(key_parse(span_of(names[i]), &key));
        key_name(key, &back);
        assert_string_equal(str_text(&back), names[i]);
        str_done(&back);
    }
    struct key key;
    assert_false(key_parse(span_of(""), &key));
    assert_false(key_parse(span_of("Nonsense"), &key));
}

static void test_palette_prefers_starts_of_words(void **state)
{
    (void)state;
    assert_int_equal(fuzzy_score(span_of("xyz"), span_of("run-step")), 0);
    assert_true(fuzzy_score(span_of("rs"), span_of("run-step")) >
                fuzzy_score(span_of("rs"), span_of("cursor")));
    assert_true(fuzzy_score(span_of("exp"), span_of("export")) >
                fuzzy_score(span_of("exp"), span_of("next-page")));
    assert_true(fuzzy_score(span_of(""), span_of("anything")) > 0);
}

static void keep(void *context)
{
    (void)context;
}

static void test_keys_are_changed(void **state)
{
    (void)state;
    static const struct command shipped[] = {
        {"pin", "Pin", NULL, "p", 1, 0, keep},
        {"exclude", "Exclude", NULL, "x", 1 | 2, 0, keep},
        {"next", "Next", NULL, "n", 2, 0, keep},
    };
    static const struct {
        struct keymap_change changes[2];
        size_t n;
        const char *keys[3], *error; // NULL: none
    } cases[] = {
        {{{"pin", "P Ctrl-P", 3}}, 1, {"P Ctrl-P", "x", "n"}, NULL},
        {{{"pin", "x", 3}, {"exclude", "p", 4}}, 2, {"x", "p", "n"}, NULL}, // they swap
        {{{"pin", "n", 3}}, 1, {"n", "x", "n"}, NULL},                      // n holds elsewhere
        {{{"pin", "x", 3}},
         1,
         {"p", "x", "n"},
         "line 3: \"x\" is taken by exclude: give that another key, too"},
        {{{"pni", "P", 3}},
         1,
         {"p", "x", "n"},
         "line 3: there is no command \"pni\" (did you mean \"pin\"?)"},
        {{{"pin", "Strg-P", 7}, {"next", "N", 8}},
         2,
         {"p", "x", "N"},
         "line 7: \"Strg-P\" is no key (x, Enter, PgDn, F5, Ctrl-X, Alt-x)"},
        {{{"pin", " ", 7}}, 1, {"p", "x", "n"}, "line 7: a command needs a key"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct command own[ARRAY_LEN(shipped)];
        struct error err = {{0}};
        memcpy(own, shipped, sizeof own);
        bool ok = keymap_change(own, ARRAY_LEN(own), cases[i].changes, cases[i].n, &err);
        assert_int_equal(ok, cases[i].error == NULL);
        assert_string_equal(err.text, cases[i].error ? cases[i].error : "");
        for (size_t k = 0; k < ARRAY_LEN(own); k++)
            assert_string_equal(own[k].keys, cases[i].keys[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_paste_comes_whole),
        cmocka_unit_test(test_rubbish_does_no_harm),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_palette_prefers_starts_of_words),
        cmocka_unit_test(test_keys_are_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
