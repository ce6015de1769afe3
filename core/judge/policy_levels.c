// One direction of a flow through the three levels: admin policies by priority, NetworkPolicies, the
// baseline. Each level is laid over the outcome of the one below; where it cannot be told whether a rule
// matches, both outcomes stand, and only what they share is told.
#include <string.h>

#include "core/judge/policy_flow.h"

static void add_decider(struct policy_outcome *o, const struct netpol *policy)
{
    for (size_t i = 0; i < o->n; i++) {
        if (o->by[i] == policy)
            return;
    }
    if (o->n < POLICY_DECIDERS)
        o->by[o->n++] = policy;
}

// What is left when either may hold.
static struct policy_outcome either(struct policy_outcome a, struct policy_outcome b)
{
    return a.passes == b.passes ? a : (struct policy_outcome){.passes = TRI_UNKNOWN};
}

// The outcome of a policy's rules in their order, the first that matches counts, over `below`. `pass` is
// what Pass leads to.
static struct policy_outcome apply_rules(const struct policy_flow *f, enum netpol_direction d,
                                         const struct netpol *policy, struct policy_outcome below,
                                         const struct policy_outcome *pass)
{
    enum tri selected = policy_selects(f, d, policy);
    for (size_t i = policy->n_rules[d]; i > 0 && selected != TRI_NO; i--) {
        const struct netpol_rule *rule = &policy->rules[d][i - 1];
        enum tri matches = tri_and(selected, policy_rule_matches(f, d, policy, rule));
        struct policy_outcome outcome = {
            .passes = tri_of(rule->action == NETPOL_ALLOW), .by = {policy}, .n = 1};
        if (rule->action == NETPOL_PASS)
            outcome = *pass;
        if (matches == TRI_YES)
            below = outcome;
        else if (matches == TRI_UNKNOWN)
            below = either(outcome, below);
    }
    if (policy->broken && selected != TRI_NO)
        return (struct policy_outcome){.passes = TRI_UNKNOWN};
    return below;
}

// ------------------------------------------------------------------ the tiers of administrators

struct level { // of one tier
    enum netpol_kind kind;
    int64_t priority;
};

// From the weakest priority, which is the largest number, up: the next one that is stronger than the level.
static bool next_priority(const struct netpol_set *set, bool first, struct level *level)
{
    bool found = false;
    int64_t strongest = level->priority, next = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct netpol *p = &set->items[i];
        bool counts = p->kind == level->kind && (first || p->priority < strongest);
        if (!counts || (found && p->priority <= next))
            continue;
        next = p->priority;
        found = true;
    }
    level->priority = next;
    return found;
}

static bool has_a_say(const struct policy_flow *f, enum netpol_direction d, const struct netpol *policy)
{
    enum tri selected = policy_selects(f, d, policy), any = tri_of(policy->broken != NULL);
    for (size_t i = 0; i < policy->n_rules[d]; i++)
        any = tri_or(any, policy_rule_matches(f, d, policy, &policy->rules[d][i]));
    return tri_and(selected, any) != TRI_NO;
}

// All policies of one priority over what is below: where several of them have a say and differ, the API
// leaves open which one wins.
static struct policy_outcome apply_level(const struct policy_flow *f, enum netpol_direction d,
                                         struct level level, struct policy_outcome below,
                                         const struct policy_outcome *pass)
{
    struct policy_outcome result = below;
    bool said = false;
    for (size_t i = 0; i < f->world->policies->n; i++) {
        const struct netpol *policy = &f->world->policies->items[i];
        if (policy->kind != level.kind || policy->priority != level.priority || !has_a_say(f, d, policy))
            continue;
        struct policy_outcome outcome = apply_rules(f, d, policy, below, pass);
        result = said ? either(result, outcome) : outcome;
        said = true;
    }
    return result;
}

// A whole tier over the one below it, which is what Pass leads to.
static struct policy_outcome apply_tier(const struct policy_flow *f, enum netpol_direction d,
                                        enum netpol_kind kind, const struct policy_outcome *below)
{
    struct policy_outcome outcome = *below;
    struct level level = {.kind = kind};
    for (bool first = true; next_priority(f->world->policies, first, &level); first = false)
        outcome = apply_level(f, d, level, outcome, below);
    return outcome;
}

static struct policy_outcome baseline(const struct policy_flow *f, enum netpol_direction d)
{
    const struct policy_outcome free_ = {.passes = TRI_YES};
    return apply_tier(f, d, NETPOL_BASELINE, &free_);
}

// ------------------------------------------------------------------ NetworkPolicies

struct isolation {
    enum tri isolated, allowed;
    struct policy_outcome isolating, allowing;
};

static void add_standard(const struct policy_flow *f, enum netpol_direction d, const struct netpol *policy,
                         struct isolation *ret)
{
    enum tri isolates =
        tri_and(policy_selects(f, d, policy), policy->broken ? TRI_UNKNOWN : tri_of(policy->isolates[d]));
    enum tri allows = policy->broken ? TRI_UNKNOWN : TRI_NO;
    for (size_t i = 0; i < policy->n_rules[d] && !policy->broken; i++)
        allows = tri_or(allows, policy_rule_matches(f, d, policy, &policy->rules[d][i]));
    allows = tri_and(isolates, allows);
    ret->isolated = tri_or(ret->isolated, isolates);
    ret->allowed = tri_or(ret->allowed, allows);
    if (isolates == TRI_YES)
        add_decider(&ret->isolating, policy);
    if (allows == TRI_YES)
        add_decider(&ret->allowing, policy);
}

// Whether all NetworkPolicies of the subject's namespace were listed.
static bool are_listed(const struct policy_flow *f, enum netpol_direction d)
{
    const struct policy_side *subject = d == NETPOL_EGRESS ? &f->from : &f->to;
    return listing_covers(&f->world->standard, subject->pod ? subject->pod->meta.namespace_ : NULL);
}

// Policies add up: isolated by any, allowed by any. What none isolates is up to the baseline, or to the
// strict mode of the VPC CNI; and where that CNI's agent does not enforce, somebody else may or may not.
static struct policy_outcome standard(const struct policy_flow *f, enum netpol_direction d)
{
    struct isolation i = {.isolated = TRI_NO, .allowed = TRI_NO};
    const struct netpol_set *set = f->world->policies;
    for (size_t k = 0; k < set->n; k++) {
        if (set->items[k].kind == NETPOL_STANDARD)
            add_standard(f, d, &set->items[k], &i);
    }
    if (!are_listed(f, d)) {
        i.isolated = tri_or(i.isolated, TRI_UNKNOWN);
        i.allowed = tri_or(i.allowed, TRI_UNKNOWN);
    }
    struct policy_outcome isolated = i.allowed == TRI_YES ? i.allowing : i.isolating, free_ = baseline(f, d);
    isolated.passes = i.allowed;
    if (set->enforced == TRI_NO && isolated.passes == TRI_NO)
        isolated.passes = TRI_UNKNOWN;
    if (set->strict)
        free_ = (struct policy_outcome){.passes = TRI_UNKNOWN};
    if (i.isolated == TRI_UNKNOWN)
        return either(isolated, free_);
    return i.isolated == TRI_YES ? isolated : free_;
}

struct policy_outcome policy_direction(const struct policy_flow *f, enum netpol_direction d)
{
    const struct policy_side *subject = d == NETPOL_EGRESS ? &f->from : &f->to;
    if (subject->maybe_pod)
        return (struct policy_outcome){.passes = TRI_UNKNOWN};
    if (!subject->pod || subject->as_node)
        return (struct policy_outcome){.passes = TRI_YES};
    const struct policy_outcome below = standard(f, d);
    struct policy_outcome outcome = apply_tier(f, d, NETPOL_ADMIN, &below);
    // Documented as always reachable, yet plugins block it.
    if (d == NETPOL_EGRESS && f->to.own_node && outcome.passes == TRI_NO)
        outcome.passes = TRI_UNKNOWN;
    if (d == NETPOL_INGRESS && f->from.as_node && f->from.node && f->to.node &&
        strcmp(f->from.node, f->to.node) == 0)
        return (struct policy_outcome){.passes = TRI_YES};
    return outcome;
}
