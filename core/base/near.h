// Near misses: which known word was probably meant.
#ifndef D5_BASE_NEAR_H
#define D5_BASE_NEAR_H

#include "core/base/span.h"

// How many letters must be put in, taken out, changed or swapped with their neighbour to turn a into b
// (optimal string alignment), ASCII case ignored. Words longer than 64 bytes are taken for far apart
// (SIZE_MAX).
size_t near_distance(struct span a, struct span b);

// The word of the NULL-terminated list that is nearest to `s`, where it is near enough to be meant: a third
// of its letters may differ, at least one. NULL where none is. A word that differs in case only is nearest.
const char *near_word(struct span s, const char *const *words);

#endif
