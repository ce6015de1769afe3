// The page that goes with a guided run to whoever goes on: what hurts, what was found, what was done, what
// was not and why, and how to go on. Markdown; about a screenful, since the reports beside it have the rest.
#ifndef D5_SESSION_HANDOVER_H
#define D5_SESSION_HANDOVER_H

#include "core/base/str.h"
#include "core/model/report.h"
#include "core/model/target.h"
#include "core/report/steps.h"

struct handover {
    const char *case_id;
    const struct target *target; // already redacted, as is the report
    const struct report *report;
    const struct step_list *list; // of the procedure: titles
};

void handover_write(const struct handover *in, struct str *ret);

#endif
