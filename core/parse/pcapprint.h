// One packet of a capture file as a line of text, as `tcpdump -nn -tttt` prints DNS: what a report quotes,
// since a binary file has no lines.
#ifndef D5_PARSE_PCAPPRINT_H
#define D5_PARSE_PCAPPRINT_H

#include "core/base/feed.h"
#include "core/base/str.h"

// Appends packet `number` (from 1). Of TCP only the flags, the length and the message are printed. False when
// there is no such packet, or it is none that has to do with DNS.
bool pcap_print(struct feed *feed, uint32_t number, struct str *ret);

#endif
