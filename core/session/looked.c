// The analysis: evidence, facts, claims, cause, and what each step shows. The work touches nothing of the
// session; its result is taken over in one piece.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/gather.h"
#include "core/judge/judge.h"
#include "core/session/inside.h"

struct session_job {
    struct arena arena;
    struct sources from;
    const char *unpack_to;
    struct target target;
    const struct step_list *list; // borrowed: the procedure does not change
    struct looked *looked;        // NULL until the work is done, and after a failure
    struct error err;
};

void looked_free(struct looked *l)
{
    if (!l)
        return;
    free(l->counts.items);
    cause_free(l->cause);
    claims_done(&l->claims);
    facts_free(l->facts);
    evidence_close(l->evidence);
    arena_done(&l->arena);
    free(l);
}

struct session_job *session_analyse_begin(struct session *s, struct error *err)
{
    if (s->incident->last_seq == 0 && !session_begin(s, err))
        return NULL;
    struct session_job *job = mem_alloc(sizeof *job);
    session_sources(s, &job->arena, &job->from);
    job->target = session_copy_target(&job->arena, &s->target);
    job->list = &s->list;
    if (s->path.id && !s->read_only_why)
        job->unpack_to = arena_printf(&job->arena, "%s/evidence", s->path.dir);
    return job;
}

// ------------------------------------------------------------------ the procedure's own searches

struct asked { // calls[i] asks queries.items[i]
    const struct sop_call **calls;
    struct gather_queries queries;
    size_t cap_calls, cap_queries;
};

// Every query of every item, held ones' too: counting is one pass, and nobody's gate.
static struct asked ask_searches(const struct step_list *list)
{
    struct asked a = {0};
    for (size_t i = 0; i < list->n; i++) {
        const struct sop_item *item = list->refs[i].item;
        for (size_t k = 0; k < item->n_calls; k++) {
            const char *query = sop_call_arg(&item->calls[k], "query");
            if (!query || strcmp(item->calls[k].tool, "search") != 0)
                continue;
            size_t n = a.queries.n;
            *MEM_PUSH(a.calls, n, a.cap_calls) = &item->calls[k];
            *MEM_PUSH(a.queries.items, a.queries.n, a.cap_queries) = (struct gather_query){.pattern = query};
        }
    }
    return a;
}

static void take_answers(struct looked *l, struct asked *a)
{
    struct step_counts *counts = &l->counts;
    counts->items = mem_calloc(a->queries.n + 1, sizeof *counts->items);
    counts->n = a->queries.files > 0 ? a->queries.n : 0;
    for (size_t i = 0; i < counts->n; i++)
        counts->items[i] = (struct step_count){a->calls[i], a->queries.items[i].lines};
    counts->files = a->queries.files - a->queries.left_out;
    counts->bytes = a->queries.bytes;
    if (a->queries.left_out > 0)
        counts->left_out = arena_printf(&l->arena, "%llu files (%s)", (unsigned long long)a->queries.left_out,
                                        a->queries.left_out_why);
    free(a->queries.left_out_why);
    free(a->queries.items);
    free(a->calls);
}

// ------------------------------------------------------------------ the work

static void judge_steps(struct looked *l, const struct step_list *list)
{
    l->steps = arena_alloc(&l->arena, (list->n + 1) * sizeof *l->steps);
    struct steps_input in = {
        .list = list,
        .facts = l->facts,
        .claims = &l->claims,
        .cause = l->cause,
        .counts = l->counts.n > 0 ? &l->counts : NULL,
    };
    steps_evaluate(&in, &l->arena, l->steps);
}

void session_analyse_work(struct session_job *job)
{
    struct evidence *evidence = evidence_open(job->from.paths, job->from.n, job->unpack_to, &job->err);
    if (!evidence)
        return;
    struct looked *l = mem_alloc(sizeof *l);
    l->evidence = evidence;
    struct asked asked = ask_searches(job->list);
    l->facts = facts_gather(evidence, &job->target, &asked.queries);
    take_answers(l, &asked);
    judge_all(l->facts, &l->claims);
    l->cause = cause_weigh(&l->claims, &l->facts->target);
    judge_steps(l, job->list);
    l->analysis = (struct analysis){evidence, l->facts, &l->claims, l->cause};
    job->looked = l;
}

bool session_analyse_finish(struct session *s, struct session_job *job, struct error *err)
{
    bool ok = job->looked || error_set(err, "%s", job->err.text);
    if (ok) {
        looked_free(s->looked);
        report_free(s->report);
        s->looked = job->looked;
        s->report = NULL;
    }
    arena_done(&job->arena);
    free(job);
    return ok;
}

bool session_analyse(struct session *s, struct error *err)
{
    struct session_job *job = session_analyse_begin(s, err);
    if (!job)
        return false;
    session_analyse_work(job);
    return session_analyse_finish(s, job, err);
}
