// IP addresses and prefixes, both families.
#ifndef D5_BASE_IP_H
#define D5_BASE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

struct ip {            // zero-initialized is "no address"
    uint8_t family;    // 4, 6, or 0: none
    uint8_t bytes[16]; // network order; the first 4 of family 4
};

struct ip_prefix {
    struct ip ip;
    uint8_t bits; // 0–32 or 0–128
};

bool ip_parse(struct span s, struct ip *ret);               // no brackets, no zone, no prefix
bool ip_parse_prefix(struct span s, struct ip_prefix *ret); // "10.0.0.0/8", "10.1.2.3" (full length), "::/0"
bool ip_eq(struct ip a, struct ip b);
bool ip_in_prefix(struct ip ip,
                  struct ip_prefix prefix); // host bits of the prefix are ignored; other family: no
bool ip_is_loopback(struct ip ip);
bool ip_is_link_local(struct ip ip); // 169.254.0.0/16, fe80::/10
unsigned ip_bits(struct ip ip);      // 32, 128 or 0

#define IP_TEXT 64
char *ip_format(struct ip ip, char ret[static IP_TEXT]);                     // "-" for none. Returns ret.
char *ip_format_port(struct ip ip, uint16_t port, char ret[static IP_TEXT]); // "10.0.0.1:53", "[fd00::1]:53"

// Whether `text` names the address as a whole: "10.0.1.5" is not in "10.0.1.50". No address stands nowhere.
bool ip_stands_in(struct span text, struct ip ip);

#endif
