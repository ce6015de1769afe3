// Reads conntrack's statistics and flows. Both are words of name=value, so that one loop reads either; which
// it is, the first word says: "cpu=0", or a protocol's name.
#include "core/parse/conntrack.h"

static const char *const names[CONNTRACK_STAT_COUNT] = {
    [CONNTRACK_FOUND] = "found",
    [CONNTRACK_INVALID] = "invalid",
    [CONNTRACK_INSERT] = "insert",
    [CONNTRACK_INSERT_FAILED] = "insert_failed",
    [CONNTRACK_DROP] = "drop",
    [CONNTRACK_EARLY_DROP] = "early_drop",
    [CONNTRACK_ERROR] = "error",
    [CONNTRACK_SEARCH_RESTART] = "search_restart",
    [CONNTRACK_CLASH_RESOLVE] = "clash_resolve",
    [CONNTRACK_CHAIN_TOO_LONG] = "chaintoolong",
};

static bool cut_pair(struct span word, struct span *ret_name, struct span *ret_value)
{
    size_t at = span_find_char(word, '=');
    if (at == SIZE_MAX)
        return false;
    *ret_name = span_first(word, at);
    *ret_value = span_from(word, at + 1);
    return true;
}

static void read_stat(struct conntrack_cpu *cpu, struct span name, struct span value)
{
    for (size_t i = 0; i < CONNTRACK_STAT_COUNT; i++) {
        if (span_is(name, names[i]) && span_to_u64(value, &cpu->stats[i]))
            cpu->has |= 1u << i;
    }
}

static bool read_cpu(struct span line, struct conntrack_cpu *ret)
{
    struct span word, name, value;
    uint64_t number = 0;
    if (!span_cut_word(&line, &word) || !cut_pair(word, &name, &value) || !span_is(name, "cpu") ||
        !span_to_u64(value, &number))
        return false;
    ret->cpu = (uint32_t)number;
    while (span_cut_word(&line, &word)) {
        if (cut_pair(word, &name, &value))
            read_stat(ret, name, value);
    }
    return ret->has != 0;
}

// The first src, dst, sport and dport are the original direction's, the second ones the reply's.
static void read_tuple_part(struct conntrack_flow *flow, struct span name, struct span value)
{
    struct ip ip = {0};
    if (span_is(name, "src") && ip_parse(value, &ip)) {
        if (!flow->src.family)
            flow->src = ip;
        else if (!flow->reply_src.family)
            flow->reply_src = ip;
    } else if (span_is(name, "dst") && !flow->dst.family) {
        ip_parse(value, &flow->dst);
    } else if (span_is(name, "sport") && !flow->sport) {
        span_to_u16(value, &flow->sport);
    } else if (span_is(name, "dport") && !flow->dport) {
        span_to_u16(value, &flow->dport);
    }
}

static bool read_flow(struct span line, struct conntrack_flow *ret)
{
    struct span word, name, value;
    if (!span_cut_word(&line, &word))
        return false;
    bool extended = span_is(word, "ipv4") || span_is(word, "ipv6"); // -o extended: the family and its number
    for (int skip = extended ? 2 : 0; skip > 0; skip--) {
        if (!span_cut_word(&line, &word))
            return false;
    }
    ret->tcp = span_is(word, "tcp");
    if (!ret->tcp && !span_is(word, "udp"))
        return false;
    while (span_cut_word(&line, &word)) {
        ret->unreplied |= span_is(word, "[UNREPLIED]");
        ret->assured |= span_is(word, "[ASSURED]");
        if (cut_pair(word, &name, &value))
            read_tuple_part(ret, name, value);
    }
    return ret->src.family && ret->dst.family;
}

// "conntrack v1.4.6 (conntrack-tools): 25 flow entries have been shown."
static bool read_shown(struct span line, uint64_t *ret)
{
    size_t end = span_find(line, " flow entries have been shown");
    if (end == SIZE_MAX)
        return false;
    size_t begin = end;
    while (begin > 0 && line.at[begin - 1] >= '0' && line.at[begin - 1] <= '9')
        begin--;
    return span_to_u64(span_make(line.at + begin, end - begin), ret);
}

static void read_line(struct arena *arena, struct conntrack *c, struct span line, struct place place)
{
    struct conntrack_cpu cpu = {.place = place};
    struct conntrack_flow flow = {.place = place};
    if (read_cpu(line, &cpu)) {
        *ARENA_PUSH(arena, c->cpus, c->n_cpus, c->cap_cpus) = cpu;
    } else if (read_flow(line, &flow)) {
        c->n_listed++;
        if ((flow.dport == 53 || flow.sport == 53) && c->n_flows < CONNTRACK_KEEP_FLOWS)
            *ARENA_PUSH(arena, c->flows, c->n_flows, c->cap_flows) = flow;
    } else if (span_to_u64(span_trim(line), &c->count) || read_shown(line, &c->count)) {
        c->count_place = place;
    }
}

const struct conntrack *conntrack_parse_fed(struct arena *arena, struct feed *feed, uint32_t file)
{
    struct conntrack *c = arena_alloc(arena, sizeof *c);
    struct span stretch;
    uint32_t number = 0;
    while ((stretch = feed_lines(feed)).len) {
        struct span rest = stretch, line;
        while (span_cut_line(&rest, &line))
            read_line(arena, c, line, place_at(file, ++number));
        feed_skip(feed, stretch.len);
    }
    return c;
}

const struct conntrack *conntrack_parse(struct arena *arena, struct text text)
{
    struct feed feed;
    feed_init_text(&feed, text.bytes);
    const struct conntrack *ret = conntrack_parse_fed(arena, &feed, text.file);
    feed_done(&feed);
    return ret;
}

bool conntrack_sum(const struct conntrack *c, enum conntrack_stat stat, uint64_t *ret)
{
    bool any = false;
    uint64_t sum = 0;
    for (size_t i = 0; c && i < c->n_cpus; i++) {
        if (c->cpus[i].has >> stat & 1) {
            any = true;
            sum += c->cpus[i].stats[stat];
        }
    }
    if (any)
        *ret = sum;
    return any;
}

struct place conntrack_place(const struct conntrack *c, enum conntrack_stat stat)
{
    const struct conntrack_cpu *best = NULL;
    for (size_t i = 0; c && i < c->n_cpus; i++) {
        const struct conntrack_cpu *cpu = &c->cpus[i];
        if ((cpu->has >> stat & 1) && (!best || cpu->stats[stat] > best->stats[stat]))
            best = cpu;
    }
    return best ? best->place : place_at(FILE_NONE, 0);
}
