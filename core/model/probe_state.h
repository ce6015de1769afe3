// How far a probe has come: the words of probes.jsonl (contract, section 1), and two more before its end.
#ifndef D5_MODEL_PROBE_STATE_H
#define D5_MODEL_PROBE_STATE_H

#include "core/base/span.h"

enum probe_state { // events carry these numbers: never change one, old cases hold it
    PROBE_WAITING,
    PROBE_RUNNING,
    PROBE_DONE, // it ended by itself; its exit status says whether that is an answer
    PROBE_FAILED,
    PROBE_DENIED,  // not allowed here, or by the other side
    PROBE_MISSING, // its program is not there
    PROBE_TIMEOUT,
    PROBE_CANCELLED,
    PROBE_STATE_COUNT
};

extern const char *const probe_state_names[PROBE_STATE_COUNT]; // "waiting", …, "done", "cancelled"

bool probe_state_parse(struct span name, enum probe_state *ret);

#endif
