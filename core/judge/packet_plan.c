// The order of base chains at each hook: by priority, and of those with the same one the later registered
// first (net/netfilter/core.c, nf_hook_entries_grow). Chains of the nat kind do not stand at their own
// priority: the kernel's nat core calls them all from one place (nf_nat_core.c, nf_nat_register_fn), in the
// order of their priorities.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/packet_world.h"

static bool is_xt_table(struct span name)
{
    static const char *const names[] = {"raw", "mangle", "nat", "filter", "security"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i]))
            return true;
    }
    return false;
}

static bool lists_chain(struct ruleset *save, const struct table *table, const struct chain *chain)
{
    for (size_t t = 0; t < save->n_tables; t++) {
        if (save->tables[t].family != table->family || !span_eq(save->tables[t].name, table->name))
            continue;
        const struct chain *own = ruleset_chain(save, (uint32_t)t, chain->name);
        return own && own->base && own->base->hook == chain->base->hook &&
               own->base->priority == chain->base->priority;
    }
    return false;
}

// nft also lists the tables of iptables-nft, in words that hide things: iptables' own save of them is better.
// It leaves out chains that are not its own.
static bool is_shadowed(const struct packet_query *q, const struct ruleset *rs, const struct chain *chain)
{
    const struct table *table = &rs->tables[chain->table];
    if (rs->backend != RULESET_NFT || !is_xt_table(table->name))
        return false;
    for (size_t i = 0; i < q->n_rules; i++) {
        if (q->rules[i]->backend == RULESET_IPT_NFT && lists_chain(q->rules[i], table, chain))
            return true;
    }
    return false;
}

static bool concerns(const struct packet_query *q, const struct ruleset *rs, const struct chain *chain,
                     uint8_t family)
{
    switch (rs->tables[chain->table].family) {
    case NF_FAMILY_IP:
        return family == 4 && !is_shadowed(q, rs, chain);
    case NF_FAMILY_IP6:
        return family == 6 && !is_shadowed(q, rs, chain);
    case NF_FAMILY_OTHER:
        return false;
    default:
        return true;
    }
}

static void add_step(struct packet_plan *plan, enum nf_hook hook, struct plan_step step)
{
    step.order = (uint32_t)plan->n[hook];
    if (step.group == 0)
        step.group = step.order + 1;
    *MEM_PUSH(plan->steps[hook], plan->n[hook], plan->cap[hook]) = step;
}

static int32_t nat_priority(enum nf_hook hook)
{
    return hook == NF_PREROUTING || hook == NF_OUTPUT ? NF_PRIORITY_DSTNAT : NF_PRIORITY_SRCNAT;
}

static bool is_nat(const struct plan_step *step)
{
    return step->chain && step->chain->base->nat;
}

static void add_chain(struct packet_plan *plan, uint32_t ruleset, const struct chain *c)
{
    const struct base_chain *base = c->base;
    struct plan_step step = {.kind = PLAN_CHAIN,
                             .priority = base->nat ? nat_priority(base->hook) : base->priority,
                             .own = base->priority,
                             .ruleset = ruleset,
                             .chain = c};
    if (base->nat) { // all in the group of the first one
        for (size_t i = 0; i < plan->n[base->hook] && !step.group; i++) {
            if (is_nat(&plan->steps[base->hook][i]))
                step.group = plan->steps[base->hook][i].group;
        }
    }
    add_step(plan, base->hook, step);
}

static int compare_steps(const void *a, const void *b)
{
    const struct plan_step *x = a, *y = b;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    if (x->group != y->group)
        return x->group > y->group ? -1 : 1;
    if (x->own != y->own)
        return x->own < y->own ? -1 : 1;
    return x->order > y->order ? -1 : x->order < y->order;
}

// The step that applies translations stands behind the last chain of the nat kind.
static void add_translation(struct packet_plan *plan, enum nf_hook hook)
{
    uint32_t group = 0;
    for (size_t i = 0; i < plan->n[hook]; i++) {
        if (is_nat(&plan->steps[hook][i]))
            group = plan->steps[hook][i].group;
    }
    add_step(plan, hook,
             (struct plan_step){
                 .kind = PLAN_TRANSLATE, .priority = nat_priority(hook), .own = INT32_MAX, .group = group});
}

void packet_plan_build(struct packet_plan *plan, const struct packet_query *query, uint8_t family)
{
    *plan = (struct packet_plan){0};
    for (size_t i = 0; i < query->n_rules; i++) {
        const struct ruleset *rs = query->rules[i];
        for (size_t c = 0; c < rs->n_chains; c++) {
            const struct chain *chain = &rs->chains[c];
            if (chain->base && concerns(query, rs, chain, family))
                add_chain(plan, (uint32_t)i, chain);
        }
    }
    static const enum nf_hook tracking[] = {NF_PREROUTING, NF_OUTPUT};
    for (size_t i = 0; i < ARRAY_LEN(tracking); i++)
        add_step(plan, tracking[i],
                 (struct plan_step){.kind = PLAN_CONNTRACK, .priority = NF_PRIORITY_CONNTRACK});
    static const enum nf_hook translating[] = {NF_PREROUTING, NF_INPUT, NF_OUTPUT, NF_POSTROUTING};
    for (size_t i = 0; i < ARRAY_LEN(translating); i++)
        add_translation(plan, translating[i]);
    for (size_t h = 0; h < NF_HOOKS; h++) {
        if (plan->n[h])
            qsort(plan->steps[h], plan->n[h], sizeof *plan->steps[h], compare_steps);
    }
}

void packet_plan_done(struct packet_plan *plan)
{
    for (size_t h = 0; h < NF_HOOKS; h++)
        free(plan->steps[h]);
    *plan = (struct packet_plan){0};
}
