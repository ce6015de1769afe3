// Quotes: the words that stand at a place, read back from the evidence tree. What a report quotes is verbatim
// by construction, because there is no other way to get at it.
#ifndef D5_REPORT_QUOTE_H
#define D5_REPORT_QUOTE_H

#include "core/evidence/evidence.h"

enum { QUOTE_LONGEST = 400, QUOTE_LINES = 12 };

// Appends the line (or the first QUOTE_LINES lines of a range, parted by newlines). A line longer than
// QUOTE_LONGEST bytes is cut to that many around the place's column, at characters' boundaries and without a
// mark, so that what is quoted still stands there letter by letter. White space at both ends of one line is
// left out. False when the place cannot be read.
bool quote_place(struct evidence *ev, struct place place, struct str *ret);

// What kind of evidence a file is, in the report's words: network_diagnostics, kubectl, node, dig, capture,
// log, policy, aws, finding. By its path in the tree.
const char *quote_type(const char *path);

#endif
