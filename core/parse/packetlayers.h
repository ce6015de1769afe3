// From a captured frame to the DNS in it: link layer, IPv4 or IPv6 with extension headers, UDP, TCP, ICMP.
#ifndef D5_PARSE_PACKETLAYERS_H
#define D5_PARSE_PACKETLAYERS_H

#include "core/parse/dnspacket.h"

enum link_type { // tcpdump.org/linktypes.html
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_OLD = 12, // what libpcap writes as DLT_RAW on most systems
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_SLL2 = 276,
};

bool layers_known(unsigned link);

// Fills all of *ret but time and number; ret->interface is only set by link types that carry it. False when
// the frame has nothing to do with DNS, or is cut before one could tell.
bool layers_read(unsigned link, struct span frame, struct dns_packet *ret);

#endif
