#include "tests/fuzz/fuzz.h"

#include "core/parse/nft.h"

void fuzz_one(struct arena *arena, struct text text)
{
    (void)arena;
    nft_is(text.bytes);
    ruleset_free(nft_parse(text, NULL));
}
