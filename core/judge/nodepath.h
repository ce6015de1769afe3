// A packet through one node of the evidence: which of its rulesets count, which addresses are its own, and by
// which interface it reaches whom.
#ifndef D5_JUDGE_NODEPATH_H
#define D5_JUDGE_NODEPATH_H

#include "core/facts/facts.h"
#include "core/judge/packet.h"

// Fills rules, sets, links, routes, ipvs and local of *q, whose dst is set, from the node's facts: the first
// reading of each ruleset of its address family. All in the arena. False: none was read before the window
// ended (networking/ counts as read then: what was collected for the incident).
bool nodepath_fill(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                   struct packet_query *q);

// Puts in the rules as they were read next after *time (TIME_UNKNOWN: after the first readings) and differ
// from those that *q has; *time becomes when. False: they did not change any more before the window ended.
bool nodepath_next_reading(struct arena *arena, const struct facts *facts, const struct node_facts *node,
                           usec_t *time, struct packet_query *q);

// Whether IPVS carries Services there: kube-proxy's mode says so, else the node's own table.
bool nodepath_has_ipvs(const struct facts *facts, const struct node_facts *node);

// The interface behind which `ip` lies; NULL: not known.
const char *nodepath_device(const struct node_facts *node, struct ip ip);

// The node that carries a pod's or its own address; NULL: not known.
const char *nodepath_node_of(const struct facts *facts, struct ip ip);

#endif
