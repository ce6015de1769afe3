// The session: the one way in. Everything that changes an incident goes through session_do; everything that a
// screen shows is read from here. Analysis (evidence → facts → claims → cause) runs on a worker thread and
// hands its result over in one piece.
//
// All functions are for one thread, the caller's, but for session_analyse_work.
#ifndef D5_SESSION_H
#define D5_SESSION_H

#include "core/evidence/evidence.h"
#include "core/facts/facts.h"
#include "core/judge/cause.h"
#include "core/model/claim.h"
#include "core/model/incident.h"
#include "core/model/report.h"

struct policy;
struct session;
struct session_job;

struct session_config {      // all borrowed during session_new only
    const char *const *from; // sources; none: intake
    size_t n_from;
    const struct target *target; // the command line's words, or NULL
    const char *sop;             // id or file; NULL: the one whose trigger fits the symptom, else D5
    const char *state_dir;       // --state, or NULL
    const char *open_case;       // a case to go on with (id, unique prefix, "last"), or an export; or NULL
    const char *policy;          // instead of policy_file, for tests; NULL: that of this installation
    bool guided;
    bool keep;                       // make a case on disk, with the first event (the screen always does)
    bool keep_words;                 // only with the first that a person wrote or decided (the demo)
    bool read_only;                  // only look: a case that somebody else may be writing
    void (*on_saved)(void *context); // after each commit, on the store's thread; for waking a loop; or NULL
    void *on_saved_context;
};

// What an analysis found; does not change until the next one is taken over. Borrowed from the session.
struct analysis {
    struct evidence *evidence;
    const struct facts *facts;
    const struct claims *claims; // all judges', whatever gates hold; claim i is finding F-(i+1)
    const struct cause *cause;   // weighed from all of them
};

// Quick: opens no evidence; reads the procedure's file and, of a case, its events. A case that somebody else
// writes is opened to read only; session_read_only_why says who. Whatever the configuration and the case say,
// the session is guided where the administrator's policy says so.
//
// An export (a path that ends in .tar.gz, or has a '/') is unpacked first: into a case of its own, or with
// read_only into a private folder that is gone with the session.
struct session *session_new(const struct session_config *config, struct error *err);
void session_free(struct session *s); // waits until everything is saved; takes NULL

const struct sop *session_sop(const struct session *s);
const struct incident *session_incident(const struct session *s);
const struct analysis *session_analysis(const struct session *s); // NULL: not there yet
bool session_is_guided(const struct session *s);
const struct policy *session_policy(const struct session *s); // the administrator's (session/policy.h)
bool session_is_live(const struct session *s);                // its evidence is what its own probes brought
const char *session_read_only_why(const struct session *s);   // NULL: it may be written

// What is being looked at: the command line's words, later EVENT_TARGET's; with an analysis also what the
// evidence's target.yaml says.
const struct target *session_target(const struct session *s);

// Makes the text of EVENT_TARGET. Yours.
char *session_target_text(const struct target *target);

// Checks the event, numbers and applies it, hands it to the store. False: it was refused, nothing changed.
bool session_do(struct session *s, struct event event, struct error *err);

// The report as it is now: of the steps that have run, with a person's words. Rebuilt when something changed;
// borrowed, until the next call that changes something. NULL: nothing was analysed yet, now or earlier.
const struct report *session_report(struct session *s);

// Analysis. The first form blocks (the command line); the second form splits it: _work runs on any one thread
// and touches nothing that the other functions read; _finish takes its result over on the caller's thread,
// and frees the job. After an error the earlier analysis stays.
bool session_analyse(struct session *s, struct error *err);
struct session_job *session_analyse_begin(struct session *s, struct error *err);
void session_analyse_work(struct session_job *job);
bool session_analyse_finish(struct session *s, struct session_job *job, struct error *err);

// Runs a step and what stands under it (events: started, ended), or says why not; or all that may run, and
// then writes down the report (EVENT_JUDGED). Needs the analysis.
bool session_run_step(struct session *s, const char *step, struct error *err);
bool session_run_all(struct session *s, struct error *err);

// Skips a step; a MUST needs a reason. Answers one that asks a person: "y", "n", or what was seen.
bool session_skip_step(struct session *s, const char *step, const char *why, struct error *err);
bool session_answer_step(struct session *s, const char *step, const char *text, struct error *err);

// The step that comes next when the procedure is followed one step at a time: the first that has not ended
// and that no gate holds. In guided mode no other may run. NULL: none is left.
const char *session_next_step(const struct session *s);

// What a step is about, SUBJECT_REPORT in the report phase; and whether only a person can answer it.
enum subject session_step_subject(const struct session *s, const char *step);
// Whether a step that is done is clear: a judge says that nothing is wrong with what it is about, or none has
// anything to say of it. Else it only showed something.
bool session_step_is_clear(const struct session *s, const char *step);
bool session_asks_person(const struct session *s, const char *step);

// Makes the case on disk now, where only a person's words would have. True where there is one already; false
// with an error where there is to be none.
bool session_keep_case(struct session *s, struct error *err);

// Writes the report as it is now down in the case (EVENT_JUDGED). Needs the analysis.
bool session_write_down(struct session *s, struct error *err);

// Which gate holds a step: its id, or NULL.
const char *session_held_by(const struct session *s, const char *step);

// Whether every event so far is durable; waits for it for at most `wait` microseconds.
bool session_is_saved(const struct session *s);
bool session_wait_saved(struct session *s, usec_t wait, struct error *err);

// The evidence that the incident rests on, read where it lies and without an analysis; evidence_close it.
// NULL with an error.
struct evidence *session_open_evidence(const struct session *s, struct error *err);

const char *session_case_id(const struct session *s);  // NULL: no case on disk yet
const char *session_case_dir(const struct session *s); // NULL: no case on disk yet

#endif
