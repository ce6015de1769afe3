// Walks the report in the contract's order. The first four keys are the procedure's own output format; the
// rest extend it. Keys that hold nothing stay, as null or an empty list, but for those that the contract
// shows only where there is something: mitigation.check, notes, mode and mode_limits.
#include "core/report/walk.h"

struct walk {
    const struct report_sink *sink;
    void *context;
};

static void open_as(const struct walk *w, const char *name, char bracket, enum report_layout layout)
{
    w->sink->open(w->context, name, bracket, layout);
}

static void close_as(const struct walk *w, char bracket)
{
    w->sink->close(w->context, bracket);
}

static void text(const struct walk *w, const char *name, const char *value)
{
    w->sink->text(w->context, name, value);
}

static void word(const struct walk *w, const char *name, const char *value)
{
    w->sink->word(w->context, name, value);
}

static void words(const struct walk *w, const char *name, const char *const *items, size_t n)
{
    open_as(w, name, '[', REPORT_FLOW);
    for (size_t i = 0; i < n; i++)
        word(w, NULL, items[i]);
    close_as(w, ']');
}

static void walk_evidence(const struct walk *w, const struct report *r)
{
    open_as(w, "evidence", '[', REPORT_BLOCK);
    for (size_t i = 0; i < r->n_evidence; i++) {
        const struct report_evidence *e = &r->evidence[i];
        open_as(w, NULL, '{', REPORT_BLOCK);
        word(w, "type", e->type);
        text(w, "content", e->content);
        text(w, "source", e->source);
        word(w, "id", e->id);
        word(w, "finding", e->finding);
        close_as(w, '}');
    }
    close_as(w, ']');
}

static void walk_mitigation(const struct walk *w, const struct report *r)
{
    open_as(w, "mitigation", '{', REPORT_BLOCK);
    text(w, "immediate", r->immediate);
    text(w, "long_term", r->long_term);
    if (r->confirm && r->confirm[0])
        text(w, "check", r->confirm);
    close_as(w, '}');
}

static void walk_scope(const struct walk *w, const struct report_scope *scope)
{
    char since[32];
    open_as(w, "scope", '{', REPORT_FLOW);
    text(w, "pods", scope->pods);
    words(w, "nodes", scope->nodes, scope->n_nodes);
    word(w, "since", scope->since == TIME_UNKNOWN ? NULL : clock_format(scope->since, since));
    words(w, "evidence", scope->evidence, scope->n_evidence);
    close_as(w, '}');
}

static void walk_also(const struct walk *w, const struct report *r)
{
    open_as(w, "also", '[', REPORT_BLOCK);
    for (size_t i = 0; i < r->n_also; i++) {
        const struct report_cause *c = &r->also[i];
        open_as(w, NULL, '{', REPORT_FLOW);
        text(w, "root_cause", c->root_cause);
        word(w, "diagnosis", diagnosis_info(c->diagnosis)->id);
        word(w, "verdict", verdict_name(c->verdict));
        words(w, "evidence", c->evidence, c->n_evidence);
        close_as(w, '}');
    }
    close_as(w, ']');
}

static void walk_rejected(const struct walk *w, const struct report *r)
{
    open_as(w, "rejected", '[', REPORT_BLOCK);
    for (size_t i = 0; i < r->n_rejected; i++) {
        const struct report_rejected *x = &r->rejected[i];
        open_as(w, NULL, '{', REPORT_FLOW);
        word(w, "diagnosis", diagnosis_info(x->diagnosis)->id);
        text(w, "reason", x->reason);
        text(w, "source", x->source);
        close_as(w, '}');
    }
    close_as(w, ']');
}

static void walk_unknown(const struct walk *w, const struct report *r)
{
    open_as(w, "unknown", '[', REPORT_BLOCK);
    for (size_t i = 0; i < r->n_unknown; i++) {
        open_as(w, NULL, '{', REPORT_FLOW);
        text(w, "what", r->unknown[i].what);
        text(w, "command", r->unknown[i].command);
        close_as(w, '}');
    }
    close_as(w, ']');
}

static void walk_escalation(const struct walk *w, const struct report *r)
{
    open_as(w, "escalation", '[', REPORT_BLOCK);
    for (size_t i = 0; i < r->n_escalation; i++) {
        const struct report_escalation *e = &r->escalation[i];
        open_as(w, NULL, '{', REPORT_FLOW);
        text(w, "condition", e->condition);
        words(w, "evidence", e->evidence, e->n_evidence);
        close_as(w, '}');
    }
    close_as(w, ']');
}

static void walk_verified(const struct walk *w, const struct report *r)
{
    if (!r->verified_at) {
        word(w, "verified", NULL);
        return;
    }
    open_as(w, "verified", '{', REPORT_FLOW);
    word(w, "at", r->verified_at);
    word(w, "result", r->verified_result);
    close_as(w, '}');
}

static void walk_step(const struct walk *w, const struct report_step *s)
{
    open_as(w, NULL, '{', REPORT_FLOW);
    word(w, "id", s->id);
    word(w, "level", sop_level_name(s->level));
    word(w, "status", step_status_name(s->status));
    if (s->result)
        text(w, "result", s->result);
    if (s->reason)
        text(w, "reason", s->reason);
    words(w, "evidence", s->evidence, s->n_evidence);
    close_as(w, '}');
}

static void walk_steps(const struct walk *w, const struct report *r)
{
    open_as(w, "steps", '[', REPORT_BLOCK);
    for (size_t i = 0; i < r->n_steps; i++)
        walk_step(w, &r->steps[i]);
    close_as(w, ']');
}

static void walk_texts(const struct walk *w, const char *name, const char *const *items, size_t n)
{
    if (n == 0)
        return;
    open_as(w, name, '[', REPORT_BLOCK);
    for (size_t i = 0; i < n; i++)
        text(w, NULL, items[i]);
    close_as(w, ']');
}

static void walk_person(const struct walk *w, const struct report *r)
{
    walk_texts(w, "notes", r->notes, r->n_notes);
    if (r->guided)
        word(w, "mode", "guided");
    walk_texts(w, "mode_limits", r->limits, r->n_limits);
}

void report_walk(const struct report *r, const struct report_sink *sink, void *context)
{
    const struct walk walk = {sink, context}, *w = &walk;
    open_as(w, NULL, '{', REPORT_BLOCK);
    text(w, "root_cause", r->root_cause);
    walk_evidence(w, r);
    word(w, "severity", r->severity);
    walk_mitigation(w, r);
    word(w, "sop", r->sop);
    word(w, "diagnosis", diagnosis_info(r->diagnosis)->id);
    word(w, "verdict", verdict_name(r->verdict));
    word(w, "handoff", r->handoff);
    walk_scope(w, &r->scope);
    walk_also(w, r);
    walk_rejected(w, r);
    walk_unknown(w, r);
    walk_escalation(w, r);
    walk_verified(w, r);
    walk_steps(w, r);
    walk_person(w, r);
    close_as(w, '}');
}
