// Building the report (contract, section 3) out of claims, cause and steps. Verbatim by construction: every
// `content` is read from the evidence tree at the place that the claim cites.
#ifndef D5_REPORT_BUILD_H
#define D5_REPORT_BUILD_H

#include "core/facts/facts.h"
#include "core/judge/cause.h"
#include "core/model/report.h"

struct report_input {
    const struct sop *sop;
    const struct facts *facts;
    const struct claims *claims; // of the steps that have run
    const struct cause *cause;   // weighed from those claims
    const struct report_step *steps;
    size_t n_steps;
    bool guided;
};

// The report owns all its texts: facts, claims and procedure may go before it. Free with report_free.
struct report *report_build(const struct report_input *in);

// The evidence id of a file: its probe's, or one that follows the highest of the probes' ids. In the arena.
const char *report_evidence_id(struct arena *arena, const struct evidence *ev, uint32_t file);

#endif
