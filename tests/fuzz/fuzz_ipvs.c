#include "tests/fuzz/fuzz.h"

#include "core/parse/ipvs.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct ipvs ipvs = {0};
    ipvs_parse(arena, text, &ipvs);
}
