// core/parse: what a node's counters, sockets and interfaces say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/facts/sample.h"
#include "core/parse/conntrack.h"
#include "core/parse/ethtool.h"
#include "core/parse/ipaddr.h"
#include "core/parse/iprule.h"
#include "core/parse/ipvs.h"
#include "core/parse/ss.h"
#include "core/parse/sysctl.h"

#include <stdlib.h>

#include "core/base/mem.h"

static struct text text_of(const char *s)
{
    return (struct text){span_of(s), 7};
}

static const char ethtool_two[] = "Interface ens5\n"
                                  "NIC statistics:\n"
                                  "     tx_timeout: 0\n"
                                  "     linklocal_allowance_exceeded: 1843\n"
                                  "     queue_0_tx_cnt: 12\n"
                                  "Interface veth1\n"
                                  "no stats available\n"
                                  "Interface ens6\n"
                                  "NIC statistics:\n"
                                  "     conntrack_allowance_available: 99\n";

static void ethtool_keeps_interfaces_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct ethtool *e = ethtool_parse(&arena, text_of(ethtool_two));
    assert_int_equal(e->n, 3);
    const struct ethtool_counter *c = ethtool_counter(ethtool_nic(e, "ens5"), "linklocal_allowance_exceeded");
    assert_non_null(c);
    assert_int_equal(c->value, 1843);
    assert_int_equal(c->place.line, 4);
    assert_int_equal(c->place.file, 7);
    assert_null(ethtool_counter(ethtool_nic(e, "ens5"), "queue_0_tx_cnt"));
    assert_null(ethtool_counter(ethtool_nic(e, "ens6"), "linklocal_allowance_exceeded"));
    assert_int_equal(ethtool_nic(e, "veth1")->n, 0);
    arena_done(&arena);
}

static void ethtool_knows_a_bare_name(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct ethtool *e = ethtool_parse(
        &arena, text_of("eth0:\nNIC statistics:\n     a: 5\neth1:\nNIC statistics:\n     a: 6\n"));
    assert_int_equal(e->n, 2);
    assert_int_equal(ethtool_counter(ethtool_nic(e, "eth1"), "a")->value, 6);
    arena_done(&arena);
}

static void ethtool_without_header_has_one_nameless(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct ethtool *e = ethtool_parse(&arena, text_of("NIC statistics:\n  a: 5\n  b: 6\n"));
    assert_int_equal(e->n, 1);
    assert_string_equal(e->nics[0].name, "");
    assert_int_equal(ethtool_counter(&e->nics[0], "b")->value, 6);
    arena_done(&arena);
}

static const char conntrack_all[] =
    "*** Output of conntrack -S *** \n"
    "cpu=0   \tfound=1 invalid=2 insert=0 insert_failed=10 drop=0 early_drop=0 error=6 search_restart=3 \n"
    "cpu=1   \tfound=1 invalid=2 insert=0 insert_failed=32 drop=5 early_drop=0 error=6 search_restart=3 \n"
    "*** Output of conntrack -L ***\n"
    "udp      17 5 src=10.0.0.1 dst=172.20.0.10 sport=5000 dport=53 src=10.0.0.9 dst=10.0.0.1 sport=53 "
    "dport=5000 mark=0 use=1\n"
    "udp      17 5 src=10.0.0.1 dst=172.20.0.10 sport=5001 dport=53 [UNREPLIED] src=10.0.0.8 dst=10.0.0.1 "
    "sport=53 dport=5001 mark=0 use=1\n"
    "tcp      6 86 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=8080 src=10.0.0.2 dst=10.0.0.1 "
    "sport=8080 dport=1 [ASSURED] mark=0 use=1\n"
    "conntrack v1.4.6 (conntrack-tools): 3 flow entries have been shown.\n";

static void conntrack_sums_and_lists(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct conntrack *c = conntrack_parse(&arena, text_of(conntrack_all));
    uint64_t sum = 0;
    assert_true(conntrack_sum(c, CONNTRACK_INSERT_FAILED, &sum));
    assert_int_equal(sum, 42);
    assert_int_equal(conntrack_place(c, CONNTRACK_INSERT_FAILED).line, 3);
    assert_false(conntrack_sum(c, CONNTRACK_CLASH_RESOLVE, &sum));
    assert_false(place_is_set(conntrack_place(c, CONNTRACK_CLASH_RESOLVE)));
    assert_int_equal(c->n_listed, 3);
    assert_int_equal(c->n_flows, 2);
    assert_true(c->flows[1].unreplied);
    assert_int_equal(c->flows[1].sport, 5001);
    char address[IP_TEXT];
    assert_string_equal(ip_format(c->flows[0].reply_src, address), "10.0.0.9");
    assert_int_equal(c->count, 3);
    arena_done(&arena);
}

static void sysctl_last_one_wins(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct sysctls *s = sysctl_parse(
        &arena,
        text_of(
            "a.b = 1\nsysctl: permission denied on key 'x'\nnet/netfilter/nf_conntrack_max=77\na.b = 2\n"));
    uint64_t value = 0;
    struct place place;
    assert_true(sysctl_u64(s, "net.netfilter.nf_conntrack_max", &value, &place));
    assert_int_equal(value, 77);
    assert_int_equal(place.line, 3);
    assert_string_equal(sysctl_find(s, "a.b")->value, "2");
    assert_null(sysctl_find(s, "a"));
    arena_done(&arena);
}

static void ss_reads_both_tools(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct listeners l = {0};
    ss_parse(&arena,
             text_of("Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
                     "udp   UNCONN 0      0      127.0.0.53%lo:53     0.0.0.0:*    "
                     "users:((\"systemd-resolve\",pid=412,fd=12))\n"
                     "tcp   LISTEN 0      4096               *:53           *:*    "
                     "users:((\"node-cache\",pid=9,fd=3))\n"
                     "tcp   ESTAB  0      0      10.0.0.1:53     10.0.0.2:4000\n"
                     "udp   UNCONN 0      0      [fd00::1]:53      [::]:*\n"),
             &l);
    assert_int_equal(l.n, 3);
    assert_string_equal(l.items[0].process, "systemd-resolve");
    assert_string_equal(l.items[0].device, "lo");
    assert_int_equal(l.items[0].pid, 412);
    assert_true(l.items[1].any && l.items[1].tcp);
    assert_int_equal(l.items[2].ip.family, 6);
    struct listeners n = {0};
    ss_parse(
        &arena,
        text_of(
            "Proto Recv-Q Send-Q Local Address Foreign Address State PID/Program name\n"
            "tcp        0      0 127.0.0.1:10248         0.0.0.0:*               LISTEN      2455/kubelet\n"
            "tcp        0      0 10.0.0.1:41000          10.0.0.9:443            ESTABLISHED 2455/kubelet\n"
            "tcp6       0      0 :::53                   :::*                    LISTEN      77/coredns\n"),
        &n);
    assert_int_equal(n.n, 2);
    assert_string_equal(n.items[0].process, "kubelet");
    assert_int_equal(n.items[1].port, 53);
    assert_true(n.items[1].any && n.has_tcp && !n.has_udp);
    arena_done(&arena);
}

static void ipaddr_reads_all_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n    inet 127.0.0.1/8 scope "
        "host lo\n"
        "2: ens5@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP\n"
        "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
        "    inet 10.0.11.37/24 brd 10.0.11.255 scope global dynamic ens5\n"
        "    inet6 fd00::5/64 scope global\n",
        "2: ens5    inet 10.0.11.37/24 brd 10.0.11.255 scope global ens5\\       valid_lft forever\n"
        "2: ens5    inet6 fd00::5/64 scope global \\       valid_lft forever\n",
        "ens5: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001\n"
        "        inet 10.0.11.37  netmask 255.255.255.0  broadcast 10.0.11.255\n"
        "        inet6 fd00::5  prefixlen 64  scopeid 0x0<global>\n\n"
        "lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n",
        "ens5      Link encap:Ethernet  HWaddr 02:00:00:00:00:01\n"
        "          inet addr:10.0.11.37  Bcast:10.0.11.255  Mask:255.255.255.0\n"
        "          inet6 addr: fd00::5/64 Scope:Global\n"
        "          UP BROADCAST RUNNING MULTICAST  MTU:9001  Metric:1\n",
        "lo    UNKNOWN  127.0.0.1/8 ::1/128\nens5@if3  UP  10.0.11.37/24 fd00::5/64\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct arena arena = {0};
        struct links links = {0};
        ipaddr_parse(&arena, text_of(forms[i]), &links);
        struct ip ip = {0};
        assert_true(ip_parse(span_of("10.0.11.37"), &ip));
        const struct link *link = links_by_address(&links, ip);
        assert_non_null(link);
        assert_string_equal(link->name, "ens5");
        assert_int_equal(link->n, 2);
        assert_int_equal(link->addresses[0].prefix.bits, 24);
        assert_int_equal(link->addresses[1].prefix.bits, 64);
        assert_true(link->mtu == 9001 || i == 1 || i == 4);
        assert_true(link->up || i == 1);
        arena_done(&arena);
    }
}

static void samples_have_their_folder_s_time(void **state)
{
    (void)state;
    char text[32];
    assert_string_equal(clock_format(sample_time("nodes/n/samples/20261118T203543Z/ethtool.txt"), text),
                        "2026-11-18T20:35:43Z");
    assert_true(sample_time("nodes/n/networking/ethtool.txt") == TIME_UNKNOWN);
    assert_true(sample_time("nodes/n/samples/20261318T203543Z/ethtool.txt") == TIME_UNKNOWN);
    assert_true(sample_time("nodes/n/samples/2026") == TIME_UNKNOWN);
}

// Cut at every place, and with a byte changed at every place, all of them end and read no byte beyond.
static void hostile(const char *source)
{
    size_t n = strlen(source);
    for (size_t i = 0; i <= 2 * n; i++) {
        size_t len = i <= n ? i : n;
        char *bytes = mem_dup(source, len ? len : 1);
        if (i > n)
            bytes[i - n - 1] = (char)(i * 37);
        struct text text = {{bytes, len}, 1};
        struct arena arena = {0};
        struct listeners listeners = {0};
        struct links links = {0};
        ethtool_parse(&arena, text);
        conntrack_parse(&arena, text);
        sysctl_parse(&arena, text);
        ss_parse(&arena, text, &listeners);
        ipaddr_parse(&arena, text, &links);
        arena_done(&arena);
        free(bytes);
    }
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    hostile(ethtool_two);
    hostile(conntrack_all);
    hostile("udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:((\"a\",pid=412,fd=12))\ntcp 0 0 [::%e]:53 :::* "
            "LISTEN 1/x\n");
    hostile("ens5 Link encap:E\n inet addr:10.0.11.37  Mask:255.255.255.0\n inet6 addr: fd00::5/64\n2: e@: "
            "<UP> mtu 9\n");
}

// As the log collector writes it: the save by names, then two listings by numbers.
static const char ipvs_collected[] =
    "add:service/server \tprotocol \tvirtual-server \tscheduler algorithm \treal-server \n"
    "-A -t 172.20.0.1:https -s rr\n"
    "-a -t 172.20.0.1:https -r ip-10-0-3-4.eu-west-1.compute.internal:https -m -w 1\n"
    "-A -u kube-dns.example:domain -s rr\n"
    "-a -u kube-dns.example:domain -r ip-10-0-12-53.eu-west-1.compute.internal:domain -m -w 1\n"
    "IP Virtual Server version 1.2.1 (size=4096)\n"
    "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
    "  -> RemoteAddress:Port\n"
    "TCP  172.20.0.1:443                      0        0        0        0        0\n"
    "  -> 10.0.3.4:443                        0        0        0        0        0\n"
    "UDP  172.20.0.10:53                      1        2        2      160      320\n"
    "  -> 10.0.12.53:53                       1        1        1       80      160\n"
    "  -> 10.0.12.87:53                       0        0        0        0        0\n"
    "UDP  [fd12:3456::a]:53                   0        0        0        0        0\n"
    "  -> [2600:1f18::53]:53                  0        0        0        0        0\n";

static void ipvs_reads_saves_and_listings(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct ipvs ipvs = {0};
    struct ip dns, six, api;
    assert_true(ip_parse(span_of("172.20.0.10"), &dns));
    assert_true(ip_parse(span_of("fd12:3456::a"), &six));
    assert_true(ip_parse(span_of("172.20.0.1"), &api));
    assert_true(ipvs_parse(&arena, text_of(ipvs_collected), &ipvs));
    assert_true(ipvs.whole);
    assert_int_equal(ipvs.place.line, 2);
    const struct ipvs_service *s = ipvs_find(&ipvs, false, dns, 53);
    assert_non_null(s);
    assert_int_equal(s->n, 2);
    assert_int_equal(s->servers[1].place.line, 13);
    assert_false(s->servers[0].drained);
    assert_int_equal(ipvs_find(&ipvs, true, api, 443)->n, 1); // once, though listed twice
    assert_int_equal(ipvs_find(&ipvs, false, six, 53)->servers[0].ip.family, 6);
    assert_null(ipvs_find(&ipvs, true, dns, 53));
    arena_done(&arena);
}

static void ipvs_tells_what_it_cannot_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct ipvs named = {0}, drained = {0}, none = {0};
    assert_true(ipvs_parse(&arena, text_of("-A -u kube-dns.example:domain -s rr\n"), &named));
    assert_false(named.whole);
    assert_true(ipvs_parse(&arena,
                           text_of("UDP  172.20.0.10:53 rr\n"
                                   "  -> 10.0.12.53:53    Masq    0      0          3\n"
                                   "  -> 10.0.12.87:53    Masq    1      0          9\n"),
                           &drained));
    assert_true(drained.services[0].servers[0].drained);
    assert_false(drained.services[0].servers[1].drained);
    assert_false(ipvs_parse(&arena, text_of("Can't initialize ipvs: Protocol not available\n"), &none));
    arena_done(&arena);
}

// The rules and routes that the VPC CNI writes; `ip route get TO from FROM iif …` of a kernel with them
// agrees.
static void packets_leave_by_the_table_of_their_source(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct route_rules rules = {0};
    struct routes routes = {0};
    iprule_parse(&arena,
                 text_of("0:\tfrom all lookup local\n512:\tfrom all to 10.0.1.39 lookup main\n"
                         "1024:\tfrom all fwmark 0x80/0x80 lookup main\n1536:\tfrom 10.0.1.39 lookup 2\n"
                         "1537:\tfrom 10.0.1.40 to 10.0.0.0/16 lookup 2\nno rule\n"
                         "1600:\tfrom 10.0.1.41 iif eth9 lookup 2\n32766:\tfrom all lookup main\n"),
                 &rules);
    iproute_parse(&arena,
                  text_of("default via 10.0.1.1 dev eth1 table 2\ndefault via 10.0.1.1 dev eth0\n"
                          "10.0.1.39 dev eni1 scope link\nlocal 10.0.1.5 dev eth0 table local\n"),
                  &routes);
    static const struct {
        const char *from, *to, *device;
    } ways[] = {
        {"10.0.1.39", "10.0.0.2", "eth1"}, {"10.0.1.5", "10.0.0.2", "eth0"},
        {"10.0.1.40", "10.0.0.2", "eth1"}, {"10.0.1.40", "169.254.169.253", "eth0"},
        {"10.0.7.7", "10.0.1.39", "eni1"}, {"10.0.1.41", "10.0.0.2", NULL},
    };
    assert_int_equal(rules.n, 7);
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct ip from, to;
        assert_true(ip_parse(span_of(ways[i].from), &from));
        assert_true(ip_parse(span_of(ways[i].to), &to));
        const char *device = iprule_device(&rules, &routes, from, to);
        assert_true(ways[i].device ? device && strcmp(device, ways[i].device) == 0 : device == NULL);
    }
    assert_null(iprule_device(NULL, &routes, (struct ip){.family = 4}, (struct ip){.family = 4}));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipvs_reads_saves_and_listings),
        cmocka_unit_test(ipvs_tells_what_it_cannot_read),
        cmocka_unit_test(ethtool_keeps_interfaces_apart),
        cmocka_unit_test(ethtool_knows_a_bare_name),
        cmocka_unit_test(ethtool_without_header_has_one_nameless),
        cmocka_unit_test(conntrack_sums_and_lists),
        cmocka_unit_test(sysctl_last_one_wins),
        cmocka_unit_test(ss_reads_both_tools),
        cmocka_unit_test(ipaddr_reads_all_forms),
        cmocka_unit_test(packets_leave_by_the_table_of_their_source),
        cmocka_unit_test(samples_have_their_folder_s_time),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
