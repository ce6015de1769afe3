// The catalogue: one table that maps the procedure's tool calls to subjects (and so to judges and gates), and
// to what is read for them live and offline. Nothing in C knows a step's or a procedure's id (contract,
// section 7).
#ifndef D5_PROBE_CATALOGUE_H
#define D5_PROBE_CATALOGUE_H

#include "core/model/sop.h"
#include "core/model/subject.h"

struct catalogue_row {
    const char *tool; // "search", "network_diagnostics", "kubectl"
    const char *arg;  // the deciding argument, or NULL
    const char *word; // what its value must hold (caseless), or NULL: any
    enum subject subject;
    const char *files;   // where it is read: patterns of evidence_next, separated by spaces
    const char *command; // live, read-only; NODE, POD, NS stand for the target's
};

// The row of one call; NULL where no row fits.
const struct catalogue_row *catalogue_find(const struct sop_call *call);

// What an item is about: the subjects of its calls, else of the tools that it mentions, else of its siblings'
// calls under the same item. At most `max` are written, without repeats; returns how many. None: it asks a
// person.
size_t catalogue_subjects(const struct sop_item *item, const struct sop_item *parent, enum subject *ret,
                          size_t max);

// Whether a gate's sentence names that subject ("… proceed to DNS config and CoreDNS investigation").
bool catalogue_gate_names(const char *sentence, enum subject subject);

#endif
