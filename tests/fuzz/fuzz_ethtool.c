#include "tests/fuzz/fuzz.h"

#include "core/parse/ethtool.h"

void fuzz_one(struct arena *arena, struct text text)
{
    ethtool_parse(arena, text);
}
