// The report of the steps that have run. Claims on subjects whose steps have not run yet are left out, and so
// is what a person excluded; a claim keeps its place in the list, so that F-004 is the same finding all the
// time. What a gate holds was judged all the same: causes and what was rejected are complete (contract,
// section 7).
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/catalogue.h"
#include "core/report/build.h"
#include "core/session/inside.h"

enum { SUBJECTS_EACH = 8 };

// ------------------------------------------------------------------ which claims count

// Which subjects the steps that have run were about. A subject of which no step speaks counts with the first
// step.
static void mark_seen(const struct session *s, const struct standing *st, bool seen[SUBJECT_COUNT])
{
    bool covered[SUBJECT_COUNT] = {false}, any = false;
    for (size_t i = 0; i < s->list.n; i++) {
        const struct step_ref *ref = &s->list.refs[i];
        enum subject subjects[SUBJECTS_EACH];
        size_t n = catalogue_subjects(ref->item, ref->parent, subjects, SUBJECTS_EACH);
        bool ran = st->status[i] != STEP_TODO && st->status[i] != STEP_RUNNING;
        bool counts = ran || steps_held_by(&s->list, i, st->status, st->passed);
        any |= ran;
        for (size_t k = 0; k < n; k++) {
            covered[subjects[k]] = true;
            seen[subjects[k]] |= counts;
        }
    }
    for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++)
        seen[subject] |= any && !covered[subject];
}

static bool is_excluded(const struct incident *in, size_t claim)
{
    char id[32];
    snprintf(id, sizeof id, "F-%03zu", claim + 1);
    const struct incident_finding *f = incident_finding(in, id);
    return f && f->excluded;
}

// A copy of all claims in which those that do not count say nothing.
static struct claim *claims_that_count(const struct session *s, const struct standing *st)
{
    bool seen[SUBJECT_COUNT] = {false};
    const struct claims *all = &s->looked->claims;
    struct claim *ret = mem_calloc(all->n + 1, sizeof *ret);
    mark_seen(s, st, seen);
    for (size_t i = 0; i < all->n; i++) {
        ret[i] = all->items[i];
        if (!seen[ret[i].subject] || is_excluded(s->incident, i))
            ret[i] = (struct claim){.kind = CLAIM_NOTE, .text = "", .time = TIME_UNKNOWN};
    }
    return ret;
}

// ------------------------------------------------------------------ steps

static void say_todo(const struct session *s, const struct standing *st, size_t index,
                     struct report_step *step)
{
    const char *gate = steps_held_by(&s->list, index, st->status, st->passed);
    step->result = NULL;
    step->status = gate ? STEP_HELD : STEP_NOT_RUN;
    if (gate)
        step->reason = gate;
    else
        step->reason = steps_asks_person(&s->list, index) ? "asks a person" : "not run yet";
    step->n_evidence = 0;
}

static void say_ended(struct arena *arena, const struct incident_step *done, struct report_step *step)
{
    const char *said = done->said;
    bool is_result = done->status == STEP_DONE || done->status == STEP_FINDING;
    if (done->answer)
        said =
            arena_printf(arena, "a person answered %s%s%s", done->answer, said ? ": " : "", said ? said : "");
    if (done->passed_why)
        said =
            arena_printf(arena, "%s (a person went past this gate: %s)", said ? said : "", done->passed_why);
    step->status = done->status;
    step->result = is_result ? said : NULL;
    step->reason = is_result ? NULL : said ? said : "without a reason";
}

// Where nobody writes the case, nothing of it runs.
static const char *running_why(const struct session *s)
{
    return s->read_only_why && !s->written ? "cut off while it ran" : "still running";
}

static struct report_step *steps_now(const struct session *s, const struct standing *st,
                                     const struct cause *cause, struct arena *arena)
{
    struct report_step *steps = arena_dup(arena, s->looked->steps, s->list.n * sizeof *steps);
    for (size_t i = 0; i < s->list.n; i++) {
        const struct incident_step *done = &s->incident->steps[i];
        if (done->status == STEP_TODO)
            say_todo(s, st, i, &steps[i]);
        else if (done->status == STEP_RUNNING)
            steps[i] = (struct report_step){.id = done->id,
                                            .level = done->level,
                                            .status = STEP_NOT_RUN,
                                            .reason = running_why(s),
                                            .title = steps[i].title,
                                            .depth = steps[i].depth};
        else if (s->list.refs[i].reporting && done->status == STEP_DONE && !done->answer)
            steps_answer_by_report(&steps[i], cause, arena);
        else
            say_ended(arena, done, &steps[i]);
    }
    return steps;
}

// ------------------------------------------------------------------

struct report *session_judge(struct session *s)
{
    struct standing st;
    struct arena arena = {0};
    standing_init(&st, s);
    struct claims claims = {.items = claims_that_count(s, &st), .n = s->looked->claims.n};
    struct cause *cause = cause_weigh(&claims, &s->looked->facts->target);
    struct report *report = report_build(&(struct report_input){
        .sop = s->sop,
        .facts = s->looked->facts,
        .claims = &claims,
        .cause = cause,
        .steps = steps_now(s, &st, cause, &arena),
        .n_steps = s->list.n,
        .guided = session_is_guided(s) || s->incident->began_guided,
    });
    session_add_limits(s, report);
    cause_free(cause);
    free(claims.items);
    standing_done(&st);
    arena_done(&arena);
    return report;
}
