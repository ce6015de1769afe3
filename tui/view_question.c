#include "tui/view_question.h"

#include "core/probe/programs.h"
#include "core/session/policy.h"
#include "tui/view_ui.h"

enum { MOST_SAID = 4096 };

static void on_output(void *context, struct span bytes)
{
    str_add_span(&((struct question *)context)->printed, bytes);
}

static void on_errors(void *context, struct span bytes)
{
    struct str *said = &((struct question *)context)->said;
    if (said->len < MOST_SAID)
        str_add_span(said, bytes);
}

static void on_ended(void *context, const struct process_result *result)
{
    struct question *q = context;
    q->process = NULL;
    q->ui->dirty = true;
    q->answered(q->ui, result);
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

bool question_ask(struct question *q, struct ui *ui, const char *const *argv, unsigned seconds,
                  uint64_t bytes, question_fn *answered)
{
    struct programs programs;
    find_programs(ui, &programs);
    const char *program = programs_find(&programs, argv[0]);
    q->ui = ui;
    q->answered = answered;
    str_clear(&q->printed);
    str_clear(&q->said);
    if (program)
        q->process = process_start(ui->loop, &(struct process_config){.program = program,
                                                                      .argv = argv,
                                                                      .env = programs.env,
                                                                      .seconds = seconds,
                                                                      .bytes = bytes,
                                                                      .output = on_output,
                                                                      .errors = on_errors,
                                                                      .ended = on_ended,
                                                                      .context = q});
    programs_done(&programs);
    return program != NULL;
}

void question_done(struct question *q)
{
    if (q->process)
        process_end(q->process);
    str_done(&q->printed);
    str_done(&q->said);
    *q = (struct question){0};
}
