// A question that a program beside the screen answers (kubectl): started with the same care as a probe, its
// words kept until it has ended.
#ifndef D5_TUI_VIEW_QUESTION_H
#define D5_TUI_VIEW_QUESTION_H

#include "core/base/str.h"
#include "core/door/process.h"

struct ui;
typedef void question_fn(struct ui *ui, const struct process_result *result);

struct question { // zero-initialized: nothing is asked
    struct ui *ui;
    struct process *process; // NULL: it is not under way
    struct str printed, said;
    question_fn *answered;
};

// argv is borrowed until the answer. False: there is no such program where this person's are looked up.
bool question_ask(struct question *q, struct ui *ui, const char *const *argv, unsigned seconds,
                  uint64_t bytes, question_fn *answered);

void question_done(struct question *q); // waits until the program is gone

#endif
