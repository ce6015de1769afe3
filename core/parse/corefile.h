// A Corefile (CoreDNS, NodeLocal DNSCache): server blocks with their zones and plug-ins, as caddyfile's
// parser reads them. Snippets are followed, and imports into the files that are given; `{$X}` and `{%X%}`
// stay as written and make what they are part of unknown.
#ifndef D5_PARSE_COREFILE_H
#define D5_PARSE_COREFILE_H

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/tri.h"
#include "core/model/place.h"

struct corefile_text {
    struct span bytes;
    struct place place; // of the first line; of a JSON string: of the string
    bool in_json; // one JSON string holds all of it: every line has that place, with a column of its own
};

struct corefile_part { // a file that the Corefile may import, as "custom/*.server"
    const char *name;  // without its folder
    struct corefile_text text;
};
struct corefile_parts {
    const struct corefile_part *items;
    size_t n;
};

struct core_args {
    const char *const *items; // quotes taken off
    size_t n;
};

struct core_option { // a line inside a plug-in's braces
    const char *name;
    struct core_args args;
    struct place place;
};

struct core_plugin {
    const char *name;
    struct core_args args;
    struct core_option *options; // of the braces, nested ones flattened
    size_t n_options;
    uint32_t line;    // in the Corefile, from 1
    enum tri known;   // among the plug-ins of CoreDNS or NodeLocal DNSCache; unknown where {$X} makes it up
    const char *near; // not known: the nearest name that is, or NULL
    struct place place;
};

struct core_server {
    const char *const *zones; // as written: ".:53", "dns://example.org:1053"
    size_t n_zones;
    struct core_plugin *plugins;
    size_t n_plugins;
    struct place place;
};

struct core_fault { // why CoreDNS would not take it
    const char *text;
    uint32_t line;
    struct place place;
};

struct corefile {
    struct core_server *servers;
    size_t n_servers;
    struct core_fault *faults; // syntax and unknown directives, in order
    size_t n_faults;
    bool imports; // a file is imported that was not given: what stands there is not known
    struct place place;
};

// Never NULL. Limits: 8 levels of braces and of imports, 65536 words a file, 64 files, 64 faults.
const struct corefile *corefile_parse(struct arena *arena, const struct corefile_text *text);
const struct corefile *corefile_parse_with(struct arena *arena, const struct corefile_text *text,
                                           const struct corefile_parts *parts);

const struct core_plugin *core_plugin(const struct core_server *server, const char *name); // NULL: not there
const struct core_option *core_option(const struct core_plugin *plugin, const char *name);

// The server block that answers for a name (the longest zone, default port), or NULL.
const struct core_server *corefile_server_for(const struct corefile *file, struct span name);

// Whether a name lies in a zone as it is written: ".", "corp.example", "dns://corp.example:53".
bool corefile_zone_has(const char *zone, struct span name);

// A `forward` (or the old `proxy`) line, understood.
struct core_forward {
    const char *from; // the zone, "."
    struct core_target {
        const char *text; // as written
        struct ip ip;     // family 0: a file, or not an address
        uint16_t port;    // 53, or 853 with tls://
        bool file, tls;   // /etc/resolv.conf: the servers of that file
    } * targets;
    size_t n_targets;
    int64_t max_concurrent; // 0: no limit
    bool force_tcp, prefer_udp;
    struct place max_place; // of max_concurrent, or unset
    struct place place;
};
bool core_forward_parse(struct arena *arena, const struct core_plugin *plugin, struct core_forward *ret);

// The same of the server block that answers for a name. False: none does, or it forwards nothing. `file` may
// be NULL.
bool corefile_forward_for(struct arena *arena, const struct corefile *file, struct span name,
                          struct core_forward *ret);

// The cluster domain: the first forward zone (not in-addr.arpa, ip6.arpa) of the first `kubernetes` plug-in,
// else of the first server block that has it without zones of its own; NULL: none.
const char *corefile_cluster_domain(struct arena *arena, const struct corefile *file);

// Whether a `kubernetes` plug-in answers for that domain. Unknown where a zone of one is made up by {$X}, or
// none does and files are imported.
enum tri corefile_serves_cluster(const struct corefile *file, struct span domain);

#endif
