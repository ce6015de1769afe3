// A DNS message as tcpdump prints it: "45407+ [1au] A? name. (70)", "44151 NXDomain*- 0/1/0 (163)".
#ifndef D5_PARSE_DNSTEXT_H
#define D5_PARSE_DNSTEXT_H

#include "core/parse/dnspacket.h"

// Fills seen, id, rcode, truncated, answers, type, name, size. False when it is no DNS message.
bool dnstext_parse(struct span text, struct dns_packet *ret);

#endif
