// How keys and pasted text reach the screen's state: to a prompt when one is open, to the intake's form, else
// through the table of commands.
#include "tui/view_ui.h"

static unsigned scope_of(const struct ui *ui, enum screen screen, const struct view *view)
{
    static const unsigned panes[] = {SCOPE_CHECKLIST, SCOPE_EVIDENCE, SCOPE_REPORT};
    if (screen == SCREEN_VIEW && view)
        return SCOPE_VIEWS | view->ops->scope;
    if (screen == SCREEN_GUIDED)
        return SCOPE_CARD;
    if (screen == SCREEN_INTAKE)
        return ui->intake.left ? SCOPE_FORM : SCOPE_FIELD;
    return panes[ui->focus];
}

unsigned ui_scope(const struct ui *ui)
{
    return scope_of(ui, ui->screen, ui->view);
}

unsigned ui_scope_below(const struct ui *ui)
{
    return scope_of(ui, (enum screen)ui->view->from, ui->view->below);
}

static const char *lacks_case(const struct ui *ui)
{
    return ui->config->intake ? "There is no case yet: Enter in the form begins one"
                              : "There is no case yet, only this file: z shows it in the workbench";
}

static const char *lacks(const struct ui *ui, const struct command *command, unsigned scope)
{
    unsigned needs = command->needs;
    bool here = command->scope & (scope & SCOPE_INTAKE ? SCOPE_INTAKE : scope);
    if (needs & NEED_VIEW && !here)
        return "That is done in a view, and none is open that it is for";
    if (needs & NEED_FORM && !here)
        return "That is done in the form of a new incident, and it is not shown";
    if (needs & NEED_ENTRY && ui->screen == SCREEN_VIEW && here && !view_has_entry(ui->view))
        return "There is no entry here to do that with";
    if (!ui->session && (needs & (NEED_SESSION | NEED_ANALYSIS) || (ui->config->intake && !here)))
        return lacks_case(ui);
    if (needs & NEED_LIVE && !view_live_is_on(ui))
        return "This case was collected elsewhere: that is done on a live one";
    if (needs & NEED_IDLE && view_live_is_busy(ui) && !ui->guided.handed)
        return "A step runs still: the card goes on when it ends; Esc stops it";
    bool analysed = ui->session && session_analysis(ui->session);
    if (needs & NEED_ANALYSIS && !analysed)
        return ui->analysing ? "The evidence is still being read" : "No evidence was read yet: R reads it";
    if (needs & NEED_STEP && !checklist_current(&ui->checklist))
        return "No step is selected";
    if (needs & NEED_TEXT && !ui->evidence.text)
        return "No evidence is shown";
    return NULL;
}

const char *ui_lacks(const struct ui *ui, const struct command *command)
{
    return lacks(ui, command, ui_scope(ui));
}

const char *ui_lacks_below(const struct ui *ui, const struct command *command)
{
    return lacks(ui, command, ui_scope_below(ui));
}

void ui_run(struct ui *ui, const struct command *command)
{
    const char *lack = ui_lacks(ui, command);
    ui->dirty = true;
    if (!lack && ui->screen == SCREEN_VIEW && !(command->scope & ui_scope(ui)))
        ui->screen =
            command->scope & SCOPE_CARD ? ui_home(ui) : SCREEN_PANES; // by its name: it belongs there
    if (lack)
        ui_say(ui, ROLE_WARN, "%s", lack);
    else
        command->run(ui);
}

static void after_typing(struct ui *ui, enum prompt_result result)
{
    ui_answer_fn *answer = ui->on_answer;
    struct span text = str_span(&ui->prompt.text);
    switch (result) {
    case PROMPT_CHANGED:
        if (ui->on_typing)
            ui->on_typing(ui, text, false);
        break;
    case PROMPT_CANCELLED:
        prompt_close(&ui->prompt);
        if (ui->on_typing)
            ui->on_typing(ui, text, true);
        break;
    case PROMPT_ACCEPTED:
        prompt_close(&ui->prompt);
        answer(ui, text);
        break;
    default:
        break;
    }
}

void ui_key(struct ui *ui, struct key key)
{
    ui->dirty = true;
    if (ui->prompt.open) {
        enum prompt_result result = prompt_key(&ui->prompt, key);
        if (result == PROMPT_IGNORED && ui->screen == SCREEN_VIEW && (key.code == K_UP || key.code == K_DOWN))
            view_move(ui, key.code == K_UP ? -1 : 1); // chooses among what was typed for
        after_typing(ui, result);
        return;
    }
    str_clear(&ui->message);
    ui->pressed = key;
    const struct command *command = keymap_find(&ui->keymap, key, ui_scope(ui));
    if (ui_scope(ui) == SCOPE_FIELD && (!command || key_is_text(key)))
        view_intake_key(ui, key);
    else if (command)
        ui_run(ui, command);
    else if (ui_scope(ui) == SCOPE_FORM)
        ui_say(ui, ROLE_MUTED, "Letters are commands here; " SPAN_FMT " types into the field",
               SPAN_ARG(ui_key_of(ui, "type")));
    view_evidence_moved(ui);
}

void ui_paste(struct ui *ui, struct span text)
{
    ui->dirty = true;
    if (ui->prompt.open)
        after_typing(ui, prompt_paste(&ui->prompt, text));
    else if (ui->screen == SCREEN_INTAKE)
        view_intake_paste(ui, text);
    else
        ui_say(ui, ROLE_MUTED, "Pasted text is taken by prompts only: / searches, n notes");
}
