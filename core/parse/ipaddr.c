// Reads interfaces. All four forms begin an interface's block in the first column and speak of it in words
// ("mtu 9001", "inet 10.0.0.1/24"), so that one reader goes over words and remembers whose block it is in.
#include "core/parse/ipaddr.h"

struct reader {
    struct arena *arena;
    struct links *links;
    size_t current; // index, SIZE_MAX: none yet
    struct place place;
};

static void set_current(struct reader *r, struct span name)
{
    size_t at = span_find_char(name, '@');
    name = span_first(name, at == SIZE_MAX ? name.len : at);
    for (size_t i = 0; i < r->links->n; i++) {
        if (span_is(name, r->links->items[i].name)) {
            r->current = i;
            return;
        }
    }
    r->current = r->links->n;
    *ARENA_PUSH(r->arena, r->links->items, r->links->n, r->links->cap) =
        (struct link){.name = arena_span(r->arena, name), .place = r->place};
}

static unsigned mask_bits(struct ip mask)
{
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof mask.bytes; i++) {
        for (uint8_t byte = mask.bytes[i]; byte & 0x80; byte = (uint8_t)(byte << 1))
            bits++;
    }
    return bits;
}

static void add_address(struct reader *r, struct ip_prefix prefix)
{
    struct link *link = &r->links->items[r->current];
    for (size_t i = 0; i < link->n; i++) {
        if (ip_eq(link->addresses[i].prefix.ip, prefix.ip))
            return;
    }
    *ARENA_PUSH(r->arena, link->addresses, link->n, link->cap) = (struct link_address){prefix, r->place};
}

// What follows "inet" or "inet6": an address, with its length behind a slash, or as later words of ifconfig.
static void read_inet(struct reader *r, struct span *rest)
{
    struct span word;
    struct ip_prefix prefix = {0};
    if (!span_cut_word(rest, &word))
        return;
    span_skip(&word, "addr:");
    if (word.len == 0 && !span_cut_word(rest, &word)) // old ifconfig: "inet6 addr: fe80::1/64"
        return;
    size_t percent = span_find_char(word, '%');
    if (!ip_parse_prefix(span_first(word, percent == SIZE_MAX ? word.len : percent), &prefix))
        return;
    bool bare = span_find_char(word, '/') == SIZE_MAX;
    struct span look = *rest, name;
    while (bare && span_cut_word(&look, &name)) {
        struct ip mask = {0};
        uint64_t bits;
        bool old = span_skip(&name, "Mask:");
        if (!old && (span_is(name, "netmask") || span_is(name, "prefixlen")) && !span_cut_word(&look, &name))
            break;
        if (ip_parse(name, &mask) && (old || mask.bytes[0] == 0xff)) {
            prefix.bits = (uint8_t)mask_bits(mask);
            break;
        }
        if (span_to_u64(name, &bits) && bits <= ip_bits(prefix.ip)) {
            prefix.bits = (uint8_t)bits;
            break;
        }
    }
    add_address(r, prefix);
}

static void read_words(struct reader *r, struct span rest)
{
    struct span word;
    while (span_cut_word(&rest, &word)) {
        struct link *link = &r->links->items[r->current];
        uint64_t mtu;
        struct span value = word;
        if (span_is(word, "inet") || span_is(word, "inet6"))
            read_inet(r, &rest);
        else if ((span_is(word, "mtu") && span_cut_word(&rest, &value)) || span_skip(&value, "MTU:"))
            link->mtu = span_to_u64(value, &mtu) ? (uint32_t)mtu : link->mtu;
        else if (span_starts(word, "<") || span_starts(word, "flags="))
            link->up = span_contains(word, "<UP") || span_contains(word, ",UP");
        else if (span_is(word, "UP"))
            link->up = true;
    }
}

// `ip -br addr`: "eth0  UP  10.0.0.1/24 fe80::1/64".
static bool read_brief(struct reader *r, struct span line)
{
    struct span name, state, word;
    if (!span_cut_word(&line, &name) || !span_cut_word(&line, &state) ||
        !(span_is(state, "UP") || span_is(state, "DOWN") || span_is(state, "UNKNOWN")))
        return false;
    set_current(r, name);
    r->links->items[r->current].up = !span_is(state, "DOWN");
    while (span_cut_word(&line, &word)) {
        struct ip_prefix prefix;
        if (ip_parse_prefix(word, &prefix))
            add_address(r, prefix);
    }
    return true;
}

// "2: eth0: <…>", "2: eth0    inet …", "eth0: flags=…", "eth0      Link encap:…".
static bool read_block_head(struct reader *r, struct span line)
{
    struct span rest = line, word;
    uint64_t number;
    if (!span_cut_word(&rest, &word) || word.len < 2)
        return false;
    if (span_ends(word, ":") && span_to_u64(span_first(word, word.len - 1), &number)) {
        if (!span_cut_word(&rest, &word))
            return false;
    } else if (!span_contains(rest, "flags=") && !span_contains(rest, "encap:")) {
        return false;
    }
    if (span_ends(word, ":"))
        word.len--;
    if (word.len == 0)
        return false;
    set_current(r, word);
    read_words(r, rest);
    return true;
}

void ipaddr_parse(struct arena *arena, struct text text, struct links *ret)
{
    struct reader r = {.arena = arena, .links = ret, .current = SIZE_MAX};
    struct span rest = text.bytes, line;
    for (uint32_t number = 1; span_cut_line(&rest, &line); number++) {
        r.place = place_at(text.file, number);
        if (line.len == 0)
            continue;
        bool indented = line.at[0] == ' ' || line.at[0] == '\t';
        if (!indented && (read_block_head(&r, line) || read_brief(&r, line)))
            continue;
        if (indented && r.current != SIZE_MAX)
            read_words(&r, line);
    }
}

const struct link *links_find(const struct links *links, const char *name)
{
    for (size_t i = 0; links && i < links->n; i++) {
        if (strcmp(links->items[i].name, name) == 0)
            return &links->items[i];
    }
    return NULL;
}

const struct link *links_by_address(const struct links *links, struct ip address)
{
    for (size_t i = 0; links && i < links->n; i++) {
        for (size_t j = 0; j < links->items[i].n; j++) {
            if (ip_eq(links->items[i].addresses[j].prefix.ip, address))
                return &links->items[i];
        }
    }
    return NULL;
}
