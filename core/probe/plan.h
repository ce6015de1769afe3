// The plan: which probes would run now, where, by which way, and which may not. Pure: from the facts so far,
// the target, and what is allowed; nothing is run or opened. The intake shows it before anything runs.
#ifndef D5_PROBE_PLAN_H
#define D5_PROBE_PLAN_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/probe/probe.h"

enum reach { // how a node is reached
    REACH_NONE,
    REACH_LOCAL, // d5tui runs on it
    REACH_SSH,
    REACH_EXEC, // through a pod on it that shares its network
    REACH_SSM,
};
extern const char *const reach_names[]; // "none", "local", "ssh", "exec", "ssm"
bool reach_parse(struct span text, enum reach *ret);

struct plan_input {
    const struct facts *facts;   // what is known so far; NULL: nothing yet
    const struct target *target; // the person's words
    enum reach via;
    unsigned consent;         // bits that were given; `via` exec and ssm need theirs
    bool guided;              // only GREEN rows that need no consent and change nothing
    const bool *subjects;     // SUBJECT_COUNT of them: whose steps may run now
    bool again;               // second readings, of rows that have them, instead of first ones
    usec_t now;               // names the folder of second readings
    usec_t since;             // how far back logs are asked for
    unsigned capture_seconds; // by the policy
    const char *host_keys;    // a known_hosts file for the case, where new keys are accepted; or NULL: strict
    const char *control_folder; // for ssh's sockets: short, private; NULL: a connection for each call
    const char *hostname;       // of the machine that d5tui runs on: which node that is, where via is local
    const char *bucket;         // where a bundle goes (S3); NULL: none may be collected
};

enum planned_state {
    PLANNED_RUN,
    PLANNED_NOT_ALLOWED,   // no consent, or guided: why says which
    PLANNED_NO_WAY,        // the node cannot be reached
    PLANNED_NOT_AVAILABLE, // a value is not known: why says which, and what would name it
    PLANNED_UNFIT,         // a value is not what it should be ("node name \"-oProxy…\" is no DNS name")
};

// See probe/probe.h.
struct script_turn {
    unsigned round;      // 1 after the first call
    struct span printed; // by the last call
    struct span errors;  // what it said on standard error
    int exit;            // its status: a call that failed does not yet end the probe
    struct arena *arena; // for what is handed back; lives as long as the probe
    void *state;         // the script's own, from one turn to the next; NULL at first
    const char *const *ret_argv;
    unsigned wait_ms;
    struct span ret_evidence, ret_errors; // what it printed, and said on standard error, over there
    int ret_exit;
    bool ret_cut; // the other side gave only the beginning
    const char *ret_why;
};

struct planned {
    const struct probe_row *row;
    enum planned_state state;
    const char *why;         // not PLANNED_RUN: a clause
    const char *const *argv; // with the way to the node; NULL ends it; argv[0] is a program's name
    const char *where;       // "bastion", "node NAME", "pod NS/NAME"
    const char *via;         // "ssh", …; or NULL
    const char *host;        // what limits count together: a node's name, "cluster", "aws", "bastion"
    const char *file;        // path in the tree
    const char *heading;     // or NULL
    const char *command;     // the same as text for people, quoted where needed
    unsigned seconds;
    probe_script_fn *script; // NULL: one call
    // A call that opens one connection to the host and holds it (ssh -M -N): started once, before the host's
    // first probe that names it, ended with the runner; `socket` is there once it can be used. Or NULL. What
    // a probe's own call leaves in the background is ended with it, so that no call may hold it by the way.
    const char *const *connect;
    const char *socket;
};

struct plan {
    struct arena arena;
    struct planned *items; // in the table's order
    size_t n, cap;
    bool waits; // more can be planned once these have said what they say
};

// The same facts give the same plan: a caller that goes on after `waits` leaves out what ran already.
void plan_make(const struct plan_input *in, struct plan *ret);
void plan_done(struct plan *plan);

// Of the command what runs over there, without the way: `timeout -k 2 30 tcpdump …`, not `ssh -o …`.
struct span planned_words(const struct planned *planned);

#endif
