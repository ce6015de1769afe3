// Counts pods by their lookups of the window. A pod fails when one of its lookups failed, or when its
// application says so; CoreDNS itself and the bastion are no pods that complain.
#include "core/judge/scope.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"

struct asker { // a pod or, with its own lookups, a node
    const char *node;
    bool failing;
};

static const char *asker_name(const struct lookup *l)
{
    if (l->vantage == LOOKUP_FROM_POD)
        return l->pod;
    return l->vantage == LOOKUP_FROM_NODE ? l->node : NULL;
}

static void add_node(struct arena *arena, struct scope *s, size_t *cap, const char *node)
{
    const char **nodes = (const char **)s->nodes;
    for (size_t i = 0; node && i < s->n_nodes; i++) {
        if (strcmp(nodes[i], node) == 0)
            return;
    }
    if (!node)
        return;
    *ARENA_PUSH(arena, nodes, s->n_nodes, *cap) = arena_strdup(arena, node);
    s->nodes = nodes;
}

static void take(struct map *askers, struct arena *arena, const struct lookup *l, struct scope *s,
                 size_t *cap)
{
    struct span name = span_of(asker_name(l));
    struct asker *asker = map_get(askers, name);
    bool bad = lookup_failed(l->outcome) || (l->origin == LOOKUP_APP_LOG && l->outcome == LOOKUP_NXDOMAIN);
    if (!asker) {
        asker = arena_alloc(arena, sizeof *asker);
        map_put(askers, name, asker);
        s->seen++;
    }
    if (!bad)
        return;
    if (l->time != TIME_UNKNOWN && (s->since == TIME_UNKNOWN || l->time < s->since))
        s->since = l->time;
    if (asker->failing)
        return;
    asker->failing = true;
    s->failing++;
    add_node(arena, s, cap, l->node);
    if (s->n_places < SCOPE_PLACES)
        s->places[s->n_places++] = l->place;
}

void scope_find(struct arena *arena, const struct facts *facts, struct scope *ret)
{
    struct map askers = {0};
    size_t cap = 0;
    *ret = (struct scope){.since = TIME_UNKNOWN};
    for (size_t i = 0; i < facts->lookups.n; i++) {
        const struct lookup *l = &facts->lookups.items[i];
        if (asker_name(l) && clock_in_window(l->time, facts->target.window) != TRI_NO)
            take(&askers, arena, l, ret, &cap);
    }
    map_done(&askers);
}
