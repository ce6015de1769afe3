// Plain words about each subject, for somebody in their first week: what a step checks, why it comes now,
// what good looks like, and what its outcome means for the cause. One table; no step's id stands in it.
#ifndef D5_MODEL_GUIDE_H
#define D5_MODEL_GUIDE_H

#include "core/model/report.h"
#include "core/model/subject.h"

struct guide { // whole sentences
    const char *checks;
    const char *why;                       // it comes now
    const char *good;                      // what good looks like
    const char *clear, *finding, *unknown; // what that outcome means for the cause
};

const struct guide *guide_of(enum subject subject); // never NULL

// What it means that a step ended so. Held, skipped and the like mean the same whatever the step is about.
// Done is more than looked at only where it is `clear`: a judge says that nothing is wrong there. Never NULL.
const char *guide_meaning(enum subject subject, enum step_status status, bool clear);

#endif
