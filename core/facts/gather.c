// Gathers one area after the other. Later areas may use what earlier ones found: nodes know their Node
// objects, lookups know which address is CoreDNS'.
#include "core/facts/gather.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/reads.h"

typedef void gather_fn(struct facts *facts);

// In this order; a new area is one line.
static gather_fn *const areas[] = {
    gather_logs_begin, gather_cluster,  gather_access,   gather_node_folders,
    gather_nodes,      gather_rules,    gather_kubelets, gather_pods,
    gather_dns,        gather_policies, gather_aws,      gather_logs,
    gather_lookups,    gather_unread,   gather_denied,   NULL,
};

static const char *first_text(struct arena *arena, const char *said, const char *found)
{
    const char *text = said ? said : found;
    return text ? arena_strdup(arena, text) : NULL;
}

// Names are equal whatever their case, and with or without the dot of the root.
static const char *plain_name(struct arena *arena, const char *name)
{
    size_t n = name ? strlen(name) : 0;
    char *plain = name ? arena_strdup(arena, name) : NULL;
    for (size_t i = 0; i < n; i++)
        plain[i] = (char)tolower((unsigned char)plain[i]);
    if (n > 1 && plain[n - 1] == '.')
        plain[n - 1] = '\0';
    return plain;
}

// The command line's words win over target.yaml, field by field.
static void merge_target(struct facts *facts, const struct target *said, const struct target *found)
{
    static const struct target none = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    if (!said)
        said = &none;
    struct target *t = &facts->target;
    t->context = first_text(&facts->arena, said->context, found->context);
    t->namespace_ = first_text(&facts->arena, said->namespace_, found->namespace_);
    t->pod = first_text(&facts->arena, said->pod, found->pod);
    t->node = first_text(&facts->arena, said->node, found->node);
    t->instance = first_text(&facts->arena, said->instance, found->instance);
    const char *query = said->query ? said->query : found->query;
    t->query = plain_name(&facts->arena, query);
    facts->query_absolute = query && span_ends(span_of(query), ".");
    t->symptom = first_text(&facts->arena, said->symptom, found->symptom);
    t->window.from = said->window.from != TIME_UNKNOWN ? said->window.from : found->window.from;
    t->window.to = said->window.to != TIME_UNKNOWN ? said->window.to : found->window.to;
}

static struct facts *begin(struct evidence *ev, const struct target *target)
{
    struct facts *facts = mem_alloc(sizeof *facts);
    facts->evidence = ev;
    merge_target(facts, target, evidence_target(ev));
    facts->node_name = facts->target.node;
    return facts;
}

struct facts *facts_gather(struct evidence *ev, const struct target *target, struct gather_queries *queries)
{
    struct facts *facts = begin(ev, target);
    facts->queries = queries;
    for (size_t i = 0; areas[i]; i++)
        areas[i](facts);
    facts->queries = NULL;
    return facts;
}

struct facts *facts_gather_cluster(struct evidence *ev)
{
    struct facts *facts = begin(ev, NULL);
    gather_cluster(facts);
    gather_policies(facts);
    return facts;
}

// The lists below grow by doubling on the heap; all that they point to lives in the arena.
void facts_free(struct facts *facts)
{
    if (!facts)
        return;
    cluster_done(&facts->cluster);
    for (size_t i = 0; i < facts->n_nodes; i++) {
        node_rules_done(&facts->nodes[i]);
        free(facts->nodes[i].ethtool);
        free(facts->nodes[i].conntrack);
    }
    free(facts->lookups.items);
    free(facts->logs.items);
    free(facts->policies.set.items);
    free(facts->policies.set.foreign);
    free(facts->gaps);
    arena_done(&facts->arena);
    free(facts);
}

void facts_add_gap(struct facts *facts, const char *what, const char *command)
{
    struct gap *gap = MEM_PUSH(facts->gaps, facts->n_gaps, facts->cap_gaps);
    *gap = (struct gap){
        .what = arena_strdup(&facts->arena, what),
        .command = reads_only(command) ? arena_strdup(&facts->arena, command) : NULL,
    };
}

const struct node_facts *facts_node(const struct facts *facts, const char *name)
{
    for (size_t i = 0; name && i < facts->n_nodes; i++) {
        if (strcmp(facts->nodes[i].name, name) == 0)
            return &facts->nodes[i];
    }
    return NULL;
}
