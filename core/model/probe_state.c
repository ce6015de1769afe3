// Names of the states of probes.
#include "core/model/probe_state.h"

const char *const probe_state_names[PROBE_STATE_COUNT] = {
    [PROBE_WAITING] = "waiting", [PROBE_RUNNING] = "running",     [PROBE_DONE] = "done",
    [PROBE_FAILED] = "failed",   [PROBE_DENIED] = "denied",       [PROBE_MISSING] = "missing",
    [PROBE_TIMEOUT] = "timeout", [PROBE_CANCELLED] = "cancelled",
};

bool probe_state_parse(struct span name, enum probe_state *ret)
{
    for (unsigned i = 0; i < PROBE_STATE_COUNT; i++) {
        if (span_is(name, probe_state_names[i])) {
            *ret = (enum probe_state)i;
            return true;
        }
    }
    return false;
}
