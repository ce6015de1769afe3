// Whose log is it: the pod, container and node of a log file, from where it lies in the tree.
#ifndef D5_FACTS_LOGSOURCE_H
#define D5_FACTS_LOGSOURCE_H

#include "core/facts/facts.h"

struct log_source { // parts that the path does not tell are empty
    struct span ns, pod, container;
    struct span node;
    bool previous; // of the run before the last restart
};

// Of cluster/logs/NS/POD/CONTAINER[.previous].log, of the folders and links that the kubelet makes below
// var_log (NS_POD_UID/CONTAINER/N.log, POD_NS_CONTAINER-ID.log), and of the rest below nodes/. A copy of the
// path is kept in `ret`'s spans: they live as long as the evidence.
void log_source_of(const struct facts *facts, uint32_t file, struct log_source *ret);

// What CoreDNS writes: by its pods' names where they are known, else by container and name. A log by itself
// (no tree around it) counts as CoreDNS': its lines look like nobody else's. NodeLocal DNSCache is CoreDNS
// inside, and is told apart.
bool log_source_is_coredns(const struct facts *facts, const struct log_source *source);
bool log_source_is_nodelocal(const struct facts *facts, const struct log_source *source);

#endif
