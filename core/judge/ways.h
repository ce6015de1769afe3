// The query's ways through the nodes' packet filters: from the pod through its own node to the cluster's DNS
// address, to NodeLocal DNSCache and from it on, and through the node of each CoreDNS pod; to another DNS
// Service that the pod was told to ask, through its own node; where an overlay carries it from node to node,
// the overlay's own packets, too. Where the complaining pod's resolv.conf was read, only to what it names of
// these. judge_firewall walks them; so does whoever shows them.
#ifndef D5_JUDGE_WAYS_H
#define D5_JUDGE_WAYS_H

#include "core/facts/facts.h"
#include "core/judge/packet.h"

struct way {
    const struct node_facts *node; // NULL: no folder of it is there
    const char *node_name;         // NULL: not known
    const char *what;              // "from 10.0.1.2 to 172.20.0.10"
    struct ip server;              // who is asked
    bool known;                    // a ruleset of that node was read: the query can be walked
    bool other;                    // that is a Service of its own, not the cluster's DNS
    bool tcp_only;                 // nobody asks there over UDP
    bool tunnel;                   // not the query: the overlay's packet between the nodes that carries it
    struct packet_query query;     // but for proto
};

struct ways {
    struct way *items;
    size_t n, cap;
    size_t n_clients; // 0: nobody is known who asks
    bool whole;       // these are all of them
};

// All in the arena. The complaining pod asks; else pods of its node stand for it, else of any node whose
// evidence is there.
void ways_find(struct arena *arena, const struct facts *facts, struct ways *ret);

#endif
