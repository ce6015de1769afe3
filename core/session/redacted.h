// The report as it may leave the house: what a level takes out is found over all of the evidence, on a worker
// thread, and what was found is listed beside the report in the redactor's words.
#ifndef D5_SESSION_REDACTED_H
#define D5_SESSION_REDACTED_H

#include "core/report/redact.h"
#include "core/session.h"

struct redacted_hit {
    enum redact_kind kind;
    const char *path; // of the tree
    uint32_t line;
    const char *with; // what stands there instead
};

struct redacted {
    struct arena arena; // owns the hits
    struct report *report;
    size_t counts[REDACT_KINDS]; // places of each kind, in all of the evidence
    struct redacted_hit *hits;   // the first 1,000
    size_t n_hits;
};

struct redacting;

// _begin takes what it needs of the session, which must have a report; _work runs on any one thread and
// touches the session no more; _finish gives the result, and frees the job. NULL with an error.
struct redacting *session_redact_begin(const struct session *s, const struct report *report,
                                       enum redact_level level);
void session_redact_work(struct redacting *job);
struct redacted *session_redact_finish(struct redacting *job, struct error *err);
void redacted_free(struct redacted *redacted); // takes NULL

#endif
