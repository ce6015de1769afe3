// A name that was typed is one word behind its flag, so that it cannot become one.
#include "tui/view_complete.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

enum { SECONDS = 15, MOST = 8 << 20 };

static const char *typed(const struct ui *ui, enum intake_field field)
{
    return str_text((struct str *)&ui->intake.fields[field].text);
}

bool view_complete_can(const struct ui *ui)
{
    enum intake_field at = ui->intake.at;
    bool asks = at == FIELD_CONTEXT || at == FIELD_NAMESPACE || at == FIELD_POD;
    return asks && ui->loop;
}

// ---- the answer

// "pod/checkout-x": what stands behind the kind.
static struct span bare_name(struct span line)
{
    size_t slash = span_find_char(line, '/');
    return slash == SIZE_MAX ? line : span_from(line, slash + 1);
}

static void take_names(struct ui *ui)
{
    struct cluster_asked *asked = &ui->asked;
    struct prompt *field = &ui->intake.fields[asked->field];
    struct span rest = str_span(&asked->question.printed), line, start = str_span(&field->text);
    struct completion c = {0};
    while (span_cut_line(&rest, &line)) {
        struct span name = asked->field == FIELD_CONTEXT ? line : bare_name(line);
        if (name.len >= start.len && memcmp(name.at, start.at ? start.at : "", start.len) == 0)
            intake_take_candidate(&c, name);
    }
    str_clear(&ui->intake.hint);
    if (c.n > 0)
        prompt_set(field, str_span(&c.common));
    else
        str_add(&ui->intake.hint, "the cluster has none that begins so");
    if (c.n > 1)
        str_add_span(&ui->intake.hint, str_span(&c.names));
    str_done(&c.common);
    str_done(&c.names);
}

static void say_failure(struct ui *ui, const struct process_result *result)
{
    struct span words = str_span(&ui->asked.question.said), line = {0};
    span_cut_line(&words, &line);
    str_clear(&ui->intake.hint);
    str_printf(&ui->intake.hint, "kubectl does not tell%s" SPAN_FMT,
               line.len                           ? ": "
               : result->end == PROCESS_TIMED_OUT ? ": it took too long"
                                                  : "",
               SPAN_ARG(span_first(line, 200)));
}

static void on_answer(struct ui *ui, const struct process_result *result)
{
    bool shown = ui->screen == SCREEN_INTAKE && (int)ui->intake.at == ui->asked.field;
    if (shown && result->end == PROCESS_EXITED && result->code == 0)
        take_names(ui);
    else if (shown)
        say_failure(ui, result);
    arena_done(&ui->asked.arena);
}

// ---- the question

static const char *const *words_for(struct ui *ui, enum intake_field field)
{
    struct arena *arena = &ui->asked.arena;
    const char **words = arena_alloc(arena, 10 * sizeof *words);
    size_t n = 0;
    words[n++] = "kubectl";
    if (field != FIELD_CONTEXT && ui->intake.fields[FIELD_CONTEXT].text.len > 0)
        words[n++] = arena_printf(arena, "--context=%s", typed(ui, FIELD_CONTEXT));
    if (field == FIELD_CONTEXT) {
        words[n++] = "config";
        words[n++] = "get-contexts";
    } else {
        words[n++] = "--request-timeout=10s";
        words[n++] = "get";
        words[n++] = field == FIELD_POD ? "pods" : "namespaces";
    }
    if (field == FIELD_POD && ui->intake.fields[FIELD_NAMESPACE].text.len > 0)
        words[n++] = arena_printf(arena, "--namespace=%s", typed(ui, FIELD_NAMESPACE));
    words[n++] = "-o";
    words[n++] = "name";
    return words;
}

void view_complete(struct ui *ui)
{
    struct cluster_asked *asked = &ui->asked;
    if (asked->question.process)
        return;
    asked->field = (int)ui->intake.at;
    bool can = question_ask(&asked->question, ui, words_for(ui, ui->intake.at), SECONDS, MOST, on_answer);
    str_clear(&ui->intake.hint);
    str_add(&ui->intake.hint, can ? "asking the cluster …" : "there is no kubectl to ask the cluster with");
    if (!can)
        arena_done(&asked->arena);
}

void view_complete_done(struct ui *ui)
{
    question_done(&ui->asked.question);
    arena_done(&ui->asked.arena);
}
