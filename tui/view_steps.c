// What a person does to the current step: runs it, skips it, notes, answers, goes past its gate. What needs
// words asks for them with a prompt; its answer function does the rest.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_commands.h"
#include "tui/view_ui.h"

// Asks about a step; what runs may choose another one before the answer is there.
static void ask_of_step(struct ui *ui, const char *step, const char *label, const char *text,
                        ui_answer_fn *answer)
{
    char *copy = step ? mem_strdup(step) : NULL, *words = mem_strdup(label);
    free(ui->asked_of);
    free(ui->asked_words);
    ui->asked_of = copy;
    ui->asked_words = words;
    ui_ask(ui, words, text, answer);
}

static const char *current_step(const struct ui *ui)
{
    const struct check_row *row = checklist_current(&ui->checklist);
    if (ui->screen == SCREEN_GUIDED)
        return session_next_step(ui->session);
    return row ? row->item->id : NULL;
}

static void report_change(struct ui *ui, bool done, const struct error *err, const char *what)
{
    if (!done) {
        ui_say(ui, ROLE_ERROR, "%s", err->text);
        return;
    }
    ui_say(ui, ROLE_OK, "%s", what);
    ui_case_changed(ui);
}

static void run_step(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    const struct check_row *row = checklist_current(&ui->checklist);
    if (!session_run_step(ui->session, row->item->id, &err)) {
        ui_say(ui, ROLE_WARN, "%s", err.text);
        return;
    }
    ui_case_changed(ui);
    view_evidence_show_step(ui, row->item, row->parent);
    const struct incident_step *step = incident_step(session_incident(ui->session), row->item->id);
    ui_say(ui, status_role(step->status), "%s: %s", row->item->id,
           step->said ? step->said : step_status_phrase(step->status));
}

void view_steps_run_all(void *context)
{
    struct ui *ui = context;
    if (view_live_is_on(ui) && ui_is_guided(ui))
        ui_say(ui, ROLE_MUTED, "Guided mode takes one step at a time: Enter runs the next");
    else if (view_live_is_on(ui))
        view_live_run(ui, NULL);
    else if (ui->n_from == 0 && session_incident(ui->session)->n_sources == 0)
        ui_say(ui, ROLE_WARN,
               "There is no evidence to read: start with d5tui --from PATH, or name one in the intake");
    else
        ui_analyse(ui); // reads afresh; a reading that is there stays in the case's events
}

static void on_skip(struct ui *ui, struct span text)
{
    struct error err = {0};
    (void)text;
    report_change(ui, session_skip_step(ui->session, ui->asked_of, str_text(&ui->prompt.text), &err), &err,
                  "skipped; the reason stands in the report");
    if (ui->screen == SCREEN_GUIDED && !err.text[0])
        view_guided_ended(ui, ui->asked_of);
}

void view_steps_skip(void *ui)
{
    ask_of_step(ui, current_step(ui), "Why is this step skipped? ", NULL, on_skip);
}

static void on_note(struct ui *ui, struct span text)
{
    struct error err = {0};
    struct event event = {.kind = EVENT_NOTE, .step = ui->asked_of, .text = str_text(&ui->prompt.text)};
    (void)text;
    report_change(ui, session_do(ui->session, event, &err), &err, "noted");
}

void view_steps_note(void *context)
{
    struct ui *ui = context;
    bool looks_back = ui->screen == SCREEN_GUIDED && ui->guided.looking_back;
    const char *id = looks_back ? ui->guided.shown : current_step(ui);
    const struct incident_step *step = id ? incident_step(session_incident(ui->session), id) : NULL;
    char *label = id ? mem_printf("Note to %s: ", id) : mem_strdup("Note: ");
    ask_of_step(ui, id, label, step ? step->note : NULL, on_note);
    free(label);
}

static void on_pass(struct ui *ui, struct span text)
{
    struct error err = {0};
    const char *gate = session_held_by(ui->session, ui->asked_of);
    struct event event = {.kind = EVENT_GATE_PASSED, .step = gate, .text = str_text(&ui->prompt.text)};
    (void)text;
    report_change(ui, session_do(ui->session, event, &err), &err,
                  "the gate is passed; the reason stands in the report");
}

void view_steps_pass(void *context)
{
    struct ui *ui = context;
    const struct check_row *row = checklist_current(&ui->checklist);
    if (!session_held_by(ui->session, row->item->id))
        ui_say(ui, ROLE_MUTED, "No gate holds this step");
    else if (session_is_guided(ui->session))
        ui_say(ui, ROLE_WARN, "A gate holds this step; in guided mode nobody goes past it");
    else
        ask_of_step(ui, current_step(ui), "Why past the gate? ", NULL, on_pass);
}

void view_steps_open(void *context)
{
    struct ui *ui = context;
    const struct check_row *row = checklist_current(&ui->checklist);
    const struct incident_step *step = incident_step(session_incident(ui->session), row->item->id);
    bool open = step && (step->status == STEP_TODO || step->status == STEP_NOT_RUN);
    if (open && session_asks_person(ui->session, step->id)) {
        view_evidence_show_step(ui, row->item, row->parent); // what was seen, beside the question
        view_steps_answer(ui);
    } else if (step && step->status == STEP_RUNNING)
        ui_say(ui, ROLE_MUTED, "%s runs still; " SPAN_FMT " stops what runs", step->id,
               SPAN_ARG(ui_key_of(ui, "stop-probes")));
    else if (step && view_live_is_on(ui))
        view_live_run(ui, step->id);
    else if (step && step->status == STEP_TODO && session_analysis(ui->session))
        run_step(ui);
    else
        view_evidence_show_step(ui, row->item, row->parent);
    view_evidence_reveal(ui);
}

const char *view_steps_escape_word(const struct ui *ui)
{
    bool text = ui->screen == SCREEN_PANES && ui->focus == PANE_EVIDENCE;
    if (text && view_evidence_can_undo(ui))
        return "undo";
    return ui->screen != SCREEN_VIEW && view_live_is_busy(ui) ? "stop" : NULL;
}

void view_steps_stop(void *context)
{
    struct ui *ui = context;
    if (view_live_is_busy(ui))
        view_live_stop(ui);
    else if (view_guided_forget(ui))
        ui_say(ui, ROLE_MUTED, "Enter is taken back: the step waits for you");
    else
        ui_say(ui, ROLE_MUTED, "Nothing runs");
}

static void on_answer(struct ui *ui, struct span text)
{
    struct error err = {0};
    if (text.len > 0)
        report_change(ui, session_answer_step(ui->session, ui->asked_of, str_text(&ui->prompt.text), &err),
                      &err, "answered");
}

void view_steps_answer(void *context)
{
    struct ui *ui = context;
    if (session_asks_person(ui->session, checklist_current(&ui->checklist)->item->id))
        ask_of_step(ui, current_step(ui), "Your answer (y, n, or what you saw): ", NULL, on_answer);
    else
        ui_say(ui, ROLE_MUTED, "This step is answered by evidence: n writes a note to it");
}
