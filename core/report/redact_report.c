// A report in the words of the redacted tree. What it quotes is cut anew out of the redacted line, by the
// places of the original quote in the original line, so that it still stands there letter by letter.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/redact_inside.h"

struct copying {
    struct redactor *r;
    struct evidence *ev;
    struct arena *arena; // of the new report
};

static const char *copy_text(const struct copying *c, const char *text)
{
    if (!text)
        return NULL;
    struct str s = {0};
    redactor_text(c->r, span_of(text), &s);
    const char *ret = arena_span(c->arena, str_span(&s));
    str_done(&s);
    return ret;
}

static const char *const *copy_texts(const struct copying *c, const char *const *texts, size_t n)
{
    const char **ret = arena_alloc(c->arena, n * sizeof *ret);
    for (size_t i = 0; i < n; i++)
        ret[i] = copy_text(c, texts[i]);
    return (const char *const *)ret;
}

// ------------------------------------------------------------------ quotes

// Where byte `at` of the line went; inside a stand-in: its begin, or its end.
static size_t moved(const struct redactor *r, size_t at, bool to_end)
{
    size_t ret = at;
    for (size_t i = 0; i < r->n_edits; i++) {
        const struct redact_edit *e = &r->edits[i];
        if (at < e->from || (at == e->from && to_end))
            break;
        if (at < e->to || (at == e->to && to_end))
            return to_end ? e->out_to : e->out_from;
        ret = e->out_to + (at - e->to);
    }
    return ret;
}

// One quoted line. Where the original does not stand in its line (a packet of a capture), it is redacted as
// it is.
static void quote_line(const struct copying *c, struct place place, struct span quote, struct str *ret)
{
    struct str was = {0}, out = {0};
    const char *found = NULL;
    if (quote.len && redact_line_at(c->r, c->ev, place, &was, &out))
        found = memmem(str_text(&was), was.len, quote.at, quote.len);
    if (found) {
        size_t at = (size_t)(found - str_text(&was));
        size_t from = moved(c->r, at, false), to = moved(c->r, at + quote.len, true);
        str_add_span(ret, span_first(span_from(str_span(&out), from), to > from ? to - from : 0));
    } else {
        redactor_text(c->r, quote, ret);
    }
    str_done(&was);
    str_done(&out);
}

static const char *copy_quote(const struct copying *c, const struct report_evidence *e)
{
    if (!place_is_set(e->place) || !evidence_file(c->ev, e->place.file) || !e->content)
        return copy_text(c, e->content);
    struct str s = {0};
    struct span rest = span_of(e->content), line;
    for (uint32_t i = 0; span_cut(&rest, '\n', &line); i++) {
        str_add(&s, i ? "\n" : "");
        quote_line(c, place_at(e->place.file, e->place.line + i), line, &s);
    }
    const char *ret = arena_span(c->arena, str_span(&s));
    str_done(&s);
    return ret;
}

static const struct report_evidence *copy_evidence(const struct copying *c, const struct report *from)
{
    struct report_evidence *ret = arena_alloc(c->arena, from->n_evidence * sizeof *ret);
    for (size_t i = 0; i < from->n_evidence; i++) {
        const struct report_evidence *e = &from->evidence[i];
        ret[i] = (struct report_evidence){.type = copy_text(c, e->type),
                                          .content = copy_quote(c, e),
                                          .source = copy_text(c, e->source),
                                          .id = copy_text(c, e->id),
                                          .finding = copy_text(c, e->finding),
                                          .place = e->place};
    }
    return ret;
}

// ------------------------------------------------------------------ the lists

static const struct report_cause *copy_also(const struct copying *c, const struct report *from)
{
    struct report_cause *ret = arena_alloc(c->arena, from->n_also * sizeof *ret);
    for (size_t i = 0; i < from->n_also; i++) {
        ret[i] = from->also[i];
        ret[i].root_cause = copy_text(c, ret[i].root_cause);
        ret[i].evidence = copy_texts(c, ret[i].evidence, ret[i].n_evidence);
    }
    return ret;
}

static const struct report_rejected *copy_rejected(const struct copying *c, const struct report *from)
{
    struct report_rejected *ret = arena_alloc(c->arena, from->n_rejected * sizeof *ret);
    for (size_t i = 0; i < from->n_rejected; i++) {
        ret[i] = from->rejected[i];
        ret[i].reason = copy_text(c, ret[i].reason);
        ret[i].source = copy_text(c, ret[i].source);
    }
    return ret;
}

static const struct report_unknown *copy_unknown(const struct copying *c, const struct report *from)
{
    struct report_unknown *ret = arena_alloc(c->arena, from->n_unknown * sizeof *ret);
    for (size_t i = 0; i < from->n_unknown; i++) {
        ret[i].what = copy_text(c, from->unknown[i].what);
        ret[i].command = copy_text(c, from->unknown[i].command);
    }
    return ret;
}

static const struct report_escalation *copy_escalation(const struct copying *c, const struct report *from)
{
    struct report_escalation *ret = arena_alloc(c->arena, from->n_escalation * sizeof *ret);
    for (size_t i = 0; i < from->n_escalation; i++) {
        ret[i] = from->escalation[i];
        ret[i].condition = copy_text(c, ret[i].condition);
        ret[i].evidence = copy_texts(c, ret[i].evidence, ret[i].n_evidence);
    }
    return ret;
}

static const struct report_step *copy_steps(const struct copying *c, const struct report *from)
{
    struct report_step *ret = arena_alloc(c->arena, from->n_steps * sizeof *ret);
    for (size_t i = 0; i < from->n_steps; i++) {
        ret[i] = from->steps[i];
        ret[i].id = copy_text(c, ret[i].id);
        ret[i].title = copy_text(c, ret[i].title);
        ret[i].result = copy_text(c, ret[i].result);
        ret[i].reason = copy_text(c, ret[i].reason);
        ret[i].evidence = copy_texts(c, ret[i].evidence, ret[i].n_evidence);
    }
    return ret;
}

struct report *redactor_report(struct redactor *r, struct evidence *ev, const struct report *report)
{
    struct report *ret = mem_alloc(sizeof *ret);
    *ret = *report;
    arena_init(&ret->arena);
    struct copying c = {.r = r, .ev = ev, .arena = &ret->arena};
    const char **const texts[] = {&ret->root_cause,      &ret->severity,  &ret->immediate, &ret->long_term,
                                  &ret->confirm,         &ret->sop,       &ret->handoff,   &ret->verified_at,
                                  &ret->verified_result, &ret->scope.pods};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = copy_text(&c, *texts[i]);
    ret->evidence = copy_evidence(&c, report);
    ret->scope.nodes = copy_texts(&c, report->scope.nodes, report->scope.n_nodes);
    ret->scope.evidence = copy_texts(&c, report->scope.evidence, report->scope.n_evidence);
    ret->also = copy_also(&c, report);
    ret->rejected = copy_rejected(&c, report);
    ret->unknown = copy_unknown(&c, report);
    ret->escalation = copy_escalation(&c, report);
    ret->steps = copy_steps(&c, report);
    ret->notes = copy_texts(&c, report->notes, report->n_notes);
    ret->limits = copy_texts(&c, report->limits, report->n_limits);
    return ret;
}
