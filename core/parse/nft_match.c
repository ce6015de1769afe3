// The matches of an nft rule: fields, or concatenations of them, against values, sets and verdict maps.
#include "core/base/mem.h"
#include "core/parse/nft_words.h"

enum comparison {
    COMPARE_IMPLIED,
    COMPARE_EQ,
    COMPARE_NE,
    COMPARE_NONE_OF,
    COMPARE_LT,
    COMPARE_GT,
    COMPARE_LE,
    COMPARE_GE
};

static enum comparison take_operator(struct nft_words *w)
{
    static const struct {
        const char *word;
        enum comparison is;
    } operators[] = {{"==", COMPARE_EQ}, {"!=", COMPARE_NE}, {"!", COMPARE_NONE_OF}, {"<", COMPARE_LT},
                     {">", COMPARE_GT},  {"<=", COMPARE_LE}, {">=", COMPARE_GE}};
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (nft_take(w, operators[i].word))
            return operators[i].is;
    }
    return COMPARE_IMPLIED;
}

void nft_skip_value(struct nft_words *w)
{
    take_operator(w);
    do {
        if (nft_is_word(w, "{"))
            nft_skip_braces(w);
        else
            nft_next(w);
        if (nft_is_word(w, "-")) // "09:00"-"17:00"
            nft_skip_words(w, 2);
    } while (nft_take(w, ",") || nft_take(w, "/"));
}

static void keep_match(struct nft_words *w, const struct selector *s, unsigned n, const struct elements *set,
                       bool invert)
{
    struct rule_item *item = build_item(&w->build, ITEM_MATCH);
    item->selectors = arena_dup(&w->build.rs->arena, s, n * sizeof *s);
    item->n_selectors = (uint8_t)n;
    item->elements = set;
    item->invert = invert;
}

static void keep_opaque(struct nft_words *w, const struct selector *s)
{
    struct rule_item *item = build_opaque(&w->build, span_of(s->name ? s->name : "a match"));
    struct selector *copy = arena_dup(&w->build.rs->arena, s, sizeof *s); // still only for its protocol
    copy->field = s->field == FIELD_RANDOM ? FIELD_RANDOM : FIELD_OPAQUE;
    copy->masked = false;
    item->selectors = copy;
}

static struct range compare_range(enum comparison how, struct range r)
{
    const struct num least = num_of(0), most = num_not(num_of(0));
    struct range none = {most, least};
    if (how == COMPARE_LT) {
        if (num_compare(r.lo, least) == 0)
            return none;
        struct num below = {r.lo.lo ? r.lo.hi : r.lo.hi - 1, r.lo.lo - 1};
        return (struct range){least, below};
    }
    if (how == COMPARE_GT) {
        struct num above = {r.hi.lo == UINT64_MAX ? r.hi.hi + 1 : r.hi.hi, r.hi.lo + 1};
        return (struct range){above, most};
    }
    if (how == COMPARE_LE)
        return (struct range){least, r.hi};
    if (how == COMPARE_GE)
        return (struct range){r.lo, most};
    return r;
}

// The kernel never sets snat or dnat in a connection's status without saying there that this is done
// (IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE): a whole status that says the one alone there is not.
static bool is_no_status(const struct selector *s, enum comparison how, struct num bits)
{
    enum { DONE = 3 }; // so far to the left stands that it is done
    uint64_t translated = bits.lo & (CT_STATUS_SNAT | CT_STATUS_DNAT);
    return s->field == FIELD_CT_STATUS && !s->masked && (how == COMPARE_EQ || how == COMPARE_NE) &&
           (bits.lo & translated << DONE) != translated << DONE;
}

// A field whose values are bits: without an operator any of them is enough; `!` says none of them.
static bool match_bits(struct nft_words *w, const struct selector *s, enum comparison how)
{
    struct num bits, mask;
    if (!nft_bits(w, s, true, true, &bits))
        return false;
    if (nft_take(w, "/")) { // tcp flags VALUE / MASK
        if (!nft_bits(w, s, true, true, &mask))
            return false;
        build_masked(&w->build, *s, mask, bits, how == COMPARE_NE);
        return true;
    }
    if (is_no_status(s, how, bits) && !nft_is_translated(w)) // iptables means the bit
        build_masked(&w->build, *s, num_of(0), num_of(1), how == COMPARE_NE);
    else if (how == COMPARE_NONE_OF || (how == COMPARE_IMPLIED && !s->masked))
        build_any_bits(&w->build, *s, bits.lo, how == COMPARE_NONE_OF);
    else
        build_match(&w->build, *s, &(struct range){bits, bits}, 1, how == COMPARE_NE);
    return true;
}

// "{ local, multicast }" or one of them, where they are bits of a mask.
static bool match_types6(struct nft_words *w, const struct selector *s, enum comparison how)
{
    uint64_t types = 0, type;
    bool group = nft_take(w, "{");
    do {
        if (!rule_address_type(w->word, &type) || type > ADDR_XRESOLVE)
            return false;
        types |= UINT64_C(1) << type;
        nft_next(w);
    } while (group && nft_take(w, ","));
    if (group && !nft_take(w, "}"))
        return false;
    build_types6(&w->build, *s, types, how == COMPARE_NE);
    return true;
}

static bool match_value(struct nft_words *w, const struct selector *s, enum comparison how)
{
    struct range r;
    if (s->field == FIELD_SADDR_TYPE6 || s->field == FIELD_DADDR_TYPE6)
        return match_types6(w, s, how);
    if (nft_is_bits(s) &&
        (how == COMPARE_IMPLIED || how == COMPARE_NONE_OF || how == COMPARE_EQ || how == COMPARE_NE))
        return match_bits(w, s, how);
    if (!nft_value(s, w->word, w->quoted, &r))
        return false;
    nft_next(w);
    r = compare_range(how, r);
    build_match(&w->build, *s, &r, 1, how == COMPARE_NE || how == COMPARE_NONE_OF);
    return true;
}

// "ct status counter", "fib saddr type drop": of iptables-nft's rules a value is left out that nft has no
// word for (--ctstatus NONE, --src-type NAT).
static bool is_statement(const struct nft_words *w)
{
    static const char *const words[] = {"counter", "drop",  "accept", "reject", "return", "jump",
                                        "goto",    "queue", "limit",  "log",    "comment"};
    if (w->at_end)
        return true;
    bool word = !w->quoted && w->word.at[0] >= 'a' && w->word.at[0] <= 'z';
    for (size_t i = 0; word && i < ARRAY_LEN(words); i++) {
        if (span_is(w->word, words[i]))
            return true;
    }
    return false;
}

void nft_comparison(struct nft_words *w, const struct selector *s, unsigned n)
{
    enum comparison how = take_operator(w);
    struct selector one = *s;
    if (is_statement(w)) {
        one.name = one.name ? one.name : "a value that is left out";
        keep_opaque(w, &one);
        return;
    }
    if (n == 1 && s->field == FIELD_OPAQUE) {
        nft_skip_value(w);
        keep_opaque(w, s);
        return;
    }
    bool types6 = s->field == FIELD_SADDR_TYPE6 || s->field == FIELD_DADDR_TYPE6;
    if ((nft_is_word(w, "{") && !types6) || (w->word.len > 0 && w->word.at[0] == '@' && !w->quoted)) {
        struct nft_shape shape = {.keys = s, .n_keys = n};
        const struct elements *set = nft_set(w, &shape);
        keep_match(w, s, n, set, how == COMPARE_NE);
        return;
    }
    if (n == 1 && one.field == FIELD_RANDOM) { // what is drawn is not known anyway
        nft_skip_value(w);
        keep_opaque(w, s);
        return;
    }
    if (n == 1 && match_value(w, s, how))
        return;
    nft_skip_value(w);
    one.name = one.name ? one.name : "a value";
    keep_opaque(w, &one);
}

void nft_verdict_map(struct nft_words *w, const struct selector *s, unsigned n)
{
    struct nft_shape shape = {.keys = s, .n_keys = n, .verdicts = true};
    struct rule_item item = {.kind = ITEM_VMAP};
    item.elements = nft_set(w, &shape);
    item.selectors = arena_dup(&w->build.rs->arena, s, n * sizeof *s);
    item.n_selectors = (uint8_t)n;
    *build_item(&w->build, ITEM_VMAP) = item;
}
