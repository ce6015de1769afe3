// One rule a line, "PRIORITY: from SELECTORS lookup TABLE", in the order in which they are asked.
#include "core/parse/iprule.h"

#include <string.h>

static void take_prefix(struct span word, struct ip_prefix *ret)
{
    if (!span_is(word, "all") && !ip_parse_prefix(word, ret))
        *ret = (struct ip_prefix){.ip = {.family = 0}};
}

static bool parse_rule(struct arena *arena, struct span line, struct route_rule *ret)
{
    struct span word, value;
    *ret = (struct route_rule){.table = NULL};
    if (!span_cut_word(&line, &word) || !span_ends(word, ":"))
        return false;
    while (span_cut_word(&line, &word)) {
        if (span_is(word, "not")) {
            ret->other = true;
            continue;
        }
        if (!span_cut_word(&line, &value))
            break;
        if (span_is(word, "from"))
            take_prefix(value, &ret->from);
        else if (span_is(word, "to"))
            take_prefix(value, &ret->to);
        else if (span_is(word, "fwmark"))
            ret->marked = !span_is(value, "0") && !span_is(value, "0x0") && !span_starts(value, "0x0/");
        else if (span_is(word, "lookup") || span_is(word, "table"))
            ret->table = arena_span(arena, value);
        else if (!span_is(word, "proto"))
            ret->other = true;
    }
    return true;
}

void iprule_parse(struct arena *arena, struct text text, struct route_rules *ret)
{
    struct span rest = text.bytes, line;
    while (span_cut_line(&rest, &line)) {
        struct route_rule rule;
        if (parse_rule(arena, line, &rule))
            *ARENA_PUSH(arena, ret->items, ret->n, ret->cap) = rule;
    }
}

static bool may_match(const struct route_rule *rule, struct ip from, struct ip to)
{
    bool source = !rule->from.ip.family || ip_in_prefix(from, rule->from);
    bool target = !rule->to.ip.family || ip_in_prefix(to, rule->to);
    return source && target && !rule->marked;
}

static bool is_in_table(const struct route *r, const char *table)
{
    return strcmp(r->table ? r->table : "main", table) == 0;
}

static const struct route *find_route(const struct routes *routes, const char *table, struct ip to)
{
    const struct route *best = NULL;
    for (size_t i = 0; i < routes->n; i++) {
        const struct route *r = &routes->items[i];
        if (is_in_table(r, table) && ip_in_prefix(to, r->to) && (!best || r->to.bits > best->to.bits))
            best = r;
    }
    return best;
}

const char *iprule_device(const struct route_rules *rules, const struct routes *routes, struct ip from,
                          struct ip to)
{
    for (size_t i = 0; rules && routes && i < rules->n; i++) {
        const struct route_rule *rule = &rules->items[i];
        if (!may_match(rule, from, to))
            continue;
        if (rule->other || !rule->table)
            return NULL;
        const struct route *route = find_route(routes, rule->table, to);
        if (route)
            return route->device;
    }
    return NULL;
}
