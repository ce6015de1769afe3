// A live run's life, and what the screen and the command line ask of it. Its moves stand in live_round.c.
#include "core/session/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/session/live_inside.h"

// ------------------------------------------------------------------ what the runner says

// An event that is refused is a bug or a case that is only read; the probe itself goes on.
static void note_event(struct live *live, struct event event, const struct probe_run *run)
{
    session_do(live->s, event, &live->trouble);
    if (live->config.probe)
        live->config.probe(live->config.context, run);
    live->config.changed(live->config.context);
}

static void on_started(void *context, const struct probe_run *run)
{
    struct event event = {
        .kind = EVENT_PROBE_STARTED, .step = run->step, .value = run->id, .text = run->planned->command};
    note_event(context, event, run);
}

// A counter's second reading waits until it can have grown.
static void note_again(struct live *live, const struct probe_run *run)
{
    const struct probe_row *row = run->planned->row;
    bool second = run->planned->file && span_contains(span_of(run->planned->file), "/samples/");
    if (run->state != PROBE_DONE || !row->again || second)
        return;
    usec_t at = run->ended + row->again * USEC_SEC;
    live->again_at = at > live->again_at ? at : live->again_at;
    for (size_t i = 0; i < ARRAY_LEN(row->subjects) && row->subjects[i] != SUBJECT_NONE; i++)
        live->again[row->subjects[i]] = true;
}

static void on_ended(void *context, const struct probe_run *run)
{
    struct live *live = context;
    struct event event = {.kind = EVENT_PROBE_ENDED,
                          .step = run->step,
                          .value = run->id,
                          .number = run->state,
                          .text = run->why};
    if (!event.text && run->state != PROBE_DONE)
        event.text = probe_state_names[run->state];
    live->stale = true;
    if (run->state == PROBE_FAILED || run->state == PROBE_TIMEOUT || run->state == PROBE_CANCELLED)
        live_note_broken(live, run->planned);
    note_again(live, run);
    note_event(live, event, run);
}

static void on_grew(void *context, const struct probe_run *run)
{
    (void)run;
    struct live *live = context;
    live->config.changed(live->config.context);
}

static void on_idle(void *context)
{
    struct live *live = context;
    if (live->phase != LIVE_PROBING)
        return;
    live->phase = LIVE_IDLE;
    loop_timer_start(live->soon, 0);
}

// ------------------------------------------------------------------ beginning and end

// A case that rests on what lies elsewhere cannot also hold evidence of its own: two trees would be one.
static bool take_case(struct session *s, struct error *err)
{
    const struct incident *in = s->incident;
    bool own = in->n_sources == 1 && strcmp(in->sources[0].path, SESSION_OWN_SOURCE) == 0;
    if (s->n_from > 0 || (in->n_sources > 0 && !own))
        return error_set(err, "the case rests on evidence that was collected elsewhere; a live run needs one "
                              "of its own: start without --from");
    if (in->last_seq == 0 && !session_begin(s, err))
        return false;
    if (!s->path.id)
        return error_set(err, "a live run needs a case to keep its evidence in");
    return own || session_do(s, (struct event){.kind = EVENT_SOURCE, .text = SESSION_OWN_SOURCE}, err);
}

// The window begins where the case says from now on, not half an hour before whenever it is judged.
static bool keep_since(struct session *s, usec_t since, struct error *err)
{
    if (s->target.window.from != TIME_UNKNOWN)
        return true;
    struct target target = s->target;
    target.window.from = since;
    char *text = session_target_text(&target);
    bool ok = session_do(s, (struct event){.kind = EVENT_TARGET, .text = text}, err);
    free(text);
    return ok;
}

static bool begin(struct live *live, struct error *err)
{
    struct session *s = live->s;
    struct live_wish wish = {live->config.via, live->config.consent, live->config.bucket};
    if (!take_case(s, err) || !live_way_init(&live->way, s, wish, err) ||
        !live_note_beforehand(s, &live->way, err) || !keep_since(s, live->way.since, err))
        return false;
    char *tree = case_file(&s->path, SESSION_OWN_SOURCE);
    const struct runner_config told = {
        .loop = live->config.loop,
        .started = on_started,
        .ended = on_ended,
        .grew = on_grew,
        .idle = on_idle,
        .context = live,
    };
    live->runner = live_way_runner(&live->way, s, tree, told, err);
    free(tree);
    return live->runner;
}

struct live *live_new(const struct live_config *config, struct error *err)
{
    struct live *live = mem_alloc(sizeof *live);
    live->config = *config;
    live->s = config->session;
    live->again_at = TIME_UNKNOWN;
    live->wanted = mem_calloc(live->s->list.n + 1, sizeof *live->wanted);
    live->soon = loop_timer_new(config->loop, live_go, live);
    if (begin(live, err))
        return live;
    live_free(live);
    return NULL;
}

void live_end(struct live *live)
{
    loop_timer_stop(live->soon);
    live->cancelled = true;
    runner_free(live->runner);
    live->runner = NULL;
}

void live_free(struct live *live)
{
    if (!live)
        return;
    live_end(live);
    live_way_done(&live->way);
    arena_done(&live->arena);
    free(live->asked);
    free(live->wanted);
    free(live);
}

// ------------------------------------------------------------------ what is asked of it

static void mark_range(const struct live *live, size_t from, size_t to, bool *ret)
{
    for (size_t i = from; i < to; i++) {
        if (live->s->incident->steps[i].status == STEP_SKIPPED)
            i = live->s->list.refs[i].end - 1;
        else
            ret[i] = true;
    }
}

// Subjects of these steps that were read for a step that ended: that takes new readings, others what is
// there.
static void subjects_again(const struct live *live, const bool *steps, bool *ret)
{
    size_t n = live->s->list.n;
    bool *ended = mem_calloc(n + 1, sizeof *ended);
    for (size_t i = 0; i < n; i++)
        ended[i] = steps[i] && live->s->incident->steps[i].status > STEP_RUNNING;
    live_steps_subjects(live, ended, ret);
    free(ended);
}

static bool serves_any(const struct probe_row *row, const bool *subjects)
{
    for (enum subject k = 0; k < SUBJECT_COUNT; k++) {
        if (subjects[k] && probe_serves(row, k))
            return true;
    }
    return false;
}

// What needs a consent stays: another one of it may be wanted.
static void leave_out_asked(const struct live *live, const bool *again, struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->n; i++) {
        const struct planned *p = &plan->items[i];
        if (p->row->consent || serves_any(p->row, again) || !live_was_asked(live, p))
            plan->items[kept++] = *p;
    }
    plan->n = kept;
}

void live_plan(const struct live *live, const char *step, struct plan *ret)
{
    size_t n = live->s->list.n, index = step ? session_step_index(live->s, step) : 0;
    bool *steps = mem_calloc(n + 1, sizeof *steps), subjects[SUBJECT_COUNT] = {false};
    bool again[SUBJECT_COUNT] = {false};
    if (index != SIZE_MAX)
        mark_range(live, index, step ? live->s->list.refs[index].end : n, steps);
    for (size_t i = 0; i < n; i++)
        steps[i] &= !session_held_by(live->s, live->s->list.refs[i].item->id);
    live_steps_subjects(live, steps, subjects);
    struct plan_input in = live_way_plan(&live->way, live->s, subjects);
    plan_make(&in, ret);
    subjects_again(live, steps, again);
    leave_out_asked(live, again, ret);
    free(steps);
}

// What waited for it: the subjects of refused probes that may run now.
static void freed_subjects(const struct live *live, bool *ret)
{
    for (size_t i = 0; i < live->n_asked; i++) {
        const struct probe_row *row = live->asked[i].row;
        bool freed = live->asked[i].refused && row->consent && (row->consent & ~live->way.consent) == 0;
        for (size_t k = 0; freed && k < ARRAY_LEN(row->subjects) && row->subjects[k] != SUBJECT_NONE; k++)
            ret[row->subjects[k]] = true;
    }
}

// Steps that ended without them begin anew; what they read already is not read again.
void live_allow(struct live *live, unsigned consent, const char *command)
{
    bool subjects[SUBJECT_COUNT] = {false};
    unsigned before = live->way.consent;
    live_way_allow(&live->way, live->s, consent);
    live_note_consent(live->s, live->way.consent & ~before, true, command, &live->trouble);
    freed_subjects(live, subjects);
    live_forget_asked(live, NULL, 0);
    if (live_steps_reopen(live, subjects))
        loop_timer_start(live->soon, 0);
}

void live_refuse(struct live *live, unsigned consent, const char *command)
{
    live_note_consent(live->s, consent, false, command, &live->trouble);
}

unsigned live_consent(const struct live *live)
{
    return live->way.consent;
}

// Readings that steps rest on which have ended are taken anew, but for those that are on their way, and so
// are those that brought nothing; a step that has not ended takes what is there: who asks twice for one that
// runs is waiting for it, and nodes are not asked twice for what two steps need. With `consent` only those
// that need one of these.
static void want(struct live *live, size_t from, size_t to, unsigned consent)
{
    bool *steps = mem_calloc(live->s->list.n + 1, sizeof *steps), subjects[SUBJECT_COUNT] = {false};
    mark_range(live, from, to, steps);
    if (consent)
        live_steps_subjects(live, steps, subjects); // another one was asked for
    else
        subjects_again(live, steps, subjects);
    live_forget_asked(live, subjects, consent);
    if (!live_is_busy(live))
        live_forget_broken(live);
    for (size_t i = from; i < to; i++)
        live->wanted[i] |= steps[i];
    live->trouble.text[0] = '\0';
    loop_timer_start(live->soon, 0);
    free(steps);
}

bool live_run_only(struct live *live, const char *step, unsigned consent, struct error *err)
{
    size_t index = session_step_index(live->s, step);
    if (index == SIZE_MAX)
        return error_set(err, "procedure %s has no step \"%s\"", live->s->sop->id, step);
    if (!session_may_run(live->s, index, err))
        return false;
    want(live, index, live->s->list.refs[index].end, consent);
    live->wanted[index] = true; // also one that was skipped
    return true;
}

bool live_run_step(struct live *live, const char *step, struct error *err)
{
    return live_run_only(live, step, CONSENT_NONE, err);
}

bool live_run_all(struct live *live, struct error *err)
{
    if (live->s->read_only_why)
        return error_set(err, "the case is open to read only: %s", live->s->read_only_why);
    want(live, 0, live->s->list.n, CONSENT_NONE);
    return true;
}

void live_cancel(struct live *live, const char *probe)
{
    if (!probe && live_is_busy(live)) {
        live->cancelled = true;
        loop_timer_start(live->soon, 0);
    }
    runner_cancel(live->runner, probe);
}

const struct runner *live_runner(const struct live *live)
{
    return live->runner;
}

bool live_is_busy(const struct live *live)
{
    for (size_t i = 0; i < live->s->list.n; i++) {
        if (live->wanted[i])
            return true;
    }
    return live->phase != LIVE_IDLE;
}

const char *live_trouble(const struct live *live)
{
    return live->trouble.text[0] ? live->trouble.text : NULL;
}
