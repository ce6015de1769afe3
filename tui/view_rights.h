// What this person may ask of the API server: asked while the plan is looked at, before anything else runs,
// so that what will be missing is known beforehand.
#ifndef D5_TUI_VIEW_RIGHTS_H
#define D5_TUI_VIEW_RIGHTS_H

#include "core/probe/plan.h"
#include "tui/role.h"
#include "tui/view_question.h"

struct ui;

struct rights { // zero-initialized: nobody asked
    struct question question;
    struct plan plan; // has the row that asks
    const struct planned *asks;
    struct arena arena; // of the questions
    void *script_state;
    unsigned rounds;
    bool told;     // the answers are there
    char *denied;  // "list nodes, create pods/exec"; "": all may be read
    char *trouble; // why nobody could say; or NULL
};

void view_rights_ask(struct ui *ui); // once for a case
void view_rights_cancel(struct ui *ui);
void view_rights_done(struct ui *ui); // waits until what asks is gone

// What is known by now, and in which role; an empty text where nobody asked.
enum role view_rights_words(const struct ui *ui, struct str *ret);

#endif
