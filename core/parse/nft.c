// The frame of `nft list ruleset`: tables, chains and sets by their lines and braces, each body kept as a
// stretch of text until somebody asks for it.
#include "core/parse/nft.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/parse/nft_words.h"

enum block { BLOCK_NONE, BLOCK_CHAIN, BLOCK_SET, BLOCK_OTHER };

enum { MOST_NESTED = 16 }; // the kernel's NFT_JUMP_STACK_SIZE

struct body { // of the chain that is being read
    uint32_t chain;
    uint32_t line, offset; // where its rules begin; the offset plus 1: 0 says that none has begun
    int depth;             // open braces around it
};

struct index {
    struct ruleset *rs;
    uint32_t line, offset; // of the line being read
    int depth;             // open braces
    uint32_t table;
    bool dormant;
    enum block block;
    struct body body;
    struct body outer[MOST_NESTED]; // chains whose rule goes on in a chain without a name: "jump {"
    size_t n_outer;
    uint32_t set;
    bool elements; // some set has any
};

// Braces outside of quotes and remarks.
static int brace_balance(struct span line)
{
    int balance = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.at[i];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '#')
            break;
        else if (!quoted)
            balance += (c == '{') - (c == '}');
    }
    return balance;
}

// ---------------------------------------------------------------- base chains

static const struct {
    const char *name;
    enum nf_hook hook;
} hooks[] = {{"ingress", NF_INGRESS}, {"prerouting", NF_PREROUTING}, {"input", NF_INPUT},
             {"forward", NF_FORWARD}, {"output", NF_OUTPUT},         {"postrouting", NF_POSTROUTING},
             {"egress", NF_EGRESS}};

static bool priority_name(struct span word, int32_t *ret)
{
    static const struct {
        const char *name;
        int32_t value;
    } names[] = {{"raw", NF_PRIORITY_RAW},           {"mangle", NF_PRIORITY_MANGLE},
                 {"dstnat", NF_PRIORITY_DSTNAT},     {"filter", NF_PRIORITY_FILTER},
                 {"security", NF_PRIORITY_SECURITY}, {"srcnat", NF_PRIORITY_SRCNAT}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(word, names[i].name)) {
            *ret = names[i].value;
            return true;
        }
    }
    int64_t n;
    if (!span_to_i64(word, &n) || n < INT32_MIN || n > INT32_MAX)
        return false;
    *ret = (int32_t)n;
    return true;
}

// "filter - 5", "dstnat", "-100".
static int32_t take_priority(struct nft_words *w)
{
    int32_t base = 0, offset = 0;
    priority_name(w->word, &base);
    nft_next(w);
    bool minus = nft_is_word(w, "-");
    if (nft_take(w, "-") || nft_take(w, "+")) {
        priority_name(w->word, &offset);
        nft_next(w);
    }
    int64_t sum = (int64_t)base + (minus ? -(int64_t)offset : offset);
    return sum < INT32_MIN ? INT32_MIN : sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
}

static const struct elements *take_devices(struct nft_words *w)
{
    struct range names[64];
    size_t n = 0;
    struct selector s = {.field = FIELD_IIF};
    nft_take(w, "=");
    bool list = nft_take(w, "{");
    do {
        if (n < ARRAY_LEN(names) && nft_value(&s, w->word, true, &names[n]))
            n++;
        nft_next(w);
    } while (list && nft_take(w, ","));
    nft_take(w, "}");
    return build_elements(&w->build.rs->arena, names, n);
}

// "type filter hook forward priority filter - 5; policy drop;"
static void take_type_line(struct index *ix, struct chain *c, struct span line)
{
    struct nft_words w;
    nft_words_init(&w, ix->rs, ix->table, line);
    struct base_chain base = {.policy = VERDICT_ACCEPT, .policy_line = ix->line, .packets = COUNT_UNKNOWN};
    while (!w.at_end) {
        if (nft_take(&w, "type")) {
            base.nat = nft_is_word(&w, "nat");
        } else if (nft_take(&w, "hook")) {
            for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
                if (nft_is_word(&w, hooks[i].name) && !ix->dormant)
                    base.hook = hooks[i].hook;
            }
        } else if (nft_take(&w, "device") || nft_take(&w, "devices")) {
            base.devices = take_devices(&w);
            continue;
        } else if (nft_take(&w, "priority")) {
            base.priority = take_priority(&w);
            continue;
        } else if (nft_take(&w, "policy")) {
            base.policy = nft_is_word(&w, "drop") ? VERDICT_DROP : VERDICT_ACCEPT;
        }
        nft_next(&w);
    }
    if (base.hook != NF_NONE)
        c->base = arena_dup(&ix->rs->arena, &base, sizeof base);
}

// ---------------------------------------------------------------- blocks

static enum nf_family family_of(struct span word)
{
    static const struct {
        const char *name;
        enum nf_family family;
    } families[] = {
        {"ip", NF_FAMILY_IP}, {"ip6", NF_FAMILY_IP6}, {"inet", NF_FAMILY_INET}, {"netdev", NF_FAMILY_NETDEV}};
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        if (span_is(word, families[i].name))
            return families[i].family;
    }
    return NF_FAMILY_OTHER; // arp, bridge: no packet of ours
}

static void open_table(struct index *ix, struct span line)
{
    struct span word, family, name;
    if (!span_cut_word(&line, &word) || !span_is(word, "table") || !span_cut_word(&line, &family) ||
        !span_cut_word(&line, &name))
        return;
    struct table *t = ruleset_add_table(ix->rs, name, family_of(family), ix->line);
    ix->table = (uint32_t)(t - ix->rs->tables);
    ix->dormant = false;
}

static void open_block(struct index *ix, struct span line)
{
    struct span kind, name;
    ix->block = BLOCK_OTHER;
    if (!span_cut_word(&line, &kind) || !span_cut_word(&line, &name) || ix->rs->n_tables == 0)
        return;
    if (span_is(kind, "chain")) {
        struct chain *c = ruleset_add_chain(ix->rs, ix->table, name, ix->line);
        ix->body = (struct body){.chain = (uint32_t)(c - ix->rs->chains)};
        ix->n_outer = 0;
        ix->block = BLOCK_CHAIN;
    } else if (span_is(kind, "set") || span_is(kind, "map") || span_is(kind, "meter")) {
        struct named_set *set = MEM_PUSH(ix->rs->sets, ix->rs->n_sets, ix->rs->cap_sets);
        *set = (struct named_set){.name = name, .table = ix->table, .line = ix->line, .offset = ix->offset};
        ix->set = (uint32_t)ix->rs->n_sets - 1;
        ix->block = BLOCK_SET;
    }
}

static void close_body(struct index *ix)
{
    const struct body *b = &ix->body;
    if (b->offset)
        ruleset_add_run(ix->rs, &ix->rs->chains[b->chain],
                        (struct chain_run){.offset = b->offset - 1, .end = ix->offset, .line = b->line});
}

static bool opens_unnamed_chain(struct span line)
{
    return span_ends(line, " jump {") || span_ends(line, " goto {") || span_is(line, "jump {") ||
           span_is(line, "goto {");
}

static void open_unnamed_chain(struct index *ix)
{
    struct chain *c = ruleset_add_chain(ix->rs, ix->table, nft_unnamed_chain(ix->rs, ix->line), ix->line);
    ix->outer[ix->n_outer++] = ix->body;
    ix->body = (struct body){.chain = (uint32_t)(c - ix->rs->chains), .depth = ix->depth};
}

static void chain_line(struct index *ix, struct span line)
{
    struct chain *c = &ix->rs->chains[ix->body.chain];
    struct span trimmed = span_trim(line);
    if (ix->n_outer > 0 && ix->depth < ix->body.depth) {
        close_body(ix);
        ix->body = ix->outer[--ix->n_outer];
    } else if (span_starts(trimmed, "type ") && span_contains(trimmed, " hook ")) {
        take_type_line(ix, c, trimmed);
    } else if (!ix->body.offset && trimmed.len > 0 && !span_starts(trimmed, "comment ")) {
        ix->body.offset = ix->offset + 1;
        ix->body.line = ix->line;
    }
    if (opens_unnamed_chain(trimmed) && ix->n_outer < MOST_NESTED)
        open_unnamed_chain(ix);
}

static void close_block(struct index *ix, struct span line)
{
    if (ix->block == BLOCK_CHAIN && ix->n_outer > 0)
        ix->body = ix->outer[0]; // broken off inside
    if (ix->block == BLOCK_CHAIN)
        close_body(ix);
    if (ix->block == BLOCK_SET)
        ix->rs->sets[ix->set].end = ix->offset + (uint32_t)line.len;
    ix->block = BLOCK_NONE;
}

static void take_line(struct index *ix, struct span line)
{
    int before = ix->depth;
    ix->depth += brace_balance(line);
    if (before == 0 && ix->depth == 1) {
        open_table(ix, line);
    } else if (before == 1 && ix->depth == 2) {
        open_block(ix, line);
    } else if (before == 1 && ix->depth == 1 && span_starts(span_trim(line), "flags ")) {
        ix->dormant = span_contains(line, "dormant");
    } else if (before >= 2 && ix->depth >= 2 && ix->block == BLOCK_CHAIN) {
        chain_line(ix, line);
    } else if (before >= 2 && ix->block == BLOCK_SET && span_starts(span_trim(line), "elements ")) {
        ix->elements = true;
    } else if (before >= 2 && ix->depth == 1) {
        close_block(ix, line);
    }
    if (ix->depth < 0)
        ix->depth = 0;
}

// ---------------------------------------------------------------- rules

// "counter packets 3 bytes 210"
static void take_counters(struct rule *rule)
{
    rule->packets = rule->bytes = COUNT_UNKNOWN;
    size_t at = span_find(rule->text, "counter packets "), block = span_find(rule->text, " {\n");
    if (at == SIZE_MAX || at > block)
        return;
    struct span rest = span_from(rule->text, at + strlen("counter packets ")), packets, word, bytes;
    if (span_cut_word(&rest, &packets) && span_cut_word(&rest, &word) && span_is(word, "bytes") &&
        span_cut_word(&rest, &bytes)) {
        span_to_u64(packets, &rule->packets);
        span_to_u64(bytes, &rule->bytes);
    }
}

static const struct chain_rules *parse_chain(struct ruleset *rs, const struct chain *chain)
{
    struct chain_rules *ret = arena_alloc(&rs->arena, sizeof *ret);
    struct rule *rules = NULL;
    size_t n = 0, cap = 0;
    for (uint32_t run = chain->first_run; run; run = rs->runs[run - 1].next) {
        const struct chain_run *r = &rs->runs[run - 1];
        struct span rest = span_make(rs->text.at + r->offset, r->end - r->offset), line;
        int depth = 0;
        for (uint32_t at = r->line; span_cut_line(&rest, &line); at++) {
            if (depth > 0) { // a set inside a rule that goes on in the next line
                rules[n - 1].text.len = (size_t)(line.at + line.len - rules[n - 1].text.at);
            } else if (span_trim(line).len > 0 && span_trim(line).at[0] != '#') {
                struct rule *rule = MEM_PUSH(rules, n, cap);
                *rule = (struct rule){.line = at, .text = line};
            }
            depth += brace_balance(line);
            if (depth < 0 || n == 0)
                depth = 0;
        }
    }
    for (size_t i = 0; i < n; i++)
        take_counters(&rules[i]);
    ret->items = arena_dup(&rs->arena, rules, n * sizeof *rules);
    ret->n = (uint32_t)n;
    free(rules);
    return ret;
}

static const struct rule_items *parse_rule(struct ruleset *rs, const struct chain *chain,
                                           const struct rule *rule)
{
    return nft_parse_rule(rs, chain->table, rule->text);
}

bool nft_is(struct span text)
{
    struct span line;
    for (int i = 0; i < 100 && span_cut_line(&text, &line); i++) {
        line = span_trim(line);
        if (span_starts(line, "table ") && span_ends(line, "{"))
            return true;
        if (span_starts(line, "table ") && span_contains(line, "{ # handle"))
            return true;
    }
    return false;
}

struct ruleset *nft_parse(struct text text, struct error *err)
{
    if (text.bytes.len >= UINT32_MAX) {
        error_set(err, "the ruleset is larger than 4 GiB");
        return NULL;
    }
    struct index ix = {.rs = ruleset_new(RULESET_NFT, text)};
    ix.rs->parse_chain = parse_chain;
    ix.rs->parse_rule = parse_rule;
    ix.rs->parse_elements = nft_parse_set;
    ix.rs->counters = true;
    struct span rest = text.bytes, line;
    while (span_cut_line(&rest, &line)) {
        ix.line++;
        ix.offset = (uint32_t)(line.at - text.bytes.at);
        take_line(&ix, line);
    }
    ix.rs->cut = ix.depth > 0;
    ix.rs->terse = ix.rs->n_sets > 0 && !ix.elements;
    if (ix.rs->n_tables == 0) {
        error_set(err, "no table in it: not the output of nft list ruleset");
        ruleset_free(ix.rs);
        return NULL;
    }
    return ix.rs;
}
