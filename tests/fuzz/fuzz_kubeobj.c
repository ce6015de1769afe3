#include "tests/fuzz/fuzz.h"

#include "core/parse/kubeobj.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct cluster cluster = {0};
    kubeobj_parse(arena, text, &cluster, NULL);
    cluster_done(&cluster);
}
