// Packing a case of the list: what is taken out of the archive, and where it goes, before anything is
// written.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/export_to.h"
#include "tui/view_cases.h"
#include "tui/view_ui.h"

enum row_kind { ROW_DO, ROW_LEVEL };

struct state {
    char *id; // of the case
    enum redact_level level;
};

static void fill(struct ui *ui, struct view *view)
{
    const struct state *state = view->state;
    (void)ui;
    view->note = arena_printf(&view->arena, "case %s into one archive, for others", state->id);
    view_add(view, ROLE_KEY, "Enter", "pack it: report, evidence, events, their sums")->index = ROW_DO;
    view_add(view, ROLE_HEADING, "taken out",
             arena_printf(&view->arena, "%s: %s", redact_level_names[state->level],
                          export_level_words(state->level)))
        ->index = ROW_LEVEL;
    view_cell(view, 2, ROLE_MUTED, "Left, Right");
}

static void shift(struct ui *ui, struct view *view, int by)
{
    struct state *state = view->state;
    (void)ui;
    state->level = export_level_turn(state->level, by);
    view->fresh = false;
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct state *state = view->state;
    (void)ui;
    prose_label(p, "taken out", ROLE_TEXT, "%s", export_level_words(state->level));
    prose_add(
        p, state->level == REDACT_NONE ? ROLE_WARN : ROLE_TEXT, "%s",
        state->level == REDACT_NONE
            ? "Everything that was read is in it, passwords and tokens too. For hands that may see them."
        : state->level == REDACT_DEFAULT
            ? "Names and addresses stay, so that somebody else can go on with it."
            : "Names become name-1 …, addresses others of the same subnets, alike everywhere in it. For "
              "hands outside.");
}

static void on_path(struct ui *ui, struct span text)
{
    const struct state *state = ui->view && ui->view->ops->fill == fill ? ui->view->state : NULL;
    if (text.len == 0 || !state)
        return;
    view_cases_pack(ui, state->id, state->level, str_text(&ui->prompt.text));
    view_back(ui);
}

static void enter(struct ui *ui, struct view *view)
{
    char *path = mem_printf("%s.tar.gz", ((const struct state *)view->state)->id);
    ui_ask(ui, "Pack the case into: ", path, on_path);
    free(path);
}

static void done(struct view *view)
{
    free(((struct state *)view->state)->id);
}

static const struct view_ops ops = {
    .title = "Pack",
    .state_size = sizeof(struct state),
    .fill = fill,
    .detail = detail,
    .enter = enter,
    .enter_label = "pack",
    .shift = shift,
    .done = done,
};

void view_pack_push(struct ui *ui, const char *id)
{
    struct state *state = view_push(ui, &ops)->state;
    state->id = mem_strdup(id);
    state->level = REDACT_DEFAULT;
}
