// Gathering: from the evidence tree through the parsers to facts. The only place that knows which file of the
// tree holds what. One file of this folder gathers one area; each may only add to *facts, and says what it
// could not read as a gap.
#ifndef D5_FACTS_GATHER_H
#define D5_FACTS_GATHER_H

#include "core/facts/facts.h"

struct log_set;

// What somebody else wants counted in the one pass over the tree: a procedure's own searches.
struct gather_query {
    const char *pattern; // PCRE2
    uint64_t lines;      // of all files: how many match
};
struct gather_queries { // zero-initialized and items: ready to be asked
    struct gather_query *items;
    size_t n;
    uint64_t files, bytes; // searched
    uint64_t left_out;     // files that could not be searched to their end
    char *left_out_why;    // the first one's path and reason, or NULL; free it
    struct log_set *set;   // borrowed: compiled once for several trees (facts/logset.h), or NULL
};

// Everything, in the order below. `target` (the command line's words, may be NULL) wins over target.yaml;
// `queries` (may be NULL) are counted by the way. Never fails: what cannot be read is a gap.
struct facts *facts_gather(struct evidence *ev, const struct target *target, struct gather_queries *queries);
void facts_free(struct facts *facts); // takes NULL

// Only what the API server said: objects and policies.
struct facts *facts_gather_cluster(struct evidence *ev);

void gather_logs_begin(struct facts *facts);   // compiles beside the other areas what gather_logs looks for
void gather_cluster(struct facts *facts);      // cluster/*.json; pod, node_name, pod_ip
void gather_access(struct facts *facts);       // api: cluster/api-resources.txt, cluster/access.json
void gather_node_folders(struct facts *facts); // facts->nodes, one for each folder; node
void gather_nodes(struct facts *facts);        // nodes/*: links, ethtool, conntrack, sysctls, listeners
void gather_kubelets(struct facts *facts);     // nodes/*: resolv.conf and what the kubelet was told
void node_rules_done(struct node_facts *node); // frees what gather_rules made
void gather_rules(struct facts *facts);        // nodes/*: rulesets and sets, samples too
void gather_pods(struct facts *facts);         // pods/*: resolv.conf
void gather_policies(struct facts *facts);     // cluster/*networkpolicies*.json, the CNI's agent
void gather_aws(struct facts *facts);          // aws/*.json
void gather_dns(struct facts *facts);          // dns: what cluster, kubelets and pods say of it together
void gather_logs(struct facts *facts);         // one pass over all logs, and all files for queries
void gather_lookups(struct facts *facts);      // dig files, captures, and what the logs say of lookups
void gather_unread(struct facts *facts);       // the pod's own log: failures in words that nobody knows
void gather_denied(struct facts *facts);       // probes.jsonl: what was not allowed, and its command

// A command that may do more than read is left out (model/reads.h).
void facts_add_gap(struct facts *facts, const char *what, const char *command);

#endif
