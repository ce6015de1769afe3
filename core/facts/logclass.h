// Log lines that mean something: one table of classes, each with the pattern that finds its lines in one pass
// over all logs (search/), and the judge's word for it. Reading a line's parts is parse/'s; what it means is
// judge/'s.
#ifndef D5_FACTS_LOGCLASS_H
#define D5_FACTS_LOGCLASS_H

#include "core/base/clock.h"
#include "core/model/place.h"

enum log_class {    // a line is of the first that it fits
    LOG_OOM_NODE,   // kernel: global OOM kill ("Out of memory: Killed process …")
    LOG_OOM_TASK,   // kernel: "oom-kill:constraint=CONSTRAINT_MEMCG,…,task_memcg=/kubepods…/pod<uid>…"
    LOG_OOM_CGROUP, // kernel: "Memory cgroup out of memory: Killed process …"
    LOG_CONNTRACK_FULL,               // kernel: "nf_conntrack: … table full, dropping packet"
    LOG_COREDNS_UPSTREAM_TIMEOUT,     // "[ERROR] plugin/errors: 2 NAME. A: read udp A->B:53: i/o timeout"
    LOG_COREDNS_UPSTREAM_UNREACHABLE, // "… connect: network is unreachable", "no route to host", "connection
                                      // refused"
    LOG_COREDNS_MAX_CONCURRENT, // "concurrent queries exceeded maximum N"; dnsmasq of kube-dns: "Maximum
                                // number of concurrent DNS queries reached (max: N)"
    LOG_COREDNS_COREFILE,       // "Corefile:12 - Error during parsing: Unknown directive 'forwrd'"
    LOG_COREDNS_LOOP,           // "plugin/loop: Loop (… -> …) detected for zone"
    LOG_COREDNS_NO_PLUGIN, // "plugin/loop: no next plugin found": nothing in the Corefile answers the name
    LOG_COREDNS_SLOW,      // "plugin/health: Local health request to … took more than 1s"
    LOG_COREDNS_API, // "plugin/kubernetes: Kubernetes API connection failure", "waiting for Kubernetes API"
    LOG_COREDNS_LAMEDUCK,     // "SIGTERM: Shutting down servers", "plugin/health: Going into lameduck mode"
    LOG_COREDNS_PANIC,        // "Recovered from panic", "plugin/errors: … panic"
    LOG_COREDNS_RELOAD,       // "[INFO] Reloading", "Reloading complete"
    LOG_COREDNS_QUERY_FAILED, // the log plugin: SERVFAIL, REFUSED, or no answer at all ("- - 0")
    LOG_COREDNS_QUERY, // the log plugin: '[INFO] 10.0.1.2:3456 - 7 "A IN name. udp 41 false 512" NOERROR …'
    LOG_BIND_IN_USE,   // "bind: address already in use"
    LOG_COREDNS_LISTEN,   // "Listen: listen tcp :53: bind: permission denied", and it ends
    LOG_APP_DNS,          // an application's failed lookup: UnknownHostException, EAI_AGAIN, no such host …
    LOG_POLICY_DENY,      // network-policy-agent: "Verdict":"DENY"
    LOG_KUBE_PROXY_ERROR, // kube-proxy could not sync
    LOG_KUBELET_EVICTION, // "eviction manager: must evict pod(s)"
    LOG_CLASS_COUNT
};

struct log_hit {
    enum log_class class_;
    usec_t time; // the line's own, UTC; or TIME_UNKNOWN
    struct place place;
    struct span text;      // the line, cut at LOG_LONGEST bytes
    const char *node;      // nodes/NODE/…, or where that pod runs; or NULL
    const char *pod;       // "ns/name" of the pod that wrote it, or NULL
    const char *container; // its container, or NULL
    bool previous;         // of the run before
    bool copy; // the same line of the same writer stands in another file, too, and was counted there
};

struct log_hits {
    struct log_hit *items; // by file, then line; those outside the window only where there is room
    size_t n, cap;
};
enum { LOG_KEEP = 2000, LOG_LONGEST = 2000 }; // lines of a class and file; bytes of a line

const char *log_class_pattern(enum log_class c); // PCRE2
const char *log_class_name(enum log_class c);
struct span log_class_anchor(enum log_class c,
                             struct span line); // the line from its own words on: no time, no head

#endif
