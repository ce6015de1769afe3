// The cause: weighs all claims into one verdict, with what speaks for it, against it, and what would settle
// it.
//
// confirmed: cause and effect both seen, on the same path, inside the window. likely: one side only.
// inconclusive: neither, or something opaque stands in between. A cause upstream of another explains it: the
// nearest cause that explains the rest is the diagnosis; independent ones are `also`.
#ifndef D5_JUDGE_CAUSE_H
#define D5_JUDGE_CAUSE_H

#include "core/model/claim.h"
#include "core/model/target.h"

struct candidate {
    enum diagnosis diagnosis;
    enum verdict verdict;
    enum diagnosis explained_by; // an upstream cause, or DIAGNOSIS_NONE
    const struct claim *cause;   // the claim that names the mechanism, or NULL
    const char *detail;          // one sentence, for root_cause behind the dash
    const char *reason;          // why it is not the cause, where it was rejected; or NULL
    const uint32_t *for_;        // indexes into claims->items, the deciding one first
    size_t n_for;
    const uint32_t *against;
    size_t n_against;
    const uint32_t *elsewhere; // causes that were not on this path, or not in the window
    size_t n_elsewhere;
    const uint32_t *gaps; // what would settle it
    size_t n_gaps;
};

struct cause {
    struct arena arena;
    enum diagnosis diagnosis;
    enum verdict verdict;
    struct candidate *candidates; // every diagnosis of which some claim speaks, the chosen one first
    size_t n_candidates;
    size_t n_also;     // candidates[1 .. n_also] are further independent causes
    size_t n_rejected; // the n_rejected after those were considered and are not the cause
};

struct cause *cause_weigh(const struct claims *claims, const struct target *target);
void cause_free(struct cause *cause); // takes NULL

#endif
