// A block as claims. The rule is the cause. That its counter grew while it hurt, or that queries were lost on
// just this way, is the effect; that queries were answered on just this way speaks against it.
#include "core/base/mem.h"
#include "core/judge/firewall.h"
#include "core/judge/forwards.h"

// ---------------------------------------------------------------- the same rule in other readings

static const struct rules_reading *reading_of(const struct node_facts *node, const struct ruleset *rs)
{
    for (size_t i = 0; i < node->n_rules; i++) {
        if (node->rules[i].rules == rs)
            return &node->rules[i];
    }
    return NULL;
}

static const struct chain *chain_in(struct ruleset *rs, const struct packet_decision *d)
{
    const struct table *table = &d->ruleset->tables[d->chain->table];
    for (size_t i = 0; i < rs->n_tables; i++) {
        if (rs->tables[i].family == table->family && span_eq(rs->tables[i].name, table->name))
            return ruleset_chain(rs, (uint32_t)i, d->chain->name);
    }
    return NULL;
}

// nft's counters stand inside the rule.
static bool same_text(const struct rule *a, const struct rule *b)
{
    struct span x = ruleset_rule_text(a), y = ruleset_rule_text(b);
    size_t i = span_find(x, "counter packets "), j = span_find(y, "counter packets ");
    if (i == SIZE_MAX || j == SIZE_MAX)
        return span_eq(x, y);
    return span_eq(span_first(x, i), span_first(y, j));
}

// nft says the policy on the line behind the chain's name.
static struct place policy_place(const struct ruleset *rs, const struct chain *chain)
{
    struct place place = ruleset_place(rs, chain->line);
    if (chain->base && chain->base->policy_line)
        place.last = chain->base->policy_line;
    return place;
}

static struct place decision_place(const struct packet_decision *d)
{
    return d->rule ? ruleset_place(d->ruleset, d->rule->line) : policy_place(d->ruleset, d->chain);
}

struct sighting { // the deciding rule or policy in one reading
    const struct rules_reading *reading;
    uint64_t packets; // COUNT_UNKNOWN where that reading has no counters
    struct place place;
};

static bool find_in(const struct rules_reading *r, const struct packet_decision *d, struct sighting *ret)
{
    const struct chain *chain = chain_in(r->rules, d);
    if (!chain)
        return false;
    *ret = (struct sighting){.reading = r,
                             .packets = chain->base ? chain->base->packets : COUNT_UNKNOWN,
                             .place = policy_place(r->rules, chain)};
    if (!d->rule)
        return chain->base && chain->base->policy == VERDICT_DROP;
    const struct chain_rules *rules = ruleset_rules(r->rules, chain);
    for (uint32_t i = 0; i < rules->n; i++) {
        if (!same_text(&rules->items[i], d->rule))
            continue;
        ret->packets = rules->items[i].packets;
        ret->place = ruleset_place(r->rules, rules->items[i].line);
        return true;
    }
    return false;
}

enum { MOST_SIGHTINGS = 16 };

static size_t find_all(const struct node_facts *node, const struct packet_decision *d,
                       struct sighting ret[static MOST_SIGHTINGS])
{
    const struct rules_reading *own = reading_of(node, d->ruleset);
    size_t n = 0;
    for (size_t i = 0; own && i < node->n_rules && n < MOST_SIGHTINGS; i++) {
        if (strcmp(node->rules[i].name, own->name) == 0 && find_in(&node->rules[i], d, &ret[n]))
            n++;
    }
    return n;
}

// ---------------------------------------------------------------- effects

// A chain in which a policy is enforced does what the policy says.
static bool is_policys(const struct packet_decision *d)
{
    const char *owner;
    return firewall_owner(d, &owner) == OWNER_POLICY;
}

static void say(struct firewall *f, enum claim_kind kind, const struct firewall_way *way,
                const struct packet_decision *d, const char *text, const struct cites *cites)
{
    bool policy = is_policys(d);
    bench_say(&f->bench,
              &(struct claim){.kind = kind,
                              .diagnosis = policy ? DIAGNOSIS_NETWORK_POLICY_DENY : DIAGNOSIS_HOST_FIREWALL,
                              .subject = policy ? SUBJECT_NETWORK_POLICY : SUBJECT_FIREWALL,
                              .on_path = way->on_path,
                              .in_window = TRI_YES,
                              .text = text,
                              .object = way->node->name,
                              .time = TIME_UNKNOWN},
              cites);
}

// Whether the time between two readings touches the window.
static bool touches(struct window w, usec_t from, usec_t to)
{
    bool before = w.from != TIME_UNKNOWN && to != TIME_UNKNOWN && to < w.from;
    bool after = w.to != TIME_UNKNOWN && from != TIME_UNKNOWN && from > w.to;
    return !before && !after;
}

// Whether the counter grew between two readings that touch the window: the first pair, the latest of its
// second.
static bool find_growth(const struct firewall *f, const struct sighting *s, size_t n,
                        const struct sighting **ret_from, const struct sighting **ret_to)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = n; j-- > i + 1;) {
            if (s[i].packets == COUNT_UNKNOWN || s[j].packets == COUNT_UNKNOWN ||
                s[j].packets <= s[i].packets ||
                !touches(f->bench.facts->target.window, s[i].reading->time, s[j].reading->time))
                continue;
            *ret_from = &s[i];
            *ret_to = &s[j];
            return true;
        }
    }
    return false;
}

static void say_growth(struct firewall *f, const struct firewall_way *way, const struct packet_decision *d,
                       const struct sighting *s, size_t n)
{
    const struct sighting *from, *to;
    struct cites cites = {0};
    if (!find_growth(f, s, n, &from, &to))
        return;
    cite(&cites, to->place);
    cite(&cites, from->place);
    say(f, CLAIM_EFFECT, way, d,
        arena_printf(&f->bench.arena, "its counter grew by %llu packets between two readings",
                     (unsigned long long)(to->packets - from->packets)),
        &cites);
}

static bool is_on_way(const struct firewall *f, const struct firewall_way *way, const struct lookup *l)
{
    const struct facts *facts = f->bench.facts;
    enum lookup_proto proto = way->query.proto == 6 ? LOOKUP_TCP : LOOKUP_UDP;
    if (l->proto != proto || l->vantage != LOOKUP_FROM_POD)
        return false;
    if (clock_in_window(l->time, facts->target.window) == TRI_NO)
        return false;
    if (way->upstream)
        return false;
    bool asker = l->target_pod || (l->client.family && ip_eq(l->client, way->query.src)) ||
                 (!l->client.family && l->node && facts->node_name && strcmp(l->node, facts->node_name) == 0);
    if (way->other)
        return asker && ip_eq(l->server, way->server);
    bool server = l->at == LOOKUP_AT_CLUSTER_DNS ||
                  (l->at == LOOKUP_AT_ENDPOINT && ip_eq(l->server, way->server)) ||
                  (l->at == LOOKUP_AT_NODELOCAL && ip_eq(l->server, way->server));
    return asker && server;
}

// A query that was seen leaving the pod's node did not end in its rules.
static bool left_the_node(const struct firewall *f, const struct firewall_way *way, const struct lookup *l)
{
    const char *own = f->bench.facts->node_name;
    return l->forwarded == TRI_YES && own && strcmp(way->node->name, own) == 0;
}

static bool is_loss(const struct firewall *f, const struct firewall_way *way, const struct packet_decision *d,
                    const struct lookup *l)
{
    if (d->leg == PACKET_QUERY && left_the_node(f, way, l))
        return false;
    return l->outcome == LOOKUP_TIMEOUT || (d->action == PACKET_REJECT && l->outcome == LOOKUP_UNREACHABLE);
}

static void cite_losses(const struct firewall *f, const struct firewall_way *way,
                        const struct packet_decision *d, struct cites *cites)
{
    const struct lookups *all = &f->bench.facts->lookups;
    if (way->upstream)
        forwards_cite_losses(&f->bench, way->query.src, way->server, cites);
    for (size_t i = 0; i < all->n && cites->n < 4; i++) {
        if (is_on_way(f, way, &all->items[i]) && is_loss(f, way, d, &all->items[i]))
            cite(cites, all->items[i].place);
    }
}

static void say_losses(struct firewall *f, const struct firewall_way *way, const struct packet_decision *d)
{
    struct cites cites = {0};
    cite_losses(f, way, d, &cites);
    if (cites.n)
        say(f, CLAIM_EFFECT, way, d,
            arena_printf(&f->bench.arena, "queries over %s %s got no answer in the window",
                         way->query.proto == 6 ? "TCP" : "UDP", way->what),
            &cites);
}

// When the rule was first seen: what was answered before that says nothing, it may have been added since.
static usec_t seen_since(const struct firewall_way *way, const struct packet_decision *d)
{
    const struct rules_reading *r = reading_of(way->node, d->ruleset);
    return r ? r->time : TIME_UNKNOWN;
}

// What only a later reading has came in between: where nobody said when it hurt, maybe after that.
static enum tri held_then(const struct firewall *f, const struct firewall_way *way,
                          const struct packet_decision *d)
{
    const struct rules_reading *r = reading_of(way->node, d->ruleset);
    if (r && r->sample && f->bench.facts->target.window.to == TIME_UNKNOWN)
        return TRI_UNKNOWN;
    return bench_reading_in_window(&f->bench, seen_since(way, d));
}

static bool all_blocked(const struct packet_answer *answer)
{
    for (size_t i = 0; i < answer->n_branches; i++) {
        if (answer->branches[i].fate != PACKET_BLOCKED)
            return false;
    }
    return true;
}

// Where every branch is blocked no query can have been answered while the rule was there.
static void say_against(struct firewall *f, const struct firewall_way *way,
                        const struct packet_answer *answer)
{
    const struct lookups *all = &f->bench.facts->lookups;
    usec_t since = seen_since(way, &answer->worst.decision);
    struct cites cites = {0};
    for (size_t i = 0; all_blocked(answer) && since != TIME_UNKNOWN && i < all->n && cites.n < 2; i++) {
        const struct lookup *l = &all->items[i];
        bool own = l->server.family && ip_eq(l->server, way->server);
        if (own && is_on_way(f, way, l) && !lookup_failed(l->outcome) && l->time != TIME_UNKNOWN &&
            l->time > since)
            cite(&cites, l->place);
    }
    if (cites.n)
        say(f, CLAIM_AGAINST, way, &answer->worst.decision,
            "queries on this very way were answered after the rule had been seen", &cites);
}

// ---------------------------------------------------------------- the cause

static bool is_said(struct firewall *f, const struct packet_decision *d)
{
    for (size_t i = 0; i < f->n_blocks; i++) {
        if (f->blocks[i].chain == d->chain && f->blocks[i].rule == d->rule)
            return true;
    }
    *MEM_PUSH(f->blocks, f->n_blocks, f->cap_blocks) = *d;
    return false;
}

static const char *tell_block(struct firewall *f, const struct firewall_way *way,
                              const struct packet_decision *d, const char *hangs_on)
{
    const char *what = way->tunnel              ? "the overlay's packets, which carry the pods' DNS,"
                       : d->leg == PACKET_REPLY ? "the answers to DNS queries over"
                                                : "DNS queries over";
    const char *proto = way->tunnel ? "on" : way->query.proto == 6 ? "TCP" : "UDP";
    return arena_printf(&f->bench.arena, "%s " SPAN_FMT " (table " SPAN_FMT ") on node %s %s %s %s %s%s%s",
                        d->rule ? "a rule in chain" : "the policy of chain", SPAN_ARG(d->chain->name),
                        SPAN_ARG(d->ruleset->tables[d->chain->table].name), way->node->name,
                        d->action == PACKET_REJECT ? "rejects" : "drops", what, proto, way->what,
                        hangs_on ? ", as far as its counter and the losses tell: it hangs on " : "",
                        hangs_on ? hangs_on : "");
}

static void say_consequence(struct firewall *f, const struct firewall_way *way,
                            const struct packet_decision *d)
{
    struct cites cites = {0};
    cite(&cites, ruleset_place(d->ruleset, packet_decision_line(d)));
    say(f, CLAIM_INNOCENT, way, d,
        "kube-proxy refuses queries because its rules know no endpoint for them: a consequence, no firewall",
        &cites);
}

static void say_cause(struct firewall *f, const struct firewall_way *way, const struct packet_decision *d,
                      const struct cites *cites, const char *hangs_on)
{
    bool policy = is_policys(d);
    bench_say(&f->bench,
              &(struct claim){.kind = CLAIM_CAUSE,
                              .diagnosis = policy ? DIAGNOSIS_NETWORK_POLICY_DENY : DIAGNOSIS_HOST_FIREWALL,
                              .subject = policy ? SUBJECT_NETWORK_POLICY : SUBJECT_FIREWALL,
                              .on_path = hangs_on ? tri_and(way->on_path, TRI_UNKNOWN) : way->on_path,
                              .in_window = held_then(f, way, d),
                              .text = tell_block(f, way, d, hangs_on),
                              .object = way->node->name,
                              .fix = way->tunnel ? firewall_fix_tunnel(&f->bench.arena, d, way->node->name,
                                                                       way->query.dport)
                                                 : firewall_fix(&f->bench.arena, d, way->node->name),
                              .time = TIME_UNKNOWN},
              cites);
}

void firewall_say_block(struct firewall *f, const struct firewall_way *way,
                        const struct packet_answer *answer)
{
    const struct packet_decision *d = &answer->worst.decision;
    struct sighting seen[MOST_SIGHTINGS];
    struct cites cites = {0};
    if (!d->chain || is_said(f, d)) // blocked by no rule: the walk assumed a way back that is not this one
        return;
    if (firewall_is_unserved(d)) {
        say_consequence(f, way, d);
        return;
    }
    cite(&cites, decision_place(d));
    size_t n = find_all(way->node, d, seen);
    for (size_t i = 0; i < n; i++)
        cite(&cites, seen[i].place);
    say_cause(f, way, d, &cites, NULL);
    say_growth(f, way, d, seen, n);
    say_losses(f, way, d);
    say_against(f, way, answer);
}

// Something came back through the overlay in the window.
static bool was_crossed(const struct firewall *f, const struct firewall_way *way)
{
    const struct lookups *all = &f->bench.facts->lookups;
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        bool there = ip_eq(l->server, way->server) || ip_eq(l->endpoint, way->server);
        if (l->vantage == LOOKUP_FROM_POD && there && !lookup_failed(l->outcome) &&
            clock_in_window(l->time, f->bench.facts->target.window) != TRI_NO)
            return true;
    }
    return false;
}

// What blocks an overlay blocks all between its nodes: it is said where the pod's queries were lost.
void firewall_say_tunnel(struct firewall *f, const struct firewall_way *way,
                         const struct packet_answer *answer)
{
    struct cites lost = {0};
    cite_losses(f, way, &answer->worst.decision, &lost);
    if (lost.n && !was_crossed(f, way))
        firewall_say_block(f, way, answer);
}

// Whether queries end at the rule hangs on what no file tells (a rate, a chance, a string). That its counter
// grew while queries on this way were lost makes it likely; but not where it counts what a program was asked
// about, whatever that said.
static void say_maybe(struct firewall *f, const struct firewall_way *way, const struct packet_decision *d,
                      const char *hangs_on)
{
    struct sighting seen[MOST_SIGHTINGS];
    const struct sighting *from, *to;
    struct cites lost = {0}, cites = {0};
    if (!d->chain || d->action == PACKET_NO_ACTION || firewall_is_unserved(d))
        return;
    size_t n = find_all(way->node, d, seen);
    cite_losses(f, way, d, &lost);
    if (lost.n == 0 || !find_growth(f, seen, n, &from, &to) || is_said(f, d))
        return;
    for (size_t i = 0; i < n; i++)
        cite(&cites, seen[i].place);
    say_cause(f, way, d, &cites, hangs_on);
    say_growth(f, way, d, seen, n);
    say_losses(f, way, d);
}

void firewall_say_unknown(struct firewall *f, const struct firewall_way *way,
                          const struct packet_answer *answer)
{
    struct arena *arena = &f->bench.arena;
    struct cites cites = {0};
    f->all_known = false;
    f->undecided = true;
    if (answer->n_gaps == 0)
        return;
    const struct packet_gap *gap = &answer->gaps[0];
    say_maybe(f, way, &answer->worst.maybe, gap->what);
    if (gap->ruleset && packet_gap_line(gap))
        cite(&cites, ruleset_place(gap->ruleset, packet_gap_line(gap)));
    bool set = span_starts(span_of(gap->what), "set ");
    const char *where =
        gap->ruleset ? arena_printf(arena, " (%s:%u)", gap->ruleset->path, packet_gap_line(gap)) : "";
    bench_say(
        &f->bench,
        &(struct claim){.kind = CLAIM_GAP,
                        .diagnosis = DIAGNOSIS_HOST_FIREWALL,
                        .subject = SUBJECT_FIREWALL,
                        .on_path = TRI_YES,
                        .in_window = TRI_YES,
                        .text = arena_printf(arena, "whether node %s lets queries %s pass hangs on %s%s",
                                             way->node->name, way->what, gap->what, where),
                        .object = way->node->name,
                        .command = set ? "ipset save" : "iptables-save -c; ip route show table all",
                        .time = TIME_UNKNOWN},
        &cites);
}
