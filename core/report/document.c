// Says the report to a person: first what it is, then what it rests on, then what to do, then the rest.
#include "core/report/document.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

struct document {
    const struct report *report;
    const struct document_sink *sink;
    void *context;
};

enum { LINE_RUNS = 16 };

struct line { // runs being put together
    struct run items[LINE_RUNS];
    size_t n;
};

static void add(struct line *line, enum run_style style, const char *text)
{
    if (line->n < LINE_RUNS)
        line->items[line->n++] = (struct run){style, text};
}

static struct runs runs_of(const struct line *line)
{
    return (struct runs){line->items, line->n};
}

static void say(const struct document *d, const struct line *line)
{
    d->sink->paragraph(d->context, runs_of(line));
}

static void say_item(const struct document *d, const struct line *line, const char *quote)
{
    d->sink->item(d->context, runs_of(line), quote);
}

// " (E-003, E-007)"
static void add_ids(struct line *line, struct str *room, const char *const *ids, size_t n)
{
    if (n == 0)
        return;
    str_clear(room);
    for (size_t i = 0; i < n; i++)
        str_printf(room, "%s%s", i > 0 ? ", " : " (", ids[i]);
    str_add(room, ")");
    add(line, RUN_TEXT, str_text(room));
}

// ------------------------------------------------------------------ sections

static void say_head(const struct document *d)
{
    const struct report *r = d->report;
    struct line line = {0};
    d->sink->heading(d->context, 1, r->root_cause);
    add(&line, RUN_STRONG, verdict_name(r->verdict));
    add(&line, RUN_TEXT, " · diagnosis ");
    add(&line, RUN_CODE, diagnosis_info(r->diagnosis)->id);
    add(&line, RUN_TEXT, " · severity ");
    add(&line, RUN_STRONG, r->severity);
    add(&line, RUN_TEXT, " · procedure ");
    add(&line, RUN_TEXT, r->sop);
    if (r->handoff) {
        add(&line, RUN_TEXT, " · go on with ");
        add(&line, RUN_STRONG, r->handoff);
    }
    if (r->guided)
        add(&line, RUN_TEXT, " · guided run, read-only");
    say(d, &line);
}

static void say_evidence(const struct document *d)
{
    const struct report *r = d->report;
    if (r->n_evidence == 0)
        return;
    d->sink->heading(d->context, 2, "Evidence");
    d->sink->list_begin(d->context);
    for (size_t i = 0; i < r->n_evidence; i++) {
        const struct report_evidence *e = &r->evidence[i];
        struct line line = {0};
        add(&line, RUN_CODE, e->source);
        add(&line, RUN_TEXT, " (");
        add(&line, RUN_TEXT, e->type);
        const char *const ids[] = {e->id, e->finding};
        for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
            if (!ids[k])
                continue;
            add(&line, RUN_TEXT, ", ");
            add(&line, RUN_TEXT, ids[k]);
        }
        add(&line, RUN_TEXT, ")");
        say_item(d, &line, e->content);
    }
    d->sink->list_end(d->context);
}

static void say_labelled(const struct document *d, const char *label, const char *text)
{
    struct line line = {0};
    if (!text || !text[0])
        return;
    add(&line, RUN_STRONG, label);
    add(&line, RUN_TEXT, " ");
    add(&line, RUN_TEXT, text);
    say(d, &line);
}

static void say_mitigation(const struct document *d)
{
    d->sink->heading(d->context, 2, "Mitigation");
    say_labelled(d, "Now:", d->report->immediate);
    say_labelled(d, "To keep it from coming back:", d->report->long_term);
    say_labelled(d, "To check:", d->report->confirm);
}

static void say_nodes(const struct document *d, const struct report_scope *scope)
{
    struct line line = {0};
    add(&line, RUN_TEXT, scope->n_nodes == 1 ? "Node: " : "Nodes: ");
    for (size_t i = 0; i < scope->n_nodes && i < LINE_RUNS / 2 - 1; i++) {
        if (i > 0)
            add(&line, RUN_TEXT, ", ");
        add(&line, RUN_CODE, scope->nodes[i]);
    }
    if (scope->n_nodes >= LINE_RUNS / 2)
        add(&line, RUN_TEXT, ", …");
    say_item(d, &line, NULL);
}

static void say_scope(const struct document *d)
{
    const struct report_scope *scope = &d->report->scope;
    char since[32];
    if (!scope->pods && scope->n_nodes == 0 && scope->since == TIME_UNKNOWN)
        return;
    d->sink->heading(d->context, 2, "Scope");
    d->sink->list_begin(d->context);
    if (scope->pods) {
        struct line line = {0};
        struct str ids = {0};
        add(&line, RUN_TEXT, "Pods: ");
        add(&line, RUN_TEXT, scope->pods);
        add_ids(&line, &ids, scope->evidence, scope->n_evidence);
        say_item(d, &line, NULL);
        str_done(&ids);
    }
    if (scope->n_nodes > 0)
        say_nodes(d, scope);
    if (scope->since != TIME_UNKNOWN) {
        struct line line = {0};
        add(&line, RUN_TEXT, "Since ");
        add(&line, RUN_TEXT, clock_format(scope->since, since));
        say_item(d, &line, NULL);
    }
    d->sink->list_end(d->context);
}

static void say_also(const struct document *d)
{
    const struct report *r = d->report;
    struct str ids = {0};
    if (r->n_also == 0)
        return;
    d->sink->heading(d->context, 2, "Also");
    d->sink->list_begin(d->context);
    for (size_t i = 0; i < r->n_also; i++) {
        struct line line = {0};
        add(&line, RUN_TEXT, r->also[i].root_cause);
        add(&line, RUN_TEXT, ": ");
        add(&line, RUN_STRONG, verdict_name(r->also[i].verdict));
        add_ids(&line, &ids, r->also[i].evidence, r->also[i].n_evidence);
        say_item(d, &line, NULL);
    }
    d->sink->list_end(d->context);
    str_done(&ids);
}

static void say_rejected(const struct document *d)
{
    const struct report *r = d->report;
    if (r->n_rejected == 0)
        return;
    d->sink->heading(d->context, 2, "Considered and not the cause");
    d->sink->list_begin(d->context);
    for (size_t i = 0; i < r->n_rejected; i++) {
        struct line line = {0};
        add(&line, RUN_CODE, diagnosis_info(r->rejected[i].diagnosis)->id);
        add(&line, RUN_TEXT, ": ");
        add(&line, RUN_TEXT, r->rejected[i].reason);
        if (r->rejected[i].source) {
            add(&line, RUN_TEXT, ", ");
            add(&line, RUN_CODE, r->rejected[i].source);
        }
        say_item(d, &line, NULL);
    }
    d->sink->list_end(d->context);
}

static void say_unknown(const struct document *d)
{
    const struct report *r = d->report;
    if (r->n_unknown == 0)
        return;
    d->sink->heading(d->context, 2, "Not known");
    d->sink->list_begin(d->context);
    for (size_t i = 0; i < r->n_unknown; i++) {
        struct line line = {0};
        add(&line, RUN_TEXT, r->unknown[i].what);
        if (r->unknown[i].command) {
            add(&line, RUN_TEXT, "; would tell: ");
            add(&line, RUN_CODE, r->unknown[i].command);
        }
        say_item(d, &line, NULL);
    }
    d->sink->list_end(d->context);
}

static void say_escalation(const struct document *d)
{
    const struct report *r = d->report;
    struct str ids = {0};
    if (r->n_escalation == 0)
        return;
    d->sink->heading(d->context, 2, "Escalate");
    d->sink->list_begin(d->context);
    for (size_t i = 0; i < r->n_escalation; i++) {
        struct line line = {0};
        add(&line, RUN_TEXT, r->escalation[i].condition);
        add_ids(&line, &ids, r->escalation[i].evidence, r->escalation[i].n_evidence);
        say_item(d, &line, NULL);
    }
    d->sink->list_end(d->context);
    str_done(&ids);
}

static void say_verified(const struct document *d)
{
    struct line line = {0};
    if (!d->report->verified_at)
        return;
    d->sink->heading(d->context, 2, "Checked again");
    add(&line, RUN_TEXT, d->report->verified_at);
    add(&line, RUN_TEXT, ": ");
    add(&line, RUN_STRONG, d->report->verified_result);
    say(d, &line);
}

static void say_list(const struct document *d, const char *heading, const char *const *items, size_t n)
{
    if (n == 0)
        return;
    d->sink->heading(d->context, 2, heading);
    d->sink->list_begin(d->context);
    for (size_t i = 0; i < n; i++) {
        struct line line = {0};
        add(&line, RUN_TEXT, items[i]);
        say_item(d, &line, NULL);
    }
    d->sink->list_end(d->context);
}

static void say_step(const struct document *d, const struct report_step *s)
{
    struct str step = {0}, seen = {0}, ids = {0};
    const char *level = sop_level_name(s->level);
    str_printf(&step, "%s%s%s", s->id, s->title ? " " : "", s->title ? s->title : "");
    if (s->result || s->reason)
        str_printf(&seen, "%s%s", s->status == STEP_HELD ? "by gate " : "",
                   s->result ? s->result : s->reason);
    for (size_t i = 0; i < s->n_evidence; i++)
        str_printf(&ids, "%s%s", i > 0 ? ", " : "", s->evidence[i]);
    const struct run cells[DOCUMENT_COLUMNS] = {
        {RUN_TEXT, str_text(&step)},
        {RUN_TEXT, level ? level : ""},
        {s->status == STEP_FINDING ? RUN_STRONG : RUN_TEXT, step_status_phrase(s->status)},
        {RUN_TEXT, str_text(&seen)},
        {RUN_TEXT, str_text(&ids)},
    };
    d->sink->row(d->context, cells);
    str_done(&step);
    str_done(&seen);
    str_done(&ids);
}

static void say_steps(const struct document *d)
{
    static const char *const heads[DOCUMENT_COLUMNS] = {"Step", "Level", "State", "What was seen, or why not",
                                                        "Evidence"};
    const struct report *r = d->report;
    if (r->n_steps == 0)
        return;
    d->sink->heading(d->context, 2, "Steps");
    d->sink->table_begin(d->context, "every step of the procedure", heads);
    for (size_t i = 0; i < r->n_steps; i++)
        say_step(d, &r->steps[i]);
    d->sink->table_end(d->context);
}

void document_add_quoted(struct str *out, struct span line)
{
    struct span part;
    while (span_cut(&line, '\t', &part)) {
        utf8_make_safe(part, out);
        if (line.at)
            str_add_char(out, '\t');
    }
}

void document_walk(const struct report *report, const struct document_sink *sink, void *context)
{
    const struct document d = {report, sink, context};
    say_head(&d);
    say_evidence(&d);
    say_mitigation(&d);
    say_scope(&d);
    say_also(&d);
    say_escalation(&d);
    say_unknown(&d);
    say_rejected(&d);
    say_verified(&d);
    say_list(&d, "Notes", report->notes, report->n_notes);
    say_list(&d, "What guided mode kept from being done", report->limits, report->n_limits);
    say_steps(&d);
}
