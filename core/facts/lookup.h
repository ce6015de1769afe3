// Lookups: every DNS question that somebody was seen to ask, and what became of it, whichever way it was
// seen: dig's output, a capture, CoreDNS' query log, an application's error line. One shape, so that a judge
// can ask "did a query from this pod over UDP to that endpoint get an answer while it hurt?" without knowing
// where that was written.
#ifndef D5_FACTS_LOOKUP_H
#define D5_FACTS_LOOKUP_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/ip.h"
#include "core/base/tri.h"
#include "core/model/place.h"

enum lookup_origin { LOOKUP_DIG, LOOKUP_CAPTURE, LOOKUP_APP_LOG, LOOKUP_SERVER_LOG };

enum lookup_vantage { // who asked
    LOOKUP_FROM_POD,
    LOOKUP_FROM_NODE,
    LOOKUP_FROM_BASTION,
    LOOKUP_FROM_COREDNS, // upstream, by a CoreDNS pod
    LOOKUP_FROM_UNKNOWN,
};

enum lookup_server {       // who was asked
    LOOKUP_AT_CLUSTER_DNS, // the kube-dns Service's address
    LOOKUP_AT_ENDPOINT,    // a CoreDNS pod's own address
    LOOKUP_AT_NODELOCAL,   // 169.254.20.10 or what NodeLocal DNSCache listens on
    LOOKUP_AT_VPC,         // the VPC resolver: 169.254.169.253, fd00:ec2::253, base + 2
    LOOKUP_AT_OTHER,
    LOOKUP_AT_UNKNOWN,
};

enum lookup_name { LOOKUP_NAME_CLUSTER, LOOKUP_NAME_EXTERNAL, LOOKUP_NAME_UNKNOWN };
enum lookup_proto { LOOKUP_PROTO_UNKNOWN, LOOKUP_UDP, LOOKUP_TCP };

enum lookup_outcome {
    LOOKUP_ANSWERED, // NOERROR with at least one answer
    LOOKUP_NODATA,   // NOERROR without
    LOOKUP_NXDOMAIN,
    LOOKUP_SERVFAIL,
    LOOKUP_REFUSED,        // rcode REFUSED
    LOOKUP_TIMEOUT,        // nobody answered in time
    LOOKUP_UNREACHABLE,    // ICMP, connection refused, no route: somebody said no at once
    LOOKUP_TRUNCATED,      // TC, and no retry over TCP that was answered
    LOOKUP_FAILED_UNKNOWN, // an application says that it failed, and not how (EAI_AGAIN)
};

struct lookup {
    enum lookup_origin origin;
    enum lookup_vantage vantage;
    enum lookup_server at;
    enum lookup_proto proto;
    enum lookup_name name_class;
    enum lookup_outcome outcome;
    usec_t time;              // when it was asked; of an error line, when it was written; or TIME_UNKNOWN
    usec_t latency;           // to the answer, or TIME_UNKNOWN
    struct ip client, server; // family 0: not seen
    uint16_t server_port;     // 0: not seen
    const char *pod;          // "ns/name" of who asked, or NULL
    const char *node;         // where it was seen, or where the asker is; or NULL
    const char *name;         // as asked, without the last dot, lower case; or NULL
    const char *type;         // "A", "AAAA", … or NULL
    bool target_pod;          // asked by the pod of the incident
    bool expansion;           // the name is another seen name with a search domain appended
    uint32_t size;            // of the answer in bytes, 0: not seen
    uint32_t bufsize;         // what the client takes over UDP, 0: not seen
    struct ip endpoint;       // capture: where the question went behind the cluster's DNS address
    enum tri authoritative;   // the answer has the AA bit
    enum tri forwarded;       // capture: the question was seen leaving again
    enum tri delivered;       // capture: the answer was seen on its last way to the client
    struct place place;       // the deciding line: the answer's, or the question's where nobody answered
    struct place asked;       // capture, dig: the question's line; else unset
};

struct lookups {
    struct lookup *items;
    size_t n, cap;
};

struct capture { // one file of captures/, as a whole: answered lookups are kept only in part
    const char *path;
    uint32_t file;
    uint64_t questions;  // one that is seen at several interfaces counts once
    uint64_t unanswered; // answers that were seen and did not reach the client are among them
    uint64_t refused;    // by ICMP or a reset
    uint64_t undelivered;
    uint64_t questions_in_window, failed_in_window; // failed: unanswered though there was time, refused,
                                                    // SERVFAIL, REFUSED
    uint64_t fragmented_answers, fragments;         // answers in several fragments; their later fragments
    uint64_t dropped;                               // packets that the capture itself lost
    bool cut, interfaces;
    bool date_assumed, date_unknown; // times without a date: the window's was taken, or there is none
    usec_t first, last;
    struct place unanswered_place; // the first question without an answer; unset: none
    struct place too_big_place;    // ICMP says that an answer does not fit a link; unset: none
};

// Whether something stands behind the cluster's domain in a name ("db.shop.svc.cluster.local.ec2.internal"):
// only a search list makes such a name.
bool lookup_name_is_doubled(struct span name, const char *domain);

const char *lookup_outcome_name(enum lookup_outcome o); // "timeout"
bool lookup_failed(enum lookup_outcome o);              // everything but answered, no data, NXDOMAIN

// A question to all lookups: a field is asked for only where its bit in `fields` is set.
struct lookup_query {
    unsigned fields; // of LOOKUP_BY_…
    enum lookup_vantage vantage;
    enum lookup_server at;
    enum lookup_proto proto; // lookups whose protocol is not known do not match
    enum lookup_name name_class;
    enum lookup_outcome outcome;
    struct ip server;
    const char *node;
    struct window window; // lookups without a time match
};
enum {
    LOOKUP_BY_VANTAGE = 1,
    LOOKUP_BY_AT = 2,
    LOOKUP_BY_PROTO = 4,
    LOOKUP_BY_NAME_CLASS = 8,
    LOOKUP_BY_OUTCOME = 16,
    LOOKUP_BY_SERVER = 32,
    LOOKUP_BY_NODE = 64,
    LOOKUP_BY_WINDOW = 128,
    LOOKUP_BY_TARGET_POD = 256,
    LOOKUP_BY_FAILED = 512,    // lookup_failed(outcome)
    LOOKUP_BY_ANSWERED = 1024, // not failed (NXDOMAIN and no data are answers)
};
size_t lookups_count(const struct lookups *all, const struct lookup_query *q);
const struct lookup *lookups_first(const struct lookups *all, const struct lookup_query *q); // NULL: none

#endif
