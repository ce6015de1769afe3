// What other judges ask of the link-local counters.
#ifndef D5_JUDGE_THROTTLE_H
#define D5_JUDGE_THROTTLE_H

#include "core/judge/bench.h"

// Whether some node that sends upstream has dropped packets to link-local services since its driver was
// loaded, and nobody read its counter twice: whether it does so now is open.
bool throttle_is_open(const struct bench *b);

#endif
