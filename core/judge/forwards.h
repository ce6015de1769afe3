// What CoreDNS forwards names outside the cluster to, as the address that its node asks.
#ifndef D5_JUDGE_FORWARDS_H
#define D5_JUDGE_FORWARDS_H

#include "core/judge/bench.h"

enum { FORWARDS_MAX = 8 };

struct forwards {
    struct ip items[FORWARDS_MAX];
    size_t n;
};

// Plain DNS on port 53 only: what is asked by TLS or on another port is none of the rules' for DNS. `node`
// (or NULL) is CoreDNS', whose resolv.conf a forward to "/etc/resolv.conf" means.
struct forwards forwards_find(struct bench *b, const char *node);

// The same of NodeLocal DNSCache. It puts the servers of that file in the place of
// __PILLAR__UPSTREAM__SERVERS__ when it starts, unless its ConfigMap names others (kubernetes/dns,
// node-cache).
struct forwards forwards_find_cache(struct bench *b, const char *node);

// Cites up to 3 lines of the window in which CoreDNS got no answer from `target`: those of the pod with the
// address `from`, or of any (family 0). Returns the time of the first one.
usec_t forwards_cite_losses(const struct bench *b, struct ip from, struct ip target, struct cites *cites);

#endif
