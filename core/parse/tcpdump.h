// What `tcpdump -nn` prints, with or without -tttt, -tt, -e, -v, of one interface or of all ("-i any" says
// which and whether in or out) (tcpdump(1), print-domain.c of 4.9 and 4.99).
#ifndef D5_PARSE_TCPDUMP_H
#define D5_PARSE_TCPDUMP_H

#include "core/model/place.h"
#include "core/parse/dnspacket.h"

// Gives every packet that has to do with DNS to `each`, in order. Times without a date get the day of
// `window` (ret_info->date says so); without a window they count from midnight. Never fails: lines that are
// no packets are passed over.
void tcpdump_read(struct text text, struct window window, dns_packet_fn *each, void *context,
                  struct capture_info *ret_info);

#endif
