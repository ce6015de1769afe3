// core/evidence: what a source is, what its files are worth, lines and texts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/evidence/evidence.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// ------------------------------------------------------------------ a tree to work on

static char root[64];

static int make_root(void **state)
{
    (void)state;
    strcpy(root, "/tmp/d5tui-test-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_folders(char *path)
{
    for (char *at = path + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
}

static void put_bytes(const char *path, struct span bytes)
{
    char *real = mem_printf("%s/%s", root, path);
    make_folders(real);
    FILE *f = fopen(real, "w");
    assert_non_null(f);
    fwrite(bytes.at, 1, bytes.len, f);
    fclose(f);
    free(real);
}

static void put(const char *path, const char *text)
{
    put_bytes(path, span_of(text));
}

static struct evidence *open_one(const char *below)
{
    struct error err = {0};
    char *path = mem_printf("%s/%s", root, below);
    struct evidence *ev = evidence_open((const char *const[]){path}, 1, NULL, &err);
    free(path);
    if (!ev)
        fail_msg("%s", err.text);
    return ev;
}

static const struct evidence_file *find(const struct evidence *ev, const char *path)
{
    const struct evidence_file *f = evidence_find(ev, path);
    if (!f)
        fail_msg("%s is not there", path);
    return f;
}

static void expect_state(const struct evidence *ev, const char *path, enum evidence_state state,
                         const char *why)
{
    const struct evidence_file *f = find(ev, path);
    if (f->state != state || (why && (!f->why || !strstr(f->why, why))))
        fail_msg("%s: state %d, why %s", path, (int)f->state, f->why ? f->why : "none");
    if (state == EVIDENCE_KNOWN)
        assert_null(f->why);
}

// ------------------------------------------------------------------ order, names, patterns

static void files_are_numbered_in_path_order(void **state)
{
    (void)state;
    put("cluster/pods.json", "{}");
    put("cluster/pods@shop.json", "{}");
    put("cluster/logs/kube-system/coredns-a/coredns.log", "x\n");
    put("nodes/b/networking/ethtool.txt", "x\n");
    put("nodes/a/networking/ethtool.txt", "x\n");
    put("captures/a.txt", "x\n");
    struct evidence *ev = open_one("");
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
    (void)state;
    static const char *const paths[] = {
        "cluster/pods.json",     "cluster/pods@a.json",           "cluster/logs/n/p/c.log",
        "nodes/a/x/ethtool.txt", "nodes/a/samples/t/ethtool.txt", "top.txt"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        put(paths[i], "x\n");
    struct evidence *ev = open_one("");
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
    (void)state;
    put("one/cluster/pods.json", "{\"a\": 1}");
    put("two/cluster/pods.json", "{\"b\": 1}");
    put("one/target.yaml", "pod: p1\n");
    put("two/target.yaml", "pod: p2\nnode: n2\n");
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
    (void)state;
    put("eks_i/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    put("eks_i/system/instance-id.txt", "i-0abc123def4567890\n");
    struct evidence *ev = open_one("eks_i");
    find(ev, "nodes/i-0abc123def4567890/networking/iptables-save.txt");
    evidence_close(ev);
    put("eks_i/kubelet/kubelet.log",
        "-- Journal begins at Mon 2026-11-16 --\n"
        "Nov 23 07:00:01 ip-10-0-11-37.eu-west-1.compute.internal kubelet[3127]: I1123 starting\n");
    ev = open_one("eks_i");
    find(ev, "nodes/ip-10-0-11-37.eu-west-1.compute.internal/networking/iptables-save.txt");
    evidence_close(ev);
    put("eks_i/kubelet/kubelet_service.txt",
        "ExecStart=/usr/bin/kubelet --hostname-override=node-x.internal\n");
    ev = open_one("eks_i");
    find(ev, "nodes/node-x.internal/networking/iptables-save.txt");
    evidence_close(ev);
}

static void a_bundle_without_a_name_is_node_1(void **state)
{
    (void)state;
    put("a/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    put("a/system/instance-id.txt", "../../../etc\n");
    put("b/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    put("b/kernel/dmesg.current", "x\n");
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
    (void)state;
    put("messages", "Nov 23 07:00:01 host kernel: x\n");
    put("dump", "2026-11-23 07:04:10.123456 IP 10.0.0.1.40000 > 10.0.0.2.53: 1+ A? x. (20)\n");
    put("any.txt", "07:04:10.123456 eth0  Out IP6 fd00::1.40000 > fd00::2.53: 1+ A? x. (20)\n");
    put_bytes("p", span_make("\xD4\xC3\xB2\xA1\x02\0\x04\0", 8));
    static const char *const expected[][2] = {{"messages", "messages"},
                                              {"dump", "captures/dump"},
                                              {"any.txt", "captures/any.txt"},
                                              {"p", "captures/p"}};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        struct evidence *ev = open_one(expected[i][0]);
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
    (void)state;
    put("tree/cluster/pods.json", "{}");
    put("outside.txt", "secret\n");
    char *link = mem_printf("%s/tree/cluster/out.json", root), *to = mem_printf("%s/outside.txt", root);
    assert_int_equal(symlink(to, link), 0);
    char *inside = mem_printf("%s/tree/cluster/in.json", root);
    assert_int_equal(symlink("pods.json", inside), 0);
    char *loop = mem_printf("%s/tree/loop", root);
    assert_int_equal(symlink(".", loop), 0);
    char *fifo = mem_printf("%s/tree/fifo", root);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    struct evidence *ev = open_one("tree");
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
    (void)state;
    for (int i = 0; i < 1000; i++) {
        char path[64];
        snprintf(path, sizeof path, "cluster/logs/n%d/p%d/c.log", i % 50, i);
        put(path, "x\n");
    }
    struct str deep = {0};
    str_add(&deep, "deep");
    for (int i = 0; i < 70; i++)
        str_add(&deep, "/d");
    str_add(&deep, "/file");
    put(str_text(&deep), "x\n");
    str_done(&deep);
    struct evidence *ev = open_one("");
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
    (void)state;
    if (geteuid() == 0)
        return; // root reads everything
    put("cluster/pods.json", "{}");
    put("closed/file", "x\n");
    char *file = mem_printf("%s/cluster/pods.json", root), *folder = mem_printf("%s/closed", root);
    assert_int_equal(chmod(file, 0), 0);
    assert_int_equal(chmod(folder, 0), 0);
    struct evidence *ev = open_one("");
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
    (void)state;
    put("a.log", "one\r\n\nthree\nfour");
    put("b.log", "x\ny");
    struct evidence *ev = open_one("");
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

// ------------------------------------------------------------------ what a file is worth

static void states_follow_from_what_stands_there(void **state)
{
    (void)state;
    put("nodes/n/networking/iptables-save.txt", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n# Completed\n");
    put("nodes/n/networking/ip6tables-save.txt", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j AC");
    put("nodes/n/networking/iptables-legacy-save.txt", "sudo: a password is required\n");
    put("nodes/n/networking/nftables.txt", "table ip filter {\n\tchain x {\n\t}\n");
    put("nodes/p/networking/iptables-save.txt", "*filter\r\n:A - [0:0]\r\nCOMMIT\r\n[root@p ~]# ");
    put("nodes/p/networking/nftables.txt",
        "table ip a {\n\tchain x {\n\t}\n}\n\x1b[01;32mroot@p\x1b[00m:~# ");
    put("nodes/q/networking/iptables-save.txt", "*filter\nCOMMIT\n*nat\n:A - [0:0]\nCOMM");
    put("nodes/q/networking/nftables.txt", "table ip a {\n}\ntable i");
    put("nodes/n/networking/ipset.txt", "bash: line 1: ipset: command not found\n");
    put("nodes/n/networking/ethtool.txt", "");
    put("nodes/n/networking/iptables-nat.txt", "iptables v1.8.4 (legacy): can't initialize iptables table "
                                               "`nat': Permission denied (you must be root)\n"
                                               "Perhaps iptables or your kernel needs to be upgraded.\n");
    put("nodes/n/networking/ping_amazon.com.txt", "ping: amazon.com: Name or service not known\n");
    put("nodes/n/system/cpu_throttling.txt", "No CPU Throttling Found\n");
    put("nodes/n/kernel/dmesg.current", "\n \n");
    put("pods/shop/p/dig-a.txt", ";; connection timed out; no servers could be reached\n");
    put("pods/shop/p/dig-b.txt", "OCI runtime exec failed: exec failed: unable to start container process: "
                                 "exec: \"dig\": executable file not found in $PATH: unknown\n");
    put("pods/shop/p/app.log", "error: connection refused\nPermission denied\n");
    put("pods/shop/p/resolv.conf", "cat: /etc/resolv.conf: Permission denied\n");
    put("cluster/pods.json", "Error from server (Forbidden): pods is forbidden: User \"x\" cannot list\n");
    put("cluster/events.json", "{\"items\": [{\"a\": 1},\n");
    put("cluster/services.json", "{\"items\": [ ], \"kind\": \"List\"}");
    put("cluster/networkpolicies.json", "{\"items\": [], \"kind\": \"List\"}");
    put("cluster/logs/kube-system/c/c.log",
        "Error from server (BadRequest): container \"c\" in pod \"c\" is waiting to start\n");
    put("aws/describe-instances.json", "\nAn error occurred (UnauthorizedOperation) when calling the "
                                       "DescribeInstances operation: You are not authorized\n");
    struct evidence *ev = open_one("");
    expect_state(ev, "nodes/n/networking/iptables-save.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/n/networking/ip6tables-save.txt", EVIDENCE_UNKNOWN, "COMMIT");
    expect_state(ev, "nodes/n/networking/iptables-legacy-save.txt", EVIDENCE_UNKNOWN, "password");
    expect_state(ev, "nodes/n/networking/nftables.txt", EVIDENCE_UNKNOWN, "brace");
    expect_state(ev, "nodes/p/networking/iptables-save.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/p/networking/nftables.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/q/networking/iptables-save.txt", EVIDENCE_UNKNOWN, "COMMIT");
    expect_state(ev, "nodes/q/networking/nftables.txt", EVIDENCE_UNKNOWN, "brace");
    expect_state(ev, "nodes/n/networking/ipset.txt", EVIDENCE_UNKNOWN, "command not found");
    expect_state(ev, "nodes/n/networking/ethtool.txt", EVIDENCE_UNKNOWN, "empty");
    expect_state(ev, "nodes/n/networking/iptables-nat.txt", EVIDENCE_UNKNOWN, "root");
    expect_state(ev, "nodes/n/networking/ping_amazon.com.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/n/system/cpu_throttling.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/n/kernel/dmesg.current", EVIDENCE_UNKNOWN, "blank");
    expect_state(ev, "pods/shop/p/dig-a.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "pods/shop/p/dig-b.txt", EVIDENCE_UNKNOWN, "executable");
    expect_state(ev, "pods/shop/p/app.log", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "pods/shop/p/resolv.conf", EVIDENCE_UNKNOWN, "Permission");
    expect_state(ev, "cluster/pods.json", EVIDENCE_UNKNOWN, "Forbidden");
    expect_state(ev, "cluster/events.json", EVIDENCE_UNKNOWN, "breaks off");
    expect_state(ev, "cluster/services.json", EVIDENCE_UNKNOWN, "lists nothing");
    expect_state(ev, "cluster/networkpolicies.json", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "cluster/logs/kube-system/c/c.log", EVIDENCE_UNKNOWN, "waiting to start");
    expect_state(ev, "aws/describe-instances.json", EVIDENCE_UNKNOWN, "UnauthorizedOperation");
    evidence_close(ev);
}

static void put_probes(const char *lines)
{
    put("probes.jsonl", lines);
}

static void a_file_shorter_than_what_came_is_cut(void **state)
{
    (void)state;
    put("pods/s/p/resolv.conf", "nameserver 10.0.0.2\n");
    put("pods/s/p/app.log", "a line\n");
    put("pods/s/p/dig-a.txt", "");
    put("cluster/services.json", "{\"items\": [{}]}");
    put_probes(
        "{\"id\":\"E-1\",\"exit\":0,\"state\":\"done\",\"bytes\":57,\"file\":\"pods/s/p/resolv.conf\"}\n"
        "{\"id\":\"E-2\",\"exit\":0,\"state\":\"done\",\"bytes\":9999,\"file\":\"pods/s/p/app.log\"}\n"
        "{\"id\":\"E-3\",\"exit\":0,\"state\":\"done\",\"bytes\":1,\"file\":\"pods/s/p/dig-a.txt\"}\n"
        "{\"id\":\"E-4\",\"exit\":0,\"state\":\"done\",\"bytes\":15,\"file\":\"cluster/services.json\"}");
    struct evidence *ev = open_one("");
    expect_state(ev, "pods/s/p/resolv.conf", EVIDENCE_UNKNOWN, "20 of the 57 bytes");
    expect_state(ev, "pods/s/p/app.log", EVIDENCE_PARTIAL, "7 of the 9999 bytes");
    expect_state(ev, "pods/s/p/dig-a.txt", EVIDENCE_UNKNOWN, "0 of the 1 bytes");
    expect_state(ev, "cluster/services.json", EVIDENCE_KNOWN, NULL);
    evidence_close(ev);
}

static void probes_decide_what_is_known(void **state)
{
    (void)state;
    put("cluster/networkpolicies.json", "{\"items\": [], \"kind\": \"List\"}");
    put("cluster/services.json", "{\"items\": [], \"kind\": \"List\"}");
    put("nodes/n/networking/iptables-legacy-save.txt", "");
    put("nodes/n/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    put("nodes/n/kubelet/kubelet.log", "x\n");
    put("pods/s/p/dig-a.txt", ";; no servers could be reached\n");
    put("captures/a.txt", "x\n");
    put("cluster/pods.json", "{\"items\": [{}]}");
    put_probes("{\"id\":\"E-001\",\"argv\":[\"kubectl\",\"get\"],\"exit\":1,\"signal\":null,\"cut\":false,"
               "\"stderr\":\"Error from server (Forbidden): x\\n\",\"file\":\"cluster/networkpolicies.json\","
               "\"state\":\"done\"}\n"
               "{\"id\":\"E-002\",\"argv\":[\"kubectl\"],\"exit\":0,\"file\":\"cluster/"
               "services.json\",\"state\":\"done\"}\n"
               "{\"id\":\"E-003\",\"argv\":[\"iptables-legacy-save\"],\"exit\":0,\"state\":\"done\","
               "\"file\":\"nodes/n/networking/iptables-legacy-save.txt\"}\n"
               "{\"id\":\"E-004\",\"argv\":[\"iptables-save\"],\"exit\":0,\"cut\":true,\"state\":\"done\","
               "\"file\":\"nodes/n/networking/iptables-save.txt\"}\n"
               "{\"id\":\"E-005\",\"argv\":[\"journalctl\"],\"exit\":null,\"state\":\"timeout\","
               "\"file\":\"nodes/n/kubelet/kubelet.log\"}\n"
               "{\"id\":\"E-006\",\"argv\":[\"kubectl\",\"exec\",\"p\",\"--\",\"/usr/bin/dig\"],\"exit\":9,"
               "\"state\":\"done\",\"file\":\"pods/s/p/dig-a.txt\"}\n"
               "{\"id\":\"E-007\",\"argv\":[\"timeout\",\"10\",\"tcpdump\"],\"exit\":124,\"state\":\"done\","
               "\"file\":\"captures/a.txt\"}\n"
               "not json\n"
               "{\"id\":\"E-008\",\"state\":\"failed\",\"file\":\"cluster/pods.json\"}\n"
               "{\"id\":\"E-009\",\"argv\":[\"kubectl\"],\"exit\":0,\"state\":\"done\",\"file\":\"cluster/"
               "pods.json\"}\n"
               "{\"id\":\"E-010\",\"exit\":0,\"state\":\"do");
    struct evidence *ev = open_one("");
    expect_state(ev, "cluster/networkpolicies.json", EVIDENCE_UNKNOWN,
                 "exited 1: Error from server (Forbidden)");
    expect_state(ev, "cluster/services.json", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/n/networking/iptables-legacy-save.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "nodes/n/networking/iptables-save.txt", EVIDENCE_UNKNOWN, "cut");
    expect_state(ev, "nodes/n/kubelet/kubelet.log", EVIDENCE_PARTIAL, "timed out");
    expect_state(ev, "pods/s/p/dig-a.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "captures/a.txt", EVIDENCE_KNOWN, NULL);
    expect_state(ev, "cluster/pods.json", EVIDENCE_KNOWN, NULL);
    assert_string_equal(find(ev, "cluster/pods.json")->probe, "E-009");
    size_t n;
    const struct evidence_left_out *out = evidence_left_out(ev, &n);
    assert_int_equal(n, 2);
    assert_string_equal(out[0].path, "probes.jsonl:8");
    evidence_probes(ev, &n);
    assert_int_equal(n, 9);
    evidence_close(ev);
}

static void several_probes_share_a_file(void **state)
{
    (void)state;
    put("nodes/n/networking/conntrack.txt", "a\nb\nc\nd\n");
    put_probes("{\"id\":\"E-001\",\"argv\":[\"conntrack\",\"-S\"],\"exit\":0,\"state\":\"done\","
               "\"file\":\"nodes/n/networking/conntrack.txt\",\"lines\":\"1-2\"}\n"
               "{\"id\":\"E-002\",\"argv\":[\"conntrack\",\"-L\"],\"exit\":1,\"state\":\"done\","
               "\"file\":\"nodes/n/networking/conntrack.txt\",\"lines\":\"3-4\",\"stderr\":\"cut\"}\n");
    struct evidence *ev = open_one("");
    const struct evidence_file *f = find(ev, "nodes/n/networking/conntrack.txt");
    assert_int_equal(f->state, EVIDENCE_PARTIAL);
    const char *why = NULL;
    assert_int_equal(evidence_state_at(ev, place_at(f->id, 2), &why), EVIDENCE_KNOWN);
    assert_null(why);
    assert_int_equal(evidence_state_at(ev, place_at(f->id, 3), &why), EVIDENCE_UNKNOWN);
    assert_string_equal(why, "its probe exited 1: cut");
    assert_string_equal(evidence_probe_at(ev, place_at(f->id, 4))->id, "E-002");
    assert_int_equal(evidence_state_at(ev, place_at(99, 1), NULL), EVIDENCE_UNKNOWN);
    evidence_close(ev);
}

// ------------------------------------------------------------------ target.yaml

static void a_target_is_read(void **state)
{
    (void)state;
    put("target.yaml", "context: prod-eu\nnamespace: shop\npod: null\nnode: ip-1   # c\ninstance: ~\n"
                       "query: orders.shop\nsymptom: \"java: x\"\n"
                       "window: {from: 2026-11-23T07:00:00Z, to: 2026-11-23T07:30:00Z}\n");
    struct evidence *ev = open_one("");
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
    (void)state;
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
        put("target.yaml", broken[i][0]);
        struct error err = {0};
        assert_null(evidence_open((const char *const[]){root}, 1, NULL, &err));
        if (!strstr(err.text, "target.yaml: ") || !strstr(err.text, broken[i][1]))
            fail_msg("%s", err.text);
    }
}

// ------------------------------------------------------------------ texts and lines

static void expect_line(struct evidence *ev, uint32_t id, uint32_t line, const char *text)
{
    struct str got = {0};
    struct error err = {0};
    if (!evidence_line(ev, id, line, &got, &err))
        fail_msg("%s", err.text);
    assert_string_equal(str_text(&got), text);
    str_done(&got);
}

static void lines_are_found_by_the_index(void **state)
{
    (void)state;
    struct str text = {0};
    for (int i = 1; i <= 1000; i++)
        str_printf(&text, "line %d%s", i, i == 1000 ? "" : i % 7 ? "\n" : "\r\n");
    put_bytes("a.log", str_span(&text));
    str_done(&text);
    struct evidence *ev = open_one("a.log");
    static const uint32_t asked[] = {700, 1, 64, 65, 66, 128, 129, 999, 1000, 7};
    for (int with_text = 0; with_text < 2; with_text++) {
        for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
            char expected[32];
            snprintf(expected, sizeof expected, "line %u", asked[i]);
            expect_line(ev, 0, asked[i], expected);
        }
        struct text whole;
        assert_true(evidence_text(ev, 0, &whole, NULL));
    }
    uint32_t n = 0;
    assert_true(evidence_line_count(ev, 0, &n, NULL));
    assert_int_equal(n, 1000);
    struct error err = {0};
    struct str got = {0};
    assert_false(evidence_line(ev, 0, 1001, &got, &err));
    assert_string_equal(err.text, "a.log: has 1000 lines, so there is no line 1001");
    assert_false(evidence_line(ev, 0, 0, &got, &err));
    assert_false(evidence_line(ev, 9, 1, &got, &err));
    evidence_close(ev);
}

// Marks fall into crowds of empty lines, between long ones, and at the ends of blocks.
static void lines_of_any_length_are_found(void **state)
{
    (void)state;
    struct str text = {0};
    for (unsigned i = 1; i <= 3000; i++) {
        str_printf(&text, "%u", i);
        str_add_repeat(&text, 'x', i % 500 < 150 ? 0 : i * i % 1021);
        str_add_repeat(&text, '\n', i % 500 ? 1 : 120);
    }
    put_bytes("a.log", str_span(&text));
    struct evidence *ev = open_one("a.log");
    struct span rest = str_span(&text), line;
    for (uint32_t n = 1; span_cut_line(&rest, &line); n++) {
        char *expected = mem_strndup(line.at, line.len);
        expect_line(ev, 0, n, expected);
        free(expected);
    }
    str_done(&text);
    evidence_close(ev);
}

static void long_lines_and_nul_bytes_survive(void **state)
{
    (void)state;
    struct str text = {0};
    str_add(&text, "first\n");
    str_add_repeat(&text, 'x', 600000);
    str_add_span(&text, span_make("\n\0\xFF\n", 4));
    put_bytes("a.log", str_span(&text));
    struct evidence *ev = open_one("a.log");
    struct str got = {0};
    assert_true(evidence_line(ev, 0, 2, &got, NULL));
    assert_int_equal(got.len, 600000);
    str_clear(&got);
    assert_true(evidence_line(ev, 0, 3, &got, NULL));
    assert_int_equal(got.len, 2);
    uint32_t n;
    assert_true(evidence_line_count(ev, 0, &n, NULL));
    assert_int_equal(n, 3);
    str_done(&got);
    str_done(&text);
    evidence_close(ev);
}

static void a_file_that_is_cut_off_meanwhile_is_an_error(void **state)
{
    (void)state;
    struct str text = {0};
    for (int i = 1; i <= 500; i++)
        str_printf(&text, "line %d\n", i);
    put_bytes("a.log", str_span(&text));
    str_done(&text);
    struct evidence *ev = open_one("a.log");
    expect_line(ev, 0, 500, "line 500");
    put("a.log", "short\n");
    struct error err = {0};
    struct str got = {0};
    assert_false(evidence_line(ev, 0, 400, &got, &err));
    assert_true(strstr(err.text, "cut off") != NULL);
    struct text whole;
    assert_true(evidence_text(ev, 0, &whole, &err));
    assert_true(span_is(whole.bytes, "short\n"));
    char *path = mem_printf("%s/a.log", root);
    evidence_close(ev);
    ev = open_one("a.log");
    unlink(path);
    assert_false(evidence_text(ev, 0, &whole, &err));
    assert_true(strstr(err.text, "No such file") != NULL);
    assert_false(evidence_line(ev, 0, 1, &got, &err));
    free(path);
    str_done(&got);
    evidence_close(ev);
}

static void a_growing_file_shows_its_new_lines(void **state)
{
    (void)state;
    put("a.log", "one\ntw");
    struct evidence *ev = open_one("a.log");
    expect_line(ev, 0, 2, "tw");
    put("a.log", "one\ntwo\nthree\n");
    expect_line(ev, 0, 2, "two");
    expect_line(ev, 0, 3, "three");
    evidence_close(ev);
}

static void sources_are_written_as_paths_and_lines(void **state)
{
    (void)state;
    put("a.log", "x\n");
    struct evidence *ev = open_one("a.log");
    struct str s = {0};
    evidence_source(ev, place_at(0, 7), &s);
    str_add_char(&s, ' ');
    evidence_source(ev, (struct place){.file = 0, .line = 3, .last = 5}, &s);
    assert_string_equal(str_text(&s), "a.log:7 a.log:3-5");
    str_done(&s);
    evidence_close(ev);
}

int main(void)
{
#define IN_TREE(f) cmocka_unit_test_setup_teardown(f, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        IN_TREE(files_are_numbered_in_path_order),
        IN_TREE(patterns_stay_in_their_folder),
        IN_TREE(equal_paths_of_two_sources_stay_apart),
        IN_TREE(a_bundle_is_named_by_its_kubelet),
        IN_TREE(a_bundle_without_a_name_is_node_1),
        IN_TREE(single_files_find_their_place),
        IN_TREE(what_is_not_there_is_an_error),
        IN_TREE(links_out_of_the_tree_are_left_out),
        IN_TREE(many_files_and_deep_folders_are_walked),
        IN_TREE(what_cannot_be_read_is_unknown),
        IN_TREE(lines_come_one_by_one),
        IN_TREE(states_follow_from_what_stands_there),
        IN_TREE(probes_decide_what_is_known),
        IN_TREE(a_file_shorter_than_what_came_is_cut),
        IN_TREE(several_probes_share_a_file),
        IN_TREE(a_target_is_read),
        IN_TREE(a_broken_target_is_refused_with_its_line),
        IN_TREE(lines_are_found_by_the_index),
        IN_TREE(lines_of_any_length_are_found),
        IN_TREE(long_lines_and_nul_bytes_survive),
        IN_TREE(a_file_that_is_cut_off_meanwhile_is_an_error),
        IN_TREE(a_growing_file_shows_its_new_lines),
        IN_TREE(sources_are_written_as_paths_and_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
