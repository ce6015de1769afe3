// conntrack_race: two packets begin connections in one instant and want one place in the table; one of them
// is lost (nf_conntrack_core.c, nf_ct_resolve_clash). They meet there in two ways, which look different from
// the pod:
//
//   a pair   A and AAAA leave one port, and DNAT sends them to two servers (until Linux 5.7);
//   a port   source NAT gives queries of two pods one address and leaves both their port, which was free when
//            it chose (until today; not with --random-fully).
#ifndef D5_JUDGE_RACE_H
#define D5_JUDGE_RACE_H

#include "core/judge/growth.h"

struct race_node { // the complaining pod's
    const char *name;
    const struct growth *insert_failed; // the counter
    bool has_room;                      // the table is known not to be full
    bool full;                          // it is: whatever else is lost, is lost for that
};
void race_judge(struct bench *b, const struct race_node *node);

#endif
