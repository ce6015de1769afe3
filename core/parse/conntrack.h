// conntrack-tools' output: `conntrack -S` (statistics of each CPU), `conntrack -L` (flows), `conntrack -C`
// (how many), alone or one after the other under header lines (conntrack(8)).
#ifndef D5_PARSE_CONNTRACK_H
#define D5_PARSE_CONNTRACK_H

#include "core/base/arena.h"
#include "core/base/feed.h"
#include "core/base/ip.h"
#include "core/model/place.h"

enum conntrack_stat { // struct ip_conntrack_stat, include/linux/netfilter/nf_conntrack_common.h
    CONNTRACK_FOUND,
    CONNTRACK_INVALID,
    CONNTRACK_INSERT,
    CONNTRACK_INSERT_FAILED, // a new flow lost the race against another one with the same tuple
    CONNTRACK_DROP,          // a packet dropped, since its flow could not be made: the table is full
    CONNTRACK_EARLY_DROP,    // a flow thrown out to make room
    CONNTRACK_ERROR,
    CONNTRACK_SEARCH_RESTART,
    CONNTRACK_CLASH_RESOLVE,
    CONNTRACK_CHAIN_TOO_LONG,
    CONNTRACK_STAT_COUNT
};

struct conntrack_cpu {
    uint32_t cpu;
    uint64_t stats[CONNTRACK_STAT_COUNT];
    unsigned has; // a bit for each that the line shows
    struct place place;
};

struct conntrack_flow {  // only those to or from port 53
    struct ip src, dst;  // of the original direction
    struct ip reply_src; // what the destination was translated to
    uint16_t sport, dport;
    bool tcp, unreplied, assured;
    struct place place;
};

enum { CONNTRACK_KEEP_FLOWS = 20000 };

struct conntrack {
    struct conntrack_cpu *cpus;
    size_t n_cpus, cap_cpus;
    struct conntrack_flow *flows; // at most CONNTRACK_KEEP_FLOWS
    size_t n_flows, cap_flows;
    uint64_t n_listed;        // all flows of the listing, other ports too
    uint64_t count;           // of -C, or "N flow entries have been shown" of a listing without a filter
    struct place count_place; // unset: not there
};

// All in the arena. Never fails: what is neither is passed over. A busy node lists hundreds of thousands of
// flows, so the second form reads a stretch at a time.
const struct conntrack *conntrack_parse(struct arena *arena, struct text text);
const struct conntrack *conntrack_parse_fed(struct arena *arena, struct feed *feed, uint32_t file);

// The sum over all CPUs. False when no line shows it.
bool conntrack_sum(const struct conntrack *c, enum conntrack_stat stat, uint64_t *ret);

// The place of the line whose value of `stat` is the greatest; unset when no line shows it.
struct place conntrack_place(const struct conntrack *c, enum conntrack_stat stat);

#endif
