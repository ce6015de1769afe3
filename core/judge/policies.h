// What the files policies*.c share: the judge of network policies looks at three ways, from the pod to
// CoreDNS, from NodeLocal DNSCache there, and from CoreDNS to its upstream.
#ifndef D5_JUDGE_POLICIES_H
#define D5_JUDGE_POLICIES_H

#include "core/judge/bench.h"
#include "core/judge/policy.h"

struct claim policies_claim(enum claim_kind kind, const char *text);        // on the path, in the window
void policies_cite(const struct policy_answer *a, struct cites *cites);     // the deciding policies
const char *policies_names(struct bench *b, const struct policy_answer *a); // "ns/name, ns/name"
usec_t policies_made_at(const struct policy_answer *a);                     // the youngest of them

// From CoreDNS to what it forwards to (policies_forward.c).
void policies_judge_forwarding(struct bench *b, const struct policy_world *world);

// From NodeLocal DNSCache on the pod's node to CoreDNS (policies_cache.c).
void policies_judge_cache(struct bench *b, const struct policy_world *world);

#endif
