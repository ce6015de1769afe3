// The door to Hyperscan: many patterns in one pass over a block of lines. It names lines that may match;
// PCRE2 (match.h) has the word on each. Loaded at first use; where it is not installed, or takes none of the
// patterns, there is no prefilter and PCRE2 does all the work.
#ifndef D5_DOOR_PREFILTER_H
#define D5_DOOR_PREFILTER_H

#include "core/base/error.h"
#include "core/base/span.h"

struct prefilter;      // any number of threads may use it
struct prefilter_room; // what one thread scans with

struct prefilter_pattern {
    struct span text;  // as match_new takes it, and valid
    unsigned flags;    // enum match_flags
    bool may_be_empty; // match_may_be_empty: there is no byte to name such a match by
};

enum prefilter_reach { // on which lines every line that matches is named
    PREFILTER_NOWHERE, // none: Hyperscan cannot read the pattern as PCRE2 does
    PREFILTER_ASCII,   // those that are ASCII all through
    PREFILTER_ALL,
};

// Whether the library is there, and works on this processor.
bool prefilter_available(struct error *err);

// NULL where there is nothing to be had.
struct prefilter *prefilter_new(const struct prefilter_pattern *patterns, size_t n);
void prefilter_free(struct prefilter *filter); // takes NULL

enum prefilter_reach prefilter_reach(const struct prefilter *filter, size_t pattern);

struct prefilter_room *prefilter_room_new(const struct prefilter *filter);
void prefilter_room_free(struct prefilter_room *room); // takes NULL

// A match may end behind byte `end` - 1 of the block; for one pattern, ends do not go down. False stops the
// scan.
typedef bool prefilter_fn(void *ctx, size_t pattern, size_t end);

// Lines of the block end in '\n'; a match of PCRE2 on any of its lines makes a call with an end inside that
// line.
void prefilter_scan(const struct prefilter *filter, struct prefilter_room *room, struct span block,
                    prefilter_fn *fn, void *ctx);

#endif
