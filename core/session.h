// The session: the one way in. Everything that changes an incident goes through session_do; everything that a
// screen shows is read from here. Analysis (evidence → facts → claims → cause → report) runs on a worker
// thread and hands its result over in one piece.
#ifndef D5_SESSION_H
#define D5_SESSION_H

#include "core/evidence/evidence.h"
#include "core/facts/facts.h"
#include "core/judge/cause.h"
#include "core/model/claim.h"
#include "core/model/incident.h"
#include "core/model/report.h"

struct session;

struct session_config {      // all borrowed during session_new only
    const char *const *from; // sources; none: intake
    size_t n_from;
    const struct target *target; // the command line's words, or NULL
    const char *sop;             // id or file; NULL: the one that fits, else D5
    const char *state_dir;       // --state, or NULL
    const char *open_case;       // a case to go on with, or NULL
    bool guided;
    bool keep;      // make a case on disk (the screen always does, with its first event)
    bool read_only; // another d5tui writes this case
};

// What an analysis found; does not change once it is there. Borrowed from the session.
struct analysis {
    struct evidence *evidence;
    const struct facts *facts;
    const struct claims *claims;
    const struct cause *cause;
    const struct report *report; // of all steps
};

// Quick: opens no evidence, waits for no disk but that of the procedure's own file.
struct session *session_new(const struct session_config *config, struct error *err);
void session_free(struct session *s); // waits until everything is saved; takes NULL

const struct sop *session_sop(const struct session *s);
const struct incident *session_incident(const struct session *s);
const struct analysis *session_analysis(const struct session *s); // NULL: not there yet

// Checks the event, numbers and applies it, hands it to the store. False: it was refused, nothing changed.
bool session_do(struct session *s, struct event event, struct error *err);

// The report as it is now: of the steps that have run, with a person's words. Rebuilt when something changed;
// borrowed, until the next call that changes something.
const struct report *session_report(struct session *s);

// Analysis. The first form blocks (the command line); the second form splits it: _work runs on any one thread
// and touches nothing that the other functions read; _finish takes its result over on the caller's thread and
// judges.
bool session_analyse(struct session *s, struct error *err);
struct session_job *session_analyse_begin(struct session *s);
void session_analyse_work(struct session_job *job);
bool session_analyse_finish(struct session *s, struct session_job *job, struct error *err); // frees the job

// Runs a step (its events: started, ended), all that may run, or says why not. Needs the analysis.
bool session_run_step(struct session *s, const char *step, struct error *err);
bool session_run_all(struct session *s, struct error *err);

// Which gate holds a step: its id, or NULL.
const char *session_held_by(const struct session *s, const char *step);

// Whether every event so far is durable; waits for it with a deadline in microseconds (0: only asks).
bool session_is_saved(const struct session *s);
bool session_wait_saved(struct session *s, usec_t deadline, struct error *err);

const char *session_case_id(const struct session *s);  // NULL: no case on disk yet
const char *session_case_dir(const struct session *s); // NULL: no case on disk yet

#endif
