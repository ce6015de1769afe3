// The procedure's own text, step by step, beside what each step showed; then what it says beyond its steps.
#include "core/base/mem.h"
#include "tui/view_ui.h"
#include "tui/views.h"

struct entry {
    const struct sop_item *item; // NULL: `text` is all there is
    const char *text;
};

struct state {
    struct entry *entries; // as all its texts, in the view's arena
    size_t n, cap;
    bool begun;
};

static struct view_row *add_entry(struct view *view, struct entry entry, struct view_row *row)
{
    struct state *state = view->state;
    row->index = state->n;
    *ARENA_PUSH(&view->arena, state->entries, state->n, state->cap) = entry;
    return row;
}

static void add_items(struct ui *ui, struct view *view, const struct sop_item *items, size_t n, int depth)
{
    enum { DEEPEST = 2 }; // the procedure's grammar nests no deeper
    for (size_t i = 0; i < n; i++) {
        struct str title = {0};
        struct step_look look = view_step_look(ui, &items[i]);
        enum step_status status = look.status;
        sop_item_title(&items[i], &title);
        struct view_row *row = view_add(view, status_role(status), items[i].id, str_text(&title));
        row->signed_ = true;
        row->glyph = status_glyph(status);
        row->depth = depth;
        add_entry(view, (struct entry){.item = &items[i]}, row);
        const char *level = sop_level_name(items[i].level);
        view_cell(view, 2, ROLE_MUTED, "%s%s%s%s%s", level ? level : "", level ? ", " : "",
                  status == STEP_TODO ? "to do" : step_status_phrase(status), look.gate ? " by " : "",
                  look.gate ? look.gate : "");
        str_done(&title);
        if (depth < DEEPEST)
            add_items(ui, view, items[i].nested, items[i].n_nested, depth + 1);
    }
}

static void add_words(struct view *view, const char *mark, const char *head, const char *text)
{
    if (text && *text)
        add_entry(view, (struct entry){.text = text}, view_add(view, ROLE_ACCENT, mark, head));
}

static void add_rest(struct view *view, const struct sop *sop)
{
    view_add_heading(view, ROLE_TEXT, "What it says beyond its steps");
    add_words(view, "objective", sop->objective, sop->objective);
    add_words(view, "context", sop->context, sop->context);
    for (size_t i = 0; i < sop->n_escalation; i++)
        add_words(view, "escalate", sop->escalation[i], sop->escalation[i]);
    for (size_t i = 0; i < sop->n_ratings; i++)
        add_words(view, sop->ratings[i].color ? sop->ratings[i].color : "rating", sop->ratings[i].text,
                  sop->ratings[i].text);
    for (size_t i = 0; i < sop->n_issues; i++) {
        const struct sop_issue *issue = &sop->issues[i];
        add_words(view, "issue", issue->symptoms,
                  arena_printf(&view->arena, "%s\n\n%s\n\n%s", issue->symptoms, issue->diagnosis,
                               issue->resolution));
    }
    add_words(view, "output", "the report's form", sop->output);
}

// Opens on the step that is current in the checklist.
static void go_to_step(const struct ui *ui, struct view *view)
{
    const struct state *state = view->state;
    const struct check_row *row = checklist_current(&ui->checklist);
    for (size_t i = 0; row && i < view->n; i++) {
        if (!view->rows[i].heading && state->entries[view->rows[i].index].item == row->item)
            view->list.at = i;
    }
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    const struct sop *sop = session_sop(ui->session);
    state->entries = NULL;
    state->n = state->cap = 0;
    if (!sop) {
        view_add_heading(view, ROLE_MUTED, "This case has no procedure");
        return;
    }
    view->note = arena_printf(&view->arena, "%s (%s)", sop->title, sop->path ? sop->path : "");
    for (size_t i = 0; i < sop->n_phases; i++) {
        view_add_heading(view, ROLE_TEXT, sop->phases[i].name);
        add_items(ui, view, sop->phases[i].items, sop->phases[i].n_items, 0);
    }
    add_rest(view, sop);
    if (!state->begun)
        go_to_step(ui, view);
    state->begun = true;
}

static void tell_calls(const struct sop_item *item, struct prose *p)
{
    for (size_t i = 0; i < item->n_calls; i++) {
        struct str call = {0};
        str_printf(&call, "%s(", item->calls[i].tool);
        for (size_t k = 0; k < item->calls[i].n_args; k++) {
            const struct sop_arg *arg = &item->calls[i].args[k];
            str_printf(&call, "%s%s%s%s", k ? ", " : "", arg->name, arg->value ? "=" : "",
                       arg->value ? arg->value : "");
        }
        prose_label(p, i == 0 ? "calls" : "", ROLE_ACCENT, "%s)", str_text(&call));
        str_done(&call);
    }
}

static void tell_item(const struct ui *ui, const struct sop_item *item, struct prose *p)
{
    const struct incident_step *step = incident_step(session_incident(ui->session), item->id);
    const char *level = sop_level_name(item->level), *gate = sop_gate_name(item->gate);
    prose_add(p, ROLE_HEADING, "%s%s%s%s%s, line %u", item->id, level ? " " : "", level ? level : "",
              gate ? ", gate: " : "", gate ? gate : "", item->line);
    prose_add(p, ROLE_TEXT, "%s", item->text);
    prose_gap(p);
    tell_calls(item, p);
    if (step && step->status != STEP_TODO)
        prose_label(p, "showed", status_role(step->status), "%s%s%s", step_status_phrase(step->status),
                    step->said ? ": " : "", step->said ? step->said : "");
    if (step && step->note)
        prose_label(p, "note", ROLE_ACCENT, "%s", step->note);
}

static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct state *state = view->state;
    const struct entry *entry = &state->entries[view_current(ui, view)->index];
    if (entry->item)
        tell_item(ui, entry->item, p);
    else
        prose_add(p, ROLE_TEXT, "%s", entry->text);
}

static void enter(struct ui *ui, struct view *view)
{
    const struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    const struct sop_item *item = row ? state->entries[row->index].item : NULL;
    if (!item) {
        ui_say(ui, ROLE_MUTED, "This is no step: J and K move its text");
        return;
    }
    checklist_go(&ui->checklist, item->id);
    const struct check_row *current = checklist_current(&ui->checklist);
    ui->screen = SCREEN_PANES;
    ui->focus = PANE_CHECKLIST;
    view_evidence_show_step(ui, item, current ? current->parent : NULL);
}

static const struct view_ops ops = {
    .title = "Procedure",
    .state_size = sizeof(struct state),
    .fill = fill,
    .detail = detail,
    .enter = enter,
};

void view_sop_open(void *ui)
{
    view_open(ui, &ops);
}
