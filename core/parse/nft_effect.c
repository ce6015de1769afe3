// Statements of an nft rule that have no say in the packet's fate: counters, logs, copies; and the ones that
// have a say which no file tells, for they keep count: limits and quotas.
#include "core/base/mem.h"
#include "core/parse/nft_words.h"

void nft_presence(struct nft_words *w, uint8_t family, uint8_t proto)
{
    struct selector s = {.field = FIELD_PROTO, .family = family, .proto = proto};
    build_match(&w->build, s, &(struct range){num_of(0), num_of(UINT8_MAX)}, 1, false);
}

static bool take_any(struct nft_words *w, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (nft_take(w, words[i]))
            return true;
    }
    return false;
}

// "log flags tcp sequence,options flags ip options flags skuid": a word that belongs to no flag begins the
// rest.
static void skip_log_flags(struct nft_words *w)
{
    bool layer = nft_is_word(w, "tcp") || nft_is_word(w, "ip");
    nft_next(w);
    if (!layer)
        return;
    do {
        nft_next(w);
    } while (nft_take(w, ","));
}

static void take_log(struct nft_words *w)
{
    static const char *const options[] = {"prefix", "level", "group", "snaplen", "queue-threshold"};
    build_effect(&w->build, span_of("log"));
    for (;;) {
        if (nft_take(w, "flags"))
            skip_log_flags(w);
        else if (take_any(w, options, ARRAY_LEN(options)))
            nft_next(w);
        else
            return;
    }
}

// "name "big"", or "name ip saddr map @objects", where packets that the map lacks leave the rule. False: not
// named.
static bool take_object(struct nft_words *w)
{
    struct selector keys[NFT_FIELDS];
    if (!nft_take(w, "name"))
        return false;
    if (nft_selectors(w, keys) > 0) {
        build_opaque(&w->build, span_of("an object's map"));
        nft_take(w, "map");
    }
    if (nft_is_word(w, "{"))
        nft_skip_braces(w);
    else
        nft_next(w);
    return true;
}

static void take_counter(struct nft_words *w)
{
    if (take_object(w))
        return;
    while (nft_is_word(w, "packets") || nft_is_word(w, "bytes"))
        nft_skip_words(w, 2);
}

// "limit rate over 10 mbytes/second burst 5 packets", "limit name "x"".
static void take_limit(struct nft_words *w)
{
    build_opaque(&w->build, span_of("limit"));
    if (take_object(w))
        return;
    nft_take(w, "rate");
    nft_take(w, "over");
    bool whole = span_find_char(w->word, '/') != SIZE_MAX;
    nft_next(w);
    if (!whole)
        nft_next(w);
    if (nft_take(w, "burst"))
        nft_skip_words(w, 2);
}

static void take_quota(struct nft_words *w)
{
    build_opaque(&w->build, span_of("quota"));
    if (take_object(w))
        return;
    if (!nft_take(w, "over"))
        nft_take(w, "until");
    nft_skip_words(w, 2);
    if (nft_take(w, "used"))
        nft_skip_words(w, 2);
}

// What is put into a set has to be there: packets without such a header leave the rule.
static void need_fields(struct nft_words *w)
{
    struct nft_words ahead = *w;
    struct selector keys[NFT_FIELDS];
    nft_take(&ahead, "{");
    do { // the key, and behind its options the data
        unsigned n = nft_selectors(&ahead, keys);
        for (unsigned i = 0; i < n; i++) {
            if (keys[i].family || keys[i].proto)
                nft_presence(w, keys[i].family, keys[i].proto);
        }
        while (!ahead.at_end && !nft_is_word(&ahead, ":") && !nft_is_word(&ahead, "}"))
            nft_next(&ahead);
    } while (nft_take(&ahead, ":"));
}

// "add @set { ip saddr timeout 5m }", "update @set { … : … }", "delete @set { … }".
static void take_set_change(struct nft_words *w)
{
    struct span name = w->word;
    span_skip(&name, "@");
    nft_next(w);
    bool limits = false;
    if (nft_is_word(w, "{")) {
        const char *from = w->begin;
        need_fields(w);
        nft_skip_braces(w);
        struct span body = span_make(from, (size_t)(w->begin - from));
        limits =
            span_contains(body, "limit ") || span_contains(body, "ct count") || span_contains(body, "quota ");
    }
    build_item(&w->build, ITEM_TAINT)->set = name;
    if (limits) // a meter: whether the element is within its limit
        build_opaque(&w->build, span_of("limit"));
}

static void forget_mark(struct nft_words *w, enum field field)
{
    struct rule_item *item = build_item(&w->build, ITEM_ASSIGN);
    item->assign.field = field;
    item->assign.expr.kind = EXPR_UNKNOWN;
}

// "xt match "string"", "xt target "CHECKSUM"": what iptables-nft did, hidden.
static void take_xt(struct nft_words *w)
{
    static const char *const harmless[] = {"TCPMSS",      "CHECKSUM",   "LOG",       "NFLOG",   "CLASSIFY",
                                           "DSCP",        "TOS",        "TRACE",     "AUDIT",   "TEE",
                                           "ULOG",        "SECMARK",    "IDLETIMER", "RATEEST", "LED",
                                           "CONNSECMARK", "TCPOPTSTRIP"};
    bool match = nft_is_word(w, "match");
    nft_next(w);
    struct span name = w->word;
    nft_next(w);
    if (match) {
        if (!span_is(name, "comment"))
            build_opaque(&w->build, name);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
        if (span_is(name, harmless[i])) {
            build_effect(&w->build, name);
            return;
        }
    }
    if (span_is(name, "CONNMARK") || span_is(name, "HMARK")) { // which of both, and to what, is hidden
        forget_mark(w, FIELD_MARK);
        forget_mark(w, FIELD_CT_MARK);
    } else {
        build_verdict(&w->build, VERDICT_UNKNOWN, name);
    }
}

static void take_ct_count(struct nft_words *w)
{
    nft_skip_words(w, 1); // "count"
    nft_take(w, "over");
    nft_next(w);
    build_opaque(&w->build, span_of("ct count"));
}

// ---------------------------------------------------------------- copies and the like

// "dup to 10.0.0.1 device "eth1""
static void take_dup(struct nft_words *w)
{
    build_effect(&w->build, span_of("dup"));
    if (nft_take(w, "to"))
        nft_next(w);
    if (nft_take(w, "device"))
        nft_next(w);
}

// "flow add @ft": later packets of the connection pass by the rules; this one does not.
static void take_flow(struct nft_words *w)
{
    build_effect(&w->build, span_of("flow"));
    nft_skip_words(w, 2);
}

// "last used 3s", "last used never"
static void take_last(struct nft_words *w)
{
    build_effect(&w->build, span_of("last"));
    if (nft_take(w, "used"))
        nft_next(w);
}

// "reset tcp option sack-perm": only packets that have it get any further.
static void take_reset(struct nft_words *w)
{
    build_opaque(&w->build, span_of("tcp option"));
    nft_skip_words(w, 3);
}

bool nft_effect(struct nft_words *w)
{
    static const struct {
        const char *word;
        void (*take)(struct nft_words *w);
    } statements[] = {{"counter", take_counter},
                      {"log", take_log},
                      {"limit", take_limit},
                      {"quota", take_quota},
                      {"xt", take_xt},
                      {"add", take_set_change},
                      {"update", take_set_change},
                      {"delete", take_set_change},
                      {"dup", take_dup},
                      {"flow", take_flow},
                      {"last", take_last},
                      {"reset", take_reset}};
    struct nft_words ahead = *w;
    if (nft_take(&ahead, "ct") && nft_is_word(&ahead, "count")) {
        *w = ahead;
        take_ct_count(w);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
        if (nft_take(w, statements[i].word)) {
            statements[i].take(w);
            return true;
        }
    }
    return false;
}
