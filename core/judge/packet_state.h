// The inside of judge/packet.h: how the walk goes on, and what comes of it.
//
//   packet_walk.c    hooks and chains, one after the other
//   packet_rule.c    one rule: its matches and statements
//   packet_split.c   a match that cannot be told, or an endpoint that is picked: both ways
//   packet_outcome.c what both ways come to together
//   packet_balance.c whether the asked address is shared out at all
//   packet_ipvs.c    a query that the kernel's own balancer takes
#ifndef D5_JUDGE_PACKET_STATE_H
#define D5_JUDGE_PACKET_STATE_H

#include "core/judge/packet_value.h"

struct outcome {
    struct packet_branch self;
    struct packet_branch *branches;
    size_t n_branches;
    bool dnat_open; // of struct packet_answer
    struct gap_link *gaps;
};

struct gap_link {
    struct packet_gap gap;
    struct gap_link *next;
};

struct state { // where the walk is
    struct world w;
    const struct packet_hop *trail;
};

// ---------------------------------------------------------------- packet_walk.c

// Walks to the end. Never NULL.
const struct outcome *walk_on(struct walk *walk, struct state *s);
void walk_leave_hop(struct walk *walk, struct state *s, const struct rule *rule, const char *text);
struct frame *walk_top(struct state *s);
struct ruleset *walk_ruleset(const struct walk *walk, struct state *s);
void walk_next_rule(struct state *s);
void walk_return(struct state *s);           // to the calling chain, or to the base chain's policy
void walk_leave_base_chain(struct state *s); // accepted there

// ---------------------------------------------------------------- packet_rule.c

// The rule, from the item on at which the state stands. NULL: the walk goes on from the state.
const struct outcome *rule_run(struct walk *walk, struct state *s, const struct rule *rule,
                               const struct rule_items *items);
const struct outcome *rule_blocked(struct walk *walk, struct state *s, enum packet_action action,
                                   const struct rule *rule);

// ---------------------------------------------------------------- packet_split.c

typedef void change_fn(struct state *s);

// Walks both ways on, changed by `yes` and by `no`. With `pick` both happen: they are branches.
const struct outcome *split_walk(struct walk *walk, struct state *s, bool pick, const struct packet_gap *gap,
                                 change_fn *yes, change_fn *no);
struct packet_gap split_gap(const struct walk *walk, struct state *s, const struct rule *rule,
                            const char *what);
const char *split_item_text(struct walk *walk, const struct rule_item *item);
bool split_is_pick(const struct state *s, const struct rule_item *item);

// The element that a map or verdict map gives. Returns an outcome where the walk split; else *ret is the
// element's number, or UINT32_MAX where none matches.
struct split_map {
    const struct rule *rule;
    const struct rule_item *item;
    const struct selector *selectors;
    const struct elements *set;
};
const struct outcome *split_choose(struct walk *walk, struct state *s, const struct split_map *map,
                                   uint32_t *ret);

// ---------------------------------------------------------------- packet_balance.c

bool packet_is_balanced(struct walk *walk, const struct world *first);

// ---------------------------------------------------------------- packet_ipvs.c

// Whether the query is for a virtual service; whether IPVS takes it here, and its way from there on.
bool packet_ipvs_serves(const struct walk *walk, const struct world *w);
bool packet_ipvs_takes(const struct walk *walk, const struct world *w);
const struct outcome *packet_ipvs(struct walk *walk, struct state *s);
void packet_ipvs_answers(struct world *w); // what it does to an answer behind FORWARD

// ---------------------------------------------------------------- packet_outcome.c

const struct outcome *outcome_leaf(struct walk *walk, const struct world *w, enum packet_fate fate,
                                   const struct packet_decision *decision, const struct packet_hop *last);
const struct outcome *outcome_unknown(struct walk *walk, const struct world *w, const struct packet_gap *gap,
                                      const struct packet_hop *last);
const struct outcome *outcome_picked(struct walk *walk, const struct outcome *a, const struct outcome *b);
const struct outcome *outcome_either(struct walk *walk, const struct outcome *yes, const struct outcome *no,
                                     const struct packet_gap *gap);

// Remembered outcomes of splits, by the whole world.
const struct outcome *memo_get(const struct walk *walk, const struct world *w);
void memo_put(struct walk *walk, const struct world *w, const struct outcome *outcome);

#endif
