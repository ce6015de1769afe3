// A copy is what was written read back, so that there is no second list of what a report holds; of what is
// not written, a copy for people needs the titles.
#include <assert.h>

#include "core/report/format.h"

struct report *report_copy(const struct report *report)
{
    struct str text = {0};
    report_write_json(report, &text);
    struct report *copy = report_read_json(str_span(&text), NULL);
    str_done(&text);
    assert(copy && copy->n_steps == report->n_steps);
    struct report_step *steps = arena_dup(&copy->arena, copy->steps, copy->n_steps * sizeof *steps);
    for (size_t i = 0; i < copy->n_steps; i++) {
        const char *title = report->steps[i].title;
        steps[i].title = title ? arena_strdup(&copy->arena, title) : NULL;
    }
    copy->steps = steps;
    return copy;
}
