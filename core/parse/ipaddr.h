// Interfaces and their addresses: `ip addr`, `ip -o addr`, `ip -br addr` (ip-address(8)) and ifconfig, new
// and old (ifconfig(8)).
#ifndef D5_PARSE_IPADDR_H
#define D5_PARSE_IPADDR_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/model/place.h"

struct link {
    const char *name; // without "@if3"
    uint32_t mtu;     // 0: not shown
    bool up;
    struct link_address {
        struct ip_prefix prefix;
        struct place place;
    } * addresses;
    size_t n, cap;
    struct place place; // of its first line
};

struct links {
    struct link *items;
    size_t n, cap;
};

// Adds to *ret, an interface that is there already is completed. All in the arena; never fails.
void ipaddr_parse(struct arena *arena, struct text text, struct links *ret);

const struct link *links_find(const struct links *links, const char *name);        // NULL: absent
const struct link *links_by_address(const struct links *links, struct ip address); // NULL: nobody has it

#endif
