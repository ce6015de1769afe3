#include "tests/fuzz/fuzz.h"

#include "core/parse/ipset.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    ipset_free(ipset_parse(text, NULL));
}
