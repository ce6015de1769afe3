// A recheck: the readings that decided a case are taken again, into a tree of their own beside the first, and
// judged; nothing is written over. What decided is what the report quotes; with a listing of the API server
// all listings are read again, for they only make sense together.
//
// All functions are for the loop's thread. Callbacks come from the loop, never from within a call.
#ifndef D5_SESSION_RECHECK_H
#define D5_SESSION_RECHECK_H

#include "core/door/loop.h"
#include "core/probe/runner.h"
#include "core/session.h"

struct recheck;

struct recheck_config {
    struct session *session; // a case, analysed and judged
    struct loop *loop;
    enum reach via; // REACH_NONE: as the case's own probes did
    unsigned consent;
    runner_fn *probe;  // one started or ended; may be NULL
    loop_fn *finished; // the result is there, or there is none
    void *context;
};

enum recheck_verdict { RECHECK_GONE, RECHECK_STILL_THERE, RECHECK_CANNOT_TELL };
extern const char *const recheck_names[]; // EVENT_VERIFIED's words: "gone", "still_there", "cannot_tell"

struct recheck_line { // one quote of the report
    const char *source, *before;
    const char *after; // the same line as it is now; NULL: it is not there any more, or could not be read
    const char *why;   // it could not be read again, or NULL
};

struct recheck_result {
    enum recheck_verdict verdict;
    const char *why; // one sentence
    const struct recheck_line *lines;
    size_t n;
    const char *tree; // the folder of the new readings
};

// NULL with an error: nothing was decided, or none of it can be read again.
struct recheck *recheck_new(const struct recheck_config *config, struct error *err);
void recheck_free(struct recheck *recheck); // cancels what runs; not while recheck_is_reading; takes NULL

void recheck_cancel(struct recheck *recheck);
bool recheck_is_reading(const struct recheck *recheck);

// Once it has finished, with EVENT_VERIFIED in the case; NULL with an error: it could not be judged.
const struct recheck_result *recheck_result(const struct recheck *recheck, struct error *err);

#endif
