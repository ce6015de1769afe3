// The rows around the panes: title, tabs, key line, and the whole of a screen that is too small for panes.
#include "tui/view_commands.h"
#include "tui/view_ui.h"

static const char *or_none(const char *text)
{
    return text && *text ? text : NULL;
}

static const char *guided_badge(const struct ui *ui)
{
    return ui->canvas.cols >= 40 ? " GUIDED read-only " : "GUIDED";
}

static struct span short_node(const char *node)
{
    struct span name = span_of(node);
    size_t dot = span_find_char(name, '.');
    return dot == SIZE_MAX ? name : span_first(name, dot);
}

// The mode's badge, at the right, where nothing pushes it off. That of guided mode is drawn last of all, so
// here it only gets its room.
static void draw_badge(struct ui *ui, struct pen *pen)
{
    const char *text = ui_is_guided(ui) ? guided_badge(ui) : " STANDARD ";
    int width = text_columns(span_of(text));
    struct pen badge = *pen;
    badge.col = pen->area.cols > width ? pen->area.cols - width : 0;
    pen->area.cols = badge.col > 0 ? badge.col - 1 : 0;
    if (!ui_is_guided(ui))
        pen_text(&badge, ROLE_BADGE, text);
}

// On the first row where that is a title, else on the last: whatever else is shown, and however small.
void view_badge_draw(struct ui *ui)
{
    if (!ui_is_guided(ui) || ui->canvas.rows == 0)
        return;
    bool titled = !rect_is_empty(ui->layout.title);
    const char *text = guided_badge(ui);
    int row = titled ? 0 : ui->canvas.rows - 1, width = text_columns(span_of(text));
    int col = ui->canvas.cols > width ? ui->canvas.cols - width : 0;
    struct pen pen = pen_at(&ui->canvas, canvas_all(&ui->canvas), row, col);
    pen_text(&pen, ROLE_GUIDED, text);
}

static void draw_target(struct pen *pen, const struct target *target)
{
    if (or_none(target->pod))
        pen_printf(pen, ROLE_TITLE, "  %s%s%s", target->namespace_ ? target->namespace_ : "",
                   target->namespace_ ? "/" : "", target->pod);
    else if (or_none(target->namespace_))
        pen_printf(pen, ROLE_TITLE, "  %s", target->namespace_);
    if (or_none(target->node)) {
        pen_text(pen, ROLE_TITLE, " @ ");
        pen_span(pen, ROLE_TITLE, short_node(target->node));
    }
    if (or_none(target->context))
        pen_printf(pen, ROLE_TITLE, "  %s", target->context);
    if (target->window.from != TIME_UNKNOWN) {
        char time[32];
        clock_format(target->window.from, time);
        pen_printf(pen, ROLE_TITLE, "  since %.5sZ", time + strlen("2026-11-23T"));
    }
}

// How far it reaches, where there is room; and the time, which moves with whatever else is drawn.
static void draw_scope_and_clock(struct ui *ui, struct pen *pen)
{
    enum { CLOCK = 6 };
    const struct report *report = session_report(ui->session);
    char time[32];
    if (report && report->scope.pods)
        pen_printf(pen, ROLE_TITLE, ", pods: %s", report->scope.pods);
    if (pen_left(pen) <= CLOCK + 2)
        return;
    clock_format(clock_now(), time);
    pen_move(pen, pen->area.cols - CLOCK);
    pen_printf(pen, ROLE_TITLE, "%.5sZ", time + strlen("2026-11-23T"));
}

void view_title_draw(struct ui *ui, struct rect area)
{
    canvas_fill(&ui->canvas, area, ROLE_TITLE);
    struct pen pen = pen_at(&ui->canvas, area, 0, 1);
    draw_badge(ui, &pen);
    pen_text(&pen, ROLE_TITLE, "d5tui");
    if (ui->screen == SCREEN_VIEW) {
        struct str title = {0};
        view_title(ui, &title);
        pen_printf(&pen, ROLE_TITLE, "  %s", str_text(&title));
        str_done(&title);
        return;
    }
    if (ui->session && ui->zoomed && ui->screen == SCREEN_PANES) {
        struct str title = {0};
        ui_pane_title(ui, ui->focus, &title);
        pen_printf(&pen, ROLE_TITLE, "  %s", str_text(&title));
        str_done(&title);
        return;
    }
    if (!ui->session) {
        pen_printf(&pen, ROLE_TITLE, "  %s", ui->config->log_path ? ui->config->log_path : "new incident");
        return;
    }
    const struct sop *sop = session_sop(ui->session);
    bool whole = sop && sop->title && area.cols >= 132;
    if (sop) // a title has the id in front
        pen_printf(&pen, ROLE_TITLE, "  %s", whole ? sop->title : sop->id);
    if (session_case_id(ui->session))
        pen_printf(&pen, ROLE_TITLE, "  %s", session_case_id(ui->session));
    draw_target(&pen, ui_target(ui));
    if (area.cols >= 132)
        draw_scope_and_clock(ui, &pen);
}

static void count_steps(const struct ui *ui, size_t *ret_ended, size_t *ret_all)
{
    const struct incident *in = session_incident(ui->session);
    *ret_all = in->n_steps;
    *ret_ended = 0;
    for (size_t i = 0; i < in->n_steps; i++)
        *ret_ended += in->steps[i].status != STEP_TODO && in->steps[i].status != STEP_RUNNING;
}

void ui_pane_title(const struct ui *ui, enum pane pane, struct str *ret)
{
    size_t ended = 0, all = 0;
    switch (pane) {
    case PANE_CHECKLIST:
        if (ui->session)
            count_steps(ui, &ended, &all);
        str_printf(ret, "Checklist %zu/%zu", ended, all);
        break;
    case PANE_EVIDENCE:
        view_evidence_title(ui, ret);
        break;
    default:
        view_report_title(ui, ret);
        break;
    }
}

void view_tabs_draw(struct ui *ui, struct rect area)
{
    struct pen pen = pen_at(&ui->canvas, area, 0, 1);
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        struct str title = {0};
        if (pane == PANE_EVIDENCE)
            str_add(&title, "Evidence");
        else
            ui_pane_title(ui, (enum pane)pane, &title);
        bool current = pane == (int)ui->focus;
        pen_text(&pen, ROLE_FOCUS, current ? "[" : " ");
        pen_span(&pen, current ? ROLE_FOCUS : ROLE_MUTED, str_span(&title));
        pen_text(&pen, ROLE_FOCUS, current ? "]" : " ");
        pen_text(&pen, ROLE_MUTED, " ");
        str_done(&title);
    }
    pen_text(&pen, ROLE_MUTED, " Tab: next");
}

// What leads back to something else on the screen, or out of it.
static bool leads_back(const struct ui *ui)
{
    bool inside = ui->screen == SCREEN_PANES && (ui_home(ui) != SCREEN_PANES || (ui->zoomed && ui->session));
    return ui->screen == SCREEN_VIEW || ui->view || inside;
}

enum { KEY_GAP = 2 }; // columns between two of them

static void draw_key(struct pen *pen, struct span key, const char *label)
{
    pen_span(pen, ROLE_KEY, key);
    pen_printf(pen, ROLE_MUTED, " %s", label);
    pen->col += KEY_GAP;
}

static int key_width(struct span key, const char *label)
{
    return text_columns(key) + 1 + text_columns(span_of(label)) + KEY_GAP;
}

// The way to all keys, and the way out, at the right end. Returns the column that it begins at.
static int draw_last_keys(struct ui *ui, struct rect area)
{
    bool typing = ui_scope(ui) == SCOPE_FIELD, form = ui_scope(ui) == SCOPE_FORM;
    struct span help =
        typing ? command_key_beside_text(keymap_named(&ui->keymap, span_of("help"))) : ui_key_of(ui, "help");
    struct span back = ui_key_of(ui, typing ? "leave-field" : form ? "leave-form" : "back");
    const char *away = typing ? "commands" : leads_back(ui) ? "back" : "leave";
    int width = (help.len ? key_width(help, "help") : 0) + key_width(back, away) - 1;
    struct pen pen = pen_at(&ui->canvas, area, 0, area.cols - width);
    if (area.cols < width + 2)
        return area.cols - width;
    if (help.len)
        draw_key(&pen, help, "help");
    draw_key(&pen, back, away);
    return area.cols - width;
}

// The first of its keys that is its own here: where two commands have one key, it is the first one's.
static struct span own_key(const struct ui *ui, const struct command *command)
{
    struct span rest = span_of(command->keys), name;
    struct key key;
    while (span_cut_word(&rest, &name)) {
        if (key_parse(name, &key) && keymap_find(&ui->keymap, key, ui_scope(ui)) == command)
            return name;
    }
    return span_of("");
}

// What the key line says of it; NULL: nothing, as of what leads to the view that is shown.
static const char *label_of(const struct ui *ui, const struct command *command)
{
    const struct view_ops *ops = ui->screen == SCREEN_VIEW ? ui->view->ops : NULL;
    if (ui->screen == SCREEN_GUIDED && ui->guided.handed && strcmp(command->name, "next-step") == 0)
        return "back to the steps";
    if (!ops || !command->label)
        return command->label;
    if (span_is_caseless(span_of(command->label), ops->title))
        return NULL;
    bool opens = strcmp(command->name, "open-entry") == 0;
    return opens && ops->enter_label ? ops->enter_label : command->label;
}

// What can be done now, in the table's order, as much as fits; the way to all of it is always there. While
// something runs, or stands there to be undone, Esc comes first.
static void draw_keys(struct ui *ui, struct rect area)
{
    struct pen pen = pen_at(&ui->canvas, area, 0, 1);
    pen.area.cols = draw_last_keys(ui, area) - 1;
    if (view_steps_escape_word(ui))
        draw_key(&pen, ui_key_of(ui, "stop-probes"), view_steps_escape_word(ui));
    for (size_t i = 0; i < ui->keymap.n; i++) {
        const struct command *command = &ui->keymap.commands[i];
        const char *label = label_of(ui, command);
        struct span key = own_key(ui, command);
        if (!label || key.len == 0 || ui_lacks(ui, command))
            continue;
        if (pen.col + key_width(key, label) > pen.area.cols + 1)
            break;
        draw_key(&pen, key, label);
    }
}

// How much of the last row may say where things stand: the rest is for the way to all keys, for what there is
// to say, or for what is typed.
static int where_columns(const struct ui *ui, int cols)
{
    enum { HELP = 20 };
    if (ui->prompt.open)
        return cols / 2;
    if (ui->message.len > 0)
        return cols - text_columns(str_span(&ui->message)) - 3;
    return cols - (cols > 4 * HELP ? HELP : 3);
}

static void draw_where(struct ui *ui, struct rect *area)
{
    if (ui->focus != PANE_EVIDENCE || ui->screen != SCREEN_PANES)
        return;
    struct str where = {0};
    view_evidence_where(ui, where_columns(ui, area->cols), &where);
    int width = text_columns(str_span(&where));
    if (width > 0) {
        struct pen pen = pen_at(&ui->canvas, *area, 0, 1);
        pen_span(&pen, ROLE_ACCENT, str_span(&where));
        area->col += width + 2;
        area->cols -= width + 2;
    }
    str_done(&where);
}

// What was found so far, at the right of what is typed.
static void draw_found(struct ui *ui, struct rect *area)
{
    struct str found = {0};
    search_words(ui, &found);
    int width = text_columns(str_span(&found));
    if (width > 0 && width < area->cols / 2) {
        struct pen pen = pen_at(&ui->canvas, *area, 0, area->cols - width - 1);
        pen_span(&pen, ROLE_ACCENT, str_span(&found));
        area->cols -= width + 2;
    }
    str_done(&found);
}

void view_keyline_draw(struct ui *ui, struct rect area)
{
    if (ui->prompt.open && ui->on_answer != NULL) {
        struct rect all = area;
        if (ui->evidence.following) // how many lines there are stays in sight
            draw_where(ui, &all);
        else if (ui->evidence.search.typing)
            draw_found(ui, &all);
        prompt_draw(&ui->prompt, &ui->canvas, all);
        return;
    }
    draw_where(ui, &area);
    if (ui->message.len > 0) {
        struct pen pen = pen_at(&ui->canvas, area, 0, 1);
        pen_span(&pen, ui->message_role, str_span(&ui->message));
        return;
    }
    draw_keys(ui, area);
}

// Under 60×16: where things stand in one line each, and the current step.
void view_tiny_draw(struct ui *ui, struct rect area)
{
    if (ui->zoomed || !ui->session || ui->screen != SCREEN_PANES || ui->focus == PANE_EVIDENCE) {
        view_evidence_draw(ui, area);
        return;
    }
    if (ui->focus == PANE_REPORT) {
        view_report_draw(ui, area);
        return;
    }
    const struct report *report = session_report(ui->session);
    struct pen pen = pen_at(&ui->canvas, area, 0, 0);
    if (report && session_analysis(ui->session))
        pen_printf(&pen, ROLE_FINDING, "%s: %s", verdict_name(report->verdict), report->root_cause);
    else
        pen_text(&pen, ROLE_RUNNING, ui->analysing ? "reading the evidence" : "not run yet: R runs all");
    view_checklist_draw(ui, rect_rows(area, 1, area.rows - 1));
}
