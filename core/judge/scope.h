// How far it reaches: which of the pods that were seen to ask fail, on which nodes, since when.
#ifndef D5_JUDGE_SCOPE_H
#define D5_JUDGE_SCOPE_H

#include "core/facts/facts.h"

enum { SCOPE_PLACES = 6 };

struct scope {                // of the window; all in the arena
    size_t failing, seen;     // pods; those of which no lookup was seen are in neither
    const char *const *nodes; // of the failing pods (or the nodes themselves), without doubles
    size_t n_nodes;
    usec_t since;                      // the first failure; TIME_UNKNOWN: none has a time
    struct place places[SCOPE_PLACES]; // the first failure of each of the first failing pods
    size_t n_places;
};

void scope_find(struct arena *arena, const struct facts *facts, struct scope *ret);

#endif
