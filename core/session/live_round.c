// The moves of a live run. Each begins from the loop, looks at where things stand, and hands probes to the
// runner or the tree to a worker; what those bring in leads to the next move. Facts that a round brings in
// may make more probes possible, so a step ends only when its plan holds nothing new.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/live_inside.h"

static void move_soon(struct live *live)
{
    live->phase = LIVE_IDLE;
    loop_timer_start(live->soon, 0);
}

static void end_run(struct live *live)
{
    live->phase = LIVE_IDLE;
    live->cancelled = false;
    memset(live->wanted, 0, live->s->list.n * sizeof *live->wanted);
    live->config.finished(live->config.context);
}

// ------------------------------------------------------------------ asking the runner

static bool was_asked(const struct live *live, const char *key, bool can_run)
{
    for (size_t i = 0; i < live->n_asked; i++) {
        if (strcmp(live->asked[i].key, key) == 0 && !(live->asked[i].refused && can_run))
            return true;
    }
    return false;
}

static const char *key_of(struct arena *arena, const struct planned *p)
{
    return arena_printf(arena, "%s\n%s\n%s\n%s", p->row->name, p->where, p->file ? p->file : "",
                        p->heading ? p->heading : "");
}

// What cannot run yet may be able to when more is known; so it is recorded only with `all`, when nothing else
// is left to ask. What is not allowed stays so.
static void ask(struct live *live, const struct plan *plan, const bool *steps, bool all)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct planned *p = &plan->items[i];
        const char *key = key_of(&live->arena, p);
        bool can_run = p->state == PLANNED_RUN;
        bool settled = can_run || p->state == PLANNED_NOT_ALLOWED;
        if ((!settled && !all) || was_asked(live, key, can_run))
            continue;
        *MEM_PUSH(live->asked, live->n_asked, live->cap_asked) =
            (struct asked){.key = key, .row = p->row, .refused = !can_run};
        live->stale = true;
        runner_add(live->runner, p, live_steps_first(live, steps, p->row));
    }
}

bool live_was_asked(const struct live *live, const struct planned *planned)
{
    struct arena arena = {0};
    const char *key = key_of(&arena, planned);
    bool ret = false;
    for (size_t i = 0; i < live->n_asked && !ret; i++) {
        const struct asked *a = &live->asked[i];
        ret = !a->broken && !a->refused && strcmp(a->key, key) == 0;
    }
    arena_done(&arena);
    return ret;
}

void live_note_broken(struct live *live, const struct planned *planned)
{
    struct arena arena = {0};
    const char *key = key_of(&arena, planned);
    for (size_t i = 0; i < live->n_asked; i++)
        live->asked[i].broken |= strcmp(live->asked[i].key, key) == 0;
    arena_done(&arena);
}

void live_forget_broken(struct live *live)
{
    size_t kept = 0;
    for (size_t i = 0; i < live->n_asked; i++) {
        if (!live->asked[i].broken)
            live->asked[kept++] = live->asked[i];
    }
    live->n_asked = kept;
}

void live_forget_asked(struct live *live, const bool *subjects, unsigned consent)
{
    size_t kept = 0;
    for (size_t i = 0; i < live->n_asked; i++) {
        const struct probe_row *row = live->asked[i].row;
        bool forget = subjects ? false : live->asked[i].refused, counts = !consent || row->consent & consent;
        for (enum subject k = 0; subjects && k < SUBJECT_COUNT; k++)
            forget |= counts && subjects[k] && probe_serves(row, k);
        if (!forget)
            live->asked[kept++] = live->asked[i];
    }
    live->n_asked = kept;
}

// ------------------------------------------------------------------ reading what came

static void read_work(void *context)
{
    session_analyse_work(((struct live *)context)->reading);
}

static void read_done(void *context)
{
    struct live *live = context;
    struct session_job *job = live->reading;
    live->reading = NULL;
    live->config.analysed(live->config.context);
    if (!session_analyse_finish(live->s, job, &live->trouble)) {
        end_run(live);
        return;
    }
    move_soon(live);
    live->config.changed(live->config.context);
}

static void read_tree(struct live *live)
{
    char *tree = case_file(&live->s->path, SESSION_OWN_SOURCE);
    live->stale = false;
    live_write_target(live->s, tree, live_window(live->s, live->way.since),
                      &live->trouble); // the rest goes on
    free(tree);
    live->reading = session_analyse_begin(live->s, &live->trouble);
    if (!live->reading) {
        end_run(live);
        return;
    }
    live->phase = LIVE_READING;
    if (loop_start_job(live->config.loop, (struct loop_job){read_work, read_done, live}, NULL))
        return;
    read_work(live); // no worker: at once
    read_done(live);
}

// ------------------------------------------------------------------ second readings

static void wait_for_second(struct live *live)
{
    usec_t now = clock_now(), at = live->again_at;
    live->phase = LIVE_WAITING;
    loop_timer_start(live->soon, at > now ? (uint64_t)((at - now) / USEC_MSEC) + 1 : 0);
}

static void take_second(struct live *live)
{
    struct plan plan = {0};
    struct plan_input in = live_way_plan(&live->way, live->s, live->again);
    in.again = true;
    plan_make(&in, &plan);
    live->again_at = TIME_UNKNOWN;
    live->phase = LIVE_PROBING;
    ask(live, &plan, NULL, false);
    plan_done(&plan);
    memset(live->again, 0, sizeof live->again);
    if (runner_busy(live->runner) == 0)
        move_soon(live);
}

// ------------------------------------------------------------------ moves

// Hands over what is new for these steps.
static void ask_for(struct live *live, const bool *steps, bool all)
{
    bool subjects[SUBJECT_COUNT] = {false};
    struct plan plan = {0};
    live_steps_subjects(live, steps, subjects);
    struct plan_input in = live_way_plan(&live->way, live->s, subjects);
    plan_make(&in, &plan);
    ask(live, &plan, steps, all);
    plan_done(&plan);
}

static bool run_round(struct live *live, const bool *steps)
{
    if (!live_steps_begin(live, steps, &live->trouble))
        return false;
    live->phase = LIVE_PROBING;
    ask_for(live, steps, false);
    if (runner_busy(live->runner) > 0)
        return true;
    ask_for(live, steps, true);
    if (live->stale || !live->s->looked) {
        read_tree(live);
        return true;
    }
    if (!live_steps_end(live, steps, &live->trouble))
        return false;
    move_soon(live);
    return true;
}

static bool has_wanted(const struct live *live)
{
    bool *now = mem_calloc(live->s->list.n + 1, sizeof *now);
    bool any = live_steps_now(live, now);
    free(now);
    return any;
}

// Nothing more can be asked: the steps are made to say what the whole of the evidence says.
static bool wrap_up(struct live *live)
{
    if (!live_steps_settle(live, &live->trouble))
        return false;
    if (!live->cancelled && has_wanted(live)) {
        move_soon(live);
    } else if (!live->cancelled && live->again_at != TIME_UNKNOWN) {
        wait_for_second(live);
    } else {
        session_write_down(live->s, &live->trouble);
        end_run(live);
    }
    return true;
}

// What was cut short ends as far as it came.
static void running_steps(const struct live *live, bool *ret)
{
    for (size_t i = 0; i < live->s->list.n; i++)
        ret[i] = live->s->incident->steps[i].status == STEP_RUNNING;
}

static bool move(struct live *live, bool *steps)
{
    bool any = !live->cancelled && live_steps_now(live, steps);
    if (live->phase == LIVE_WAITING && !live->cancelled && !any)
        return take_second(live), true;
    if (any)
        return run_round(live, steps);
    if (live->stale || !live->s->looked) {
        read_tree(live);
        return true;
    }
    running_steps(live, steps);
    if (live->cancelled)
        memset(live->wanted, 0, live->s->list.n * sizeof *live->wanted);
    return live_steps_end(live, steps, &live->trouble) && wrap_up(live);
}

void live_go(void *context)
{
    struct live *live = context;
    bool *steps = mem_calloc(live->s->list.n + 1, sizeof *steps);
    if (live->phase == LIVE_PROBING && !live->cancelled) { // more was wanted meanwhile
        if (live_steps_now(live, steps) && live_steps_begin(live, steps, &live->trouble))
            ask_for(live, steps, false);
    } else if (live->phase == LIVE_IDLE || live->phase == LIVE_WAITING) {
        if (!move(live, steps))
            end_run(live);
        live->config.changed(live->config.context);
    }
    free(steps);
}
