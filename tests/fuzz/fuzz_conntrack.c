#include "tests/fuzz/fuzz.h"

#include "core/parse/conntrack.h"

void fuzz_one(struct arena *arena, struct text text)
{
    conntrack_parse(arena, text);
}
