// What the files of the procedures' lint share. Not for anyone else.
#ifndef D5_PROBE_LINT_H
#define D5_PROBE_LINT_H

#include "core/base/map.h"
#include "core/probe/procedure_lint.h"

// Calls, their arguments and patterns (lint_calls.c).
void lint_calls(struct lint_file *file);

// Search patterns and triggers (lint_patterns.c).
void lint_query(struct problems *problems, const char *query, uint32_t line);
void lint_triggers(struct lint_file *file);

// What sentences say: hand-offs to other procedures, and counts that disagree (lint_words.c). `ids` holds the
// ids of all procedures that are there.
void lint_words(struct lint_file *file, const struct map *ids);

// Calls `visit` for every item, nested ones behind their parents.
typedef void lint_visit_fn(const struct sop_item *item, const struct sop_item *parent, void *context);
void lint_visit(const struct sop *sop, lint_visit_fn *visit, void *context);

#endif
