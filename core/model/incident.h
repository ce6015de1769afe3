// The incident as its events made it. incident_check says whether an event may be applied; incident_apply
// cannot fail.
#ifndef D5_MODEL_INCIDENT_H
#define D5_MODEL_INCIDENT_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/model/event.h"
#include "core/model/target.h"

struct incident_step {
    char *id;
    enum sop_level level;
    enum step_status status; // STEP_TODO at first
    char *said;              // result or reason, or NULL
    char *note;              // a person's, or NULL
    usec_t started, ended;
};

struct incident_finding {
    char *id;
    bool pinned, excluded;
    char *why;
};

struct incident {
    char *case_id;
    char *sop;
    bool guided;
    char *target_yaml;
    struct arena target_arena;
    struct target target;
    char **sources;
    size_t n_sources, cap_sources;
    struct incident_step *steps; // every item of the procedure, nested ones too, in text order
    size_t n_steps, cap_steps;
    struct incident_finding *findings; // only those that a person touched
    size_t n_findings, cap_findings;
    char *note;
    char *detail_edit, *fix_edit; // NULL: the judges' words
    char *report_json;            // as last judged, or NULL
    char *verified;
    usec_t verified_at;
    uint64_t last_seq;
    usec_t last_time;
    bool closed;
};

struct incident *incident_new(const char *case_id, const struct sop *sop);
void incident_free(struct incident *in); // takes NULL

bool incident_check(const struct incident *in, const struct event *event, struct error *err);
void incident_apply(struct incident *in, const struct event *event);

const struct incident_step *incident_step(const struct incident *in, const char *id); // NULL: no such step

// All of it as text, for comparing two of them byte for byte.
void incident_dump(const struct incident *in, struct str *ret);

#endif
