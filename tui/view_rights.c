// The rights: the questions of the plan's own probe (`kubectl auth can-i`), asked by its script, one call
// after the other; its answers go to the screen and nowhere else. The run asks again, for the evidence.
#include "tui/view_rights.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/json.h"
#include "tui/view_ui.h"

enum { SECONDS = 30, MOST = 1 << 20 };

static void forget_questions(struct rights *r)
{
    plan_done(&r->plan);
    arena_done(&r->arena);
    r->plan = (struct plan){0};
    r->asks = NULL;
}

// ---- the answers

static void take_answers(struct rights *r, struct span text)
{
    struct arena arena = {0};
    struct str denied = {0};
    const struct json_value *list = json_get(json_parse(&arena, text, NULL), "answers");
    for (size_t i = 0; list && i < list->n; i++) {
        const struct json_value *a = &list->items[i];
        struct span part = json_text(json_get(a, "subresource"));
        if (!json_is_true(json_get(a, "allowed")))
            str_printf(&denied, "%s" SPAN_FMT " " SPAN_FMT "%s" SPAN_FMT, denied.len ? ", " : "",
                       SPAN_ARG(json_text(json_get(a, "verb"))), SPAN_ARG(json_text(json_get(a, "resource"))),
                       part.len ? "/" : "", SPAN_ARG(part));
    }
    r->told = true;
    r->denied = str_take(&denied);
    arena_done(&arena);
}

// ---- the questions

static void ask(struct ui *ui, const char *const *argv);

static void give_up(struct rights *r, const char *why)
{
    struct span words = span_trim(str_span(&r->question.said)), line = {0};
    while (words.len > 0 &&
           span_cut_line(&words, &line)) // kubectl logs what it tried, and says last what it is
        continue;
    line = span_first(line, 200);
    r->trouble = line.len ? mem_strndup(line.at, line.len) : mem_strdup(why);
}

static void take_turn(struct ui *ui, int exit)
{
    struct rights *r = &ui->rights;
    struct script_turn turn = {.round = ++r->rounds,
                               .printed = str_span(&r->question.printed),
                               .errors = str_span(&r->question.said),
                               .exit = exit,
                               .arena = &r->arena,
                               .state = r->script_state};
    enum script_step step = r->asks->script(r->asks, &turn);
    r->script_state = turn.state;
    if (step == SCRIPT_CALL) {
        ask(ui, turn.ret_argv);
        return;
    }
    if (step == SCRIPT_DONE)
        take_answers(r, turn.ret_evidence);
    else
        give_up(r, turn.ret_why);
    forget_questions(r);
}

static void on_answer(struct ui *ui, const struct process_result *result)
{
    if (result->end == PROCESS_EXITED) {
        take_turn(ui, result->code);
        return;
    }
    if (result->end != PROCESS_CANCELLED)
        give_up(&ui->rights, "kubectl does not answer");
    forget_questions(&ui->rights);
}

static void ask(struct ui *ui, const char *const *argv)
{
    if (!question_ask(&ui->rights.question, ui, argv, SECONDS, MOST, on_answer))
        give_up(&ui->rights, "there is no kubectl to ask with");
}

void view_rights_ask(struct ui *ui)
{
    struct rights *r = &ui->rights;
    if (r->question.process || r->told || !ui->loop || !ui->live.live || live_is_busy(ui->live.live))
        return;
    view_rights_done(ui);
    live_plan(ui->live.live, NULL, &r->plan);
    for (size_t i = 0; i < r->plan.n && !r->asks; i++) {
        const struct planned *p = &r->plan.items[i];
        if (strcmp(p->row->name, "access") == 0 && p->state == PLANNED_RUN)
            r->asks = p;
    }
    if (r->asks)
        ask(ui, r->asks->argv);
    else
        forget_questions(r);
}

void view_rights_cancel(struct ui *ui)
{
    if (ui->rights.question.process)
        process_cancel(ui->rights.question.process);
}

void view_rights_done(struct ui *ui)
{
    struct rights *r = &ui->rights;
    question_done(&r->question);
    forget_questions(r);
    free(r->denied);
    free(r->trouble);
    *r = (struct rights){0};
}

enum role view_rights_words(const struct ui *ui, struct str *ret)
{
    const struct rights *r = &ui->rights;
    if (r->question.process) {
        str_printf(ret, "asking what you may read (%u answers)", r->rounds);
        return ROLE_RUNNING;
    }
    if (r->trouble) {
        str_printf(ret, "it does not say what you may read: %s", r->trouble);
        return ROLE_UNKNOWN;
    }
    if (r->told && *r->denied) {
        str_printf(ret, "denied to you: %s; what they would tell stays unknown", r->denied);
        return ROLE_WARN;
    }
    str_add(ret, r->told ? "you may read all that is asked for" : "");
    return ROLE_TEXT;
}
