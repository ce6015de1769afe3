// What facts alone tell of a step, where no judge speaks of its subject: whether a node's evidence is there,
// which lines of logs speak of DNS, how the nodes are, and what happened when.
#ifndef D5_REPORT_STEPS_FACTS_H
#define D5_REPORT_STEPS_FACTS_H

#include "core/report/steps.h"

// Fills status, words and evidence; false where facts do not tell either.
bool step_from_facts(struct report_step *step, enum subject subject, const struct steps_input *in,
                     struct arena *arena);

// Shared with steps.c: the result of done and finding, the reason of all else.
void step_say(struct report_step *step, enum step_status status, const char *text);

// Adds the id of the place's file, once, up to a few.
void step_add_evidence(struct report_step *step, const struct facts *facts, struct arena *arena,
                       struct place place);

#endif
