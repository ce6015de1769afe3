#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "core/judge/policy.h"

// Reads policies, and asks them about a flow between two pods.
void fuzz_one(struct arena *arena, struct text text)
{
    struct netpol_set set = {.enforced = TRI_UNKNOWN};
    struct cluster cluster = {0};
    struct kube_pod pods[2] = {{.meta = {.namespace_ = "a", .name = "x"}},
                               {.meta = {.namespace_ = "kube-system", .name = "y"}}};
    const struct policy_world world = {
        .policies = &set, .cluster = &cluster, .standard = {.state = LISTING_WHOLE}};
    const struct policy_query q = {.from = &pods[0], .to = &pods[1], .protocol = "UDP", .port = 53};
    netpol_parse(arena, text, &set, NULL);
    policy_judge(&world, &q, arena);
    free(set.items);
    free(set.foreign);
}
