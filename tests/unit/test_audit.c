// parse/audit: writes out of the control plane's log, and what is no audit event.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/parse/audit.h"

#define ENTRY(ms, message) "{\"timestamp\": " ms ", \"message\": \"" message "\"}"
#define EVENT(verb, extra)                                                                                   \
    "{\\\"kind\\\":\\\"Event\\\",\\\"stage\\\":\\\"ResponseComplete\\\",\\\"verb\\\":\\\"" verb              \
    "\\\",\\\"objectRef\\\":{\\\"resource\\\":\\\"configmaps\\\",\\\"namespace\\\":\\\"kube-system\\\","     \
    "\\\"name\\\":\\\"coredns\\\"}" extra "}"

static struct audit read(struct arena *arena, const char *text, bool good)
{
    struct audit audit = {0};
    struct error err;
    assert_int_equal(audit_parse(arena, (struct text){span_of(text), 7}, &audit, &err), good);
    return audit;
}

static void writes_are_kept_and_reads_are_not(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct audit a = read(
        &arena,
        "{\"events\": [\n" ENTRY("1700000000000", EVENT("get", "")) ",\n" ENTRY(
            "1700000060000",
            EVENT(
                "patch",
                ",\\\"responseStatus\\\":{\\\"code\\\":200}")) ",\n" ENTRY("1700000120000",
                                                                           EVENT(
                                                                               "update",
                                                                               ",\\\"responseStatus\\"
                                                                               "\":{\\\"code\\\":"
                                                                               "403}")) ",\n" ENTRY("1"
                                                                                                    "7"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    "1"
                                                                                                    "8"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    "0",
                                                                                                    "I"
                                                                                                    "1"
                                                                                                    "1"
                                                                                                    "2"
                                                                                                    "3"
                                                                                                    " "
                                                                                                    "0"
                                                                                                    "7"
                                                                                                    ":"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    ":"
                                                                                                    "0"
                                                                                                    "0"
                                                                                                    " "
                                                                                                    "n"
                                                                                                    "o"
                                                                                                    "t"
                                                                                                    " "
                                                                                                    "J"
                                                                                                    "S"
                                                                                                    "O"
                                                                                                    "N") "]}",
        true);
    assert_int_equal(a.n, 2);
    assert_true(a.whole);
    assert_string_equal(a.items[0].verb, "patch");
    assert_string_equal(a.items[0].name, "coredns");
    assert_true(a.items[0].allowed);
    assert_int_equal(a.items[0].time, 1700000060 * USEC_SEC);
    assert_int_equal(a.items[0].place.line, 3);
    assert_int_equal(a.items[0].place.file, 7);
    assert_false(a.items[1].allowed);
    arena_done(&arena);
}

static void a_page_is_not_the_whole(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_false(read(&arena, "{\"events\": [], \"nextToken\": \"abc\"}", true).whole);
    assert_false(read(&arena, "{\"events\": [", false).whole);
    assert_false(read(&arena, "An error occurred (ResourceNotFoundException)", false).whole);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_are_kept_and_reads_are_not),
        cmocka_unit_test(a_page_is_not_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
