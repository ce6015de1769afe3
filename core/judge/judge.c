// The list of judges. They do not see each other's claims, so their order decides nothing but the order of
// claims.
#include "core/judge/judge.h"

static judge_fn *const judges[] = {
    judge_pods,     judge_policies,  judge_firewall,  judge_groups, judge_coredns, judge_upstream,
    judge_resolver, judge_nodelocal, judge_service,   judge_flows,  judge_changes, judge_timeline,
    judge_throttle, judge_memory,    judge_conntrack, judge_mtu,    judge_lookups,
    NULL, // one line a judge, in the order of judge.h
};

void judge_all(const struct facts *facts, struct claims *claims)
{
    for (size_t i = 0; judges[i]; i++)
        judges[i](facts, claims);
}
