// The export: in which form, what is taken out of it, and where it goes. What is taken out is found over all
// of the evidence on a worker, and listed before anything leaves.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/outfile.h"
#include "core/report/format.h"
#include "core/session/redacted.h"
#include "tui/export_to.h"
#include "tui/view_ui.h"
#include "tui/views.h"

enum { TO_FILE, TO_CLIPBOARD, TO_COMMAND }; // and on: the person's commands

enum row_kind { ROW_DO, ROW_FORMAT, ROW_LEVEL, ROW_TO, ROW_HIT };

struct preview_job {
    struct ui *ui;
    struct redacting *work;
};

struct state {
    const struct report_format *format;
    enum redact_level level;
    size_t to;
    struct preview_job *job;   // under way, or NULL
    struct redacted *redacted; // NULL: being looked for, or it failed
    struct error err;
    bool begun; // the settings were set once
    bool waits; // Enter was pressed: it leaves when what is taken out is known
    char *path; // that was typed for TO_FILE
};

static const struct view_ops ops;
static void leave(struct ui *ui, struct state *state);

// ---- looking for what is taken out

static struct view *view_of(struct ui *ui, const struct preview_job *job)
{
    for (struct view *view = ui->view; view; view = view->below) {
        if (view->ops == &ops && ((struct state *)view->state)->job == job)
            return view;
    }
    return NULL;
}

static void preview_work(void *context)
{
    session_redact_work(((struct preview_job *)context)->work);
}

static void preview_done(void *context)
{
    struct preview_job *job = context;
    struct ui *ui = job->ui;
    struct error err = {0};
    struct view *view = view_of(ui, job);
    struct redacted *redacted = session_redact_finish(job->work, &err);
    if (view) {
        struct state *state = view->state;
        state->job = NULL;
        state->redacted = redacted;
        state->err = err;
        view->fresh = false;
        if (state->waits)
            leave(ui, state);
    } else {
        redacted_free(redacted); // it was left, or another level was chosen
    }
    free(job);
    ui->dirty = true;
}

static void start_preview(struct ui *ui, struct state *state)
{
    redacted_free(state->redacted);
    state->redacted = NULL;
    state->err.text[0] = '\0';
    struct preview_job *job = mem_alloc(sizeof *job);
    job->ui = ui;
    job->work = session_redact_begin(ui->session, session_report(ui->session), state->level);
    state->job = job;
    ui_job(ui, preview_work, preview_done, job);
}

// ---- rows

static const char *to_word(const struct ui *ui, const struct state *state)
{
    if (state->to == TO_FILE)
        return "a file";
    if (state->to == TO_CLIPBOARD)
        return "the clipboard, by way of the terminal (OSC 52)";
    return ui->settings.commands[state->to - TO_COMMAND].name;
}

static void add_row(struct view *view, enum row_kind kind, const char *mark, const char *text,
                    const char *aside)
{
    struct view_row *row = view_add(view, kind == ROW_DO ? ROLE_KEY : ROLE_HEADING, mark, text);
    row->index = kind;
    view_cell(view, 2, ROLE_MUTED, "%s", aside);
}

static void add_settings(const struct ui *ui, struct view *view, const struct state *state)
{
    add_row(view, ROW_DO, "Enter",
            state->to == TO_FILE        ? "write the report"
            : state->to == TO_CLIPBOARD ? "send the report to the clipboard"
                                        : "hand the report to the command",
            "");
    add_row(view, ROW_FORMAT, "format", state->format->name, "Left, Right");
    add_row(view, ROW_LEVEL, "taken out",
            arena_printf(&view->arena, "%s: %s", redact_level_names[state->level],
                         export_level_words(state->level)),
            "Left, Right");
    add_row(view, ROW_TO, "to", to_word(ui, state), "Left, Right");
}

static void add_hit(const struct ui *ui, struct view *view, const struct redacted_hit *hit)
{
    const struct evidence_file *file = evidence_find(session_analysis(ui->session)->evidence, hit->path);
    struct view_row *row = view_add(view, ROLE_WARN, redact_kind_name(hit->kind), hit->with);
    row->index = ROW_HIT;
    if (file)
        row->place = place_at(file->id, hit->line);
    view_cell(view, 2, ROLE_MUTED, "%s:%u", hit->path, hit->line);
}

static void add_preview(const struct ui *ui, struct view *view, const struct state *state)
{
    struct str counts = {0};
    size_t n = 0;
    for (enum redact_kind kind = 0; state->redacted && kind < REDACT_KINDS; kind++) {
        if (state->redacted->counts[kind])
            str_printf(&counts, "%s%zu %s", counts.len ? "; " : "", state->redacted->counts[kind],
                       redact_kind_counted(kind, state->redacted->counts[kind]));
        n += state->redacted->counts[kind];
    }
    if (state->err.text[0])
        view_add_heading(view, ROLE_ERROR, state->err.text);
    else if (!state->redacted)
        view_add_heading(view, ROLE_RUNNING,
                         state->waits
                             ? "What is to be taken out is being looked for; then it goes. Esc: it does not"
                             : "What is to be taken out is being looked for in all of the evidence");
    else
        view_add_heading(view, n ? ROLE_WARN : ROLE_OK,
                         arena_printf(&view->arena, "Of all the evidence is taken out: %s",
                                      n ? str_text(&counts) : "nothing"));
    for (size_t i = 0; state->redacted && i < state->redacted->n_hits; i++)
        add_hit(ui, view, &state->redacted->hits[i]);
    str_done(&counts);
}

static void fill(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    if (!state->begun) {
        state->format = report_format_find("yaml");
        state->level = REDACT_DEFAULT;
    }
    if (view->changed)
        start_preview(ui, state);
    state->begun = true;
    view->note = "what leaves, without what, and where to";
    add_settings(ui, view, state);
    add_preview(ui, view, state);
}

// The report's first lines as they will leave.
static void detail(struct ui *ui, struct view *view, struct prose *p)
{
    const struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    struct str out = {0};
    if (row->index == ROW_HIT) {
        prose_label(p, "becomes", ROLE_WARN, "%s", row->cells[1].text);
        view_tell_place(ui, row->place, p);
        return;
    }
    if (row->index == ROW_LEVEL)
        prose_label(p, "taken out", ROLE_TEXT, "%s", export_level_words(state->level));
    if (!state->redacted)
        return;
    state->format->write(state->redacted->report, &out);
    prose_add(p, ROLE_MUTED, "%zu bytes of %s; it begins:", out.len, state->format->name);
    str_cut(&out, 4000);
    prose_add(p, ROLE_TEXT, "%s", str_text(&out));
    str_done(&out);
}

// ---- keys

static size_t turn(size_t at, size_t n, int by)
{
    return (at + n + (size_t)by) % n;
}

static void shift(struct ui *ui, struct view *view, int by)
{
    struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    size_t n_formats;
    const struct report_format *formats = report_formats(&n_formats);
    switch (row ? (enum row_kind)row->index : ROW_HIT) {
    case ROW_DO:
    case ROW_FORMAT:
        state->format = &formats[turn((size_t)(state->format - formats), n_formats, by)];
        break;
    case ROW_LEVEL:
        state->level = export_level_turn(state->level, by);
        start_preview(ui, state);
        break;
    case ROW_TO:
        state->to = turn(state->to, TO_COMMAND + ui->settings.n_commands, by);
        break;
    default:
        return;
    }
    view->fresh = false;
}

static void note_export(struct ui *ui, const char *format, const char *to, size_t bytes)
{
    struct error err = {0};
    struct event event = {.kind = EVENT_EXPORTED, .value = format, .text = to, .number = (int64_t)bytes};
    if (!session_do(ui->session, event, &err))
        ui_say(ui, ROLE_ERROR, "%s", err.text);
}

// The one whose suffix is the longest at the name's end.
static const struct report_format *format_of(const char *path)
{
    size_t n;
    const struct report_format *formats = report_formats(&n), *best = NULL;
    for (size_t i = 0; i < n; i++) {
        if (span_ends(span_of(path), formats[i].suffix) &&
            (!best || strlen(formats[i].suffix) > strlen(best->suffix)))
            best = &formats[i];
    }
    return best;
}

static void write_file(struct ui *ui, const struct state *state, struct span report)
{
    struct error err = {0};
    if (!outfile_write(state->path, report, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    char *real = realpath(state->path, NULL); // holds wherever the case is opened from
    const char *format = format_of(state->path)->name;
    ui_say(ui, ROLE_OK, "written: %s (%zu bytes, %s)", state->path, report.len, format);
    note_export(ui, format, real ? real : state->path, report.len);
    free(real);
}

static void send(struct ui *ui, const struct state *state, struct span report)
{
    bool went =
        state->to == TO_CLIPBOARD
            ? export_to_clipboard(ui, report)
            : export_to_command(ui, &ui->settings.commands[state->to - TO_COMMAND], state->format, report);
    if (went)
        note_export(ui, state->format->name, to_word(ui, state), report.len);
}

// Now, or when it is known what is taken out.
static void leave(struct ui *ui, struct state *state)
{
    struct str out = {0};
    state->waits = !state->redacted && !state->err.text[0];
    if (state->err.text[0]) {
        ui_say(ui, ROLE_ERROR, "%s", state->err.text);
    } else if (state->redacted && state->to == TO_FILE) {
        format_of(state->path)->write(state->redacted->report, &out);
        write_file(ui, state, str_span(&out));
    } else if (state->redacted) {
        state->format->write(state->redacted->report, &out);
        send(ui, state, str_span(&out));
    }
    str_done(&out);
}

static void on_path(struct ui *ui, struct span text)
{
    struct view *view = ui->view && ui->view->ops == &ops ? ui->view : NULL;
    struct state *state = view ? view->state : NULL;
    const char *path = str_text(&ui->prompt.text);
    if (text.len == 0 || !state)
        return;
    if (!format_of(path)) {
        ui_say(ui, ROLE_ERROR, "%s: the name's end says the format: .yaml, .json, .md, .html, .txt", path);
        return;
    }
    free(state->path);
    state->path = mem_strdup(path);
    view->fresh = false;
    leave(ui, state);
}

static void ask_path(struct ui *ui, const struct state *state)
{
    const char *id = session_case_id(ui->session);
    char *path = mem_printf("%s%s", id ? id : "report", state->format->suffix);
    ui_ask(ui, "Write the report to: ", path, on_path);
    free(path);
}

static void enter(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    const struct view_row *row = view_current(ui, view);
    if (row && row->index == ROW_HIT && place_is_set(row->place))
        view_open_place(ui, row->place);
    else if (state->to == TO_FILE)
        ask_path(ui, state);
    else
        leave(ui, state);
    view->fresh = false;
}

static bool cancel(struct ui *ui, struct view *view)
{
    struct state *state = view->state;
    if (!state->waits)
        return false;
    state->waits = false;
    view->fresh = false;
    ui_say(ui, ROLE_WARN, "Nothing was exported");
    return true;
}

static void done(struct view *view)
{
    struct state *state = view->state;
    redacted_free(state->redacted);
    free(state->path);
}

static const struct view_ops ops = {
    .title = "Export",
    .state_size = sizeof(struct state),
    .fill = fill,
    .detail = detail,
    .enter = enter,
    .enter_label = "export",
    .cancel = cancel,
    .shift = shift,
    .done = done,
};

void view_export_open(void *ui)
{
    view_open(ui, &ops);
}
