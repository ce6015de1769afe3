#include "tests/fuzz/fuzz.h"

#include "core/parse/ss.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct listeners listeners = {0};
    ss_parse(arena, text, &listeners);
}
