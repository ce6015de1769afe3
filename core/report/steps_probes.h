// Why nothing tells: what became of the probes that a step rests on.
#ifndef D5_REPORT_STEPS_PROBES_H
#define D5_REPORT_STEPS_PROBES_H

#include "core/report/steps.h"

struct subject_list {
    const enum subject *items;
    size_t n;
};

// Of a step that cannot tell: not allowed, or failed, and why, where no probe of those that read for its
// subjects has answered; else the step stays as it is.
void step_from_probes(struct report_step *step, struct subject_list about, const struct evidence *evidence,
                      struct arena *arena);

#endif
