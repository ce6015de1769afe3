// Takes the readings that decided a case again: first ones, of counters second ones, then the analysis of the
// new tree as a session of its own.
#include "core/session/recheck.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/recheck_inside.h"

static void add_file(struct recheck *r, struct file_set *set, const char *file)
{
    if (file && !file_set_has(set, file))
        *ARENA_PUSH(&r->arena, set->items, set->n, set->cap) = arena_strdup(&r->arena, file);
}

// ------------------------------------------------------------------ what decided

// A later reading is one of the file beside the samples' folder.
const char *recheck_first_reading(struct recheck *r, const char *path)
{
    struct span rest = span_of(path);
    size_t at = span_find(rest, "/samples/");
    if (at == SIZE_MAX)
        return path;
    struct span name = span_from(rest, at + strlen("/samples/"));
    size_t slash = span_find_char(name, '/');
    if (slash == SIZE_MAX)
        return path;
    name = span_from(name, slash + 1);
    return arena_printf(&r->arena, SPAN_FMT "/networking/" SPAN_FMT, SPAN_ARG(span_first(rest, at)),
                        SPAN_ARG(name));
}

static void take_decided(struct recheck *r, const struct report *report)
{
    for (size_t i = 0; i < report->n_evidence; i++) {
        const struct place *place = &report->evidence[i].place;
        const struct evidence_file *file =
            place_is_set(*place) ? evidence_file(r->s->looked->evidence, place->file) : NULL;
        if (file)
            add_file(r, &r->decided, recheck_first_reading(r, file->path));
    }
}

static bool is_listing(const char *file)
{
    return span_starts(span_of(file), "cluster/") && span_ends(span_of(file), ".json");
}

static bool has_listing(const struct file_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (is_listing(set->items[i]))
            return true;
    }
    return false;
}

static bool is_meant(struct recheck *r, const struct planned *p)
{
    if (!p->file)
        return false;
    return file_set_has(&r->decided, recheck_first_reading(r, p->file)) ||
           (has_listing(&r->decided) && is_listing(p->file));
}

static void make_plan(struct recheck *r, bool again, struct plan *ret)
{
    bool all[SUBJECT_COUNT];
    for (enum subject k = 0; k < SUBJECT_COUNT; k++)
        all[k] = true;
    struct plan_input in = live_way_plan(&r->way, r->s, all);
    in.again = again;
    in.since = r->begun; // of logs only what is new
    plan_make(&in, ret);
}

static void take_again(struct recheck *r)
{
    struct plan plan = {0};
    make_plan(r, false, &plan);
    for (size_t i = 0; i < plan.n; i++) {
        if (is_meant(r, &plan.items[i]))
            add_file(r, &r->again, plan.items[i].file);
    }
    plan_done(&plan);
}

// ------------------------------------------------------------------ moves

static void finish(struct recheck *r)
{
    r->phase = RECHECK_DONE;
    r->config.finished(r->config.context);
}

static void read_work(void *context)
{
    session_analyse_work(((struct recheck *)context)->reading);
}

static void read_done(void *context)
{
    struct recheck *r = context;
    struct session_job *job = r->reading;
    r->reading = NULL;
    if (session_analyse_finish(r->after, job, &r->trouble)) {
        recheck_judge(r);
        struct event event = {.kind = EVENT_VERIFIED, .value = recheck_names[r->result.verdict]};
        session_do(r->s, event, &r->trouble);
    }
    finish(r);
}

static bool begin_reading(struct recheck *r)
{
    char *procedure = case_file(&r->s->path, "procedure.md");
    const char *const from[] = {r->tree};
    const struct session_config config = {
        .from = from, .n_from = 1, .sop = procedure, .guided = session_is_guided(r->s)};
    bool ok = live_write_target(r->s, r->tree, (struct window){r->begun, clock_now()}, &r->trouble);
    r->after = ok ? session_new(&config, &r->trouble) : NULL;
    r->reading = r->after ? session_analyse_begin(r->after, &r->trouble) : NULL;
    free(procedure);
    return r->reading;
}

static void read_tree(struct recheck *r)
{
    r->phase = RECHECK_READING;
    if (!begin_reading(r)) {
        finish(r);
    } else if (!loop_start_job(r->config.loop, (struct loop_job){read_work, read_done, r}, NULL)) {
        read_work(r); // no worker: at once
        read_done(r);
    }
}

static void ask(struct recheck *r, bool again)
{
    struct plan plan = {0};
    make_plan(r, again, &plan);
    for (size_t i = 0; i < plan.n; i++) {
        if (is_meant(r, &plan.items[i]))
            runner_add(r->runner, &plan.items[i], NULL);
    }
    plan_done(&plan);
    if (runner_busy(r->runner) == 0)
        loop_timer_start(r->soon, 0);
}

static void wait_for_second(struct recheck *r)
{
    usec_t now = clock_now();
    r->phase = RECHECK_WAITING;
    loop_timer_start(r->soon, r->second_at > now ? (uint64_t)((r->second_at - now) / USEC_MSEC) + 1 : 0);
}

static void go(void *context)
{
    struct recheck *r = context;
    switch (r->phase) {
    case RECHECK_FIRST:
        if (r->second_at != TIME_UNKNOWN && !r->cancelled)
            wait_for_second(r);
        else
            read_tree(r);
        break;
    case RECHECK_WAITING:
        r->phase = RECHECK_SECOND;
        if (r->cancelled)
            read_tree(r);
        else
            ask(r, true);
        break;
    case RECHECK_SECOND:
        read_tree(r);
        break;
    case RECHECK_READING:
    case RECHECK_DONE:
        break;
    }
}

static void on_idle(void *context)
{
    loop_timer_start(((struct recheck *)context)->soon, 0);
}

static void on_started(void *context, const struct probe_run *run)
{
    struct recheck *r = context;
    struct event event = {.kind = EVENT_PROBE_STARTED, .value = run->id, .text = run->planned->command};
    session_do(r->s, event, &r->trouble);
    if (r->config.probe)
        r->config.probe(r->config.context, run);
}

static bool is_answer(const struct probe_run *run)
{
    return run->state == PROBE_DONE && !run->why && !run->cut;
}

static void note_answer(struct recheck *r, const struct probe_run *run)
{
    const char *file = recheck_first_reading(r, run->planned->file);
    if (!is_answer(run))
        return;
    add_file(r, &r->fresh, file);
    if (!(run->planned->row->flags & PROBE_LOG))
        add_file(r, &r->states, file);
    usec_t at = run->ended + run->planned->row->again * USEC_SEC;
    if (r->phase == RECHECK_FIRST && run->planned->row->again && at > r->second_at)
        r->second_at = at;
}

static void on_ended(void *context, const struct probe_run *run)
{
    struct recheck *r = context;
    struct event event = {
        .kind = EVENT_PROBE_ENDED, .value = run->id, .number = run->state, .text = run->why};
    if (!event.text && run->state != PROBE_DONE)
        event.text = probe_state_names[run->state];
    note_answer(r, run);
    session_do(r->s, event, &r->trouble);
    if (r->config.probe)
        r->config.probe(r->config.context, run);
}

// ------------------------------------------------------------------ beginning and end

static bool begin(struct recheck *r, struct error *err)
{
    const struct report *report = r->s->looked ? session_report(r->s) : NULL;
    if (!report || report->diagnosis == DIAGNOSIS_INCONCLUSIVE)
        return error_set(err, "nothing was decided in this case that could be checked again");
    take_decided(r, report);
    struct live_wish wish = {r->config.via, r->config.consent, NULL};
    if (wish.via == REACH_NONE)
        wish.via = live_way_of_case(r->s);
    if (!live_way_init(&r->way, r->s, wish, err) || !live_note_beforehand(r->s, &r->way, err))
        return false;
    take_again(r);
    if (r->again.n == 0)
        return error_set(err, "none of what decided can be read again from here");
    if (!recheck_make_tree(r, err))
        return false;
    const struct runner_config told = {
        .loop = r->config.loop,
        .started = on_started,
        .ended = on_ended,
        .idle = on_idle,
        .context = r,
    };
    r->runner = live_way_runner(&r->way, r->s, r->tree, told, err);
    return r->runner;
}

struct recheck *recheck_new(const struct recheck_config *config, struct error *err)
{
    struct recheck *r = mem_alloc(sizeof *r);
    r->config = *config;
    r->s = config->session;
    r->begun = clock_now();
    r->second_at = TIME_UNKNOWN;
    r->soon = loop_timer_new(config->loop, go, r);
    if (!begin(r, err)) {
        recheck_free(r);
        return NULL;
    }
    ask(r, false);
    return r;
}

void recheck_free(struct recheck *r)
{
    if (!r)
        return;
    loop_timer_stop(r->soon);
    r->phase = RECHECK_DONE;
    runner_free(r->runner);
    session_free(r->after);
    live_way_done(&r->way);
    arena_done(&r->arena);
    free(r->tree);
    free(r);
}

void recheck_cancel(struct recheck *r)
{
    r->cancelled = true;
    loop_timer_start(r->soon, 0);
    runner_cancel(r->runner, NULL);
}

bool recheck_is_reading(const struct recheck *r)
{
    return r->phase == RECHECK_READING;
}

const struct recheck_result *recheck_result(const struct recheck *r, struct error *err)
{
    if (r->result.tree)
        return &r->result;
    error_set(err, "%s", r->trouble.text[0] ? r->trouble.text : "it could not be judged");
    return NULL;
}
