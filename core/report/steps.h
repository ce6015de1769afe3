// What became of each item of the procedure (contract, sections 3 and 7): its state follows from the claims
// on its subjects, and gates hold what their ONLY sentence names. Pure: reads facts and claims, opens
// nothing.
//
// A cause or an effect on the failing path makes a finding, a subject that was looked at and is clear makes
// `done`, a gap makes `cannot_tell`, and so does nothing at all: what nobody looked at is not clean. Normal
// behaviour is no finding.
#ifndef D5_REPORT_STEPS_H
#define D5_REPORT_STEPS_H

#include "core/facts/facts.h"
#include "core/judge/cause.h"
#include "core/model/report.h"

// One item of the procedure and where it stands.
struct step_ref {
    const struct sop_item *item;
    const struct sop_item *parent; // NULL at the top of a phase
    uint32_t depth;                // 0, 1, 2
    uint32_t end;                  // index behind the last of its nested items
    bool reporting;                // of the report phase: the report itself answers it
};

struct step_list { // every item, nested ones too, in text order
    struct step_ref *refs;
    size_t n, cap;
};

void step_list_init(struct step_list *ret, const struct sop *sop); // refs borrow from the procedure
void step_list_done(struct step_list *list);

// What the procedure's own searches found, one entry a `search` call; counted in one pass (search/).
struct step_count {
    const struct sop_call *call;
    uint64_t lines;
};

struct step_counts {
    struct step_count *items;
    size_t n, cap;
    uint64_t files, bytes; // searched
    const char *left_out;  // what was not searched and why, or NULL
};

struct steps_input {
    const struct step_list *list;
    const struct facts *facts;
    const struct claims *claims;
    const struct cause *cause;
    const struct step_counts *counts; // NULL: nobody searched
};

// Writes list->n steps to `ret`, as they are when every one of them has run, whatever gates say. Texts are
// put into the arena.
void steps_evaluate(const struct steps_input *in, struct arena *arena, struct report_step *ret);

// The gate that holds step `index`, when `status` (list->n of them, by index) is how far the steps have come
// and `passed` says which gates a person went past (may be NULL); or NULL. Only a finding holds: a gate that
// could not tell opens, its gap stands in the report. A head is held when all that stands under it is.
const char *steps_held_by(const struct step_list *list, size_t index, const enum step_status *status,
                          const bool *passed);

// What a step of the report phase says, once that cause is known.
void steps_answer_by_report(struct report_step *step, const struct cause *cause, struct arena *arena);

// Whether a step is a person's to answer: it has no tool, and nothing else tells.
bool steps_asks_person(const struct step_list *list, size_t index);

#endif
