// d5tui runs on the node itself. Which of the cluster's nodes that is, the person said or the machine's name
// says; every other node is out of reach.
#include "core/probe/reach.h"

// "ip-10-0-11-37" is "ip-10-0-11-37.eu-west-1.compute.internal".
static bool is_called(const char *node, const char *name)
{
    size_t n = name ? strlen(name) : 0;
    return n > 0 && strncmp(node, name, n) == 0 && (node[n] == '\0' || node[n] == '.');
}

static void find_local(struct way *way)
{
    const struct target *said = way->in->target;
    const char *here = said && said->node ? said->node : way->in->hostname;
    if (!is_called(way->node, here))
        way->why_not = arena_printf(way->arena, "d5tui runs on %s, and nowhere else (--via local)",
                                    here ? here : "none of them");
}

static bool wrap_local(const struct way *way, const char *const *words, struct planned *ret,
                       struct error *err)
{
    (void)way;
    (void)err;
    ret->argv = words;
    return true;
}

const struct reach_way reach_local = {.find = find_local, .wrap = wrap_local, .logs_in = true};
