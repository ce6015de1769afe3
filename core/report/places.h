// Finding again where a report's quotes stand, once it was read back from a case.
#ifndef D5_REPORT_PLACES_H
#define D5_REPORT_PLACES_H

#include "core/evidence/evidence.h"
#include "core/model/report.h"

// Sets the place of every quote that has none by its source ("path:line", "path:first-last"), where that file
// is in the tree; the rest stay unset.
void report_find_places(struct report *report, const struct evidence *ev);

// The place that a source names. False: it names none, or a file that is not in the tree.
bool report_find_place(const struct evidence *ev, struct span source, struct place *ret);

#endif
