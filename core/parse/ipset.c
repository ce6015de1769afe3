// Both of ipset's own forms, line by line: "create …"/"add …" of `ipset save`, and the blocks "Name: …
// Members: …" of `ipset list`. Where a set stands in both, what was saved counts.
#include "core/parse/ipset.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct reader {
    struct ipset_list *list;
    struct ipset *open; // the set whose members are being listed, or NULL
    bool members;       // behind "Members:"
    struct ipset *last; // the set that was read last
    uint32_t line;
};

static const struct {
    const char *name;
    enum ipset_part part;
} part_names[] = {{"ip", IPSET_IP},       {"net", IPSET_NET},   {"port", IPSET_PORT},
                  {"iface", IPSET_IFACE}, {"mark", IPSET_MARK}, {"mac", IPSET_MAC}};

// "hash:ip,port", "bitmap:port", "list:set".
static void take_type(struct ipset *set, struct span type)
{
    set->n_parts = 0;
    set->list = span_is(type, "list:set");
    set->hash = span_starts(type, "hash:");
    size_t colon = span_find_char(type, ':');
    struct span rest = colon == SIZE_MAX ? span_make(NULL, 0) : span_from(type, colon + 1), word;
    set->opaque = !set->list && !rest.at;
    while (!set->list && span_cut(&rest, ',', &word)) {
        enum ipset_part part = IPSET_NONE;
        for (size_t i = 0; i < ARRAY_LEN(part_names); i++) {
            if (span_is(word, part_names[i].name))
                part = part_names[i].part;
        }
        if (part == IPSET_NONE || set->n_parts == IPSET_DIMENSIONS)
            set->opaque = true;
        else
            set->parts[set->n_parts++] = part;
    }
    bool addresses = false;
    for (size_t i = 0; i < set->n_parts; i++)
        addresses = addresses || set->parts[i] == IPSET_IP || set->parts[i] == IPSET_NET;
    set->family = addresses ? 4 : 0;
}

static bool has_networks(const struct ipset *set)
{
    for (size_t i = 0; i < set->n_parts; i++) {
        if (set->parts[i] == IPSET_NET)
            return true;
    }
    return false;
}

// "family inet6 hashsize 1024 netmask 24 …", behind the type or "Header:".
static void take_header(struct ipset *set, struct span rest)
{
    struct span word, value;
    uint64_t n;
    while (span_cut_word(&rest, &word)) {
        if (span_is(word, "family") && span_cut_word(&rest, &value)) {
            if (set->family)
                set->family = span_is(value, "inet6") ? 6 : 4;
        } else if (span_is(word, "netmask") && span_cut_word(&rest, &value)) {
            if (span_to_u64(value, &n) && n <= 128)
                set->netmask = (uint8_t)n;
        } else if (span_is(word, "markmask") && span_cut_word(&rest, &value)) {
            if (span_to_u64(value, &n))
                set->mark_mask = n;
        } else if (span_is(word, "bitmask") && span_cut_word(&rest, &value)) {
            if (!ip_parse(value, &set->bitmask) || has_networks(set))
                set->opaque = true;
        }
    }
}

static struct ipset *find_set(struct ipset_list *list, struct span name)
{
    for (size_t i = list->n; i-- > 0;) {
        if (span_eq(list->sets[i].name, name))
            return &list->sets[i];
    }
    return NULL;
}

// What a listing counted holds for what was saved, too.
static struct ipset *add_set(struct reader *r, struct span name)
{
    struct ipset *set = find_set(r->list, name), before = {0};
    if (set) {
        before = *set;
        free(set->entries);
    } else {
        set = MEM_PUSH(r->list->sets, r->list->n, r->list->cap);
    }
    *set = (struct ipset){.name = name,
                          .line = r->line,
                          .mark_mask = UINT32_MAX,
                          .counted = before.counted,
                          .said = before.said};
    r->last = set;
    return set;
}

// ---------------------------------------------------------------- entries

static bool take_address(struct span word, struct ipset_value *ret)
{
    size_t dash = span_find_char(word, '-');
    struct ip_prefix from, to;
    if (dash != SIZE_MAX) {
        if (!ip_parse_prefix(span_first(word, dash), &from) ||
            !ip_parse_prefix(span_from(word, dash + 1), &to) || from.ip.family != to.ip.family)
            return false;
        ret->range = (struct range){num_of_ip(from.ip), num_of_ip(to.ip)};
    } else {
        if (!ip_parse_prefix(word, &from))
            return false;
        ret->range = range_of_prefix(from);
    }
    ret->bits = from.bits;
    return true;
}

static uint8_t port_protocol(struct span name)
{
    static const struct {
        const char *name;
        uint8_t proto;
    } protocols[] = {{"tcp", 6},   {"6", 6},    {"udp", 17},    {"17", 17},        {"sctp", 132},
                     {"132", 132}, {"icmp", 1}, {"icmpv6", 58}, {"ipv6-icmp", 58}, {"udplite", 136}};
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        if (span_is_caseless(name, protocols[i].name))
            return protocols[i].proto;
    }
    return 255; // none that a DNS packet has
}

// "53", "udp:53", "tcp:20-25"; `plain` is the protocol where none is written.
static bool take_port(struct span word, uint8_t plain, struct ipset_value *ret)
{
    size_t colon = span_find_char(word, ':');
    ret->proto = plain;
    if (colon != SIZE_MAX) {
        ret->proto = port_protocol(span_first(word, colon));
        word = span_from(word, colon + 1);
    }
    size_t dash = span_find_char(word, '-');
    uint64_t from = 0, to = 0;
    bool number = span_to_u64(dash == SIZE_MAX ? word : span_first(word, dash), &from);
    to = from;
    if (dash != SIZE_MAX && number)
        number = span_to_u64(span_from(word, dash + 1), &to);
    if (!number && ret->proto != 1 && ret->proto != 58) // icmp has names there
        return false;
    ret->range = (struct range){num_of(from), num_of(to)};
    return true;
}

static bool take_value(const struct ipset *set, enum ipset_part part, struct span word,
                       struct ipset_value *ret)
{
    uint64_t n;
    switch (part) {
    case IPSET_IP:
    case IPSET_NET:
        return take_address(word, ret);
    case IPSET_PORT:
        return take_port(word, set->n_parts == 1 ? 0 : 6, ret);
    case IPSET_IFACE:
        ret->any_iface = span_skip(&word, "physdev:");
        ret->range = range_of_name(word, false);
        return true;
    case IPSET_MARK:
        if (!span_to_u64(word, &n))
            return false;
        ret->range = (struct range){num_of(n), num_of(n)};
        return true;
    case IPSET_MAC:
        return true;
    case IPSET_NONE:
        break;
    }
    return false;
}

static void take_options(struct span rest, struct ipset *set, struct ipset_entry *entry)
{
    struct span word;
    while (span_cut_word(&rest, &word)) {
        if (span_is(word, "comment"))
            return; // the last one, and may hold any words
        if (span_is(word, "nomatch"))
            entry->nomatch = true;
        for (size_t i = 0; span_is(word, "wildcard") && i < set->n_parts; i++) {
            if (set->parts[i] == IPSET_IFACE) {
                struct num name = entry->values[i].range.lo;
                for (unsigned n = 0; n < 128; n += 8) { // the name's end opens
                    struct num byte = num_and(num_mask(n + 8, 128), num_not(num_mask(n, 128)));
                    if (num_compare(num_and(name, byte), num_of(0)) == 0) {
                        struct num open = num_not(num_mask(n, 128));
                        entry->values[i].range.hi.hi |= open.hi;
                        entry->values[i].range.hi.lo |= open.lo;
                        break;
                    }
                }
            }
        }
    }
}

static void take_entry(struct reader *r, struct ipset *set, struct span rest)
{
    struct span word, part;
    if (!span_cut_word(&rest, &word))
        return;
    struct ipset_entry entry = {.line = r->line};
    if (set->list) {
        entry.member = word;
    } else {
        for (size_t i = 0; i < set->n_parts; i++) {
            if (!span_cut(&word, ',', &part) || !take_value(set, set->parts[i], part, &entry.values[i])) {
                set->opaque = true; // an entry that is not understood: what the set holds is not known
                return;
            }
        }
        take_options(rest, set, &entry);
    }
    *MEM_PUSH(set->entries, set->n, set->cap) = entry;
}

// ---------------------------------------------------------------- lines

static void take_create(struct reader *r, struct span rest)
{
    struct span name, type;
    if (!span_cut_word(&rest, &name) || !span_cut_word(&rest, &type))
        return;
    struct ipset *set = add_set(r, name);
    take_type(set, type);
    take_header(set, rest);
}

static void take_listed(struct reader *r, struct span line)
{
    if (span_skip(&line, "Name:")) {
        r->open = add_set(r, span_trim(line));
        r->open->opaque = true; // until its type is read
        r->open->cut = true;    // until its members come: `ipset list -t` leaves them out
        r->members = false;
    } else if (r->open && span_skip(&line, "Type:")) {
        take_type(r->open, span_trim(line));
    } else if (r->open && span_skip(&line, "Header:")) {
        take_header(r->open, line);
    } else if (r->open && span_skip(&line, "Number of entries:")) {
        r->open->counted = span_to_u64(span_trim(line), &r->open->said);
        r->open->cut = !r->open->counted || r->open->said > 0;
    } else if (r->open && span_starts(line, "Members:")) {
        r->members = true;
        r->open->cut = false;
    } else if (r->open && r->members) {
        take_entry(r, r->open, line);
    }
}

static void take_line(struct reader *r, struct span line)
{
    struct span rest = line, name;
    if (span_skip(&rest, "create ") || span_skip(&rest, "-N ")) {
        r->open = NULL;
        take_create(r, rest);
    } else if (span_skip(&rest, "add ") || span_skip(&rest, "-A ")) {
        r->open = NULL;
        struct ipset *set = span_cut_word(&rest, &name) ? find_set(r->list, name) : NULL;
        if (set)
            take_entry(r, set, rest);
    } else {
        take_listed(r, line);
    }
}

// Nothing but blank lines and headings, as where several answers share a file.
static bool says_nothing(struct span text)
{
    struct span line;
    while (span_cut_line(&text, &line)) {
        line = span_trim(line);
        if (line.len && line.at[0] != '#')
            return false;
    }
    return true;
}

// Only the set that was read last can have lost its end: a listing that comes to no members, fewer entries
// than were counted, or where nobody counted, a line without an end.
static void mark_cut(struct reader *r, struct span text)
{
    struct ipset *set = r->last;
    if (!set)
        return;
    bool heading = set == r->open && !r->members;
    set->cut = heading ? set->cut : (set->counted ? set->n < set->said : !span_ends(text, "\n"));
}

struct ipset_list *ipset_parse(struct text text, struct error *err)
{
    struct ipset_list *list = mem_alloc(sizeof *list);
    list->file = text.file;
    struct reader r = {.list = list};
    struct span rest = text.bytes, line;
    while (span_cut_line(&rest, &line)) {
        r.line++;
        take_line(&r, line);
    }
    mark_cut(&r, text.bytes);
    if (list->n == 0 && !says_nothing(text.bytes)) {
        error_set(err, "no set (create … or Name: …) in it: not the output of ipset");
        ipset_free(list);
        return NULL;
    }
    return list;
}

void ipset_free(struct ipset_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->n; i++)
        free(list->sets[i].entries);
    free(list->sets);
    free(list);
}

const struct ipset *ipset_find(const struct ipset_list *list, struct span name)
{
    for (size_t i = 0; list && i < list->n; i++) {
        if (span_eq(list->sets[i].name, name))
            return &list->sets[i];
    }
    return NULL;
}
