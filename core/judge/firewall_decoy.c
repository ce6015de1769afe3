// Rules that look guilty and are not: they drop or reject, 53 stands in them, and no query of ours ends
// there. Why it is not is the first of these that holds: it is for another port, no chain leads to it, its
// hook does not see this traffic, it is for other packets.
#include "core/base/mem.h"
#include "core/judge/firewall.h"

enum { MOST_DECOYS = 4 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Whether `needle` stands in s as a number of its own.
static bool has_number(struct span s, const char *needle)
{
    size_t n = strlen(needle), at = 0;
    for (size_t found; (found = span_find(span_from(s, at), needle)) != SIZE_MAX; at += found + n) {
        size_t from = at + found, to = from + n;
        bool left = from == 0 || !is_digit(s.at[from - 1]);
        bool right = to >= s.len || !is_digit(s.at[to]);
        if (left && right)
            return true;
    }
    return false;
}

// In iptables-save, in nft, in a listing ("udp dpt:53", "multiport dports 53,123").
static bool looks_guilty(struct span text)
{
    static const char *const stops[] = {"-j DROP", "-j REJECT", " drop", " reject", " DROP ", " REJECT "};
    static const char *const ports[] = {"port", "dpt", "spt"};
    bool stop = false, dns = span_contains_caseless(text, "dns"), port = false;
    for (size_t i = 0; i < ARRAY_LEN(stops); i++)
        stop |= span_contains(text, stops[i]);
    for (size_t i = 0; i < ARRAY_LEN(ports); i++)
        port |= span_contains(text, ports[i]);
    return stop && (dns || (port && span_contains(text, "53")));
}

static bool names_chain(const struct rule *rule, const struct chain *chain)
{
    for (struct span rest = rule->text; rest.len >= chain->name.len; rest = span_from(rest, 1)) {
        if (memcmp(rest.at, chain->name.at, chain->name.len) == 0)
            return true;
    }
    return false;
}

static bool is_called(struct ruleset *rs, const struct chain *chain)
{
    for (size_t c = 0; c < rs->n_chains; c++) {
        const struct chain *from = &rs->chains[c];
        if (from->table != chain->table || from == chain)
            continue;
        const struct chain_rules *rules = ruleset_rules(rs, from);
        for (uint32_t i = 0; i < rules->n; i++) {
            if (names_chain(&rules->items[i], chain))
                return true;
        }
    }
    return false;
}

// A cache on the node is asked there and asks on from there; IPVS takes a query at INPUT and sends it through
// OUTPUT.
static bool serves_itself(const struct firewall *f, const struct node_facts *node)
{
    return f->bench.facts->dns.nodelocal.family || nodepath_has_ipvs(f->bench.facts, node);
}

// NULL: a walk was left undecided, maybe by this rule.
static const char *tell_innocence(const struct firewall *f, const struct node_facts *node, struct ruleset *rs,
                                  const struct chain *chain, struct span text)
{
    if (!has_number(text, "53") && !has_number(text, "0:65535"))
        return "it is for another port than 53";
    enum nf_hook hook = chain->base ? chain->base->hook : NF_NONE;
    bool unnamed = span_starts(chain->name, "{"); // stands inside the rule that calls it
    if (hook == NF_NONE && !unnamed && !is_called(rs, chain))
        return "no chain leads to it";
    bool forwards = !serves_itself(f, node);
    if (hook == NF_INPUT && forwards)
        return "INPUT sees only what is for the node itself, no forwarded query";
    if (hook == NF_OUTPUT && forwards)
        return "OUTPUT sees only what the node itself sends, no forwarded query";
    return f->undecided ? NULL : "its other conditions hold for no query of this pod";
}

static bool decides(const struct firewall *f, const struct rule *rule)
{
    for (size_t i = 0; i < f->n_blocks; i++) {
        if (f->blocks[i].rule && span_eq(ruleset_rule_text(f->blocks[i].rule), ruleset_rule_text(rule)))
            return true;
    }
    return false;
}

static void say_decoy(struct firewall *f, const struct node_facts *node, struct ruleset *rs,
                      const struct chain *chain, const struct rule *rule)
{
    struct cites cites = {0};
    cite(&cites, ruleset_place(rs, rule->line));
    struct packet_decision d = {.action = PACKET_REJECT, .ruleset = rs, .chain = chain, .rule = rule};
    const char *why = firewall_is_unserved(&d) ? "kube-proxy writes it for a Service without endpoints or "
                                                 "such a port: a consequence, no firewall"
                                               : tell_innocence(f, node, rs, chain, ruleset_rule_text(rule));
    if (!why)
        return;
    bench_say(&f->bench,
              &(struct claim){.kind = CLAIM_INNOCENT,
                              .diagnosis = DIAGNOSIS_HOST_FIREWALL,
                              .subject = SUBJECT_FIREWALL,
                              .on_path = TRI_NO,
                              .in_window = TRI_YES,
                              .text = arena_printf(&f->bench.arena,
                                                   "a rule in chain " SPAN_FMT " of node %s that "
                                                   "drops or rejects looks guilty: %s",
                                                   SPAN_ARG(chain->name), node->name, why),
                              .object = node->name,
                              .time = TIME_UNKNOWN},
              &cites);
}

static size_t search_ruleset(struct firewall *f, const struct node_facts *node, struct ruleset *rs,
                             size_t said)
{
    for (size_t c = 0; c < rs->n_chains && said < MOST_DECOYS; c++) {
        const struct chain *chain = &rs->chains[c];
        if (rs->tables[chain->table].family == NF_FAMILY_OTHER) // nobody walked there
            continue;
        const struct chain_rules *rules = ruleset_rules(rs, chain);
        for (uint32_t i = 0; i < rules->n && said < MOST_DECOYS; i++) {
            const struct rule *rule = &rules->items[i];
            if (!looks_guilty(rule->text) || decides(f, rule))
                continue;
            say_decoy(f, node, rs, chain, rule);
            said++;
        }
    }
    return said;
}

// Only where every way is known: a rule is innocent only if no walk could have ended in it.
void firewall_say_decoys(struct firewall *f, const struct node_facts *node)
{
    if (f->n_walked == 0)
        return;
    size_t said = 0;
    for (size_t i = 0; i < node->n_rules && said < MOST_DECOYS; i++) {
        if (!node->rules[i].sample)
            said = search_ruleset(f, node, node->rules[i].rules, said);
    }
}
