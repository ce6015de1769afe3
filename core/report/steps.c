// Judges items of the procedure by the claims on their subjects: first every item that has no items under it,
// then their heads from what stands below.
#include "core/report/steps.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/catalogue.h"
#include "core/report/build.h"
#include "core/report/steps_facts.h"
#include "core/report/steps_probes.h"

enum { SUBJECTS_EACH = 8, EVIDENCE_EACH = 6 };

struct looking {
    const struct steps_input *in;
    struct arena *arena;
    struct report_step *steps;
};

// ------------------------------------------------------------------ what claims say of some subjects

// Stronger words first: what a step shows is the strongest that some claim says.
enum weight { WEIGHT_CAUSE, WEIGHT_CLEAR, WEIGHT_EFFECT, WEIGHT_GAP, WEIGHT_NOTE, WEIGHT_NONE };

static bool is_beside(const struct claim *c)
{
    return c->on_path == TRI_NO || c->in_window == TRI_NO || diagnosis_is_normal(c->diagnosis);
}

// Whether each cause of that diagnosis that was seen is one of another place or time: lookups that failed are
// then not its effect, whoever says so.
static bool has_causes_beside_only(const struct claims *claims, enum diagnosis diagnosis)
{
    size_t n = 0;
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *c = &claims->items[i];
        if (c->kind != CLAIM_CAUSE || c->diagnosis != diagnosis)
            continue;
        if (!is_beside(c))
            return false;
        n++;
    }
    return n > 0;
}

static enum weight claim_weight(const struct claims *claims, const struct claim *c)
{
    switch (c->kind) {
    case CLAIM_CAUSE:
        return is_beside(c) ? WEIGHT_NOTE : WEIGHT_CAUSE;
    case CLAIM_EFFECT:
        return is_beside(c) || has_causes_beside_only(claims, c->diagnosis) ? WEIGHT_NOTE : WEIGHT_EFFECT;
    case CLAIM_CLEAR:
        return WEIGHT_CLEAR;
    case CLAIM_GAP:
        return WEIGHT_GAP;
    case CLAIM_AGAINST:
    case CLAIM_INNOCENT:
    case CLAIM_NOTE:
        break;
    }
    return WEIGHT_NOTE;
}

static enum step_status weight_status(enum weight weight)
{
    static const enum step_status status[] = {
        [WEIGHT_CAUSE] = STEP_FINDING,   [WEIGHT_CLEAR] = STEP_DONE, [WEIGHT_EFFECT] = STEP_FINDING,
        [WEIGHT_GAP] = STEP_CANNOT_TELL, [WEIGHT_NOTE] = STEP_DONE,  [WEIGHT_NONE] = STEP_CANNOT_TELL,
    };
    return status[weight];
}

static bool is_about(const struct claim *c, const enum subject *subjects, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c->subject == subjects[i])
            return true;
    }
    return false;
}

static enum weight heaviest(const struct claims *claims, const enum subject *subjects, size_t n)
{
    enum weight best = WEIGHT_NONE;
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *claim = &claims->items[i];
        if (is_about(claim, subjects, n) && claim_weight(claims, claim) < best)
            best = claim_weight(claims, claim);
    }
    return best;
}

// ------------------------------------------------------------------ evidence of a step

void step_add_evidence(struct report_step *step, const struct facts *facts, struct arena *arena,
                       struct place place)
{
    if (!place_is_set(place) || step->n_evidence >= EVIDENCE_EACH)
        return;
    const char *id = report_evidence_id(arena, facts->evidence, place.file);
    for (size_t i = 0; i < step->n_evidence; i++) {
        if (strcmp(step->evidence[i], id) == 0)
            return;
    }
    const char **ids = arena_alloc(arena, (step->n_evidence + 1) * sizeof *ids);
    if (step->n_evidence)
        memcpy(ids, step->evidence, step->n_evidence * sizeof *ids);
    ids[step->n_evidence++] = id;
    step->evidence = ids;
}

static void add_claim_evidence(struct looking *l, struct report_step *step, const struct claim *claim)
{
    for (size_t i = 0; i < claim->n_places; i++)
        step_add_evidence(step, l->in->facts, l->arena, claim->places[i]);
}

// ------------------------------------------------------------------ words

void step_say(struct report_step *step, enum step_status status, const char *text)
{
    step->status = status;
    bool is_result = status == STEP_DONE || status == STEP_FINDING;
    step->result = is_result ? text : NULL;
    step->reason = is_result ? NULL : text;
}

// "14 lines in 40 files, 3.1 MB": how often the step's own queries were met.
static const char *count_text(const struct looking *l, const struct sop_item *item)
{
    const struct step_counts *counts = l->in->counts;
    uint64_t lines = 0;
    size_t met = 0;
    for (size_t i = 0; counts && i < counts->n; i++) {
        for (size_t k = 0; k < item->n_calls; k++) {
            if (counts->items[i].call == &item->calls[k]) {
                lines += counts->items[i].lines;
                met++;
            }
        }
    }
    if (met == 0)
        return NULL;
    return arena_printf(l->arena, "search: %" PRIu64 " hit%s in %" PRIu64 " files, %.1f MB%s%s", lines,
                        lines == 1 ? "" : "s", counts->files, (double)counts->bytes / 1e6,
                        counts->left_out ? "; not searched: " : "", counts->left_out ? counts->left_out : "");
}

static const char *joined(struct arena *arena, const char *a, const char *b)
{
    if (!a || !b)
        return a ? a : b;
    return arena_printf(arena, "%s; %s", a, b);
}

// ------------------------------------------------------------------ items without items under them

// A cause that was none here is told with the reason, else it reads like one.
static const char *claim_word(struct arena *arena, const struct claim *c)
{
    const char *why = c->on_path == TRI_NO     ? "not on the way of the failing queries: "
                      : c->in_window == TRI_NO ? "not while it hurt: "
                                               : "";
    return arena_printf(arena, "%s%s", c->kind == CLAIM_CAUSE ? why : "", c->text);
}

// All claims of that weight are the step's evidence, the first is its word.
static void say_claims(struct looking *l, struct report_step *step, enum weight weight,
                       const enum subject *subjects, size_t n)
{
    const char *text = NULL;
    size_t more = 0;
    for (size_t i = 0; i < l->in->claims->n; i++) {
        const struct claim *claim = &l->in->claims->items[i];
        if (!is_about(claim, subjects, n) || claim_weight(l->in->claims, claim) != weight)
            continue;
        if (!text)
            text = claim_word(l->arena, claim);
        else
            more++;
        add_claim_evidence(l, step, claim);
    }
    if (more > 0)
        text = arena_printf(l->arena, "%s (and %zu more)", text, more);
    step_say(step, weight_status(weight), text);
}

// Nobody claims anything: facts may still tell, else the step says where it would have been read.
static void say_without_claims(struct looking *l, struct report_step *step, const struct sop_item *item,
                               const enum subject *subjects, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (step_from_facts(step, subjects[i], l->in, l->arena))
            return;
    }
    const char *files = NULL;
    for (size_t i = 0; i < item->n_calls && !files; i++) {
        const struct catalogue_row *row = catalogue_find(item, &item->calls[i]);
        files = row ? row->files : NULL;
    }
    step_say(step, STEP_CANNOT_TELL,
             files ? arena_printf(l->arena, "nothing in the evidence tells; it is read from %s", files)
                   : "nothing in the evidence tells");
}

static void look_at_subjects(struct looking *l, struct report_step *step, const struct step_ref *ref)
{
    enum subject subjects[SUBJECTS_EACH];
    size_t n = catalogue_subjects(ref->item, ref->parent, subjects, SUBJECTS_EACH);
    enum weight weight = heaviest(l->in->claims, subjects, n);
    if (n == 0)
        step_say(step, STEP_NOT_RUN, "asks a person");
    else if (weight == WEIGHT_NONE)
        say_without_claims(l, step, ref->item, subjects, n);
    else
        say_claims(l, step, weight, subjects, n);
    if (step->status == STEP_CANNOT_TELL && l->in->facts->evidence)
        step_from_probes(step, (struct subject_list){subjects, n}, l->in->facts->evidence, l->arena);
    const char *count = count_text(l, ref->item);
    if (step->result)
        step->result = joined(l->arena, step->result, count);
    else
        step->reason = joined(l->arena, step->reason, count);
}

void steps_answer_by_report(struct report_step *step, const struct cause *cause, struct arena *arena)
{
    bool known = cause->verdict != VERDICT_INCONCLUSIVE;
    step_say(step, STEP_DONE,
             arena_printf(arena, "answered by this report: %s%s%s", verdict_name(cause->verdict),
                          known ? ", " : "", known ? diagnosis_info(cause->diagnosis)->title : ""));
}

// ------------------------------------------------------------------ heads and gates

static int rank(enum step_status status)
{
    switch (status) {
    case STEP_FINDING:
        return 4;
    case STEP_CANNOT_TELL:
    case STEP_NOT_ALLOWED:
    case STEP_FAILED:
        return 3;
    case STEP_DONE:
        return 2;
    default:
        return 1;
    }
}

// Which of two nested steps speaks for their head: the graver one; of equals the one that says more, whatever
// their order.
static bool tells_more(const struct report_step *a, const struct report_step *b)
{
    if (rank(a->status) != rank(b->status))
        return rank(a->status) > rank(b->status);
    struct span x = span_of(a->result ? a->result : a->reason),
                y = span_of(b->result ? b->result : b->reason);
    return x.len != y.len ? x.len > y.len : span_compare(x, y) < 0;
}

// A head is what the weightiest of the items directly under it is; the sentence of its gate is not asked.
static void look_at_head(struct looking *l, size_t index)
{
    const struct step_ref *head = &l->in->list->refs[index];
    struct report_step *step = &l->steps[index];
    const struct report_step *best = NULL;
    for (size_t i = index + 1; i < head->end; i = l->in->list->refs[i].end) {
        if (l->in->list->refs[i].item->gate != SOP_GATE_ONLY && (!best || tells_more(&l->steps[i], best)))
            best = &l->steps[i];
    }
    if (!best)
        return;
    step->status = best->status;
    step->result = best->result;
    step->reason = best->reason;
    step->evidence = best->evidence;
    step->n_evidence = best->n_evidence;
}

// The sentence itself: says which way the gate went.
static void look_at_only(struct looking *l, size_t gate, size_t only)
{
    const struct report_step *head = &l->steps[gate];
    struct report_step *step = &l->steps[only];
    if (head->status == STEP_FINDING)
        step_say(step, STEP_DONE, arena_printf(l->arena, "holds what it names: %s", head->result));
    else if (head->status == STEP_DONE)
        step_say(step, STEP_DONE, "clear: opens what it names");
    else
        step_say(step, STEP_CANNOT_TELL,
                 arena_printf(l->arena, "opens what it names, with the gap: %s", head->reason));
}

static void look_at_heads(struct looking *l)
{
    const struct step_list *list = l->in->list;
    for (size_t i = list->n; i-- > 0;) {
        const struct step_ref *ref = &list->refs[i];
        if (ref->item->n_nested == 0 || ref->reporting)
            continue;
        look_at_head(l, i);
        for (size_t k = i + 1; k < ref->end; k = list->refs[k].end) {
            if (list->refs[k].item->gate == SOP_GATE_ONLY)
                look_at_only(l, i, k);
        }
    }
}

// ------------------------------------------------------------------

static const char *step_title(struct arena *arena, const struct sop_item *item)
{
    struct str title = {0};
    sop_item_title(item, &title);
    const char *ret = arena_span(arena, str_span(&title));
    str_done(&title);
    return ret;
}

void steps_evaluate(const struct steps_input *in, struct arena *arena, struct report_step *ret)
{
    struct looking l = {in, arena, ret};
    for (size_t i = 0; i < in->list->n; i++) {
        const struct step_ref *ref = &in->list->refs[i];
        ret[i] = (struct report_step){
            .id = arena_strdup(arena, ref->item->id),
            .level = ref->item->level,
            .depth = ref->depth,
            .title = step_title(arena, ref->item),
        };
        if (ref->reporting)
            steps_answer_by_report(&ret[i], in->cause, arena);
        else
            look_at_subjects(&l, &ret[i], ref);
    }
    look_at_heads(&l);
}
