// Building one rule: what the parsers of parse/ruleset.h have in common.
#ifndef D5_PARSE_RULEBUILD_H
#define D5_PARSE_RULEBUILD_H

#include "core/parse/ruleset.h"

struct rule_build { // zero-initialized but for rs and table
    struct ruleset *rs;
    uint32_t table;
    struct rule_item *items;
    size_t n, cap;
    struct span comment;
};

// The next item, of that kind. The address holds until the next call.
struct rule_item *build_item(struct rule_build *b, enum item_kind kind);

// A match of one field with `n` ranges, which are copied.
struct rule_item *build_match(struct rule_build *b, struct selector selector, const struct range *ranges,
                              size_t n, bool invert);

// A match that no file tells; `name` in the listing's words, copied.
struct rule_item *build_opaque(struct rule_build *b, struct span name);

// (field & mask) == value, and (field & mask) has any bit set.
struct rule_item *build_masked(struct rule_build *b, struct selector selector, struct num mask,
                               struct num value, bool invert);
struct rule_item *build_any_bits(struct rule_build *b, struct selector selector, uint64_t mask, bool invert);

// xt_addrtype in IPv6: what the address is, as a mask of 1 << ADDR_*, against the types asked for.
struct rule_item *build_types6(struct rule_build *b, struct selector selector, uint64_t types, bool invert);

struct rule_item *build_verdict(struct rule_build *b, enum verdict_kind kind, struct span chain);
struct rule_item *build_effect(struct rule_build *b, struct span name);

// Sets of ranges in the arena: a set with one field and no data.
const struct elements *build_elements(struct arena *arena, const struct range *ranges, size_t n);

// Moves what was built into the arena. The builder is empty afterwards.
const struct rule_items *build_finish(struct rule_build *b);

// Words that both programs use. False: not known.
bool rule_protocol(struct span word, uint8_t *ret);      // "udp", "17"
bool rule_ct_state(struct span word, uint64_t *ret);     // "established", any case
bool rule_ct_status(struct span word, uint64_t *ret);    // "dnat"
bool rule_address_type(struct span word, uint64_t *ret); // "local"
bool rule_packet_type(struct span word, uint64_t *ret);  // "unicast", "host"
bool rule_port(struct span word, uint64_t *ret);         // "53", "domain"
bool rule_tcp_flag(struct span word, uint64_t *ret);     // "syn"

#endif
