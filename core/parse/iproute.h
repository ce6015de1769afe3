// Routes: `ip route show table all`, `ip -6 route show table all` (ip-route(8)).
#ifndef D5_PARSE_IPROUTE_H
#define D5_PARSE_IPROUTE_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/model/place.h"

struct route {
    struct ip_prefix to;
    const char *device; // NULL: none (unreachable …)
    const char *table;  // NULL: main
    bool local;         // an address of the node itself
    struct place place;
};

struct routes {
    struct route *items;
    size_t n, cap;
};

// Adds to *ret. All in the arena; lines that are no route are passed over.
void iproute_parse(struct arena *arena, struct text text, struct routes *ret);

// The device of the main table's route to `ip`, the longest prefix first; NULL: no route, or the default
// route where other tables know another one (which counts depends on the source then). Takes a NULL list.
const char *routes_device(const struct routes *routes, struct ip ip);

#endif
