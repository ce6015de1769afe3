#include "tests/fuzz/fuzz.h"

#include "core/parse/iptables.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    ruleset_free(iptables_parse(text, NULL));
}
