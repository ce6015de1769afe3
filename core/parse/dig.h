// dig's output (BIND 9.11 to 9.20): one or several queries in one text, answered, timed out, refused; +short
// and +tcp too (dig(1)).
#ifndef D5_PARSE_DIG_H
#define D5_PARSE_DIG_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/ip.h"
#include "core/model/place.h"

enum dig_outcome {
    DIG_UNKNOWN,     // broken off before one could tell
    DIG_ANSWER,      // some answer came; `rcode` says which
    DIG_TIMEOUT,     // "timed out", "no servers could be reached"
    DIG_REFUSED,     // "connection refused"
    DIG_UNREACHABLE, // "network unreachable", "host unreachable", "no route to host"
    DIG_FAILED,      // another error: "couldn't get address for …", "end of file", "connection reset"
};

struct dig {
    enum dig_outcome outcome;
    const char *name; // as asked, lower case, without the last dot; or NULL
    const char *type; // "A" where none was given
    bool tcp, short_; // asked with +tcp (or answered over TCP); +short: an answer shows its data only
    bool retried_tcp; // ";; Truncated, retrying in TCP mode."
    bool truncated;   // flag tc
    bool authoritative, recursion_available;
    bool no_edns;
    uint32_t bufsize;  // asked for with +bufsize, 0: the default
    const char *rcode; // "NOERROR", or NULL
    uint32_t answers;
    uint32_t size;     // MSG SIZE rcvd, 0: not shown
    uint32_t failures; // tries that ended in an error before this outcome
    struct ip server;  // family 0: asked by name, or not shown
    uint16_t port;
    usec_t time;        // WHEN; TIME_UNKNOWN where nothing answered
    usec_t latency;     // TIME_UNKNOWN
    const char *soa;    // owner of the SOA in the authority section: the zone that said no; or NULL
    struct place place; // the deciding line: the status, the errors up to dig's last word, or +short's data
    struct place question; // the line with the command, or the question
};

struct digs {
    struct dig *items;
    size_t n, cap;
};

// All in the arena. Never fails; a text that is not dig's gives none. WHEN is taken as UTC whatever zone name
// stands there but for those with a known offset.
const struct digs *dig_parse(struct arena *arena, struct text text);

#endif
