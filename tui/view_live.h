// A live case on the screen: the plan is shown and accepted, consents are asked for one by one, then probes
// run while keys are answered; what they print is seen as it comes.
#ifndef D5_TUI_VIEW_LIVE_H
#define D5_TUI_VIEW_LIVE_H

#include "core/session/live.h"
#include "core/session/recheck.h"
#include "tui/prose.h"

struct ui;
struct loop_timer;

struct live_view { // zero-initialized: the case is not live
    struct live *live;
    struct recheck *recheck; // under way, or its result is looked at; or NULL
    struct loop_timer *tick; // moves the clocks
    bool accepted;           // the plan
    bool stopping;           // asked for once already
    size_t first;            // of the runner's probes, that was asked to run last
    unsigned asked, asking;  // consents that a person was asked for, and the one that is being asked for
    char *label, *command;   // of that question; what asks for it
    struct prose card;       // what it is about
    char *step;              // what was asked to run; NULL: all
    unsigned only;           // of it: what needs one of these consents; 0: all of it
    uint64_t seen;           // how far the steps had come when the report was last made
};

// Makes the case's live run, where it is to have one: a new case without evidence, or one that holds its own.
// False: it cannot (said on the screen).
bool view_live_begin(struct ui *ui);
void view_live_end(struct ui *ui); // cancels what runs, and waits until it is gone
void view_live_done(struct ui *ui);

bool view_live_is_on(const struct ui *ui);
bool view_live_is_busy(const struct ui *ui);
bool view_live_goes_on(const struct ui *ui); // when the terminal is gone: by the policy

// Runs a step, or (NULL) all that may run: first the plan, then what needs a yes.
void view_live_run(struct ui *ui, const char *step);
void view_live_accept(struct ui *ui, const char *step, unsigned only); // the plan
void view_live_stop(struct ui *ui);
void view_live_recheck(void *ui);

// In the checklist: how long a step has been running, and how much came. Both are appended.
void view_live_words(const struct ui *ui, const char *step, struct str *ret_clock, struct str *ret_bytes);

// In the evidence pane, while the current step runs: what its probes print. False: nothing to draw.
bool view_live_draw(struct ui *ui, struct rect area);
void view_live_draw_probe(struct pen pen, const struct probe_run *run); // its state, clock, bytes, command

void view_live_ticks(struct ui *ui); // while it runs, the clocks move

// view_consent.c: asks for what a refused probe lacks, one kind at a time; and the card that goes with it.
void view_consent_ask(struct ui *ui);
void view_consent_draw(struct ui *ui, struct rect body);

// view_plan.c
void view_plan_open(struct ui *ui, const char *step); // in place of what is open
// On it; of the step only what needs one of these consents, unless it is 0.
void view_plan_push(struct ui *ui, const char *step, unsigned only);
void view_plan_tell(struct prose *p, const struct planned *planned); // what it is, where, and what it costs
void view_recheck_open(struct ui *ui);                               // view_recheck.c

#endif
