// Free text of the report, edited in place: the detail behind the root cause's dash, the operator's fix, a
// person's notes. Everything else is a fact, and says so.
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/view_report.h"
#include "tui/view_ui.h"

static const char dash[] = " — ", operator_[] = "Operator: ";

// The key of the list or map without indent that a line stands under, or its own.
static size_t head_of(const struct report_view *view, size_t line)
{
    while (line > 0 && (view->lines[line].text.len == 0 || view->lines[line].text.at[0] == ' '))
        line--;
    return line;
}

// Which note of the list a line belongs to, from 0.
static size_t note_index(const struct report_view *view, size_t line)
{
    size_t n = 0;
    for (size_t i = head_of(view, line) + 1; i <= line; i++)
        n += span_starts(span_trim(view->lines[i].text), "- ");
    return n > 0 ? n - 1 : 0;
}

// A note that a person wrote to the case or to a step; a reason that was given for something stands as it is.
static bool find_note(const struct ui *ui, const char *note, struct report_text *ret)
{
    const struct incident *in = session_incident(ui->session);
    if (in->note && strcmp(in->note, note) == 0) {
        *ret = (struct report_text){REPORT_NOTE, NULL, in->note};
        return true;
    }
    for (size_t i = 0; i < in->n_steps; i++) {
        struct span rest = span_of(note);
        const struct incident_step *step = &in->steps[i];
        if (step->note && span_skip(&rest, step->id) && span_skip(&rest, ": ") && span_is(rest, step->note)) {
            *ret = (struct report_text){REPORT_NOTE, step->id, step->note};
            return true;
        }
    }
    return false;
}

struct report_text view_report_text(const struct ui *ui)
{
    const struct report_view *view = &ui->report;
    const struct report *report = ui->session ? session_report(ui->session) : NULL;
    struct report_text ret = {REPORT_FACT, NULL, NULL};
    if (!report || view->list.at >= view->n_rows)
        return ret;
    size_t line = view->rows[view->list.at].line, head = head_of(view, line);
    struct span key = view->lines[head].text;
    if (span_starts(key, "root_cause:")) {
        const char *detail = strstr(report->root_cause, dash);
        return (struct report_text){REPORT_DETAIL, NULL, detail ? detail + strlen(dash) : report->root_cause};
    }
    if (span_starts(key, "mitigation:") && span_starts(span_trim(view->lines[line].text), "immediate:")) {
        struct span fix = span_of(report->immediate);
        span_skip(&fix, operator_);
        return (struct report_text){REPORT_FIX, NULL, fix.at};
    }
    if (span_starts(key, "notes:") && line > head && note_index(view, line) < report->n_notes)
        find_note(ui, report->notes[note_index(view, line)], &ret);
    return ret;
}

// ---- writing it down

static void write_down(struct ui *ui, struct event event, const char *what)
{
    struct error err = {0};
    event.text = str_text(&ui->prompt.text);
    if (!session_do(ui->session, event, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    ui_say(ui, ROLE_OK, event.text[0] ? "%s: as you wrote it" : "%s: the judges' words again", what);
    ui_case_changed(ui);
}

static void on_detail(struct ui *ui, struct span text)
{
    (void)text;
    write_down(ui, (struct event){.kind = EVENT_DETAIL_EDITED}, "detail");
}

static void on_fix(struct ui *ui, struct span text)
{
    (void)text;
    write_down(ui, (struct event){.kind = EVENT_FIX_EDITED}, "operator's fix");
}

static void on_note(struct ui *ui, struct span text)
{
    struct error err = {0};
    struct event event = {.kind = EVENT_NOTE, .step = ui->report.editing, .text = str_text(&ui->prompt.text)};
    (void)text;
    if (!session_do(ui->session, event, &err)) {
        ui_say(ui, ROLE_ERROR, "%s", err.text);
        return;
    }
    ui_say(ui, ROLE_OK, "noted");
    ui_case_changed(ui);
}

void view_report_edit(void *context)
{
    struct ui *ui = context;
    struct report_text text = view_report_text(ui);
    switch (text.kind) {
    case REPORT_DETAIL:
        ui_ask(ui, "Detail (empty: the judges' words): ", text.text, on_detail);
        break;
    case REPORT_FIX:
        ui_ask(ui, "Operator's fix (empty: the judges' words): ", text.text, on_fix);
        break;
    case REPORT_NOTE:
        ui->report.editing = text.step;
        ui_ask(ui, "Note: ", text.text, on_note);
        break;
    default:
        ui_say(ui, ROLE_WARN,
               "This is a fact, and stands as it was read: detail, fix and notes are yours to write");
        break;
    }
}
