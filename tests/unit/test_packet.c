// A packet through rules: what the kernel does, one case a surprise. Each ruleset is the least that shows it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/judge/packet.h"
#include "core/parse/rules.h"

struct expect {
    const char *rules, *sets;
    const char *src, *dst;
    uint8_t proto;
    enum nf_hook hook;
    enum packet_fate fate;
    uint32_t line;          // 0: not looked at
    bool unknown_interface; // which way it goes is not known
};

static struct ip ip_of(const char *text)
{
    struct ip ip;
    assert_true(ip_parse(span_of(text), &ip));
    return ip;
}

static struct routes node_routes; // or empty: the packet leaves by eth0

static struct packet_answer *trace(const struct expect *e, struct ruleset **ret_rules,
                                   struct ipset_list **ret_sets)
{
    static const char *const local[] = {"10.0.11.37", "169.254.20.10", "127.0.0.1", "fd00:11::37", "::1"};
    struct ip addresses[ARRAY_LEN(local)];
    for (size_t i = 0; i < ARRAY_LEN(local); i++)
        addresses[i] = ip_of(local[i]);
    struct error err = {{0}};
    *ret_rules = rules_parse((struct text){span_of(e->rules), 0}, "rules.txt", &err);
    assert_non_null(*ret_rules);
    *ret_sets = e->sets ? ipset_parse((struct text){span_of(e->sets), 1}, &err) : NULL;
    struct packet_query q = {.src = ip_of(e->src ? e->src : "10.0.11.23"),
                             .dst = ip_of(e->dst ? e->dst : "10.0.12.53"),
                             .proto = e->proto ? e->proto : 17,
                             .sport = 40000,
                             .dport = 53,
                             .in = e->unknown_interface ? NULL : "eni1",
                             .out = e->unknown_interface || node_routes.n ? NULL : "eth0",
                             .routes = &node_routes,
                             .hook = e->hook ? e->hook : NF_FORWARD,
                             .local = addresses,
                             .n_local = ARRAY_LEN(local),
                             .local_known = true,
                             .rules = ret_rules,
                             .n_rules = 1,
                             .sets = *ret_sets};
    return packet_trace(&q);
}

static void check(const struct expect *e)
{
    struct ruleset *rules;
    struct ipset_list *sets;
    struct packet_answer *a = trace(e, &rules, &sets);
    if (a->worst.fate != e->fate)
        fail_msg("%s, not %s: %s", packet_fate_name(a->worst.fate), packet_fate_name(e->fate), e->rules);
    if (e->line && packet_decision_line(&a->worst.decision) != e->line)
        fail_msg("line %u, not %u: %s", packet_decision_line(&a->worst.decision), e->line, e->rules);
    packet_answer_free(a);
    ruleset_free(rules);
    ipset_free(sets);
}

#define FILTER_HEAD   "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:A - [0:0]\n"
#define FILTER(rules) FILTER_HEAD rules "COMMIT\n"
#define FIRST         6 // the line of FILTER's first rule

static void test_plain_rules(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = FILTER("-A FORWARD -p udp -m udp --dport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("[3:210] -A FORWARD -p udp -m udp --dport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("-A FORWARD -p udp -m udp --dport 5353 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -p tcp -m tcp --dport 53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -p tcp -m tcp --dport 53 -j DROP\n"),
         .proto = 6,
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A INPUT -p udp -m udp --dport 53 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -p udp -m udp --sport 53 -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST},
        {.rules = FILTER("-A FORWARD -p udp -m multiport --ports 53 -m conntrack --ctdir REPLY -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD ! -s 10.0.0.0/8 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -d 10.0.12.9/255.255.0.0 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -i eni+ -o eth0 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -j A\n-A A -p udp -j DROP\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST + 1},
        {.rules = FILTER("-A FORWARD -j A\n-A FORWARD -j DROP\n-A A -j RETURN\n"),
         .fate = PACKET_BLOCKED,
         .line = FIRST + 1},
        {.rules = FILTER("-A A -p udp -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -j ACCEPT\n-A FORWARD -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", .fate = PACKET_BLOCKED, .line = 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

// Kernel: a service address has the default route, what it is translated to the tunnel's; the reply comes in
// there.
static void test_the_way_out_follows_the_translation(void **state)
{
    (void)state;
    static const char routes[] = "default via 192.168.77.1 dev enp1s0\n"
                                 "10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink\n";
#define DNAT                                                                                                 \
    "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.96.0.10/32 -j DNAT --to-destination "               \
    "10.244.2.20:53\n"                                                                                       \
    "COMMIT\n"
    static const struct expect cases[] = {
        {.rules = DNAT FILTER("-A FORWARD -o enp1s0 -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = DNAT FILTER("-A FORWARD -o flannel.1 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = DNAT FILTER("-A FORWARD -i flannel.1 -p udp --sport 53 -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = DNAT "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i enp1s0 -j DROP\nCOMMIT\n",
         .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -o enp1s0 -j DROP\n"), .fate = PACKET_BLOCKED}, // not translated
    };
    struct arena arena = {0};
    iproute_parse(&arena, (struct text){span_of(routes), 2}, &node_routes);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct expect e = cases[i];
        e.dst = "10.96.0.10";
        check(&e);
    }
    node_routes = (struct routes){0};
    arena_done(&arena);
}

// What no file tells decides only where both ways differ.
static void test_what_cannot_be_told(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = FILTER("-A FORWARD -m string --string x --algo bm -j DROP\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -m limit --limit 1/sec -j LOG\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -m limit --limit 1/sec -j DROP\n-A FORWARD -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m u32 --u32 \"0=1\" -p tcp -j DROP\n"), .fate = PACKET_PASSES},
        {.rules = FILTER("-A FORWARD -j NFQUEUE --queue-num 1\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -j SOMETHING\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -m set --match-set gone dst -j DROP\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -m brandnew --option 1 -j DROP\n"), .fate = PACKET_UNKNOWN},
        {.rules = FILTER("-A FORWARD -j SET --add-set s src\n-A FORWARD -m set --match-set s src -j DROP\n"),
         .sets = "create s hash:ip family inet\n",
         .fate = PACKET_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

#define RAW(rules) "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"

// Before tracking every packet is INVALID; an untracked one has no mark, tuple, direction or status, inverted
// or not.
static void test_tracking(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = RAW("-A PREROUTING -m conntrack --ctstate INVALID -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -m conntrack ! --ctstate NEW -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate NEW -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m state --state ESTABLISHED -j DROP\n"), .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate INVALID -j DROP\n"), .fate = PACKET_PASSES},
        {.rules =
             RAW("-A PREROUTING -j CT --notrack\n") FILTER("-A FORWARD -m connmark ! --mark 0x1 -j DROP\n"),
         .fate = PACKET_PASSES},
        {.rules =
             RAW("-A PREROUTING -j NOTRACK\n") FILTER("-A FORWARD -m conntrack ! --ctstate NEW -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -p udp --dport 53 -j NOTRACK\n")
             FILTER("-A FORWARD -p udp --sport 53 -m conntrack --ctstate NEW -j DROP\n"),
         .fate = PACKET_BLOCKED},
        {.rules = RAW("-A PREROUTING -p tcp --dport 53 -j NOTRACK\n")
             FILTER("-A FORWARD -p tcp --sport 53 -m conntrack --ctstate INVALID -j DROP\n"),
         .proto = 6,
         .fate = PACKET_BLOCKED},
        {.rules = FILTER("-A FORWARD -m conntrack --ctstate NEW --ctorigdst 10.9.9.9 -j DROP\n"),
         .fate = PACKET_PASSES},
        {.rules = RAW("-A PREROUTING -m conntrack --ctstate INVALID --ctorigdst 10.9.9.9 -j DROP\n"),
         .fate = PACKET_BLOCKED}, // without a connection the rest counts as met
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

#define NAT(rules)                                                                                           \
    "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n" \
    ":SVC - [0:0]\n:SEP-1 - [0:0]\n:SEP-2 - [0:0]\n" rules "COMMIT\n"
#define SERVICE                                                                                              \
    "-A PREROUTING -d 172.20.0.10/32 -p udp -m udp --dport 53 -j SVC\n"                                      \
    "-A SVC -m statistic --mode random --probability 0.50000000000 -j SEP-1\n-A SVC -j SEP-2\n"              \
    "-A SEP-1 -p udp -j DNAT --to-destination 10.0.12.53:53\n"                                               \
    "-A SEP-2 -p udp -j DNAT --to-destination 10.0.13.53:53\n"

static void test_translation(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -d 172.20.0.10/32 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_PASSES},
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -d 10.0.13.0/24 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED},
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -m conntrack --ctorigdst 172.20.0.10 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED},
        {.rules = NAT(SERVICE) FILTER("-A FORWARD -m conntrack ! --ctstate DNAT -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_PASSES},
        {.rules = NAT("-A PREROUTING -j ACCEPT\n" SERVICE)
             FILTER("-A FORWARD -d 10.0.0.0/8 -p udp --dport 53 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_PASSES}, // leaves untranslated
        {.rules = NAT("-A PREROUTING -p udp --dport 53 -j REDIRECT --to-ports 1053\n")
             FILTER("-A INPUT -p udp --dport 1053 -j DROP\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED},
        {.rules = NAT("-A POSTROUTING -j MASQUERADE\n")
             FILTER("-A FORWARD -s 10.0.12.53/32 -d 10.0.11.23/32 -j DROP\n"),
         .fate = PACKET_BLOCKED}, // the answer is translated back before FORWARD
        {.rules = NAT(SERVICE) RAW("-A PREROUTING -p udp --sport 53 -j NOTRACK\n"),
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED}, // the answer keeps a source that the asker does not know
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

static void test_branches(void **state)
{
    (void)state;
    static const struct expect e = {.rules = NAT(SERVICE) FILTER("-A FORWARD -d 10.0.13.0/24 -j DROP\n"),
                                    .dst = "172.20.0.10"};
    struct ruleset *rules;
    struct ipset_list *sets;
    struct packet_answer *a = trace(&e, &rules, &sets);
    assert_int_equal(a->n_branches, 2);
    assert_int_equal(a->branches[0].fate, PACKET_PASSES);
    assert_int_equal(a->branches[1].fate, PACKET_BLOCKED);
    assert_true(ip_eq(a->worst.dnat, ip_of("10.0.13.53")));
    assert_int_equal(a->worst.dnat_port, 53);
    packet_answer_free(a);
    ruleset_free(rules);
}

#define SET(type, entry) "create s " type "\nadd s " entry "\n"
#define SET_RULE(flags)  FILTER("-A FORWARD -m set --match-set s " flags " -j DROP\n")

static void test_ipsets(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = SET_RULE("dst"), .sets = SET("hash:ip family inet", "10.0.12.53"), .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("src"), .sets = SET("hash:ip family inet", "10.0.12.54"), .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:ip family inet netmask 24", "10.0.12.0"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,dst"),
         .sets = SET("hash:ip,port family inet", "10.0.12.53,udp:53"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,dst"),
         .sets = SET("hash:ip,port family inet", "10.0.12.53,tcp:53"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:ip,port family inet", "10.0.12.53,udp:53"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"), .sets = SET("hash:ip family inet6", "fd00::1"), .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:net family inet", "10.0.12.0/22\nadd s 10.0.12.0/24 nomatch"),
         .fate = PACKET_PASSES},
        {.rules = SET_RULE("dst"),
         .sets = SET("hash:net family inet", "10.0.0.0/8 nomatch\nadd s 10.0.12.0/24"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("src,dst"),
         .sets = SET("hash:net,iface family inet", "10.0.11.0/24,eth0"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"), .sets = SET("bitmap:port range 0-1024", "53"), .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"),
         .sets = SET("list:set size 8", "t\ncreate t hash:ip family inet\nadd t 10.0.12.53"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,src"),
         .sets = SET("hash:net,net family inet", "10.0.12.0/24,10.0.11.0/24"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst,src,src"),
         .sets = SET("hash:net,port,net family inet", "10.0.12.0/24,udp:40000,10.0.11.0/24"),
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"),
         .sets = "Name: s\nType: hash:net\nHeader: family inet\nMembers:\n10.0.12.0/24 timeout 77\n",
         .fate = PACKET_BLOCKED},
        {.rules = SET_RULE("dst"), .sets = SET("hash:mac", "02:00:00:00:00:01"), .fate = PACKET_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

#define NFT(hook, rules)                                                                                     \
    "table inet t {\n\tchain c {\n\t\ttype filter hook " hook " priority filter; policy accept;\n" rules     \
    "\t}\n}\n"

static void test_nft(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = NFT("forward", "\t\tudp dport 53 drop\n"), .fate = PACKET_BLOCKED, .line = 4},
        {.rules = NFT("forward", "\t\tudp dport { 53, 5353 } counter packets 1 bytes 2 reject\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tip6 daddr ::/0 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\ttcp dport != 80 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tmeta l4proto { tcp, udp } th dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("prerouting", "\t\toifname != \"eth0\" drop\n"),
         .fate = PACKET_BLOCKED}, // the empty name
        {.rules =
             NFT("forward", "\t\tct state vmap { invalid : drop, established : drop, new : continue }\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT("forward", "\t\tct state != { new, established } drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("forward", "\t\tip saddr . udp dport { 10.0.11.0/24 . 50-60 } drop\n"),
         .fate = PACKET_BLOCKED},
        {.rules =
             NFT("forward", "\t\tmeta mark set 0x00000004\n\t\tmeta mark & 0x0000000c == 0x00000004 drop\n"),
         .fate = PACKET_BLOCKED,
         .line = 5},
        {.rules = NFT("forward", "\t\tmeta hour \"09:00\"-\"17:00\" drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tlimit rate 10/second burst 5 packets accept\n\t\tdrop\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tnobody knows this drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("forward", "\t\tip daddr @s drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT("ingress device \"eni1\"", "\t\tudp dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT("ingress device \"eth7\"", "\t\tudp dport 53 drop\n"), .fate = PACKET_PASSES},
        {.rules = NFT("ingress device \"eni1\"", "\t\tudp dport 53 drop\n"),
         .unknown_interface = true,
         .fate = PACKET_UNKNOWN,
         .line = 2},
        {.rules = NFT("ingress device \"eni1\"", "\t\tudp dport 5353 drop\n"),
         .unknown_interface = true,
         .fate = PACKET_PASSES},
        {.rules = NFT("egress device \"eth0\"", "\t\tudp dport 53 drop\n"),
         .unknown_interface = true,
         .fate = PACKET_UNKNOWN,
         .line = 2},
        {.rules = "table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { "
                  "10.0.12.0/24,\n\t\t\t     10.0.99.9 }\n\t}\n"
                  "\tchain c {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\tip daddr @s "
                  "drop\n\t}\n}\n",
         .fate = PACKET_BLOCKED,
         .line = 10},
        {.rules = "table ip t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "drop;\n\t}\n}\n",
         .fate = PACKET_BLOCKED,
         .line = 2},
        {.rules = "table ip t {\n\tflags dormant\n\tchain c {\n\t\ttype filter hook forward priority filter; "
                  "policy drop;\n\t}\n}\n",
         .fate = PACKET_PASSES},
        {.rules = "table ip t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "accept;\n\t\tgoto d\n\t\tdrop\n\t}\n\tchain d {\n\t\treturn\n\t}\n}\n",
         .fate = PACKET_PASSES}, // after goto, a return from the base chain is its policy
        {.rules = "table ip a {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "accept;\n\t\tudp dport 53 meta mark 0x1 drop\n\t}\n}\n"
                  "table ip b {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy "
                  "accept;\n\t\tmeta mark set 0x1\n\t}\n}\n",
         .fate = PACKET_BLOCKED,
         .line = 4}, // at equal priority the later registered runs first
        {.rules = "table ip n {\n\tchain p {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
                  "\t\tip daddr 172.20.0.10 udp dport 53 dnat to numgen random mod 2 map { 0 : 10.0.12.53, 1 "
                  ": 10.0.13.53 }\n\t}\n"
                  "\tchain f {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tip daddr "
                  "10.0.13.53 drop\n\t}\n}\n",
         .dst = "172.20.0.10",
         .fate = PACKET_BLOCKED,
         .line = 8},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

#define LIST_HEAD " pkts bytes target     prot opt in     out     source               destination\n"

#define NFT_HEAD           "table inet t {\n\tchain c {\n\t\ttype filter hook forward priority 0; policy accept;\n"
#define NFT_FORWARD(rules) NFT_HEAD rules "\t}\n}\n"

// What newer versions list, and what this kernel cannot load: no statement may swallow the one behind it.
static void test_nft_statements(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = NFT_FORWARD("meta mark set meta mark & 0xffff0000 | ct mark & 0x0000ffff drop\n"),
         .fate = PACKET_BLOCKED},
        {.rules = NFT_FORWARD("meta mark set meta mark & 0xf0 | 0x1 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT_FORWARD("flow add @ft counter packets 0 bytes 0 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT_FORWARD("last used never udp dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT_FORWARD("dup to 10.0.0.9 device \"eth1\" udp dport 53 drop\n"), .fate = PACKET_BLOCKED},
        {.rules = NFT_FORWARD("reset tcp option sack-perm udp dport 53 drop\n"), .fate = PACKET_UNKNOWN},
        {.rules = NFT_FORWARD("synproxy mss 1460 wscale 7 timestamp sack-perm\n"), .fate = PACKET_PASSES},
        {.rules = NFT_FORWARD("synproxy mss 1460 wscale 7\n"), .proto = 6, .fate = PACKET_UNKNOWN},
        {.rules = NFT_FORWARD("counter name ip saddr map { 10.0.11.23 : \"c\" } drop\n"),
         .fate = PACKET_UNKNOWN},
        {.rules = NFT_FORWARD("quota name \"q\" udp dport 5353 drop\n"), .fate = PACKET_PASSES},
        {.rules = "table ip t {\nset s {\ntype ipv4_addr\nelements = { 10.0.11.23 limit rate 1/second }\n}\n"
                  "chain c {\ntype filter hook forward priority 0; policy accept;\nip saddr @s drop\n}\n}\n",
         .fate = PACKET_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

// iptables -nvL, in the words of its extensions.
static void test_listing(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = "Chain FORWARD (policy ACCEPT 9K packets, 1M bytes)\n" LIST_HEAD
                  "   62  4992 DROP       udp  --  *      *      0.0.0.0/0            10.0.0.0/16          "
                  "udp dpt:53\n",
         .fate = PACKET_BLOCKED,
         .line = 3},
        {.rules = "Chain FORWARD (policy DROP 0 packets, 0 bytes)\n" LIST_HEAD,
         .fate = PACKET_BLOCKED,
         .line = 1},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD
                  "    0     0            all  --  eni+   !eth1   0.0.0.0/0            0.0.0.0/0            "
                  "/* only counts */\n"
                  "    0     0 A          udp  --  *      *       0.0.0.0/0            0.0.0.0/0            "
                  "[goto] ctstate NEW\n"
                  "\nChain A (1 references)\n" LIST_HEAD
                  "    0     0 REJECT     all  --  *      *      !10.0.99.0/24         0.0.0.0/0            "
                  "multiport dports "
                  "53,853 mark match ! 0x1/0x1 reject-with icmp-port-unreachable\n",
         .fate = PACKET_BLOCKED,
         .line = 8},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD
                  "    0     0 DROP       udp      *      *       ::/0                 fd00:12::/32         "
                  "udp dpt:53\n",
         .src = "fd00:11::23",
         .dst = "fd00:12::53",
         .fate = PACKET_BLOCKED},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" LIST_HEAD
                  "    0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            "
                  "STRING match  x\n",
         .fate = PACKET_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

// A long row of rules that cannot be told costs its length, not two to its power.
#define NUMBERED_HEAD "num   pkts bytes target     prot opt in     out     source               destination\n"

// With --line-numbers; and since 1.8.9 protocols by their numbers.
static void test_numbered_listing(void **state)
{
    (void)state;
    static const struct expect cases[] = {
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" NUMBERED_HEAD
                  "1        0     0 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0\n",
         .fate = PACKET_BLOCKED,
         .line = 3},
        {.rules = "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" NUMBERED_HEAD
                  "1        0     0            0    --  *      *       0.0.0.0/0            0.0.0.0/0\n",
         .fate = PACKET_PASSES},
        {.rules =
             "Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n" NUMBERED_HEAD
             "1       4   252 DROP       17   --  eni+   *       0.0.0.0/0            10.0.12.0/24         "
             "udp dpt:53\n",
         .fate = PACKET_BLOCKED,
         .line = 3},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

static void test_many_unknowns(void **state)
{
    (void)state;
    struct str rules = {0};
    str_add(&rules, "*filter\n:FORWARD ACCEPT [0:0]\n:L - [0:0]\n");
    for (int i = 0; i < 300; i++)
        str_printf(&rules, "-A FORWARD -m string --string s%d --algo bm -j L\n", i);
    str_add(&rules, "-A L -j RETURN\nCOMMIT\n");
    const struct expect e = {.rules = str_text(&rules), .fate = PACKET_PASSES};
    check(&e);
    str_done(&rules);
}

static void test_endless_jumps(void **state)
{
    (void)state;
    static const struct expect e = {.rules = FILTER("-A FORWARD -j A\n-A A -j A\n"), .fate = PACKET_UNKNOWN};
    check(&e);
}

// Cut anywhere, and with any byte changed, a ruleset is read and walked without harm.
static void spoil(const char *text, const char *sets)
{
    size_t n = strlen(text);
    char *copy = mem_strdup(text);
    for (size_t i = 0; i < 200; i++) {
        struct expect e = {.sets = sets, .dst = "172.20.0.10", .rules = copy};
        struct error err = {{0}};
        size_t at = i * n / 200;
        char old = copy[at];
        copy[at] = (char)(i % 2 ? 0 : (unsigned char)old ^ 1u << i % 7);
        struct ruleset *probe = rules_parse((struct text){span_of(copy), 0}, "x", &err);
        ruleset_free(probe);
        if (probe) {
            struct ruleset *rules;
            struct ipset_list *list;
            packet_answer_free(trace(&e, &rules, &list));
            ruleset_free(rules);
            ipset_free(list);
        }
        copy[at] = old;
    }
    free(copy);
}

static void test_spoilt_text(void **state)
{
    (void)state;
    spoil(NAT(SERVICE) FILTER(
              "[1:2] -A FORWARD -m conntrack --ctstate NEW -m comment --comment \"a \\\" b\" -j DROP\n"),
          NULL);
    spoil("Chain FORWARD (policy DROP 9K packets, 1M bytes)\n" LIST_HEAD
          "   62K  4992 DROP  udp  --  *  !eth0  !10.0.0.0/8  0.0.0.0/0 "
          "udp spts:1:2 ! match-set s src /* a */ reject-with x MARK xset 0x1/0x1\n",
          NULL);
    spoil(SET_RULE("dst,dst"), SET("hash:net,port family inet", "10.0.0.0/8,udp:53 timeout 3 nomatch"));
    spoil("table inet t {\n\tmap m {\n\t\ttype ipv4_addr . inet_service : verdict\n\t\telements = { "
          "172.20.0.10 . 53 : goto d }\n\t}\n"
          "\tchain c {\n\t\ttype filter hook forward priority filter - 5; policy drop;\n\t\tip daddr . udp "
          "dport vmap @m\n"
          "\t\tct status dnat log prefix \"x\" flags all counter packets 1 bytes 2 accept comment "
          "\"y\"\n\t}\n\tchain d {\n"
          "\t\tnumgen random mod 2 vmap { 0 : accept, 1 : jump c }\n\t\tmeta mark set meta mark & 0xff | "
          "0x1\n\t}\n}\n",
          NULL);
}

static void test_ipset_text(void **state)
{
    (void)state;
    struct error err = {{0}};
    struct ipset_list *list =
        ipset_parse((struct text){span_of("bash: ipset: command not found\n"), 0}, &err);
    assert_null(list);
    list = ipset_parse((struct text){span_of("# ipset list\n# ipset save\n"), 0}, &err);
    assert_non_null(list); // there are none
    assert_int_equal(list->n, 0);
    ipset_free(list);
    list = ipset_parse(
        (struct text){span_of("Name: a\nType: hash:ip\nHeader: family inet\nMembers:\n10.0.0.1\n\n"
                              "create a hash:ip family inet\nadd a 10.0.0.1\nadd a 10.0.0.2\n"),
                      0},
        &err);
    assert_non_null(list);
    assert_int_equal(list->n, 1);
    assert_int_equal(ipset_find(list, span_of("a"))->n, 2);
    ipset_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_rules),
        cmocka_unit_test(test_the_way_out_follows_the_translation),
        cmocka_unit_test(test_what_cannot_be_told),
        cmocka_unit_test(test_tracking),
        cmocka_unit_test(test_translation),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_ipsets),
        cmocka_unit_test(test_nft),
        cmocka_unit_test(test_many_unknowns),
        cmocka_unit_test(test_nft_statements),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_numbered_listing),
        cmocka_unit_test(test_endless_jumps),
        cmocka_unit_test(test_spoilt_text),
        cmocka_unit_test(test_ipset_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
