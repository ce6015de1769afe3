// Which of the cluster's own programs wrote a log.
#ifndef D5_FACTS_LOGSOURCE_H
#define D5_FACTS_LOGSOURCE_H

#include "core/facts/facts.h"
#include "core/facts/logorigin.h"

// Whose log a file of the evidence is; empty where its path does not say. Its spans live as long as the
// evidence.
struct log_origin log_source(const struct facts *facts, uint32_t file);

// What CoreDNS writes: by its pods' names where they are known, else by container and name. A log by itself
// (no tree around it) counts as CoreDNS': its lines look like nobody else's. NodeLocal DNSCache is CoreDNS
// inside, and is told apart.
bool log_source_is_coredns(const struct facts *facts, const struct log_origin *source);
bool log_source_is_nodelocal(const struct facts *facts, const struct log_origin *source);

// Whether it is of another namespace than the cluster's DNS: that may have a CoreDNS of its own (a virtual
// cluster's, an edge server), which no pod here asks. False where either is not known.
bool log_source_is_elsewhere(const struct facts *facts, const struct log_origin *source);

// Whether some log of that pod was collected whole. Both names may be NULL: then no.
bool log_source_exists(const struct facts *facts, const char *ns, const char *pod);

#endif
