// Fills the report from the verdict. Each part of the contract's section 3 is one function; texts that judges
// wrote are taken as they are, evidence is quoted from the tree (quote.h).
#include "core/report/build.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/judge/scope.h"
#include "core/report/escalation.h"
#include "core/report/fill_in.h"
#include "core/report/quote.h"

enum { EVIDENCE_EACH = 6, EVIDENCE_ALL = 24 };

struct building {
    const struct report_input *in;
    struct report *report;
    struct arena *arena;
    size_t cap_evidence, cap_unknown;
};

// Texts that live in claims, facts and procedure are copied: the report outlives them.
static const char *copy_text(struct building *b, const char *text)
{
    return text ? arena_strdup(b->arena, text) : NULL;
}

// ------------------------------------------------------------------ ids

// Probes number their own files; all others come after the highest of those numbers, in path order.
static uint32_t first_free_id(const struct evidence *ev)
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < evidence_count(ev); i++) {
        struct span id = span_of(evidence_file(ev, i)->probe);
        uint64_t n;
        if (span_skip(&id, "E-") && span_to_u64(id, &n) && n > highest)
            highest = n;
    }
    return (uint32_t)highest + 1;
}

const char *report_evidence_id(struct arena *arena, const struct evidence *ev, uint32_t file)
{
    const struct evidence_file *f = evidence_file(ev, file);
    return f->probe ? arena_strdup(arena, f->probe) : arena_printf(arena, "E-%03u", first_free_id(ev) + file);
}

static const char *file_id(const struct building *b, uint32_t file)
{
    return report_evidence_id(b->arena, b->in->facts->evidence, file);
}

static const char *finding_id(const struct building *b, const struct claim *claim)
{
    return arena_printf(b->arena, "F-%03zu", (size_t)(claim - b->in->claims->items) + 1);
}

static const char *source_text(const struct building *b, struct place place)
{
    struct str text = {0};
    evidence_source(b->in->facts->evidence, place, &text);
    const char *ret = arena_span(b->arena, str_span(&text));
    str_done(&text);
    return ret;
}

// ------------------------------------------------------------------ evidence

static bool is_cited(const struct report *report, struct place place)
{
    for (size_t i = 0; i < report->n_evidence; i++) {
        const struct place *have = &report->evidence[i].place;
        if (have->file == place.file && have->line == place.line)
            return true;
    }
    return false;
}

static void cite(struct building *b, const struct claim *claim, struct place place)
{
    struct report *report = b->report;
    if (!place_is_set(place) || is_cited(report, place) || report->n_evidence >= EVIDENCE_ALL)
        return;
    struct str content = {0};
    if (quote_place(b->in->facts->evidence, place, &content)) {
        struct report_evidence *list = (struct report_evidence *)report->evidence;
        struct report_evidence *e = ARENA_PUSH(b->arena, list, report->n_evidence, b->cap_evidence);
        report->evidence = list;
        *e = (struct report_evidence){
            .type = quote_type(evidence_file(b->in->facts->evidence, place.file)->path),
            .content = arena_span(b->arena, str_span(&content)),
            .source = source_text(b, place),
            .id = file_id(b, place.file),
            .finding = finding_id(b, claim),
            .place = place,
        };
    }
    str_done(&content);
}

static void cite_claim(struct building *b, const struct claim *claim)
{
    for (size_t i = 0; i < claim->n_places && i < EVIDENCE_EACH; i++)
        cite(b, claim, claim->places[i]);
}

static void cite_candidate(struct building *b, const struct candidate *c)
{
    for (size_t i = 0; i < c->n_for; i++)
        cite_claim(b, &b->in->claims->items[c->for_[i]]);
}

// The chosen cause, the further ones, and the symptom where it was seen.
static void build_evidence(struct building *b)
{
    const struct cause *cause = b->in->cause;
    size_t n = cause->n_also + (cause->diagnosis != DIAGNOSIS_INCONCLUSIVE);
    for (size_t i = 0; i < n; i++)
        cite_candidate(b, &cause->candidates[i]);
    for (size_t i = 0; i < b->in->claims->n; i++) {
        const struct claim *claim = &b->in->claims->items[i];
        if (claim->subject == SUBJECT_SYMPTOM && (claim->kind == CLAIM_NOTE || claim->kind == CLAIM_EFFECT))
            cite_claim(b, claim);
    }
}

// The ids of the evidence that some claims rest on, without repeats.
static const char *const *evidence_ids(struct building *b, const uint32_t *claims, size_t n, size_t *ret_n)
{
    const char **ids = NULL;
    size_t cap = 0;
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct claim *claim = &b->in->claims->items[claims[i]];
        for (size_t k = 0; k < claim->n_places; k++) {
            if (!place_is_set(claim->places[k]))
                continue;
            const char *id = file_id(b, claim->places[k].file);
            bool known = false;
            for (size_t j = 0; j < *ret_n; j++)
                known |= strcmp(ids[j], id) == 0;
            if (!known)
                *ARENA_PUSH(b->arena, ids, *ret_n, cap) = id;
        }
    }
    return ids;
}

// ------------------------------------------------------------------ the verdict's words

static const char *root_cause(struct building *b, const struct candidate *c)
{
    return arena_printf(b->arena, "%s — %s", diagnosis_info(c->diagnosis)->token, c->detail);
}

static void build_verdict(struct building *b)
{
    struct report *report = b->report;
    const struct cause *cause = b->in->cause;
    const struct diagnosis_info *info = diagnosis_info(cause->diagnosis);
    const char *fix = info->fix;
    report->diagnosis = cause->diagnosis;
    report->verdict = cause->verdict;
    report->handoff = info->handoff;
    report->long_term = info->long_term;
    report->confirm = fill_in(b->arena, b->in->facts, info->check);
    report->sop = copy_text(b, b->in->sop->id);
    report->severity = diagnosis_is_normal(cause->diagnosis) ? "INFO" : copy_text(b, b->in->sop->severity);
    if (cause->diagnosis == DIAGNOSIS_INCONCLUSIVE) {
        report->root_cause =
            "inconclusive — the evidence does not show a cause; what would tell stands under unknown";
    } else {
        const struct candidate *chosen = &cause->candidates[0];
        report->root_cause = root_cause(b, chosen);
        if (chosen->cause && chosen->cause->fix)
            fix = chosen->cause->fix;
    }
    report->immediate = arena_printf(b->arena, "Operator: %s", fix);
}

static void build_also(struct building *b)
{
    const struct cause *cause = b->in->cause;
    struct report_cause *list = arena_alloc(b->arena, (cause->n_also + 1) * sizeof *list);
    for (size_t i = 0; i < cause->n_also; i++) {
        const struct candidate *c = &cause->candidates[1 + i];
        list[i] = (struct report_cause){
            .root_cause = root_cause(b, c), .diagnosis = c->diagnosis, .verdict = c->verdict};
        list[i].evidence = evidence_ids(b, c->for_, c->n_for, &list[i].n_evidence);
    }
    b->report->also = list;
    b->report->n_also = cause->n_also;
}

// The place that speaks against a candidate, else the one that spoke for it.
static const char *rejected_source(struct building *b, const struct candidate *c)
{
    const uint32_t *lists[] = {c->against, c->elsewhere, c->for_};
    const size_t lengths[] = {c->n_against, c->n_elsewhere, c->n_for};
    for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
        for (size_t i = 0; i < lengths[k]; i++) {
            const struct claim *claim = &b->in->claims->items[lists[k][i]];
            if (claim->n_places && place_is_set(claim->places[0]))
                return source_text(b, claim->places[0]);
        }
    }
    return NULL;
}

static void build_rejected(struct building *b)
{
    const struct cause *cause = b->in->cause;
    const struct candidate *from =
        cause->candidates + cause->n_also + (cause->diagnosis != DIAGNOSIS_INCONCLUSIVE);
    struct report_rejected *list = arena_alloc(b->arena, (cause->n_rejected + 1) * sizeof *list);
    for (size_t i = 0; i < cause->n_rejected; i++) {
        list[i] = (struct report_rejected){
            .diagnosis = from[i].diagnosis,
            .reason = copy_text(b, from[i].reason),
            .source = rejected_source(b, &from[i]),
        };
    }
    b->report->rejected = list;
    b->report->n_rejected = cause->n_rejected;
}

// ------------------------------------------------------------------ gaps

static void add_unknown(struct building *b, const char *what, const char *command)
{
    struct report *report = b->report;
    for (size_t i = 0; i < report->n_unknown; i++) {
        if (strcmp(report->unknown[i].what, what) == 0)
            return;
    }
    struct report_unknown *list = (struct report_unknown *)report->unknown;
    *ARENA_PUSH(b->arena, list, report->n_unknown, b->cap_unknown) =
        (struct report_unknown){copy_text(b, what), fill_in(b->arena, b->in->facts, command)};
    report->unknown = list;
}

// What judges hang on comes before what could merely not be read.
static void build_unknown(struct building *b)
{
    for (size_t i = 0; i < b->in->claims->n; i++) {
        const struct claim *claim = &b->in->claims->items[i];
        if (claim->kind == CLAIM_GAP)
            add_unknown(b, claim->text, claim->command);
    }
    for (size_t i = 0; i < b->in->facts->n_gaps; i++)
        add_unknown(b, b->in->facts->gaps[i].what, b->in->facts->gaps[i].command);
}

static void build_escalation(struct building *b)
{
    const struct sop *sop = b->in->sop;
    struct report_escalation *list = arena_alloc(b->arena, (sop->n_escalation + 1) * sizeof *list);
    for (size_t i = 0; i < sop->n_escalation; i++) {
        size_t n = 0;
        uint32_t *holds = arena_alloc(b->arena, (b->in->claims->n + 1) * sizeof *holds);
        if (!escalation_holds(sop->escalation[i], b->in, holds, &n))
            continue;
        struct report_escalation *e = &list[b->report->n_escalation++];
        e->condition = copy_text(b, sop->escalation[i]);
        e->evidence = evidence_ids(b, holds, n, &e->n_evidence);
    }
    b->report->escalation = list;
}

// ------------------------------------------------------------------

static void build_steps(struct building *b)
{
    struct report_step *steps = arena_dup(b->arena, b->in->steps, b->in->n_steps * sizeof *steps);
    for (size_t i = 0; i < b->in->n_steps; i++) {
        struct report_step *s = &steps[i];
        s->id = copy_text(b, s->id);
        s->result = copy_text(b, s->result);
        s->reason = copy_text(b, s->reason);
        s->title = copy_text(b, s->title);
        const char **ids = arena_dup(b->arena, s->evidence, s->n_evidence * sizeof *ids);
        for (size_t k = 0; k < s->n_evidence; k++)
            ids[k] = arena_strdup(b->arena, ids[k]);
        s->evidence = ids;
    }
    b->report->steps = steps;
    b->report->n_steps = b->in->n_steps;
}

// How far it reaches, where something failed.
static void build_scope(struct building *b)
{
    struct scope scope;
    struct report_scope *ret = &b->report->scope;
    scope_find(b->arena, b->in->facts, &scope);
    ret->since = scope.since;
    if (!scope.failing)
        return;
    ret->pods = arena_printf(b->arena, "%zu of %zu seen", scope.failing, scope.seen);
    ret->nodes = scope.nodes;
    ret->n_nodes = scope.n_nodes;
    const char **ids = arena_alloc(b->arena, SCOPE_PLACES * sizeof *ids);
    for (size_t i = 0; i < scope.n_places; i++) {
        const char *id = report_evidence_id(b->arena, b->in->facts->evidence, scope.places[i].file);
        bool known = false;
        for (size_t j = 0; j < ret->n_evidence; j++)
            known |= strcmp(ids[j], id) == 0;
        if (!known)
            ids[ret->n_evidence++] = id;
    }
    ret->evidence = ids;
}

struct report *report_build(const struct report_input *in)
{
    struct report *report = mem_alloc(sizeof *report);
    struct building b = {
        .in = in,
        .report = report,
        .arena = &report->arena,
    };
    report->scope.since = TIME_UNKNOWN;
    report->guided = in->guided;
    build_verdict(&b);
    build_evidence(&b);
    build_also(&b);
    build_rejected(&b);
    build_unknown(&b);
    build_escalation(&b);
    build_steps(&b);
    build_scope(&b);
    return report;
}
