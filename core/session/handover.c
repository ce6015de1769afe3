// Hand-over pages. Everything that comes from evidence stands in backticks or behind a dash, on one line.
#include "core/session/handover.h"

enum { MOST_EVIDENCE = 6 };

// One line of a page; a bar would end the cell of a table.
static void add_flat(struct str *ret, const char *text)
{
    for (const char *c = text ? text : ""; *c; c++) {
        if (*c == '|')
            str_add(ret, "\\|");
        else if (*c == '\n' || *c == '\r')
            str_add_char(ret, ' ');
        else
            str_add_char(ret, *c);
    }
}

static void add_item(struct str *ret, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    str_printf(ret, "- %s: ", label);
    add_flat(ret, text);
    str_add_char(ret, '\n');
}

static void add_head(const struct handover *in, struct str *ret)
{
    str_printf(ret, "# Hand-over of case %s\n\n", in->case_id);
    str_add(ret, "A guided run of d5tui, which only reads, stopped here. It changed nothing.\n\n");
    str_printf(ret,
               "To go on where it stopped: `d5tui open %s.tar.gz` (in standard mode, where your policy lets "
               "you). Without d5tui: unpack it and read report.md.\n",
               in->case_id);
}

static void add_target(const struct handover *in, struct str *ret)
{
    const struct target *t = in->target;
    char time[32];
    str_add(ret, "\n## What hurts\n\n");
    add_item(ret, "symptom", t->symptom);
    add_item(ret, "name that fails", t->query);
    add_item(ret, "namespace", t->namespace_);
    add_item(ret, "pod", t->pod);
    add_item(ret, "node", t->node);
    add_item(ret, "since", t->window.from == TIME_UNKNOWN ? NULL : clock_format(t->window.from, time));
}

static void add_found(const struct handover *in, struct str *ret)
{
    const struct report *r = in->report;
    bool open = r->verdict == VERDICT_INCONCLUSIVE;
    str_printf(ret, "\n## What was found\n\n**%s**: ", verdict_name(r->verdict));
    add_flat(ret, open ? "nothing that was seen so far shows the cause" : r->root_cause);
    str_add(ret, "\n\n");
    for (size_t i = 0; i < r->n_evidence && i < MOST_EVIDENCE; i++) {
        str_add(ret, "- `");
        add_flat(ret, r->evidence[i].content);
        str_printf(ret, "` (%s)\n", r->evidence[i].source);
    }
    if (r->n_evidence > MOST_EVIDENCE)
        str_printf(ret, "- and %zu more in report.md\n", r->n_evidence - MOST_EVIDENCE);
    if (!open && r->immediate && *r->immediate) {
        str_add(ret, "\n## For an operator; nobody has done it yet\n\n");
        add_flat(ret, r->immediate);
        str_add_char(ret, '\n');
    }
}

static bool is_part(const struct handover *in, size_t index)
{
    return in->list->refs[index].end == index + 1 && in->list->refs[index].item->gate != SOP_GATE_ONLY;
}

static bool was_done(const struct report_step *step)
{
    return step->status == STEP_DONE || step->status == STEP_FINDING || step->status == STEP_CANNOT_TELL;
}

// Parts speak for their heads.
static void add_steps(const struct handover *in, struct str *ret, bool done, const char *const *heads)
{
    str_printf(ret, "\n## %s\n\n| Step | State | %s |\n| --- | --- | --- |\n", heads[0], heads[1]);
    for (size_t i = 0; i < in->report->n_steps && i < in->list->n; i++) {
        const struct report_step *step = &in->report->steps[i];
        if (!is_part(in, i) || was_done(step) != done || step->status == STEP_NOT_RUN)
            continue;
        struct str title = {0};
        sop_item_title(in->list->refs[i].item, &title);
        str_printf(ret, "| %s ", step->id);
        add_flat(ret, str_text(&title));
        str_printf(ret, " | %s | ", step_status_phrase(step->status));
        if (step->status == STEP_HELD)
            str_add(ret, "by gate ");
        add_flat(ret, step->result ? step->result : step->reason);
        str_add(ret, " |\n");
        str_done(&title);
    }
}

static void add_not_run(const struct handover *in, struct str *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < in->report->n_steps && i < in->list->n; i++) {
        const struct report_step *step = &in->report->steps[i];
        if (is_part(in, i) && step->status == STEP_NOT_RUN)
            str_printf(ret, "%s%s", n++ ? ", " : "\nNot reached: ", step->id);
    }
    str_add(ret, n ? "\n" : "");
}

static void add_list(struct str *ret, const char *heading, const char *const *items, size_t n)
{
    if (n > 0)
        str_printf(ret, "\n## %s\n\n", heading);
    for (size_t i = 0; i < n; i++) {
        str_add(ret, "- ");
        add_flat(ret, items[i]);
        str_add_char(ret, '\n');
    }
}

void handover_write(const struct handover *in, struct str *ret)
{
    static const char *const done[] = {"What was done", "What it showed"};
    static const char *const left[] = {"What was not done", "Why"};
    add_head(in, ret);
    add_target(in, ret);
    add_found(in, ret);
    add_steps(in, ret, true, done);
    add_steps(in, ret, false, left);
    add_not_run(in, ret);
    add_list(ret, "What the mode kept from being done", in->report->limits, in->report->n_limits);
    add_list(ret, "Notes", in->report->notes, in->report->n_notes);
}
