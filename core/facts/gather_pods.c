// What was seen from inside pods: one record for each folder pods/NAMESPACE/POD, with its resolv.conf.
#include <string.h>

#include "core/facts/gather.h"
#include "core/parse/resolvconf.h"

// "pods/shop/cart-1/resolv.conf" → "shop", "cart-1", "resolv.conf".
static bool split_path(const char *path, struct span ret[static 3])
{
    struct span rest = span_of(path);
    return span_skip(&rest, "pods/") && span_cut(&rest, '/', &ret[0]) && span_cut(&rest, '/', &ret[1]) &&
           rest.at && (ret[2] = rest).len;
}

static bool is_target(const struct facts *facts, const struct pod_facts *pod)
{
    const struct target *t = &facts->target;
    return t->pod && strcmp(t->pod, pod->name) == 0 &&
           (!t->namespace_ || strcmp(t->namespace_, pod->namespace_) == 0);
}

static struct pod_facts *take_pod(struct facts *facts, struct span ns, struct span name, size_t *cap)
{
    struct pod_facts *last = facts->n_pods ? &facts->pods[facts->n_pods - 1] : NULL;
    if (last && span_is(ns, last->namespace_) && span_is(name, last->name))
        return last; // files come in path order
    struct pod_facts *pod = ARENA_PUSH(&facts->arena, facts->pods, facts->n_pods, *cap);
    *pod = (struct pod_facts){
        .namespace_ = arena_span(&facts->arena, ns),
        .name = arena_span(&facts->arena, name),
    };
    pod->kube = cluster_pod(&facts->cluster, pod->namespace_, pod->name);
    pod->target = is_target(facts, pod);
    return pod;
}

static void read_resolvconf(struct facts *facts, struct pod_facts *pod, const struct evidence_file *file)
{
    struct text text;
    if (file->state != EVIDENCE_UNKNOWN && evidence_text(facts->evidence, file->id, &text, NULL))
        pod->resolvconf = resolvconf_parse(&facts->arena, text);
}

void gather_pods(struct facts *facts)
{
    uint32_t cursor = 0;
    size_t cap = 0;
    const struct evidence_file *file;
    while ((file = evidence_next(facts->evidence, "pods/**", &cursor))) {
        struct span parts[3];
        if (!split_path(file->path, parts))
            continue;
        struct pod_facts *pod = take_pod(facts, parts[0], parts[1], &cap);
        if (span_is(parts[2], "resolv.conf"))
            read_resolvconf(facts, pod, file);
    }
}
