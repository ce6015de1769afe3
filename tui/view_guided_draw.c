// Guided mode's screen: above, what the last step showed and what that means; below, the card of the next
// one. The card below gets its room first: nobody may run what they could not read.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/guide.h"
#include "tui/card.h"
#include "tui/view_ui.h"

enum { WIDE = 100, LEAST_ABOVE = 4 };

// How much a card says, from all of it down to what must be known before Enter is pressed.
enum detail { DETAIL_BARE, DETAIL_COMMAND, DETAIL_GOOD, DETAIL_ALL };

static const struct check_row *row_named(const struct ui *ui, const char *id)
{
    for (size_t i = 0; id && i < ui->checklist.n; i++) {
        const struct check_row *row = &ui->checklist.rows[i];
        if (row->item && strcmp(row->item->id, id) == 0)
            return row;
    }
    return NULL;
}

static void add_title(const struct check_row *row, struct str *ret)
{
    str_printf(ret, "%s ", row->item->id);
    sop_item_title(row->item, ret);
}

// ---- what is read, and what would run

static const struct catalogue_row *row_read(const struct ui *ui, const struct check_row *row)
{
    for (size_t i = 0; i < row->item->n_calls; i++) {
        const struct catalogue_row *read = catalogue_find(row->item, &row->item->calls[i]);
        if (read)
            return read;
    }
    const struct catalogue_row *any = NULL;
    do {
        any = catalogue_next(session_step_subject(ui->session, row->item->id), any);
    } while (any && !any->probe);
    return any;
}

static bool reads_files(const struct ui *ui)
{
    return ui->n_from > 0 || session_incident(ui->session)->n_sources > 0;
}

static void draw_command(struct ui *ui, struct card *card, const struct check_row *row)
{
    const struct catalogue_row *read = row_read(ui, row);
    struct arena arena = {0};
    struct str text = {0};
    if (view_live_is_on(ui)) {
        view_guided_commands(ui, card, row->item->id);
        return;
    }
    if (session_step_subject(ui->session, row->item->id) == SUBJECT_REPORT || !read)
        return;
    card_label(card, "Command", ROLE_CITED, catalogue_command(read, ui_target(ui), &arena));
    arena_done(&arena);
    str_printf(&text, "what it printed before; nothing runs on the cluster now (%s)", read->files);
    int most = card->most;
    card->most = 1; // a list of names: its beginning says enough
    card_label(card, "Reads", ROLE_MUTED, reads_files(ui) && read->files ? str_text(&text) : NULL);
    card->most = most;
    str_done(&text);
}

// ---- the next step

// A step that ended without its run waits for second readings.
static void draw_running(struct ui *ui, struct card *card, const struct check_row *row)
{
    struct str clock = {0}, bytes = {0};
    struct pen pen = card_pen(card);
    view_live_words(ui, row->item->id, &clock, &bytes);
    if (clock.len > 0)
        pen_printf(&pen, ROLE_RUNNING, "It runs:%s%s%s. ", str_text(&clock), bytes.len ? "," : "",
                   str_text(&bytes));
    else
        pen_text(&pen, ROLE_RUNNING, "It runs: counters are read a second time, to see them grow. ");
    pen_span(&pen, ROLE_KEY, ui_key_of(ui, "stop-probes"));
    pen_text(&pen, ROLE_MUTED, " stops it");
    str_done(&clock);
    str_done(&bytes);
}

static void draw_way_on(struct ui *ui, struct card *card, const struct check_row *row)
{
    struct pen pen = card_pen(card);
    if (!session_analysis(ui->session) && !view_live_is_on(ui)) {
        pen_text(&pen, ROLE_RUNNING,
                 ui->guided.wanted ? "Enter is taken: this step runs once the evidence was read"
                 : ui->analysing   ? "The evidence is being read; Enter runs this step after that"
                                   : "No evidence was read yet: R reads it");
        return;
    }
    bool asks = session_asks_person(ui->session, row->item->id);
    pen_span(&pen, ROLE_KEY, ui_key_of(ui, "next-step"));
    pen_text(&pen, ROLE_OK, asks ? " asks for your answer" : " runs this step. It only reads (GREEN)");
    static const char rest[] = " and changes nothing";
    pen_text(&pen, ROLE_MUTED, pen_left(&pen) >= (int)strlen(rest) ? rest : "");
}

static void draw_next_title(struct ui *ui, struct card *card, const struct check_row *row)
{
    struct str title = {0};
    add_title(row, &title);
    struct pen pen = card_pen(card);
    if (!card->counts)
        canvas_cursor(&ui->canvas, card->area.row + pen.row, card->area.col);
    pen_text(&pen, ROLE_HEADING, view_guided_running(ui) ? "Now " : "Next ");
    pen_move(&pen, 10);
    pen_span(&pen, ROLE_FOCUS, str_span(&title));
    if (sop_level_name(row->item->level))
        pen_printf(&pen, ROLE_MUTED, "  %s", sop_level_name(row->item->level));
    str_done(&title);
}

static void draw_last(struct ui *ui, struct card *card)
{
    card_label(card, "Next", ROLE_FOCUS, "No step is left that guided mode may run.");
    struct pen pen = card_pen(card);
    pen_span(&pen, ROLE_KEY, ui_key_of(ui, "hand-over"));
    pen_text(&pen, ROLE_OK, " hands the case over, with all that was seen");
}

static void draw_next(struct ui *ui, struct card *card, enum detail detail)
{
    const char *runs = view_guided_running(ui);
    const struct check_row *row = row_named(ui, runs ? runs : session_next_step(ui->session));
    if (!row) {
        draw_last(ui, card);
        return;
    }
    const struct guide *guide = guide_of(session_step_subject(ui->session, row->item->id));
    draw_next_title(ui, card, row);
    card_label(card, "Checks", ROLE_TEXT, guide->checks);
    if (detail >= DETAIL_ALL)
        card_label(card, "Why now", ROLE_TEXT, guide->why);
    if (detail >= DETAIL_GOOD)
        card_label(card, "Good is", ROLE_TEXT, guide->good);
    if (detail >= DETAIL_COMMAND)
        draw_command(ui, card, row);
    if (runs)
        draw_running(ui, card, row);
    else
        draw_way_on(ui, card, row);
}

// ---- what was seen

static size_t count_held(const struct ui *ui, const char **ret_gate)
{
    size_t n = 0;
    const struct incident *in = session_incident(ui->session);
    for (size_t i = 0; i < in->n_steps; i++) {
        bool open = in->steps[i].status == STEP_TODO || in->steps[i].status == STEP_HELD;
        const char *gate = open ? session_held_by(ui->session, in->steps[i].id) : NULL;
        n += gate != NULL;
        *ret_gate = gate ? gate : *ret_gate;
    }
    return n;
}

static void draw_waiting(struct ui *ui, struct card *card)
{
    const char *gate = NULL;
    struct str text = {0};
    size_t n = count_held(ui, &gate);
    if (n == 0)
        return;
    str_printf(&text,
               "%zu step%s, held by the finding of %s. Guided mode does not go past it: " SPAN_FMT
               " hands over.",
               n, n == 1 ? "" : "s", gate, SPAN_ARG(ui_key_of(ui, "hand-over")));
    card_label(card, "Waiting", ROLE_HELD, str_text(&text));
    str_done(&text);
}

// One that says that there is nothing to do is nobody's.
static void draw_fix(struct card *card, struct span fix)
{
    struct str text = {0};
    span_skip(&fix, "Operator: ");
    bool none = span_starts(fix, "no action");
    str_printf(&text, "%s" SPAN_FMT, none ? "" : "Not for you, for an operator: ", SPAN_ARG(fix));
    if (fix.len > 0)
        card_label(card, "The fix", none ? ROLE_OK : ROLE_WARN, str_text(&text));
    str_done(&text);
}

// The report's root cause begins with a word for machines, up to the dash.
void view_guided_cause(const struct report *report, struct str *ret)
{
    static const char dash[] = " — ";
    const char *detail = strstr(report->root_cause, dash);
    str_printf(ret, "%s: %s%s", verdict_name(report->verdict), diagnosis_info(report->diagnosis)->title,
               detail ? detail : "");
}

static void draw_so_far(struct ui *ui, struct card *card)
{
    struct str text = {0};
    const struct report *report = session_report(ui->session);
    if (!report || report->verdict == VERDICT_INCONCLUSIVE)
        return;
    view_guided_cause(report, &text);
    card_label(card, "So far", diagnosis_is_normal(report->diagnosis) ? ROLE_OK : ROLE_FINDING,
               str_text(&text));
    str_done(&text);
    draw_fix(card, span_of(report->immediate ? report->immediate : ""));
}

// What a step says that did not show anything is why.
static const char *said_label(enum step_status status)
{
    bool shows = status == STEP_DONE || status == STEP_FINDING;
    return shows ? "Showed" : status == STEP_CANNOT_TELL ? "Unknown" : "Reason";
}

static void draw_shown(struct ui *ui, struct card *card, const struct check_row *row)
{
    const struct incident_step *step = incident_step(session_incident(ui->session), row->item->id);
    struct str title = {0}, back = {0};
    add_title(row, &title);
    struct pen pen = card_pen(card);
    pen_text(&pen, ROLE_HEADING, ui->guided.looking_back ? "Before " : "Last ");
    pen_move(&pen, 10);
    pen_span(&pen, ROLE_TEXT, str_span(&title));
    pen_text(&pen, ROLE_TEXT, "  ");
    pen_glyph(&pen, status_role(step->status), status_glyph(step->status));
    pen_printf(&pen, status_role(step->status), " %s", step_status_phrase(step->status));
    card_label(card, said_label(step->status), status_role(step->status), step->said);
    card_label(card, "Means", ROLE_TEXT,
               guide_meaning(session_step_subject(ui->session, step->id), step->status,
                             session_step_is_clear(ui->session, step->id)));
    card_label(card, "Note", ROLE_ACCENT, step->note);
    str_done(&title);
    str_done(&back);
}

static void draw_welcome(struct ui *ui, struct card *card)
{
    struct str text = {0};
    str_printf(
        &text,
        "This is guided mode. It only reads: you cannot break anything. Read the card below, press " SPAN_FMT
        ", and read what it showed. " SPAN_FMT " shows the lines, Up looks back, " SPAN_FMT
        " lists all keys.",
        SPAN_ARG(ui_key_of(ui, "next-step")), SPAN_ARG(ui_key_of(ui, "lines")),
        SPAN_ARG(ui_key_of(ui, "help")));
    card_label(card, "Hello", ROLE_TEXT, str_text(&text));
    str_clear(&text);
    str_printf(&text,
               "Stop at any time. " SPAN_FMT
               " packs all that was done and seen, so that somebody senior goes on from there. " SPAN_FMT
               " leaves a step out; a MUST asks for your reason.",
               SPAN_ARG(ui_key_of(ui, "hand-over")), SPAN_ARG(ui_key_of(ui, "skip-step")));
    card_label(card, "Stuck?", ROLE_TEXT, str_text(&text));
    str_clear(&text);
    enum role role = view_rights_words(ui, &text);
    card_label(card, "Cluster", role, text.len ? str_text(&text) : NULL);
    str_done(&text);
}

static void draw_above(struct ui *ui, struct card *card)
{
    const struct check_row *row = row_named(ui, ui->guided.shown);
    if (!row) {
        draw_welcome(ui, card);
        return;
    }
    draw_shown(ui, card, row);
    if (ui->guided.looking_back)
        return;
    draw_so_far(ui, card);
    draw_waiting(ui, card);
}

// ---- dividing the screen

static int count_next(struct ui *ui, struct card like, enum detail detail)
{
    like.counts = true;
    draw_next(ui, &like, detail);
    return like.row;
}

static int count_above(struct ui *ui, struct card like)
{
    like.counts = true;
    draw_above(ui, &like);
    return like.row;
}

// How long paragraphs may be: what is below gets its room first, and says less only where that is not enough.
struct division {
    struct card above, next;
    enum detail detail;
};

static const int lengths[] = {0, 4, 3, 2, 1}; // 0: as long as they are

static int least_above(struct ui *ui, struct card card)
{
    card.most = 1;
    int rows = count_above(ui, card);
    return rows < LEAST_ABOVE ? rows : LEAST_ABOVE;
}

static struct division divide(struct ui *ui, struct rect area)
{
    struct card card = {.canvas = &ui->canvas, .area = area};
    struct division d = {card, card, DETAIL_ALL};
    int room = area.rows - least_above(ui, card) - 1;
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        d.next.most = lengths[i];
        if (count_next(ui, d.next, d.detail) <= room)
            break;
    }
    while (d.detail > DETAIL_BARE && count_next(ui, d.next, d.detail) > room)
        d.detail--;
    d.above.area.rows = area.rows - 1 - count_next(ui, d.next, d.detail);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        d.above.most = lengths[i];
        if (count_above(ui, d.above) <= d.above.area.rows)
            break;
    }
    return d;
}

static void draw_cards(struct ui *ui, struct rect area)
{
    struct division d = divide(ui, area);
    draw_above(ui, &d.above);
    int row = d.above.row < d.above.area.rows ? d.above.row : d.above.area.rows;
    row = row < 0 ? 0 : row;
    d.next.area = rect_rows(area, row, area.rows - row);
    card_rule(&d.next);
    draw_next(ui, &d.next, d.detail);
}

static void draw_progress(struct ui *ui, struct rect area)
{
    const struct incident *in = session_incident(ui->session);
    size_t n = 0, ended = 0;
    for (size_t i = 0; i < in->n_steps; i++) {
        const struct check_row *row = row_named(ui, in->steps[i].id);
        bool counts = row && row->item->n_nested == 0 && row->item->gate != SOP_GATE_ONLY;
        n += counts;
        ended += counts && in->steps[i].status != STEP_TODO && in->steps[i].status != STEP_RUNNING;
    }
    const struct check_row *next = row_named(ui, session_next_step(ui->session));
    struct pen pen = pen_at(&ui->canvas, area, 0, 0);
    pen_printf(&pen, ROLE_MUTED, "%zu of %zu steps ended", ended, n);
    if (next && next->parent) {
        struct str title = {0};
        sop_item_title(next->parent, &title);
        pen_printf(&pen, ROLE_MUTED, "  ·  now in %s: %s", next->parent->id, str_text(&title));
        str_done(&title);
    }
}

void view_guided_draw(struct ui *ui, struct rect area)
{
    if (area.cols >= WIDE) {
        struct rect left = {area.row, area.col, area.rows, area.cols * 38 / 100};
        left.cols = left.cols > 60 ? 60 : left.cols;
        canvas_box(&ui->canvas, left, ROLE_BORDER);
        view_checklist_draw(ui, rect_inside(left));
        area.col += left.cols;
        area.cols -= left.cols;
    }
    struct rect inside = {area.row, area.col + 1, area.rows, area.cols - 2};
    if (ui->guided.handed) {
        view_handed_draw(ui, inside);
        return;
    }
    bool roomy = inside.rows >= 16;
    if (roomy)
        draw_progress(ui, rect_rows(inside, 0, 1));
    draw_cards(ui, roomy ? rect_rows(inside, 2, inside.rows - 2) : inside);
}
