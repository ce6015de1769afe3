// Policy routing: `ip rule` (ip-rule(8)) says which table is asked for whom.
#ifndef D5_PARSE_IPRULE_H
#define D5_PARSE_IPRULE_H

#include "core/parse/iproute.h"

struct route_rule {
    struct ip_prefix from, to; // family 0: all
    bool marked;               // asks for a mark that is not 0
    const char *table;         // "local", "main", "2"; NULL: not a lookup (blackhole …)
    bool other;                // asks for something else, too (not, iif, uidrange …)
};

struct route_rules {
    struct route_rule *items; // as the kernel asks them
    size_t n, cap;
};

// Adds to *ret. All in the arena; lines that are no rule are passed over.
void iprule_parse(struct arena *arena, struct text text, struct route_rules *ret);

// The device by which an unmarked packet from `from` to `to` leaves. NULL where that cannot be told: no list,
// no route, or a rule in front that asks for what is not known.
const char *iprule_device(const struct route_rules *rules, const struct routes *routes, struct ip from,
                          struct ip to);

#endif
