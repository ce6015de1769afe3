// Who listens where: `ss -lntup` (ss(8)) and `netstat -lntup` (netstat(8)).
#ifndef D5_PARSE_SS_H
#define D5_PARSE_SS_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/model/place.h"

struct listener {
    bool tcp;           // else UDP
    struct ip ip;       // family 0: every address of both families ("*")
    bool any;           // "*", 0.0.0.0 or ::
    const char *device; // bound to one interface ("127.0.0.53%lo"), or NULL
    uint16_t port;
    const char *process; // NULL: not shown (asked without root)
    uint32_t pid;        // 0: not shown
    struct place place;
};

struct listeners {
    struct listener *items;
    size_t n, cap;
    bool has_udp,
        has_tcp; // whether the listing shows that protocol at all (the log collector's netstat: TCP)
};

// Adds to *ret; all in the arena. Never fails: what is no listener is passed over.
void ss_parse(struct arena *arena, struct text text, struct listeners *ret);

#endif
