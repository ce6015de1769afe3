// One rule of a packet filter: matches and statements in the order in which the kernel runs them. See
// parse/ruleset.h for who owns it (the ruleset's arena) and when it is made.
//
// An iptables rule is its matches and then its target. An nft rule may mix them; a match that fails ends it.
#ifndef D5_PARSE_RULE_H
#define D5_PARSE_RULE_H

#include "core/base/arena.h"
#include "core/base/ip.h"

#define COUNT_UNKNOWN UINT64_MAX

struct num { // a number of 128 bits
    uint64_t hi, lo;
};

struct range { // both ends belong to it
    struct num lo, hi;
};

enum { // ct state, as nft numbers them (enum nft_ct_state … NF_CT_STATE_BIT)
    CT_STATE_INVALID = 1,
    CT_STATE_ESTABLISHED = 2,
    CT_STATE_RELATED = 4,
    CT_STATE_NEW = 8,
    CT_STATE_UNTRACKED = 64,
    CT_STATE_XT_SNAT = 0x100, // only iptables' --ctstate knows these two
    CT_STATE_XT_DNAT = 0x200,
};

enum { // ct status: enum ip_conntrack_status
    CT_STATUS_EXPECTED = 1,
    CT_STATUS_SEEN_REPLY = 2,
    CT_STATUS_ASSURED = 4,
    CT_STATUS_CONFIRMED = 8,
    CT_STATUS_SNAT = 16,
    CT_STATUS_DNAT = 32,
    CT_STATUS_DYING = 512,
};

enum { // address types: RTN_* of linux/rtnetlink.h
    ADDR_UNSPEC = 0,
    ADDR_UNICAST = 1,
    ADDR_LOCAL = 2,
    ADDR_BROADCAST = 3,
    ADDR_ANYCAST = 4,
    ADDR_MULTICAST = 5,
    ADDR_BLACKHOLE = 6,
    ADDR_UNREACHABLE = 7,
    ADDR_PROHIBIT = 8,
    ADDR_THROW = 9,
    ADDR_NAT = 10,
    ADDR_XRESOLVE = 11,
};

enum field {      // what a selector reads
    FIELD_OPAQUE, // depends on what no file tells; selector.name says on what
    FIELD_SADDR,
    FIELD_DADDR,
    FIELD_PROTO, // of the transport: 6, 17
    FIELD_NFPROTO,
    FIELD_VERSION, // 4 or 6
    FIELD_ETHERTYPE,
    FIELD_SPORT,
    FIELD_DPORT,
    FIELD_TCP_FLAGS,
    FIELD_FRAG_OFF,
    FIELD_IIF, // names
    FIELD_OIF,
    FIELD_MARK,
    FIELD_PKTTYPE,
    FIELD_SADDR_TYPE, // ADDR_*; with selector.limited only the addresses of the packet's interface are local
    FIELD_DADDR_TYPE,
    FIELD_SADDR_TYPE6, // iptables -m addrtype in IPv6: a mask of what the address is (xt_addrtype.c)
    FIELD_DADDR_TYPE6,
    FIELD_CT_STATE,
    FIELD_CT_STATUS,
    FIELD_CT_DIRECTION, // 0 original, 1 reply
    FIELD_CT_MARK,
    FIELD_CT_ZONE,
    FIELD_CT_PROTO,
    FIELD_CT_L3PROTO,
    FIELD_CT_SADDR, // of the tuple that selector.reply names
    FIELD_CT_DADDR,
    FIELD_CT_SPORT,
    FIELD_CT_DPORT,
    FIELD_RANDOM, // 0 … selector.modulus - 1, drawn for each packet
};

struct selector {
    enum field field;
    uint8_t family; // 4 or 6: packets of the other family do not match at all; 0: both
    uint8_t proto;  // 6 or 17: the same for the transport; 0: any
    bool reply, limited;
    struct num and_, xor_; // the value is (field & and_) ^ xor_, once `masked`
    bool masked;
    uint8_t shift_left, shift_right; // after that
    uint32_t modulus;
    const char *name; // FIELD_OPAQUE: in the listing's words
};

enum verdict_kind {
    VERDICT_NONE, // goes on with the next rule
    VERDICT_ACCEPT,
    VERDICT_DROP,
    VERDICT_REJECT,
    VERDICT_RETURN,
    VERDICT_JUMP,
    VERDICT_GOTO,
    VERDICT_QUEUE,   // a program decides
    VERDICT_UNKNOWN, // a target that is not known to this program
};

struct target_verdict {
    enum verdict_kind kind;
    struct span chain; // jump, goto; VERDICT_UNKNOWN: the target's name
};

struct element {              // of a set, a map or a verdict map
    const struct range *key;  // as many as the set has fields; NULL: `*`, whatever is not in the others
    const struct range *data; // of a map: as many as it has data fields
    struct target_verdict verdict;
    uint32_t line;
};

struct elements {
    const struct element *items;
    uint32_t n;
    uint8_t n_fields, n_data;
    bool unknown;     // the set is not in the listing: nothing can be said
    const char *name; // of a named set, else NULL
};

struct expr { // a value that a statement uses
    enum expr_kind { EXPR_CONST, EXPR_FIELD, EXPR_MAP, EXPR_UNKNOWN } kind;
    struct range value;               // EXPR_CONST: one number, or a range to pick from
    const struct selector *selectors; // EXPR_FIELD: one; EXPR_MAP: the key
    uint8_t n_selectors;
    const struct elements *map;
};

enum item_kind {
    ITEM_MATCH,
    ITEM_IPSET,
    ITEM_VERDICT,
    ITEM_VMAP,
    ITEM_ASSIGN, // field = (field & keep) ^ expr
    ITEM_NAT,
    ITEM_NOTRACK,
    ITEM_ZONE,
    ITEM_TAINT,  // adds to or deletes from a set: what it holds after that is not followed
    ITEM_EFFECT, // has no say in the packet's fate: counter, log, TCPMSS …; rule_item.name
};

enum nat_kind { NAT_DNAT, NAT_SNAT, NAT_REDIRECT, NAT_MASQUERADE, NAT_NETMAP };

struct nat {
    enum nat_kind kind;
    uint8_t family; // 4 or 6: only for it; 0: both
    bool has_addr, has_port, random_port;
    struct expr addr, port;
    bool port_in_map; // addr is a map whose second data field is the port
    uint8_t netmap_bits;
};

enum { IPSET_DIMENSIONS = 3 };

enum { ZONE_ORIGINAL = 1, ZONE_REPLY = 2 };
struct zone { // of connection tracking: in these directions that number, in the others 0
    uint16_t id;
    uint8_t directions;
    bool by_mark; // the number is the packet's mark
};

struct ipset_match {
    struct span set;
    uint8_t n;                     // how many of the fields are given
    bool source[IPSET_DIMENSIONS]; // src or dst of each
    bool return_nomatch;
    bool opaque; // asks for counters, too
};

struct rule_item {
    enum item_kind kind;
    // ITEM_MATCH, ITEM_VMAP: the value's parts, what they are compared with
    const struct selector *selectors;
    uint8_t n_selectors;
    bool invert;
    bool no_ct_matches; // xt_conntrack beside --ctstate: without a connection it counts as matched
    bool affinity;      // iptables -m recent of a service's session affinity
    const struct elements *elements; // also NAT and ASSIGN with a map, through their expr
    const char *name;                // what it is, in the listing's words
    union {
        struct ipset_match ipset;
        struct target_verdict verdict;
        struct nat nat;
        struct zone zone;
        struct {
            enum field field;
            struct num keep;
            struct expr expr;
        } assign;
        struct span set; // ITEM_TAINT
    };
};

struct rule_items {
    const struct rule_item *items;
    uint32_t n;
    struct span comment;
};

struct rule {
    struct span text;                // the listing's line, counters and all
    uint64_t packets, bytes;         // COUNT_UNKNOWN where the listing has no counters
    const struct rule_items *parsed; // NULL until asked for (ruleset_items)
    uint32_t line;
    struct ip_prefix
        guard; // known before the rule is parsed: only packets to there match. Family 0: nothing known
};

static inline struct num num_of(uint64_t lo)
{
    return (struct num){0, lo};
}

int num_compare(struct num a, struct num b);
struct num num_of_ip(struct ip ip);
struct ip num_to_ip(struct num n, uint8_t family);
struct num num_of_name(struct span name);                // at most 16 bytes of it
struct range range_of_name(struct span name, bool wild); // an interface name, or all that begin so
struct range range_of_prefix(struct ip_prefix prefix);
struct num num_and(struct num a, struct num b);
struct num num_xor(struct num a, struct num b);
struct num num_not(struct num a);
struct num num_mask(unsigned bits, unsigned width); // the upper `bits` of the lower `width` bits

#endif
