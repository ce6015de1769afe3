// probe/table, row by row: only programs that read, only words that make them read, every value checked,
// every file one that somebody reads, every subject of the procedure asked about. A row that does not fit
// here is a row that nobody has thought about.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/reads.h"
#include "core/probe/argv.h"
#include "core/probe/catalogue_rows.h"
#include "core/probe/probe.h"
#include "tests/kit/scene.h"

// Every value that a word may ask for.
static struct probe_values sample(void)
{
    return (struct probe_values){.at = {[VALUE_CONTEXT] = "lab",
                                        [VALUE_SCOPE] = "-A",
                                        [VALUE_PART] = "",
                                        [VALUE_NAMESPACE] = "shop",
                                        [VALUE_POD] = "cart-1",
                                        [VALUE_CONTAINER] = "main",
                                        [VALUE_NODE] = "n1",
                                        [VALUE_INTERFACE] = "eth0",
                                        [VALUE_ADDRESS] = "10.0.11.142",
                                        [VALUE_OUTSIDE] = "10.0.11.37",
                                        [VALUE_SERVER] = "172.20.0.10",
                                        [VALUE_NAME] = "orders.shop.svc.cluster.local",
                                        [VALUE_QUESTION] = "failing",
                                        [VALUE_OVER] = "udp",
                                        [VALUE_HOW] = "+tcp",
                                        [VALUE_SINCE] = "2026-11-23T07:00:00Z",
                                        [VALUE_EPOCH] = "@1795417200",
                                        [VALUE_FROM] = "1795417200000",
                                        [VALUE_TO] = "1795417200000",
                                        [VALUE_FROM_S] = "1795417200",
                                        [VALUE_TO_S] = "1795417200",
                                        [VALUE_REGION] = "eu-west-1",
                                        [VALUE_CLUSTER] = "prod",
                                        [VALUE_INSTANCE] = "i-0abc123def4567890",
                                        [VALUE_INSTANCES] = "i-0abc123def4567890",
                                        [VALUE_ADDRESSES] = "10.0.11.142,10.0.12.53",
                                        [VALUE_GROUPS] = "sg-0abc123def4567890",
                                        [VALUE_SUBNETS] = "subnet-0abc123def4567890",
                                        [VALUE_BUCKET] = "bundles"}};
}

static bool is_among(struct span word, const char *list)
{
    struct span rest = span_of(list), one;
    while (span_cut_word(&rest, &one)) {
        bool open = span_ends(one, "*");
        struct span front = open ? span_first(one, one.len - 1) : one;
        if (open ? span_eq(span_first(word, front.len), front) : span_eq(word, front))
            return true;
    }
    return false;
}

// What the audit log is asked, and a path of JSONPath, have braces of their own.
static bool is_free(const struct probe_row *row, size_t i)
{
    return span_starts(span_of(row->argv[i]), "jsonpath=") ||
           (i > 0 && strcmp(row->argv[i - 1], "--filter-pattern") == 0) ||
           (i > 0 && strcmp(row->argv[i - 1], "--query-string") == 0);
}

// All but those that say that they change something, which are held below, stand on the list of what reads.
static void test_programs_only_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error err = {{0}};
    const struct probe_values values = sample();
    for (const struct probe_row *row = probe_table; row->name; row++) {
        const char *const *argv = NULL;
        if (argv_fill(&arena, row->argv, &values, &argv, &err) != ARGV_MADE)
            fail_msg("%s: %s", row->name, err.text);
        const char *command = argv_text(&arena, argv);
        if (reads_only(command) == ((row->flags & PROBE_CHANGES) != 0))
            fail_msg("%s: nobody said that this only reads, or says that it changes: %s", row->name, command);
    }
    arena_done(&arena);
}

// The first word that is neither an option nor a value.
static const char *verb_of(const struct probe_row *row)
{
    size_t i = 1;
    while (row->argv[i] && strchr("-?", row->argv[i][0]))
        i++;
    return row->argv[i];
}

static void test_kubectl_reads(void **state)
{
    (void)state;
    for (const struct probe_row *row = probe_table; row->name; row++) {
        if (strcmp(row->argv[0], "kubectl") != 0)
            continue;
        assert_true(is_among(span_of(verb_of(row)), "get logs auth api-resources version config"));
        for (size_t i = 1; row->argv[i]; i++) {
            assert_false(is_among(span_of(row->argv[i]), "secrets secret -w --watch -f --follow --raw*"));
            assert_false(span_starts(span_of(row->argv[i]), "--token") ||
                         span_starts(span_of(row->argv[i]), "--as"));
        }
    }
}

// Of the kubeconfig, names only: no user's secrets, and no settings of the program that gets them.
static void test_kubeconfig_gives_names(void **state)
{
    (void)state;
    static const char *const secret[] = {"token", "password", "data", "key", "env", "auth-provider", "--raw"};
    for (const struct probe_row *row = probe_table; row->name; row++) {
        if (strcmp(row->argv[0], "kubectl") != 0 || strcmp(verb_of(row), "config") != 0)
            continue;
        bool picks = false, views = false;
        for (size_t i = 1; row->argv[i]; i++) {
            picks |= span_starts(span_of(row->argv[i]), "jsonpath=");
            views |= strcmp(row->argv[i], "view") == 0;
            for (size_t k = 0; k < ARRAY_LEN(secret); k++)
                assert_null(strstr(row->argv[i], secret[k]));
        }
        assert_true(picks && views);
    }
}

// tcpdump(8): a file to write, its rotation, a command for each file, a file with a filter, another user.
static void test_tcpdump_writes_nowhere(void **state)
{
    (void)state;
    const struct probe_row *row = probe_find("tcpdump");
    assert_non_null(row);
    assert_true(row->flags & PROBE_LASTS && row->consent & CONSENT_CAPTURE && row->seconds > 0 &&
                row->bytes > 0);
    bool counts = false, about = false;
    for (size_t i = 1; row->argv[i]; i++) {
        assert_false(is_among(span_of(row->argv[i]), "-z* -W* -C* -G* -F* -Z* -r* -V*"));
        if (strcmp(row->argv[i], "-w") == 0)
            assert_string_equal(row->argv[i + 1], "-");
        counts = counts || strcmp(row->argv[i], "-c") == 0;
        about = about || strcmp(row->argv[i], "{address}") == 0;
    }
    assert_true(counts && about);
}

// Who is asked for a yes is told what it costs.
static void test_consent_has_a_cost(void **state)
{
    (void)state;
    for (const struct probe_row *row = probe_table; row->name; row++)
        assert_int_equal(row->cost != NULL, row->consent != CONSENT_NONE);
}

static void test_changing_rows(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct probe_row *row = probe_table; row->name; row++) {
        if (!(row->flags & PROBE_CHANGES))
            continue;
        n++;
        assert_true(row->consent & CONSENT_BUNDLE);
        assert_int_not_equal(row->rating, PROBE_GREEN);
    }
    assert_int_equal(n, 1);
}

// ------------------------------------------------------------------ shapes

static void check_values(const struct probe_row *row, const char *shape)
{
    struct span rest = span_of(shape);
    size_t open;
    while (shape && (open = span_find_char(rest, '{')) != SIZE_MAX) {
        rest = span_from(rest, open + 1);
        size_t close = span_find_char(rest, '}');
        if (close == SIZE_MAX || argv_value(span_first(rest, close)) == VALUE_COUNT)
            fail_msg("%s: a value in \"%s\" that nothing checks", row->name, shape);
    }
}

static void test_every_value_is_checked(void **state)
{
    (void)state;
    for (const struct probe_row *row = probe_table; row->name; row++) {
        for (size_t i = 0; row->argv[i]; i++) {
            if (!is_free(row, i))
                check_values(row, row->argv[i]);
        }
        check_values(row, row->file);
        check_values(row, row->heading);
    }
}

static void test_rows_are_whole(void **state)
{
    (void)state;
    for (const struct probe_row *row = probe_table; row->name; row++) {
        assert_ptr_equal(probe_find(row->name), row);
        assert_true(row->seconds > 0 && row->seconds <= 3600);
        assert_true(row->bytes > 0);
        assert_non_null(row->file);
        assert_int_equal(row->heading != NULL, (row->flags & PROBE_PIECES) != 0);
        assert_false(row->again && row->place != PROBE_ON_NODE);
        assert_false(row->place == PROBE_IN_POD && !(row->consent & CONSENT_EXEC));
        assert_false(row->flags & PROBE_ROOT && row->place != PROBE_ON_NODE);
    }
    assert_null(probe_find("rm"));
}

static void test_every_subject_has_a_probe(void **state)
{
    (void)state;
    for (enum subject s = SUBJECT_NONE + 1; s < SUBJECT_COUNT; s++) {
        bool served = s == SUBJECT_REPORT; // is made, not read
        for (const struct probe_row *row = probe_table; row->name && !served; row++)
            served = probe_serves(row, s);
        if (!served)
            fail_msg("nothing is read for %s", subject_name(s));
    }
}

// ------------------------------------------------------------------ files

static bool is_found(const struct evidence *ev, const char *patterns, const char *path)
{
    struct span rest = span_of(patterns), one;
    bool found = false;
    while (!found && span_cut_word(&rest, &one)) {
        char *pattern = mem_strndup(one.at, one.len);
        uint32_t cursor = 0;
        const struct evidence_file *file;
        while (!found && (file = evidence_next(ev, pattern, &cursor)))
            found = strcmp(file->path, path) == 0;
        free(pattern);
    }
    return found;
}

static bool is_read(const struct evidence *ev, const char *path)
{
    // What is read for no step, but for the plan or for all: gather_access.c, gather_nodes.c,
    // gather_lookups.c.
    static const char others[] =
        "cluster/access.json cluster/api-resources.txt cluster/context.txt nodes/*/system/id.txt "
        "nodes/*/**/dig* nodes/*/networking/*.txt cluster/namespaces*.json";
    bool read = is_found(ev, others, path);
    for (const struct catalogue_row *row = catalogue_rows; row->tool && !read; row++)
        read = row->files && is_found(ev, row->files, path);
    return read;
}

static void test_every_file_is_read(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = {{0}};
    const struct probe_values values = sample();
    scene_init(&scene);
    for (const struct probe_row *row = probe_table; row->name; row++) {
        const char *file = NULL;
        if (argv_fill_word(&scene.arena, row->file, &values, &file, &err) != ARGV_MADE)
            fail_msg("%s: %s", row->name, err.text);
        scene_write(&scene, file, "x\n");
    }
    const char *const paths[] = {scene.dir};
    scene.evidence = evidence_open((const char *const *)paths, 1, NULL, &err);
    assert_non_null(scene.evidence);
    for (const struct probe_row *row = probe_table; row->name; row++) {
        const char *file = NULL;
        argv_fill_word(&scene.arena, row->file, &values, &file, &err);
        if (!is_read(scene.evidence, file))
            fail_msg("%s: nobody reads %s", row->name, file);
    }
    scene_done(&scene);
}

// The tree's reader knows the same statuses for answers as the table.
static void test_answers(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = {{0}};
    scene_init(&scene);
    struct str lines = {0};
    size_t n = 0;
    for (const struct probe_row *row = probe_table; row->name; row++) {
        struct span rest = span_of(row->answers), status;
        while (row->answers && span_cut_word(&rest, &status)) {
            str_printf(&lines,
                       "{'id': 'E-%zu', 'argv': ['%s', '%s'], 'exit': " SPAN_FMT ", 'state': 'done'}\n", ++n,
                       row->argv[0], row->script ? "can-i" : "", SPAN_ARG(status));
        }
    }
    scene_json(&scene, "probes.jsonl", str_text(&lines));
    str_done(&lines);
    const char *const paths[] = {scene.dir};
    scene.evidence = evidence_open((const char *const *)paths, 1, NULL, &err);
    assert_non_null(scene.evidence);
    size_t found = 0;
    const struct evidence_probe *probes = evidence_probes(scene.evidence, &found);
    assert_int_equal(found, n);
    assert_true(n >= 4);
    for (size_t i = 0; i < n; i++)
        assert_true(probes[i].answered);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs_only_read),
        cmocka_unit_test(test_kubectl_reads),
        cmocka_unit_test(test_kubeconfig_gives_names),
        cmocka_unit_test(test_tcpdump_writes_nowhere),
        cmocka_unit_test(test_consent_has_a_cost),
        cmocka_unit_test(test_changing_rows),
        cmocka_unit_test(test_every_value_is_checked),
        cmocka_unit_test(test_rows_are_whole),
        cmocka_unit_test(test_every_subject_has_a_probe),
        cmocka_unit_test(test_every_file_is_read),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
