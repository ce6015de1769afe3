// What nft compares fields with: numbers and their names, prefixes, ranges, sets of them, maps.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/nft_words.h"

bool nft_is_bits(const struct selector *s)
{
    return s->field == FIELD_CT_STATE || s->field == FIELD_CT_STATUS || s->field == FIELD_TCP_FLAGS;
}

static bool name_value(const struct selector *s, struct span word, uint64_t *ret)
{
    uint8_t proto;
    switch (s->field) {
    case FIELD_PROTO:
    case FIELD_CT_PROTO:
        if (!rule_protocol(word, &proto))
            return false;
        *ret = proto;
        return true;
    case FIELD_NFPROTO:
    case FIELD_CT_L3PROTO:
        *ret = span_is(word, "ipv4") || span_is(word, "ip") ? 2 : 10;
        return span_is(word, "ipv4") || span_is(word, "ipv6") || span_is(word, "ip") ||
               span_is(word, "ip6") || span_to_u64(word, ret);
    case FIELD_ETHERTYPE:
        *ret = span_is(word, "ip") ? 0x0800 : span_is(word, "ip6") ? 0x86dd : 0x0806;
        return span_is(word, "ip") || span_is(word, "ip6") || span_is(word, "arp") || span_to_u64(word, ret);
    case FIELD_TCP_FLAGS:
        return rule_tcp_flag(word, ret);
    case FIELD_PKTTYPE:
        return rule_packet_type(word, ret);
    case FIELD_SADDR_TYPE:
    case FIELD_DADDR_TYPE:
        return rule_address_type(word, ret);
    case FIELD_CT_STATE:
        return rule_ct_state(word, ret);
    case FIELD_CT_STATUS:
        return rule_ct_status(word, ret);
    case FIELD_CT_DIRECTION:
        *ret = span_is(word, "reply");
        return *ret || span_is(word, "original") || span_to_u64(word, ret);
    case FIELD_SPORT:
    case FIELD_DPORT:
    case FIELD_CT_SPORT:
    case FIELD_CT_DPORT:
        return rule_port(word, ret);
    default:
        return span_to_u64(word, ret);
    }
}

static bool is_address(const struct selector *s)
{
    return s->field == FIELD_SADDR || s->field == FIELD_DADDR || s->field == FIELD_CT_SADDR ||
           s->field == FIELD_CT_DADDR;
}

static bool is_port(const struct selector *s)
{
    return s->field == FIELD_SPORT || s->field == FIELD_DPORT || s->field == FIELD_CT_SPORT ||
           s->field == FIELD_CT_DPORT;
}

static bool address_value(struct span word, struct range *ret)
{
    struct ip_prefix p;
    size_t dash = span_find_char(word, '-');
    struct ip from, to;
    if (dash != SIZE_MAX) {
        if (!ip_parse(span_first(word, dash), &from) || !ip_parse(span_from(word, dash + 1), &to))
            return false;
        *ret = (struct range){num_of_ip(from), num_of_ip(to)};
        return true;
    }
    if (!ip_parse_prefix(word, &p))
        return false;
    *ret = range_of_prefix(p);
    return true;
}

// "eth*" is a prefix, "eth\*" is not.
static struct range interface_value(struct span word)
{
    bool wild = word.len > 0 && word.at[word.len - 1] == '*';
    if (wild && word.len > 1 && word.at[word.len - 2] == '\\') {
        char name[64];
        size_t n = word.len - 2 < sizeof name - 1 ? word.len - 2 : sizeof name - 1;
        memcpy(name, word.at, n);
        name[n] = '*';
        return range_of_name(span_make(name, n + 1), false);
    }
    return range_of_name(wild ? span_first(word, word.len - 1) : word, wild);
}

bool nft_value(const struct selector *s, struct span word, bool quoted, struct range *ret)
{
    uint64_t from, to;
    if (s->field == FIELD_OPAQUE)
        return false;
    if (s->field == FIELD_IIF || s->field == FIELD_OIF) {
        *ret = interface_value(word);
        return true;
    }
    if (is_address(s))
        return address_value(word, ret);
    if (quoted && !is_port(s)) // "domain": nft -S
        return false;
    if (name_value(s, word, &from)) {
        *ret = (struct range){num_of(from), num_of(from)};
        return true;
    }
    size_t dash = span_find_char(word, '-');
    if (dash == SIZE_MAX || !name_value(s, span_first(word, dash), &from) ||
        !name_value(s, span_from(word, dash + 1), &to))
        return false;
    *ret = (struct range){num_of(from), num_of(to)};
    return true;
}

bool nft_bits(struct nft_words *w, const struct selector *s, bool comma, bool bar, struct num *ret)
{
    struct range r;
    bool group = nft_take(w, "("), known = true;
    *ret = num_of(0);
    do {
        known = known && nft_value(s, w->word, w->quoted, &r);
        if (known)
            *ret = (struct num){ret->hi | r.lo.hi, ret->lo | r.lo.lo};
        nft_next(w);
    } while (((bar || group) && nft_take(w, "|")) || ((comma || group) && nft_take(w, ",")));
    return known && (!group || nft_take(w, ")"));
}

// ---------------------------------------------------------------- elements

static bool take_value(struct nft_words *w, const struct selector *s, struct range *ret)
{
    if (nft_is_bits(s)) {
        bool known = nft_bits(w, s, false, true, &ret->lo);
        ret->hi = ret->lo;
        return known;
    }
    bool known = nft_value(s, w->word, w->quoted, ret);
    nft_next(w);
    return known;
}

static bool take_values(struct nft_words *w, const struct selector *s, unsigned n, struct range *ret)
{
    bool known = true;
    for (unsigned i = 0; i < n; i++) {
        if (i > 0 && !nft_take(w, "."))
            return false;
        known = take_value(w, &s[i], &ret[i]) && known;
    }
    return known;
}

// "timeout 1h expires 59m", "counter packets 0 bytes 0", "comment …": up to what ends the element's key.
// False: one of them keeps count, so that the element may match or not.
static bool skip_options(struct nft_words *w)
{
    bool told = true;
    for (; !w->at_end && !nft_is_word(w, ",") && !nft_is_word(w, "}") && !nft_is_word(w, ":"); nft_next(w))
        told = told && !nft_is_word(w, "limit") && !nft_is_word(w, "quota") && !nft_is_word(w, "ct");
    return told;
}

static bool take_element(struct nft_words *w, const struct nft_shape *shape, struct element *ret,
                         unsigned *ret_n_data)
{
    struct arena *arena = &w->build.rs->arena;
    struct range values[NFT_FIELDS];
    bool known = true;
    if (nft_take(w, "*")) {
        ret->key = NULL;
    } else {
        known = take_values(w, shape->keys, shape->n_keys, values);
        ret->key = arena_dup(arena, values, shape->n_keys * sizeof *values);
    }
    known = skip_options(w) && known;
    if (!nft_take(w, ":"))
        return known;
    if (shape->verdicts) {
        known = nft_verdict(w, &ret->verdict) && known;
    } else {
        unsigned n = shape->n_data;
        known = take_values(w, shape->data, n, values) && known;
        while (n < shape->most_data && nft_take(w, "."))
            known = take_value(w, &shape->data[n], &values[n]) && known, n++;
        ret->data = arena_dup(arena, values, n * sizeof *values);
        *ret_n_data = n;
    }
    return skip_options(w) && known;
}

// "*" stands for what is in no other element, wherever it is listed.
static void catch_all_last(struct element *items, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        if (items[i].key)
            continue;
        struct element any = items[i];
        memmove(&items[i], &items[i + 1], (n - i - 1) * sizeof *items);
        items[n - 1] = any;
        return;
    }
}

static const struct elements *take_elements(struct nft_words *w, const struct nft_shape *shape)
{
    struct elements *set = arena_alloc(&w->build.rs->arena, sizeof *set);
    struct element *items = NULL;
    size_t n = 0, cap = 0;
    unsigned n_data = shape->n_data, first = 0;
    while (!w->at_end && !nft_take(w, "}")) {
        struct element *e = MEM_PUSH(items, n, cap);
        *e = (struct element){0};
        if (!take_element(w, shape, e, &n_data) || (n > 1 && n_data != first))
            set->unknown = true;
        first = n_data;
        if (!nft_take(w, ",") && !nft_is_word(w, "}")) { // not understood: step over it
            set->unknown = true;
            nft_next(w);
        }
    }
    catch_all_last(items, n);
    set->items = arena_dup(&w->build.rs->arena, items, n * sizeof *items);
    set->n = (uint32_t)n;
    set->n_fields = (uint8_t)shape->n_keys;
    set->n_data = (uint8_t)n_data;
    free(items);
    return set;
}

const struct elements *nft_set(struct nft_words *w, const struct nft_shape *shape)
{
    if (nft_take(w, "{"))
        return take_elements(w, shape);
    struct span name = w->word;
    nft_next(w);
    span_skip(&name, "@");
    return ruleset_elements(w->build.rs, w->build.table, name);
}

// ---------------------------------------------------------------- named sets

static unsigned take_types(struct nft_words *w, struct selector ret[static NFT_FIELDS])
{
    unsigned n = 0;
    do {
        if (n == NFT_FIELDS)
            return n;
        nft_type(w->word, &ret[n++]);
        nft_next(w);
    } while (nft_take(w, "."));
    return n;
}

// "type ipv4_addr . inet_service : verdict", "typeof ip daddr : meta mark".
static void take_shape(struct nft_words *w, struct nft_shape *shape, struct selector *keys,
                       struct selector *data)
{
    bool by_example = nft_is_word(w, "typeof");
    nft_next(w);
    shape->n_keys = by_example ? nft_selectors(w, keys) : take_types(w, keys);
    if (!nft_take(w, ":"))
        return;
    nft_take(w, "interval");
    if (nft_take(w, "verdict"))
        shape->verdicts = true;
    else
        shape->n_data = by_example ? nft_selectors(w, data) : take_types(w, data);
}

const struct elements *nft_parse_set(struct ruleset *rs, const struct named_set *named)
{
    struct nft_words w;
    nft_words_init(&w, rs, named->table, span_make(rs->text.at + named->offset, named->end - named->offset));
    struct selector keys[NFT_FIELDS] = {0}, data[NFT_FIELDS] = {0};
    struct nft_shape shape = {.keys = keys, .data = data};
    const struct elements *found = NULL;
    while (!w.at_end && !found) {
        if (nft_is_word(&w, "type") || nft_is_word(&w, "typeof")) {
            take_shape(&w, &shape, keys, data);
        } else if (nft_take(&w, "elements")) {
            nft_take(&w, "=");
            if (nft_take(&w, "{"))
                found = take_elements(&w, &shape);
        } else {
            nft_next(&w);
        }
    }
    struct elements *ret = arena_alloc(&rs->arena, sizeof *ret);
    if (found)
        *ret = *found;
    else
        ret->unknown = rs->terse;
    ret->n_fields = (uint8_t)shape.n_keys;
    ret->n_data = (uint8_t)shape.n_data;
    ret->name = arena_span(&rs->arena, named->name);
    return ret;
}
