// core/evidence: what a file is worth, by what stands in it and by the record of the probe that wrote it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

static void expect_state(const struct evidence *ev, const char *path, enum evidence_state state,
                         const char *why)
{
    const struct evidence_file *f = find(ev, path);
    if (f->state != state || (why && (!f->why || !strstr(f->why, why))))
        fail_msg("%s: state %d, why %s", path, (int)f->state, f->why ? f->why : "none");
    if (state == EVIDENCE_KNOWN)
        assert_null(f->why);
}

// ------------------------------------------------------------------ what a file is worth

static const struct {
    const char *path, *text;
    enum evidence_state state;
    const char *why; // part of it
} files[] = {
    {"nodes/n/networking/iptables-save.txt", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n# Completed\n",
     EVIDENCE_KNOWN, NULL},
    {"nodes/n/networking/ip6tables-save.txt", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j AC",
     EVIDENCE_UNKNOWN, "COMMIT"},
    {"nodes/n/networking/iptables-legacy-save.txt", "sudo: a password is required\n", EVIDENCE_UNKNOWN,
     "password"},
    {"nodes/n/networking/nftables.txt", "table ip filter {\n\tchain x {\n\t}\n", EVIDENCE_UNKNOWN, "brace"},
    {"nodes/p/networking/iptables-save.txt", "*filter\r\n:A - [0:0]\r\nCOMMIT\r\n[root@p ~]# ",
     EVIDENCE_KNOWN, NULL},
    {"nodes/p/networking/nftables.txt", "table ip a {\n\tchain x {\n\t}\n}\n\x1b[01;32mroot@p\x1b[00m:~# ",
     EVIDENCE_KNOWN, NULL},
    {"nodes/q/networking/iptables-save.txt", "*filter\nCOMMIT\n*nat\n:A - [0:0]\nCOMM", EVIDENCE_UNKNOWN,
     "COMMIT"},
    {"nodes/q/networking/nftables.txt", "table ip a {\n}\ntable i", EVIDENCE_UNKNOWN, "brace"},
    {"nodes/n/networking/ipset.txt", "bash: line 1: ipset: command not found\n", EVIDENCE_UNKNOWN,
     "command not found"},
    {"nodes/n/networking/ethtool.txt", "", EVIDENCE_UNKNOWN, "empty"},
    {"nodes/n/networking/iptables-nat.txt",
     "iptables v1.8.4 (legacy): can't initialize iptables table "
     "`nat': Permission denied (you must be root)\n"
     "Perhaps iptables or your kernel needs to be upgraded.\n",
     EVIDENCE_UNKNOWN, "root"},
    {"nodes/n/networking/ping_amazon.com.txt", "ping: amazon.com: Name or service not known\n",
     EVIDENCE_KNOWN, NULL},
    {"nodes/n/system/cpu_throttling.txt", "No CPU Throttling Found\n", EVIDENCE_KNOWN, NULL},
    {"nodes/n/kernel/dmesg.current", "\n \n", EVIDENCE_UNKNOWN, "blank"},
    {"pods/shop/p/dig-a.txt", ";; connection timed out; no servers could be reached\n", EVIDENCE_KNOWN, NULL},
    {"pods/shop/p/dig-b.txt",
     "OCI runtime exec failed: exec failed: unable to start container process: "
     "exec: \"dig\": executable file not found in $PATH: unknown\n",
     EVIDENCE_UNKNOWN, "executable"},
    {"pods/shop/p/app.log", "error: connection refused\nPermission denied\n", EVIDENCE_KNOWN, NULL},
    {"pods/shop/p/resolv.conf", "cat: /etc/resolv.conf: Permission denied\n", EVIDENCE_UNKNOWN, "Permission"},
    {"cluster/pods.json", "Error from server (Forbidden): pods is forbidden: User \"x\" cannot list\n",
     EVIDENCE_UNKNOWN, "Forbidden"},
    {"cluster/events.json", "{\"items\": [{\"a\": 1},\n", EVIDENCE_UNKNOWN, "breaks off"},
    {"cluster/services.json", "{\"items\": [ ], \"kind\": \"List\"}", EVIDENCE_UNKNOWN, "lists nothing"},
    {"cluster/networkpolicies.json", "{\"items\": [], \"kind\": \"List\"}", EVIDENCE_KNOWN, NULL},
    {"cluster/logs/kube-system/c/c.log",
     "Error from server (BadRequest): container \"c\" in pod \"c\" is waiting to start\n", EVIDENCE_UNKNOWN,
     "waiting to start"},
    {"aws/describe-instances.json",
     "\nAn error occurred (UnauthorizedOperation) when calling the "
     "DescribeInstances operation: You are not authorized\n",
     EVIDENCE_UNKNOWN, "UnauthorizedOperation"},
};

static void states_follow_from_what_stands_there(void **state)
{
    const char *root = *state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        scratch_write(root, files[i].path, files[i].text);
    struct evidence *ev = scratch_open(root, "");
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        expect_state(ev, files[i].path, files[i].state, files[i].why);
    evidence_close(ev);
}

static void put_probes(const char *root, const char *lines)
{
    scratch_write(root, "probes.jsonl", lines);
}

static void a_file_shorter_than_what_came_is_cut(void **state)
{
    const char *root = *state;
    scratch_write(root, "pods/s/p/resolv.conf", "nameserver 10.0.0.2\n");
    scratch_write(root, "pods/s/p/app.log", "a line\n");
    scratch_write(root, "pods/s/p/dig-a.txt", "");
    scratch_write(root, "cluster/services.json", "{\"items\": [{}]}");
    put_probes(
        root,
        "{\"id\":\"E-1\",\"exit\":0,\"state\":\"done\",\"bytes\":57,\"file\":\"pods/s/p/resolv.conf\"}\n"
        "{\"id\":\"E-2\",\"exit\":0,\"state\":\"done\",\"bytes\":9999,\"file\":\"pods/s/p/app.log\"}\n"
        "{\"id\":\"E-3\",\"exit\":0,\"state\":\"done\",\"bytes\":1,\"file\":\"pods/s/p/dig-a.txt\"}\n"
        "{\"id\":\"E-4\",\"exit\":0,\"state\":\"done\",\"bytes\":15,\"file\":\"cluster/services.json\"}");
    struct evidence *ev = scratch_open(root, "");
    expect_state(ev, "pods/s/p/resolv.conf", EVIDENCE_UNKNOWN, "20 of the 57 bytes");
    expect_state(ev, "pods/s/p/app.log", EVIDENCE_PARTIAL, "7 of the 9999 bytes");
    expect_state(ev, "pods/s/p/dig-a.txt", EVIDENCE_UNKNOWN, "0 of the 1 bytes");
    expect_state(ev, "cluster/services.json", EVIDENCE_KNOWN, NULL);
    evidence_close(ev);
}

static void probes_decide_what_is_known(void **state)
{
    const char *root = *state;
    scratch_write(root, "cluster/networkpolicies.json", "{\"items\": [], \"kind\": \"List\"}");
    scratch_write(root, "cluster/services.json", "{\"items\": [], \"kind\": \"List\"}");
    scratch_write(root, "nodes/n/networking/iptables-legacy-save.txt", "");
    scratch_write(root, "nodes/n/networking/iptables-save.txt", "*filter\nCOMMIT\n");
    scratch_write(root, "nodes/n/kubelet/kubelet.log", "x\n");
    scratch_write(root, "pods/s/p/dig-a.txt", ";; no servers could be reached\n");
    scratch_write(root, "captures/a.txt", "x\n");
    scratch_write(root, "cluster/pods.json", "{\"items\": [{}]}");
    put_probes(root,
               "{\"id\":\"E-001\",\"argv\":[\"kubectl\",\"get\"],\"exit\":1,\"signal\":null,\"cut\":false,"
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
    struct evidence *ev = scratch_open(root, "");
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
    const char *root = *state;
    scratch_write(root, "nodes/n/networking/conntrack.txt", "a\nb\nc\nd\n");
    put_probes(root, "{\"id\":\"E-001\",\"argv\":[\"conntrack\",\"-S\"],\"exit\":0,\"state\":\"done\","
                     "\"file\":\"nodes/n/networking/conntrack.txt\",\"lines\":\"1-2\"}\n"
                     "{\"id\":\"E-002\",\"argv\":[\"conntrack\",\"-L\"],\"exit\":1,\"state\":\"done\","
                     "\"file\":\"nodes/n/networking/conntrack.txt\",\"lines\":\"3-4\",\"stderr\":\"cut\"}\n");
    struct evidence *ev = scratch_open(root, "");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(states_follow_from_what_stands_there),
        SCRATCH_TEST(a_file_shorter_than_what_came_is_cut),
        SCRATCH_TEST(probes_decide_what_is_known),
        SCRATCH_TEST(several_probes_share_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
