// The packet filters of each node: every ruleset that was read, of both iptables back ends, of nft, of both
// address families, and later readings of the same; and the sets that they name. A ruleset that breaks off is
// not one: what is missing could be the rule that decides.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/facts/sample.h"
#include "core/parse/ipset.h"
#include "core/parse/rules.h"

static const struct rules_file {
    const char *name;
    const char *command; // what would tell, live
} rules_files[] = {
    {"iptables-save.txt", "iptables-save -c"},   {"iptables-legacy-save.txt", "iptables-legacy-save -c"},
    {"ip6tables-save.txt", "ip6tables-save -c"}, {"ip6tables-legacy-save.txt", "ip6tables-legacy-save -c"},
    {"nftables.txt", "nft list ruleset"},
};

static void say_unread(struct facts *facts, const struct evidence_file *file, const char *why,
                       const char *command)
{
    char *what = mem_printf("%s says nothing: %s", file->path, why);
    facts_add_gap(facts, what, command);
    free(what);
}

// An iptables-save of a back end without tables prints nothing but its header, or nothing at all: it is read,
// and holds no rule.
static bool holds_no_table(struct span text)
{
    struct span line;
    while (span_cut_line(&text, &line)) {
        line = span_trim(line);
        if (line.len > 0 && line.at[0] != '#')
            return false;
    }
    return true;
}

static bool has_tables_of(const struct ruleset *rs, const struct ruleset *before)
{
    for (size_t i = 0; i < before->n_tables; i++) {
        bool found = false;
        for (size_t j = 0; j < rs->n_tables && !found; j++)
            found = rs->tables[j].family == before->tables[i].family &&
                    span_eq(rs->tables[j].name, before->tables[i].name);
        if (!found)
            return false;
    }
    return true;
}

static bool has_changed(const struct node_facts *node, const struct ruleset *rs)
{
    for (size_t i = node->n_rules; i-- > 0;) { // readings come in order of time
        if (strcmp(node->rules[i].name, str_base_name(rs->path)) == 0)
            return has_tables_of(rs, node->rules[i].rules) && !ruleset_same(node->rules[i].rules, rs);
    }
    return false;
}

static void keep_ruleset(struct node_facts *node, const struct evidence_file *file, struct ruleset *rs)
{
    usec_t sampled = sample_time(file->path);
    bool changed = has_changed(node, rs);
    *MEM_PUSH(node->rules, node->n_rules, node->cap_rules) = (struct rules_reading){
        .rules = rs,
        .path = rs->path,
        .name = str_base_name(rs->path),
        .time = sampled != TIME_UNKNOWN ? sampled : rs->time,
        .sample = sampled != TIME_UNKNOWN,
        .changed = changed,
    };
}

static void say_unread_rules(struct facts *facts, struct node_facts *node, const struct evidence_file *file,
                             const char *why, const char *command)
{
    node->rules_unread |= sample_time(file->path) == TIME_UNKNOWN;
    say_unread(facts, file, why, command);
}

static void read_ruleset(struct facts *facts, struct node_facts *node, const struct evidence_file *file,
                         const char *command)
{
    struct error err = {{0}};
    struct text text;
    if (file->state == EVIDENCE_UNKNOWN || !evidence_text(facts->evidence, file->id, &text, &err)) {
        say_unread_rules(facts, node, file, file->why ? file->why : err.text, command);
        return;
    }
    if (holds_no_table(text.bytes))
        return;
    struct ruleset *rs = rules_parse(text, file->path, &err);
    if (!rs) {
        say_unread_rules(facts, node, file, err.text, command);
    } else if (rs->cut) {
        say_unread_rules(facts, node, file, "it breaks off", command);
        ruleset_free(rs);
    } else {
        rs->terse = false; // what writes these files does not ask for a terse listing
        keep_ruleset(node, file, rs);
    }
}

static void read_sets(struct facts *facts, struct node_facts *node, const struct evidence_file *file)
{
    struct error err = {{0}};
    struct text text;
    if (node->sets || sample_is_too_late(sample_time(file->path), facts->target.window))
        return;
    if (file->state == EVIDENCE_UNKNOWN || !evidence_text(facts->evidence, file->id, &text, &err)) {
        say_unread(facts, file, file->why ? file->why : err.text, "ipset save");
        return;
    }
    node->sets = ipset_parse(text, &err);
    if (!node->sets)
        say_unread(facts, file, err.text, "ipset save");
}

static void read_folder(struct facts *facts, struct node_facts *node, const char *folder)
{
    const struct evidence_file *file;
    for (size_t i = 0; i < ARRAY_LEN(rules_files); i++) {
        char *pattern = mem_printf("nodes/%s/%s/%s", node->name, folder, rules_files[i].name);
        uint32_t cursor = 0;
        while ((file = evidence_next(facts->evidence, pattern, &cursor)))
            read_ruleset(facts, node, file, rules_files[i].command);
        free(pattern);
    }
    char *pattern = mem_printf("nodes/%s/%s/ipset.txt", node->name, folder);
    uint32_t cursor = 0;
    while ((file = evidence_next(facts->evidence, pattern, &cursor)))
        read_sets(facts, node, file);
    free(pattern);
}

// Whether a save of that family was read, or nft's listing, which has both.
static bool has_save(const struct node_facts *node, enum nf_family family)
{
    for (size_t i = 0; i < node->n_rules; i++) {
        const struct ruleset *rs = node->rules[i].rules;
        if (rs->backend == RULESET_NFT || (rs->n_tables > 0 && rs->tables[0].family == family))
            return true;
    }
    return false;
}

// Where there is no save: `iptables -nvL`, a file a table. It knows neither the raw nor the security table.
static void read_listings(struct facts *facts, struct node_facts *node, const char *program,
                          enum nf_family family)
{
    static const char *const tables[] = {"filter", "nat", "mangle"};
    if (has_save(node, family))
        return;
    size_t before = node->n_rules;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char *path = mem_printf("nodes/%s/networking/%s-%s.txt", node->name, program, tables[i]);
        const struct evidence_file *file = evidence_find(facts->evidence, path);
        char *command = mem_printf("%s-save -c", program);
        if (file)
            read_ruleset(facts, node, file, command);
        free(path);
        free(command);
    }
    if (node->n_rules == before)
        return;
    char *what = mem_printf("the raw and security tables of node %s, which listings do not hold", node->name);
    facts_add_gap(facts, what, "iptables-save -c");
    free(what);
}

void gather_rules(struct facts *facts)
{
    for (size_t i = 0; i < facts->n_nodes; i++) {
        read_folder(facts, &facts->nodes[i], "networking");
        read_listings(facts, &facts->nodes[i], "iptables", NF_FAMILY_IP);
        read_listings(facts, &facts->nodes[i], "ip6tables", NF_FAMILY_IP6);
        read_folder(facts, &facts->nodes[i], "samples/*");
    }
}

void node_rules_done(struct node_facts *node)
{
    for (size_t i = 0; i < node->n_rules; i++)
        ruleset_free(node->rules[i].rules);
    free(node->rules);
    ipset_free(node->sets);
}
