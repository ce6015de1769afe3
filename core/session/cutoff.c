// A case that was cut off: what began and never ended has no end in its events, for nobody was left to write
// one. Whoever opens the case to go on writes it down, so that nothing runs for ever.
#include "core/session/inside.h"

static bool end_probes(struct session *s, struct error *err)
{
    for (size_t i = 0; i < s->incident->n_probes; i++) {
        const struct incident_probe *p = &s->incident->probes[i];
        struct event ended = {.kind = EVENT_PROBE_ENDED,
                              .step = p->step,
                              .value = p->id,
                              .number = PROBE_CANCELLED,
                              .text = "cut off: d5tui ended before it did"};
        if (p->state == PROBE_RUNNING && !session_do(s, ended, err))
            return false;
    }
    return true;
}

static bool end_steps(struct session *s, struct error *err)
{
    for (size_t i = 0; i < s->incident->n_steps; i++) {
        struct event ended = {.kind = EVENT_STEP_ENDED,
                              .step = s->incident->steps[i].id,
                              .number = STEP_NOT_RUN,
                              .text = "cut off while it ran"};
        if (s->incident->steps[i].status == STEP_RUNNING && !session_do(s, ended, err))
            return false;
    }
    return true;
}

bool session_end_cut_off(struct session *s, struct error *err)
{
    return s->read_only_why || (end_probes(s, err) && end_steps(s, err));
}
