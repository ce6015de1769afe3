// Scheduling. Probes are started in the order in which they came, as far as the limits of their hosts, the
// connections that they share, and the pieces of their files allow. Nothing is called back from within a call
// of the caller's: a timer of no time starts what can start, and the writer's word ends what has ended.
#include "core/probe/runner.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/runner_inside.h"

enum { MAX_ALL = 16, MAX_PER_HOST = 4, GROWTH_MS = 100 };

// ------------------------------------------------------------------ what may start

static void *named(struct runner *runner, struct map *map, const char *name, size_t size)
{
    struct span key = span_of(name);
    void *item = map_get(map, key);
    if (!item) {
        item = arena_alloc(&runner->arena, size);
        map_put(map, key, item);
    }
    return item;
}

static bool shared_has(const struct shared *shared, const char *call)
{
    for (size_t i = 0; i < shared->n; i++) {
        if (strcmp(shared->calls[i], call) == 0)
            return true;
    }
    return false;
}

static const char *call_name(const struct run *run)
{
    const struct planned *planned = &run->planned;
    return planned->command ? planned->command : planned->heading ? planned->heading : planned->row->name;
}

// A piece that its file has already is a new reading, and begins the file anew; pieces of the old one must
// have been written by then.
static bool shared_take(struct run *run)
{
    struct shared *shared = run->shared;
    if (!shared)
        return true;
    const char *call = call_name(run);
    bool again = shared_has(shared, call);
    if (again && shared->open)
        return false;
    if (again || shared->generation == 0) {
        shared->generation++;
        shared->n = 0;
    }
    *ARENA_PUSH(&run->runner->arena, shared->calls, shared->n, shared->cap) = call;
    shared->open++;
    return true;
}

static unsigned limit(unsigned given, unsigned otherwise)
{
    return given ? given : otherwise;
}

static void open_and_start(struct run *run)
{
    unsigned generation = run->shared ? run->shared->generation : 0;
    run->file = writer_open(run->runner->writer, run->planned.file, run->planned.heading, generation);
    run_start(run);
}

// One that ends without having been started: a file is not made for it.
static void refuse(struct run *run)
{
    run->file = writer_open(run->runner->writer, run->planned.file, NULL, 0);
    run->shared = NULL;
}

static bool has_room(const struct run *run)
{
    const struct runner *runner = run->runner;
    return runner->running < limit(runner->config.max_all, MAX_ALL) &&
           run->host->running < limit(runner->config.max_per_host, MAX_PER_HOST);
}

static const enum probe_state refused_as[] = {
    [PLANNED_NOT_ALLOWED] = PROBE_DENIED,
    [PLANNED_NO_WAY] = PROBE_FAILED,
    [PLANNED_NOT_AVAILABLE] = PROBE_MISSING,
    [PLANNED_UNFIT] = PROBE_FAILED,
};

static void take_waiting(struct run *run)
{
    const struct planned *planned = &run->planned;
    if (planned->state != PLANNED_RUN) {
        refuse(run);
        run_end(run, refused_as[planned->state], planned->why);
        return;
    }
    if (has_room(run) && link_is_open(run) && shared_take(run)) {
        open_and_start(run);
    } else if (link_has_failed(run)) {
        refuse(run);
        link_excuse(run);
    }
}

static void on_kick(void *context)
{
    struct runner *runner = context;
    for (size_t i = runner->first_waiting; i < runner->n; i++) {
        if (runner->runs[i]->pub.state == PROBE_WAITING)
            take_waiting(runner->runs[i]);
    }
    while (runner->first_waiting < runner->n &&
           runner->runs[runner->first_waiting]->pub.state != PROBE_WAITING)
        runner->first_waiting++;
    links_forget_failed(runner);
}

void runner_kick(struct runner *runner)
{
    if (!runner->ending)
        loop_timer_start(runner->kick, 0);
}

// ------------------------------------------------------------------ what is told

void runner_grew(struct run *run)
{
    struct runner *runner = run->runner;
    run->grew = true;
    if (!runner->growing && !runner->ending)
        loop_timer_start(runner->growth, GROWTH_MS);
    runner->growing = true;
}

static void on_growth(void *context)
{
    struct runner *runner = context;
    runner->growing = false;
    for (size_t i = 0; i < runner->n; i++) {
        struct run *run = runner->runs[i];
        if (run->grew && run->pub.state == PROBE_RUNNING && runner->config.grew)
            runner->config.grew(runner->config.context, &run->pub);
        run->grew = false;
    }
}

// Pieces stay out of it: a second one of the same call would begin their file anew.
static bool is_worth_another_try(const struct run *run)
{
    const unsigned never = PROBE_CHANGES | PROBE_LASTS | PROBE_PIECES;
    bool safe = !(run->planned.row->flags & never) && !run->pub.retry_of && !run->runner->ending;
    return run->pub.state == PROBE_TIMEOUT && safe && run->host->answered > run->pub.started;
}

static void try_again(struct run *run)
{
    const char *id = run->pub.id;
    runner_add(run->runner, &run->planned, run->pub.step);
    run->runner->runs[run->runner->n - 1]->pub.retry_of = id;
}

static void take_ended(struct runner *runner)
{
    struct writer_result result;
    for (struct run *run; (run = writer_next(runner->writer, &result));) {
        run_settle(run, &result);
        runner->busy--;
        if (run->shared)
            run->shared->open--;
        if (runner->config.ended)
            runner->config.ended(runner->config.context, &run->pub);
        if (run->pub.state == PROBE_DONE)
            run->host->answered = run->pub.ended;
        if (is_worth_another_try(run))
            try_again(run);
    }
}

static void on_written(void *context)
{
    struct runner *runner = context;
    bool was_busy = runner->busy > 0;
    for (size_t i = 0; i < runner->n; i++)
        run_check(runner->runs[i]);
    take_ended(runner);
    runner_kick(runner);
    if (was_busy && runner->busy == 0 && runner->config.idle)
        runner->config.idle(runner->config.context);
}

// ------------------------------------------------------------------ for the caller

struct runner *runner_new(const struct runner_config *config, struct error *err)
{
    struct runner *runner = mem_alloc(sizeof *runner);
    runner->config = *config;
    runner->writer = writer_new(config->loop, config->tree, on_written, runner, err);
    if (!runner->writer) {
        free(runner);
        return NULL;
    }
    programs_init(&runner->programs, config->path);
    runner->config.path = NULL; // both were borrowed
    runner->config.tree = NULL;
    runner->kick = loop_timer_new(config->loop, on_kick, runner);
    runner->growth = loop_timer_new(config->loop, on_growth, runner);
    runner->linking = loop_timer_new(config->loop, links_check, runner);
    return runner;
}

static void run_free(struct run *run)
{
    str_done(&run->errors);
    str_done(&run->printed);
    arena_done(&run->arena);
    free(run);
}

void runner_free(struct runner *runner)
{
    if (!runner)
        return;
    runner->ending = true;
    runner_cancel(runner, NULL);
    for (size_t i = 0; i < runner->n; i++) {
        if (runner->runs[i]->process)
            process_end(runner->runs[i]->process);
    }
    links_end(runner);
    writer_finish(runner->writer);
    take_ended(runner);
    writer_free(runner->writer);
    loop_timer_free(runner->kick);
    loop_timer_free(runner->growth);
    loop_timer_free(runner->linking);
    for (size_t i = 0; i < runner->n; i++)
        run_free(runner->runs[i]);
    free(runner->runs);
    map_done(&runner->hosts);
    map_done(&runner->shared);
    programs_done(&runner->programs);
    arena_done(&runner->arena);
    free(runner);
}

static const char *copy_text(struct runner *runner, const char *text)
{
    return text ? arena_strdup(&runner->arena, text) : NULL;
}

static const char *const *copy_words(struct runner *runner, const char *const *words)
{
    size_t n = 0;
    while (words && words[n])
        n++;
    const char **copy = words ? arena_alloc(&runner->arena, (n + 1) * sizeof *copy) : NULL;
    for (size_t i = 0; i < n; i++)
        copy[i] = arena_strdup(&runner->arena, words[i]);
    return copy;
}

static struct planned copy_planned(struct runner *runner, const struct planned *planned)
{
    struct planned copy = *planned;
    copy.why = copy_text(runner, planned->why);
    copy.argv = copy_words(runner, planned->argv);
    copy.where = copy_text(runner, planned->where);
    copy.via = copy_text(runner, planned->via);
    copy.host = copy_text(runner, planned->host);
    copy.file = copy_text(runner, planned->file);
    copy.heading = copy_text(runner, planned->heading);
    copy.command = copy_text(runner, planned->command);
    copy.connect = copy_words(runner, planned->connect);
    copy.socket = copy_text(runner, planned->socket);
    return copy;
}

const char *runner_add(struct runner *runner, const struct planned *planned, const char *step)
{
    struct run *run = mem_alloc(sizeof *run);
    run->runner = runner;
    run->planned = copy_planned(runner, planned);
    run->host = named(runner, &runner->hosts, planned->host ? planned->host : "", sizeof *run->host);
    if (planned->file && planned->row->flags & PROBE_PIECES)
        run->shared = named(runner, &runner->shared, planned->file, sizeof *run->shared);
    unsigned number = runner->config.first_id + (unsigned)runner->n;
    run->pub = (struct probe_run){.id = arena_printf(&runner->arena, "E-%03u", number),
                                  .step = copy_text(runner, step),
                                  .planned = &run->planned,
                                  .state = PROBE_WAITING,
                                  .started = TIME_UNKNOWN,
                                  .ended = TIME_UNKNOWN,
                                  .exit = -1,
                                  .signal = -1};
    *MEM_PUSH(runner->runs, runner->n, runner->cap) = run;
    runner->busy++;
    runner_kick(runner);
    return run->pub.id;
}

static void cancel(struct run *run)
{
    if (run->pub.state == PROBE_WAITING)
        refuse(run);
    run_cancel(run);
}

void runner_cancel(struct runner *runner, const char *id)
{
    for (size_t i = 0; i < runner->n; i++) {
        struct run *run = runner->runs[i];
        bool open = run->pub.state == PROBE_WAITING || run->pub.state == PROBE_RUNNING;
        if (open && (!id || strcmp(run->pub.id, id) == 0))
            cancel(run);
    }
}

size_t runner_count(const struct runner *runner)
{
    return runner->n;
}

const struct probe_run *runner_at(const struct runner *runner, size_t i)
{
    return &runner->runs[i]->pub;
}

unsigned runner_busy(const struct runner *runner)
{
    return runner->busy;
}
