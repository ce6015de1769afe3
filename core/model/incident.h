// The incident as its events made it. incident_check says whether an event may be applied; incident_apply
// cannot fail. An incident holds what was done and said; what the evidence says is the analysis' (session.h).
#ifndef D5_MODEL_INCIDENT_H
#define D5_MODEL_INCIDENT_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/model/event.h"
#include "core/model/probe_state.h"

struct incident_step {
    char *id;
    enum sop_level level;
    enum sop_gate gate;
    enum step_status status; // STEP_TODO at first
    char *said;              // result or reason, or NULL
    char *note;              // a person's, or NULL
    char *answer;            // yes, no or note: what a person answered, or NULL
    char *passed_why;        // why a person went past this gate, or NULL
    usec_t started, ended;   // TIME_UNKNOWN until then
    usec_t took;             // what its own probes of its last run took, all together; 0: none ran for it
    bool anew;               // it began, and none of its probes has since
};

struct incident_finding { // only those that a person touched
    char *id;             // "F-004"
    bool pinned, excluded;
    char *why; // it was excluded, or NULL
};

struct incident_probe {     // one that was run, or could not be
    char *id;               // "E-007"
    char *step;             // it was run for, or NULL
    char *command;          // NULL: it never began
    char *why;              // it gave no answer, or NULL
    enum probe_state state; // PROBE_RUNNING until its end
    usec_t started, ended;  // TIME_UNKNOWN until then
};

struct incident_source { // where evidence was read from
    char *path;
    char *stamp; // "size mtime", to see whether it changed
};

struct incident_cited { // a file of the evidence tree that the report rests on
    char *path;
    char *sum; // its SHA-256 when it was cited, or NULL
};

struct incident {
    char *case_id;
    char *sop;
    bool guided, began_guided; // now, and until somebody took it over
    char *target_yaml;         // target.yaml's text, as it is from now on, or NULL
    struct incident_source *sources;
    size_t n_sources, cap_sources;
    struct incident_cited *cited;
    size_t n_cited, cap_cited;
    struct incident_step *steps; // every item of the procedure, nested ones too, in text order
    size_t n_steps, cap_steps;
    struct incident_probe *probes;
    size_t n_probes, cap_probes;
    struct incident_finding *findings;
    size_t n_findings, cap_findings;
    char *note;
    char *detail_edit, *fix_edit; // NULL: the judges' words
    char *report_json;            // as last judged, without a person's words, or NULL
    char *verified;               // gone, still_there, cannot_tell, or NULL
    usec_t verified_at;
    struct incident_export { // of the report alone, the last one
        char *path;          // NULL: none yet
        char *format;
        int64_t size; // bytes, 0 where not known
        usec_t at;
    } exported;
    uint64_t last_seq;
    usec_t last_time;
    bool closed;
};

struct incident *incident_new(const char *case_id, const struct sop *sop);
void incident_free(struct incident *in); // takes NULL

// The longest text that an event may carry, in bytes, but for the report of EVENT_JUDGED.
enum { INCIDENT_TEXT_MAX = 64 << 10 };

// Whether the event may be applied as things stand. Its `seq` must be the next one, or 0 for "not numbered
// yet".
bool incident_check(const struct incident *in, const struct event *event, struct error *err);

// Applies an event that was checked.
void incident_apply(struct incident *in, const struct event *event);

const struct incident_step *incident_step(const struct incident *in, const char *id); // NULL: no such step

// How long the probes of a step and of those under it took when it ran last, all together; 0: none ran.
usec_t incident_step_took(const struct incident *in, const char *id);

const struct incident_finding *incident_finding(const struct incident *in, const char *id); // NULL: untouched

const struct incident_probe *incident_probe(const struct incident *in, const char *id); // NULL: never run

// All of it as text, for comparing two of them byte for byte.
void incident_dump(const struct incident *in, struct str *ret);

#endif
