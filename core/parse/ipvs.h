// The virtual services of a node: `ipvsadm -S [-n]`, `ipvsadm -L -n`, also with --rate or --stats
// (ipvsadm(8)); and the log collector's file, which holds all three, one below the other.
#ifndef D5_PARSE_IPVS_H
#define D5_PARSE_IPVS_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/model/place.h"

struct ipvs_server { // a real server
    struct ip ip;
    uint16_t port;
    bool drained; // weight 0: gets no new connections
    struct place place;
};

struct ipvs_service {
    bool tcp; // else UDP
    struct ip ip;
    uint16_t port;
    struct ipvs_server *servers;
    size_t n, cap;
    bool unread;        // it has more servers, by names that are no addresses
    struct place place; // where it was first listed
};

struct ipvs {
    struct ipvs_service *services;
    size_t n, cap;
    struct place place; // of the first line that is ipvsadm's
    bool whole;         // what is not among the services is not there: no name stood in an address' place
};

// Adds to *ret; all in the arena. A service or server that is listed again stays one. False: nothing in it is
// ipvsadm's: an error message, another file.
bool ipvs_parse(struct arena *arena, struct text text, struct ipvs *ret);

// NULL: there is none.
const struct ipvs_service *ipvs_find(const struct ipvs *ipvs, bool tcp, struct ip ip, uint16_t port);

#endif
