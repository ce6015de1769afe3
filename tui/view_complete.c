// Asks kubectl for names, with the same care as a probe: an argv array, the allow-listed environment, a time
// limit. A name that was typed is one word behind its flag, so that it cannot become one.
#include "tui/view_complete.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/process.h"
#include "core/probe/programs.h"
#include "core/session/policy.h"
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
    struct span rest = str_span(&asked->printed), line, start = str_span(&field->text);
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
    struct span words = str_span(&ui->asked.said), line = {0};
    span_cut_line(&words, &line);
    str_clear(&ui->intake.hint);
    str_printf(&ui->intake.hint, "kubectl does not tell%s" SPAN_FMT,
               line.len                           ? ": "
               : result->end == PROCESS_TIMED_OUT ? ": it took too long"
                                                  : "",
               SPAN_ARG(span_first(line, 200)));
}

static void on_output(void *context, struct span bytes)
{
    str_add_span(&((struct ui *)context)->asked.printed, bytes);
}

static void on_errors(void *context, struct span bytes)
{
    struct str *said = &((struct ui *)context)->asked.said;
    if (said->len < 4096)
        str_add_span(said, bytes);
}

static void forget(struct cluster_asked *asked)
{
    str_done(&asked->printed);
    str_done(&asked->said);
    arena_done(&asked->arena);
    *asked = (struct cluster_asked){0};
}

static void on_ended(void *context, const struct process_result *result)
{
    struct ui *ui = context;
    bool shown = ui->screen == SCREEN_INTAKE && (int)ui->intake.at == ui->asked.field;
    if (shown && result->end == PROCESS_EXITED && result->code == 0)
        take_names(ui);
    else if (shown)
        say_failure(ui, result);
    ui->dirty = true;
    forget(&ui->asked);
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

// In guided mode programs are looked up where the administrator says.
static void find_programs(const struct ui *ui, struct programs *ret)
{
    struct policy policy;
    struct arena arena = {0};
    policy_load(&policy, ui->config->session.policy ? ui->config->session.policy : policy_file);
    programs_init(ret, ui_is_guided(ui) ? policy_program_path(&policy, &arena) : NULL);
    arena_done(&arena);
    policy_done(&policy);
}

void view_complete(struct ui *ui)
{
    struct programs programs;
    if (ui->asked.process)
        return;
    find_programs(ui, &programs);
    const char *kubectl = programs_find(&programs, "kubectl");
    str_clear(&ui->intake.hint);
    str_add(&ui->intake.hint,
            kubectl ? "asking the cluster …" : "there is no kubectl to ask the cluster with");
    ui->asked.field = (int)ui->intake.at;
    if (kubectl)
        ui->asked.process = process_start(ui->loop, &(struct process_config){
                                                        .program = kubectl,
                                                        .argv = words_for(ui, ui->intake.at),
                                                        .env = programs.env,
                                                        .seconds = SECONDS,
                                                        .bytes = MOST,
                                                        .output = on_output,
                                                        .errors = on_errors,
                                                        .ended = on_ended,
                                                        .context = ui,
                                                    });
    programs_done(&programs);
}

void view_complete_done(struct ui *ui)
{
    if (ui->asked.process)
        process_end(ui->asked.process);
    forget(&ui->asked);
}
