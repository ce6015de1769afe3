// `iptables -n -v -L` and `ip6tables -n -v -L`, one table a text, as log bundles keep them (iptables-nat.txt)
// and as Bottlerocket's have nothing else. The listing says less than a save: what cannot be put back into a
// save's words becomes a match that cannot be told.
#ifndef D5_PARSE_IPTABLES_LIST_H
#define D5_PARSE_IPTABLES_LIST_H

#include "core/base/error.h"
#include "core/parse/ruleset.h"

// `table` is "filter", "nat" …; borrowed, as the text is. NULL with an error when there is no chain in it, or
// when it was made without -v (interfaces are missing then).
struct ruleset *iptables_list_parse(struct text text, const char *table, struct error *err);

// Whether the text looks like a listing.
bool iptables_list_is(struct span text);

#endif
