// Words of the report.
#include "core/model/report.h"

#include <stdlib.h>

static const struct {
    const char *name, *phrase;
} status_words[] = {
    [STEP_TODO] = {"todo", "to do"},
    [STEP_RUNNING] = {"running", "running"},
    [STEP_DONE] = {"done", "done"},
    [STEP_FINDING] = {"finding", "finding"},
    [STEP_CANNOT_TELL] = {"cannot_tell", "cannot tell"},
    [STEP_HELD] = {"held", "held"},
    [STEP_SKIPPED] = {"skipped", "skipped"},
    [STEP_NOT_ALLOWED] = {"not_allowed", "not allowed"},
    [STEP_FAILED] = {"failed", "failed"},
    [STEP_NOT_RUN] = {"not_run", "not run"},
};

const char *step_status_name(enum step_status s)
{
    return status_words[s].name;
}

const char *step_status_phrase(enum step_status s)
{
    return status_words[s].phrase;
}

bool step_status_parse(struct span name, enum step_status *ret)
{
    for (unsigned i = 0; i < sizeof status_words / sizeof *status_words; i++) {
        if (span_is(name, status_words[i].name)) {
            *ret = (enum step_status)i;
            return true;
        }
    }
    return false;
}

void report_free(struct report *report)
{
    if (!report)
        return;
    arena_done(&report->arena);
    free(report);
}
