// Parts of judge_lookups. For core/judge/lookups*.c only.
#ifndef D5_JUDGE_LOOKUPS_H
#define D5_JUDGE_LOOKUPS_H

#include "core/judge/bench.h"

// What all lookups of the window come to.
struct tally {
    size_t answered, failed;
    size_t own_answered; // by the complaining pod, for the name that is complained of where one is named
    size_t denied;       // NXDOMAIN for the name itself, no search domain appended
    size_t slow;         // answered after a second or more
    struct cites own;    // of own_answered, first those that are asked as the pod asks
    const struct lookup *other;       // one of the pod's that was seen on its way or by the server
    const struct lookup *last_before; // the last failure before the window
};
// What the pod does by itself (UDP, its own nameserver) shows more than what was tried beside it.
bool lookups_as_pod_asks(const struct lookup *l);

enum { LOOKUPS_ENOUGH = 100 }; // denials of which each is looked at; more would say the same

// A name of enough dots is asked as it is first (ndots): the answer that the search list then found for whom
// `denied` was denied to, within seconds; or NULL.
const struct lookup *lookups_found_later(const struct bench *b, const struct lookup *denied);

// Why a name at or below that of a Service that is there is denied (`below`: the labels in front of it,
// empty: none): the CAUSE, what it rests on in `cites`. False: nothing says why.
bool lookups_explain_service(struct bench *b, const struct kube_service *service, struct span below,
                             struct claim *ret, struct cites *cites);

void lookups_judge_name(struct bench *b);
void lookups_judge_expansion(struct bench *b, const struct tally *tally);
void lookups_judge_no_fault(struct bench *b, const struct tally *tally);

#endif
