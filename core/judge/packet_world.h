// The inside of judge/packet.h: a packet in mid-way, the walk that it is on, and what is asked of both.
//
//   packet_plan.c    which base chains stand at which hook, in what order
//   packet_match.c   one match against the packet
//   packet_where.c   its interfaces, and whose its addresses are
//   packet_ipset.c   one lookup in an ipset
//   packet_nat.c     connection tracking and address translation
//
// What a match asks is packet_value.h's, how the walk goes on packet_state.h's.
#ifndef D5_JUDGE_PACKET_WORLD_H
#define D5_JUDGE_PACKET_WORLD_H

#include "core/base/tri.h"
#include "core/judge/packet.h"

enum { PACKET_DEPTH = 32 }; // chains that call each other; nft allows 16

struct peer {          // one end of a packet
    struct num lo, hi; // the address; a range where it is one of several
    uint16_t port_lo, port_hi;
    bool any_local; // one of the node's addresses, which one is the kernel's choice
};

struct frame { // a chain that is being walked
    const struct chain *chain;
    uint32_t ruleset; // index of query->rules
    uint32_t next;    // rule
};

enum carried { CARRIES_NOTHING, CARRIES_UNTRACKED, CARRIES_CONNECTION }; // skb->_nfct

struct connection {
    bool exists;
    bool dnat, snat;           // IPS_DST_NAT, IPS_SRC_NAT: set where something changed
    bool dnat_open, snat_open; // … or nothing did: the kernel picked one of the node's addresses for another
    bool dnat_rule;            // some rule translated the destination, maybe to what it was
    bool done_dst, done_src;   // translation has been decided
    struct peer src, dst;      // the original direction's
    struct peer new_src, new_dst; // what it was translated to
    uint32_t mark, mark_unknown;
    struct zone zone;
};

struct world { // compared byte by byte: always copied whole, zeroed before first use
    enum packet_leg leg;
    enum nf_hook hook;
    uint32_t step; // of the hook's plan
    struct peer src, dst;
    uint32_t mark, mark_unknown; // values of the bits that are known; bits that are not
    enum carried carried;
    struct zone zone; // that a rule put the packet into before it is tracked
    bool established; // the packet belongs to a connection that the other leg began
    bool reply_dir;   // it goes against the connection's original direction
    bool loops;       // sent by the node to itself
    bool ended_local; // the query was delivered on the node
    bool served;      // IPVS sent the query to a server
    bool clashes;     // its connection is the query's the other way round, and will not be confirmed
    bool rewritten;   // a rule wrote into its header, past connection tracking
    struct connection conn;
    struct peer service; // served: what was asked
    uint64_t tainted;    // sets that a rule on the way changed (a bit by hash of the name)
    bool balanced;       // a service's endpoint was picked
    uint32_t depth;
    uint32_t item, element; // where in the rule the walk stands
    struct frame frames[PACKET_DEPTH];
};

enum plan_kind { PLAN_CHAIN, PLAN_CONNTRACK, PLAN_TRANSLATE };

struct plan_step {
    enum plan_kind kind;
    int32_t priority; // where it stands
    uint32_t group;   // order of registration at that priority: later ones first
    int32_t own;      // within a group: nat chains by their own priority
    uint32_t order;
    uint32_t ruleset;
    const struct chain *chain;
};

struct packet_plan {
    struct plan_step *steps[NF_HOOKS];
    size_t n[NF_HOOKS], cap[NF_HOOKS];
};

struct memo;

struct walk {
    const struct packet_query *query;
    struct packet_answer *answer; // its arena holds everything
    uint8_t family;               // 4 or 6
    struct packet_plan plan;
    struct memo *memo;
    size_t splits, rules; // spent
    unsigned nesting;
};

// ---------------------------------------------------------------- packet_plan.c

void packet_plan_build(struct packet_plan *plan, const struct packet_query *query, uint8_t family);
void packet_plan_done(struct packet_plan *plan);

// ---------------------------------------------------------------- packet_nat.c

struct peer packet_asker(const struct packet_query *q); // where the query comes from
void packet_track(const struct walk *walk, struct world *w);
void packet_translate(struct world *w);
bool packet_nat_applies(const struct world *w);
// `data` is the map's element where the rule has a map, else NULL. False: the rule does not apply.
bool packet_nat(const struct walk *walk, struct world *w, const struct nat *nat, const struct element *data);
bool packet_nat_drops(const struct walk *walk, const struct world *w, const struct nat *nat);
void packet_begin_reply(const struct walk *walk, struct world *w);
enum tri packet_reply_known(const struct walk *walk, const struct world *w); // to the asker

#endif
