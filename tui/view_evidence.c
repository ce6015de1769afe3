// What the evidence pane shows, and how it is drawn. The lines come from the file itself, whatever its size;
// the notes are the claims that rest on lines of it.
#include "tui/view_evidence.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

// A file that grows is looked at as soon as a write has had time to become a few, and fifteen times a second
// at the most: nobody reads faster.
enum { PATIENCE_MS = 8, FOLLOW_MS = 66, TICK_MS = 100 };

void evidence_view_done(struct evidence_view *view)
{
    search_clear(view);
    filter_clear(view);
    opened_drop(view->text);
    pager_done(&view->pager);
    arena_done(&view->arena);
    free(view->places);
    free(view->step);
    str_done(&view->search.pattern);
    str_done(&view->filter.pattern);
    *view = (struct evidence_view){0};
}

// ---- what was found in it

static enum role claim_role(enum claim_kind kind)
{
    switch (kind) {
    case CLAIM_CAUSE:
        return ROLE_FINDING;
    case CLAIM_EFFECT:
        return ROLE_WARN;
    case CLAIM_CLEAR:
    case CLAIM_AGAINST:
    case CLAIM_INNOCENT:
        return ROLE_OK;
    case CLAIM_GAP:
        return ROLE_UNKNOWN;
    default:
        return ROLE_MUTED;
    }
}

static const char *note_text(struct ui *ui, const struct claim *claim, size_t index)
{
    const char *word = claim->kind == CLAIM_INNOCENT  ? "innocent: "
                       : claim->kind == CLAIM_AGAINST ? "against: "
                       : claim->kind == CLAIM_GAP     ? "cannot tell: "
                                                      : "";
    return arena_printf(&ui->evidence.arena, "F-%03zu %s%s", index + 1, word, claim->text);
}

static int compare_notes(const void *a, const void *b)
{
    const struct pager_note *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->role != ROLE_FINDING) - (y->role != ROLE_FINDING); // what decides stands first
}

struct notes {
    struct pager_note *items;
    size_t n, cap;
};

// A claim's words stand under the first of its lines in the file; the others are marked.
static void add_notes(struct ui *ui, const struct claim *claim, size_t index, struct notes *notes)
{
    bool said = false;
    for (size_t i = 0; i < claim->n_places; i++) {
        struct place place = claim->places[i];
        if (place.file != ui->evidence.file || place.line == 0)
            continue;
        struct pager_note *note = ARENA_PUSH(&ui->evidence.arena, notes->items, notes->n, notes->cap);
        *note =
            (struct pager_note){.line = place.line, .column = place.column, .role = claim_role(claim->kind)};
        if (!said)
            note->text = note_text(ui, claim, index);
        said = true;
    }
}

// ---- what is shown

// Turns to another text, or to none. What was searched for is searched for there, too; what was kept was
// meant for the other one.
static void show_text(struct ui *ui, struct opened *text, const struct notes *notes)
{
    struct evidence_view *view = &ui->evidence;
    struct pager_source none = {0};
    if (view->watch)
        loop_watch_pause(view->watch);
    view->watch = NULL;
    view->following = false;
    view->want = 0;
    view->to_end = false;
    filter_clear(view);
    pager_show(&view->pager, text ? opened_source(text) : none, notes->items, notes->n);
    struct opened *before = view->text;
    view->text = text;
    search_other_text(ui);
    opened_drop(before);
    ui->dirty = true;
}

static void show_file(struct ui *ui, const struct evidence_file *file)
{
    struct evidence_view *view = &ui->evidence;
    const struct analysis *analysis = session_analysis(ui->session);
    struct error err = {0};
    struct opened *text = opened_new(ui, file->real, file->compressed, &err);
    if (!text)
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    filter_clear(view); // it looks at the notes
    arena_done(&view->arena);
    view->evidence = analysis->evidence;
    view->file = file->id;
    struct notes notes = {0};
    for (size_t i = 0; i < analysis->claims->n; i++)
        add_notes(ui, &analysis->claims->items[i], i, &notes);
    if (notes.n > 1)
        qsort(notes.items, notes.n, sizeof *notes.items, compare_notes);
    show_text(ui, text, &notes);
}

void view_evidence_show_place(struct ui *ui, struct place place)
{
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    const struct evidence_file *file = analysis ? evidence_file(analysis->evidence, place.file) : NULL;
    if (!file)
        return;
    if (ui->evidence.evidence != analysis->evidence || ui->evidence.file != place.file)
        show_file(ui, file);
    else if (ui->evidence.filter.seeker && !lineset_has(ui->evidence.pager.kept, place.line))
        filter_clear(&ui->evidence); // it would not be seen
    view_evidence_go_line(ui, place.line ? place.line : 1);
}

void view_evidence_forget(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    const struct notes none = {0};
    if (view->text && !view->evidence)
        return; // one log file by itself
    show_text(ui, NULL, &none);
    arena_done(&view->arena);
    view->evidence = NULL;
    view->n_places = 0;
    free(view->step);
    view->step = NULL;
}

void view_evidence_open_log(struct ui *ui, const char *path)
{
    struct error err = {0};
    const struct notes none = {0};
    struct opened *text = opened_new(ui, path, false, &err);
    if (!text) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    show_text(ui, text, &none);
    ui->evidence.pager.numbered = false; // all of the width is the text's
    if (ui->config->follow)
        view_evidence_follow(ui);
}

void view_evidence_go_line(struct ui *ui, uint32_t line)
{
    struct evidence_view *view = &ui->evidence;
    bool counted = view->text && line <= opened_lines(view->text);
    view->want = counted || !view->text || !view->text->counting ? 0 : line;
    if (!view->want)
        pager_go_line(&view->pager, line);
    ui->dirty = true;
}

void view_evidence_go_end(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    pager_go(&view->pager, UINT32_MAX);
    view->to_end = view->text && view->text->counting;
    view->end_at = view->pager.at;
}

// The end moves while lines are counted; whoever moved meanwhile no longer wants it.
static void go_on_to_end(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    if (view->to_end && view->pager.at == view->end_at)
        view_evidence_go_end(ui);
    else
        view->to_end = false;
}

void view_evidence_reveal(struct ui *ui)
{
    if (ui->layout.kind == LAYOUT_NARROW || ui->layout.kind == LAYOUT_TINY)
        ui->focus = PANE_EVIDENCE;
}

// ---- growing

static void watch_text(void *context)
{
    struct ui *ui = context;
    if (!ui->evidence.watch)
        return;
    loop_watch_pause(ui->evidence.watch); // many writes become one look
    usec_t since = (clock_monotonic() - ui->evidence.looked) / USEC_MSEC;
    ui_after(ui, ui->grown, since < FOLLOW_MS ? (uint64_t)(FOLLOW_MS - since) : PATIENCE_MS);
}

static const char *shown_path(const struct ui *ui)
{
    const struct evidence_view *view = &ui->evidence;
    const struct evidence_file *file = view->evidence ? evidence_file(view->evidence, view->file) : NULL;
    return file ? file->real : ui->config->log_path;
}

void view_evidence_follow(void *context)
{
    struct ui *ui = context;
    struct evidence_view *view = &ui->evidence;
    struct error err = {0};
    view->following = !view->following;
    if (!view->following) {
        if (view->watch)
            loop_watch_pause(view->watch);
        view->watch = NULL;
        return;
    }
    view->watch = ui->loop ? loop_watch_file(ui->loop, shown_path(ui), watch_text, ui, &err) : NULL;
    if (err.text[0])
        ui_say(ui, ROLE_ERROR, "%s", err.text);
    view->at_end = true;
    pager_go(&view->pager, UINT32_MAX);
    view_evidence_grew(ui); // what was added since it was opened
}

void view_evidence_moved(struct ui *ui)
{
    const struct pager *pager = &ui->evidence.pager;
    ui->evidence.at_end = pager->at + 1 >= pager_count(pager);
}

// The cursor goes along only where it was seen to stand at the end: following never steals it.
static void follow_end(struct evidence_view *view)
{
    if (view->following && view->at_end && !view->filter.settling)
        pager_go(&view->pager, UINT32_MAX);
}

void view_evidence_grew(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    if (!view->text)
        return;
    if (view->watch)
        loop_watch_resume(view->watch); // before looking, so that nothing is missed
    view->looked = clock_monotonic();
    opened_grew(view->text);
    follow_end(view);
    seeker_grew(view->search.seeker);
    seeker_grew(view->filter.seeker);
    ui->dirty = true;
}

void view_evidence_counted(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    if (!view->text)
        return;
    if (view->text->packed && !view->text->counting && !view->text->log)
        ui_say(ui, ROLE_ERROR, "%s", view->text->err.text);
    if (view->want)
        view_evidence_go_line(ui, view->want);
    go_on_to_end(ui);
    follow_end(view);
    if (view->text->packed) { // it waited for that
        seeker_grew(view->search.seeker);
        seeker_grew(view->filter.seeker);
    }
    ui->dirty = true;
}

// All borders go, and what is not text: so a terminal's own selection takes nothing else.
void view_evidence_copy(void *context)
{
    struct ui *ui = context;
    struct pager *pager = &ui->evidence.pager;
    pager->bare = !pager->bare;
    pager->left = 0;
    if (pager->bare) {
        ui->evidence.was_zoomed = ui->zoomed;
        ui->zoomed = true;
        ui_say(ui, ROLE_MUTED, "The text alone, to be copied; v goes back");
    } else {
        ui->zoomed = ui->evidence.was_zoomed;
    }
}

// ---- searching, as far as it goes on by itself

static bool is_running(const struct seeker *seeker)
{
    return seeker && finder_state(seeker->finder).running;
}

void view_evidence_tick(struct ui *ui)
{
    filter_resolve(ui);
    search_resolve(ui);
    if (is_running(ui->evidence.search.seeker) || is_running(ui->evidence.filter.seeker))
        ui_after(ui, ui->ticks, TICK_MS);
    ui->dirty = true;
}

void view_evidence_searched(struct ui *ui, const struct seeker *seeker)
{
    struct finder_state state = finder_state(seeker->finder);
    if (state.why)
        ui_say(ui, ROLE_ERROR, "%s", state.why);
    follow_end(&ui->evidence);
    view_evidence_tick(ui);
}

// ---- what is drawn

void add_thousands(struct str *s, uint32_t n)
{
    if (n >= 1000) {
        add_thousands(s, n / 1000);
        str_printf(s, ",%03u", n % 1000);
    } else {
        str_printf(s, "%u", n);
    }
}

static void add_position(const struct evidence_view *view, bool running, struct str *ret)
{
    uint32_t n = pager_count(&view->pager);
    bool partial = view->text && view->text->counting;
    if (n == 0) {
        str_add(ret, !view->pager.kept ? (partial ? "counting" : "empty")
                     : running         ? "no line so far"
                                       : "no line is kept");
        return;
    }
    str_add(ret, "line ");
    add_thousands(ret, pager_line(&view->pager));
    if (view->pager.kept) {
        str_add(ret, ", ");
        add_thousands(ret, view->pager.at + 1);
    }
    str_add(ret, !partial || view->pager.kept ? " of " : " of more than ");
    add_thousands(ret, n);
    str_add(ret, view->pager.kept ? " kept" : n == 1 ? " line" : " lines");
}

// One more thing to say, where there is room for it.
static void add_part(struct str *ret, int columns, struct str *part)
{
    if (part->len > 0 && text_columns(str_span(ret)) + 2 + text_columns(str_span(part)) <= columns) {
        str_add(ret, ret->len > 0 ? ", " : "");
        str_add_span(ret, str_span(part));
    }
    str_clear(part);
}

static const struct seeker *running_seeker(const struct evidence_view *view)
{
    if (is_running(view->filter.seeker))
        return view->filter.seeker;
    return is_running(view->search.seeker) ? view->search.seeker : NULL;
}

// While a search runs, how far it is says more than where the window stands.
void view_evidence_where(const struct ui *ui, int columns, struct str *ret)
{
    const struct evidence_view *view = &ui->evidence;
    const struct seeker *running = ui->prompt.open ? NULL : running_seeker(view);
    struct str part = {0};
    if (!view->text)
        return;
    if (running) {
        search_words(ui, &part);
        add_part(ret, columns, &part);
        seeker_progress(running, &part);
        str_add(&part, ", Esc stops");
        add_part(ret, columns, &part);
    }
    add_position(view, running != NULL, &part);
    add_part(ret, columns, &part);
    str_add(&part, view->following ? "following" : "");
    add_part(ret, columns, &part);
    if (!running)
        search_words(ui, &part);
    add_part(ret, columns, &part);
    filter_words(ui, &part);
    add_part(ret, columns, &part);
    str_done(&part);
}

// How the file came here: " · via ssh · 1.2 s". What was asked here needs no word, nor what nobody wrote
// down.
static void add_origin(const struct evidence_view *view, struct str *ret)
{
    const struct evidence_probe *probe = evidence_probe_at(view->evidence, place_at(view->file, 1));
    if (probe && probe->via && strcmp(probe->via, "local") != 0)
        str_printf(ret, " · via %s", probe->via);
    if (probe && probe->took != TIME_UNKNOWN)
        str_printf(ret, " · %.1f s", (double)probe->took / (double)USEC_SEC);
}

void view_evidence_title(const struct ui *ui, struct str *ret)
{
    const struct evidence_view *view = &ui->evidence;
    const struct evidence_file *file = view->evidence ? evidence_file(view->evidence, view->file) : NULL;
    if (!file) {
        str_add(ret, view->text ? ui->config->log_path : "Evidence");
        return;
    }
    if (file->probe)
        str_printf(ret, "%s ", file->probe);
    str_add(ret, file->path);
    if (file->state == EVIDENCE_PARTIAL)
        str_add(ret, " (cut)");
    if (file->state == EVIDENCE_UNKNOWN)
        str_add(ret, " (unknown)");
    add_origin(view, ret);
}

static void draw_empty(struct ui *ui, struct rect area)
{
    struct pen pen = pen_at(&ui->canvas, area, 0, 1);
    if (ui->analysing)
        pen_text(&pen, ROLE_RUNNING, "Reading the evidence; it opens on the line that decides");
    else if (ui->session && session_analysis(ui->session))
        pen_text(&pen, ROLE_MUTED, "Nothing is cited for this step");
    else
        pen_text(&pen, ROLE_MUTED, "No evidence was read yet; R reads it and runs all steps");
}

void view_evidence_draw(struct ui *ui, struct rect area)
{
    int cursor_row = ui->canvas.cursor_row, cursor_col = ui->canvas.cursor_col;
    int used = view_card_draw(ui, area);
    struct rect text = rect_rows(area, used, area.rows);
    view_evidence_moved(ui);
    if (ui->evidence.text)
        pager_draw(&ui->evidence.pager, &ui->canvas, text);
    else
        draw_empty(ui, text);
    if (ui->focus != PANE_EVIDENCE)
        canvas_cursor(&ui->canvas, cursor_row, cursor_col);
}
