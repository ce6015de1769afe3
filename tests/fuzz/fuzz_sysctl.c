#include "tests/fuzz/fuzz.h"

#include "core/parse/sysctl.h"

void fuzz_one(struct arena *arena, struct text text)
{
    uint64_t n;
    struct place place;
    sysctl_u64(sysctl_parse(arena, text), "net.netfilter.nf_conntrack_max", &n, &place);
}
