// Items into the arena, and the words that iptables and nft have in common.
#include "core/parse/rulebuild.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct rule_item *build_item(struct rule_build *b, enum item_kind kind)
{
    struct rule_item *item = MEM_PUSH(b->items, b->n, b->cap);
    *item = (struct rule_item){.kind = kind};
    return item;
}

const struct elements *build_elements(struct arena *arena, const struct range *ranges, size_t n)
{
    struct elements *set = arena_alloc(arena, sizeof *set);
    struct element *items = arena_alloc(arena, (n ? n : 1) * sizeof *items);
    const struct range *keys = arena_dup(arena, ranges, n * sizeof *ranges);
    for (size_t i = 0; i < n; i++)
        items[i].key = &keys[i];
    *set = (struct elements){.items = items, .n = (uint32_t)n, .n_fields = 1};
    return set;
}

struct rule_item *build_match(struct rule_build *b, struct selector selector, const struct range *ranges,
                              size_t n, bool invert)
{
    struct arena *arena = &b->rs->arena;
    struct rule_item *item = build_item(b, ITEM_MATCH);
    item->selectors = arena_dup(arena, &selector, sizeof selector);
    item->n_selectors = 1;
    item->invert = invert;
    item->elements = build_elements(arena, ranges, n);
    return item;
}

struct rule_item *build_opaque(struct rule_build *b, struct span name)
{
    struct rule_item *item = build_match(b, (struct selector){.field = FIELD_OPAQUE}, NULL, 0, false);
    item->name = arena_span(&b->rs->arena, name);
    return item;
}

struct rule_item *build_masked(struct rule_build *b, struct selector selector, struct num mask,
                               struct num value, bool invert)
{
    selector.masked = true;
    selector.and_ = mask;
    return build_match(b, selector, &(struct range){value, value}, 1, invert);
}

struct rule_item *build_any_bits(struct rule_build *b, struct selector selector, uint64_t mask, bool invert)
{
    return build_masked(b, selector, num_of(mask), num_of(0), !invert);
}

// xt_addrtype.c asks for every one of unicast, multicast and unspec, and for any one of the others.
struct rule_item *build_types6(struct rule_build *b, struct selector selector, uint64_t types, bool invert)
{
    const uint64_t all_of = (1u << ADDR_UNICAST | 1u << ADDR_MULTICAST | 1u << ADDR_UNSPEC) & types;
    const uint64_t any_of = (1u << ADDR_LOCAL | 1u << ADDR_ANYCAST | 1u << ADDR_UNREACHABLE) & types;
    struct range ranges[8];
    size_t n = 0;
    for (uint64_t sub = any_of;; sub = (sub - 1) & any_of) { // every subset
        if (sub != 0 || any_of == 0)
            ranges[n++] = (struct range){num_of(all_of | sub), num_of(all_of | sub)};
        if (sub == 0)
            break;
    }
    selector.masked = true;
    selector.and_ = num_of(all_of | any_of);
    return build_match(b, selector, ranges, n, invert);
}

struct rule_item *build_verdict(struct rule_build *b, enum verdict_kind kind, struct span chain)
{
    struct rule_item *item = build_item(b, ITEM_VERDICT);
    item->verdict = (struct target_verdict){kind, chain};
    return item;
}

struct rule_item *build_effect(struct rule_build *b, struct span name)
{
    struct rule_item *item = build_item(b, ITEM_EFFECT);
    item->name = arena_span(&b->rs->arena, name);
    return item;
}

const struct rule_items *build_finish(struct rule_build *b)
{
    struct rule_items *ret = arena_alloc(&b->rs->arena, sizeof *ret);
    ret->items = arena_dup(&b->rs->arena, b->items, b->n * sizeof *b->items);
    ret->n = (uint32_t)b->n;
    ret->comment = b->comment;
    free(b->items);
    b->items = NULL;
    b->n = b->cap = 0;
    return ret;
}

struct word_value {
    const char *word;
    uint64_t value;
};

static bool find_word(const struct word_value *words, size_t n, struct span word, uint64_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (span_is_caseless(word, words[i].word)) {
            *ret = words[i].value;
            return true;
        }
    }
    return span_to_u64(word, ret);
}

bool rule_protocol(struct span word, uint8_t *ret)
{
    static const struct word_value words[] = {
        // /etc/protocols, but first what nearly every rule is about
        {"udp", 17},       {"tcp", 6},          {"hopopt", 0},     {"ip", 0},       {"icmp", 1},
        {"igmp", 2},       {"ggp", 3},          {"ipencap", 4},    {"st", 5},       {"egp", 8},
        {"igp", 9},        {"pup", 12},         {"hmp", 20},       {"xns-idp", 22}, {"rdp", 27},
        {"iso-tp4", 29},   {"dccp", 33},        {"xtp", 36},       {"ddp", 37},     {"idpr-cmtp", 38},
        {"ipv6", 41},      {"ipv6-route", 43},  {"ipv6-frag", 44}, {"idrp", 45},    {"rsvp", 46},
        {"gre", 47},       {"esp", 50},         {"ah", 51},        {"skip", 57},    {"icmpv6", 58},
        {"ipv6-icmp", 58}, {"ipv6-nonxt", 59},  {"ipv6-opts", 60}, {"rspf", 73},    {"vmtp", 81},
        {"eigrp", 88},     {"ospf", 89},        {"ax.25", 93},     {"ipip", 94},    {"etherip", 97},
        {"encap", 98},     {"pim", 103},        {"comp", 108},     {"ipcomp", 108}, {"vrrp", 112},
        {"l2tp", 115},     {"isis", 124},       {"sctp", 132},     {"fc", 133},     {"mobility-header", 135},
        {"udplite", 136},  {"mpls-in-ip", 137}, {"manet", 138},    {"hip", 139},    {"shim6", 140},
        {"wesp", 141},     {"rohc", 142},       {"ethernet", 143},
    };
    uint64_t value;
    if (!find_word(words, ARRAY_LEN(words), word, &value) || value > 255)
        return false;
    *ret = (uint8_t)value;
    return true;
}

bool rule_ct_state(struct span word, uint64_t *ret)
{
    static const struct word_value words[] = {
        {"invalid", CT_STATE_INVALID}, {"established", CT_STATE_ESTABLISHED}, {"related", CT_STATE_RELATED},
        {"new", CT_STATE_NEW},         {"untracked", CT_STATE_UNTRACKED},
    };
    return find_word(words, ARRAY_LEN(words), word, ret);
}

bool rule_ct_status(struct span word, uint64_t *ret)
{
    static const struct word_value words[] = {
        {"none", 0},
        {"expected", CT_STATUS_EXPECTED},
        {"seen-reply", CT_STATUS_SEEN_REPLY},
        {"seen_reply", CT_STATUS_SEEN_REPLY},
        {"assured", CT_STATUS_ASSURED},
        {"confirmed", CT_STATUS_CONFIRMED},
        {"snat", CT_STATUS_SNAT},
        {"dnat", CT_STATUS_DNAT},
        {"dying", CT_STATUS_DYING},
    };
    return find_word(words, ARRAY_LEN(words), word, ret);
}

bool rule_address_type(struct span word, uint64_t *ret)
{
    static const struct word_value words[] = {
        {"unspec", ADDR_UNSPEC},
        {"unicast", ADDR_UNICAST},
        {"local", ADDR_LOCAL},
        {"broadcast", ADDR_BROADCAST},
        {"anycast", ADDR_ANYCAST},
        {"multicast", ADDR_MULTICAST},
        {"blackhole", ADDR_BLACKHOLE},
        {"unreachable", ADDR_UNREACHABLE},
        {"prohibit", ADDR_PROHIBIT},
        {"throw", ADDR_THROW},
        {"nat", ADDR_NAT},
        {"xresolve", ADDR_XRESOLVE},
    };
    return find_word(words, ARRAY_LEN(words), word, ret);
}

bool rule_packet_type(struct span word, uint64_t *ret)
{
    static const struct word_value words[] = {
        // linux/if_packet.h; nft lists unicast as "host"
        {"unicast", 0}, {"host", 0}, {"broadcast", 1}, {"multicast", 2}, {"other", 3}, {"otherhost", 3},
    };
    return find_word(words, ARRAY_LEN(words), word, ret);
}

bool rule_tcp_flag(struct span word, uint64_t *ret)
{
    static const struct word_value words[] = {
        {"fin", 1},  {"syn", 2},  {"rst", 4},   {"psh", 8},  {"ack", 16}, {"urg", 32},
        {"ecn", 64}, {"ece", 64}, {"cwr", 128}, {"none", 0}, {"all", 63},
    };
    return find_word(words, ARRAY_LEN(words), word, ret);
}

bool rule_port(struct span word, uint64_t *ret)
{
    static const struct {
        const char *name;
        uint16_t port;
    } names[] = {{"domain", 53},
                 {"domain-s", 853},
                 {"mdns", 5353},
                 {"ftp", 21},
                 {"ssh", 22},
                 {"telnet", 23},
                 {"smtp", 25},
                 {"bootps", 67},
                 {"bootpc", 68},
                 {"tftp", 69},
                 {"http", 80},
                 {"kerberos", 88},
                 {"pop3", 110},
                 {"sunrpc", 111},
                 {"ntp", 123},
                 {"imap2", 143},
                 {"snmp", 161},
                 {"snmp-trap", 162},
                 {"bgp", 179},
                 {"ldap", 389},
                 {"https", 443},
                 {"syslog", 514},
                 {"submission", 587},
                 {"ldaps", 636},
                 {"imaps", 993},
                 {"pop3s", 995},
                 {"openvpn", 1194},
                 {"radius", 1812},
                 {"nfs", 2049},
                 {"mysql", 3306},
                 {"ms-wbt-server", 3389},
                 {"postgresql", 5432},
                 {"http-alt", 8080},
                 {"webcache", 8080}};
    bool number = word.len > 0 && word.at[0] >= '0' && word.at[0] <= '9'; // as nearly all are
    for (size_t i = 0; !number && i < ARRAY_LEN(names); i++) {
        if (span_is(word, names[i].name)) {
            *ret = names[i].port;
            return true;
        }
    }
    return span_to_u64(word, ret) && *ret <= UINT16_MAX;
}
