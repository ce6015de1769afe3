// Captures as files: pcap (microseconds and nanoseconds, both byte orders; pcap-savefile(5)) and pcapng
// (draft-ietf-opsawg-pcapng), with the link types that DNS is captured on: Ethernet (and VLANs), Linux
// cooked 1 and 2, raw IP, loopback.
#ifndef D5_PARSE_PCAP_H
#define D5_PARSE_PCAP_H

#include "core/base/feed.h"
#include "core/model/place.h"
#include "core/parse/dnspacket.h"

// Gives every packet that has to do with DNS to `each`, in order: port 53, or what looks like a DNS message
// at another one. False when the text is no capture or of a link type that is not read; a capture that breaks
// off is read as far as it goes (ret_info->cut).
// What a packet borrows (its message) is gone after the call.
bool pcap_read(struct feed *feed, dns_packet_fn *each, void *context, struct capture_info *ret_info,
               struct error *err);

// Gives packet `number` (from 1) alone, if it has to do with DNS.
void pcap_read_one(struct feed *feed, uint32_t number, dns_packet_fn *each, void *context);

bool pcap_is(struct span text); // by its first four bytes

#endif
