// The catalogue: one table that maps the procedure's tool calls to subjects (and so to judges and gates), and
// to what is read for them live and offline. Nothing in C knows a step's or a procedure's id (contract,
// section 7).
#ifndef D5_PROBE_CATALOGUE_H
#define D5_PROBE_CATALOGUE_H

#include "core/base/arena.h"
#include "core/model/sop.h"
#include "core/model/subject.h"
#include "core/model/target.h"

enum catalogue_by {     // what decides which row a call belongs to
    CATALOGUE_ANY,      // the tool alone
    CATALOGUE_QUERY,    // words that the query looks for
    CATALOGUE_FILTER,   // words of the filter pattern
    CATALOGUE_SECTION,  // one of the sections, or the section that the item's words name
    CATALOGUE_OBJECT,   // the listing's kind, or the resource of the back-ticked kubectl command
    CATALOGUE_SELECTOR, // words of the listing's selector, name, or of that command
};

struct catalogue_row {
    const char *tool; // "search", "network_diagnostics"; listings of all kinds share one name
    enum catalogue_by by;
    enum subject subject;
    const char *words; // any of them, parted by '|'; lower-case ones in any case
    const char *files; // where it is read: patterns of evidence_next, separated by spaces
    const char *probe; // row of the probe table that reads it live; NULL: what is there already does
};

// The row of one call of an item (its first, where a call names several sections); NULL where no row fits.
const struct catalogue_row *catalogue_find(const struct sop_item *item, const struct sop_call *call);

// The files that an item's calls read, pattern by pattern (evidence_next's).
struct catalogue_files { // zero-initialized: at the first call
    size_t call;
    struct span rest;
};
char *catalogue_next_files(const struct sop_item *item, struct catalogue_files *at); // yours; NULL: no more

// The rows of a subject, one after the other: start with NULL; NULL at the end.
const struct catalogue_row *catalogue_next(enum subject subject, const struct catalogue_row *last);

// The call of its probe, for people: with the target's names where they are known (`target` may be NULL) and
// fit, else in capitals. NULL where nothing is run for it.
const char *catalogue_command(const struct catalogue_row *row, const struct target *target,
                              struct arena *arena);

// What an item is about: the subjects of its calls and of the commands in it; else of the tools that it
// mentions; else of its nested items; else of its siblings' calls, those that its words name or all. At most
// `max` are written, without repeats; returns how many. None: it asks a person.
size_t catalogue_subjects(const struct sop_item *item, const struct sop_item *parent, enum subject *ret,
                          size_t max);

// Whether a gate's sentence ("ONLY if …, proceed to DNS config and CoreDNS investigation") names that
// subject: by the words behind its "proceed to" or "go on".
bool catalogue_gate_names(const char *sentence, enum subject subject);

#endif
