// Commands as a person can run them: the words that stand for something of this incident (`dig @KUBE-DNS
// NAME`) give way to what the evidence says that it is. What it does not say keeps its word.
#ifndef D5_REPORT_FILL_IN_H
#define D5_REPORT_FILL_IN_H

#include "core/facts/facts.h"

// The text in the arena; NULL for NULL. Only values that a shell reads as one plain word are filled in, since
// these lines are there to be copied, and evidence is not to be trusted.
const char *fill_in(struct arena *arena, const struct facts *facts, const char *text);

#endif
