// Steps of a live run: which may run now, and how they begin and end. A head that comes FIRST goes before all
// else, and what a gate's ONLY sentence names waits until that gate has ended.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/catalogue.h"
#include "core/session/live_inside.h"

enum { SUBJECTS_EACH = 8 };

// ------------------------------------------------------------------ which

// The range of the first wanted head that comes before all else; all steps where there is none.
static struct step_range {
    size_t from, to;
} first_range(const struct live *live)
{
    const struct step_list *list = &live->s->list;
    for (size_t i = 0; i < list->n; i++) {
        const struct sop_item *item = list->refs[i].item;
        bool first = item->level == SOP_LEVEL_FIRST || item->gate == SOP_GATE_FIRST;
        if (first && live->wanted[i])
            return (struct step_range){i, list->refs[i].end};
    }
    return (struct step_range){0, list->n};
}

// A gate that is still to come holds what it names as a closed one does: nobody knows yet. One that is held
// itself never comes.
static void pretend_closed(const struct live *live, struct standing *st)
{
    for (size_t i = 0; i < live->s->list.n; i++) {
        if (live->wanted[i] && !session_held_by(live->s, live->s->list.refs[i].item->id))
            st->status[i] = STEP_FINDING;
    }
}

bool live_steps_now(const struct live *live, bool *ret)
{
    const struct step_list *list = &live->s->list;
    struct step_range range = first_range(live);
    struct standing st;
    bool any = false;
    standing_init(&st, live->s);
    pretend_closed(live, &st);
    for (size_t i = 0; i < list->n; i++) {
        ret[i] = i >= range.from && i < range.to && live->wanted[i] && !steps_asks_person(list, i) &&
                 !steps_held_by(list, i, st.status, st.passed);
        any |= ret[i];
    }
    standing_done(&st);
    return any;
}

static size_t subjects_of(const struct live *live, size_t index, enum subject ret[static SUBJECTS_EACH])
{
    const struct step_ref *ref = &live->s->list.refs[index];
    return ref->reporting ? 0 : catalogue_subjects(ref->item, ref->parent, ret, SUBJECTS_EACH);
}

void live_steps_subjects(const struct live *live, const bool *steps, bool *ret)
{
    for (size_t i = 0; i < live->s->list.n; i++) {
        enum subject subjects[SUBJECTS_EACH];
        size_t n = steps[i] ? subjects_of(live, i, subjects) : 0;
        for (size_t k = 0; k < n; k++)
            ret[subjects[k]] = true;
    }
}

// Of a head and its nested ones a nested one: that is what asks for it.
const char *live_steps_first(const struct live *live, const bool *steps, const struct probe_row *row)
{
    const struct step_ref *refs = live->s->list.refs;
    for (size_t i = 0; i < live->s->list.n; i++) {
        enum subject subjects[SUBJECTS_EACH];
        size_t n = (!steps || steps[i]) && refs[i].end == i + 1 ? subjects_of(live, i, subjects) : 0;
        for (size_t k = 0; k < n; k++) {
            if (probe_serves(row, subjects[k]))
                return refs[i].item->id;
        }
    }
    return NULL;
}

bool live_steps_reopen(struct live *live, const bool *subjects)
{
    bool any = false;
    for (size_t i = 0; i < live->s->list.n; i++) {
        const struct incident_step *step = &live->s->incident->steps[i];
        enum subject about[SUBJECTS_EACH];
        bool ended = step->status > STEP_RUNNING && step->status != STEP_SKIPPED && !step->answer;
        size_t n = ended ? subjects_of(live, i, about) : 0;
        for (size_t k = 0; k < n; k++) {
            live->wanted[i] |= subjects[about[k]];
            any |= subjects[about[k]];
        }
    }
    return any;
}

// ------------------------------------------------------------------ beginning and end

bool live_steps_begin(struct live *live, const bool *steps, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < live->s->list.n; i++) {
        const struct incident_step *step = &live->s->incident->steps[i];
        if (steps[i] && step->status != STEP_RUNNING)
            ok = session_do(live->s, (struct event){.kind = EVENT_STEP_STARTED, .step = step->id}, err);
    }
    return ok;
}

// Whether a head must wait for a nested step that is still to come.
static bool is_waited_for(const struct live *live, size_t head)
{
    const struct step_list *list = &live->s->list;
    for (size_t i = head + 1; i < list->refs[head].end; i++) {
        if (live->wanted[i] && !steps_asks_person(list, i) &&
            !session_held_by(live->s, list->refs[i].item->id))
            return true;
    }
    return false;
}

static bool end_step(struct live *live, size_t index, struct error *err)
{
    const struct report_step *shown = &live->s->looked->steps[index];
    struct event ended = {
        .kind = EVENT_STEP_ENDED,
        .step = shown->id,
        .number = shown->status,
        .text = shown->result ? shown->result : shown->reason,
    };
    live->wanted[index] = false;
    return session_do(live->s, ended, err) && session_end_heads(live->s, index, err);
}

static bool end_range(struct live *live, const bool *steps, struct step_range range, struct error *err)
{
    bool ok = true;
    for (size_t i = range.from; ok && i < range.to; i = live->s->list.refs[i].end) {
        struct step_range below = {i + 1, live->s->list.refs[i].end};
        ok = end_range(live, steps, below, err);
        if (ok && steps[i] && !is_waited_for(live, i))
            ok = end_step(live, i, err);
    }
    return ok;
}

bool live_steps_end(struct live *live, const bool *steps, struct error *err)
{
    bool ok = end_range(live, steps, (struct step_range){0, live->s->list.n}, err);
    for (size_t i = 0; ok && i < live->s->list.n; i++)
        ok = !steps[i] || session_end_heads(live->s, i, err);
    return ok;
}

// ------------------------------------------------------------------ what later evidence says

static bool is_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool settle_step(struct live *live, size_t index, struct error *err)
{
    const struct incident_step *step = &live->s->incident->steps[index];
    const struct report_step *shown = &live->s->looked->steps[index];
    const char *gate = session_held_by(live->s, step->id);
    enum step_status status = gate ? STEP_HELD : shown->status;
    const char *text = gate ? gate : shown->result ? shown->result : shown->reason;
    if (step->status == status && is_text(step->said, text))
        return true;
    if (step->status == STEP_HELD && !gate) { // what it asks for was never read
        live->wanted[index] = true;
        return true;
    }
    struct event started = {.kind = EVENT_STEP_STARTED, .step = step->id};
    struct event ended = {.kind = EVENT_STEP_ENDED, .step = step->id, .number = status, .text = text};
    return session_do(live->s, started, err) && session_do(live->s, ended, err);
}

bool live_steps_settle(struct live *live, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < live->s->list.n; i++) {
        const struct incident_step *step = &live->s->incident->steps[i];
        bool ended = step->status > STEP_RUNNING && step->status != STEP_SKIPPED && !step->answer;
        if (ended && !live->wanted[i])
            ok = settle_step(live, i, err);
    }
    return ok;
}
