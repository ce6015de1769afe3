// The screen's state and how keys reach it.
#include "tui/view_ui.h"

#include <stdlib.h>

#include "core/base/mem.h"

static void on_settle(void *context)
{
    view_report_settle(context);
}

static void on_grown(void *context)
{
    view_evidence_grew(context);
}

static void on_tick(void *context)
{
    view_evidence_tick(context);
}

static void on_paused(void *context)
{
    view_evidence_paused(context);
}

static void on_saving(void *context)
{
    view_handover_tick(context);
}

bool ui_is_guided(const struct ui *ui)
{
    return ui->session ? session_is_guided(ui->session) : ui->config->session.guided;
}

enum screen ui_home(const struct ui *ui)
{
    return ui->session && session_is_guided(ui->session) ? SCREEN_GUIDED : SCREEN_PANES;
}

static void adopt_session(struct ui *ui, struct session *session, size_t n_from)
{
    ui->session = session;
    ui->n_from = n_from;
    checklist_load(&ui->checklist, session_sop(ui->session));
    ui->screen = ui_home(ui);
    if (ui->screen == SCREEN_GUIDED)
        view_guided_begin(ui);
    ui->dirty = true;
}

static bool make_session(struct ui *ui, const struct session_config *config, struct error *err)
{
    struct session *session = session_new(config, err);
    if (session)
        adopt_session(ui, session, config->n_from);
    return session != NULL;
}

static void load_theme(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    if (!theme_load(&ui->theme, ui->theme_path, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text); // the look stays as it was
    ui->dirty = true;
}

bool ui_use_theme(struct ui *ui, const char *name)
{
    char *path = settings_find_theme(name);
    if (!path) {
        ui_say(ui, ROLE_ERROR, "There is no theme \"%s\": " SHIPPED_THEMES, name);
        return false;
    }
    free(ui->theme_path);
    ui->theme_path = path;
    load_theme(ui);
    if (ui->loop)
        loop_watch_file(ui->loop, path, load_theme, ui, NULL); // without inotify it is not picked up, no more
    return true;
}

static void load_keys(struct ui *ui)
{
    struct error err = {0};
    ui->commands = mem_calloc(ui_keymap.n, sizeof *ui->commands);
    memcpy(ui->commands, ui_keymap.commands, ui_keymap.n * sizeof *ui->commands);
    ui->keymap = (struct keymap){.commands = ui->commands, .n = ui_keymap.n};
    if (!keymap_change(ui->commands, ui_keymap.n, ui->settings.keys, ui->settings.n_keys, &err))
        ui_say(ui, ROLE_ERROR, "config.yaml: %s", err.text);
    keymap_read_keys(&ui->keymap);
}

struct span ui_key_of(const struct ui *ui, const char *command)
{
    const struct command *named = keymap_named(&ui->keymap, span_of(command));
    return named ? command_key(named) : span_of("");
}

static void load_settings(struct ui *ui)
{
    struct error err = {0};
    theme_init(&ui->theme);
    if (!settings_load(&ui->settings, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    load_keys(ui);
    const char *name = settings_theme(&ui->settings);
    ui->canvas.signs = ui->settings.ascii ? SIGNS_ASCII : SIGNS_UNICODE;
    if (name && strcmp(name, ui->theme.name) != 0)
        ui_use_theme(ui, name);
}

struct ui *ui_new(const struct ui_config *config, struct loop *loop, struct error *err)
{
    struct ui *ui = mem_alloc(sizeof *ui);
    ui->config = config;
    ui->loop = loop;
    ui->dirty = true;
    load_settings(ui);
    if (loop) {
        ui->settle = loop_timer_new(loop, on_settle, ui);
        ui->grown = loop_timer_new(loop, on_grown, ui);
        ui->ticks = loop_timer_new(loop, on_tick, ui);
        ui->paused = loop_timer_new(loop, on_paused, ui);
        ui->found = loop_wake_new(loop, on_tick, ui, NULL); // without it, the ticks do
        ui->saving = loop_timer_new(loop, on_saving, ui);
    }
    if (config->log_path) {
        ui->zoomed = true;
        ui->focus = PANE_EVIDENCE;
    } else if (config->intake) {
        ui->screen = SCREEN_INTAKE;
        intake_init(&ui->intake, config->session.target);
    } else if (!make_session(ui, &config->session, err)) {
        ui_free(ui);
        return NULL;
    }
    return ui;
}

void ui_free(struct ui *ui)
{
    if (!ui)
        return;
    view_live_done(ui);
    view_complete_done(ui);
    view_rights_done(ui);
    proposal_done(&ui->proposal);
    view_evidence_forget(ui);
    evidence_view_done(&ui->evidence);
    checklist_done(&ui->checklist);
    report_view_done(&ui->report);
    view_close_all(ui);
    if (ui->command)
        process_end(ui->command);
    cases_free(ui->cases);
    str_done(&ui->to_terminal);
    intake_done(&ui->intake);
    view_handover_forget(ui);
    guided_view_done(&ui->guided);
    session_free(ui->session);
    prompt_done(&ui->prompt);
    str_done(&ui->message);
    canvas_done(&ui->canvas);
    settings_done(&ui->settings);
    keymap_done(&ui->keymap);
    free(ui->commands);
    free(ui->theme_path);
    free(ui->asked_of);
    free(ui->asked_words);
    free(ui);
}

void ui_say(struct ui *ui, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_clear(&ui->message);
    str_vprintf(&ui->message, format, args);
    va_end(args);
    ui->message_role = role;
    ui->dirty = true;
}

void ui_ask(struct ui *ui, const char *label, const char *text, ui_answer_fn *answer)
{
    prompt_open(&ui->prompt, label, text);
    ui->on_answer = answer;
    ui->on_typing = NULL;
    ui->dirty = true;
}

void ui_after(struct ui *ui, struct loop_timer *timer, uint64_t milliseconds)
{
    if (ui->loop)
        loop_timer_start(timer, milliseconds);
}

void ui_job(struct ui *ui, loop_fn *work, loop_fn *done, void *context)
{
    struct error err = {0};
    if (ui->loop && loop_start_job(ui->loop, (struct loop_job){work, done, context}, &err))
        return;
    work(context); // no worker: at once
    done(context);
}

const struct target *ui_target(const struct ui *ui)
{
    static const struct target nothing = {.window = {TIME_UNKNOWN, TIME_UNKNOWN}};
    if (ui->session)
        return session_target(ui->session);
    return ui->config->session.target ? ui->config->session.target : &nothing;
}

// ---- the analysis

static void analyse_work(void *context)
{
    struct ui *ui = context;
    session_analyse_work(ui->analysing);
}

void ui_show_result(struct ui *ui)
{
    const struct incident *in = session_incident(ui->session);
    if (session_is_guided(ui->session)) { // what it shows is told step by step
        view_guided_begin(ui);
        ui_case_changed(ui);
        return;
    }
    for (size_t i = 0; i < in->n_steps; i++) {
        if (in->steps[i].status == STEP_FINDING) {
            checklist_go(&ui->checklist, in->steps[i].id);
            break;
        }
    }
    view_evidence_show_step(ui, NULL, NULL); // the line that decides
    ui_case_changed(ui);
}

static void analyse_done(void *context)
{
    struct ui *ui = context;
    struct error err = {0};
    struct session_job *job = ui->analysing;
    ui->analysing = NULL;
    view_evidence_forget(ui);
    view_refresh(ui);
    if (!session_analyse_finish(ui->session, job, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    bool live = session_is_live(ui->session);
    if (!live && !session_is_guided(ui->session) && !session_run_all(ui->session, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    if (live && !session_read_only_why(ui->session) && view_live_begin(ui))
        ui_say(ui, ROLE_MUTED, "A live case: R goes on with it, Enter runs a step");
    ui_show_result(ui);
    if (!live && evidence_count(session_analysis(ui->session)->evidence) == 0)
        ui_say(ui, ROLE_WARN, "There is no file in what was named as evidence: nothing can be told");
}

void ui_analyse(struct ui *ui)
{
    if (ui->analysing)
        return;
    struct error err = {0};
    ui->analysing = session_analyse_begin(ui->session, &err);
    ui->dirty = true;
    if (!ui->analysing)
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    else
        ui_job(ui, analyse_work, analyse_done, ui);
}

// Behind what there is to say of the change that made it.
static void tell_of_case(struct ui *ui)
{
    const char *id = ui->session ? session_case_id(ui->session) : NULL;
    if (!id || ui->told_of_case || !ui->config->session.keep_words)
        return;
    ui->told_of_case = true;
    str_printf(&ui->message, "%s case %s", ui->message.len ? "; kept as" : "Kept as", id);
    ui->message_role = ROLE_OK;
}

void ui_case_changed(struct ui *ui)
{
    tell_of_case(ui);
    view_report_refresh(ui);
    view_refresh(ui);
    ui->dirty = true;
}

bool ui_begin_case(struct ui *ui, const struct session_config *config, struct error *err)
{
    if (!make_session(ui, config, err))
        return false;
    ui_start(ui);
    return true;
}

// Work is under way in this case that should not be cut off.
static bool is_busy(const struct ui *ui)
{
    return ui->analysing || ui->guided.job || view_live_is_busy(ui);
}

bool ui_open_case(struct ui *ui, const char *id, struct error *err)
{
    struct session *before = ui->session;
    const char *own = before ? session_case_id(before) : NULL;
    struct session_config config = ui->config->session;
    config.from = NULL;
    config.n_from = 0;
    config.target = NULL;
    config.sop = NULL;
    config.open_case = id;
    if (ui->config->log_path)
        return error_set(err, "this screen shows one file; d5tui open %s opens the case", id);
    if (is_busy(ui))
        return error_set(err, "something still runs in this case; it must end first");
    if (own && strcmp(own, id) == 0)
        return error_set(err, "case %s is the one that is open", id);
    struct session *session = session_new(&config, err);
    if (!session)
        return false;
    view_close_all(ui);
    view_evidence_forget(ui);
    view_live_done(ui);
    view_rights_done(ui);
    report_view_done(&ui->report);
    session_free(before);
    adopt_session(ui, session, 0);
    ui->told_of_case = true;
    ui_start(ui);
    return true;
}

void ui_start(struct ui *ui)
{
    if (ui->screen == SCREEN_INTAKE && !ui->session) {
        view_cutoff_look(ui);
        view_proposal_look(ui);
    } else if (ui->config->log_path && !ui->session)
        view_evidence_open_log(ui, ui->config->log_path);
    else if (ui->session && (ui->n_from > 0 || session_incident(ui->session)->n_sources > 0))
        ui_analyse(ui);
    else if (ui->session && view_live_begin(ui) && !session_is_guided(ui->session))
        view_plan_open(ui, NULL);
    else if (ui->session && ui->live.live)
        view_rights_ask(ui); // guided: told on the first card
}

void ui_close_case(struct ui *ui)
{
    if (ui->session && !session_read_only_why(ui->session) && session_incident(ui->session)->last_seq > 0)
        session_do(ui->session, (struct event){.kind = EVENT_CLOSED}, NULL);
}

// ---- drawing

void ui_resize(struct ui *ui, int rows, int cols)
{
    if (rows != ui->canvas.rows || cols != ui->canvas.cols)
        canvas_resize(&ui->canvas, rows, cols);
    ui->dirty = true;
}

static void draw_frame(struct ui *ui, enum pane pane, struct rect area)
{
    struct str title = {0};
    enum role role = ui->focus == pane ? ROLE_FOCUS : ROLE_BORDER;
    canvas_box(&ui->canvas, area, role);
    ui_pane_title(ui, pane, &title);
    struct pen pen = pen_at(&ui->canvas, (struct rect){area.row, area.col + 1, 1, area.cols - 2}, 0, 0);
    pen_text(&pen, role, " ");
    int over = text_columns(str_span(&title)) + 2 - pen_left(&pen);
    if (over > 0) { // the end of a path says more than its front
        pen_glyph(&pen, ROLE_MUTED, GLYPH_MORE);
        pen.skip = over + 1;
    }
    pen_span(&pen, ui->focus == pane ? ROLE_FOCUS : ROLE_TEXT, str_span(&title));
    if (pen_left(&pen) > 1)
        pen_text(&pen, role, " ");
    str_done(&title);
}

static void draw_pane(struct ui *ui, enum pane pane)
{
    static void (*const draw[])(struct ui *, struct rect) = {view_checklist_draw, view_evidence_draw,
                                                             view_report_draw};
    struct rect area = ui->layout.panes[pane];
    if (rect_is_empty(area))
        return;
    if (ui->layout.kind == LAYOUT_TINY && !ui->zoomed) {
        view_tiny_draw(ui, area);
        return;
    }
    if (!ui->zoomed) {
        draw_frame(ui, pane, area);
        area = rect_inside(area);
    }
    if (pane == PANE_EVIDENCE && view_live_draw(ui, area))
        return;
    if (pane != PANE_CHECKLIST || ui->session)
        draw[pane](ui, area);
}

void ui_draw(struct ui *ui)
{
    canvas_clear(&ui->canvas);
    bool zoomed = ui->zoomed && ui->screen == SCREEN_PANES;
    ui->layout = layout_make(ui->canvas.rows, ui->canvas.cols, ui->focus, zoomed);
    bool bare = ui->focus == PANE_EVIDENCE && ui->evidence.pager.bare;
    if (zoomed && (bare || !ui->session)) // nothing but the text
        layout_take_title(&ui->layout, ui->focus);
    struct rect body = {1, 0, ui->canvas.rows > 2 ? ui->canvas.rows - 2 : 0, ui->canvas.cols};
    if (!rect_is_empty(ui->layout.title))
        view_title_draw(ui, ui->layout.title);
    if (ui->screen == SCREEN_VIEW) {
        view_draw(ui, body);
    } else if (ui->screen == SCREEN_INTAKE) {
        view_intake_draw(ui, body);
    } else if (ui->screen == SCREEN_GUIDED) {
        view_guided_draw(ui, body);
    } else {
        if (!rect_is_empty(ui->layout.tabs))
            view_tabs_draw(ui, ui->layout.tabs);
        for (int pane = 0; pane < PANE_COUNT; pane++)
            draw_pane(ui, (enum pane)pane);
        if (!rect_is_empty(ui->layout.strip))
            view_strip_draw(ui, ui->layout.strip);
    }
    view_consent_draw(ui, body);
    view_keyline_draw(ui, ui->layout.keys);
    view_badge_draw(ui);
    ui->dirty = false;
}
