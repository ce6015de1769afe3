// The one table of probes: every program that d5tui ever runs against a cluster, a node or a pod, with the
// shape of its arguments. Read-only by construction: what is not a row here cannot be run, and every word
// that is put into a row is checked as what it is (a pod's name, an address, a number of seconds). One row
// changes something, collecting a bundle; it says so.
#ifndef D5_PROBE_PROBE_H
#define D5_PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/consent.h"
#include "core/model/subject.h"

enum probe_place { PROBE_HERE, PROBE_ON_NODE, PROBE_IN_POD };

enum probe_rating { PROBE_GREEN, PROBE_YELLOW, PROBE_RED }; // the procedures' safety ratings

// What a row is run for, once each. The plan (probe/plan.h) finds them in the facts.
enum probe_each {
    PROBE_ONCE,
    PROBE_EACH_SCOPE,         // all namespaces; where that was denied, the pod's own and kube-system singly
    PROBE_EACH_NODE,          // in scope: the complaining pod's, CoreDNS' nodes, a well one beside them
    PROBE_EACH_INTERFACE,     // of such a node that carries addresses
    PROBE_EACH_DNS_CONTAINER, // of CoreDNS and NodeLocal DNSCache
    PROBE_EACH_POD_CONTAINER, // of the complaining pod
    PROBE_EACH_LOOKUP,        // cell of the matrix: server × transport × name
    PROBE_EACH_POD,           // the complaining pod
    PROBE_EACH_POD_NODE,      // its node, and those that its questions go to
};

// What must hold for it to be run; where nobody knows, it is.
enum probe_when {
    PROBE_ALWAYS,
    PROBE_WHEN_SERVED,     // the API server has such a resource
    PROBE_WHEN_RESTARTED,  // the container ran before
    PROBE_WHEN_IPVS,       // kube-proxy's mode
    PROBE_WHEN_AL2,        // the node's system: Amazon Linux 2 …
    PROBE_WHEN_AL2023,     // … Amazon Linux 2023 …
    PROBE_WHEN_NOT_AMAZON, // … or any other
    PROBE_WHEN_AWS,        // the nodes are EC2 instances …
    PROBE_WHEN_AWS_SHORT,  // … and the window is a day at most …
    PROBE_WHEN_AWS_LONG,   // … or longer
};

enum probe_flags {
    PROBE_ROOT = 1,     // needs root on the node, or root's PATH: `sudo -n` in front for another user
    PROBE_PIECES = 2,   // shares its file with others: its lines stand under its heading
    PROBE_LOG = 4,      // a log or a capture: what came before it was cut was seen
    PROBE_CHANGES = 8,  // writes on the node; never in guided mode
    PROBE_BASIS = 16,   // others are found by what it says: planned with any of them
    PROBE_NETWORK = 32, // asks the kernel about the node's network: so can a pod that shares it
    PROBE_LASTS = 64,   // does not end by itself: only where timeout(1) ends it
    PROBE_FAR = 256,    // on far nodes, too: counters, and what they need
    PROBE_BUNDLE = 128, // brings an archive, whose files take their places in the tree
};

struct planned;
struct script_turn; // probe/plan.h

// A probe that takes several calls (send a command, ask whether it is done, fetch what it printed): looks at
// what the last call printed and says what is next.
enum script_step {
    SCRIPT_CALL,   // *ret_argv is the next call, after `wait_ms`
    SCRIPT_DONE,   // *ret_evidence is what the probe printed; ret_exit its status
    SCRIPT_FAILED, // ret_why
};
typedef enum script_step probe_script_fn(const struct planned *planned, struct script_turn *turn);

struct probe_row {
    const char *name; // "iptables-save"; unique
    // Words; {pod}, {namespace}, {node}, … (probe/argv.h) stand for checked values. A word that holds a
    // value that is not known is left out when it begins with '?'. argv[0] is the program.
    const char *const *argv;
    enum probe_place place;
    enum probe_rating rating;
    unsigned consent; // bits of enum consent
    enum probe_each each;
    enum probe_when when;
    unsigned flags;
    unsigned seconds;    // time limit
    unsigned again;      // seconds after which a second reading says something (counters); 0: never
    uint64_t bytes;      // limit of its output
    const char *answers; // exit statuses that are answers, besides 0: "9", "1 124"; or NULL
    const char *file;    // where it lands in the tree: "nodes/{node}/networking/iptables-save.txt"
    const char *cost;    // what it takes of where it runs, for people; of all that need consent; else NULL
    const char *heading; // line above its piece of a shared file: "Interface {interface}"; or NULL
    probe_script_fn *script;  // NULL: one call
    enum subject subjects[6]; // SUBJECT_NONE ends them: the steps that it serves are about these
};

extern const struct probe_row probe_table[]; // ends with name NULL

const struct probe_row *probe_find(const char *name); // NULL: no such row

bool probe_serves(const struct probe_row *row, enum subject subject);

#endif
