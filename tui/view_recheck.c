// What a recheck found: each quote of the report as it was and as it is now.
#include "core/base/mem.h"
#include "tui/view_live.h"
#include "tui/view_ui.h"

static const struct {
    const char *words;
    enum role role;
} verdicts[] = {
    [RECHECK_GONE] = {"gone", ROLE_OK},
    [RECHECK_STILL_THERE] = {"still there", ROLE_FINDING},
    [RECHECK_CANNOT_TELL] = {"cannot tell", ROLE_UNKNOWN},
};

struct state {
    struct recheck *recheck;
    struct error err;
};

static void add_line(struct view *view, const struct recheck_line *line, enum role changed)
{
    view_add_heading(view, ROLE_ACCENT, line->source);
    view_add(view, ROLE_MUTED, "before", line->before);
    if (line->why)
        view_add(view, ROLE_UNKNOWN, "not known", line->why);
    else
        view_add(view, line->after ? changed : ROLE_OK, "now",
                 line->after ? line->after : "not there any more");
}

static void fill(struct ui *ui, struct view *view)
{
    (void)ui;
    struct state *state = view->state;
    const struct recheck_result *result = recheck_result(state->recheck, &state->err);
    if (!result) {
        view_add(view, ROLE_ERROR, "failed", state->err.text);
        view->note = "it could not be judged";
        return;
    }
    enum role role = verdicts[result->verdict].role;
    view->note = arena_printf(&view->arena, "%s; %s", verdicts[result->verdict].words, result->why);
    view_add(view, role, verdicts[result->verdict].words, result->why);
    for (size_t i = 0; i < result->n; i++)
        add_line(view, &result->lines[i], role);
    view_add(view, ROLE_MUTED, "kept in", result->tree);
}

static void done(struct view *view)
{
    recheck_free(((struct state *)view->state)->recheck);
}

static const struct view_ops ops = {
    .title = "Recheck",
    .state_size = sizeof(struct state),
    .fill = fill,
    .done = done,
};

void view_recheck_open(struct ui *ui)
{
    struct view *view = view_push(ui, &ops);
    ((struct state *)view->state)->recheck = ui->live.recheck;
    ui->live.recheck = NULL;
}
