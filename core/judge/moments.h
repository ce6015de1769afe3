// Moments: what happened when, from all sources, on one axis. Being earlier is not being the cause; it is
// where to look.
#ifndef D5_JUDGE_MOMENTS_H
#define D5_JUDGE_MOMENTS_H

#include "core/facts/facts.h"
#include "core/model/claim.h"

enum moment_kind {
    MOMENT_FAILED,   // a lookup that failed
    MOMENT_ANSWERED, // one that did not
    MOMENT_LINE,     // a log line that means something; lookups and CoreDNS' query log are lookups
    MOMENT_EVENT,    // of the API
    MOMENT_NODE,     // a node's condition changed
    MOMENT_RESTART,  // a container ended
    MOMENT_CHANGE,   // a write that the audit log shows
    MOMENT_FINDING,  // a finding was first seen
    MOMENT_KINDS
};

struct moment {
    usec_t time;
    enum moment_kind kind;
    const char *text;  // a few words
    struct span words; // of a log line what it says; else empty
    struct place place;
};

// In order of time, in the arena; only what has a time and a place. `claims` may be NULL; `kinds` has a bit
// (1 << kind) for each that is asked for.
struct moment *moments_find(struct arena *arena, const struct facts *facts, const struct claims *claims,
                            unsigned kinds, size_t *ret_n);
#define MOMENT_ALL ((1u << MOMENT_KINDS) - 1)

const char *moment_kind_name(enum moment_kind kind); // "log line"

#endif
