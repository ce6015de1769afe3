// Which nodes the failing queries touch.
#ifndef D5_JUDGE_ROUTE_H
#define D5_JUDGE_ROUTE_H

#include "core/judge/bench.h"

// Whether the complaining pod or a CoreDNS pod runs on that node; unknown where neither is known.
enum tri route_has_node(const struct bench *b, const char *node);

// Whether a CoreDNS pod runs on that node. Unknown where no CoreDNS pod is known.
enum tri route_has_coredns(const struct bench *b, const char *node);

// Whether queries leave that node for the VPC resolver: CoreDNS runs there, or the complaining pod does and
// asks past CoreDNS (NodeLocal DNSCache, hostNetwork, dnsPolicy Default).
enum tri route_sends_upstream(const struct bench *b, const char *node);

// Whether NodeLocal DNSCache answers what is asked at that address, on the node where it is asked.
bool route_is_cache(const struct bench *b, struct ip ip);

// Whether the complaining pod asks it there: by its resolv.conf, else at the Service's address.
enum tri route_asks_cache(const struct bench *b);

// Whether the failing name is asked of NodeLocal DNSCache and by that of CoreDNS: a cluster name; one outside
// where the cache hands those on, too.
enum tri route_goes_by_cache(const struct bench *b);

// Whether names outside the cluster go from NodeLocal DNSCache upstream, past CoreDNS. Unknown where its
// Corefile was not read.
enum tri route_outside_by_cache(const struct bench *b);

// Whether the queries of route_sends_upstream leave that node by that interface: policy routing, by the
// source address (ip rule, ip route). Unknown where the rules, the routes or the sender's address were not
// read.
enum tri route_leaves_by(const struct bench *b, const struct node_facts *node, const char *nic);

#endif
