// A live run without a cluster: a plan and a runner that hand over files of the shipped incident take the
// place of the real ones (world.c; the Makefile links it into tests/unit/test_live_*.c alone). What is left
// to hold is the order of things, and that the end is the same as offline.
#ifndef D5_TESTS_KIT_LIVE_REHEARSAL_H
#define D5_TESTS_KIT_LIVE_REHEARSAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/session/live.h"

// ------------------------------------------------------------------ the world

enum rehearsal_row { // of the plan, by the names "listing", "rules", …
    REHEARSAL_LISTING,
    REHEARSAL_RULES,
    REHEARSAL_POLICIES,
    REHEARSAL_SETTINGS,
    REHEARSAL_COREDNS,
    REHEARSAL_LOOKUPS
};

void rehearsal_fail(int row);        // from now on its probes fail; -1: no more
void rehearsal_mend(bool is_mended); // whether the rule is gone, and lookups go through

// ------------------------------------------------------------------ one run

struct rehearsal {
    char *state;
    struct loop *loop;
    struct session *s;
    struct live *live;
    struct str began;    // rows, in the order in which they began
    size_t cancel_after; // so many probes; 0: never
    const char *pressed; // a step that is asked for again with each probe; or NULL
};

void rehearsal_begin(struct rehearsal *r, unsigned consent);
void rehearsal_begin_as(struct rehearsal *r, unsigned consent, bool guided);
void rehearsal_run_all(struct rehearsal *r);
void rehearsal_end(struct rehearsal *r);
void rehearsal_on_finished(void *context); // a struct rehearsal: ends its loop

void rehearsal_must(bool ok, const struct error *err); // fails with its text
const struct incident_step *rehearsal_step(const struct rehearsal *r, const char *id);

// Where that row began first or last; SIZE_MAX: nowhere.
size_t rehearsal_place_of(const struct rehearsal *r, const char *row, bool last);

// The report that somebody else makes of the tree that was left; the caller's.
char *rehearsal_offline(const struct rehearsal *r);
void rehearsal_same_offline(const struct rehearsal *r); // fails where it is another one

#endif
