// The card of the current step, above the evidence: what it checks and what it showed. Before it ran, it says
// what it reads, what would be run on a live node, and the key that runs it: in guided mode that is the whole
// conversation.
#include "tui/view_ui.h"

enum { WORDS_ROWS = 6, SAID_ROWS = 3 };

// Wraps into at most `most` rows; what is left out is marked. Returns how many were taken.
static int draw_wrapped(struct ui *ui, struct rect area, int col, enum role role, struct span text)
{
    struct span part;
    struct pen pen = pen_at(&ui->canvas, area, 0, col);
    for (; pen.row < area.rows && text_take(&text, area.cols - col, &part); pen.row++) {
        pen.col = col;
        pen_span(&pen, role, part);
    }
    if (text.len > 0 && pen.row > 0) {
        pen.row--;
        pen_glyph(&pen, ROLE_MUTED, GLYPH_MORE);
        pen.row++;
    }
    return pen.row;
}

// The item's own words without the marks of Markdown.
static void add_words(const struct sop_item *item, struct str *ret)
{
    for (const char *c = item->text; *c; c++) {
        if (*c == '\n')
            str_add_char(ret, ' ');
        else if (*c != '*' && *c != '`')
            str_add_char(ret, *c);
    }
}

static const struct catalogue_row *first_row(const struct sop_item *item)
{
    for (size_t i = 0; i < item->n_calls; i++) {
        const struct catalogue_row *row = catalogue_find(item, &item->calls[i]);
        if (row)
            return row;
    }
    return NULL;
}

static int draw_labelled(struct ui *ui, struct rect area, int row, const char *label, const char *text)
{
    enum { LABEL = 7 };
    struct rect rest = rect_rows(area, row, 2);
    if (!text || rest.rows == 0)
        return row;
    struct pen pen = pen_at(&ui->canvas, rest, 0, 0);
    pen_text(&pen, ROLE_MUTED, label);
    return row + draw_wrapped(ui, rest, LABEL, ROLE_TEXT, span_of(text));
}

// What is to be known before the step runs.
static int draw_plan(struct ui *ui, struct rect area, const struct sop_item *item)
{
    struct str words = {0};
    add_words(item, &words);
    int row = draw_wrapped(ui, rect_rows(area, 0, WORDS_ROWS), 2, ROLE_TEXT, str_span(&words));
    str_done(&words);
    const struct catalogue_row *read = first_row(item);
    if (read) {
        row = draw_labelled(ui, area, row, "reads", read->files);
        struct arena arena = {0};
        row = draw_labelled(ui, area, row, "live", catalogue_command(read, ui_target(ui), &arena));
        arena_done(&arena);
    }
    struct pen pen = pen_at(&ui->canvas, area, row, 0);
    if (!session_analysis(ui->session)) {
        pen_text(&pen, ROLE_RUNNING,
                 ui->analysing ? "The evidence is being read" : "No evidence was read yet");
        return row + 1;
    }
    if (session_held_by(ui->session, item->id))
        return row;
    pen_text(&pen, ROLE_KEY, "Enter");
    pen_text(&pen, ROLE_TEXT,
             session_asks_person(ui->session, item->id) ? " asks what you see" : " runs this step");
    return row + 1;
}

// The state and what was seen.
static int draw_said(struct ui *ui, struct rect area, const struct incident_step *step)
{
    struct str text = {0};
    struct rect rows = rect_rows(area, 0, SAID_ROWS);
    struct pen pen = pen_at(&ui->canvas, rows, 0, 0);
    pen_glyph(&pen, status_role(step->status), status_glyph(step->status));
    str_add(&text, step_status_phrase(step->status));
    if (step->said && *step->said)
        str_printf(&text, ": %s", step->said);
    int used = draw_wrapped(ui, rows, 2, status_role(step->status), str_span(&text));
    str_done(&text);
    return used;
}

int view_card_draw(struct ui *ui, struct rect area)
{
    const struct check_row *row = checklist_current(&ui->checklist);
    const struct incident_step *step =
        row && ui->session ? incident_step(session_incident(ui->session), row->item->id) : NULL;
    if (!step || area.rows < 10 || ui->zoomed)
        return 0;
    struct str title = {0};
    sop_item_title(row->item, &title);
    struct pen pen = pen_at(&ui->canvas, area, 0, 0);
    pen_printf(&pen, ROLE_ACCENT, "%s ", row->item->id);
    if (sop_level_name(row->item->level))
        pen_printf(&pen, ROLE_HEADING, "%s ", sop_level_name(row->item->level));
    pen_span(&pen, ROLE_TEXT, str_span(&title));
    str_done(&title);
    struct rect rest = rect_rows(area, 1, area.rows - 2);
    const char *gate = step->status == STEP_TODO ? session_held_by(ui->session, row->item->id) : NULL;
    if (gate)
        pen_printf(&pen, ROLE_HELD, "  held by %s; o goes past it with a reason", gate);
    int used = 1 + (step->status == STEP_TODO ? draw_plan(ui, rest, row->item) : draw_said(ui, rest, step));
    if (step->note) {
        struct pen note = pen_at(&ui->canvas, area, used++, 0);
        pen_printf(&note, ROLE_ACCENT, "note: %s", step->note);
    }
    struct pen line = pen_at(&ui->canvas, area, used++, 0);
    pen_fill(&line, ROLE_BORDER, GLYPH_HORIZONTAL, area.cols);
    return used;
}
