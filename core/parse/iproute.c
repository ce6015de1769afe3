// One route a line: [TYPE] DESTINATION {KEY VALUE}, in any order of keys.
#include "core/parse/iproute.h"

#include "core/base/mem.h"

static bool is_type(struct span word)
{
    static const char *const types[] = {"unicast", "local",       "broadcast", "multicast", "anycast",
                                        "throw",   "unreachable", "prohibit",  "blackhole", "nat"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (span_is(word, types[i]))
            return true;
    }
    return false;
}

static bool is_default(struct span line)
{
    struct span word;
    return span_cut_word(&line, &word) && span_is(word, "default");
}

// "default" has no family of its own: its gateway has.
static bool default_prefix(struct span rest, struct ip_prefix *ret)
{
    struct span word;
    *ret = (struct ip_prefix){.ip = {.family = 4}};
    while (span_cut_word(&rest, &word)) {
        struct ip ip;
        if (ip_parse(word, &ip) && ip.family == 6)
            ret->ip.family = 6;
    }
    return true;
}

static void take_keys(struct arena *arena, struct span rest, struct route *route)
{
    struct span key, value;
    while (span_cut_word(&rest, &key)) {
        if (span_is(key, "dev") && span_cut_word(&rest, &value))
            route->device = arena_span(arena, value);
        else if (span_is(key, "table") && span_cut_word(&rest, &value) && !span_is(value, "main"))
            route->table = arena_span(arena, value);
    }
}

void iproute_parse(struct arena *arena, struct text text, struct routes *ret)
{
    struct span rest = text.bytes, line, word;
    for (uint32_t at = 1; span_cut_line(&rest, &line); at++) {
        struct route route = {.place = place_at(text.file, at)};
        struct span words = line;
        if (!span_cut_word(&words, &word))
            continue;
        route.local = span_is(word, "local");
        if (is_type(word) && !span_cut_word(&words, &word))
            continue;
        bool known = is_default(word) ? default_prefix(words, &route.to) : ip_parse_prefix(word, &route.to);
        if (!known)
            continue;
        take_keys(arena, words, &route);
        *ARENA_PUSH(arena, ret->items, ret->n, ret->cap) = route;
    }
}

static bool others_differ(const struct routes *routes, const struct route *best)
{
    for (size_t i = 0; i < routes->n; i++) {
        const struct route *r = &routes->items[i];
        if (r->table && r->device && r->to.bits == 0 && r->to.ip.family == best->to.ip.family &&
            strcmp(r->device, best->device) != 0)
            return true;
    }
    return false;
}

const char *routes_device(const struct routes *routes, struct ip ip)
{
    const struct route *best = NULL;
    for (size_t i = 0; routes && i < routes->n; i++) {
        const struct route *r = &routes->items[i];
        if (!r->table && r->device && ip_in_prefix(ip, r->to) && (!best || r->to.bits > best->to.bits))
            best = r;
    }
    if (!best || (best->to.bits == 0 && others_differ(routes, best)))
        return NULL;
    return best->device;
}
