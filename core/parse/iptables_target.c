// The targets of iptables(8) and iptables-extensions(8): verdicts, jumps, marks, translation. Targets that
// have no say in the packet's fate are effects; a target that nothing here knows leaves the fate open.
#include "core/base/mem.h"
#include "core/parse/iptables_words.h"

static const char *const effects[] = {"LOG",      "ULOG", "NFLOG",   "AUDIT",       "TRACE",
                                      "TCPMSS",   "DSCP", "TOS",     "TCPOPTSTRIP", "CHECKSUM",
                                      "CLASSIFY", "TEE",  "RATEEST", "IDLETIMER",   "LED",
                                      "SECMARK",  "ECN",  "NFACCT",  "CONNSECMARK"};

static void assign_const(struct words *w, enum field field, struct num keep, struct num value)
{
    struct rule_item *item = build_item(&w->build, ITEM_ASSIGN);
    item->assign.field = field;
    item->assign.keep = keep;
    item->assign.expr = (struct expr){.kind = EXPR_CONST, .value = {value, value}};
}

// field = (field & keep) ^ (other & mask)
static void assign_field(struct words *w, enum field field, struct num keep, enum field other,
                         struct num mask)
{
    struct selector s = {.field = other, .masked = true, .and_ = mask};
    struct rule_item *item = build_item(&w->build, ITEM_ASSIGN);
    item->assign.field = field;
    item->assign.keep = keep;
    item->assign.expr = (struct expr){
        .kind = EXPR_FIELD, .selectors = arena_dup(&w->build.rs->arena, &s, sizeof s), .n_selectors = 1};
}

// The value of an option that is one of the mark's ways to be set: mark = (mark & keep) ^ value.
static bool mark_option(struct span option, struct span word, struct num *ret_keep, struct num *ret_value)
{
    struct num value, mask;
    if (!words_mark(word, &value, &mask))
        return false;
    *ret_value = value;
    if (span_is(option, "--set-xmark"))
        *ret_keep = num_not(mask);
    else if (span_is(option, "--set-mark")) // zeroes the mask and the value's own bits
        *ret_keep = num_and(num_not(mask), num_not(value));
    else if (span_is(option, "--and-mark"))
        *ret_keep = value, *ret_value = num_of(0);
    else if (span_is(option, "--or-mark"))
        *ret_keep = num_not(value);
    else if (span_is(option, "--xor-mark"))
        *ret_keep = num_not(num_of(0));
    else
        return false;
    return true;
}

static void assign_unknown(struct words *w, enum field field)
{
    struct rule_item *item = build_item(&w->build, ITEM_ASSIGN);
    item->assign.field = field;
    item->assign.expr.kind = EXPR_UNKNOWN;
}

static void take_mark(struct words *w, enum field field)
{
    struct span option, value;
    struct num keep, set;
    bool known = false;
    while (words_next(w, &option)) {
        known = words_value(w, &value) && mark_option(option, value, &keep, &set);
        if (known)
            assign_const(w, field, keep, set);
    }
    if (!known)
        assign_unknown(w, field);
}

static void take_connmark(struct words *w)
{
    bool save = false, restore = false, shift = false;
    struct num nfmask = num_of(UINT32_MAX), ctmask = nfmask, keep, set, ignored;
    struct span option, value;
    while (words_next(w, &option)) {
        if (span_is(option, "--save-mark"))
            save = true;
        else if (span_is(option, "--restore-mark"))
            restore = true;
        else if (!words_value(w, &value))
            continue;
        else if (span_is(option, "--left-shift-mark") || span_is(option, "--right-shift-mark"))
            shift = true;
        else if (span_is(option, "--nfmask"))
            words_mark(value, &nfmask, &ignored);
        else if (span_is(option, "--ctmask"))
            words_mark(value, &ctmask, &ignored);
        else if (span_is(option, "--mask") && words_mark(value, &nfmask, &ignored))
            ctmask = nfmask;
        else if (mark_option(option, value, &keep, &set))
            assign_const(w, FIELD_CT_MARK, keep, set);
    }
    if (save)
        assign_field(w, FIELD_CT_MARK, num_not(ctmask), FIELD_MARK, nfmask);
    if (restore)
        assign_field(w, FIELD_MARK, num_not(nfmask), FIELD_CT_MARK, ctmask);
    if (shift)
        assign_unknown(w, restore ? FIELD_MARK : FIELD_CT_MARK);
}

static bool parse_port_range(struct span word, struct range *ret)
{
    size_t dash = span_find_char(word, '-');
    uint64_t from, to;
    size_t slash = span_find_char(word, '/'); // "10-20/10": a base port
    word = slash == SIZE_MAX ? word : span_first(word, slash);
    if (!span_to_u64(dash == SIZE_MAX ? word : span_first(word, dash), &from))
        return false;
    to = from;
    if (dash != SIZE_MAX && !span_to_u64(span_from(word, dash + 1), &to))
        return false;
    *ret = (struct range){num_of(from), num_of(to)};
    return true;
}

static bool parse_address_range(struct span word, struct nat *nat)
{
    size_t dash = span_find_char(word, '-');
    struct ip from, to;
    if (!ip_parse(dash == SIZE_MAX ? word : span_first(word, dash), &from))
        return false;
    to = from;
    if (dash != SIZE_MAX && !ip_parse(span_from(word, dash + 1), &to))
        return false;
    nat->family = from.family;
    nat->has_addr = true;
    nat->addr = (struct expr){.kind = EXPR_CONST, .value = {num_of_ip(from), num_of_ip(to)}};
    return true;
}

// "10.0.0.1", "10.0.0.1-10.0.0.9:53-54", ":53", "[fd00::1]:53", "fd00::1".
static void parse_translation(struct span word, struct nat *nat)
{
    struct span address = word, port = {NULL, 0};
    if (word.len > 0 && word.at[0] == '[') {
        size_t end = span_find_char(word, ']');
        size_t last = span_find(word, "]:");
        address = span_first(span_from(word, 1), end == SIZE_MAX ? 0 : end - 1);
        if (last != SIZE_MAX)
            port = span_from(word, last + 2);
    } else {
        size_t colon = span_find_char(word, ':');
        if (colon != SIZE_MAX && span_find_char(span_from(word, colon + 1), ':') == SIZE_MAX) {
            address = span_first(word, colon);
            port = span_from(word, colon + 1);
        }
    }
    if (address.len > 0 && !parse_address_range(address, nat)) {
        nat->has_addr = true;
        nat->addr.kind = EXPR_UNKNOWN;
    }
    if (port.len > 0) {
        nat->has_port = true;
        nat->port.kind = parse_port_range(port, &nat->port.value) ? EXPR_CONST : EXPR_UNKNOWN;
    }
}

static void parse_network(struct span word, struct nat *nat)
{
    struct ip_prefix prefix;
    if (!ip_parse_prefix(word, &prefix))
        return;
    nat->family = prefix.ip.family;
    nat->netmap_bits = prefix.bits;
    nat->addr = (struct expr){.kind = EXPR_CONST, .value = range_of_prefix(prefix)};
}

static void take_nat(struct words *w, enum nat_kind kind)
{
    struct nat nat = {.kind = kind};
    struct span option, value;
    if (kind == NAT_NETMAP) {
        nat.has_addr = true;
        nat.addr.kind = EXPR_UNKNOWN;
    }
    while (words_next(w, &option)) {
        if (span_is(option, "--random") || span_is(option, "--random-fully"))
            nat.random_port = true;
        else if (!words_value(w, &value))
            continue;
        else if (span_is(option, "--to-destination") || span_is(option, "--to-source"))
            parse_translation(value, &nat);
        else if (span_is(option, "--to-ports") && parse_port_range(value, &nat.port.value))
            nat.has_port = true;
        else if (span_is(option, "--to"))
            parse_network(value, &nat);
    }
    build_item(&w->build, ITEM_NAT)->nat = nat;
}

static uint8_t zone_directions(struct span option)
{
    if (span_is(option, "--zone"))
        return ZONE_ORIGINAL | ZONE_REPLY;
    return span_is(option, "--zone-orig") ? ZONE_ORIGINAL : span_is(option, "--zone-reply") ? ZONE_REPLY : 0;
}

// -j CT: --notrack and zones matter here.
static void take_ct(struct words *w)
{
    struct span option, value;
    struct zone zone = {0};
    bool notrack = false;
    while (words_next(w, &option)) {
        uint8_t directions = zone_directions(option);
        notrack = notrack || span_is(option, "--notrack");
        if (!directions || !words_value(w, &value))
            continue;
        zone.by_mark = span_is(value, "mark");
        if (zone.by_mark || span_to_u16(value, &zone.id))
            zone.directions |= directions;
    }
    if (notrack)
        build_item(&w->build, ITEM_NOTRACK);
    else if (zone.directions)
        build_item(&w->build, ITEM_ZONE)->zone = zone;
    else
        build_effect(&w->build, span_of("CT"));
}

static void take_set(struct words *w)
{
    struct span option, value;
    while (words_next(w, &option)) {
        bool changes = span_is(option, "--add-set") || span_is(option, "--del-set");
        bool marks = span_is(option, "--map-set");
        if (!words_value(w, &value))
            continue;
        if (changes)
            build_item(&w->build, ITEM_TAINT)->set = value;
        if (marks)
            assign_unknown(w, FIELD_MARK);
    }
}

static bool take_verdict(struct words *w, struct span target)
{
    static const struct {
        const char *name;
        enum verdict_kind kind;
    } verdicts[] = {{"ACCEPT", VERDICT_ACCEPT}, {"DROP", VERDICT_DROP},   {"REJECT", VERDICT_REJECT},
                    {"RETURN", VERDICT_RETURN}, {"QUEUE", VERDICT_QUEUE}, {"NFQUEUE", VERDICT_QUEUE}};
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        if (span_is(target, verdicts[i].name)) {
            build_verdict(&w->build, verdicts[i].kind, target);
            return true;
        }
    }
    return false;
}

bool iptables_target_is_effect(struct span target)
{
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        if (span_is(target, effects[i]))
            return true;
    }
    return false;
}

static bool take_effect(struct words *w, struct span target)
{
    if (!iptables_target_is_effect(target))
        return false;
    build_effect(&w->build, target);
    return true;
}

static bool take_translation(struct words *w, struct span target)
{
    static const struct {
        const char *name;
        enum nat_kind kind;
    } kinds[] = {{"DNAT", NAT_DNAT},
                 {"SNAT", NAT_SNAT},
                 {"MASQUERADE", NAT_MASQUERADE},
                 {"REDIRECT", NAT_REDIRECT},
                 {"NETMAP", NAT_NETMAP}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (span_is(target, kinds[i].name)) {
            take_nat(w, kinds[i].kind);
            return true;
        }
    }
    return false;
}

// -j TTL, -j HL: a packet to be forwarded needs two hops more at least. How many it has is not known, so that
// they may run out where some are taken.
static void take_hops(struct words *w, struct span target)
{
    struct span option, value;
    bool left = false;
    while (words_next(w, &option)) {
        uint64_t n = 0;
        bool number = words_value(w, &value) && span_to_u64(value, &n);
        left = number && (span_ends(option, "-inc") || (span_ends(option, "-set") && n > 1));
    }
    if (left)
        build_effect(&w->build, target);
    else
        build_verdict(&w->build, VERDICT_UNKNOWN, target);
}

static bool take_special(struct words *w, struct span target)
{
    if (span_is(target, "MARK"))
        take_mark(w, FIELD_MARK);
    else if (span_is(target, "CONNMARK"))
        take_connmark(w);
    else if (span_is(target, "NOTRACK"))
        build_item(&w->build, ITEM_NOTRACK);
    else if (span_is(target, "CT"))
        take_ct(w);
    else if (span_is(target, "SET"))
        take_set(w);
    else if (span_is(target, "TTL") || span_is(target, "HL"))
        take_hops(w, target);
    else if (span_is(target, "HMARK"))
        assign_unknown(w, FIELD_MARK);
    else
        return false;
    return true;
}

// A service's session affinity (kube-proxy): "-m recent --name CHAIN --rcheck … -j CHAIN" picks an endpoint.
static void note_affinity(struct words *w, struct span target)
{
    if (w->recent && span_eq(w->recent_name, target))
        w->build.items[w->recent - 1].affinity = true;
}

void iptables_target(struct words *w, struct span target, bool go_to)
{
    if (go_to || ruleset_chain(w->build.rs, w->build.table, target)) {
        note_affinity(w, target);
        build_verdict(&w->build, go_to ? VERDICT_GOTO : VERDICT_JUMP, target);
    } else if (!take_verdict(w, target) && !take_effect(w, target) && !take_translation(w, target) &&
               !take_special(w, target)) {
        build_verdict(&w->build, VERDICT_UNKNOWN, target);
    }
    w->rest = span_make(NULL, 0); // a target's options stand last
}
