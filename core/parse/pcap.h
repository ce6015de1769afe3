// Captures as files: pcap (microseconds and nanoseconds, both byte orders; pcap-savefile(5)) and pcapng
// (draft-ietf-opsawg-pcapng), with the link types that DNS is captured on: Ethernet (and VLANs), Linux
// cooked 1 and 2, raw IP, loopback.
#ifndef D5_PARSE_PCAP_H
#define D5_PARSE_PCAP_H

#include "core/base/error.h"
#include "core/model/place.h"
#include "core/parse/dnspacket.h"

// Gives every packet that has to do with DNS to `each`, in order: port 53, or what looks like a DNS message
// at another one. False when the text is no capture or of a link type that is not read; a capture that breaks
// off is read as far as it goes (ret_info->cut).
bool pcap_read(struct text text, dns_packet_fn *each, void *context, struct capture_info *ret_info,
               struct error *err);

bool pcap_is(struct span text); // by its first four bytes

#endif
