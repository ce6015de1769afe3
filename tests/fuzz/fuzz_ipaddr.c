#include "tests/fuzz/fuzz.h"

#include "core/parse/ipaddr.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct links links = {0};
    ipaddr_parse(arena, text, &links);
    links_find(&links, "eth0");
}
