// `ethtool -S` of one or several interfaces: the drivers' counters (ethtool(8); ENA's are described in the
// EC2 user guide, "Network performance metrics for ENA").
#ifndef D5_PARSE_ETHTOOL_H
#define D5_PARSE_ETHTOOL_H

#include "core/base/arena.h"
#include "core/model/place.h"

struct ethtool_counter {
    const char *name; // "linklocal_allowance_exceeded"
    uint64_t value;   // since the driver was loaded
    struct place place;
};

struct ethtool_nic {
    const char *name; // "eth0"; "" where the text does not say
    struct ethtool_counter *counters;
    size_t n, cap;
    struct place place; // of its header line, else of its first counter
};

struct ethtool { // counters of single queues are left out
    struct ethtool_nic *nics;
    size_t n, cap;
};

// All in the arena. Never fails: what is no counter is passed over. An interface without counters is listed
// with none, and a counter that the driver does not have is absent, which is not 0.
const struct ethtool *ethtool_parse(struct arena *arena, struct text text);

const struct ethtool_nic *ethtool_nic(const struct ethtool *e, const char *name); // NULL: absent
const struct ethtool_counter *ethtool_counter(const struct ethtool_nic *nic,
                                              const char *name); // NULL: absent

#endif
