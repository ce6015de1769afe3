// What the files of a live run share, and nobody else includes.
#ifndef D5_SESSION_LIVE_INSIDE_H
#define D5_SESSION_LIVE_INSIDE_H

#include "core/session/inside.h"
#include "core/session/live.h"

// What a run may do and how it reaches a node: the policy's words and a person's together.
struct live_way {
    struct arena arena;
    enum reach via;
    unsigned consent; // of which the policy let through
    bool guided;
    const char *const *path; // where programs are looked up; NULL: $PATH's
    const char *hostname;
    const char *host_keys;                           // or NULL: strict
    const char *bucket;                              // or NULL: no bundles
    struct tempdir *sockets;                         // ssh's
    usec_t since;                                    // how far back logs are asked for
    unsigned max_all, max_per_host, capture_seconds; // 0: the program's own
};

enum live_phase {
    LIVE_IDLE,
    LIVE_PROBING, // until the runner is idle
    LIVE_READING, // a worker analyses
    LIVE_WAITING, // until a second reading says something
};

struct asked { // what was handed to the runner already
    const char *key;
    const struct probe_row *row;
    bool refused; // for want of consent, or of a way
    bool broken;  // it brought nothing: stopped, late, or failed
};

struct live {
    struct live_config config;
    struct session *s;
    struct runner *runner;
    struct live_way way;
    enum live_phase phase;
    struct loop_timer *soon; // the next move, from the loop
    struct session_job *reading;
    struct arena arena;
    struct asked *asked;
    size_t n_asked, cap_asked;
    bool *wanted; // by step: to be run, or running
    bool stale;   // something was read since the last analysis began
    bool cancelled;
    usec_t again_at;           // when second readings say something; TIME_UNKNOWN: none are due
    bool again[SUBJECT_COUNT]; // of these
    struct error trouble;
};

// live_way.c
struct live_wish { // a person's
    enum reach via;
    unsigned consent;
    const char *bucket;
};
bool live_way_init(struct live_way *ret, const struct session *s, struct live_wish wish, struct error *err);
void live_way_done(struct live_way *way);
void live_way_allow(struct live_way *way, const struct session *s, unsigned consent);
// Consents are events: those that somebody was asked for, with the command that asked; those of the way
// itself.
bool live_note_consent(struct session *s, unsigned bits, bool yes, const char *asked, struct error *err);
bool live_note_beforehand(struct session *s, const struct live_way *way, struct error *err);
struct plan_input live_way_plan(const struct live_way *way, const struct session *s, const bool *subjects);

// A runner that writes into that folder, by the way's limits and paths, with what `told` says of callbacks.
struct runner *live_way_runner(const struct live_way *way, const struct session *s, const char *tree,
                               struct runner_config told, struct error *err);

enum reach live_way_of_case(const struct session *s); // how its probes reached nodes

// live_target.c — the tree's target.yaml.
usec_t live_since(const struct session *s); // when the window begins: half an hour ago where nobody said
struct window live_window(const struct session *s, usec_t since); // which ends now where nobody said
bool live_write_target(const struct session *s, const char *tree, struct window window, struct error *err);

// live_steps.c — by index of the step.
// Which of the wanted steps may run now; false: none.
bool live_steps_now(const struct live *live, bool *ret);
void live_steps_subjects(const struct live *live, const bool *steps, bool *ret); // SUBJECT_COUNT of them
// The first of them (NULL: of all) that a row serves, or NULL.
const char *live_steps_first(const struct live *live, const bool *steps, const struct probe_row *row);
// Wants again what has ended and is about one of these; false: nothing is.
bool live_steps_reopen(struct live *live, const bool *subjects);
bool live_steps_begin(struct live *live, const bool *steps, struct error *err);
bool live_steps_end(struct live *live, const bool *steps, struct error *err);
// Ends steps anew of which later evidence says something else.
bool live_steps_settle(struct live *live, struct error *err);

// live_round.c
void live_go(void *live); // makes the next move
// So that it may be asked for anew: what serves one of these subjects and, unless it is 0, needs one of these
// consents; or (NULL) what was refused.
void live_forget_asked(struct live *live, const bool *subjects, unsigned consent);
void live_forget_broken(struct live *live);
void live_note_broken(struct live *live, const struct planned *planned); // a run of it ended so
// Whether it is not asked for again: it was, and brought something or is on its way.
bool live_was_asked(const struct live *live, const struct planned *planned);

#endif
