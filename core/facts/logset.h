// What the one pass over the tree looks at, and its patterns, which are compiled in a thread of their own
// while other areas are gathered: that takes as long as reading a small tree.
#ifndef D5_FACTS_LOGSET_H
#define D5_FACTS_LOGSET_H

#include "core/facts/gather.h"
#include "core/search/search.h"

struct log_set;

// The classes' patterns (none where n_classes is 0) and behind them the queries', so that a pattern's index
// is its class; `queries` may be NULL and must stay as it is until the wait. At least one pattern. `bytes`
// are to be searched, about.
struct log_set *log_set_begin(size_t n_classes, const struct gather_queries *queries, uint64_t bytes);

// Waits until it is compiled. NULL with an error that names the pattern that is wrong.
const struct search_set *log_set_wait(struct log_set *set, struct error *err);

void log_set_free(struct log_set *set); // takes NULL; waits, too

struct log_pass {
    uint32_t *logs, *others; // files; others: those that have lines, where there are queries
    size_t n_logs, n_others;
    uint64_t bytes;      // of all of them, on the disk
    size_t n_classes;    // 0: there is no log, and nothing that only logs hold is looked for
    struct log_set *set; // NULL: nothing is
    bool shared;         // gather_queries.set: somebody else's
};
void log_pass_free(struct log_pass *pass); // takes NULL

#endif
