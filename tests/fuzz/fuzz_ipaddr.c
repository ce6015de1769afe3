#include "tests/fuzz/fuzz.h"

#include "core/parse/ipaddr.h"
#include "core/parse/iprule.h"

void fuzz_one(struct arena *arena, struct text text)
{
    struct links links = {0};
    ipaddr_parse(arena, text, &links);
    links_find(&links, "eth0");
    struct route_rules rules = {0};
    struct routes routes = {0};
    iprule_parse(arena, text, &rules);
    iproute_parse(arena, text, &routes);
    iprule_device(&rules, &routes, (struct ip){.family = 4}, (struct ip){.family = 4, .bytes = {10}});
}
