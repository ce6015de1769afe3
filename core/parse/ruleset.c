// The frame of a ruleset: tables and chains by name, and the rules of a chain parsed when first asked for. A
// node with ten thousand services has thirty thousand chains, of which a packet meets a few dozen: so names
// are not copied, and the index is a flat table of numbers.
#include "core/parse/ruleset.h"

#include <stdlib.h>

#include "core/base/mem.h"

// Room for what a text of many services holds, taken at once: a page fault for every 4 KiB of it would cost
// more than reading what stands there. Untouched, it is not memory yet.
static void reserve(struct ruleset *rs)
{
    const size_t text_of_a_chain = 256; // its declaration and rules; mostly more
    rs->cap_chains = rs->cap_runs = rs->text.len / text_of_a_chain + 8;
    rs->chains = mem_big(rs->cap_chains * sizeof *rs->chains);
    rs->runs = mem_big(rs->cap_runs * sizeof *rs->runs);
}

struct ruleset *ruleset_new(enum ruleset_backend backend, struct text text)
{
    struct ruleset *rs = mem_alloc(sizeof *rs);
    rs->backend = backend;
    rs->text = text.bytes;
    rs->file = text.file;
    rs->time = TIME_UNKNOWN;
    reserve(rs);
    return rs;
}

void ruleset_free(struct ruleset *rs)
{
    if (!rs)
        return;
    free(rs->tables);
    free(rs->chains);
    free(rs->runs);
    free(rs->slots);
    free(rs->sets);
    arena_done(&rs->arena);
    free(rs);
}

struct table *ruleset_add_table(struct ruleset *rs, struct span name, enum nf_family family, uint32_t line)
{
    for (size_t i = 0; i < rs->n_tables; i++) {
        if (rs->tables[i].family == family && span_eq(rs->tables[i].name, name))
            return &rs->tables[i];
    }
    struct table *t = MEM_PUSH(rs->tables, rs->n_tables, rs->cap_tables);
    *t = (struct table){.name = name, .family = family, .line = line};
    return t;
}

static uint64_t chain_hash(uint32_t table, struct span name)
{
    return span_hash(name) + table;
}

struct chain_slot {
    uint32_t chain; // its index plus 1; 0: free
    uint32_t tag;   // more of the hash: names are looked at only where it fits
};

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 24);
}

// The slot that holds the chain, or the free one where it belongs. n_slots is a power of two.
static struct chain_slot *find_slot(const struct ruleset *rs, uint64_t hash, uint32_t table, struct span name)
{
    size_t i = hash & (rs->n_slots - 1);
    for (; rs->slots[i].chain; i = (i + 1) & (rs->n_slots - 1)) {
        const struct chain *c = &rs->chains[rs->slots[i].chain - 1];
        if (rs->slots[i].tag == tag_of(hash) && c->table == table && span_eq(c->name, name))
            break;
    }
    return &rs->slots[i];
}

// Hashes the next chains, a few at a time: the slots of all of them are on their way from memory before the
// first one is looked at, which would else be a wait for each.
static void hash_some(struct ruleset *rs)
{
    uint64_t hash[16];
    const struct chain *chains = rs->chains + rs->n_hashed;
    size_t left = rs->n_chains - rs->n_hashed, n = left < ARRAY_LEN(hash) ? left : ARRAY_LEN(hash);
    for (size_t i = 0; i < n; i++) {
        hash[i] = chain_hash(chains[i].table, chains[i].name);
        __builtin_prefetch(&rs->slots[hash[i] & (rs->n_slots - 1)]);
    }
    for (size_t i = 0; i < n; i++) {
        struct chain_slot *slot = find_slot(rs, hash[i], chains[i].table, chains[i].name);
        if (!slot->chain)
            *slot = (struct chain_slot){(uint32_t)(rs->n_hashed + i) + 1, tag_of(hash[i])};
    }
    rs->n_hashed += n;
}

// Chains are hashed when somebody looks one up, all that came since at once. At most two of three slots are
// taken.
static void hash_chains(struct ruleset *rs)
{
    size_t want = rs->n_chains + rs->n_chains / 2;
    if (want >= rs->n_slots) {
        free(rs->slots);
        rs->n_slots = rs->n_slots ? rs->n_slots : 64;
        while (rs->n_slots <= want)
            rs->n_slots *= 2;
        // Written, not only zero: a page of calloc's that is read first costs two faults.
        rs->slots = mem_big(rs->n_slots * sizeof *rs->slots);
        memset(rs->slots, 0, rs->n_slots * sizeof *rs->slots);
        rs->n_hashed = 0;
    }
    while (rs->n_hashed < rs->n_chains)
        hash_some(rs);
}

struct chain *ruleset_append_chain(struct ruleset *rs, uint32_t table, struct span name, uint32_t line)
{
    struct chain *c = MEM_PUSH(rs->chains, rs->n_chains, rs->cap_chains);
    *c = (struct chain){.name = name, .table = table, .line = line};
    return c;
}

struct chain *ruleset_add_chain(struct ruleset *rs, uint32_t table, struct span name, uint32_t line)
{
    struct chain *there = ruleset_chain(rs, table, name);
    return there ? there : ruleset_append_chain(rs, table, name, line);
}

struct chain *ruleset_chain(struct ruleset *rs, uint32_t table, struct span name)
{
    hash_chains(rs);
    uint32_t at = find_slot(rs, chain_hash(table, name), table, name)->chain;
    return at ? &rs->chains[at - 1] : NULL;
}

void ruleset_add_run(struct ruleset *rs, struct chain *chain, struct chain_run run)
{
    run.next = 0;
    *MEM_PUSH(rs->runs, rs->n_runs, rs->cap_runs) = run;
    if (chain->last_run)
        rs->runs[chain->last_run - 1].next = (uint32_t)rs->n_runs;
    else
        chain->first_run = (uint32_t)rs->n_runs;
    chain->last_run = (uint32_t)rs->n_runs;
}

const struct chain_rules *ruleset_rules(struct ruleset *rs, const struct chain *chain)
{
    struct chain *c = &rs->chains[chain - rs->chains];
    if (!c->parsed)
        c->parsed = rs->parse_chain(rs, c);
    return c->parsed;
}

const struct rule_items *ruleset_items(struct ruleset *rs, const struct chain *chain, const struct rule *rule)
{
    struct rule *r = &chain->parsed->items[rule - chain->parsed->items];
    if (!r->parsed)
        r->parsed = rs->parse_rule(rs, chain, r);
    return r->parsed;
}

const struct elements *ruleset_elements(struct ruleset *rs, uint32_t table, struct span name)
{
    for (size_t i = 0; i < rs->n_sets; i++) {
        struct named_set *set = &rs->sets[i];
        if (set->table != table || !span_eq(set->name, name))
            continue;
        if (!set->elements)
            set->elements = rs->parse_elements(rs, set);
        return set->elements;
    }
    struct elements *none = arena_alloc(&rs->arena, sizeof *none);
    none->unknown = true;
    none->name = arena_span(&rs->arena, name);
    return none;
}

struct span ruleset_rule_text(const struct rule *rule)
{
    struct span s = span_trim(rule->text);
    if (s.len > 0 && s.at[0] == '[') {
        size_t end = span_find_char(s, ']');
        if (end != SIZE_MAX)
            s = span_trim(span_from(s, end + 1));
    }
    return s;
}

struct span ruleset_line(const struct ruleset *rs, uint32_t line)
{
    struct span rest = rs->text, ret = {NULL, 0};
    for (uint32_t i = 0; i < line; i++) {
        if (!span_cut_line(&rest, &ret))
            return span_make(NULL, 0);
    }
    return ret;
}

struct place ruleset_place(const struct ruleset *rs, uint32_t line)
{
    return place_at(rs->file, line);
}

const char *nf_hook_name(enum nf_hook hook)
{
    static const char *const names[NF_HOOKS] = {"",        "ingress", "prerouting",  "input",
                                                "forward", "output",  "postrouting", "egress"};
    return names[hook];
}

static bool cut_meant_line(struct span *rest, struct span *ret_line)
{
    while (span_cut_line(rest, ret_line)) {
        if (ret_line->len && ret_line->at[0] != '#')
            return true;
    }
    return false;
}

static bool is_counter(struct span word) // of iptables-save: "[3:210]"
{
    return word.at[0] == '[' && word.at[word.len - 1] == ']';
}

static bool same_line(struct span a, struct span b)
{
    struct span x, y;
    bool count = false; // behind nft's "packets", "bytes"
    while (span_cut_word(&a, &x)) {
        if (!span_cut_word(&b, &y))
            return false;
        if (!span_eq(x, y) && !count && !(is_counter(x) && is_counter(y)))
            return false;
        count = span_is(x, "packets") || span_is(x, "bytes");
    }
    return !span_cut_word(&b, &y);
}

bool ruleset_same(const struct ruleset *a, const struct ruleset *b)
{
    struct span x = a->text, y = b->text, p, q;
    while (cut_meant_line(&x, &p)) {
        if (!cut_meant_line(&y, &q) || (!span_eq(p, q) && !same_line(p, q)))
            return false;
    }
    return !cut_meant_line(&y, &q);
}
