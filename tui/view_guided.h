// Guided mode's own screen: what the last step showed, and the card of the next one. Enter runs it; nothing
// else runs anything.
#ifndef D5_TUI_VIEW_GUIDED_H
#define D5_TUI_VIEW_GUIDED_H

#include "tui/canvas.h"

struct ui;
struct card;
struct report;
struct str;
struct sop_item;
struct handing;

struct guided_view {     // zero-initialized has just begun
    char *shown;         // the step whose outcome is shown; NULL: none has run
    bool looking_back;   // it is an earlier one
    char *wanted;        // Enter was pressed for it while the evidence was being read; NULL: it was not
    char *handed;        // the archive that was handed over last; it is told until the next key
    struct handing *job; // under way
};

void guided_view_done(struct guided_view *view);

void view_guided_begin(struct ui *ui); // goes to where the case stands, and runs what was wanted
void view_guided_run(struct ui *ui);
bool view_guided_forget(struct ui *ui);                  // what was wanted; false: nothing was
void view_guided_ended(struct ui *ui, const char *step); // by a live run, or skipped
void view_guided_look(struct ui *ui, long by);           // back, and forth again
void view_guided_evidence(struct ui *ui);                // the lines that the shown step rests on
void view_guided_return(struct ui *ui);                  // from there to the cards
void view_guided_answer(struct ui *ui);                  // the current step asks a person
void view_guided_draw(struct ui *ui, struct rect area);
void view_guided_cause(const struct report *report, struct str *ret); // in plain words, appended

// view_guided_commands.c
const char *view_guided_running(const struct ui *ui); // the step that Enter began; NULL: none runs
void view_guided_commands(const struct ui *ui, struct card *card, const char *step);

// view_handover.c
void view_hand_over(struct ui *ui);
void view_handover_tick(struct ui *ui); // once all is saved, it packs
void view_handover_forget(struct ui *ui);
void view_handed_draw(struct ui *ui, struct rect area);

#endif
