// Pairs of A and AAAA questions that leave one port in one instant, of which one is lost and asked again
// after the resolver's time-out: what the conntrack race looks like from the pod. For judge/conntrack.c.
#ifndef D5_JUDGE_RACE_H
#define D5_JUDGE_RACE_H

#include "core/judge/bench.h"

struct race {
    size_t n_pairs; // one lost, its twin answered
    size_t n_lost;  // lost in the window, in pairs or not
    bool all_lost;  // nothing at all was answered: not a race, which is rare
    struct cites cites;
    usec_t first;
};
void race_find(const struct bench *b, struct race *ret);

// The EFFECT, on that node.
void race_say(struct bench *b, const struct race *race, const char *node);

#endif
