// Counters that count since boot say nothing by their value: only what they grew by between two readings
// does.
#ifndef D5_JUDGE_GROWTH_H
#define D5_JUDGE_GROWTH_H

#include "core/judge/bench.h"

struct growth {      // of one counter over a node's readings; zero-initialized but for the times: never read
    size_t readings; // that show it
    uint64_t first, last;     // values
    uint64_t grown;           // in all: a counter that fell was reset and counts from there
    uint64_t grown_in_window; // between readings in the window, or of which none has a time
    uint64_t grown_perhaps;   // between readings of which one lies well before the window, or well after it
    struct place first_place, last_place; // of the first and last reading
    struct place grown_place; // of the last reading after which it had grown, perhaps, in the window
    usec_t grown_at;          // when it was first seen grown so
    usec_t last_time;         // of the reading before; TIME_UNKNOWN: not known
    usec_t still_since;       // of the reading after which it grew no more; TIME_UNKNOWN: not known
};

// Takes the next reading, in order of time.
void growth_add(struct growth *g, const struct bench *b, uint64_t value, struct place place, usec_t time);

// Whether it grew in the window; not known where it may as well have grown before or after.
enum tri growth_in_window(const struct growth *g);

// What goes with it in a sentence where that is not known; else "".
const char *growth_doubt(const struct growth *g);

// "1843 → 1843 → 2210" would be long: "1843 → 2210".
const char *growth_tell(struct bench *b, const struct growth *g);

#endif
