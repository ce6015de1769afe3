// What an nft rule looks at: fields of the packet, its interfaces, marks and connection. Fields that depend
// on what no file tells are opaque, by name.
#include "core/base/mem.h"
#include "core/parse/nft_words.h"

struct field_row {
    const char *name;
    enum field field;
    uint8_t family, proto;
};

static const struct field_row meta_fields[] = {
    {"l4proto", FIELD_PROTO, 0, 0}, {"nfproto", FIELD_NFPROTO, 0, 0}, {"protocol", FIELD_ETHERTYPE, 0, 0},
    {"mark", FIELD_MARK, 0, 0},     {"iifname", FIELD_IIF, 0, 0},     {"oifname", FIELD_OIF, 0, 0},
    {"iif", FIELD_IIF, 0, 0},       {"oif", FIELD_OIF, 0, 0},         {"pkttype", FIELD_PKTTYPE, 0, 0},
    {"random", FIELD_RANDOM, 0, 0},
};

// meta keys that may stand without `meta`.
static const char *const bare_meta[] = {
    "mark",   "iif",       "iifname", "iiftype",  "oif",         "oifname",     "oiftype",
    "skuid",  "skgid",     "nftrace", "pkttype",  "cpu",         "iifgroup",    "oifgroup",
    "cgroup", "rtclassid", "ibrname", "obrname",  "ibridgename", "obridgename", "secmark",
    "length", "l4proto",   "nfproto", "protocol", "priority"};

static const struct field_row ip_fields[] = {
    {"saddr", FIELD_SADDR, 4, 0},     {"daddr", FIELD_DADDR, 4, 0},       {"protocol", FIELD_PROTO, 4, 0},
    {"version", FIELD_VERSION, 4, 0}, {"frag-off", FIELD_FRAG_OFF, 4, 0},
};

static const struct field_row ip6_fields[] = {
    {"saddr", FIELD_SADDR, 6, 0},
    {"daddr", FIELD_DADDR, 6, 0},
    {"nexthdr", FIELD_PROTO, 6, 0},
    {"version", FIELD_VERSION, 6, 0},
};

static const struct field_row port_fields[] = {
    {"sport", FIELD_SPORT, 0, 0},
    {"dport", FIELD_DPORT, 0, 0},
    {"flags", FIELD_TCP_FLAGS, 0, 6},
};

static const struct field_row ct_fields[] = {
    {"state", FIELD_CT_STATE, 0, 0},
    {"status", FIELD_CT_STATUS, 0, 0},
    {"direction", FIELD_CT_DIRECTION, 0, 0},
    {"mark", FIELD_CT_MARK, 0, 0},
    {"protocol", FIELD_CT_PROTO, 0, 0},
    {"l3proto", FIELD_CT_L3PROTO, 0, 0},
    {"saddr", FIELD_CT_SADDR, 0, 0},
    {"daddr", FIELD_CT_DADDR, 0, 0},
    {"proto-src", FIELD_CT_SPORT, 0, 0},
    {"proto-dst", FIELD_CT_DPORT, 0, 0},
    {"zone", FIELD_CT_ZONE, 0, 0},
    {"helper", FIELD_OPAQUE, 0, NFT_NO_PACKET}, // of the connection that expected this one: there is none
};

// Protocols whose fields no DNS packet has, and headers of whose fields nothing is told. 0: any protocol.
static const struct {
    const char *head;
    uint8_t proto;
} headers[] = {{"icmp", 1},
               {"icmpv6", 58},
               {"igmp", 2},
               {"esp", 50},
               {"ah", 51},
               {"comp", 108},
               {"gre", 47},
               {"ether", 0},
               {"vlan", 0},
               {"arp", 0},
               {"frag", NFT_NO_PACKET},
               {"hbh", NFT_NO_PACKET},
               {"mh", 135},
               {"dst", NFT_NO_PACKET},
               {"rt", 0},
               {"srh", NFT_NO_PACKET},
               {"exthdr", 0},
               {"socket", 0},
               {"osf", 0},
               {"ipsec", 0},
               {"tunnel", 0},
               {"vxlan", 17},
               {"geneve", 17},
               {"gretap", 47}};

static const struct field_row *find_field(const struct field_row *rows, size_t n, struct span name)
{
    for (size_t i = 0; i < n; i++) {
        if (span_is(name, rows[i].name))
            return &rows[i];
    }
    return NULL;
}

static void set_field(struct selector *s, const struct field_row *row)
{
    s->field = row->field;
    s->family = row->family ? row->family : s->family;
    s->proto = row->proto ? row->proto : s->proto;
}

static void set_opaque(struct nft_words *w, struct selector *s, struct span head)
{
    s->field = FIELD_OPAQUE;
    s->name = arena_printf(&w->build.rs->arena, SPAN_FMT " " SPAN_FMT, SPAN_ARG(head), SPAN_ARG(w->word));
}

// "HEAD FIELD" with a table of the fields that are told. The head has been read.
static void take_field(struct nft_words *w, struct span head, const struct field_row *rows, size_t n,
                       struct selector *s)
{
    const struct field_row *row = find_field(rows, n, w->word);
    if (row)
        set_field(s, row);
    else
        set_opaque(w, s, head);
    nft_next(w);
}

static bool is_bare_meta(struct span word)
{
    for (size_t i = 0; i < ARRAY_LEN(bare_meta); i++) {
        if (span_is(word, bare_meta[i]))
            return true;
    }
    return false;
}

// "tcp option maxseg size", "sctp chunk data missing"; "tcp dport"; "th sport".
static void take_transport(struct nft_words *w, struct span head, struct selector *s)
{
    uint8_t proto = 0;
    if (!span_is(head, "th"))
        rule_protocol(head, &proto);
    s->proto = proto;
    if (!nft_is_word(w, "option") && !nft_is_word(w, "chunk")) {
        take_field(w, head, port_fields, ARRAY_LEN(port_fields), s);
        return;
    }
    nft_next(w);
    set_opaque(w, s, span_is(head, "tcp") ? span_of("tcp option") : head);
    nft_next(w);
    static const char *const parts[] = {"kind", "length", "size", "left", "right", "count", "tsval", "tsecr"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        nft_take(w, parts[i]);
    if (nft_is_word(w, "missing") || nft_is_word(w, "exists") || nft_is_word(w, "0") || nft_is_word(w, "1"))
        s->proto = 0; // what has no such header lacks the option, too
}

// "ct state", "ct original ip saddr", "ct reply proto-dst", "ct original bytes".
static void take_ct(struct nft_words *w, struct selector *s)
{
    s->reply = nft_is_word(w, "reply");
    if (!nft_take(w, "reply"))
        nft_take(w, "original");
    if (nft_is_word(w, "ip") || nft_is_word(w, "ip6")) {
        s->family = nft_is_word(w, "ip") ? 4 : 6;
        nft_next(w);
    }
    take_field(w, span_of("ct"), ct_fields, ARRAY_LEN(ct_fields), s);
    if (s->proto == NFT_NO_PACKET && nft_is_translated(w))
        s->proto = 0; // of iptables an inverted match of what is not there holds
}

// ip6tables-nft's own table, where nft lists some matches of both families in IPv4's words ("ip ecn").
static bool is_table_of_six(const struct nft_words *w)
{
    return w->build.rs->tables[w->build.table].family == NF_FAMILY_IP6 && nft_is_translated(w);
}

// "fib daddr . iif type", "fib saddr . mark . iif oif".
static void take_fib(struct nft_words *w, struct selector *s)
{
    bool source = false, known = true;
    do {
        if (nft_is_word(w, "saddr"))
            source = true;
        else if (nft_is_word(w, "iif") || nft_is_word(w, "oif"))
            s->limited = true;
        else if (nft_is_word(w, "mark"))
            known = false;
        nft_next(w);
    } while (nft_take(w, "."));
    if (is_table_of_six(w))
        s->field = source ? FIELD_SADDR_TYPE6 : FIELD_DADDR_TYPE6; // -m addrtype, which knows types as a mask
    else
        s->field = source ? FIELD_SADDR_TYPE : FIELD_DADDR_TYPE;
    if (!nft_is_word(w, "type") || !known)
        set_opaque(w, s, span_of("fib"));
    nft_next(w);
}

static uint32_t take_modulus(struct nft_words *w)
{
    uint64_t n = 0;
    if (nft_take(w, "mod")) {
        if (!span_to_u64(w->word, &n))
            n = 0;
        nft_next(w);
    }
    if (nft_take(w, "seed"))
        nft_next(w);
    if (nft_take(w, "offset"))
        nft_next(w);
    return n <= UINT32_MAX ? (uint32_t)n : 0;
}

// "numgen random mod 2", "jhash ip saddr . tcp sport mod 2 seed 0x1", "symhash mod 2".
static void take_random(struct nft_words *w, struct span head, struct selector *s)
{
    struct selector hashed[NFT_FIELDS];
    unsigned n = 0;
    if (span_is(head, "numgen"))
        nft_next(w);
    else if (span_is(head, "jhash"))
        n = nft_selectors(w, hashed);
    for (unsigned i = 0; i < n; i++) { // what is hashed has to be there
        s->family = hashed[i].family ? hashed[i].family : s->family;
        s->proto = hashed[i].proto ? hashed[i].proto : s->proto;
    }
    s->field = FIELD_RANDOM;
    s->name = arena_span(&w->build.rs->arena, head);
    s->modulus = take_modulus(w);
}

static bool take_header(struct nft_words *w, struct span head, struct selector *s)
{
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        if (!span_is(head, headers[i].head))
            continue;
        nft_next(w);
        set_opaque(w, s, head);
        s->proto = headers[i].proto;
        if (span_is(head, "exthdr") || !nft_is_word(w, "exists"))
            nft_next(w);
        return true;
    }
    return false;
}

static bool is_transport(struct span word)
{
    return span_is(word, "tcp") || span_is(word, "udp") || span_is(word, "th") || span_is(word, "sctp") ||
           span_is(word, "dccp") || span_is(word, "udplite");
}

static bool take_head(struct nft_words *w, struct selector *s)
{
    struct span head = w->word;
    if (w->at_end || w->quoted)
        return false;
    if (span_starts(head, "@") && span_find_char(head, ',') != SIZE_MAX) { // raw payload
        s->field = FIELD_OPAQUE;
        s->name = arena_span(&w->build.rs->arena, head);
        nft_next(w);
        return true;
    }
    if (is_bare_meta(head)) {
        take_field(w, span_of("meta"), meta_fields, ARRAY_LEN(meta_fields), s);
        return true;
    }
    if (take_header(w, head, s))
        return true;
    bool meta = span_is(head, "meta"), ip = span_is(head, "ip"), ip6 = span_is(head, "ip6");
    bool ct = span_is(head, "ct"), fib = span_is(head, "fib"), port = is_transport(head);
    bool chance = span_is(head, "numgen") || span_is(head, "jhash") || span_is(head, "symhash");
    if (!meta && !ip && !ip6 && !ct && !fib && !port && !chance)
        return false;
    nft_next(w);
    s->family = ip && !is_table_of_six(w) ? 4 : ip || ip6 ? 6 : 0;
    if (meta)
        take_field(w, head, meta_fields, ARRAY_LEN(meta_fields), s);
    else if (ip)
        take_field(w, head, ip_fields, ARRAY_LEN(ip_fields), s);
    else if (ip6)
        take_field(w, head, ip6_fields, ARRAY_LEN(ip6_fields), s);
    else if (ct)
        take_ct(w, s);
    else if (fib)
        take_fib(w, s);
    else if (port)
        take_transport(w, head, s);
    else
        take_random(w, head, s);
    return true;
}

// ---------------------------------------------------------------- transforms

// What `&`, `|`, `^` do, as one mask and one xor: a | b = (a & ~b) ^ b. Of iptables' --set-xmark nft says
// "xor VALUE and MASK" and means it the other way round.
static void apply_bits(struct selector *s, char op, struct num n, bool mask_first)
{
    if (!s->masked) {
        s->masked = true;
        s->and_ = num_not(num_of(0));
    }
    if (op == '&' || op == '|') {
        struct num keep = op == '&' ? n : num_not(n);
        s->and_ = num_and(s->and_, keep);
        s->xor_ = mask_first ? s->xor_ : num_and(s->xor_, keep);
    }
    if (op == '|' || op == '^')
        s->xor_ = num_xor(s->xor_, n);
}

static char bit_operator(struct nft_words *w)
{
    static const struct {
        const char *word;
        char op;
    } words[] = {{"&", '&'}, {"and", '&'}, {"|", '|'}, {"or", '|'}, {"^", '^'}, {"xor", '^'}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (nft_is_word(w, words[i].word))
            return words[i].op;
    }
    return '\0';
}

static bool take_selector(struct nft_words *w, struct selector *ret);

// What stands on the right of an operator. Another field there makes a value that no file tells.
static bool take_operand(struct nft_words *w, const struct selector *s, struct num *ret)
{
    struct nft_words ahead = *w;
    struct selector plain = *s, other;
    plain.masked = false;
    if (take_selector(&ahead, &other)) {
        *w = ahead;
        return false;
    }
    return nft_bits(w, &plain, true, false, ret);
}

// False where the two cannot be put into one mask, xor and shift.
static bool apply_transform(const struct nft_words *w, struct selector *s, char op, bool left, struct num n)
{
    if (op && (s->shift_left || s->shift_right))
        return false;
    if (op)
        apply_bits(s, op, n, nft_is_translated(w));
    else
        *(left ? &s->shift_left : &s->shift_right) = n.lo < 128 ? (uint8_t)n.lo : 127;
    return true;
}

static void take_transforms(struct nft_words *w, struct selector *s)
{
    for (;;) {
        char op = bit_operator(w);
        bool left = nft_is_word(w, "<<"), right = nft_is_word(w, ">>");
        if (!op && !left && !right)
            return;
        nft_next(w);
        struct num n;
        if (!take_operand(w, s, &n) || !apply_transform(w, s, op, left, n)) {
            s->name = "a computed value";
            s->field = FIELD_OPAQUE;
        }
    }
}

// "(meta mark & 0xff)", whose parentheses may also hold a value: then nothing is read.
static bool take_group(struct nft_words *w, struct selector *ret)
{
    struct nft_words before = *w;
    nft_next(w);
    if (!take_head(w, ret)) {
        *w = before;
        return false;
    }
    take_transforms(w, ret);
    nft_take(w, ")");
    take_transforms(w, ret);
    return true;
}

static bool take_selector(struct nft_words *w, struct selector *ret)
{
    *ret = (struct selector){0};
    if (nft_is_word(w, "("))
        return take_group(w, ret);
    if (!take_head(w, ret))
        return false;
    take_transforms(w, ret);
    return true;
}

unsigned nft_selectors(struct nft_words *w, struct selector ret[static NFT_FIELDS])
{
    unsigned n = 0;
    do {
        if (n == NFT_FIELDS || !take_selector(w, &ret[n]))
            return n;
        n++;
    } while (nft_take(w, "."));
    return n;
}

bool nft_type(struct span name, struct selector *ret)
{
    static const struct field_row types[] = {
        {"ipv4_addr", FIELD_SADDR, 4, 0},
        {"ipv6_addr", FIELD_SADDR, 6, 0},
        {"inet_proto", FIELD_PROTO, 0, 0},
        {"inet_service", FIELD_SPORT, 0, 0},
        {"ifname", FIELD_IIF, 0, 0},
        {"iface_index", FIELD_IIF, 0, 0},
        {"mark", FIELD_MARK, 0, 0},
        {"ct_state", FIELD_CT_STATE, 0, 0},
        {"ct_status", FIELD_CT_STATUS, 0, 0},
        {"ct_dir", FIELD_CT_DIRECTION, 0, 0},
        {"pkt_type", FIELD_PKTTYPE, 0, 0},
        {"nf_proto", FIELD_NFPROTO, 0, 0},
        {"fib_addrtype", FIELD_SADDR_TYPE, 0, 0},
        {"tcp_flag", FIELD_TCP_FLAGS, 0, 0},
        {"ether_type", FIELD_ETHERTYPE, 0, 0},
        {"integer", FIELD_RANDOM, 0, 0},
    };
    const struct field_row *row = find_field(types, ARRAY_LEN(types), name);
    *ret = (struct selector){.field = FIELD_OPAQUE, .name = "a type"};
    if (row)
        set_field(ret, row);
    return row != NULL;
}
