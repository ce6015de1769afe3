// The procedure as a flat list, and its gates. A gate is an item that heads an ONLY sentence: what that
// sentence names waits for the gate's outcome, wherever it stands behind it. No id is compared; "this item"
// is a position.
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/probe/catalogue.h"
#include "core/report/steps.h"

enum { SUBJECTS_EACH = 8 };

static void add_items(struct step_list *list, const struct sop_item *items, size_t n,
                      const struct step_ref *like)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = list->n;
        struct step_ref ref = *like;
        ref.item = &items[i];
        *MEM_PUSH(list->refs, list->n, list->cap) = ref;
        struct step_ref below = {.parent = &items[i], .depth = like->depth + 1, .reporting = like->reporting};
        add_items(list, items[i].nested, items[i].n_nested, &below);
        list->refs[at].end = (uint32_t)list->n;
    }
}

void step_list_init(struct step_list *ret, const struct sop *sop)
{
    *ret = (struct step_list){0};
    for (size_t i = 0; i < sop->n_phases; i++) {
        struct step_ref top = {.reporting = span_contains_caseless(span_of(sop->phases[i].name), "report")};
        add_items(ret, sop->phases[i].items, sop->phases[i].n_items, &top);
    }
}

void step_list_done(struct step_list *list)
{
    free(list->refs);
    *list = (struct step_list){0};
}

bool steps_asks_person(const struct step_list *list, size_t index)
{
    const struct step_ref *ref = &list->refs[index];
    enum subject subjects[SUBJECTS_EACH];
    if (ref->reporting || ref->item->n_nested > 0 || ref->item->gate == SOP_GATE_ONLY)
        return false;
    return catalogue_subjects(ref->item, ref->parent, subjects, SUBJECTS_EACH) == 0;
}

// The ONLY sentence that an item heads, or NULL.
static const char *only_sentence(const struct sop_item *item)
{
    for (size_t i = 0; i < item->n_nested; i++) {
        if (item->nested[i].gate == SOP_GATE_ONLY)
            return item->nested[i].text;
    }
    return NULL;
}

static bool sentence_names(const char *sentence, const struct step_ref *ref)
{
    enum subject subjects[SUBJECTS_EACH];
    size_t n = catalogue_subjects(ref->item, ref->parent, subjects, SUBJECTS_EACH);
    for (size_t i = 0; i < n; i++) {
        if (catalogue_gate_names(sentence, subjects[i]))
            return true;
    }
    return false;
}

// The gate that names an item itself.
static const char *named_by(const struct step_list *list, size_t index, const enum step_status *status,
                            const bool *passed)
{
    const struct step_ref *ref = &list->refs[index];
    for (size_t i = 0; i < index; i++) {
        const struct step_ref *gate = &list->refs[i];
        bool closed = gate->end <= index && status[i] == STEP_FINDING && !(passed && passed[i]);
        const char *sentence = closed ? only_sentence(gate->item) : NULL;
        if (sentence && sentence_names(sentence, ref))
            return gate->item->id;
    }
    return NULL;
}

const char *steps_held_by(const struct step_list *list, size_t index, const enum step_status *status,
                          const bool *passed)
{
    const struct step_ref *ref = &list->refs[index];
    const char *gate = NULL;
    if (ref->reporting)
        return NULL;
    if (ref->end == index + 1)
        return named_by(list, index, status, passed);
    for (size_t i = index + 1; i < ref->end; i = list->refs[i].end) {
        gate = steps_held_by(list, i, status, passed);
        if (!gate)
            return NULL;
    }
    return gate;
}
