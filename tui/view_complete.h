// Names completed from the cluster: contexts, namespaces, pods. kubectl is asked beside the keys; what it
// says is taken when it comes.
#ifndef D5_TUI_VIEW_COMPLETE_H
#define D5_TUI_VIEW_COMPLETE_H

#include "core/base/arena.h"
#include "tui/view_question.h"

struct ui;

struct cluster_asked { // zero-initialized: nothing is being asked
    struct question question;
    struct arena arena; // of its words
    int field;          // enum intake_field
};

// Whether the current field names something that the cluster knows.
bool view_complete_can(const struct ui *ui);
void view_complete(struct ui *ui);
void view_complete_done(struct ui *ui); // ends what is being asked

#endif
