// The tree's own record of its probes, by the files that a step's subjects are read from: a step of a tree
// that somebody else collected says the same.
#include "core/report/steps_probes.h"

#include "core/base/mem.h"
#include "core/probe/catalogue.h"
#include "core/report/steps_facts.h"

static bool row_reads(const struct catalogue_row *row, struct arena *arena, const char *file)
{
    struct span rest = span_of(row->files), pattern;
    while (span_cut_word(&rest, &pattern)) {
        if (evidence_matches(arena_span(arena, pattern), file))
            return true;
    }
    return false;
}

static bool serves(const struct evidence_probe *p, struct subject_list about, struct arena *arena)
{
    for (size_t i = 0; p->meant && i < about.n; i++) {
        const struct catalogue_row *row = NULL;
        while ((row = catalogue_next(about.items[i], row))) {
            if (row_reads(row, arena, p->meant))
                return true;
        }
    }
    return false;
}

// What was not allowed says more than what failed for it, and that more than what could not be begun.
static int gravity(const struct evidence_probe *p)
{
    return !p ? -1 : p->state == PROBE_DENIED ? 2 : p->state == PROBE_MISSING ? 0 : 1;
}

static enum step_status status_after(const struct evidence_probe *p)
{
    return p->state == PROBE_DENIED    ? STEP_NOT_ALLOWED
           : p->state == PROBE_MISSING ? STEP_NOT_RUN
                                       : STEP_FAILED;
}

void step_from_probes(struct report_step *step, struct subject_list about, const struct evidence *evidence,
                      struct arena *arena)
{
    struct arena patterns = {0};
    const struct evidence_probe *worst = NULL;
    size_t n, n_answered = 0;
    const struct evidence_probe *probes = evidence_probes(evidence, &n);
    for (size_t i = 0; i < n; i++) {
        const struct evidence_probe *p = &probes[i];
        if (!serves(p, about, &patterns))
            continue;
        n_answered += p->answered;
        if (!p->answered && p->state != PROBE_CANCELLED && gravity(p) > gravity(worst))
            worst = p;
    }
    arena_done(&patterns);
    if (worst && n_answered == 0)
        step_say(step, status_after(worst), arena_printf(arena, "%s: %s", worst->meant, worst->why));
}
