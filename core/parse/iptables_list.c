// A listing's chains and the columns of its rules: packets, bytes, target (may be blank), protocol, options
// (ip6tables leaves them out), in, out, source, destination, and the rest of the line.
#include "core/parse/iptables_list.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/iptables.h"
#include "core/parse/iptables_list_words.h"

enum { MOST_WORDS = 12 };

// ---------------------------------------------------------------- columns

static bool is_address(struct span word)
{
    struct ip_prefix p;
    struct ip ip, mask;
    span_skip(&word, "!");
    if (ip_parse_prefix(word, &p) || span_is(word, "anywhere")) // without -n
        return true;
    size_t slash = span_find_char(word, '/'); // "10.0.0.53/255.255.0.255"
    return slash != SIZE_MAX && ip_parse(span_first(word, slash), &ip) &&
           ip_parse(span_from(word, slash + 1), &mask);
}

// "1183K", "24M": rounded, so they only tell that something was counted.
static uint64_t parse_count(struct span word)
{
    static const struct {
        char suffix;
        uint64_t factor;
    } factors[] = {{'K', 1000}, {'M', 1000000}, {'G', 1000000000}, {'T', 1000000000000}};
    uint64_t n, factor = 1;
    for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
        if (word.len > 0 && word.at[word.len - 1] == factors[i].suffix)
            factor = factors[i].factor;
    }
    if (factor > 1)
        word.len--;
    return span_to_u64(word, &n) && n <= UINT64_MAX / factor ? n * factor : COUNT_UNKNOWN;
}

static bool cut_row(struct span line, struct list_row *ret)
{
    struct span word[MOST_WORDS], rest[MOST_WORDS];
    size_t n = 0;
    while (n < MOST_WORDS && span_cut_word(&line, &word[n]))
        rest[n++] = line;
    size_t at = 5;
    while (at + 1 < n && !(is_address(word[at]) && is_address(word[at + 1])))
        at++;
    if (at + 1 >= n)
        return false;
    *ret = (struct list_row){.source = word[at], .destination = word[at + 1], .rest = rest[at + 1]};
    ret->in = word[at - 2];
    ret->out = word[at - 1];
    size_t proto = at - 3;
    if (span_is(word[proto], "--") || span_is(word[proto], "-f") || span_is(word[proto], "!f"))
        ret->opt = word[proto--];
    ret->proto = word[proto];
    ret->has_target = proto == 3;
    if (ret->has_target)
        ret->target = word[2];
    return proto == 2 || proto == 3;
}

static const struct rule_items *parse_rule(struct ruleset *rs, const struct chain *chain,
                                           const struct rule *rule)
{
    struct list_row row;
    const char *words = "-m unreadable";
    if (cut_row(rule->text, &row))
        words = list_words(&rs->arena, &row);
    return iptables_parse_words(rs, chain->table, span_of(words));
}

// ---------------------------------------------------------------- the frame

// "Chain FORWARD (policy DROP 12 packets, 3456 bytes)", "Chain KUBE-SERVICES (2 references)".
static struct chain *take_chain(struct ruleset *rs, struct span line, uint32_t at)
{
    struct span word, name, policy, count;
    span_cut_word(&line, &word);
    span_cut_word(&line, &name);
    struct chain *c = ruleset_add_chain(rs, 0, name, at);
    line = span_trim(line);
    if (!span_skip(&line, "(policy ") || !span_cut_word(&line, &policy))
        return c;
    iptables_set_base(rs, c, span_starts(policy, "DROP") ? VERDICT_DROP : VERDICT_ACCEPT,
                      span_cut_word(&line, &count) ? parse_count(count) : COUNT_UNKNOWN);
    return c;
}

static const struct chain_rules *parse_chain(struct ruleset *rs, const struct chain *chain)
{
    struct chain_rules *ret = arena_alloc(&rs->arena, sizeof *ret);
    struct rule *rules = NULL;
    size_t n = 0, cap = 0;
    for (uint32_t run = chain->first_run; run; run = rs->runs[run - 1].next) {
        const struct chain_run *r = &rs->runs[run - 1];
        struct span rest = span_make(rs->text.at + r->offset, r->end - r->offset), line, packets, bytes;
        for (uint32_t at = r->line; span_cut_line(&rest, &line); at++) {
            struct span words = line;
            if (rs->numbered && span_cut_word(&words, &packets))
                line = words;
            if (!span_cut_word(&words, &packets) || !span_cut_word(&words, &bytes))
                continue;
            *MEM_PUSH(rules, n, cap) = (struct rule){
                .line = at, .text = line, .packets = parse_count(packets), .bytes = parse_count(bytes)};
        }
    }
    ret->items = arena_dup(&rs->arena, rules, n * sizeof *rules);
    ret->n = (uint32_t)n;
    free(rules);
    return ret;
}

bool iptables_list_is(struct span text)
{
    struct span line;
    for (int i = 0; i < 20 && span_cut_line(&text, &line); i++) {
        if (span_starts(line, "Chain ") &&
            (span_contains(line, "(policy ") || span_contains(line, " references)")))
            return true;
    }
    return false;
}

static bool read_lines(struct ruleset *rs, struct error *err)
{
    struct span rest = rs->text, line;
    uint32_t chain = 0; // index plus 1
    struct chain_run run = {0};
    for (uint32_t at = 1; span_cut_line(&rest, &line); at++) {
        uint32_t offset = (uint32_t)(line.at - rs->text.at);
        bool head = span_starts(line, "Chain "), blank = span_trim(line).len == 0;
        if ((head || blank) && chain && run.line) {
            run.end = offset;
            ruleset_add_run(rs, &rs->chains[chain - 1], run);
            chain = 0;
        }
        if (head) {
            chain = (uint32_t)(take_chain(rs, line, at) - rs->chains) + 1;
            run = (struct chain_run){0};
        } else if (chain && !run.line && span_contains(line, "target") && span_contains(line, "prot")) {
            if (!span_contains(line, "pkts"))
                return error_set(err, "the listing was made without -v: its interfaces are missing");
            rs->numbered = span_starts(span_trim(line), "num");
            run = (struct chain_run){.offset = offset + (uint32_t)line.len + 1, .line = at + 1};
        }
    }
    if (chain && run.line && run.offset <= rs->text.len) {
        run.end = (uint32_t)rs->text.len;
        ruleset_add_run(rs, &rs->chains[chain - 1], run);
    }
    return true;
}

struct ruleset *iptables_list_parse(struct text text, const char *table, struct error *err)
{
    if (text.bytes.len >= UINT32_MAX) {
        error_set(err, "the listing is larger than 4 GiB");
        return NULL;
    }
    struct ruleset *rs = ruleset_new(RULESET_LISTING, text);
    rs->parse_chain = parse_chain;
    rs->parse_rule = parse_rule;
    rs->counters = true;
    ruleset_add_table(rs, span_of(table), NF_FAMILY_UNKNOWN, 1);
    if (!read_lines(rs, err)) {
        ruleset_free(rs);
        return NULL;
    }
    if (rs->n_chains == 0) {
        error_set(err, "no chain in it: not the output of iptables -L");
        ruleset_free(rs);
        return NULL;
    }
    return rs;
}
