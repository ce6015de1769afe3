// core/door/yaml: trees with lines, limits, and scalars that come back byte for byte.
//
// Called with an argument, it is no test but a writer for tests/cli/test_yaml.py: each line of standard input
// is a scalar in hex; out comes a YAML list of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/door/yaml.h"

static const struct yaml_node *parse(struct arena *arena, const char *text, struct error *err)
{
    return yaml_parse(arena, span_of(text), err);
}

static void a_tree_has_lines_and_columns(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error err;
    const struct yaml_node *root =
        parse(&arena, "mode: guided\nallow:\n  - exec\n  - 'bundle'\nlimits: {probes: 4}\nnone: ~\n", &err);
    assert_non_null(root);
    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->n, 4);
    assert_string_equal(yaml_text(yaml_get(root, "mode")), "guided");
    const struct yaml_node *allow = yaml_get(root, "allow");
    assert_int_equal(allow->kind, YAML_LIST);
    assert_int_equal(allow->items[1]->line, 4);
    assert_int_equal(allow->items[1]->column, 5);
    assert_true(allow->items[1]->quoted && !allow->items[0]->quoted);
    assert_string_equal(yaml_text(yaml_get(yaml_get(root, "limits"), "probes")), "4");
    assert_int_equal(root->keys[2]->line, 5);
    assert_null(yaml_text(yaml_get(root, "none")));
    assert_null(yaml_text(allow));
    assert_null(yaml_get(root, "missing"));
    assert_null(yaml_get(NULL, "x"));
    arena_done(&arena);
}

static void an_empty_document_is_no_error(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error err;
    const char *const empty[] = {"", "\n", "# nothing\n", "---\n...\n"};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
        const struct yaml_node *root = parse(&arena, empty[i], &err);
        assert_true(!root || !yaml_text(root));
        assert_string_equal(err.text, "");
    }
    arena_done(&arena);
}

static void what_is_wrong_is_named_by_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *start;
    } cases[] = {
        {"a: 1\nb: [1, 2\nc: 3\n", "line 3: "},
        {"a: 1\n\tb: 2\n", "line 2: "},
        {"a: &x 1\nb: *x\n", "line 2: an alias"},
        {"a: 1\n---\nb: 2\n", "line 2: a second document"},
        {"a: 1\n? [1]\n: 2\n", "line 2: a key that is a list"},
        {"a: \"\xff\"\n", "line 1: "},
        {"a: 'x\n", "line "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct error err;
        assert_null(parse(&arena, cases[i].text, &err));
        if (strncmp(err.text, cases[i].start, strlen(cases[i].start)) != 0)
            fail_msg("case %zu: %s", i, err.text);
        arena_done(&arena);
    }
}

static void depth_is_limited(void **state)
{
    (void)state;
    struct str text = {0};
    struct arena arena = {0};
    struct error err;
    str_add_repeat(&text, '[', 100000);
    assert_null(yaml_parse(&arena, str_span(&text), &err));
    assert_string_equal(err.text, "line 1: nested too deeply (64 levels are the limit)");
    str_done(&text);
    arena_done(&arena);
}

// What comes back for `s`: the same, but U+FFFD for each invalid byte.
static void expect_of(struct span s, struct str *ret)
{
    while (s.len) {
        uint32_t c;
        unsigned n = utf8_decode(s, &c);
        if (c & UTF8_BAD)
            str_add(ret, "\xEF\xBF\xBD");
        else
            str_add_span(ret, span_first(s, n));
        s = span_from(s, n);
    }
}

static void round_trip(struct span s, bool always)
{
    struct str text = {0}, expected = {0};
    struct arena arena = {0};
    struct error err;
    str_add(&text, "- ");
    yaml_add_scalar(&text, s, always);
    str_add(&text, "\n- {a: ");
    yaml_add_scalar(&text, s, always);
    str_add(&text, ", b: 1}\n");
    expect_of(s, &expected);
    const struct yaml_node *root = yaml_parse(&arena, str_span(&text), &err);
    if (!root)
        fail_msg("%s in %s", err.text, str_text(&text));
    const struct yaml_node *in_flow = yaml_get(root->items[1], "a");
    assert_true(span_eq(span_make(root->items[0]->text, root->items[0]->len), str_span(&expected)));
    assert_true(span_eq(span_make(in_flow->text, in_flow->len), str_span(&expected)));
    assert_non_null(yaml_text(root->items[0]));
    str_done(&text);
    str_done(&expected);
    arena_done(&arena);
}

static void odd_scalars_come_back(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",
        "~",
        "yes",
        "No",
        "on",
        "y",
        "null",
        "0x1F",
        "1_000",
        "1e3",
        "12:30:45",
        "2026-11-23",
        " a",
        "a ",
        "a: b",
        "a #b",
        "- a",
        "? a",
        "[a",
        "{a",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'",
        "\"",
        "\\",
        "a\\n",
        "---",
        "...",
        "a\nb\n",
        "\n",
        "\t",
        "\r\n",
        "\x7f",
        "\x1b[31m",
        "\xc2\x85",
        "\xe2\x80\xa8",
        "\xe2\x80\xa9",
        "\xef\xbb\xbf",
        "\xf0\x9f\x98\x80",
        "a,b",
        "a  b",
        "=",
        "<<",
        "\xff",
        "\xc3",
        "\xed\xa0\x80",
        "caf\xc3\xa9",
        ".inf",
    };
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        round_trip(span_of(odd[i]), false);
        round_trip(span_of(odd[i]), true);
    }
    round_trip(span_make("a\0b", 3), false);
}

static void random_bytes_come_back(void **state)
{
    (void)state;
    uint32_t seed = 53;
    for (int i = 0; i < 4000; i++) {
        char bytes[24];
        for (size_t k = 0; k < sizeof bytes; k++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[k] = (char)(seed >> 24);
        }
        round_trip(span_make(bytes, (size_t)i % sizeof bytes), false);
    }
}

// Any bytes at all: an answer or an error, and nothing else.
static void random_documents_are_survived(void **state)
{
    (void)state;
    static const char alphabet[] = "a:-?[]{},#&*!|>'\"%@ \n\t~0.\\";
    uint32_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        char text[40];
        for (size_t k = 0; k < sizeof text; k++) {
            seed = seed * 1664525u + 1013904223u;
            text[k] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        struct arena arena = {0};
        struct error err;
        yaml_parse(&arena, span_make(text, sizeof text), &err);
        arena_done(&arena);
    }
}

static void plain_words_stay_plain(void **state)
{
    (void)state;
    struct str out = {0};
    yaml_add_scalar(&out, span_of("E-007"), false);
    str_add_char(&out, '\n');
    yaml_add_scalar(&out, span_of("host_firewall"), false);
    str_add_char(&out, '\n');
    yaml_add_scalar(&out, span_of("true"), false);
    assert_string_equal(str_text(&out), "E-007\nhost_firewall\n\"true\"");
    str_done(&out);
}

static unsigned hex_digit(int c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static int write_list(void)
{
    struct str out = {0}, s = {0};
    for (int c; (c = getchar()) != EOF;) {
        if (c != '\n') {
            str_add_char(&s, (char)(hex_digit(c) << 4 | hex_digit(getchar())));
            continue;
        }
        str_add(&out, "- ");
        yaml_add_scalar(&out, str_span(&s), false);
        str_add_char(&out, '\n');
        str_clear(&s);
    }
    fwrite(str_text(&out), 1, out.len, stdout);
    str_done(&out);
    str_done(&s);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return write_list();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_has_lines_and_columns),
        cmocka_unit_test(an_empty_document_is_no_error),
        cmocka_unit_test(what_is_wrong_is_named_by_its_line),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(odd_scalars_come_back),
        cmocka_unit_test(random_bytes_come_back),
        cmocka_unit_test(random_documents_are_survived),
        cmocka_unit_test(plain_words_stay_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
