// Redacting a report behind the screen. The evidence is opened anew: the session's own may go meanwhile.
#include "core/session/redacted.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/report/format.h"
#include "core/report/places.h"
#include "core/session/inside.h"

struct redacting {
    struct arena arena;
    enum redact_level level;
    struct report *report;
    struct sources sources;
    struct redacted *result;
    struct error err;
};

struct redacting *session_redact_begin(const struct session *s, const struct report *report,
                                       enum redact_level level)
{
    struct redacting *job = mem_alloc(sizeof *job);
    job->level = level;
    job->report = report_copy(report);
    session_sources(s, &job->arena, &job->sources);
    return job;
}

static void take_hits(struct redacted *ret, const struct redactor *r, const struct evidence *ev)
{
    size_t n;
    const struct redact_hit *hits = redactor_hits(r, &n);
    for (enum redact_kind kind = 0; kind < REDACT_KINDS; kind++)
        ret->counts[kind] = redactor_count(r, kind);
    ret->hits = arena_alloc(&ret->arena, (n + 1) * sizeof *ret->hits);
    for (size_t i = 0; i < n; i++) {
        const struct evidence_file *file = evidence_file(ev, hits[i].place.file);
        if (file)
            ret->hits[ret->n_hits++] =
                (struct redacted_hit){hits[i].kind, arena_strdup(&ret->arena, file->path), hits[i].place.line,
                                      arena_strdup(&ret->arena, hits[i].with)};
    }
}

void session_redact_work(struct redacting *job)
{
    struct evidence *ev = evidence_open(job->sources.paths, job->sources.n, NULL, &job->err);
    if (ev) {
        struct redactor *r = redactor_new(job->level, 0);
        job->result = mem_alloc(sizeof *job->result);
        redactor_learn(r, ev);
        report_find_places(job->report, ev);
        job->result->report = redactor_report(r, ev, job->report);
        take_hits(job->result, r, ev);
        redactor_free(r);
    }
    evidence_close(ev);
}

struct redacted *session_redact_finish(struct redacting *job, struct error *err)
{
    struct redacted *result = job->result;
    if (!result)
        error_set(err, "%s", job->err.text);
    report_free(job->report);
    arena_done(&job->arena);
    free(job);
    return result;
}

void redacted_free(struct redacted *redacted)
{
    if (!redacted)
        return;
    report_free(redacted->report);
    arena_done(&redacted->arena);
    free(redacted);
}
