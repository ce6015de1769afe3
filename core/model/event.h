// Events: the only things that change an incident. Replaying them rebuilds it byte for byte, which gives
// resume after a dropped connection, the audit trail, the timeline, and tests.
#ifndef D5_MODEL_EVENT_H
#define D5_MODEL_EVENT_H

#include <stdint.h>

#include "core/base/clock.h"
#include "core/model/report.h"

enum event_kind {        // step, text, value, number mean:
    EVENT_OPENED,        // text: target as YAML; value: the procedure's id; number: 1 guided
    EVENT_SOURCE,        // text: path of a --from; value: "size mtime"; the evidence that the case rests on
    EVENT_TARGET,        // text: the target as YAML, as it is from now on
    EVENT_STEP_STARTED,  // step
    EVENT_STEP_ENDED,    // step; number: enum step_status; text: what was seen, or the reason
    EVENT_STEP_SKIPPED,  // step; text: why, never empty for a MUST
    EVENT_GATE_PASSED,   // step: the gate; text: why, never empty
    EVENT_ANSWERED,      // step that asks a person; value: yes, no or note; text
    EVENT_NOTE,          // step, or NULL for the incident; text
    EVENT_PINNED,        // value: F-id; number: 1 pin, 0 unpin
    EVENT_EXCLUDED,      // value: F-id; text: why; number: 1 exclude, 0 take back
    EVENT_DETAIL_EDITED, // text: what stands behind the dash of root_cause; empty: the judges' words again
    EVENT_FIX_EDITED,    // text: mitigation.immediate; empty: the judges' words again
    EVENT_JUDGED,        // text: the report, JSON of the contract's section 3
    EVENT_CITED,    // text: path of a file that the report rests on; value: its SHA-256, or NULL: not known
    EVENT_EXPORTED, // value: format, or archive; text: the path; number: bytes, 0 where not known
    EVENT_VERIFIED, // value: gone, still_there, cannot_tell
    EVENT_CLOSED,   // the program left in good order
    EVENT_PROBE_STARTED, // value: E-id; step that it runs for, or NULL; text: the command
    EVENT_PROBE_ENDED,   // the same; number: enum probe_state; text: why it gave no answer, or NULL. Of one
                         // that could not begin only this
    EVENT_TAKEN_OVER,    // a guided run that was handed over goes on in standard mode
    EVENT_CONSENTED, // value: to what (consent_name); number: 1 yes, 0 no; text: the command that asked for
                     // it, or how it was given beforehand
    EVENT_KIND_COUNT
};

struct event {
    uint64_t seq; // from 1, without gaps; 0 until the session has numbered it
    usec_t time;
    enum event_kind kind;
    const char *step, *text, *value; // NULL where the kind has none
    int64_t number;
};

const char *event_kind_name(enum event_kind kind); // "step_ended"
bool event_kind_parse(struct span s, enum event_kind *ret);

// Whether it is what a person wrote or decided, which nothing but they can bring back.
bool event_is_a_persons(enum event_kind kind);

#endif
