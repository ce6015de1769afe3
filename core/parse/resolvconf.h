// resolv.conf as resolv.conf(5) and glibc's res_init.c read it: a pod's or a node's.
#ifndef D5_PARSE_RESOLVCONF_H
#define D5_PARSE_RESOLVCONF_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/model/place.h"

enum {
    RESOLV_MAX_SERVERS = 3,        // MAXNS: further ones are not asked
    RESOLV_OLD_DOMAINS = 6,        // glibc before 2.26 keeps six search domains …
    RESOLV_OLD_SEARCH_BYTES = 256, // … and 256 bytes of them; later ones all
    RESOLV_DEFAULT_NDOTS = 1,      // RES_MAXNDOTS is 15
    RESOLV_DEFAULT_TIMEOUT = 5,    // seconds; at most 30
    RESOLV_DEFAULT_ATTEMPTS = 2,   // at most 5
};

struct resolv_server {
    struct ip ip;     // without its zone (fe80::1%eth0); family 0 where the text is no address
    const char *text; // as written
    bool used;        // glibc asks it: an address, and among the first three of those
    bool last;        // the file ends with it, without a newline: it may have gone on
    struct place place;
};

struct resolv_domain {
    const char *name; // without the last dot; "" for the root
    bool old;         // glibc before 2.26 uses it, too
    struct place place;
};

struct resolvconf {
    struct place place; // the file's first line
    struct resolv_server *servers;
    size_t n_servers;
    struct resolv_domain *search; // of the last `search` or `domain` line: they replace each other
    size_t n_search;
    unsigned ndots, timeout, attempts; // clipped as glibc clips them
    bool rotate, use_vc, single_request, single_request_reopen, edns0, trust_ad, no_aaaa, inet6;
    struct place ndots_place; // unset where it is the default
    const char *comment;      // the first comment's text: who made the file; or NULL
};

// Never NULL: any text is some configuration. All that it points to lives in the arena.
const struct resolvconf *resolvconf_parse(struct arena *arena, struct text text);

// Whether `ip` is among the servers that glibc asks.
bool resolvconf_asks(const struct resolvconf *conf, struct ip ip);

#endif
