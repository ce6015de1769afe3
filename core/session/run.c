// Running steps. What a step shows is known once the analysis is there; running it is what makes it part of
// the incident, in the order of the procedure and of its gates.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "core/session/inside.h"

// ------------------------------------------------------------------ how far the steps have come

void standing_init(struct standing *ret, const struct session *s)
{
    const struct incident *in = s->incident;
    ret->status = mem_calloc(in->n_steps + 1, sizeof *ret->status);
    ret->passed = mem_calloc(in->n_steps + 1, sizeof *ret->passed);
    for (size_t i = 0; i < in->n_steps; i++) {
        ret->status[i] = in->steps[i].status;
        ret->passed[i] = in->steps[i].passed_why && !session_is_guided(s);
    }
}

void standing_done(struct standing *st)
{
    free(st->status);
    free(st->passed);
}

size_t session_step_index(const struct session *s, const char *id)
{
    for (size_t i = 0; i < s->list.n; i++) {
        if (strcmp(s->list.refs[i].item->id, id) == 0)
            return i;
    }
    return SIZE_MAX;
}

static const char *held_by(const struct session *s, size_t index)
{
    struct standing st;
    standing_init(&st, s);
    const char *gate = steps_held_by(&s->list, index, st.status, st.passed);
    standing_done(&st);
    return gate;
}

const char *session_held_by(const struct session *s, const char *step)
{
    size_t index = session_step_index(s, step);
    return index == SIZE_MAX ? NULL : held_by(s, index);
}

// ------------------------------------------------------------------ running

static bool run_at(struct session *s, size_t index, struct error *err);

// Everything under a head that may run; what is held or asks a person is left as it is.
static bool run_range(struct session *s, size_t from, size_t to, struct error *err)
{
    for (size_t i = from; i < to; i = s->list.refs[i].end) {
        bool may =
            !held_by(s, i) && !steps_asks_person(&s->list, i) && s->incident->steps[i].status != STEP_SKIPPED;
        if (may && !run_at(s, i, err))
            return false;
    }
    return true;
}

static bool start_step(struct session *s, size_t index, struct error *err)
{
    return session_do(s, (struct event){.kind = EVENT_STEP_STARTED, .step = s->list.refs[index].item->id},
                      err);
}

static bool finish_step(struct session *s, size_t index, struct error *err)
{
    const struct report_step *shown = &s->looked->steps[index];
    struct event ended = {
        .kind = EVENT_STEP_ENDED,
        .step = s->list.refs[index].item->id,
        .number = shown->status,
        .text = shown->result ? shown->result : shown->reason,
    };
    return session_do(s, ended, err);
}

bool session_end_step(struct session *s, size_t index, struct error *err)
{
    return start_step(s, index, err) && finish_step(s, index, err);
}

static bool run_at(struct session *s, size_t index, struct error *err)
{
    return start_step(s, index, err) && run_range(s, index + 1, s->list.refs[index].end, err) &&
           finish_step(s, index, err);
}

bool session_may_run(const struct session *s, size_t index, struct error *err)
{
    const char *id = s->list.refs[index].item->id, *gate = held_by(s, index);
    if (gate)
        return error_set(err, "step %s is held by gate %s%s", id, gate,
                         session_is_guided(s) ? "" : "; going past it takes a reason");
    return (!steps_asks_person(&s->list, index) || error_set(err, "step %s asks a person: answer it", id)) &&
           session_guided_may_run(s, index, err);
}

bool session_run_step(struct session *s, const char *step, struct error *err)
{
    size_t index = session_step_index(s, step);
    if (index == SIZE_MAX)
        return error_set(err, "procedure %s has no step \"%s\"", s->sop->id, step);
    if (!s->looked)
        return error_set(err, "the evidence is still being read");
    return session_may_run(s, index, err) && run_at(s, index, err) && session_end_heads(s, index, err);
}

// The report as judged goes into the case; without a case it is built when somebody asks.
bool session_write_down(struct session *s, struct error *err)
{
    if (!s->store && !s->keep_words)
        return true;
    struct str text = {0};
    struct report *report = session_judge(s);
    report_write_json(report, &text);
    bool ok = session_do(s, (struct event){.kind = EVENT_JUDGED, .text = str_text(&text)}, err) &&
              session_cite(s, report, err);
    report_free(report);
    str_done(&text);
    return ok;
}

bool session_run_all(struct session *s, struct error *err)
{
    if (!s->looked)
        return error_set(err, "the evidence is still being read");
    return run_range(s, 0, s->list.n, err) && session_write_down(s, err);
}
