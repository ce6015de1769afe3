// DNS messages (RFC 1035) and the one shape that every reader of captures gives a packet, be it from pcap,
// pcapng or tcpdump's text. Nothing here means anything yet: questions meet their answers in exchange.h.
#ifndef D5_PARSE_DNSPACKET_H
#define D5_PARSE_DNSPACKET_H

#include "core/base/clock.h"
#include "core/base/ip.h"
#include "core/base/span.h"

enum dns_seen {
    DNS_NOTHING, // no DNS
    DNS_QUESTION,
    DNS_ANSWER,
    DNS_CONNECT,     // a TCP SYN to port 53
    DNS_ACCEPT,      // its SYN+ACK
    DNS_RESET,       // a TCP RST from port 53
    DNS_UNREACHABLE, // ICMP says that a packet to port 53 could not be delivered
    DNS_TOO_BIG,     // ICMP says that a packet from port 53 is too big for a link on its way
    DNS_FRAGMENT,    // a later fragment of some UDP packet: no ports, so whose it is can only be guessed
};

enum dns_direction { DNS_DIRECTION_UNKNOWN, DNS_IN, DNS_OUT }; // into the machine from that interface, or out

struct dns_packet {
    enum dns_seen seen;
    enum dns_direction direction;
    bool tcp;
    bool id_known;
    bool truncated;     // the TC bit
    bool authoritative; // the AA bit
    bool fragmented;    // the first fragment of several
    uint8_t rcode;
    uint16_t id, type, answers; // type 0: not seen
    uint16_t client_port, server_port;
    uint32_t number;    // of the packet, or of the text's line
    uint32_t size;      // of the DNS message in bytes, where it is known
    uint32_t name_hash; // 0: no name seen
    uint64_t interface; // which one, as some number; 0: not known
    usec_t time;
    struct ip client, server; // of whoever asks and is asked, whichever way the packet goes
    struct span name;         // as text without the last dot, where the capture is text; else empty
    struct span message;      // the DNS message, where the capture is binary; else empty
};

enum capture_date { CAPTURE_DATE_WRITTEN, CAPTURE_DATE_ASSUMED, CAPTURE_DATE_UNKNOWN };

struct capture_info { // of a whole capture
    uint64_t packets; // all of them, DNS or not; of text: lines that are packets
    uint64_t dropped; // by the kernel or the interface while capturing
    uint64_t fragments;
    bool cut;        // breaks off within a packet
    bool interfaces; // says at which interface a packet was seen
    enum capture_date date;
    usec_t first, last; // TIME_UNKNOWN: no packet. With CAPTURE_DATE_UNKNOWN they count from midnight.
};

typedef void dns_packet_fn(const struct dns_packet *packet, void *context);

// Reads a message's header and first question into *ret (seen, id, rcode, truncated, answers, type,
// name_hash, message, size). False when it is no DNS query or answer.
bool dns_decode(struct span message, struct dns_packet *ret);

// Whether bytes from a port that is not 53 are a DNS message by all that can be told from them.
bool dns_looks_like(struct span message);

// The name at *at of a message as text, lower case, without the last dot ("" is the root), bytes outside
// printable ASCII and dots within labels as \DDD; *at goes behind it. Compression pointers only lead
// backwards, so that it ends (RFC 1035, 4.1.4). False when the message is broken there.
enum { DNS_NAME_TEXT = 1024 };
bool dns_read_name(struct span message, size_t *at, char ret[static DNS_NAME_TEXT]);

// The name that a packet asks for (or answers), in either form; "" when none was seen.
void dns_packet_name(const struct dns_packet *packet, char ret[static DNS_NAME_TEXT]);

const char *dns_type_name(uint16_t type); // "AAAA"; NULL for those without a name here
uint16_t dns_type_parse(struct span s);   // "AAAA", "TYPE65", "Type65"; 0: not known
uint32_t dns_name_hash(struct span name); // of text, never 0

#endif
