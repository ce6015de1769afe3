// The checklist. Rows are made once from the procedure; states are looked up when they are drawn, so there is
// nothing that could go stale.
#include "tui/view_checklist.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_ui.h"

static const struct {
    enum glyph glyph;
    enum role role;
} looks[] = {
    [STEP_TODO] = {GLYPH_TODO, ROLE_MUTED},
    [STEP_RUNNING] = {GLYPH_RUNNING, ROLE_RUNNING},
    [STEP_DONE] = {GLYPH_DONE, ROLE_OK},
    [STEP_FINDING] = {GLYPH_FINDING, ROLE_FINDING},
    [STEP_CANNOT_TELL] = {GLYPH_UNKNOWN, ROLE_UNKNOWN},
    [STEP_HELD] = {GLYPH_HELD, ROLE_HELD},
    [STEP_SKIPPED] = {GLYPH_SKIPPED, ROLE_HELD},
    [STEP_NOT_ALLOWED] = {GLYPH_HELD, ROLE_HELD},
    [STEP_FAILED] = {GLYPH_FINDING, ROLE_ERROR},
    [STEP_NOT_RUN] = {GLYPH_SKIPPED, ROLE_UNKNOWN},
};

enum glyph status_glyph(enum step_status status)
{
    return looks[status].glyph;
}

enum role status_role(enum step_status status)
{
    return looks[status].role;
}

static struct check_row *add_row(struct checklist *checklist)
{
    struct check_row *row = MEM_PUSH(checklist->rows, checklist->n, checklist->cap);
    *row = (struct check_row){0};
    return row;
}

static void add_items(struct checklist *checklist, const struct sop_item *items, size_t n,
                      const struct sop_item *parent, int depth)
{
    enum sop_level level = SOP_LEVEL_NONE;
    for (size_t i = 0; i < n; i++) {
        const char *name = sop_level_name(items[i].level);
        if (depth == 0 && items[i].level != level && name)
            add_row(checklist)->heading = name;
        level = items[i].level;
        struct check_row *row = add_row(checklist);
        row->item = &items[i];
        row->parent = parent;
        row->depth = depth;
        if (depth < 2) // the procedure's grammar nests no deeper
            add_items(checklist, items[i].nested, items[i].n_nested, &items[i], depth + 1);
    }
}

void checklist_load(struct checklist *checklist, const struct sop *sop)
{
    checklist->n = 0;
    for (size_t i = 0; sop && i < sop->n_phases; i++) {
        struct check_row *row = add_row(checklist);
        row->heading = sop->phases[i].name;
        row->is_phase = true;
        add_items(checklist, sop->phases[i].items, sop->phases[i].n_items, NULL, 0);
    }
    checklist->list = (struct list){.n = checklist->n};
    checklist_move(checklist, 0);
}

void checklist_done(struct checklist *checklist)
{
    free(checklist->rows);
    *checklist = (struct checklist){0};
}

const struct check_row *checklist_current(const struct checklist *checklist)
{
    const struct check_row *row =
        checklist->list.at < checklist->n ? &checklist->rows[checklist->list.at] : NULL;
    return row && row->item ? row : NULL;
}

void checklist_move(struct checklist *checklist, long by)
{
    size_t from = checklist->list.at;
    long step = by < 0 ? -1 : 1;
    list_move(&checklist->list, by);
    while (!checklist_current(checklist) && checklist->list.at + 1 < checklist->n && checklist->list.at > 0)
        list_move(&checklist->list, step);
    while (!checklist_current(checklist) && checklist->list.at + 1 < checklist->n)
        list_move(&checklist->list, 1); // the first rows are headings
    if (!checklist_current(checklist))
        list_go(&checklist->list, from);
}

void checklist_go(struct checklist *checklist, const char *step)
{
    for (size_t i = 0; i < checklist->n; i++) {
        if (checklist->rows[i].item && strcmp(checklist->rows[i].item->id, step) == 0)
            list_go(&checklist->list, i);
    }
}

static void draw_heading(struct ui *ui, struct pen pen, const struct check_row *row)
{
    if (row->is_phase) {
        pen_text(&pen, ROLE_HEADING, row->heading);
        pen_text(&pen, ROLE_BORDER, " ");
        pen_fill(&pen, ROLE_BORDER, GLYPH_HORIZONTAL, pen.area.cols);
    } else {
        pen_text(&pen, ROLE_MUTED, row->heading);
    }
    (void)ui;
}

// A step that has not run shows what keeps it: the gate, or the evidence that is still being read.
struct step_look view_step_look(const struct ui *ui, const struct sop_item *item)
{
    const struct incident_step *step = incident_step(session_incident(ui->session), item->id);
    struct step_look look = {step ? step->status : STEP_TODO, NULL};
    if (look.status == STEP_TODO && ui->analysing)
        look.status = STEP_RUNNING;
    else if (look.status == STEP_TODO || look.status == STEP_HELD)
        look.gate = session_held_by(ui->session, item->id);
    if (look.gate)
        look.status = STEP_HELD;
    return look;
}

// How long one that has ended was waited for: offline nothing was, and there is nothing to say.
static void add_took(const struct ui *ui, const char *step, struct str *ret)
{
    usec_t took = incident_step_took(session_incident(ui->session), step);
    if (took >= USEC_SEC / 10)
        str_printf(ret, " %.1fs", (double)took / (double)USEC_SEC);
    else if (took > 0)
        str_add(ret, " <0.1s");
}

// The state is never left out, nor the clock of what runs; what more there is to say costs no letter of the
// title.
static void add_words(const struct ui *ui, const struct check_row *row, struct step_look look, int room,
                      struct str *ret)
{
    struct str more = {0};
    if (look.status != STEP_TODO)
        str_add(ret, step_status_phrase(look.status));
    if (look.gate)
        str_printf(ret, " by %s", look.gate);
    else if (look.status == STEP_RUNNING)
        view_live_words(ui, row->item->id, ret, &more);
    else if (row->depth == 0)
        add_took(ui, row->item->id, &more);
    if (text_columns(str_span(ret)) + text_columns(str_span(&more)) <= room)
        str_add_span(ret, str_span(&more));
    str_done(&more);
}

static void draw_step(struct ui *ui, struct pen pen, const struct check_row *row)
{
    enum { SIGN = 2, GAP = 1 };
    struct step_look look = view_step_look(ui, row->item);
    enum step_status status = look.status;
    struct str words = {0}, title = {0};
    sop_item_title(row->item, &title);
    int left = 1 + 2 * row->depth + SIGN + text_columns(str_span(&title)) + GAP;
    add_words(ui, row, look, pen.area.cols - left, &words);
    int width = text_columns(str_span(&words));
    struct pen right = pen;
    right.col = pen.area.cols - width;
    pen.area.cols -= width + 1;
    pen.col = 1 + 2 * row->depth;
    pen_glyph(&pen, status_role(status), status_glyph(status));
    pen_text(&pen, ROLE_TEXT, " ");
    bool quiet = status == STEP_HELD || status == STEP_NOT_RUN || status == STEP_SKIPPED;
    pen_span(&pen, status == STEP_FINDING ? ROLE_FINDING : quiet ? ROLE_MUTED : ROLE_TEXT, str_span(&title));
    pen_span(&right, status_role(status), str_span(&words));
    str_done(&words);
    str_done(&title);
}

// Headings right above the current step.
static size_t headings_above(const struct checklist *checklist)
{
    size_t n = 0;
    while (n < checklist->list.at && !checklist->rows[checklist->list.at - n - 1].item)
        n++;
    return n;
}

void view_checklist_draw(struct ui *ui, struct rect area)
{
    struct checklist *checklist = &ui->checklist;
    list_size(&checklist->list, checklist->n, area.rows);
    list_lead(&checklist->list, headings_above(checklist));
    for (int row = 0; row < area.rows && checklist->list.top + (size_t)row < checklist->n; row++) {
        size_t at = checklist->list.top + (size_t)row;
        struct pen pen = pen_at(&ui->canvas, area, row, 0);
        if (!checklist->rows[at].item) {
            draw_heading(ui, pen, &checklist->rows[at]);
            continue;
        }
        draw_step(ui, pen, &checklist->rows[at]);
        if (at == checklist->list.at) {
            canvas_select(&ui->canvas, rect_rows(area, row, 1));
            struct pen mark = pen_at(&ui->canvas, area, row, 0);
            pen_glyph(&mark, ROLE_FOCUS, GLYPH_POINT);
            if (ui->focus == PANE_CHECKLIST)
                canvas_cursor(&ui->canvas, area.row + row, area.col);
        }
    }
}
