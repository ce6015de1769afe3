// What keys do to a live case, and what its run does to the screen. Callbacks of the run only mark what is
// stale; the rest is done when the next frame is drawn.
#include "tui/view_live.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/session/policy.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { TICK_MS = 1000 };

bool view_live_is_on(const struct ui *ui)
{
    return ui->live.live;
}

bool view_live_is_busy(const struct ui *ui)
{
    return (ui->live.live && live_is_busy(ui->live.live)) || ui->live.recheck;
}

bool view_live_goes_on(const struct ui *ui)
{
    return view_live_is_busy(ui) && session_policy(ui->session)->go_on_when_disconnected;
}

// ---- what the run says

void view_live_ticks(struct ui *ui)
{
    ui->dirty = true;
    view_capture_tick(ui);
    if (view_live_is_busy(ui))
        ui_after(ui, ui->live.tick, TICK_MS);
}

static void on_tick(void *context)
{
    view_live_ticks(context);
}

// A sum that is another one when some step has come further.
static uint64_t progress(const struct incident *in)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < in->n_steps; i++)
        sum = sum * 31 + (uint64_t)in->steps[i].status + (uint64_t)in->steps[i].ended;
    return sum;
}

static void on_changed(void *context)
{
    struct ui *ui = context;
    uint64_t now = progress(session_incident(ui->session));
    ui->dirty = true;
    view_consent_ask(ui);
    if (now == ui->live.seen)
        return;
    ui->live.seen = now;
    ui_case_changed(ui);
}

static void on_analysed(void *context)
{
    struct ui *ui = context;
    ui->live.seen = 0;
    view_evidence_forget(ui);
    view_refresh(ui);
}

static void say_end(struct ui *ui)
{
    const char *trouble = live_trouble(ui->live.live);
    const struct report *report = session_report(ui->session);
    if (trouble)
        ui_say(ui, ROLE_ERROR, "%s", trouble);
    else if (report && !ui_is_guided(ui)) // there a step ended, and not the whole; the card says what came
        ui_say(ui, ROLE_OK, "Done: %s", report->root_cause);
}

static void on_finished(void *context)
{
    struct ui *ui = context;
    ui->live.stopping = false;
    if (ui_is_guided(ui) && ui->live.step)
        view_guided_ended(ui, ui->live.step);
    else
        ui_show_result(ui);
    say_end(ui);
}

// ---- beginning and end

bool view_live_begin(struct ui *ui)
{
    struct error err = {0};
    if (ui->live.live || !ui->loop)
        return ui->live.live;
    ui->live.tick = loop_timer_new(ui->loop, on_tick, ui);
    ui->live.live = live_new(
        &(struct live_config){
            .session = ui->session,
            .loop = ui->loop,
            .via = ui->config->via,
            .consent = ui->config->consent,
            .bucket = ui->settings.bucket,
            .changed = on_changed,
            .analysed = on_analysed,
            .finished = on_finished,
            .context = ui,
        },
        &err);
    if (!ui->live.live)
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    return ui->live.live;
}

void view_live_end(struct ui *ui)
{
    if (ui->live.recheck && !recheck_is_reading(ui->live.recheck)) {
        recheck_free(ui->live.recheck);
        ui->live.recheck = NULL;
    }
    if (ui->live.live)
        live_end(ui->live.live);
}

void view_live_done(struct ui *ui)
{
    recheck_free(ui->live.recheck);
    live_free(ui->live.live);
    free(ui->live.step);
    free(ui->live.label);
    free(ui->live.command);
    prose_done(&ui->live.card);
    ui->live = (struct live_view){0};
}

// ---- the plan, the run

static void start(struct ui *ui)
{
    struct error err = {0};
    struct live *live = ui->live.live;
    bool ok =
        ui->live.step ? live_run_only(live, ui->live.step, ui->live.only, &err) : live_run_all(live, &err);
    if (!ok)
        ui_say(ui, ROLE_WARN, "%s", err.text);
    else
        ui_after(ui, ui->live.tick, TICK_MS);
}

static void take_step(struct ui *ui, const char *step)
{
    char *copy = step ? mem_strdup(step) : NULL;
    free(ui->live.step);
    ui->live.step = copy;
}

void view_live_accept(struct ui *ui, const char *step, unsigned only)
{
    ui->live.accepted = true;
    ui->live.only = only;
    ui->live.asked = only ? ~only : 0; // for the rest it was not begun
    ui->live.first = runner_count(live_runner(ui->live.live));
    view_rights_cancel(ui); // the run asks itself, for the evidence
    take_step(ui, step);
    start(ui);
}

void view_live_run(struct ui *ui, const char *step)
{
    if (ui->live.recheck)
        ui_say(ui, ROLE_WARN, "A recheck is under way; Esc stops it");
    else if (!ui->live.accepted && !session_is_guided(ui->session))
        view_plan_open(ui, step);
    else
        view_live_accept(ui, step, CONSENT_NONE);
}

void view_live_stop(struct ui *ui)
{
    if (ui->live.recheck)
        recheck_cancel(ui->live.recheck);
    else if (ui->live.live)
        live_cancel(ui->live.live, NULL);
    ui->live.stopping = true;
    ui_say(ui, ROLE_WARN, "Stopping; what is known is judged");
}

// ---- a recheck

static void on_rechecked(void *context)
{
    struct ui *ui = context;
    ui->live.stopping = false;
    ui_case_changed(ui);
    view_recheck_open(ui);
}

static void on_recheck_probe(void *context, const struct probe_run *run)
{
    (void)run;
    ((struct ui *)context)->dirty = true;
}

void view_live_recheck(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    if (!ui->loop || view_live_is_busy(ui)) {
        ui_say(ui, ROLE_WARN, "Something runs still; Esc stops it");
        return;
    }
    ui->live.recheck = recheck_new(
        &(struct recheck_config){
            .session = ui->session,
            .loop = ui->loop,
            .via = ui->config->via,
            .consent = ui->live.live ? live_consent(ui->live.live) : ui->config->consent,
            .probe = on_recheck_probe,
            .finished = on_rechecked,
            .context = ui,
        },
        &err);
    if (ui->live.recheck)
        ui_say(ui, ROLE_RUNNING, "What decided is read again");
    else
        ui_say(ui, ROLE_ERROR, "%s", err.text);
}
