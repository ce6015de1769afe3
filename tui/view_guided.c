// Guided mode: what its keys do. The order, the gates and what may run at all are the session's; here is only
// which step is being looked at.
#include "tui/view_guided.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

void guided_view_done(struct guided_view *view)
{
    free(view->shown);
    free(view->wanted);
    free(view->handed);
    *view = (struct guided_view){0};
}

static void show(struct ui *ui, const char *step)
{
    char *copy = step ? mem_strdup(step) : NULL;
    free(ui->guided.shown);
    ui->guided.shown = copy;
}

static void go_to_next(struct ui *ui)
{
    const char *next = session_next_step(ui->session);
    if (next)
        checklist_go(&ui->checklist, next);
}

static bool has_ended(const struct ui *ui, const struct sop_item *item)
{
    const struct incident_step *step = incident_step(session_incident(ui->session), item->id);
    return step && step->status != STEP_TODO && step->status != STEP_RUNNING && item->n_nested == 0 &&
           item->gate != SOP_GATE_ONLY;
}

// Only where its card is still what is looked at, with nothing typed about it.
static void run_wanted(struct ui *ui)
{
    const char *next = session_next_step(ui->session);
    bool same = ui->guided.wanted && next && strcmp(next, ui->guided.wanted) == 0;
    bool run = same && ui->screen == SCREEN_GUIDED && !ui->prompt.open && session_analysis(ui->session);
    view_guided_forget(ui);
    if (run)
        view_guided_run(ui);
}

void view_guided_begin(struct ui *ui)
{
    for (size_t i = 0; i < ui->checklist.n; i++) {
        const struct sop_item *item = ui->checklist.rows[i].item;
        if (item && has_ended(ui, item))
            show(ui, item->id);
    }
    go_to_next(ui);
    run_wanted(ui);
}

// ---- running

// The step that ended is shown, and the next one is offered.
static void after_step(struct ui *ui, const char *id)
{
    show(ui, id);
    ui->guided.looking_back = false;
    ui_case_changed(ui);
    go_to_next(ui);
}

void view_guided_ended(struct ui *ui, const char *step)
{
    char *id = mem_strdup(step); // it may be the one that is shown
    after_step(ui, id);
    free(id);
}

static void on_answer(struct ui *ui, struct span text)
{
    struct error err = {0};
    const char *next = session_next_step(ui->session);
    if (!next || text.len == 0)
        return;
    char *id = mem_strdup(next);
    if (session_answer_step(ui->session, id, str_text(&ui->prompt.text), &err))
        after_step(ui, id);
    else
        ui_say(ui, ROLE_WARN, "%s", err.text);
    free(id);
}

void view_guided_answer(struct ui *ui)
{
    ui_ask(ui, "Your answer (y, n, or what you saw): ", NULL, on_answer);
}

bool view_guided_forget(struct ui *ui)
{
    bool wanted = ui->guided.wanted;
    free(ui->guided.wanted);
    ui->guided.wanted = NULL;
    return wanted;
}

// Enter before the evidence was read is kept: the card says so, and the step runs as soon as it can.
static void want(struct ui *ui, const char *next)
{
    view_guided_forget(ui);
    if (ui->analysing)
        ui->guided.wanted = mem_strdup(next);
    else
        ui_say(ui, ROLE_MUTED, "No evidence was read yet: R reads it");
}

void view_guided_run(struct ui *ui)
{
    struct error err = {0};
    const char *next = session_next_step(ui->session);
    if (ui->guided.handed) { // it was read: back to the cards
        free(ui->guided.handed);
        ui->guided.handed = NULL;
        return;
    }
    if (next && !session_analysis(ui->session) && !view_live_is_on(ui)) {
        want(ui, next);
        return;
    }
    if (!next) {
        ui_say(ui, ROLE_ACCENT, "No step is left to run: " SPAN_FMT " hands the case over",
               SPAN_ARG(ui_key_of(ui, "hand-over")));
        return;
    }
    if (session_asks_person(ui->session, next)) {
        view_guided_answer(ui);
        return;
    }
    char *id = mem_strdup(next);
    if (view_live_is_on(ui))
        view_live_run(ui, id);
    else if (session_run_step(ui->session, id, &err))
        after_step(ui, id);
    else
        ui_say(ui, ROLE_WARN, "%s", err.text);
    free(id);
}

// ---- looking back

static size_t row_of(const struct ui *ui, const char *id)
{
    for (size_t i = 0; id && i < ui->checklist.n; i++) {
        if (ui->checklist.rows[i].item && strcmp(ui->checklist.rows[i].item->id, id) == 0)
            return i;
    }
    return SIZE_MAX;
}

// The nearest step above (-1) or below (1) a row that has ended; SIZE_MAX: there is none.
static size_t neighbour(const struct ui *ui, size_t at, int direction)
{
    do {
        at += (size_t)direction; // above the first it is SIZE_MAX
    } while (at < ui->checklist.n &&
             !(ui->checklist.rows[at].item && has_ended(ui, ui->checklist.rows[at].item)));
    return at < ui->checklist.n ? at : SIZE_MAX;
}

void view_guided_look(struct ui *ui, long by)
{
    int direction = by < 0 ? -1 : 1;
    size_t at = row_of(ui, ui->guided.shown);
    if (at == SIZE_MAX) {
        ui_say(ui, ROLE_MUTED, "No step has run yet");
        return;
    }
    for (; by != 0; by -= direction) {
        size_t next = neighbour(ui, at, direction);
        if (next == SIZE_MAX)
            break;
        at = next;
    }
    show(ui, ui->checklist.rows[at].item->id);
    ui->guided.looking_back = neighbour(ui, at, 1) != SIZE_MAX;
}

void view_guided_return(struct ui *ui)
{
    ui->screen = SCREEN_GUIDED;
    go_to_next(ui);
}

void view_guided_evidence(struct ui *ui)
{
    size_t at = row_of(ui, ui->guided.shown);
    if (at == SIZE_MAX) {
        ui_say(ui, ROLE_MUTED, "No step has run yet, so there is nothing to show");
        return;
    }
    ui->screen = SCREEN_PANES;
    ui->focus = PANE_EVIDENCE;
    checklist_go(&ui->checklist, ui->guided.shown); // the card above the lines is that step's
    view_evidence_show_step(ui, ui->checklist.rows[at].item, ui->checklist.rows[at].parent);
}
