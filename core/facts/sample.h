// Later readings: the folders samples/<UTC yyyymmddThhmmssZ>/ below a node's folder (contract, section 1).
#ifndef D5_FACTS_SAMPLE_H
#define D5_FACTS_SAMPLE_H

#include "core/base/clock.h"

// When a file of the tree was read, by the samples/ folder that it lies in; TIME_UNKNOWN where it lies in
// none.
usec_t sample_time(const char *path);

// Whether a later reading was taken at `time` (TIME_UNKNOWN: it is none) after the window had ended: it says
// what is there now, not what was there while it hurt.
bool sample_is_too_late(usec_t time, struct window window);

#endif
