#include "tests/fuzz/fuzz.h"

#include "core/parse/dig.h"

void fuzz_one(struct arena *arena, struct text text)
{
    dig_parse(arena, text);
}
