// Probes that take several calls: after each the script (plan.h) looks at what was printed and says what is
// next. Only what it hands over at its end is evidence. One deadline holds for all calls and waits.
#include "core/base/mem.h"
#include "core/probe/runner_inside.h"

static usec_t left(const struct run *run)
{
    return run->deadline - clock_monotonic();
}

static void end_in_time(struct run *run)
{
    const struct process_result late = {.end = PROCESS_TIMED_OUT};
    run_end_as(run, &late);
}

static void on_wait_over(void *context)
{
    struct run *run = context;
    usec_t time = left(run);
    if (time <= 0)
        end_in_time(run);
    else
        run_call(run, run->next, (unsigned)((time + USEC_SEC - 1) / USEC_SEC));
}

void script_start(struct run *run)
{
    run->deadline = clock_monotonic() + (usec_t)run->planned.seconds * USEC_SEC;
    run->wait = loop_timer_new(run->runner->config.loop, on_wait_over, run);
}

void script_done(struct run *run)
{
    loop_timer_free(run->wait);
    run->wait = NULL;
}

static void call_next(struct run *run, const struct script_turn *turn)
{
    usec_t time = left(run);
    usec_t wait = (usec_t)turn->wait_ms * USEC_MSEC;
    run->next = turn->ret_argv;
    str_clear(&run->printed);
    str_clear(&run->errors);
    run->pub.errors = (struct span){0};
    if (time <= 0)
        end_in_time(run);
    else
        loop_timer_start(run->wait, (uint64_t)((wait < time ? wait : time) / USEC_MSEC));
}

static void end_well(struct run *run, const struct script_turn *turn)
{
    const struct process_result end = {.end = PROCESS_EXITED, .code = turn->ret_exit};
    run_write(run, turn->ret_evidence);
    if (turn->ret_errors.at) {
        str_clear(&run->errors);
        str_add_span(&run->errors, turn->ret_errors);
        run->pub.errors = str_span(&run->errors);
    }
    if (turn->ret_cut) {
        run->pub.cut = true;
        run->pub.why = "only its beginning was given";
    }
    run_end_as(run, &end);
}

// What the call said on standard error tells a denial from another failure.
static void end_badly(struct run *run, const struct script_turn *turn)
{
    enum probe_state state = turn->exit ? why_state(run->pub.errors, turn->exit) : PROBE_FAILED;
    run->pub.exit = turn->exit;
    run_end(run, state, turn->ret_why);
}

static void take_turn(struct run *run, int exit)
{
    struct script_turn turn = {.round = ++run->round,
                               .printed = str_span(&run->printed),
                               .errors = run->pub.errors,
                               .exit = exit,
                               .arena = &run->arena,
                               .state = run->state};
    enum script_step step = run->planned.script(&run->planned, &turn);
    run->state = turn.state;
    switch (step) {
    case SCRIPT_CALL:
        call_next(run, &turn);
        break;
    case SCRIPT_DONE:
        end_well(run, &turn);
        break;
    case SCRIPT_FAILED:
        end_badly(run, &turn);
        break;
    }
}

// A call that was cut is no answer that a script could read; any other end that was not its own ends all.
void script_call_ended(struct run *run, const struct process_result *result)
{
    if (result->end == PROCESS_EXITED)
        take_turn(run, result->code);
    else if (result->end == PROCESS_FULL)
        run_end(run, PROBE_FAILED, "a call printed more than is taken");
    else
        run_end_as(run, result);
}
