// Names of events, as they stand in the case's database: never change one, old cases hold it.
#include "core/model/event.h"

static const char *const names[EVENT_KIND_COUNT] = {
    [EVENT_OPENED] = "opened",
    [EVENT_SOURCE] = "source",
    [EVENT_TARGET] = "target",
    [EVENT_STEP_STARTED] = "step_started",
    [EVENT_STEP_ENDED] = "step_ended",
    [EVENT_STEP_SKIPPED] = "step_skipped",
    [EVENT_GATE_PASSED] = "gate_passed",
    [EVENT_ANSWERED] = "answered",
    [EVENT_NOTE] = "note",
    [EVENT_PINNED] = "pinned",
    [EVENT_EXCLUDED] = "excluded",
    [EVENT_DETAIL_EDITED] = "detail_edited",
    [EVENT_FIX_EDITED] = "fix_edited",
    [EVENT_JUDGED] = "judged",
    [EVENT_CITED] = "cited",
    [EVENT_EXPORTED] = "exported",
    [EVENT_VERIFIED] = "verified",
    [EVENT_CLOSED] = "closed",
    [EVENT_PROBE_STARTED] = "probe_started",
    [EVENT_PROBE_ENDED] = "probe_ended",
    [EVENT_TAKEN_OVER] = "taken_over",
    [EVENT_CONSENTED] = "consented",
};

const char *event_kind_name(enum event_kind kind)
{
    return names[kind];
}

bool event_kind_parse(struct span s, enum event_kind *ret)
{
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        if (span_is(s, names[i])) {
            *ret = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

bool event_is_a_persons(enum event_kind kind)
{
    switch (kind) {
    case EVENT_STEP_SKIPPED:
    case EVENT_GATE_PASSED:
    case EVENT_ANSWERED:
    case EVENT_NOTE:
    case EVENT_PINNED:
    case EVENT_EXCLUDED:
    case EVENT_DETAIL_EDITED:
    case EVENT_FIX_EDITED:
        return true;
    default:
        return false;
    }
}
