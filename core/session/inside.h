// What the files of core/session/ share, and nobody else includes.
#ifndef D5_SESSION_INSIDE_H
#define D5_SESSION_INSIDE_H

#include "core/door/tempdir.h"
#include "core/report/steps.h"
#include "core/session.h"
#include "core/session/cases.h"
#include "core/session/policy.h"

struct looked { // an analysis and what it rests on, in one piece
    struct analysis analysis;
    struct evidence *evidence;
    struct facts *facts;
    struct claims claims;
    struct cause *cause;
    struct step_counts counts;
    struct arena arena;        // of steps
    struct report_step *steps; // what each shows, whatever gates say; one a procedure's item
};

struct session {
    struct arena arena; // paths and words of the configuration
    const char *const *from;
    size_t n_from;
    const char *state_dir;
    struct policy policy;
    bool guided, keep, keep_words;
    char *read_only_why; // NULL: may be written
    bool written;        // by somebody else
    void (*on_saved)(void *context);
    void *on_saved_context;

    struct sop *sop;
    struct step_list list;
    struct incident *incident;
    struct arena target_arena;
    struct target target; // the words of the command line and of events, without the evidence's

    struct case_path path; // id NULL: no case on disk
    struct tempdir *room;  // where an export lies that is only looked at; or NULL
    struct store *store;   // NULL: nothing is kept
    struct held {          // back, with keep_words, until there is a case to keep them in
        struct arena arena;
        struct event *events;
        size_t n, cap;
    } held;

    struct looked *looked; // NULL: not analysed yet
    struct report *report; // NULL: to be built
};

// open.c — makes the session's procedure, incident and store.
bool session_open_case(struct session *s, const struct session_config *config, struct error *err);
bool session_open_new(struct session *s, const struct session_config *config, struct error *err);
// The case on disk where one is wanted, EVENT_OPENED and the sources; with the first event.
bool session_begin(struct session *s, struct error *err);
void session_hold(struct session *s, const struct event *event); // a copy, until there is a case

// cutoff.c — ends what was running when the case was left without an end; nothing where it is only read.
bool session_end_cut_off(struct session *s, struct error *err);

// target.c — target.yaml's text to a target and back; and (session.c) a copy of one.
struct target session_copy_target(struct arena *arena, const struct target *target);
void session_read_target(struct arena *arena, const char *text, struct target *ret);

// sources.c — where the evidence lies.
#define SESSION_OWN_SOURCE                                                                                   \
    "evidence" // the source of a case that holds its evidence itself: a folder of its own
struct sources {
    const char **paths;
    size_t n;
};
void session_sources(const struct session *s, struct arena *arena, struct sources *ret);
char *session_source_stamp(const char *path); // "size mtime"; empty when it is not there. Yours.
bool session_sources_unchanged(const struct session *s, struct error *err);

// cited.c — the files that a report rests on: written down with their sums, and held against them.
bool session_cite(struct session *s, const struct report *report, struct error *err);
bool session_cited_unchanged(const struct session *s, const struct evidence *ev, struct error *err);

// looked.c
void looked_free(struct looked *looked); // takes NULL

// run.c — how far each step has come, by index.
struct standing {
    enum step_status *status;
    bool *passed;
};
void standing_init(struct standing *ret, const struct session *s);
void standing_done(struct standing *st);
size_t session_step_index(const struct session *s, const char *id);             // SIZE_MAX: no such step
bool session_may_run(const struct session *s, size_t index, struct error *err); // false: a gate, or a person

bool session_end_step(struct session *s, size_t index, struct error *err); // as judged, without its parts

// guided.c — the order of a guided run; heads, which end when all of their parts have; what such a run could
// not do, as the report says it.
bool session_guided_may_run(const struct session *s, size_t index, struct error *err);
bool session_end_heads(struct session *s, size_t index, struct error *err);
void session_add_limits(const struct session *s, struct report *report);

// judged.c — the report of the steps that have run, without a person's words. Needs the analysis.
struct report *session_judge(struct session *s);

// words.c — lays a person's words over a report, and the procedure's titles over one that was read back.
void session_add_words(const struct incident *in, struct report *report);
void session_add_titles(const struct step_list *list, struct report *report);

#endif
