// The lines of one file that match, gathered by worker threads into a set that a screen asks meanwhile: for
// searching as one types, and for showing matching lines only. As a file grows, only what is new is searched.
//
// finder_work runs on any one thread, all else on the caller's.
#ifndef D5_SEARCH_FINDER_H
#define D5_SEARCH_FINDER_H

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/lineset.h"
#include "core/door/match.h"
#include "core/evidence/logfile.h"
#include "core/parse/loglevel.h"

struct finder;

struct finder_query {      // a line must fulfil all of it
    struct span pattern;   // PCRE2; without capitals, case does not matter. Empty: any line
    enum log_level level;  // that bad, or worse
    struct window window;  // of that time, or without one; both ends TIME_UNKNOWN: any
    void (*found)(void *); // the first match of a piece of work was seen; on any thread; or NULL
    void *context;         // of `found`
};

// Quick. NULL when the pattern is wrong.
struct finder *finder_new(const struct finder_query *query, struct error *err);
void finder_free(struct finder *finder); // not while work is under way; takes NULL

const struct finder_query *finder_query(const struct finder *finder);
const struct match *finder_match(const struct finder *finder); // NULL: no pattern
struct lineset *finder_lines(const struct finder *finder);     // that match, as far as was searched

// Begins a search of all lines, those from `origin` on first, since somebody waits for them; or of what came
// since the last one was complete. False: there is nothing to search. After true: finder_work, somewhere, and
// then finder_end.
bool finder_begin(struct finder *finder, struct logfile *file, uint32_t origin);
void finder_work(struct finder *finder);
void finder_end(struct finder *finder);
void finder_stop(struct finder *finder); // the work ends soon, incomplete; any thread

struct finder_state {
    bool running;
    bool complete;       // all lines that there were when it began
    uint64_t bytes, all; // searched, and to search, by the last piece of work
    usec_t took;         // so far
    const char *why;     // it was given up: the reason; or NULL. Borrowed
};
struct finder_state finder_state(const struct finder *finder);

#endif
