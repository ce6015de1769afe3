// What the evidence pane shows, and how it is drawn. The lines come from the evidence tree, or from one log
// file, by the pager's source; the notes are the claims that rest on lines of the file.
#include "tui/view_evidence.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

enum { FIRST_SLICE = 1 << 16, COUNT_SLICE = 8 << 20, FOLLOW_SLICE = 64 << 20, FOLLOW_MS = 40 };

void evidence_view_done(struct evidence_view *view)
{
    pager_done(&view->pager);
    logfile_close(view->log);
    arena_done(&view->arena);
    free(view->places);
    free(view->step);
    *view = (struct evidence_view){0};
}

// ---- a file of the evidence tree

static bool evidence_source_line(void *data, uint32_t line, struct str *ret)
{
    const struct evidence_view *view = data;
    str_clear(ret);
    return evidence_line(view->evidence, view->file, line, ret, NULL);
}

static uint32_t evidence_source_count(void *data)
{
    const struct evidence_view *view = data;
    uint32_t n = 0;
    evidence_line_count(view->evidence, view->file, &n, NULL);
    return n;
}

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

static void show_file(struct ui *ui, uint32_t file)
{
    struct evidence_view *view = &ui->evidence;
    const struct analysis *analysis = session_analysis(ui->session);
    arena_done(&view->arena);
    view->evidence = analysis->evidence;
    view->file = file;
    struct notes notes = {0};
    for (size_t i = 0; i < analysis->claims->n; i++)
        add_notes(ui, &analysis->claims->items[i], i, &notes);
    if (notes.n > 1)
        qsort(notes.items, notes.n, sizeof *notes.items, compare_notes);
    struct pager_source source = {evidence_source_line, evidence_source_count, view};
    pager_show(&view->pager, source, notes.items, notes.n);
    view->seek_from = UINT32_MAX;
}

void view_evidence_show_place(struct ui *ui, struct place place)
{
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    if (!analysis || !evidence_file(analysis->evidence, place.file))
        return;
    if (ui->evidence.evidence != analysis->evidence || ui->evidence.file != place.file || ui->evidence.log)
        show_file(ui, place.file);
    pager_go_line(&ui->evidence.pager, place.line ? place.line : 1);
    ui->dirty = true;
}

void view_evidence_forget(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    if (view->log)
        return;
    pager_show(&view->pager, (struct pager_source){0}, NULL, 0);
    arena_done(&view->arena);
    view->evidence = NULL;
    view->n_places = 0;
    free(view->step);
    view->step = NULL;
}

// ---- the places of a step

// Smaller is heavier.
static unsigned weight(const struct claim *claim)
{
    static const unsigned kinds[] = {
        [CLAIM_CAUSE] = 0,    [CLAIM_EFFECT] = 1, [CLAIM_AGAINST] = 2, [CLAIM_CLEAR] = 3,
        [CLAIM_INNOCENT] = 4, [CLAIM_NOTE] = 5,   [CLAIM_GAP] = 6,
    };
    static const unsigned paths[] = {[TRI_YES] = 0, [TRI_UNKNOWN] = 1, [TRI_NO] = 2};
    return kinds[claim->kind] * 3 + paths[claim->on_path];
}

static void add_claim_places(struct evidence_view *view, const struct claim *claim, uint32_t index)
{
    for (size_t i = 0; i < claim->n_places && view->n_places < 500; i++) {
        struct evidence_place *place = MEM_PUSH(view->places, view->n_places, view->cap_places);
        *place = (struct evidence_place){claim->places[i], index};
    }
}

// By weight, and inside that in the judges' order.
static void collect_places(struct evidence_view *view, const struct claims *claims,
                           const enum subject *subjects, size_t n_subjects)
{
    for (unsigned w = 0; w < 21; w++) {
        for (size_t i = 0; i < claims->n; i++) {
            bool about = weight(&claims->items[i]) == w && n_subjects == 0 && w < 6;
            for (size_t k = 0; k < n_subjects && weight(&claims->items[i]) == w; k++)
                about = about || claims->items[i].subject == subjects[k];
            if (about)
                add_claim_places(view, &claims->items[i], (uint32_t)i);
        }
    }
}

// No claim: the first file that the step reads, of the target's node where there are several.
static void add_read_file(struct ui *ui, const struct sop_item *item)
{
    const struct analysis *analysis = session_analysis(ui->session);
    const struct target *target = ui_target(ui);
    for (size_t i = 0; i < item->n_calls; i++) {
        const struct catalogue_row *row = catalogue_find(item, &item->calls[i]);
        struct span rest = span_of(row ? row->files : NULL), pattern;
        while (span_cut_word(&rest, &pattern)) {
            char *text = mem_strndup(pattern.at, pattern.len);
            uint32_t cursor = 0;
            const struct evidence_file *file, *best = NULL;
            while ((file = evidence_next(analysis->evidence, text, &cursor))) {
                if (!best ||
                    (target->node && !strstr(best->path, target->node) && strstr(file->path, target->node)))
                    best = file;
            }
            free(text);
            if (best) {
                *MEM_PUSH(ui->evidence.places, ui->evidence.n_places, ui->evidence.cap_places) =
                    (struct evidence_place){place_at(best->id, 1), UINT32_MAX};
                return;
            }
        }
    }
}

static void add_report_place(struct evidence_view *view, const struct report_evidence *evidence)
{
    if (place_is_set(evidence->place))
        *MEM_PUSH(view->places, view->n_places, view->cap_places) =
            (struct evidence_place){evidence->place, UINT32_MAX};
}

// What the report says that the step rests on.
static void add_reported(struct ui *ui, const struct sop_item *item)
{
    const struct report *report = session_report(ui->session);
    for (size_t i = 0; report && i < report->n_steps; i++) {
        const struct report_step *step = &report->steps[i];
        if (strcmp(step->id, item->id) != 0)
            continue;
        for (size_t k = 0; k < step->n_evidence; k++) {
            for (size_t e = 0; e < report->n_evidence; e++) {
                if (strcmp(report->evidence[e].id, step->evidence[k]) == 0)
                    add_report_place(&ui->evidence, &report->evidence[e]);
            }
        }
    }
}

// The lines that the chosen cause rests on; without one, what the report cites all the same.
static void deciding_places(struct ui *ui, const struct analysis *analysis)
{
    struct evidence_view *view = &ui->evidence;
    const struct cause *cause = analysis->cause;
    const struct report *report = session_report(ui->session);
    if (cause->n_candidates > 0 && cause->verdict != VERDICT_INCONCLUSIVE) {
        const struct candidate *chosen = &cause->candidates[0];
        for (size_t i = 0; i < chosen->n_for; i++)
            add_claim_places(view, &analysis->claims->items[chosen->for_[i]], chosen->for_[i]);
    }
    for (size_t i = 0; report && view->n_places == 0 && i < report->n_evidence; i++)
        add_report_place(view, &report->evidence[i]);
    if (view->n_places == 0)
        collect_places(view, analysis->claims, NULL, 0);
}

void view_evidence_show_step(struct ui *ui, const struct sop_item *item, const struct sop_item *parent)
{
    struct evidence_view *view = &ui->evidence;
    const struct analysis *analysis = ui->session ? session_analysis(ui->session) : NULL;
    if (!analysis || view->log)
        return;
    view->n_places = view->at_place = 0;
    free(view->step);
    view->step = item ? mem_strdup(item->id) : NULL;
    if (item) {
        enum subject subjects[16];
        size_t n = catalogue_subjects(item, parent, subjects, ARRAY_LEN(subjects));
        if (n > 0)
            collect_places(view, analysis->claims, subjects, n);
        if (view->n_places == 0)
            add_reported(ui, item);
        if (view->n_places == 0)
            add_read_file(ui, item);
    } else {
        deciding_places(ui, analysis);
    }
    if (view->n_places > 0)
        view_evidence_show_place(ui, view->places[0].place);
    ui->dirty = true;
}

void view_evidence_next_place(struct ui *ui, int direction)
{
    struct evidence_view *view = &ui->evidence;
    if (view->n_places == 0) {
        ui_say(ui, ROLE_MUTED, "Nothing is cited for this step");
        return;
    }
    view->at_place = (view->at_place + view->n_places + (size_t)direction) % view->n_places;
    view_evidence_show_place(ui, view->places[view->at_place].place);
    ui_say(ui, ROLE_MUTED, "cited line %zu of %zu", view->at_place + 1, view->n_places);
}

// ---- one log file

static bool log_source_line(void *data, uint32_t line, struct str *ret)
{
    const struct evidence_view *view = data;
    return logfile_line(view->log, line, ret);
}

static uint32_t log_source_count(void *data)
{
    const struct evidence_view *view = data;
    return logfile_lines(view->log);
}

static void count_work(void *context)
{
    struct ui *ui = context;
    logfile_count(ui->evidence.log, ui->loop ? COUNT_SLICE : SIZE_MAX);
}

static void count_done(void *context)
{
    struct ui *ui = context;
    struct evidence_view *view = &ui->evidence;
    view->counting = !logfile_is_counted(view->log);
    view->job = view->counting;
    if (ui->leaving)
        return;
    if (view->counting) {
        ui_job(ui, count_work, count_done, ui);
        return;
    }
    if (view->following)
        pager_go(&view->pager, UINT32_MAX);
    ui->dirty = true;
}

static void watch_log(void *context)
{
    struct ui *ui = context;
    loop_watch_pause(ui->evidence.watch); // many writes become one look
    ui_after(ui, ui->grown, FOLLOW_MS);
}

void view_evidence_open_log(struct ui *ui, const char *path)
{
    struct error err = {0};
    struct evidence_view *view = &ui->evidence;
    view->log = logfile_open(path, &err);
    if (!view->log) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    view->following = ui->config->follow;
    view->seek_from = UINT32_MAX;
    pager_show(&view->pager, (struct pager_source){log_source_line, log_source_count, view}, NULL, 0);
    view->counting = logfile_count(view->log, FIRST_SLICE); // the first page, at once
    view->pager.numbered = false;                           // all of the width is the text's
    if (view->counting && ui->loop)
        ui_after(ui, ui->grown, 0); // behind the first frame
    else if (view->counting)
        ui_job(ui, count_work, count_done, ui);
    if (view->following) {
        pager_go(&view->pager, UINT32_MAX);
        view->watch = ui->loop ? loop_watch_file(ui->loop, path, watch_log, ui, &err) : NULL;
        if (err.text[0])
            ui_say(ui, ROLE_ERROR, "%s", err.text);
    }
    ui->dirty = true;
}

// The cursor goes along only where it stood at the end: following never steals it.
void view_evidence_log_grew(struct ui *ui)
{
    struct evidence_view *view = &ui->evidence;
    if (!view->log || view->job)
        return;
    if (view->counting) {
        view->job = true;
        ui_job(ui, count_work, count_done, ui);
        return;
    }
    if (view->watch)
        loop_watch_resume(view->watch); // before looking, so that nothing is missed
    bool was_at_end = view->pager.at + 1 >= pager_count(&view->pager);
    if (logfile_count(view->log, FOLLOW_SLICE))
        ui_after(ui, ui->grown, 1);
    if (was_at_end && !view->pager.filtered)
        pager_go(&view->pager, UINT32_MAX);
    ui->dirty = true;
}

// ---- what is drawn

static void add_thousands(struct str *s, uint32_t n)
{
    if (n >= 1000) {
        add_thousands(s, n / 1000);
        str_printf(s, ",%03u", n % 1000);
    } else {
        str_printf(s, "%u", n);
    }
}

void view_evidence_where(const struct ui *ui, struct str *ret)
{
    const struct evidence_view *view = &ui->evidence;
    uint32_t n = pager_count(&view->pager);
    if (!view->pager.source.line)
        return;
    if (n == 0) {
        str_add(ret, view->counting ? "counting" : view->pager.filtered ? "no line matches" : "empty");
        return;
    }
    str_add(ret, "line ");
    add_thousands(ret, pager_line(&view->pager));
    str_add(ret, view->counting ? " of more than " : view->pager.filtered ? " of kept " : " of ");
    add_thousands(ret, n);
    str_add(ret, n == 1 ? " line" : " lines");
    if (view->following)
        str_add(ret, ", following");
}

void view_evidence_title(const struct ui *ui, struct str *ret)
{
    const struct evidence_view *view = &ui->evidence;
    if (view->log) {
        str_add(ret, ui->config->log_path);
        return;
    }
    const struct evidence_file *file = view->evidence ? evidence_file(view->evidence, view->file) : NULL;
    if (!file) {
        str_add(ret, "Evidence");
        return;
    }
    if (file->probe)
        str_printf(ret, "%s ", file->probe);
    str_add(ret, file->path);
    if (file->state == EVIDENCE_PARTIAL)
        str_add(ret, " (cut)");
    if (file->state == EVIDENCE_UNKNOWN)
        str_add(ret, " (unknown)");
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
    if (ui->evidence.pager.source.line)
        pager_draw(&ui->evidence.pager, &ui->canvas, text);
    else
        draw_empty(ui, text);
    if (ui->focus != PANE_EVIDENCE)
        canvas_cursor(&ui->canvas, cursor_row, cursor_col);
}
