#include "tests/fuzz/fuzz.h"

#include "core/parse/resolvconf.h"

void fuzz_one(struct arena *arena, struct text text)
{
    resolvconf_parse(arena, text);
}
