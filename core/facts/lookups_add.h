// Adding lookups: what every way of seeing one shares.
#ifndef D5_FACTS_LOOKUPS_ADD_H
#define D5_FACTS_LOOKUPS_ADD_H

#include "core/facts/facts.h"

// A lookup without anything known; its texts must live in the facts' arena.
struct lookup lookup_new(enum lookup_origin origin);

// Adds it, after filling what follows from the rest: who was asked (by the server's address), who asked (by
// the client's, where the vantage is not known), what kind of name it is.
void lookups_add(struct facts *facts, struct lookup lookup);

// Marks those whose name is another seen name with a search domain appended. Once, when all are there.
void lookups_mark_expansions(struct facts *facts);

#endif
