// Counters that count since boot say nothing by their value: only what they grew by between two readings
// does.
#ifndef D5_JUDGE_GROWTH_H
#define D5_JUDGE_GROWTH_H

#include "core/judge/bench.h"

struct growth {      // of one counter over a node's readings; zero-initialized but for the times: never read
    size_t readings; // that show it
    uint64_t first, last;     // values
    uint64_t grown;           // in all: a counter that fell was reset and counts from there
    uint64_t grown_in_window; // between readings of which one at least lies in the window, or none has a time
    struct place first_place, last_place; // of the first and last reading
    struct place grown_place;             // of the last reading after which it had grown in the window
    usec_t grown_at;                      // when it was first seen grown in the window
    usec_t last_time;                     // of the reading before; TIME_UNKNOWN: not known
};

// Takes the next reading, in order of time.
void growth_add(struct growth *g, const struct bench *b, uint64_t value, struct place place, usec_t time);

// "1843 → 1843 → 2210" would be long: "1843 → 2210".
const char *growth_tell(struct bench *b, const struct growth *g);

#endif
