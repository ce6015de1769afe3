// What is wrong, doubtful or odd in procedures, beyond what reading them finds (parse/procedure.h).
#ifndef D5_PROBE_PROCEDURE_LINT_H
#define D5_PROBE_PROCEDURE_LINT_H

#include "core/model/problem.h"
#include "core/model/sop.h"

struct lint_file {
    struct sop *sop; // NULL: could not be read
    struct problems problems;
};

// Looks at all files, each by itself and for what they share (ids, triggers, hand-offs); adds to each one's
// problems, and sorts them by line.
void procedure_lint(struct lint_file *files, size_t n);

#endif
