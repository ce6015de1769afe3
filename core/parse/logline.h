// Log lines that have parts: CoreDNS' log and errors plug-ins, the kernel's OOM killer, the network policy
// agent, and an application's failed lookup in the words of its language or resolver library. All spans point
// into the line; empty where the line does not say.
#ifndef D5_PARSE_LOGLINE_H
#define D5_PARSE_LOGLINE_H

#include "core/base/ip.h"
#include "core/base/span.h"

// `[INFO] 10.0.1.2:3456 - 7 "A IN name. udp 41 false 512" NOERROR qr,aa,rd 106 0.0002s` (coredns.io, plug-in
// log, the common format). Where nothing was answered it ends in `- - 0 2.0s`.
struct log_query {
    struct ip client;
    uint16_t client_port;
    struct span type, name, rcode;      // rcode "-": nothing was answered
    bool tcp, truncated, authoritative; // flags tc and aa of the answer
    uint32_t bufsize, size;             // what the client takes over UDP; the answer's bytes
    int64_t usec;                       // duration, -1: not shown
};
bool logline_coredns_query(struct span line, struct log_query *ret);

// `[ERROR] plugin/errors: 2 name. A: read udp 10.0.1.9:5353->10.0.0.2:53: i/o timeout` (plug-in errors).
struct log_upstream {
    struct span name, type, reason;
    struct ip local, server; // family 0: not shown
    uint16_t server_port;
    bool tcp;
};
bool logline_coredns_error(struct span line, struct log_upstream *ret);

// `Out of memory: Killed process 311 (java) …`, `Memory cgroup out of memory: Killed process …`
// (mm/oom_kill.c).
struct log_oom {
    bool cgroup; // a container's own limit, not the machine's memory
    uint64_t pid;
    struct span process;
};
bool logline_oom(struct span line, struct log_oom *ret);

// `{…"Src IP":"10.0.1.2","Src Port":3456,"Dest IP":"10.0.1.9","Dest
// Port":53,"Proto":"UDP","Verdict":"DENY"}`, also as `Src IP: 10.0.1.2 …` (aws-network-policy-agent, policy
// event log).
struct log_deny {
    struct ip src, dst;
    uint16_t src_port, dst_port;
    bool tcp;
};
bool logline_deny(struct span line, struct log_deny *ret);

// What an application says of a lookup that failed.
enum log_failure {
    LOG_FAILURE_UNKNOWN, // that it failed, not how: EAI_AGAIN, "Could not resolve host"
    LOG_FAILURE_NO_NAME, // EAI_NONAME, "no such host", "Name or service not known"
    LOG_FAILURE_NO_DATA, // "No address associated with hostname"
    LOG_FAILURE_TIMEOUT,
    LOG_FAILURE_SERVER,  // "server misbehaving", SERVFAIL
    LOG_FAILURE_REFUSED, // nobody listens there, or no way to it
};
struct log_app {
    struct span name;
    enum log_failure failure;
    struct ip client, server;
    bool tcp, proto_known;
};
bool logline_app(struct span line, struct log_app *ret);

#endif
