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
    unsigned consent;         // bits that were given
    bool guided;              // only GREEN rows that need no consent and change nothing
    const bool *subjects;     // SUBJECT_COUNT of them: whose steps may run now
    bool again;               // second readings, of rows that have them, instead of first ones
    usec_t now;               // names the folder of second readings
    usec_t since;             // how far back logs are asked for
    unsigned capture_seconds; // by the policy
    const char *host_keys;    // a known_hosts file for the case, where new keys are accepted; or NULL: strict
    const char *control_folder; // for ssh's sockets: short, private
};

enum planned_state {
    PLANNED_RUN,
    PLANNED_NOT_ALLOWED, // no consent, or guided: why says which
    PLANNED_NO_WAY,      // the node cannot be reached
    PLANNED_UNFIT,       // a value is not what it should be ("node name \"-oProxy…\" is no DNS name")
};

struct planned;

// A probe that takes several calls (send a command, ask whether it is done, fetch what it printed): looks at
// what the last call printed and says what is next.
enum script_step {
    SCRIPT_CALL,   // *ret_argv is the next call, after `wait_ms`
    SCRIPT_DONE,   // *ret_evidence is what the probe printed; ret_exit its status
    SCRIPT_FAILED, // ret_why
};
struct script_turn {
    unsigned round;      // 1 after the first call
    struct span printed; // by the last call
    struct span errors;  // what it said on standard error
    int exit;            // its status: a call that failed does not yet end the probe
    struct arena *arena; // for what is handed back
    const char *const *ret_argv;
    unsigned wait_ms;
    struct span ret_evidence;
    int ret_exit;
    const char *ret_why;
};
typedef enum script_step probe_script_fn(const struct planned *planned, struct script_turn *turn);

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
};

void plan_make(const struct plan_input *in, struct plan *ret);
void plan_done(struct plan *plan);

#endif
