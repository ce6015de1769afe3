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
    PROBE_EACH_RESOURCE,  // of the cluster that D5 reads and the API server has
    PROBE_EACH_ACCESS,    // verb and resource that the run is going to need
    PROBE_EACH_NODE,      // in scope: the complaining pod's, CoreDNS' nodes, a well one beside them
    PROBE_EACH_INTERFACE, // of such a node that carries addresses
    PROBE_EACH_DNS_POD,   // container of CoreDNS and NodeLocal DNSCache
    PROBE_EACH_LOOKUP,    // cell of the matrix: server × transport × name
    PROBE_EACH_TARGET,    // the complaining pod
};

enum probe_flags {
    PROBE_ROOT = 1,    // needs root on the node: `sudo -n` in front for another user
    PROBE_PIECES = 2,  // shares its file with others: its lines stand under its heading
    PROBE_LOG = 4,     // a log or a capture: what came before it was cut was seen
    PROBE_CHANGES = 8, // writes on the node; never in guided mode
};

struct probe_row {
    const char *name; // "iptables-save"; unique
    // Words; {pod}, {namespace}, {node}, … stand for checked values. A word that holds a value that is not
    // known is left out when it begins with '?'. argv[0] is the program.
    const char *const *argv;
    enum probe_place place;
    enum probe_rating rating;
    unsigned consent; // bits of enum consent
    enum probe_each each;
    unsigned flags;
    unsigned seconds;         // time limit
    uint64_t bytes;           // limit of its output
    unsigned again;           // seconds after which a second reading says something (counters); 0: never
    const char *answers;      // exit statuses that are answers, besides 0: "9", "1 124"; or NULL
    const char *file;         // where it lands in the tree: "nodes/{node}/networking/iptables-save.txt"
    const char *heading;      // line above its piece of a shared file: "Interface {interface}"; or NULL
    enum subject subjects[6]; // SUBJECT_NONE ends them: the steps that it serves are about these
};

extern const struct probe_row probe_table[]; // ends with name NULL

const struct probe_row *probe_find(const char *name); // NULL: no such row

bool probe_serves(const struct probe_row *row, enum subject subject);

#endif
