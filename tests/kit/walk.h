// A question through one ruleset, and what becomes of it: pod 10.0.11.23 (behind eni1) asks 10.0.12.53:53
// from port 40000 by the node 10.0.11.37 and eth0.
#ifndef D5_TESTS_KIT_WALK_H
#define D5_TESTS_KIT_WALK_H

#include "core/judge/packet.h"
#include "core/parse/iproute.h"

struct walk_case {
    const char *rules, *sets; // as the programs list them; sets may be NULL
    const char *beside;       // a second ruleset of the node, or NULL
    const char *src, *dst;    // NULL: the pod's, CoreDNS'
    uint8_t proto;            // 0: UDP
    enum nf_hook hook;        // 0: forward
    enum packet_fate fate;
    uint32_t line;               // that decides; 0: not looked at
    bool unknown_interface;      // which way it goes is not known
    bool any_port;               // it asks from some port
    bool unknown_addresses;      // nor whether the node's own are all
    bool bare;                   // nothing of the node was told
    const struct ipvs *ipvs;     // or NULL
    const struct routes *routes; // of the node; NULL: it leaves by eth0
};

struct walked {
    struct packet_answer *answer;
    struct ruleset *rules[2];
    struct ipset_list *sets;
};
struct walked walk_through(const struct walk_case *c);
void walked_done(struct walked *w);

// Fails where a fate or a line is another one, with the ruleset.
void walk_check(const struct walk_case *cases, size_t n);
#define WALK_CHECK(cases) walk_check(cases, sizeof(cases) / sizeof *(cases))

// Cut at 100 places, and with a bit changed at 100, the texts are read and walked without harm.
void walk_spoilt(const char *rules, const char *sets);

struct ip walk_ip(const char *text);

// The least of each listing.
#define FILTER_HEAD   "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:A - [0:0]\n"
#define FILTER(rules) FILTER_HEAD rules "COMMIT\n"
#define FIRST         6 // the line of FILTER's first rule
#define RAW(rules)    "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"
#define NAT(rules)                                                                                           \
    "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n" \
    ":SVC - [0:0]\n:SEP-1 - [0:0]\n:SEP-2 - [0:0]\n" rules "COMMIT\n"
#define SERVICE                                                                                              \
    "-A PREROUTING -d 172.20.0.10/32 -p udp -m udp --dport 53 -j SVC\n"                                      \
    "-A SVC -m statistic --mode random --probability 0.50000000000 -j SEP-1\n-A SVC -j SEP-2\n"              \
    "-A SEP-1 -p udp -j DNAT --to-destination 10.0.12.53:53\n"                                               \
    "-A SEP-2 -p udp -j DNAT --to-destination 10.0.13.53:53\n"

#endif
