// What guided mode adds to a run: the order of the procedure, one step at a time, and a plain account of what
// a run that only reads could not do. Nothing here decides who is guided; session.c and the policy do.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/catalogue.h"
#include "core/session/inside.h"

// ------------------------------------------------------------------ what comes next

static bool is_head(const struct step_ref *ref, size_t index)
{
    return ref->end > index + 1;
}

// A sentence that only says what a gate holds is nobody's work.
static bool is_work(const struct session *s, size_t index)
{
    const struct step_ref *ref = &s->list.refs[index];
    return !is_head(ref, index) && ref->item->gate != SOP_GATE_ONLY;
}

static bool has_ended(const struct session *s, size_t index)
{
    enum step_status status = s->incident->steps[index].status;
    return status != STEP_TODO && status != STEP_RUNNING;
}

// The head that a step stands under; SIZE_MAX at the top of a phase.
static size_t head_of(const struct session *s, size_t index)
{
    for (size_t i = index; i-- > 0;) {
        if (s->list.refs[i].end > index)
            return i;
    }
    return SIZE_MAX;
}

static bool head_was_skipped(const struct session *s, size_t index)
{
    size_t head = head_of(s, index);
    return head != SIZE_MAX && (s->incident->steps[head].status == STEP_SKIPPED || head_was_skipped(s, head));
}

const char *session_next_step(const struct session *s)
{
    for (size_t i = 0; i < s->list.n; i++) {
        const char *id = s->list.refs[i].item->id;
        if (is_work(s, i) && !has_ended(s, i) && !head_was_skipped(s, i) && !session_held_by(s, id))
            return id;
    }
    return NULL;
}

enum subject session_step_subject(const struct session *s, const char *step)
{
    size_t index = session_step_index(s, step);
    enum subject subject = SUBJECT_NONE;
    if (index == SIZE_MAX)
        return SUBJECT_NONE;
    const struct step_ref *ref = &s->list.refs[index];
    catalogue_subjects(ref->item, ref->parent, &subject, 1);
    return ref->reporting ? SUBJECT_REPORT : subject;
}

bool session_step_is_clear(const struct session *s, const char *step)
{
    enum { SUBJECTS_EACH = 8 };
    enum subject about[SUBJECTS_EACH];
    size_t index = session_step_index(s, step), n_said = 0;
    if (index == SIZE_MAX || !s->looked || s->list.refs[index].reporting)
        return true;
    const struct step_ref *ref = &s->list.refs[index];
    size_t n = catalogue_subjects(ref->item, ref->parent, about, SUBJECTS_EACH);
    for (size_t i = 0; i < s->looked->claims.n; i++) {
        const struct claim *claim = &s->looked->claims.items[i];
        for (size_t k = 0; k < n; k++) {
            if (claim->subject == about[k] && claim->kind == CLAIM_CLEAR)
                return true;
            n_said += claim->subject == about[k];
        }
    }
    return n_said == 0;
}

bool session_asks_person(const struct session *s, const char *step)
{
    size_t index = session_step_index(s, step);
    return index != SIZE_MAX && steps_asks_person(&s->list, index);
}

bool session_guided_may_run(const struct session *s, size_t index, struct error *err)
{
    const char *id = s->list.refs[index].item->id, *next = session_next_step(s);
    if (!session_is_guided(s) || has_ended(s, index) || (next && strcmp(next, id) == 0))
        return true;
    if (!is_work(s, index))
        return error_set(err, "guided mode takes one step at a time: %s has parts, and they come one by one",
                         id);
    return error_set(err, "guided mode goes in order: step %s comes first", next ? next : "of the gate");
}

// ------------------------------------------------------------------ heads

static bool any_ran(const struct session *s, size_t head)
{
    for (size_t i = head + 1; i < s->list.refs[head].end; i++) {
        if (is_work(s, i) && s->incident->steps[i].status != STEP_SKIPPED)
            return true;
    }
    return false;
}

static bool parts_have_ended(const struct session *s, size_t head)
{
    for (size_t i = head + 1; i < s->list.refs[head].end; i++) {
        if (is_work(s, i) && !has_ended(s, i))
            return false;
    }
    return true;
}

static bool end_sentences(struct session *s, size_t head, struct error *err)
{
    for (size_t i = head + 1; i < s->list.refs[head].end; i++) {
        bool left = s->list.refs[i].item->gate == SOP_GATE_ONLY && !has_ended(s, i);
        if (left && !session_end_step(s, i, err))
            return false;
    }
    return true;
}

bool session_end_heads(struct session *s, size_t index, struct error *err)
{
    for (size_t head = head_of(s, index); head != SIZE_MAX; head = head_of(s, head)) {
        if (s->incident->steps[head].status != STEP_TODO || !parts_have_ended(s, head))
            return true; // one that runs is ended by whoever runs it
        struct event skipped = {.kind = EVENT_STEP_SKIPPED,
                                .step = s->list.refs[head].item->id,
                                .text = "each of its parts was skipped"};
        bool ok = any_ran(s, head) ? end_sentences(s, head, err) && session_end_step(s, head, err)
                                   : session_do(s, skipped, err);
        if (!ok)
            return false;
    }
    return true;
}

static bool do_to_step(struct session *s, struct event event, struct error *err)
{
    size_t index = session_step_index(s, event.step);
    if (index == SIZE_MAX)
        return error_set(err, "procedure %s has no step \"%s\"", s->sop->id, event.step);
    return session_do(s, event, err) && (!s->looked || session_end_heads(s, index, err));
}

bool session_skip_step(struct session *s, const char *step, const char *why, struct error *err)
{
    return do_to_step(s, (struct event){.kind = EVENT_STEP_SKIPPED, .step = step, .text = why}, err);
}

// "y" and "no" are answers; anything longer is a note that answers.
bool session_answer_step(struct session *s, const char *step, const char *text, struct error *err)
{
    static const char *const words[][2] = {{"y", "yes"}, {"yes", "yes"}, {"n", "no"}, {"no", "no"}};
    struct event event = {.kind = EVENT_ANSWERED, .step = step, .value = "note", .text = text};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(text, words[i][0]) == 0) {
            event.value = words[i][1];
            event.text = NULL;
        }
    }
    return do_to_step(s, event, err);
}

// ------------------------------------------------------------------ what it could not do

struct limits {
    struct report *report;
    const char **items;
    size_t n, cap;
};

static void add_limit(struct limits *limits, const char *text)
{
    *ARENA_PUSH(&limits->report->arena, limits->items, limits->n, limits->cap) = text;
}

// Ids of the steps that ended so for that reason (NULL: for any), in order; heads speak through their parts.
static const char *list_steps(const struct session *s, struct report *r, enum step_status status,
                              const char *reason)
{
    struct str ids = {0};
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct report_step *step = &r->steps[i];
        bool meant = !reason || (step->reason && strcmp(step->reason, reason) == 0);
        if (is_work(s, i) && step->status == status && meant)
            str_printf(&ids, "%s%s", ids.len ? ", " : "", step->id);
    }
    const char *ret = ids.len ? arena_strdup(&r->arena, str_text(&ids)) : NULL;
    str_done(&ids);
    return ret;
}

static void add_held(struct limits *limits, const struct session *s)
{
    struct report *r = limits->report;
    for (size_t i = 0; i < s->list.n; i++) {
        const char *gate = s->list.refs[i].item->id, *held = list_steps(s, r, STEP_HELD, gate);
        if (held)
            add_limit(limits,
                      arena_printf(&r->arena,
                                   "gate %s found something, and a guided run does not go past it: %s", gate,
                                   held));
    }
}

void session_add_limits(const struct session *s, struct report *r)
{
    struct limits limits = {.report = r};
    if (!r->guided)
        return;
    add_limit(&limits,
              "a guided run only reads: it records no packets, enters no pod, has no bundle collected, "
              "and changes nothing");
    add_held(&limits, s);
    const char *refused = list_steps(s, r, STEP_NOT_ALLOWED, NULL);
    if (refused)
        add_limit(&limits,
                  arena_printf(&r->arena, "these need a consent that a guided run cannot give: %s", refused));
    r->limits = limits.items;
    r->n_limits = limits.n;
}
