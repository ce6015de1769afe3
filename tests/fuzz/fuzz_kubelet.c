#include "tests/fuzz/fuzz.h"

#include "core/parse/kubelet.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct kubelet_config config = {0};
    kubelet_parse_config(arena, text, &config, NULL);
    kubelet_parse_flags(arena, text, &config);
}
