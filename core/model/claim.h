// Claims: what judges say. One claim is one sentence that rests on cited lines and speaks for or against one
// diagnosis. The cause (judge/cause.h) weighs claims only; it never looks at facts.
#ifndef D5_MODEL_CLAIM_H
#define D5_MODEL_CLAIM_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/tri.h"
#include "core/model/diagnosis.h"
#include "core/model/place.h"
#include "core/model/subject.h"

enum claim_kind {
    CLAIM_CAUSE,   // the mechanism itself was seen: a rule that drops the query, a pod killed by its limit
    CLAIM_EFFECT,  // what this cause does was seen on its path: a lookup lost there, a drop counter that grew
    CLAIM_AGAINST, // refutes the diagnosis: the same path worked while it hurt
    CLAIM_INNOCENT, // looks like the diagnosis at first sight and is not: goes into the report's `rejected`
    CLAIM_GAP,      // what the diagnosis hangs on could not be looked at: goes into `unknown`
    CLAIM_CLEAR,    // the subject was looked at as far as it matters, and nothing is wrong with it
    CLAIM_NOTE,     // worth showing, speaks for nothing
};

struct claim {
    enum claim_kind kind;
    enum diagnosis diagnosis; // DIAGNOSIS_NONE for CLAIM_CLEAR and CLAIM_NOTE
    enum subject subject;
    enum tri on_path; // does it concern the way of the failing queries: this pod, its node, the servers that
                      // it asks?
    enum tri
        in_window; // did it hold while it hurt? State without a time of its own that was collected then: yes
    const char *text;           // one plain sentence, no full stop at its end
    const char *object;         // the node, pod, policy … that it is about, or NULL
    const struct place *places; // what it rests on, the deciding one first
    size_t n_places;
    const char *fix;     // CLAIM_CAUSE: what an operator does, without "Operator: "; NULL: the table's
    const char *command; // CLAIM_GAP: the read-only command that would tell
    usec_t time;         // when it was first seen, or TIME_UNKNOWN
};

struct claims { // zero-initialized is empty and valid; all that claims point to lives in the arena
    struct arena arena;
    struct claim *items;
    size_t n, cap;
};

void claims_done(struct claims *claims);

// Adds a copy of `claim`; texts and places are copied, too, but for a command that may do more than read
// (reads.h). The returned address holds until the next call.
struct claim *claims_add(struct claims *claims, const struct claim *claim);

// Whether some claim of that kind speaks of that diagnosis (any diagnosis with DIAGNOSIS_NONE).
bool claims_have(const struct claims *claims, enum claim_kind kind, enum diagnosis diagnosis);

#endif
