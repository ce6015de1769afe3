#include "tests/fuzz/fuzz.h"

#include "core/parse/corefile.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct corefile_text in = {.bytes = text.bytes, .place = place_at(1, 1)};
    const struct corefile *file = corefile_parse(arena, &in);
    corefile_server_for(file, span_of("shop.svc.cluster.local"));
    corefile_cluster_domain(arena, file);
    in.in_json = true;
    corefile_parse(arena, &in);
}
