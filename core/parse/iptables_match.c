// The matches of iptables(8) and iptables-extensions(8) that depend on nothing but addresses, ports,
// protocol, interface, state, mark, set or kind of address. All others are opaque: known by name, not by
// outcome.
#include "core/base/mem.h"
#include "core/parse/iptables_words.h"

struct option_row {
    const char *module; // NULL: any
    const char *option;
    bool (*take)(struct words *w, const struct option_row *row, struct span value);
    enum field field, field2;
    bool reply;
    bool alone; // takes no value
};

static struct selector select_field(enum field field)
{
    return (struct selector){.field = field};
}

// ---------------------------------------------------------------- addresses

// A mask as an address: "255.255.0.255" need not be a prefix.
static bool take_masked_address(struct words *w, enum field field, struct span address, struct span mask)
{
    struct ip ip, bits;
    if (!ip_parse(address, &ip) || !ip_parse(mask, &bits) || ip.family != bits.family)
        return false;
    struct selector s = {.field = field, .family = ip.family};
    build_masked(&w->build, s, num_of_ip(bits), num_and(num_of_ip(ip), num_of_ip(bits)), w->invert);
    return true;
}

static bool take_address(struct words *w, const struct option_row *row, struct span value)
{
    struct ip_prefix prefix;
    if (!ip_parse_prefix(value, &prefix)) {
        size_t slash = span_find_char(value, '/');
        return slash != SIZE_MAX &&
               take_masked_address(w, row->field, span_first(value, slash), span_from(value, slash + 1));
    }
    struct selector s = {.field = row->field, .family = prefix.ip.family, .reply = row->reply};
    struct range r = range_of_prefix(prefix);
    build_match(&w->build, s, &r, 1, w->invert);
    return true;
}

static bool take_address_range(struct words *w, const struct option_row *row, struct span value)
{
    size_t dash = span_find_char(value, '-');
    struct ip from, to;
    if (!ip_parse(dash == SIZE_MAX ? value : span_first(value, dash), &from))
        return false;
    to = from;
    if (dash != SIZE_MAX && !ip_parse(span_from(value, dash + 1), &to))
        return false;
    struct selector s = {.field = row->field, .family = from.family};
    build_match(&w->build, s, &(struct range){num_of_ip(from), num_of_ip(to)}, 1, w->invert);
    return true;
}

static bool take_address_type(struct words *w, const struct option_row *row, struct span value)
{
    struct range ranges[12];
    size_t n = 0;
    uint64_t mask = 0, type;
    for (struct span part; span_cut(&value, ',', &part);) {
        if (!rule_address_type(part, &type) || type > ADDR_XRESOLVE)
            return false;
        if (!(mask & UINT64_C(1) << type))
            ranges[n++] = (struct range){num_of(type), num_of(type)};
        mask |= UINT64_C(1) << type;
    }
    if (w->build.rs->tables[w->build.table].family == NF_FAMILY_IP6)
        build_types6(&w->build, select_field(row->field2), mask, w->invert);
    else
        build_match(&w->build, select_field(row->field), ranges, n, w->invert);
    return true;
}

static bool take_limit_iface(struct words *w, const struct option_row *row, struct span value)
{
    (void)row, (void)value;
    for (size_t i = w->module_from; i < w->build.n; i++) {
        struct selector *s = arena_dup(&w->build.rs->arena, w->build.items[i].selectors, sizeof *s);
        s->limited = true;
        w->build.items[i].selectors = s;
    }
    return true;
}

// ---------------------------------------------------------------- protocol and ports

static bool take_protocol(struct words *w, const struct option_row *row, struct span value)
{
    uint8_t proto;
    if (span_is(value, "all"))
        return true;
    if (!rule_protocol(value, &proto))
        return false;
    if (proto == 0 && row->field == FIELD_PROTO)
        return true;
    build_match(&w->build, select_field(row->field), &(struct range){num_of(proto), num_of(proto)}, 1,
                w->invert);
    return true;
}

// "53", "1024:65535", ":1023", "1024:"
static bool parse_ports(struct span word, struct range *ret)
{
    uint64_t from = 0, to = UINT16_MAX;
    size_t colon = span_find_char(word, ':');
    struct span low = colon == SIZE_MAX ? word : span_first(word, colon);
    struct span high = colon == SIZE_MAX ? word : span_from(word, colon + 1);
    if ((low.len > 0 && !rule_port(low, &from)) || (high.len > 0 && !rule_port(high, &to)))
        return false;
    *ret = (struct range){num_of(from), num_of(to)};
    return word.len > 0;
}

static bool take_ports(struct words *w, const struct option_row *row, struct span value)
{
    struct range ranges[16]; // XT_MULTI_PORTS is 15
    size_t n = 0;
    for (struct span part; span_cut(&value, ',', &part);) {
        if (n == ARRAY_LEN(ranges) || !parse_ports(part, &ranges[n]))
            return false;
        n++;
    }
    struct selector s = {.field = row->field, .reply = row->reply};
    if (span_is(w->module, "tcp") || span_is(w->module, "udp"))
        s.proto = span_is(w->module, "tcp") ? 6 : 17;
    build_match(&w->build, s, ranges, n, w->invert);
    return true;
}

// -m multiport --ports: either of both. Two numbers side by side: any port . the ports, the ports . any port.
static bool take_either_port(struct words *w, const struct option_row *row, struct span value)
{
    (void)row;
    struct arena *arena = &w->build.rs->arena;
    struct range any = {num_of(0), num_of(UINT16_MAX)}, port;
    struct element *items = arena_alloc(arena, 32 * sizeof *items);
    uint32_t n = 0;
    for (struct span part; span_cut(&value, ',', &part);) {
        if (n + 2 > 32 || !parse_ports(part, &port))
            return false;
        items[n++].key = arena_dup(arena, (struct range[2]){any, port}, 2 * sizeof port);
        items[n++].key = arena_dup(arena, (struct range[2]){port, any}, 2 * sizeof port);
    }
    struct selector both[2] = {{.field = FIELD_SPORT}, {.field = FIELD_DPORT}};
    struct elements *set = arena_alloc(arena, sizeof *set);
    *set = (struct elements){.items = items, .n = n, .n_fields = 2};
    struct rule_item *item = build_item(&w->build, ITEM_MATCH);
    item->selectors = arena_dup(arena, both, sizeof both);
    item->n_selectors = 2;
    item->elements = set;
    item->invert = w->invert;
    return true;
}

static bool parse_flags(struct span words, uint64_t *ret)
{
    uint64_t flag;
    *ret = 0;
    for (struct span part; span_cut(&words, ',', &part);) {
        if (!rule_tcp_flag(part, &flag))
            return false;
        *ret |= flag;
    }
    return true;
}

static bool take_tcp_flags(struct words *w, const struct option_row *row, struct span value)
{
    uint64_t mask = 2 | 4 | 16 | 1, want = 2; // --syn
    struct span set;
    if (span_is(span_of(row->option), "--tcp-flags") &&
        (!parse_flags(value, &mask) || !words_value(w, &set) || !parse_flags(set, &want)))
        return false;
    build_masked(&w->build, (struct selector){.field = FIELD_TCP_FLAGS, .proto = 6}, num_of(mask),
                 num_of(want), w->invert);
    return true;
}

// -f: second and later fragments. What conntrack sees is put together again; a question is never one.
static bool take_fragment(struct words *w, const struct option_row *row, struct span value)
{
    (void)value;
    build_masked(&w->build, select_field(row->field), num_of(0x1fff), num_of(0), !w->invert);
    return true;
}

// ---------------------------------------------------------------- interface, mark, connection

static bool take_interface(struct words *w, const struct option_row *row, struct span value)
{
    bool wild = value.len > 0 && value.at[value.len - 1] == '+';
    struct range r = range_of_name(wild ? span_first(value, value.len - 1) : value, wild);
    build_match(&w->build, select_field(row->field), &r, 1, w->invert);
    return true;
}

static bool take_mark(struct words *w, const struct option_row *row, struct span value)
{
    struct num mark, mask;
    if (!words_mark(value, &mark, &mask))
        return false;
    build_masked(&w->build, select_field(row->field), mask, mark, w->invert);
    return true;
}

// iptables knows SNAT and DNAT as states.
static bool take_state(struct words *w, const struct option_row *row, struct span value)
{
    uint64_t mask = 0, bit;
    for (struct span part; span_cut(&value, ',', &part); mask |= bit) {
        if (span_is(part, "SNAT"))
            bit = CT_STATE_XT_SNAT;
        else if (span_is(part, "DNAT"))
            bit = CT_STATE_XT_DNAT;
        else if (!rule_ct_state(part, &bit))
            return false;
    }
    w->state_seen = true;
    build_any_bits(&w->build, select_field(row->field), mask, w->invert);
    return true;
}

static bool take_status(struct words *w, const struct option_row *row, struct span value)
{
    uint64_t mask = 0, bit;
    for (struct span part; span_cut(&value, ',', &part); mask |= bit) {
        if (!rule_ct_status(part, &bit))
            return false;
    }
    build_any_bits(&w->build, select_field(row->field), mask, w->invert);
    return true;
}

static bool take_direction(struct words *w, const struct option_row *row, struct span value)
{
    uint64_t dir = span_is_caseless(value, "REPLY");
    build_match(&w->build, select_field(row->field), &(struct range){num_of(dir), num_of(dir)}, 1, w->invert);
    return true;
}

static bool take_packet_type(struct words *w, const struct option_row *row, struct span value)
{
    uint64_t type;
    if (!rule_packet_type(value, &type))
        return false;
    build_match(&w->build, select_field(row->field), &(struct range){num_of(type), num_of(type)}, 1,
                w->invert);
    return true;
}

// ---------------------------------------------------------------- sets, chance, remarks

static bool take_set(struct words *w, const struct option_row *row, struct span value)
{
    (void)row;
    struct span dirs, dir;
    if (!words_value(w, &dirs))
        return false;
    struct rule_item *item = build_item(&w->build, ITEM_IPSET);
    item->invert = w->invert;
    item->ipset = (struct ipset_match){.set = value};
    while (item->ipset.n < IPSET_DIMENSIONS && span_cut(&dirs, ',', &dir))
        item->ipset.source[item->ipset.n++] = span_is(dir, "src");
    return true;
}

static bool take_set_option(struct words *w, const struct option_row *row, struct span value)
{
    (void)value;
    if (w->build.n == w->module_from || w->build.items[w->build.n - 1].kind != ITEM_IPSET)
        return false;
    struct ipset_match *set = &w->build.items[w->build.n - 1].ipset;
    if (span_is(span_of(row->option), "--return-nomatch"))
        set->return_nomatch = true;
    else if (!row->alone)
        set->opaque = true;
    return true;
}

static bool take_nothing(struct words *w, const struct option_row *row, struct span value)
{
    (void)w, (void)row, (void)value;
    return true;
}

// xt_helper.c asks for the helper of the connection that expected this one. Nobody expects a question.
static bool take_helper(struct words *w, const struct option_row *row, struct span value)
{
    (void)row, (void)value;
    if (!w->invert)
        build_match(&w->build, select_field(FIELD_PROTO), NULL, 0, false);
    return true;
}

static bool take_comment(struct words *w, const struct option_row *row, struct span value)
{
    (void)row;
    w->build.comment = value;
    return true;
}

// A share of all packets: 0 never matches, 1 always.
static bool take_probability(struct words *w, const struct option_row *row, struct span value)
{
    (void)row;
    bool never = span_starts(value, "0.00000000000");
    bool always = span_starts(value, "1");
    if (never || always) {
        if (never != w->invert)
            build_match(&w->build, select_field(FIELD_PROTO), NULL, 0, false);
        return true;
    }
    build_match(&w->build, select_field(FIELD_RANDOM), NULL, 0, false)->name = "statistic";
    return true;
}

static bool take_every(struct words *w, const struct option_row *row, struct span value)
{
    (void)row, (void)value;
    build_match(&w->build, select_field(FIELD_RANDOM), NULL, 0, false)->name = "statistic";
    return true;
}

static const struct option_row options[] = {
    {NULL, "-s", take_address, FIELD_SADDR, 0, false, false},
    {NULL, "-d", take_address, FIELD_DADDR, 0, false, false},
    {NULL, "-i", take_interface, FIELD_IIF, 0, false, false},
    {NULL, "-o", take_interface, FIELD_OIF, 0, false, false},
    {NULL, "-p", take_protocol, FIELD_PROTO, 0, false, false},
    {NULL, "-f", take_fragment, FIELD_FRAG_OFF, 0, false, true},
    {"comment", "--comment", take_comment, 0, 0, false, false},
    {NULL, "--sport", take_ports, FIELD_SPORT, 0, false, false},
    {NULL, "--dport", take_ports, FIELD_DPORT, 0, false, false},
    {NULL, "--sports", take_ports, FIELD_SPORT, 0, false, false},
    {NULL, "--dports", take_ports, FIELD_DPORT, 0, false, false},
    {NULL, "--source-port", take_ports, FIELD_SPORT, 0, false, false},
    {NULL, "--destination-port", take_ports, FIELD_DPORT, 0, false, false},
    {NULL, "--source-ports", take_ports, FIELD_SPORT, 0, false, false},
    {NULL, "--destination-ports", take_ports, FIELD_DPORT, 0, false, false},
    {"multiport", "--ports", take_either_port, 0, 0, false, false},
    {"tcp", "--tcp-flags", take_tcp_flags, 0, 0, false, false},
    {"tcp", "--syn", take_tcp_flags, 0, 0, false, true},
    {"mark", "--mark", take_mark, FIELD_MARK, 0, false, false},
    {"connmark", "--mark", take_mark, FIELD_CT_MARK, 0, false, false},
    {"state", "--state", take_state, FIELD_CT_STATE, 0, false, false},
    {"conntrack", "--ctstate", take_state, FIELD_CT_STATE, 0, false, false},
    {"conntrack", "--ctstatus", take_status, FIELD_CT_STATUS, 0, false, false},
    {"conntrack", "--ctdir", take_direction, FIELD_CT_DIRECTION, 0, false, false},
    {"conntrack", "--ctproto", take_protocol, FIELD_CT_PROTO, 0, false, false},
    {"conntrack", "--ctorigsrc", take_address, FIELD_CT_SADDR, 0, false, false},
    {"conntrack", "--ctorigdst", take_address, FIELD_CT_DADDR, 0, false, false},
    {"conntrack", "--ctreplsrc", take_address, FIELD_CT_SADDR, 0, true, false},
    {"conntrack", "--ctrepldst", take_address, FIELD_CT_DADDR, 0, true, false},
    {"conntrack", "--ctorigsrcport", take_ports, FIELD_CT_SPORT, 0, false, false},
    {"conntrack", "--ctorigdstport", take_ports, FIELD_CT_DPORT, 0, false, false},
    {"conntrack", "--ctreplsrcport", take_ports, FIELD_CT_SPORT, 0, true, false},
    {"conntrack", "--ctrepldstport", take_ports, FIELD_CT_DPORT, 0, true, false},
    {"addrtype", "--src-type", take_address_type, FIELD_SADDR_TYPE, FIELD_SADDR_TYPE6, false, false},
    {"addrtype", "--dst-type", take_address_type, FIELD_DADDR_TYPE, FIELD_DADDR_TYPE6, false, false},
    {"addrtype", "--limit-iface-in", take_limit_iface, 0, 0, false, true},
    {"addrtype", "--limit-iface-out", take_limit_iface, 0, 0, false, true},
    {"iprange", "--src-range", take_address_range, FIELD_SADDR, 0, false, false},
    {"iprange", "--dst-range", take_address_range, FIELD_DADDR, 0, false, false},
    {"pkttype", "--pkt-type", take_packet_type, FIELD_PKTTYPE, 0, false, false},
    {"set", "--match-set", take_set, 0, 0, false, false},
    {"set", "--return-nomatch", take_set_option, 0, 0, false, true},
    {"set", "--update-counters", take_set_option, 0, 0, false, true},
    {"set", "--update-subcounters", take_set_option, 0, 0, false, true},
    {"set", "--packets-eq", take_set_option, 0, 0, false, false},
    {"set", "--packets-lt", take_set_option, 0, 0, false, false},
    {"set", "--packets-gt", take_set_option, 0, 0, false, false},
    {"set", "--bytes-eq", take_set_option, 0, 0, false, false},
    {"set", "--bytes-lt", take_set_option, 0, 0, false, false},
    {"set", "--bytes-gt", take_set_option, 0, 0, false, false},
    {"helper", "--helper", take_helper, 0, 0, false, false},
    {"statistic", "--mode", take_nothing, 0, 0, false, false},
    {"statistic", "--probability", take_probability, 0, 0, false, false},
    {"statistic", "--every", take_every, 0, 0, false, false},
    {"statistic", "--packet", take_nothing, 0, 0, false, false},
};

static const struct option_row *find_option(const struct words *w, struct span option)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        const struct option_row *row = &options[i];
        if (span_is(option, row->option) && (!row->module || span_is(w->module, row->module)))
            return row;
    }
    return NULL;
}

// ---------------------------------------------------------------- modules

// Modules whose options the table above has. The others depend on time, rates, payload, sockets and the like.
static bool module_is_told(struct span module)
{
    static const char *const told[] = {"tcp",   "udp",       "comment",  "multiport", "mark",    "connmark",
                                       "state", "conntrack", "addrtype", "helper",    "iprange", "pkttype",
                                       "set",   "statistic", "udplite",  "sctp",      "dccp",    "standard"};
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (span_is(module, told[i]))
            return true;
    }
    return false;
}

// Matches of a header of IPv6 that no question has: without it they do not hold, inverted or not.
static bool is_of_extension_header(struct span module)
{
    static const char *const headers[] = {"frag", "hbh", "dst", "rt", "srh", "mh"};
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        if (span_is(module, headers[i]))
            return true;
    }
    return false;
}

void iptables_match_module(struct words *w, struct span module)
{
    iptables_match_end(w);
    w->module = module;
    w->module_from = w->build.n;
    w->opaque = !module_is_told(module);
    if (!w->opaque)
        return;
    if (is_of_extension_header(module))
        build_match(&w->build, select_field(FIELD_PROTO), NULL, 0, false);
    else
        build_opaque(&w->build, module);
    if (span_is(module, "recent"))
        w->recent = w->build.n;
}

// xt_conntrack: beside --ctstate, the other conditions count as met where there is no connection.
void iptables_match_end(struct words *w)
{
    for (size_t i = w->module_from; w->state_seen && i < w->build.n; i++)
        w->build.items[i].no_ct_matches = true;
    w->state_seen = false;
    w->opaque = false;
    w->module = (struct span){NULL, 0};
    w->module_from = w->build.n;
}

bool iptables_match_option(struct words *w, struct span option)
{
    struct span value = {NULL, 0};
    bool basic = option.len == 2;
    if (w->opaque && !basic) {
        while (words_value(w, &value)) {
            if (w->recent == w->build.n && span_is(option, "--name"))
                w->recent_name = value;
        }
        return true;
    }
    const struct option_row *row = find_option(w, option);
    if (!row)
        return false;
    if (!row->alone && !words_value(w, &value))
        return false;
    return row->take(w, row, value);
}
