// One probe from its start to its end: the call, its output on the way to the writer, and what its end means.
// A probe that prints faster than the disk takes it is held back; one whose file cannot be written is ended.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/runner_inside.h"

enum {
    WAITING_MAX = 1024 * 1024, // bytes on their way to the disk, of one probe
    WAITING_FEW = 256 * 1024,
};

// ------------------------------------------------------------------ output

void run_write(struct run *run, struct span bytes)
{
    run->pub.bytes += bytes.len;
    runner_grew(run);
    bool much = writer_add(run->file, bytes) > WAITING_MAX;
    if (much && run->process && !run->paused) {
        run->paused = true;
        process_pause(run->process);
    }
}

static void on_output(void *context, struct span bytes)
{
    struct run *run = context;
    if (run->planned.script)
        str_add_span(&run->printed, bytes);
    else
        run_write(run, bytes);
}

static void on_errors(void *context, struct span bytes)
{
    struct run *run = context;
    struct str *errors = &run->errors;
    str_add_span(errors, bytes);
    size_t over = errors->len > RUN_ERRORS_MAX ? errors->len - RUN_ERRORS_MAX : 0;
    run->pub.errors = span_from(str_span(errors), over);
    if (over > RUN_ERRORS_MAX) {
        memmove(errors->at, errors->at + over, RUN_ERRORS_MAX);
        str_cut(errors, RUN_ERRORS_MAX);
        run->pub.errors = str_span(errors);
    }
    runner_grew(run);
}

void run_check(struct run *run)
{
    if (!run->process)
        return;
    if (writer_failed(run->file))
        process_cancel(run->process); // the writer knows why; the record will say it
    if (run->paused && writer_waiting(run->file) <= WAITING_FEW) {
        run->paused = false;
        process_resume(run->process);
    }
}

// ------------------------------------------------------------------ its end

// A reading that failed is one, too: what stood there before is no longer what is so. One that never came to
// be asked leaves the earlier one where it is.
static bool makes_a_file(const struct run *run)
{
    return run->pub.started != TIME_UNKNOWN && run->pub.state != PROBE_MISSING &&
           run->pub.state != PROBE_CANCELLED;
}

static void run_close(struct run *run)
{
    struct probe_run *pub = &run->pub;
    pub->ended = clock_now();
    writer_close(run->file, (struct writer_close){
                                .make = makes_a_file(run),
                                .unpack = pub->state == PROBE_DONE && run->planned.row->flags & PROBE_BUNDLE,
                                .record = record_write,
                                .context = run,
                            });
    runner_kick(run->runner);
}

static void run_leave(struct run *run)
{
    if (run->pub.state == PROBE_RUNNING) {
        run->runner->running--;
        run->host->running--;
    }
    script_done(run);
}

void run_end(struct run *run, enum probe_state state, const char *why)
{
    run_leave(run);
    run->pub.state = state;
    run->pub.why = why ? arena_strdup(&run->arena, why) : NULL;
    run_close(run);
}

void run_end_as(struct run *run, const struct process_result *result)
{
    run_leave(run);
    run_judge(run, result);
    run_close(run);
}

static void on_ended(void *context, const struct process_result *result)
{
    struct run *run = context;
    run->process = NULL;
    run->paused = false;
    if (run->planned.script)
        script_call_ended(run, result);
    else
        run_end_as(run, result);
}

// What could not be written makes of any end a failure.
void run_settle(struct run *run, const struct writer_result *result)
{
    run->file = NULL;
    if (!result->err.text[0])
        return;
    run->pub.state = PROBE_FAILED;
    run->pub.cut = true;
    run->pub.why = arena_strdup(&run->arena, result->err.text);
}

void run_cancel(struct run *run)
{
    if (run->process)
        process_cancel(run->process);
    else if (run->pub.state == PROBE_WAITING || run->pub.state == PROBE_RUNNING)
        run_end(run, PROBE_CANCELLED, "it was cancelled");
}

// ------------------------------------------------------------------ its beginning

bool run_call(struct run *run, const char *const *argv, unsigned seconds)
{
    struct runner *runner = run->runner;
    const char *program = argv[0] ? programs_find(&runner->programs, argv[0]) : NULL;
    if (!program) {
        char *why = mem_printf("%s is in none of the folders of PATH", argv[0] ? argv[0] : "the program");
        run_end(run, PROBE_MISSING, why);
        free(why);
        return false;
    }
    if (!run->pub.program)
        run->pub.program = program;
    const struct process_config config = {.program = program,
                                          .argv = argv,
                                          .env = runner->programs.env,
                                          .seconds = seconds,
                                          .bytes = run->planned.row->bytes,
                                          .output = on_output,
                                          .errors = on_errors,
                                          .ended = on_ended,
                                          .context = run};
    run->process = process_start(runner->config.loop, &config);
    return true;
}

void run_start(struct run *run)
{
    struct runner *runner = run->runner;
    run->pub.state = PROBE_RUNNING;
    runner->running++;
    run->host->running++;
    if (run->planned.script)
        script_start(run);
    if (!run_call(run, run->planned.argv, run->planned.seconds))
        return;
    run->pub.started = clock_now();
    if (runner->config.started)
        runner->config.started(runner->config.context, &run->pub);
}
