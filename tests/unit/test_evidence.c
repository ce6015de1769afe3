// core/evidence: what a source is, which files it has and what they are called.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/evidence/evidence.h"
#include "tests/kit/scratch.h"

static const struct evidence_file *find(const struct evidence *ev, const char *path)
{
    const struct evidence_file *f = evidence_find(ev, path);
    if (!f)
        fail_msg("%s is not there", path);
    return f;
}

// ------------------------------------------------------------------ order, names, patterns

static void files_are_numbered_in_path_order(void **state)
{
    const char *root = *state;
    scratch_write(root, "cluster/pods.json", "{}");
    scratch_write(root, "cluster/pods@shop.json", "{}");
    scratch_write(root, "cluster/logs/kube-system/coredns-a/coredns.log", "x\n");
    scratch_write(root, "nodes/b/networking/ethtool.txt", "x\n");
    scratch_write(root, "nodes/a/networking/ethtool.txt", "x\n");
    scratch_write(root, "captures/a.txt", "x\n");
    struct evidence *ev = scratch_open(root, "");
    assert_int_equal(evidence_count(ev), 6);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(evidence_file(ev, i)->id, i);
    assert_string_equal(evidence_file(ev, 0)->path, "captures/a.txt");
    assert_string_equal(evidence_file(ev, 5)->path, "nodes/b/networking/ethtool.txt");
    assert_null(evidence_file(ev, 6));
    size_t n;
    const char *const *nodes = evidence_nodes(ev, &n);
    assert_int_equal(n, 2);
    assert_string_equal(nodes[0], "a");
    assert_string_equal(nodes[1], "b");
    evidence_close(ev);
}

static size_t count_matches(const struct evidence *ev, const char *pattern)
{
    size_t n = 0;
    uint32_t cursor = 0;
    while (evidence_next(ev, pattern, &cursor))
        n++;
    return n;
}

static void patterns_stay_in_their_folder(void **state)
{
    const char *root = *state;
    static const char *const paths[] = {
        "cluster/pods.json",     "cluster/pods@a.json",           "cluster/logs/n/p/c.log",
        "nodes/a/x/ethtool.txt", "nodes/a/samples/t/ethtool.txt", "top.txt"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        scratch_write(root, paths[i], "x\n");
    struct evidence *ev = scratch_open(root, "");
    assert_int_equal(count_matches(ev, "cluster/pods.json"), 1);
    assert_int_equal(count_matches(ev, "cluster/pods*.json"), 2);
    assert_int_equal(count_matches(ev, "cluster/*"), 2);
    assert_int_equal(count_matches(ev, "cluster/**"), 3);
    assert_int_equal(count_matches(ev, "**/ethtool.txt"), 2);
    assert_int_equal(count_matches(ev, "nodes/*/*/ethtool.txt"), 1);
    assert_int_equal(count_matches(ev, "nodes/**/ethtool.txt"), 2);
    assert_int_equal(count_matches(ev, "nodes/*/**/ethtool.txt"), 2);
    assert_int_equal(count_matches(ev, "**"), 6);
    assert_int_equal(count_matches(ev, "*"), 1);
    assert_int_equal(count_matches(ev, "cluster/pods?a.json"), 1);
    assert_int_equal(count_matches(ev, "cluster?pods.json"), 0);
    assert_int_equal(count_matches(ev, "**/*.log"), 1);
    assert_int_equal(count_matches(ev, "**/nothing"), 0);
    evidence_close(ev);
}

static void equal_paths_of_two_sources_stay_apart(void **state)
{
    const char *root = *state;
    scratch_write(root, "one/cluster/pods.json", "{\"a\": 1}");
    scratch_write(root, "two/cluster/pods.json", "{\"b\": 1}");
    scratch_write(root, "one/target.yaml", "pod: p1\n");
    scratch_write(root, "two/target.yaml", "pod: p2\nnode: n2\n");
    char *one = mem_printf("%s/one", root), *two = mem_printf("%s/two/", root);
    struct evidence *ev = evidence_open((const char *const[]){one, two}, 2, NULL, NULL);
    assert_non_null(ev);
    assert_int_equal(evidence_count(ev), 4);
    assert_string_equal(find(ev, "cluster/pods.json")->source, one);
    assert_true(span_ends(span_of(find(ev, "cluster/pods~2.json")->real), "/two/cluster/pods.json"));
    assert_string_equal(evidence_target(ev)->pod, "p1");
    assert_string_equal(evidence_target(ev)->node, "n2");
    evidence_close(ev);
    free(one);
    free(two);
}

// ------------------------------------------------------------------ what a source is

static void a_bundle_is_named_by_its_kubelet(void **state)
{
    const char *root = *state;
    scratch_write(root, "eks_i/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    scratch_write(root, "eks_i/system/instance-id.txt", "i-0abc123def4567890\n");
    struct evidence *ev = scratch_open(root, "eks_i");
    find(ev, "nodes/i-0abc123def4567890/networking/iptables-save.txt");
    evidence_close(ev);
    scratch_write(root, "eks_i/kubelet/kubelet.log",
                  "-- Journal begins at Mon 2026-11-16 --\n"
                  "Nov 23 07:00:01 ip-10-0-11-37.eu-west-1.compute.internal kubelet[3127]: I1123 starting\n");
    ev = scratch_open(root, "eks_i");
    find(ev, "nodes/ip-10-0-11-37.eu-west-1.compute.internal/networking/iptables-save.txt");
    evidence_close(ev);
    scratch_write(root, "eks_i/kubelet/kubelet_service.txt",
                  "ExecStart=/usr/bin/kubelet --hostname-override=node-x.internal\n");
    ev = scratch_open(root, "eks_i");
    find(ev, "nodes/node-x.internal/networking/iptables-save.txt");
    evidence_close(ev);
}

static void a_bundle_without_a_name_is_node_1(void **state)
{
    const char *root = *state;
    scratch_write(root, "a/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    scratch_write(root, "a/system/instance-id.txt", "../../../etc\n");
    scratch_write(root, "b/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    scratch_write(root, "b/kernel/dmesg.current", "x\n");
    char *a = mem_printf("%s/a", root), *b = mem_printf("%s/b", root);
    struct evidence *ev = evidence_open((const char *const[]){a, b}, 2, NULL, NULL);
    find(ev, "nodes/node-1/networking/iptables-save.txt");
    find(ev, "nodes/node-2/kernel/dmesg.current");
    evidence_close(ev);
    free(a);
    free(b);
}

static void single_files_find_their_place(void **state)
{
    const char *root = *state;
    scratch_write(root, "messages", "Nov 23 07:00:01 host kernel: x\n");
    scratch_write(root, "dump",
                  "2026-11-23 07:04:10.123456 IP 10.0.0.1.40000 > 10.0.0.2.53: 1+ A? x. (20)\n");
    scratch_write(root, "any.txt",
                  "07:04:10.123456 eth0  Out IP6 fd00::1.40000 > fd00::2.53: 1+ A? x. (20)\n");
    free(scratch_put(root, "p", span_make("\xD4\xC3\xB2\xA1\x02\0\x04\0", 8)));
    static const char *const expected[][2] = {{"messages", "messages"},
                                              {"dump", "captures/dump"},
                                              {"any.txt", "captures/any.txt"},
                                              {"p", "captures/p"}};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        struct evidence *ev = scratch_open(root, expected[i][0]);
        assert_int_equal(evidence_count(ev), 1);
        assert_string_equal(evidence_file(ev, 0)->path, expected[i][1]);
        evidence_close(ev);
    }
}

static void what_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct error err = {0};
    assert_null(evidence_open((const char *const[]){"/nonexistent/tree"}, 1, NULL, &err));
    assert_true(span_contains(span_of(err.text), "/nonexistent/tree"));
    assert_null(evidence_open((const char *const[]){"/dev/null"}, 1, NULL, &err));
    assert_true(span_contains(span_of(err.text), "neither a file nor a folder"));
    struct evidence *ev = evidence_open(NULL, 0, NULL, &err);
    assert_int_equal(evidence_count(ev), 0);
    evidence_close(ev);
}

static void links_out_of_the_tree_are_left_out(void **state)
{
    const char *root = *state;
    scratch_write(root, "tree/cluster/pods.json", "{}");
    scratch_write(root, "outside.txt", "secret\n");
    char *link = mem_printf("%s/tree/cluster/out.json", root), *to = mem_printf("%s/outside.txt", root);
    assert_int_equal(symlink(to, link), 0);
    char *inside = mem_printf("%s/tree/cluster/in.json", root);
    assert_int_equal(symlink("pods.json", inside), 0);
    char *loop = mem_printf("%s/tree/loop", root);
    assert_int_equal(symlink(".", loop), 0);
    char *fifo = mem_printf("%s/tree/fifo", root);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    struct evidence *ev = scratch_open(root, "tree");
    assert_int_equal(evidence_count(ev), 2);
    find(ev, "cluster/in.json");
    size_t n;
    evidence_left_out(ev, &n);
    assert_int_equal(n, 3);
    evidence_close(ev);
    free(link);
    free(to);
    free(inside);
    free(loop);
    free(fifo);
}

static void many_files_and_deep_folders_are_walked(void **state)
{
    const char *root = *state;
    for (int i = 0; i < 1000; i++) {
        char path[64];
        snprintf(path, sizeof path, "cluster/logs/n%d/p%d/c.log", i % 50, i);
        scratch_write(root, path, "x\n");
    }
    struct str deep = {0};
    str_add(&deep, "deep");
    for (int i = 0; i < 70; i++)
        str_add(&deep, "/d");
    str_add(&deep, "/file");
    scratch_write(root, str_text(&deep), "x\n");
    str_done(&deep);
    struct evidence *ev = scratch_open(root, "");
    assert_int_equal(evidence_count(ev), 1000);
    assert_int_equal(count_matches(ev, "cluster/logs/n7/*/c.log"), 20);
    assert_int_equal(count_matches(ev, "cluster/logs/*/p77/*.log"), 1);
    size_t n;
    const struct evidence_left_out *out = evidence_left_out(ev, &n);
    assert_int_equal(n, 1);
    assert_non_null(strstr(out[0].why, "64 folders"));
    evidence_close(ev);
}

static void what_cannot_be_read_is_unknown(void **state)
{
    const char *root = *state;
    if (geteuid() == 0)
        return; // root reads everything
    scratch_write(root, "cluster/pods.json", "{}");
    scratch_write(root, "closed/file", "x\n");
    char *file = mem_printf("%s/cluster/pods.json", root), *folder = mem_printf("%s/closed", root);
    assert_int_equal(chmod(file, 0), 0);
    assert_int_equal(chmod(folder, 0), 0);
    struct evidence *ev = scratch_open(root, "");
    const struct evidence_file *f = find(ev, "cluster/pods.json");
    assert_int_equal(f->state, EVIDENCE_UNKNOWN);
    struct text text;
    struct error err = {0};
    assert_false(evidence_text(ev, f->id, &text, &err));
    size_t n;
    evidence_left_out(ev, &n);
    assert_int_equal(n, 1);
    chmod(folder, 0700);
    evidence_close(ev);
    free(file);
    free(folder);
}

static bool join_line(struct span line, uint32_t number, void *context)
{
    str_printf(context, "%u:" SPAN_FMT "|", number, SPAN_ARG(line));
    return number < 3;
}

static void lines_come_one_by_one(void **state)
{
    const char *root = *state;
    scratch_write(root, "a.log", "one\r\n\nthree\nfour");
    scratch_write(root, "b.log", "x\ny");
    struct evidence *ev = scratch_open(root, "");
    struct str s = {0};
    assert_true(evidence_each_line(ev, 0, join_line, &s, NULL));
    assert_string_equal(str_text(&s), "1:one\r\n|2:\n|3:three\n|");
    str_clear(&s);
    assert_true(evidence_each_line(ev, 1, join_line, &s, NULL));
    assert_string_equal(str_text(&s), "1:x\n|2:y|");
    assert_false(evidence_each_line(ev, 2, join_line, &s, NULL));
    str_done(&s);
    evidence_close(ev);
}

// ------------------------------------------------------------------ target.yaml

static void a_target_is_read(void **state)
{
    const char *root = *state;
    scratch_write(root, "target.yaml",
                  "context: prod-eu\nnamespace: shop\npod: null\nnode: ip-1   # c\ninstance: ~\n"
                  "query: orders.shop\nsymptom: \"java: x\"\n"
                  "window: {from: 2026-11-23T07:00:00Z, to: 2026-11-23T07:30:00Z}\n");
    struct evidence *ev = scratch_open(root, "");
    const struct target *t = evidence_target(ev);
    assert_string_equal(t->context, "prod-eu");
    assert_string_equal(t->namespace_, "shop");
    assert_null(t->pod);
    assert_string_equal(t->node, "ip-1");
    assert_string_equal(t->symptom, "java: x");
    assert_int_equal(t->window.to - t->window.from, 30 * USEC_MIN);
    evidence_close(ev);
}

static void a_broken_target_is_refused_with_its_line(void **state)
{
    const char *root = *state;
    static const char *const broken[][2] = {
        {"namespace: shop\npod: [a\n", "line "},
        {"namespace: shop\nwindow: {from: yesterday}\n", "line 2"},
        {"window: {from: 2026-11-23T07:30:00Z, to: 2026-11-23T07:00:00Z}\n",
         "line 1: the window ends before"},
        {"\n\npod: {a: b}\n", "line 3"},
        {"- a\n", "line 1"},
        {"just words\n", "line 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        scratch_write(root, "target.yaml", broken[i][0]);
        struct error err = {0};
        assert_null(evidence_open((const char *const[]){root}, 1, NULL, &err));
        if (!strstr(err.text, "target.yaml: ") || !strstr(err.text, broken[i][1]))
            fail_msg("%s", err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(files_are_numbered_in_path_order),
        SCRATCH_TEST(patterns_stay_in_their_folder),
        SCRATCH_TEST(equal_paths_of_two_sources_stay_apart),
        SCRATCH_TEST(a_bundle_is_named_by_its_kubelet),
        SCRATCH_TEST(a_bundle_without_a_name_is_node_1),
        SCRATCH_TEST(single_files_find_their_place),
        SCRATCH_TEST(what_is_not_there_is_an_error),
        SCRATCH_TEST(links_out_of_the_tree_are_left_out),
        SCRATCH_TEST(many_files_and_deep_folders_are_walked),
        SCRATCH_TEST(what_cannot_be_read_is_unknown),
        SCRATCH_TEST(lines_come_one_by_one),
        SCRATCH_TEST(a_target_is_read),
        SCRATCH_TEST(a_broken_target_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
