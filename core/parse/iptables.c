// The frame of iptables-save: which chain's rules stand where. One pass over the lines, in which only chain
// names are looked at; a hundred thousand rules take milliseconds. What a rule says is iptables_rule.c's.
#include "core/parse/iptables.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"

struct index { // the pass over the lines
    struct ruleset *rs;
    const char *start;
    uint32_t line;
    uint32_t table;       // of the open `*table`
    bool open;            // between `*table` and COMMIT
    uint32_t run_chain;   // whose run is open: its index plus 1, or 0
    uint32_t last_chain;  // the one before it; of a new table its first one
    struct span run_head; // "-A CHAIN", as the open run's rules begin
    struct chain_run run;
};

static const struct builtin {
    const char *table, *chain;
    enum nf_hook hook;
    int32_t priority;
    bool nat;
} builtins[] = {
    // net/ipv4/netfilter/iptable_*.c
    {"raw", "PREROUTING", NF_PREROUTING, NF_PRIORITY_RAW, false},
    {"raw", "OUTPUT", NF_OUTPUT, NF_PRIORITY_RAW, false},
    {"mangle", "PREROUTING", NF_PREROUTING, NF_PRIORITY_MANGLE, false},
    {"mangle", "INPUT", NF_INPUT, NF_PRIORITY_MANGLE, false},
    {"mangle", "FORWARD", NF_FORWARD, NF_PRIORITY_MANGLE, false},
    {"mangle", "OUTPUT", NF_OUTPUT, NF_PRIORITY_MANGLE, false},
    {"mangle", "POSTROUTING", NF_POSTROUTING, NF_PRIORITY_MANGLE, false},
    {"nat", "PREROUTING", NF_PREROUTING, NF_PRIORITY_DSTNAT, true},
    {"nat", "INPUT", NF_INPUT, NF_PRIORITY_SRCNAT, true},
    {"nat", "OUTPUT", NF_OUTPUT, NF_PRIORITY_DSTNAT, true},
    {"nat", "POSTROUTING", NF_POSTROUTING, NF_PRIORITY_SRCNAT, true},
    {"filter", "INPUT", NF_INPUT, NF_PRIORITY_FILTER, false},
    {"filter", "FORWARD", NF_FORWARD, NF_PRIORITY_FILTER, false},
    {"filter", "OUTPUT", NF_OUTPUT, NF_PRIORITY_FILTER, false},
    {"security", "INPUT", NF_INPUT, NF_PRIORITY_SECURITY, false},
    {"security", "FORWARD", NF_FORWARD, NF_PRIORITY_SECURITY, false},
    {"security", "OUTPUT", NF_OUTPUT, NF_PRIORITY_SECURITY, false},
};

void iptables_set_base(struct ruleset *rs, struct chain *chain, enum verdict_kind policy, uint64_t packets)
{
    for (const struct builtin *b = builtins; b < builtins + ARRAY_LEN(builtins); b++) {
        if (!span_is(chain->name, b->chain) || !span_is(rs->tables[chain->table].name, b->table))
            continue;
        struct base_chain *base = arena_alloc(&rs->arena, sizeof *base);
        *base = (struct base_chain){
            .hook = b->hook, .priority = b->priority, .nat = b->nat, .policy = policy, .packets = packets};
        chain->base = base;
        return;
    }
}

static void close_run(struct index *ix, const char *at)
{
    if (!ix->run_chain)
        return;
    ix->run.end = (uint32_t)(at - ix->start);
    ruleset_add_run(ix->rs, &ix->rs->chains[ix->run_chain - 1], ix->run);
    ix->run_chain = 0;
}

// "[12:3456]" at the front.
static bool skip_counters(struct span *s, uint64_t *ret_packets, uint64_t *ret_bytes)
{
    if (s->len == 0 || s->at[0] != '[')
        return false;
    size_t colon = span_find_char(*s, ':'), end = span_find_char(*s, ']');
    if (colon == SIZE_MAX || end == SIZE_MAX || colon > end)
        return false;
    if (!span_to_u64(span_make(s->at + 1, colon - 1), ret_packets) ||
        !span_to_u64(span_make(s->at + colon + 1, end - colon - 1), ret_bytes))
        return false;
    *s = span_from(*s, end + 1);
    while (s->len > 0 && s->at[0] == ' ')
        *s = span_from(*s, 1);
    return true;
}

// ":FORWARD DROP [0:0]", ":KUBE-SVC-X - [0:0]".
static void take_chain(struct index *ix, struct span line)
{
    struct span rest = span_from(line, 1), name, policy;
    if (!ix->open || !span_cut(&rest, ' ', &name) || !rest.at)
        return;
    struct chain *c = ruleset_append_chain(ix->rs, ix->table, name, ix->line);
    if (rest.len > 0 && rest.at[0] == '-') // as nearly all are
        return;
    span_cut(&rest, ' ', &policy);
    uint64_t packets = COUNT_UNKNOWN, bytes;
    rest = span_trim(rest);
    skip_counters(&rest, &packets, &bytes);
    iptables_set_base(ix->rs, c, span_is(policy, "DROP") ? VERDICT_DROP : VERDICT_ACCEPT, packets);
}

// Rules come in the order in which their chains were declared, so the next chain is mostly not far behind the
// last one.
static uint32_t chain_of_rules(struct index *ix, struct span name)
{
    enum { NEAR = 16 };
    struct ruleset *rs = ix->rs;
    for (size_t i = ix->last_chain; i < rs->n_chains && i < ix->last_chain + NEAR; i++) {
        if (rs->chains[i].table == ix->table && span_eq(rs->chains[i].name, name))
            return (uint32_t)i + 1;
    }
    return (uint32_t)(ruleset_add_chain(rs, ix->table, name, ix->line) - rs->chains) + 1;
}

// Rules of one chain stand together, so most lines need this one comparison.
static bool goes_on(const struct index *ix, struct span rule)
{
    struct span head = ix->run_head;
    return ix->run_chain && rule.len > head.len && rule.at[head.len] == ' ' &&
           memcmp(rule.at, head.at, head.len) == 0;
}

// "-A CHAIN …" of a line that begins at `line`.
static void take_rule(struct index *ix, const char *line, struct span rule)
{
    struct span name = span_from(rule, 3);
    name = span_first(name, span_find_char(name, ' '));
    if (!ix->open || name.len == 0)
        return;
    ix->run_chain = ix->last_chain = chain_of_rules(ix, name);
    ix->run_head = span_first(rule, 3 + name.len);
    ix->run = (struct chain_run){.offset = (uint32_t)(line - ix->start), .line = ix->line};
}

static usec_t header_time(struct span words)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct span word[5]; // "Mon Nov 23 16:28:54 2026"
    for (size_t i = 0; i < 5; i++) {
        if (!span_cut_word(&words, &word[i]))
            return TIME_UNKNOWN;
    }
    int parts[6] = {0};
    for (int m = 0; m < 12; m++) {
        if (span_is(word[1], months[m]))
            parts[1] = m + 1;
    }
    struct span clock = word[3], part;
    uint16_t n;
    if (!span_to_u16(word[4], &n))
        return TIME_UNKNOWN;
    parts[0] = n;
    if (!span_to_u16(word[2], &n))
        return TIME_UNKNOWN;
    parts[2] = n;
    for (int i = 3; i < 6; i++) {
        if (!span_cut(&clock, ':', &part) || !span_to_u16(part, &n))
            return TIME_UNKNOWN;
        parts[i] = n;
    }
    usec_t ret;
    return clock_from_parts(parts, &ret) ? ret : TIME_UNKNOWN;
}

// "# Generated by ip6tables-nft-save v1.8.9 (nf_tables) on Mon Nov 23 16:32:59 2026". The legacy back end
// says neither "-nft-" nor "(nf_tables)"; old versions of both say neither.
static void take_header(struct index *ix, struct span line)
{
    size_t on = span_find(line, " on ");
    if (!span_starts(line, "# Generated by ") || on == SIZE_MAX)
        return;
    struct span program = span_from(span_first(line, on), strlen("# Generated by "));
    ix->rs->family = span_starts(program, "ip6tables") ? NF_FAMILY_IP6 : NF_FAMILY_IP;
    if (span_starts(program, "ebtables") || span_starts(program, "arptables"))
        ix->rs->family = NF_FAMILY_OTHER; // no packet of ours
    if (span_contains(program, "nf_tables") || span_contains(program, "-nft-"))
        ix->rs->backend = RULESET_IPT_NFT;
    if (ix->rs->time == TIME_UNKNOWN)
        ix->rs->time = header_time(span_from(line, on + 4));
}

static void take_remark(struct index *ix, struct span line)
{
    take_header(ix, line);
    if (span_contains(line, "use 'nft' tool")) // "# Table `filter' contains incompatible base-chains, …"
        ix->rs->partial = true;
}

static void take_line(struct index *ix, struct span line)
{
    const char *at = line.at;
    if (line.len > 3 && line.at[0] == '[') {
        const char *end = memchr(line.at, ']', line.len);
        size_t skip = end ? (size_t)(end - line.at) + 2 : line.len;
        line = span_from(line, skip);
        ix->rs->counters = true;
    }
    if (goes_on(ix, line))
        return;
    close_run(ix, at);
    if (line.len == 0)
        return;
    if (line.len > 3 && memcmp(line.at, "-A ", 3) == 0) {
        take_rule(ix, at, line);
    } else if (line.at[0] == ':') {
        take_chain(ix, line);
    } else if (line.at[0] == '*') {
        struct span name = span_trim(span_from(line, 1));
        ix->table = (uint32_t)(ruleset_add_table(ix->rs, name, ix->rs->family, ix->line) - ix->rs->tables);
        ix->last_chain = (uint32_t)ix->rs->n_chains;
        ix->open = true;
    } else if (line.at[0] == '#') {
        take_remark(ix, line);
    } else if (span_is(span_trim(line), "COMMIT")) {
        ix->open = false;
    }
}

// A save without its header: the first address says which family it is.
static enum nf_family guess_family(struct span text)
{
    for (size_t i; (i = span_find(text, " -")) != SIZE_MAX; text = span_from(text, i + 2)) {
        struct span word = span_from(text, i + 4);
        if (i + 4 > text.len || !strchr("sd", text.at[i + 2]) || text.at[i + 3] != ' ')
            continue;
        struct ip_prefix p;
        word = span_first(word, span_find_char(word, ' '));
        if (ip_parse_prefix(word, &p))
            return p.ip.family == 6 ? NF_FAMILY_IP6 : NF_FAMILY_IP;
    }
    return NF_FAMILY_UNKNOWN;
}

// Where a rule's "-d ADDRESS" can be read without parsing it: right behind the chain, or behind "-s ADDRESS".
static struct ip_prefix quick_guard(struct span words)
{
    struct ip_prefix guard = {0};
    if (span_starts(words, "-s ")) {
        size_t end = span_find_char(span_from(words, 3), ' ');
        words = end == SIZE_MAX ? span_make(NULL, 0) : span_from(words, end + 4);
    }
    if (!span_skip(&words, "-d "))
        return guard;
    size_t end = span_find_char(words, ' ');
    if (!ip_parse_prefix(end == SIZE_MAX ? words : span_first(words, end), &guard))
        guard = (struct ip_prefix){0};
    return guard;
}

static void cut_rule(const struct chain *chain, struct span line, struct rule *ret)
{
    ret->text = line;
    ret->packets = ret->bytes = COUNT_UNKNOWN;
    skip_counters(&line, &ret->packets, &ret->bytes);
    ret->guard = quick_guard(span_from(line, 3 + chain->name.len + 1));
}

static struct span run_text(const struct ruleset *rs, const struct chain_run *run)
{
    return span_make(rs->text.at + run->offset, run->end - run->offset);
}

static size_t most_rules(const struct ruleset *rs, const struct chain *chain)
{
    size_t n = 0;
    for (uint32_t run = chain->first_run; run; run = rs->runs[run - 1].next)
        n += bytes_count(run_text(rs, &rs->runs[run - 1]), '\n') + 1;
    return n;
}

static const struct chain_rules *parse_chain(struct ruleset *rs, const struct chain *chain)
{
    struct chain_rules *ret = arena_alloc(&rs->arena, sizeof *ret);
    ret->items = arena_alloc(&rs->arena, most_rules(rs, chain) * sizeof *ret->items);
    for (uint32_t run = chain->first_run; run; run = rs->runs[run - 1].next) {
        const struct chain_run *r = &rs->runs[run - 1];
        struct span rest = run_text(rs, r), line;
        for (uint32_t at = r->line; span_cut_line(&rest, &line); at++) {
            struct rule *rule = &ret->items[ret->n++];
            rule->line = at;
            cut_rule(chain, line, rule);
        }
    }
    return ret;
}

static const struct rule_items *parse_rule(struct ruleset *rs, const struct chain *chain,
                                           const struct rule *rule)
{
    struct span text = ruleset_rule_text(rule);
    return iptables_parse_words(rs, chain->table, span_from(text, 3 + chain->name.len));
}

struct ruleset *iptables_parse(struct text text, struct error *err)
{
    if (text.bytes.len > UINT32_MAX) {
        error_set(err, "the ruleset is larger than 4 GiB");
        return NULL;
    }
    struct index ix = {.rs = ruleset_new(RULESET_LEGACY, text), .start = text.bytes.at};
    ix.rs->parse_chain = parse_chain;
    ix.rs->parse_rule = parse_rule;
    const char *p = text.bytes.at, *end = p + text.bytes.len;
    while (p < end) {
        const char *e = memchr(p, '\n', (size_t)(end - p));
        e = e ? e : end;
        ix.line++;
        take_line(&ix, span_make(p, (size_t)(e - p)));
        p = e + 1;
    }
    close_run(&ix, end);
    ix.rs->cut = ix.open;
    if (ix.rs->n_tables == 0) {
        error_set(err, "no table (*filter, *nat …) in it: not the output of iptables-save");
        ruleset_free(ix.rs);
        return NULL;
    }
    if (ix.rs->family == NF_FAMILY_UNKNOWN) {
        ix.rs->family = guess_family(text.bytes);
        for (size_t i = 0; i < ix.rs->n_tables; i++)
            ix.rs->tables[i].family = ix.rs->family;
    }
    return ix.rs;
}
