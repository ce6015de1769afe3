// A packet's way through netfilter: the query and the answer to it, hook by hook in the kernel's order,
// through every ruleset of a node, with connection tracking and address translation. Every match is
// three-valued; where one cannot be told, both ways are walked, and the fate is certain where they agree.
//
// Order and rules are Linux's: nf_hook priorities, net/netfilter/nf_conntrack_core.c, nf_nat_core.c,
// ip_tables.c, nf_tables_core.c. What surprises there is written down in tests/unit/test_packet*.c.
#ifndef D5_JUDGE_PACKET_H
#define D5_JUDGE_PACKET_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/parse/ipaddr.h"
#include "core/parse/iproute.h"
#include "core/parse/ipset.h"
#include "core/parse/ipvs.h"
#include "core/parse/ruleset.h"

enum packet_fate { PACKET_PASSES, PACKET_BLOCKED, PACKET_UNKNOWN };
enum packet_leg { PACKET_QUERY, PACKET_REPLY };
enum packet_action {
    PACKET_NO_ACTION, // passes; or is blocked by no rule: an answer that the asker cannot know as one
    PACKET_DROP,
    PACKET_REJECT,
    PACKET_POLICY,
};

struct packet_query { // what is asked for; all borrowed
    struct ip src, dst;
    uint8_t proto;               // 6 or 17
    uint16_t sport, dport;       // sport 0: some port of the range below
    uint16_t sport_lo, sport_hi; // 0: 1024 and 65535
    const char *in, *out;        // the query's interfaces; NULL: not known …
    const struct routes *routes; // … but for `out`: where these lead, once the service address is translated
    enum nf_hook hook;      // NF_FORWARD, NF_INPUT (to the node itself), NF_OUTPUT (from the node itself)
    const struct ip *local; // the node's addresses
    size_t n_local;
    bool local_known;
    const struct ip *others; // where that is not so: addresses that are somebody else's for certain
    size_t n_others;
    bool one_way; // only the query has to arrive
    struct ruleset *const *rules;
    size_t n_rules;
    const struct ipset_list *sets; // or NULL: none are known
    const struct ipvs *ipvs;       // the node's virtual services; NULL: none are known
    const struct links *links;     // the node's interfaces; NULL: those it has have addresses
};

struct packet_hop { // one step of the walk, for people
    enum packet_leg leg;
    enum nf_hook hook;
    const struct ruleset *ruleset; // NULL: the kernel's own step, `text` says which
    const struct chain *chain;
    const struct rule *rule; // NULL: the chain's policy, or the step
    const char *text;        // "jump KUBE-SERVICES", "translated to 10.0.12.53:53"
    const struct packet_hop *previous;
};

struct packet_decision { // who decides
    enum packet_action action;
    enum packet_leg leg;
    const struct ruleset *ruleset; // NULL: nobody
    const struct chain *chain;
    const struct rule *rule; // NULL: the chain's policy
};

struct packet_branch {
    struct ip dnat; // family 0: not translated, or the kernel picks it, or it cannot be told
    uint16_t dnat_port;
    enum packet_fate fate;
    struct packet_decision decision;
    struct packet_decision
        maybe; // of a fate that is not known: who blocks where the match falls that way, if any
    const struct packet_hop *last;
};

struct packet_gap { // a match that could not be told and that decides
    const struct ruleset *ruleset;
    const struct chain *chain;
    const struct rule *rule; // NULL: the chain's device
    const char *what;
};

struct packet_answer {
    struct arena arena;             // owns all below
    struct packet_branch worst;     // blocked before unknown before passes
    struct packet_branch *branches; // of a balanced service; n_branches 0: not balanced
    size_t n_branches;
    bool dnat_open; // whether or to what it is translated hangs on a match that cannot be told
    const struct packet_gap *gaps;
    size_t n_gaps;
};

struct packet_answer *packet_trace(const struct packet_query *query);
void packet_answer_free(struct packet_answer *answer); // takes NULL

const char *packet_fate_name(enum packet_fate fate);       // "passes"
const char *packet_action_name(enum packet_action action); // "DROP"; NULL for none
const char *packet_leg_name(enum packet_leg leg);          // "query"

// The deciding line: the rule's, else of a policy the chain's; 0: nobody decides.
uint32_t packet_decision_line(const struct packet_decision *d);
uint32_t packet_gap_line(const struct packet_gap *gap); // 0: no line in particular

#endif
