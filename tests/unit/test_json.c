// core/door/json: trees with places, items one at a time, broken and hostile documents, the writer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/door/json.h"

#include <stdio.h>
#include <stdlib.h>

static const struct json_value *parse(struct arena *arena, const char *text)
{
    struct error err = {0};
    const struct json_value *v = json_parse(arena, span_of(text), &err);
    if (!v)
        fail_msg("%s", err.text);
    return v;
}

static void refused(const char *text, const char *words)
{
    struct arena arena = {0};
    struct error err = {0};
    assert_null(json_parse(&arena, span_of(text), &err));
    if (!span_contains(span_of(err.text), words))
        fail_msg("%s: got \"%s\", wanted \"%s\"", text, err.text, words);
    arena_done(&arena);
}

static void a_tree_knows_its_places(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct json_value *v = parse(&arena, "{\n  \"a\": {\"b\": \"x\\ty\", \"c\":   -12},\n"
                                               "  \"d\": [true,\n null, \"z\"]\n}\n");
    assert_int_equal(v->line, 1);
    assert_int_equal(v->column, 0);
    const struct json_value *b = json_path(v, "a.b");
    assert_true(span_is(json_text(b), "x\ty"));
    assert_int_equal(b->line, 2);
    assert_int_equal(b->column, 13);
    const struct json_member *c = json_find(json_get(v, "a"), "c");
    assert_int_equal(c->column, 21);
    assert_int_equal(c->value.column, 28);
    int64_t n = 0;
    assert_true(json_to_i64(&c->value, &n) && n == -12);
    const struct json_value *d = json_get(v, "d");
    assert_int_equal(d->n, 3);
    assert_int_equal(d->column, 7);
    assert_true(json_is_true(&d->items[0]));
    assert_int_equal(d->items[0].column, 8);
    assert_int_equal(d->items[1].kind, JSON_NULL);
    assert_int_equal(d->items[1].line, 4);
    assert_int_equal(d->items[1].column, 1);
    assert_int_equal(d->items[2].column, 7);
    arena_done(&arena);
}

// yajl sees a line at a time: what is not closed at its end must be told with it, or refused.
static void tokens_end_with_their_lines(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct json_value *v = parse(&arena, "[\n    12\n    ,\n    -3.5 ,\r\n  true\n]");
    assert_int_equal(v->n, 3);
    assert_true(span_is(v->items[0].text, "12"));
    assert_int_equal(v->items[0].line, 2);
    assert_int_equal(v->items[0].column, 4);
    assert_true(span_is(v->items[1].text, "-3.5"));
    assert_int_equal(v->items[1].line, 4);
    assert_int_equal(v->items[1].column, 4);
    assert_int_equal(v->items[2].line, 5);
    v = parse(&arena, "\n  17");
    assert_true(span_is(v->text, "17"));
    assert_int_equal(v->line, 2);
    assert_int_equal(v->column, 2);
    arena_done(&arena);
    refused("[1\n2]", "line 2: not JSON");
    refused("[\n\"a,\n\"]", "line 2: not JSON");
    refused("[\n\"a\",\n  \"b{\n\"]", "line 3: not JSON");
    refused("[tr\nue]", "line 1: not JSON");
}

static void a_tree_outlives_its_text(void **state)
{
    (void)state;
    struct arena arena = {0};
    char text[] = "{\"name\": \"coredns\", \"n\": 5}";
    const struct json_value *v = parse(&arena, text);
    memset(text, 'x', sizeof text - 1);
    assert_true(span_is(json_text(json_get(v, "name")), "coredns"));
    arena_done(&arena);
}

static void what_is_not_there_stays_away(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct json_value *v = parse(&arena, "{\"a\": [1], \"s\": \"12\", \"t\": \"x\"}");
    assert_null(json_path(v, "a.b.c"));
    assert_null(json_get(NULL, "a"));
    assert_null(json_text(json_get(v, "a")).at);
    assert_false(json_is_true(json_get(v, "s")));
    int64_t n = 0;
    assert_true(json_to_i64(json_get(v, "s"), &n) && n == 12);
    assert_false(json_to_i64(json_get(v, "t"), &n));
    arena_done(&arena);
}

static void a_name_that_stands_twice_counts_last(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct json_value *v = parse(&arena, "{\"a\": 1, \"a\": 2}");
    int64_t n = 0;
    assert_true(json_to_i64(json_get(v, "a"), &n) && n == 2);
    arena_done(&arena);
}

static void bytes_survive(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct json_value *v = parse(&arena, "[\"a\\u0000b\", \"\\ud83d\\ude00\", \"\xFF\"]");
    assert_int_equal(v->items[0].text.len, 3);
    assert_true(span_is(json_text(&v->items[1]), "\xF0\x9F\x98\x80"));
    assert_true(span_is(json_text(&v->items[2]), "\xFF"));
    arena_done(&arena);
}

static void errors_name_the_line(void **state)
{
    (void)state;
    refused("", "line 1: the JSON text is empty");
    refused(" \n ", "empty");
    refused("{\n\"a\": [1,\n", "line 3: the JSON breaks off here");
    refused("{\n\"a\": tru", "line 2: the JSON breaks off here");
    refused("{\n\"a\" 1}", "line 2: not JSON");
    refused("Error from server (Forbidden)", "line 1: not JSON");
    refused("{} {}", "not JSON");
    refused("{\"a\": \"x\ny\"}", "not JSON");
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    struct str deep = {0};
    str_add_repeat(&deep, '[', 100000);
    refused(str_text(&deep), "256 levels");
    str_clear(&deep);
    str_add_repeat(&deep, '[', 256);
    str_add_repeat(&deep, ']', 256);
    struct arena arena = {0};
    assert_non_null(json_parse(&arena, str_span(&deep), NULL));
    arena_done(&arena);
    str_clear(&deep);
    str_add_char(&deep, '[');
    for (int i = 0; i < 4200000; i++)
        str_add(&deep, "1,");
    str_add(&deep, "1]");
    refused(str_text(&deep), "4194304 values");
    str_done(&deep);
}

struct seen {
    struct str names;
    uint32_t lines[8];
    size_t n, stop_after;
};

static bool note_item(const struct json_value *item, void *context)
{
    struct seen *seen = context;
    assert_true(seen->n < 8);
    seen->lines[seen->n++] = item->line;
    struct span name = json_text(json_path(item, "metadata.name"));
    str_add_span(&seen->names, name.at ? name : span_of("-"));
    str_add_char(&seen->names, ' ');
    return seen->n != seen->stop_after;
}

static bool items(const char *text, struct seen *seen, struct error *err)
{
    str_done(&seen->names);
    *seen = (struct seen){.stop_after = seen->stop_after};
    return json_each_item(span_of(text), note_item, seen, err);
}

static const char list[] = "{\n\"apiVersion\": \"v1\",\n\"items\": [\n"
                           "{\"metadata\": {\"name\": \"a\", \"labels\": {\"items\": [1, 2]}}},\n"
                           "{\"metadata\": {\"name\": \"b\"}, \"items\": [{}]}\n],\n"
                           "\"kind\": \"List\", \"metadata\": {\"resourceVersion\": \"\"}, \"x\": [1]\n}\n";

static void a_list_is_given_item_by_item(void **state)
{
    (void)state;
    struct seen seen = {0};
    assert_true(items(list, &seen, NULL));
    assert_string_equal(str_text(&seen.names), "a b ");
    assert_int_equal(seen.lines[0], 4);
    assert_int_equal(seen.lines[1], 5);
    assert_true(items("{\"apiVersion\": \"v1\", \"items\": [], \"kind\": \"List\"}", &seen, NULL));
    assert_int_equal(seen.n, 0);
    seen.stop_after = 1;
    assert_true(items(list, &seen, NULL));
    assert_string_equal(str_text(&seen.names), "a ");
    str_done(&seen.names);
}

static ssize_t read_little(void *context, char *to, size_t n, struct error *err)
{
    struct span *rest = context;
    (void)err;
    n = n < 5 ? n : 5;
    n = n < rest->len ? n : rest->len;
    memcpy(to, rest->at, n);
    *rest = span_from(*rest, n);
    return (ssize_t)n;
}

static void a_list_may_come_in_stretches(void **state)
{
    (void)state;
    struct span text = span_of(list);
    struct seen seen = {0};
    struct feed feed;
    feed_init(&feed, read_little, &text);
    assert_true(json_each_fed(&feed, note_item, &seen, NULL));
    feed_done(&feed);
    assert_string_equal(str_text(&seen.names), "a b ");
    assert_int_equal(seen.lines[0], 4);
    assert_int_equal(seen.lines[1], 5);
    str_done(&seen.names);

    struct error err;
    text = span_of("\n[\n{\"a\":\n 1\n},\n\n");
    seen = (struct seen){0};
    feed_init(&feed, read_little, &text);
    assert_false(json_each_fed(&feed, note_item, &seen, &err));
    feed_done(&feed);
    assert_string_equal(err.text, "line 7: the JSON breaks off here");
    str_done(&seen.names);
}

static void one_object_is_one_item(void **state)
{
    (void)state;
    struct seen seen = {0};
    assert_true(items("{\"metadata\": {\"name\": \"one\"}, \"items\": {}}", &seen, NULL));
    assert_string_equal(str_text(&seen.names), "one ");
    assert_true(items("[{\"metadata\": {\"name\": \"p\"}}, {\"metadata\": {\"name\": \"q\"}}]", &seen, NULL));
    assert_string_equal(str_text(&seen.names), "p q ");
    assert_true(
        items("{\"metadata\": {\"name\": \"l1\"}}\n{\"metadata\": {\"name\": \"l2\"}}\n", &seen, NULL));
    assert_string_equal(str_text(&seen.names), "l1 l2 ");
    assert_int_equal(seen.lines[1], 2);
    str_done(&seen.names);
}

static void a_broken_list_gives_what_stood_before(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct error err = {0};
    char *cut = mem_strndup(list, span_find(span_of(list), "\"kind\""));
    assert_false(items(cut, &seen, &err));
    assert_string_equal(str_text(&seen.names), "a b ");
    assert_true(span_contains(span_of(err.text), "breaks off"));
    free(cut);
    for (size_t n = 1; n + 2 < sizeof list; n++) {
        cut = mem_strndup(list, n);
        assert_false(items(cut, &seen, &err));
        free(cut);
    }
    str_done(&seen.names);
}

static void strings_are_written_safely(void **state)
{
    (void)state;
    struct str out = {0};
    json_add_string(&out, span_make("a\"\\\n\t\x01\x7F\xFF\xC3\xA9\0z", 12));
    assert_string_equal(str_text(&out), "\"a\\\"\\\\\\n\\t\\u0001\\u007f\xEF\xBF\xBD\xC3\xA9\\u0000z\"");
    str_done(&out);
}

static void the_writer_minds_commas(void **state)
{
    (void)state;
    struct str out = {0};
    struct json_writer w;
    json_writer_init(&w, &out, false);
    json_open(&w, NULL, '{');
    json_write(&w, "a", "x");
    json_write(&w, "b", NULL);
    json_open(&w, "c", '[');
    json_write_i64(&w, NULL, -5);
    json_write_bool(&w, NULL, true);
    json_close(&w, ']');
    json_open(&w, "d", '{');
    json_close(&w, '}');
    json_close(&w, '}');
    assert_string_equal(str_text(&out), "{\"a\":\"x\",\"b\":null,\"c\":[-5,true],\"d\":{}}");
    str_clear(&out);
    json_writer_init(&w, &out, true);
    json_open(&w, NULL, '{');
    json_open(&w, "c", '[');
    json_write(&w, NULL, "y");
    json_close(&w, ']');
    json_close(&w, '}');
    assert_string_equal(str_text(&out), "{\n  \"c\": [\n    \"y\"\n  ]\n}");
    str_done(&out);
}

static void a_cleared_arena_is_zeroed(void **state)
{
    (void)state;
    struct arena arena = {0};
    memset(arena_alloc(&arena, 3000), 0xAA, 3000);
    memset(arena_alloc(&arena, 6000), 0xAA, 6000);
    arena_clear(&arena);
    assert_int_equal(arena.used, 0);
    const unsigned char *again = arena_alloc(&arena, 6000);
    for (size_t i = 0; i < 6000; i++)
        assert_int_equal(again[i], 0);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_knows_its_places),
        cmocka_unit_test(tokens_end_with_their_lines),
        cmocka_unit_test(a_tree_outlives_its_text),
        cmocka_unit_test(what_is_not_there_stays_away),
        cmocka_unit_test(a_name_that_stands_twice_counts_last),
        cmocka_unit_test(bytes_survive),
        cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(a_list_is_given_item_by_item),
        cmocka_unit_test(a_list_may_come_in_stretches),
        cmocka_unit_test(one_object_is_one_item),
        cmocka_unit_test(a_broken_list_gives_what_stood_before),
        cmocka_unit_test(strings_are_written_safely),
        cmocka_unit_test(the_writer_minds_commas),
        cmocka_unit_test(a_cleared_arena_is_zeroed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
