// Sets of ipset(8): `ipset save`, `ipset list`, or both one below the other, as a log bundle has them.
#ifndef D5_PARSE_IPSET_H
#define D5_PARSE_IPSET_H

#include "core/base/error.h"
#include "core/model/place.h"
#include "core/parse/rule.h"

enum ipset_part { IPSET_NONE, IPSET_IP, IPSET_NET, IPSET_PORT, IPSET_IFACE, IPSET_MARK, IPSET_MAC };

struct ipset_value {    // one part of an entry
    struct range range; // an address, a port, a mark, an interface's name
    uint8_t bits;       // IPSET_NET, IPSET_IP: the prefix
    uint8_t proto;      // IPSET_PORT: 6, 17 …; 0: any that has ports
    bool any_iface;     // a bridge's port (physdev:): nothing is bridged here, so it matches nothing
};

struct ipset_entry {
    struct ipset_value values[IPSET_DIMENSIONS];
    struct span member; // of list:set: a set's name
    bool nomatch;       // an exception from a wider entry
    uint32_t line;
};

struct ipset {
    struct span name;
    enum ipset_part parts[IPSET_DIMENSIONS];
    uint8_t n_parts;
    bool list;         // list:set
    bool hash;         // nets: the most specific entry decides
    uint8_t family;    // 4, 6, or 0: none (bitmap:port, list:set)
    uint8_t netmask;   // of the hashed addresses; 0: whole
    struct ip bitmask; // the same as any bits; family 0: none
    uint64_t mark_mask;
    bool opaque;  // a type that is not known
    bool cut;     // the text ends in it: what it does not hold here it may have held
    bool counted; // its listing says how many entries it has:
    uint64_t said;
    struct ipset_entry *entries;
    size_t n, cap;
    uint32_t line;
};

struct ipset_list {
    struct ipset *sets;
    size_t n, cap;
    uint32_t file;
};

// NULL with an error when the text holds something else than sets (an empty
// one holds none: ipset prints nothing then). The text is borrowed and must outlive the list. A set that
// stands there twice (listed, then saved) is taken once.
struct ipset_list *ipset_parse(struct text text, struct error *err);
void ipset_free(struct ipset_list *list); // takes NULL

const struct ipset *ipset_find(const struct ipset_list *list, struct span name); // NULL; takes a NULL list

#endif
