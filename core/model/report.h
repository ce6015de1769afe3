// The report (contract, section 3) as data. Built by report/build.h, written by one file a format.
#ifndef D5_MODEL_REPORT_H
#define D5_MODEL_REPORT_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/model/diagnosis.h"
#include "core/model/place.h"
#include "core/model/sop.h"

enum step_status {
    STEP_TODO,    // only on the screen: nothing has run yet
    STEP_RUNNING, // only on the screen
    STEP_DONE,
    STEP_FINDING,
    STEP_CANNOT_TELL,
    STEP_HELD,
    STEP_SKIPPED,
    STEP_NOT_ALLOWED,
    STEP_FAILED,
    STEP_NOT_RUN,
};
const char *step_status_name(enum step_status s);   // "cannot_tell": the report's word
const char *step_status_phrase(enum step_status s); // "cannot tell": the screen's words
bool step_status_parse(struct span name, enum step_status *ret);

struct report_evidence {
    const char *type; // network_diagnostics, finding, search, kubectl, node, dig, capture, log, policy, aws
    const char *content; // verbatim
    const char *source;  // "path:line" or "path:first-last"
    const char *id;      // "E-007"
    const char *finding; // "F-004"
    struct place place;  // for the screen; not written
};

struct report_cause { // also
    const char *root_cause;
    enum diagnosis diagnosis;
    enum verdict verdict;
    const char *const *evidence; // ids
    size_t n_evidence;
};

struct report_rejected {
    enum diagnosis diagnosis;
    const char *reason;
    const char *source; // or NULL
};

struct report_unknown {
    const char *what;
    const char *command; // or NULL
};

struct report_escalation {
    const char *condition; // the SOP's words
    const char *const *evidence;
    size_t n_evidence;
};

struct report_step {
    const char *id;
    enum sop_level level;
    enum step_status status;
    const char *result; // what was seen, or NULL
    const char *reason; // why, for all states but done and finding
    const char *const *evidence;
    size_t n_evidence;
    const char *title; // for people; not written in YAML and JSON, and NULL where it was read from there
    uint32_t depth;    // 0, 1 (nested), 2
};

struct report_scope {
    const char *pods; // "1 of 14 seen", or NULL
    const char *const *nodes;
    size_t n_nodes;
    usec_t since;
    const char *const *evidence;
    size_t n_evidence;
};

struct report {
    struct arena arena;     // owns everything below
    const char *root_cause; // "network_policy — host firewall rule drops …"
    const struct report_evidence *evidence;
    size_t n_evidence;
    const char *severity;
    const char *immediate; // "Operator: …"
    const char *long_term;
    const char *confirm; // how to check that it is restored (written under mitigation.check)
    const char *sop;
    enum diagnosis diagnosis;
    enum verdict verdict;
    const char *handoff;
    struct report_scope scope;
    const struct report_cause *also;
    size_t n_also;
    const struct report_rejected *rejected;
    size_t n_rejected;
    const struct report_unknown *unknown;
    size_t n_unknown;
    const struct report_escalation *escalation;
    size_t n_escalation;
    const char *verified_at; // RFC 3339, or NULL: not verified
    const char *verified_result;
    const struct report_step *steps;
    size_t n_steps;
    const char *const *notes; // a person's, with the step's id in front; written only where there are some
    size_t n_notes;
    bool guided;
    const char *const *limits; // what it could not do for that; none where it was not
    size_t n_limits;
};

void report_free(struct report *report); // takes NULL

#endif
