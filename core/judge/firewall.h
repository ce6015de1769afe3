// The inside of judge_firewall, shared by its files:
//
//   firewall.c           which ways a query can take, and what the walks along them say
//   firewall_upstream.c  the ways of CoreDNS' own queries
//   firewall_say.c       a block as claims: cause, effects, what speaks against it
//   firewall_owner.c     who keeps the chain, and what an operator changes therefore
//   firewall_decoy.c     rules that look guilty and are not
#ifndef D5_JUDGE_FIREWALL_H
#define D5_JUDGE_FIREWALL_H

#include "core/judge/bench.h"
#include "core/judge/nodepath.h"

struct firewall_way { // one way of the query through one node
    const struct node_facts *node;
    const char *what; // "from pod 10.0.1.2 to the cluster's DNS 172.20.0.10"
    struct ip server; // who answers at its end; family 0: any of them
    bool other;       // who answers is not the cluster's DNS
    bool upstream;    // CoreDNS asks, and what it forwards to answers
    bool tunnel;      // an overlay's packet, which carries the query or the answer
    enum tri on_path;
    struct packet_query query;
};

struct firewall { // one run of the judge
    struct bench bench;
    struct packet_decision *blocks; // deciders that claims were made of
    size_t n_blocks, cap_blocks;
    bool all_known; // every way was walked to a certain end
    bool strangers; // the pod asks others: what stops queries to the cluster's DNS stops none of its own
    bool undecided; // some walk's end hangs on what no file tells, or Cilium translates out of sight
    size_t n_walked;
};

void firewall_say_block(struct firewall *f, const struct firewall_way *way,
                        const struct packet_answer *answer);
void firewall_say_tunnel(struct firewall *f, const struct firewall_way *way,
                         const struct packet_answer *answer);
void firewall_say_unknown(struct firewall *f, const struct firewall_way *way,
                          const struct packet_answer *answer);
void firewall_walk_upstream(struct firewall *f);
void firewall_say_decoys(struct firewall *f, const struct node_facts *node);

enum firewall_owner {
    OWNER_ADMIN,
    OWNER_KUBE_PROXY,
    OWNER_POLICY,     // a network policy's enforcement: Calico, Cilium, kube-router
    OWNER_CONTROLLER, // some other program that writes its chains again
};
enum firewall_owner firewall_owner(const struct packet_decision *d, const char **ret_name);

// Whether kube-proxy refuses what it has no endpoint for, at all or on this node, or no such port of that
// address: a consequence of the Service, or of rules that it did not keep up to date.
bool firewall_is_unserved(const struct packet_decision *d);

// What an operator does about it, on that node; in the arena.
const char *firewall_fix(struct arena *arena, const struct packet_decision *d, const char *node);

// The same where what it blocks is an overlay, on that UDP port.
const char *firewall_fix_tunnel(struct arena *arena, const struct packet_decision *d, const char *node,
                                uint16_t port);

// The same where nobody writes the rule again, whoever kept its chain.
const char *firewall_fix_left(struct arena *arena, const struct packet_decision *d, const char *node);

#endif
