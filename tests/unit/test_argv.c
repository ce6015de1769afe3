// probe/argv: what a value must be, and that no value, whatever is in it, becomes an option, a second word, a
// path of its own, or something that a shell acts on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/probe/argv.h"

static void assert_takes(enum probe_value value, const char *text)
{
    struct error err = {{0}};
    if (!argv_check(value, text, &err))
        fail_msg("%s", err.text);
}

static void test_good_values(void **state)
{
    (void)state;
    assert_takes(VALUE_CONTEXT, "arn:aws:eks:eu-west-1:111122223333:cluster/prod");
    assert_takes(VALUE_CONTEXT, "Ünser Cluster (alt)");
    assert_takes(VALUE_POD, "checkout-7d9c5b6f4-x2x9p");
    assert_takes(VALUE_POD, "web-0.frontend");
    assert_takes(VALUE_NODE, "ip-10-0-11-37.eu-west-1.compute.internal");
    assert_takes(VALUE_NAMESPACE, "kube-system");
    assert_takes(VALUE_CONTAINER, "node-cache");
    assert_takes(VALUE_INTERFACE, "eth0");
    assert_takes(VALUE_INTERFACE, "eni0a1b2c3d4e5");
    assert_takes(VALUE_INTERFACE, "bond0.100");
    assert_takes(VALUE_SERVER, "169.254.20.10");
    assert_takes(VALUE_SERVER, "fd00:ec2::253");
    assert_takes(VALUE_NAME, "orders.shop.svc.cluster.local.");
    assert_takes(VALUE_NAME, "_dns._udp.kube-dns.kube-system.svc");
    assert_takes(VALUE_SINCE, "2026-11-23T07:00:00Z");
    assert_takes(VALUE_EPOCH, "@1795417200");
    assert_takes(VALUE_INSTANCE, "i-0abc123def4567890");
    assert_takes(VALUE_INSTANCES, "i-0abc123def4567890,i-01234567");
    assert_takes(VALUE_GROUPS, "sg-0123456789abcdef0");
    assert_takes(VALUE_REGION, "us-gov-east-1");
    assert_takes(VALUE_CLUSTER, "Prod_EU-1");
}

static const char *const bad_by_kind[][2] = {
    {"namespace", "kube.system"},
    {"namespace", "Shop"},
    {"pod", "a..b"},
    {"pod", ".a"},
    {"pod", "a."},
    {"node", "n_1"},
    {"interface", "averyverylongname0"},
    {"interface", "-i"},
    {"server", "10.0.0"},
    {"server", "10.0.0.1/8"},
    {"server", "fe80::1%eth0"},
    {"server", "dns.example"},
    {"name", "a..b"},
    {"name", "."},
    {"name", "-f"},
    {"name", "a.-b"},
    {"since", "yesterday"},
    {"since", "2026-11-23 07:00:00"},
    {"epoch", "@-1"},
    {"epoch", "1795417200"},
    {"instance", "i-xyz"},
    {"instance", "i-0123456"},
    {"instances", "i-01234567,"},
    {"instances", ""},
    {"region", "eu"},
    {"region", "EU-WEST-1"},
    {"cluster", "-x"},
    {"from", "1e9"},
    {"how", "+short"},
    {"question", "../x"},
    {"scope", "--all"},
    {"scope", "--namespace=a b"},
    {"part", "@../x"},
    {"bucket", "s3://x"},
};

static void test_bad_values_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_by_kind); i++) {
        struct error err = {{0}};
        enum probe_value value = argv_value(span_of(bad_by_kind[i][0]));
        assert_int_not_equal(value, VALUE_COUNT);
        if (argv_check(value, bad_by_kind[i][1], &err))
            fail_msg("%s took \"%s\"", bad_by_kind[i][0], bad_by_kind[i][1]);
        assert_non_null(strstr(err.text, " is not "));
    }
}

// ------------------------------------------------------------------ hostile

static const char *const hostile[] = {
    "-",
    "--",
    "-f",
    "-f/etc/shadow",
    "-A",
    "-oProxyCommand=id",
    "--kubeconfig=/tmp/x",
    "--as=system:admin",
    "--token",
    "-w/tmp/x",
    "-z",
    "@/etc/passwd",
    "@file",
    "+short",
    "+noall",
    "=ls",
    "~",
    "~root",
    "",
    " ",
    "a b",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\n",
    "a\x01",
    "\x1b[2J",
    "a\x7f",
    "a'b",
    "'; id; '",
    "a\"b",
    "`id`",
    "$(id)",
    "$(touch /tmp/x)",
    "${IFS}",
    "$HOME",
    "a;id",
    "a|id",
    "a&id",
    "a&&id",
    "a>b",
    "a<b",
    "a*",
    "a?",
    "[a]",
    "{a,b}",
    "{pod}",
    "?{pod}",
    "a\\b",
    "\\",
    "!x",
    "#x",
    "a#b",
    "%s%n",
    "%C",
    "../../etc/passwd",
    "..",
    ".",
    "/etc/passwd",
    "a/b",
    "a/../b",
    "./a",
    "a:b:c/d",
    "münchen",
    "\xff\xfe",
    "a\xc0\xaf",
    "\xe2\x80\xae"
    "txt",
    "a\xe2\x80\x8b"
    "b",
};

// Values to make of each: as it is, behind and before something harmless.
static char *variant(size_t i, size_t of)
{
    switch (of) {
    case 0:
        return mem_strdup(hostile[i]);
    case 1:
        return mem_printf("%spod", hostile[i]);
    default:
        return mem_printf("pod%s", hostile[i]);
    }
}

// Words that a person's cluster may well hold: a variant that turns out harmless ("pod." as a name).
static bool is_harmless(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
              strchr(".-_", *c)))
            return false;
    }
    return text[0] && text[0] != '-' && text[0] != '.';
}

static void check_word(enum probe_value value, const char *name, const char *text)
{
    struct arena arena = {0};
    char *inside = mem_printf("--x={%s}", name), *alone = mem_printf("{%s}", name);
    const char *const shapes[] = {"program", inside, alone, "end", NULL};
    struct probe_values values = {.at = {NULL}};
    values.at[value] = text;
    const char *const *argv = NULL;
    struct error err = {{0}};
    if (argv_fill(&arena, shapes, &values, &argv, &err) == ARGV_MADE) {
        assert_int_equal(argv_count(argv), 4);
        assert_true(span_starts(span_of(argv[1]), "--x=") && strcmp(argv[1] + 4, text) == 0);
        assert_string_equal(argv[2], text);
        if (value != VALUE_CONTEXT && !is_harmless(text))
            fail_msg("%s took \"%s\"", name, text);
        if (value != VALUE_CONTEXT)
            assert_true(argv_is_plain(argv, NULL));
    } else {
        assert_non_null(strstr(err.text, " is not "));
        assert_null(strchr(err.text, '\n'));
        assert_null(strchr(err.text, '\x1b'));
    }
    free(inside);
    free(alone);
    arena_done(&arena);
}

static void test_hostile_values(void **state)
{
    (void)state;
    static const char *const kinds[] = {"pod",     "node",      "namespace", "name",
                                        "context", "interface", "container", "server"};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(hostile) * 3; i++, n++) {
        char *text = variant(i / 3, i % 3);
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
            check_word(argv_value(span_of(kinds[k])), kinds[k], text);
        free(text);
    }
    assert_true(n >= 200);
}

static void test_overlong(void **state)
{
    (void)state;
    struct str text = {0};
    str_add_repeat(&text, 'a', 64);
    assert_false(argv_check(VALUE_NAMESPACE, str_text(&text), NULL));
    assert_false(argv_check(VALUE_NAME, str_text(&text), NULL));
    str_add_repeat(&text, 'a', 100000);
    struct error err;
    for (int i = 0; i < VALUE_COUNT; i++) {
        assert_false(argv_check((enum probe_value)i, str_text(&text), &err));
        assert_true(strlen(err.text) < 300);
    }
    str_done(&text);
}

// ------------------------------------------------------------------ filling

static void test_filling(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *const shapes[] = {"kubectl", "?--context={context}", "get", "{pod}", NULL};
    struct probe_values values = {.at = {[VALUE_POD] = "a"}};
    const char *const *argv;
    struct error err = {{0}};
    assert_int_equal(argv_fill(&arena, shapes, &values, &argv, &err), ARGV_MADE);
    assert_string_equal(argv_text(&arena, argv), "kubectl get a");
    values.at[VALUE_CONTEXT] = "it's mine";
    assert_int_equal(argv_fill(&arena, shapes, &values, &argv, &err), ARGV_MADE);
    assert_string_equal(argv_text(&arena, argv), "kubectl '--context=it'\\''s mine' get a");
    values.at[VALUE_POD] = NULL;
    assert_int_equal(argv_fill(&arena, shapes, &values, &argv, &err), ARGV_UNKNOWN);
    assert_string_equal(err.text, "the pod name is not known");
    assert_string_equal(argv_shape(&arena, shapes, NULL), "kubectl get POD");
    arena_done(&arena);
}

static void test_plain(void **state)
{
    (void)state;
    const char *const good[] = {"timeout", "-k", "2", "dig", "@fd00::1", "+tcp", "--since=@17", NULL};
    assert_true(argv_is_plain(good, NULL));
    static const char *const bad[] = {"",  "=x",   "a b", "~", "$x", "a;b", "a%b",
                                      "é", "a\nb", "(",   "!", "^",  "#"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *const argv[] = {"x", bad[i], NULL};
        assert_false(argv_is_plain(argv, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_values),    cmocka_unit_test(test_bad_values_are_named),
        cmocka_unit_test(test_hostile_values), cmocka_unit_test(test_overlong),
        cmocka_unit_test(test_filling),        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
