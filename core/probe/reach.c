// What all ways do alike: on the node everything runs under timeout(1), since a call that is cut off here may
// go on there; and as root where the row needs it.
#include "core/probe/reach.h"

#include "core/probe/argv.h"

const char *const reach_names[] = {"none", "local", "ssh", "exec", "ssm", NULL};

static const struct reach_way *const ways[] = {
    [REACH_LOCAL] = &reach_local,
    [REACH_SSH] = &reach_ssh,
    [REACH_EXEC] = &reach_exec,
    [REACH_SSM] = &reach_ssm,
};

bool reach_parse(struct span text, enum reach *ret)
{
    for (int i = 0; reach_names[i]; i++) {
        if (span_is(text, reach_names[i])) {
            *ret = (enum reach)i;
            return true;
        }
    }
    return false;
}

unsigned reach_consent(enum reach via)
{
    return via == REACH_NONE ? 0 : ways[via]->consent;
}

// ------------------------------------------------------------------ finding

// Who arrives is known by `login`; where that failed, nothing else would get there either.
static void find_login(struct way *way)
{
    const char *file = arena_printf(way->arena, "nodes/%s/system/id.txt", way->node);
    const char *why = NULL;
    const struct node_facts *seen = way->in->facts ? facts_node(way->in->facts, way->node) : NULL;
    switch (scope_asked(way->in->facts, file, &why)) {
    case SCOPE_NOT_ASKED:
        way->in_doubt = true;
        break;
    case SCOPE_NOT_ANSWERED:
        way->nobody = arena_printf(way->arena, "nobody got there: %s", why ? why : "no answer");
        break;
    case SCOPE_ANSWERED:
        way->root = seen && seen->login_is_root;
        break;
    }
}

void reach_find(struct way *way)
{
    const struct reach_way *by = way->in->via == REACH_NONE ? NULL : ways[way->in->via];
    if (!by)
        way->why_not = "no way to the nodes was named (--via)";
    else if (kube_node_is_auto(way->kube))
        way->why_not = "EKS Auto Mode lets nobody into its nodes";
    else
        by->find(way);
    way->logs_in = by && by->logs_in;
    way->root = !way->logs_in; // SSM's agent, and what containers can do they can do as they are
    if (way->logs_in && !way->why_not)
        find_login(way);
}

// ------------------------------------------------------------------ wrapping

static const char *const *under_timeout(const struct way *way, const char *const *words,
                                        const struct planned *planned)
{
    const char *seconds = arena_printf(way->arena, "%u", planned->seconds);
    const char *const clock[] = {"timeout", "-k", "2", seconds, NULL};
    static const char *const sudo[] = {"sudo", "-n", NULL};
    words = argv_join(way->arena, clock, words);
    return planned->row->flags & PROBE_ROOT && !way->root ? argv_join(way->arena, sudo, words) : words;
}

bool reach_wrap(const struct way *way, const char *const *words, struct planned *ret, struct error *err)
{
    if (way->in->via != REACH_EXEC) // images seldom have timeout(1); see reach_exec.c
        words = under_timeout(way, words, ret);
    return ways[way->in->via]->wrap(way, words, ret, err);
}

const char *const reach_pod_shapes[] = {
    "kubectl", "?--context={context}",     "exec", "--namespace={namespace}",
    "{pod}",   "?--container={container}", "--",   NULL};

const char *const *reach_into_pod(struct arena *arena, const char *context, const char *const pod[static 3],
                                  const char *const *words)
{
    struct probe_values values = {.at = {[VALUE_CONTEXT] = context,
                                         [VALUE_NAMESPACE] = pod[0],
                                         [VALUE_POD] = pod[1],
                                         [VALUE_CONTAINER] = pod[2]}};
    const char *const *front;
    if (argv_fill(arena, reach_pod_shapes, &values, &front, NULL) != ARGV_MADE)
        return NULL;
    return argv_join(arena, front, words);
}
