// Whose log a file is, by its path in the tree: `kubectl logs` below cluster/logs/, the node's copies below
// nodes/NODE/var_log/ (both of /var/log/pods and of /var/log/containers), applications' below pods/.
#ifndef D5_FACTS_LOGORIGIN_H
#define D5_FACTS_LOGORIGIN_H

#include "core/base/span.h"

struct log_origin { // spans into the path; empty where it does not say
    struct span node, namespace_, pod, container;
    bool previous; // of the container's run before
};

struct log_origin log_origin_of(const char *path);

#endif
