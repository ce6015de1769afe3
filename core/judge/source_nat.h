// Source NAT on the way of a query: whether its node gives it an address of its own, and leaves it the port.
#ifndef D5_JUDGE_SOURCE_NAT_H
#define D5_JUDGE_SOURCE_NAT_H

#include "core/judge/bench.h"

struct source_nat {
    struct place place; // of the rule
    const char *chain;  // "AWS-SNAT-CHAIN-0"; in the bench's arena
    bool keeps_port;    // where it is free: neither --random nor --random-fully, nor ports of its own
};

// The rule that translates the source of what the complaining pod asks `server` over UDP through its own
// node. False: none does, or that cannot be told.
bool source_nat_find(struct bench *b, struct ip server, struct source_nat *ret);

#endif
