// One nft rule: matches and statements in their order. What is not understood makes a match that cannot be
// told, never one that is passed over.
#include "core/base/mem.h"
#include "core/parse/nft_words.h"

// "jump OTHER", or "jump { … }": a chain without a name.
static struct span take_chain(struct nft_words *w)
{
    struct span name = w->word, text = w->build.rs->text;
    if (!nft_is_word(w, "{")) {
        nft_next(w);
        return name;
    }
    uint32_t line = 1;
    for (const char *p = text.at; (p = memchr(p, '\n', (size_t)(name.at - p))); p++)
        line++;
    nft_skip_braces(w);
    return nft_unnamed_chain(w->build.rs, line);
}

bool nft_verdict(struct nft_words *w, struct target_verdict *ret)
{
    static const struct {
        const char *word;
        enum verdict_kind kind;
    } verdicts[] = {{"accept", VERDICT_ACCEPT}, {"drop", VERDICT_DROP},    {"continue", VERDICT_NONE},
                    {"return", VERDICT_RETURN}, {"jump", VERDICT_JUMP},    {"goto", VERDICT_GOTO},
                    {"queue", VERDICT_QUEUE},   {"reject", VERDICT_REJECT}};
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        if (!nft_is_word(w, verdicts[i].word))
            continue;
        nft_next(w);
        *ret = (struct target_verdict){.kind = verdicts[i].kind};
        if (ret->kind == VERDICT_JUMP || ret->kind == VERDICT_GOTO)
            ret->chain = take_chain(w);
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- values of statements

static bool take_map(struct nft_words *w, const struct selector *keys, unsigned n,
                     const struct nft_shape *data, struct expr *ret)
{
    struct nft_shape shape = *data;
    shape.keys = keys;
    shape.n_keys = n;
    ret->kind = EXPR_MAP;
    ret->map = nft_set(w, &shape);
    ret->selectors = arena_dup(&w->build.rs->arena, keys, n * sizeof *keys);
    ret->n_selectors = (uint8_t)n;
    return true;
}

// A field, perhaps looked up in a map. False: the word begins no field.
static bool take_field_expr(struct nft_words *w, const struct nft_shape *data, struct expr *ret)
{
    struct selector keys[NFT_FIELDS];
    unsigned n = nft_selectors(w, keys);
    if (n == 0)
        return false;
    if (nft_take(w, "map"))
        return take_map(w, keys, n, data, ret);
    ret->kind = n == 1 && keys[0].field != FIELD_OPAQUE ? EXPR_FIELD : EXPR_UNKNOWN;
    ret->selectors = arena_dup(&w->build.rs->arena, keys, sizeof *keys);
    ret->n_selectors = 1;
    return true;
}

// "meta mark set mark or 0x4000": iptables-nft's marks; and the usual "meta mark set meta mark | 0x4000".
static void take_assign(struct nft_words *w, const struct selector *to)
{
    struct rule_item item = {.kind = ITEM_ASSIGN};
    struct expr *e = &item.assign.expr;
    struct range r;
    item.assign.field = to->field;
    struct nft_shape data = {.data = to, .n_data = 1};
    if (!take_field_expr(w, &data, e)) {
        bool known = nft_value(to, w->word, w->quoted, &r);
        e->kind = known ? EXPR_CONST : EXPR_UNKNOWN;
        e->value = known ? r : (struct range){{0, 0}, {0, 0}};
        nft_next(w);
    }
    if (nft_is_translated(w))
        nft_mend_mark(w, &item);
    if (to->family || to->proto)
        nft_presence(w, to->family, to->proto);
    *build_item(&w->build, ITEM_ASSIGN) = item;
}

// "10.0.0.1", "10.0.0.1-10.0.0.9:53-54", "[fd00::1]:53", ":53".
static bool parse_target(struct span word, struct nat *nat)
{
    struct selector address = {.field = FIELD_DADDR}, port = {.field = FIELD_DPORT};
    struct span host = word, number = {NULL, 0};
    size_t bracket = span_find_char(word, ']'), colon = span_find_char(word, ':');
    if (bracket != SIZE_MAX) {
        host = span_first(word, bracket + 1);
        number = span_from(word, bracket + 2);
    } else if (colon != SIZE_MAX && span_find_char(span_from(word, colon + 1), ':') == SIZE_MAX) {
        host = span_first(word, colon);
        number = span_from(word, colon + 1);
    }
    if (host.len > 1 && host.at[0] == '[')
        host = span_make(host.at + 1, host.len - 2);
    if (host.len > 0) {
        nat->has_addr = true;
        nat->addr.kind = nft_value(&address, host, false, &nat->addr.value) ? EXPR_CONST : EXPR_UNKNOWN;
        nat->family = span_find_char(host, ':') == SIZE_MAX ? 4 : 6;
    }
    if (number.len > 0) {
        nat->has_port = true;
        nat->port.kind = nft_value(&port, number, false, &nat->port.value) ? EXPR_CONST : EXPR_UNKNOWN;
    }
    return true;
}

// "redirect to :ct mark map { … }"
static bool take_port_expr(struct nft_words *w, struct nat *nat)
{
    struct selector port = {.field = FIELD_DPORT};
    struct nft_shape data = {.data = &port, .n_data = 1, .most_data = 1};
    struct span colon = w->word;
    if (colon.len < 2 || colon.at[0] != ':')
        return false;
    w->word = span_from(colon, 1);
    nat->has_port = take_field_expr(w, &data, &nat->port);
    if (!nat->has_port)
        w->word = colon;
    return nat->has_port;
}

static void take_target(struct nft_words *w, struct nat *nat, bool with_port)
{
    if (take_port_expr(w, nat))
        return;
    struct selector parts[2] = {{.field = FIELD_DADDR}, {.field = FIELD_DPORT}};
    struct nft_shape data = {.data = parts, .n_data = with_port ? 2 : 1, .most_data = 2};
    struct expr e = {0};
    if (!take_field_expr(w, &data, &e)) {
        parse_target(w->word, nat);
        nft_next(w);
        return;
    }
    if (e.kind == EXPR_MAP && !e.map->unknown && e.map->n_data == 2)
        with_port = true;
    nat->has_addr = true;
    nat->addr = e;
    nat->port_in_map = with_port && e.kind == EXPR_MAP;
    if (w->word.len > 1 && w->word.at[0] == ':') {
        struct selector port = {.field = FIELD_DPORT};
        nat->has_port = true;
        nat->port.kind =
            nft_value(&port, span_from(w->word, 1), false, &nat->port.value) ? EXPR_CONST : EXPR_UNKNOWN;
        nft_next(w);
    }
}

static void take_nat(struct nft_words *w, enum nat_kind kind)
{
    struct nat nat = {.kind = kind};
    bool with_port = false;
    if (nft_is_word(w, "ip") || nft_is_word(w, "ip6")) {
        nat.family = nft_is_word(w, "ip") ? 4 : 6;
        nft_next(w);
    }
    bool prefix = nft_take(w, "prefix");
    if (nft_take(w, "addr")) {
        nft_take(w, ".");
        with_port = nft_take(w, "port");
    }
    if (nft_take(w, "to"))
        take_target(w, &nat, with_port);
    if (prefix && nat.addr.kind == EXPR_CONST)
        nat.addr.kind = EXPR_UNKNOWN; // the host's bits stay: which address that is depends on each packet
    for (;;) {
        if (nft_take(w, "random") || nft_take(w, "fully-random"))
            nat.random_port = true;
        else if (!nft_take(w, "persistent") && !nft_take(w, ","))
            break;
    }
    build_item(&w->build, ITEM_NAT)->nat = nat;
}

static bool is_settable(const struct selector *s)
{
    return s->field == FIELD_MARK || s->field == FIELD_CT_MARK || s->field == FIELD_SADDR ||
           s->field == FIELD_DADDR || s->field == FIELD_SPORT || s->field == FIELD_DPORT;
}

// `th dport` in a concatenation may be listed as `udp dport` where the rule has looked at the protocol
// before: the rule's own match of it decides then.
static void drop_protocols(struct nft_words *w, struct selector *s, unsigned n)
{
    bool looked = false;
    for (size_t i = 0; i < w->build.n; i++) {
        const struct rule_item *item = &w->build.items[i];
        looked = looked || (item->kind == ITEM_MATCH && item->n_selectors == 1 &&
                            item->selectors[0].field == FIELD_PROTO);
    }
    for (unsigned i = 0; looked && n > 1 && i < n; i++) {
        if (s[i].field == FIELD_SPORT || s[i].field == FIELD_DPORT)
            s[i].proto = 0;
    }
}

// A value that is not there, or not in its map, ends the rule, whatever it is for.
static void need_value(struct nft_words *w, const struct expr *e)
{
    if (e->kind != EXPR_MAP) {
        nft_presence(w, e->selectors[0].family, e->selectors[0].proto);
        return;
    }
    struct rule_item *item = build_item(&w->build, ITEM_MATCH);
    item->selectors = e->selectors;
    item->n_selectors = e->n_selectors;
    item->elements = e->map;
}

// What is written there matters on the way: a packet to be forwarded needs two hops more at least, and what
// is matched later, its kind and its place among fragments, is 0 before.
static bool is_harmless_value(const struct nft_words *w, const struct selector *to)
{
    struct range r = {{0, 0}, {0, 0}};
    uint64_t hops;
    if (to->name && (span_is(span_of(to->name), "ip ttl") || span_is(span_of(to->name), "ip6 hoplimit")))
        return span_to_u64(w->word, &hops) && hops > 1;
    return to->field == FIELD_OPAQUE || (nft_value(to, w->word, w->quoted, &r) && r.hi.lo == 0);
}

// "ip dscp set cs1", "tcp option maxseg size set rt mtu": no say, but packets without that header leave the
// rule. The one option that every SYN has is maxseg.
static void take_other_assign(struct nft_words *w, const struct selector *to)
{
    bool option = to->name && span_starts(span_of(to->name), "tcp option");
    if (option && !span_contains(span_of(to->name), "maxseg"))
        build_opaque(&w->build, span_of(to->name));
    else if (to->proto != NFT_NO_PACKET && (to->family || to->proto))
        nft_presence(w, to->family, to->proto);
    struct span name = span_of(to->name ? to->name : "set");
    if (is_harmless_value(w, to))
        build_effect(&w->build, name);
    else
        build_verdict(&w->build, VERDICT_UNKNOWN, name);
    struct expr ignored = {0};
    struct nft_shape none = {.data = to, .n_data = 1};
    if (!take_field_expr(w, &none, &ignored))
        nft_skip_value(w);
    else
        need_value(w, &ignored);
}

// "ct zone set 3", "ct original zone set 3". False: nothing of that; nothing was read.
static bool take_zone(struct nft_words *w)
{
    struct nft_words ahead = *w;
    struct zone zone = {.directions = ZONE_ORIGINAL | ZONE_REPLY};
    if (!nft_take(&ahead, "ct"))
        return false;
    if (nft_take(&ahead, "original"))
        zone.directions = ZONE_ORIGINAL;
    else if (nft_take(&ahead, "reply"))
        zone.directions = ZONE_REPLY;
    if (!nft_take(&ahead, "zone") || !nft_take(&ahead, "set"))
        return false;
    if (!span_to_u16(ahead.word, &zone.id)) { // "ct zone set iifname map { … }"
        build_verdict(&w->build, VERDICT_UNKNOWN, span_of("ct zone"));
        w->at_end = true;
        return true;
    }
    nft_next(&ahead);
    *w = ahead;
    build_item(&w->build, ITEM_ZONE)->zone = zone;
    return true;
}

// Any statement that begins with a field. False: the word begins none.
static bool take_field_statement(struct nft_words *w)
{
    struct selector s[NFT_FIELDS];
    unsigned n = nft_selectors(w, s);
    if (n == 0)
        return false;
    drop_protocols(w, s, n);
    if (nft_take(w, "vmap")) {
        nft_verdict_map(w, s, n);
    } else if (nft_take(w, "set")) {
        if (is_settable(&s[0])) {
            take_assign(w, &s[0]);
        } else {
            take_other_assign(w, &s[0]);
        }
    } else {
        nft_comparison(w, s, n);
    }
    return true;
}

// ---------------------------------------------------------------- statements

// A remark may stand at the end, behind words that belong to the last statement (queue's, reject's).
static void skip_to_comment(struct nft_words *w)
{
    while (!w->at_end && !nft_is_word(w, "comment"))
        nft_next(w);
}

// "reject with icmpv6 no-route": what that looks at before is left out of the listing.
static void take_reject(struct nft_words *w)
{
    if (nft_take(w, "with")) {
        if (nft_is_word(w, "icmp"))
            nft_presence(w, 4, 0);
        else if (nft_is_word(w, "icmpv6"))
            nft_presence(w, 6, 0);
        else if (nft_is_word(w, "tcp"))
            nft_presence(w, 0, 6);
    }
    skip_to_comment(w);
}

static void take_unknown_verdict(struct nft_words *w)
{
    build_verdict(&w->build, VERDICT_UNKNOWN, w->word);
    w->at_end = true;
}

static bool take_translation(struct nft_words *w)
{
    static const struct {
        const char *word;
        enum nat_kind kind;
    } kinds[] = {
        {"dnat", NAT_DNAT}, {"snat", NAT_SNAT}, {"masquerade", NAT_MASQUERADE}, {"redirect", NAT_REDIRECT}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (nft_take(w, kinds[i].word)) {
            take_nat(w, kinds[i].kind);
            return true;
        }
    }
    return false;
}

static void take_statement(struct nft_words *w)
{
    struct target_verdict v;
    if (nft_take(w, "comment")) {
        w->build.comment = w->word;
        nft_next(w);
    } else if (nft_take(w, "reject")) {
        take_reject(w);
        build_verdict(&w->build, VERDICT_REJECT, span_of("reject"));
    } else if (nft_verdict(w, &v)) {
        *build_item(&w->build, ITEM_VERDICT) = (struct rule_item){.kind = ITEM_VERDICT, .verdict = v};
        if (v.kind == VERDICT_QUEUE)
            skip_to_comment(w);
    } else if (nft_take(w, "notrack")) {
        build_item(&w->build, ITEM_NOTRACK);
    } else if (nft_is_word(w, "tproxy") || nft_is_word(w, "fwd")) {
        take_unknown_verdict(w);
    } else if (nft_take(w, "synproxy")) {
        nft_presence(w, 0, 6);
        build_verdict(&w->build, VERDICT_UNKNOWN, span_of("synproxy"));
        w->at_end = true;
    } else if (!nft_effect(w) && !take_translation(w) && !take_zone(w) && !take_field_statement(w)) {
        build_opaque(&w->build, w->word); // not understood: the rule may match or not
        nft_next(w);
    }
}

const struct rule_items *nft_parse_rule(struct ruleset *rs, uint32_t table, struct span text)
{
    struct nft_words w;
    nft_words_init(&w, rs, table, text);
    while (!w.at_end)
        take_statement(&w);
    if (nft_is_translated(&w))
        nft_distrust(&w);
    return build_finish(&w.build);
}
