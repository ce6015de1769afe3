// The report's shape, written down once (contract, section 3): its keys, their order, and what is left out
// where it is empty. A format that shows the report as a tree (YAML, JSON) is a sink for it.
#ifndef D5_REPORT_WALK_H
#define D5_REPORT_WALK_H

#include "core/model/report.h"

enum report_layout {
    REPORT_BLOCK, // one entry a line
    REPORT_FLOW,  // short: all of it on one line, in formats that tell the two apart
};

// `name` is NULL inside lists. All texts are borrowed for the time of the call.
struct report_sink {
    void (*open)(void *context, const char *name, char bracket, enum report_layout layout); // '{' or '['
    void (*close)(void *context, char bracket);                                             // '}' or ']'
    void (*text)(void *context, const char *name, const char *text); // prose and quotes; NULL: null
    void (*word)(void *context, const char *name, const char *word); // ids, times, fixed words; NULL: null
};

void report_walk(const struct report *report, const struct report_sink *sink, void *context);

#endif
