// What is proposed before anything begins: the procedure, and what this run may and may not do. Shown under
// the form of a new incident, and above the plan.
#ifndef D5_TUI_VIEW_PROPOSAL_H
#define D5_TUI_VIEW_PROPOSAL_H

#include "tui/prose.h"

struct ui;

struct proposal {    // zero-initialized: nothing was looked up yet
    char *procedure; // its title
    char *trigger;   // of the procedure, that the symptom fits; NULL: none does
    char *missing;   // programs that are nowhere, "aws, dig"; "": none
    char *symptom;   // that all this was looked up for
    unsigned allow;  // what the policy lets a person consent to
    bool looking;
};

void proposal_done(struct proposal *proposal);

// Looks procedure and programs up on a worker, where the symptom is another one than before.
void view_proposal_look(struct ui *ui);

void view_proposal_tell(struct ui *ui, struct prose *p);

#endif
