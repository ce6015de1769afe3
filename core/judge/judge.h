// Judges: facts in, claims out. No I/O, no file formats. One fault, one file; each registers here.
#ifndef D5_JUDGE_JUDGE_H
#define D5_JUDGE_JUDGE_H

#include "core/facts/facts.h"
#include "core/model/claim.h"

typedef void judge_fn(const struct facts *facts, struct claims *claims);

// Every judge runs on whatever facts are there, whatever gates hold (contract, section 7).
judge_fn judge_pods;      // pod_not_running, node state
judge_fn judge_policies;  // network_policy_deny (judge/policy.h); before the rules that enforce it
judge_fn judge_firewall;  // host_firewall: the packet through every ruleset on its way (judge/packet.h)
judge_fn judge_groups;    // security_group_block
judge_fn judge_throttle;  // linklocal_throttle
judge_fn judge_coredns;   // coredns_down, coredns_oom, coredns_overload, corefile_error, transient_servfail
judge_fn judge_upstream;  // upstream_unreachable, ipv6_upstream
judge_fn judge_resolver;  // wrong_nameserver, dns_policy
judge_fn judge_nodelocal; // nodelocaldns_bind, nodelocaldns_ipvs
judge_fn judge_service;   // service_path
judge_fn judge_flows;     // service_path, past the rules
judge_fn judge_memory;    // node_oom, app_oom
judge_fn judge_conntrack; // conntrack_full, conntrack_race
judge_fn judge_mtu;       // mtu
judge_fn judge_lookups;   // search_expansion, name_does_not_exist, no_fault; what the symptom is
judge_fn judge_timeline;  // what happened before the first failed lookup: notes only
judge_fn judge_changes;   // what was changed before the onset: notes only

// All of them, in that order.
void judge_all(const struct facts *facts, struct claims *claims);

#endif
