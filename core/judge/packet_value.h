// What a rule may ask of a packet in mid-way, and the answers. For judge/packet*.c alone.
#ifndef D5_JUDGE_PACKET_VALUE_H
#define D5_JUDGE_PACKET_VALUE_H

#include "core/judge/packet_world.h"

// ---------------------------------------------------------------- packet_match.c

enum value_kind {
    VALUE_RANGE,
    VALUE_UNKNOWN,
    VALUE_ABSENT, // the field is not there: the rule does not match, inverted or not
    VALUE_NO_CT,  // the same, since the packet has no connection
    VALUE_LOCAL,  // one of the node's addresses
    VALUE_NOT_LO, // an interface: which one is not known, but not the loopback
};

struct value {
    enum value_kind kind;
    struct num lo, hi;
};

static inline struct value value_exactly(uint64_t n)
{
    return (struct value){VALUE_RANGE, num_of(n), num_of(n)};
}

static inline struct value value_unsaid(enum value_kind kind)
{
    return (struct value){.kind = kind};
}

struct value packet_value(const struct walk *walk, const struct world *w, const struct selector *s);
enum tri packet_match(const struct walk *walk, const struct world *w, const struct rule_item *item);

// Whether the values are those of an element of a set with as many fields.
enum tri packet_element(const struct walk *walk, const struct world *w, const struct selector *selectors,
                        const struct elements *set, uint32_t element);
// Whether a rule's guard says that it is not for this packet.
bool packet_guard_excludes(const struct world *w, uint8_t family, const struct ip_prefix *guard);
uint64_t packet_taint(struct span set);
bool packet_range_is(const struct value *v, struct num *ret); // exactly one number

// ---------------------------------------------------------------- packet_where.c

bool packet_is_loopback(uint8_t family, struct num address);
enum tri packet_is_local(const struct walk *walk, const struct peer *peer);
enum tri packet_loops(const struct walk *walk, const struct world *w);
struct span packet_interface(const struct walk *walk, const struct world *w, bool out, bool *ret_known);
struct value packet_interface_value(const struct walk *walk, const struct world *w, bool out);
// ADDR_*; and in IPv6 the mask of them that xt_addrtype asks for.
struct value packet_type(const struct walk *walk, const struct world *w, const struct peer *p, bool limited);
struct value packet_type6(const struct walk *walk, const struct world *w, const struct peer *p,
                          const struct selector *s);

// ---------------------------------------------------------------- packet_ipset.c

enum tri packet_ipset(const struct walk *walk, const struct world *w, const struct ipset_match *match);

#endif
