// Captures as lookups.
#ifndef D5_FACTS_CAPTURES_H
#define D5_FACTS_CAPTURES_H

#include "core/facts/facts.h"

// Reads every file of captures/ (and a capture that was given by itself) into facts->captures and
// facts->lookups. Of a long capture all failures are kept, up to a bound, and of the answered lookups enough
// to show what they look like; facts->captures has the true numbers.
void gather_captures(struct facts *facts);

// A capture that still grows, as far as it has come: read into facts of its own, which have nothing but
// captures and lookups, without places that stand for anything.
struct facts *captures_peek(const char *const *paths, size_t n);
void captures_peek_free(struct facts *peek); // takes NULL

#endif
