// Where cases lie on disk (contract, section 4), what they are called, and how one is found again.
#ifndef D5_SESSION_CASES_H
#define D5_SESSION_CASES_H

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/door/store.h"

// The folder of all cases: STATE/cases, where STATE is `state_dir` (--state), else $D5TUI_STATE, else
// $XDG_STATE_HOME/d5tui, else ~/.local/state/d5tui. Yours.
char *cases_folder(const char *state_dir);

struct case_path {
    char *id;  // "20261123-0741", with a letter where two would be equal
    char *dir; // its folder
};
void case_path_done(struct case_path *path);

// Makes the folder of a new case and its evidence/ (0700), and what is missing above it.
bool case_create(const char *state_dir, usec_t now, struct case_path *ret, struct error *err);

// `name` is an id, a unique prefix of one, or "last". The error names the candidates, or the nearest way out.
bool case_find(const char *state_dir, const char *name, struct case_path *ret, struct error *err);

struct case_list { // in order of their ids
    struct case_path *items;
    size_t n, cap;
};
bool cases_list(const char *state_dir, struct case_list *ret,
                struct error *err); // no folder yet: an empty list
void case_list_done(struct case_list *list);

// A file of the case: DIR/NAME. Yours.
char *case_file(const struct case_path *path, const char *name);

// What a list of cases shows of one. A case that cannot be read is named all the same: `damage` says why.
struct case_summary {
    struct arena arena;
    const char *sop, *target; // target.yaml's text
    const char *root_cause;   // as last judged, or NULL
    const char *verdict, *diagnosis;
    usec_t opened, last;
    uint64_t events;
    bool closed;  // left in good order, not cut off
    bool written; // somebody has it open now
    struct store_owner owner;
    const char *damage; // or NULL
};
void case_summarize(const struct case_path *path, struct case_summary *ret);
const char *case_summary_state(const struct case_summary *summary); // "open", "closed", "cut off", "damaged"
void case_summary_done(struct case_summary *summary);

#endif
