// Escalation conditions: the procedure's sentences, each held against the claims by what its words ask.
#ifndef D5_REPORT_ESCALATION_H
#define D5_REPORT_ESCALATION_H

#include "core/report/build.h"

// Whether the condition holds; the indexes of the claims that show it go to `ret` (room for all claims),
// their number to *ret_n. A sentence whose words no row of the table knows does not hold: a person reads it
// in the procedure.
bool escalation_holds(const char *condition, const struct report_input *in, uint32_t *ret, size_t *ret_n);

#endif
