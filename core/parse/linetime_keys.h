// Where structured log lines keep their time; the values are linetime.c's to read.
#ifndef D5_PARSE_LINETIME_KEYS_H
#define D5_PARSE_LINETIME_KEYS_H

#include "core/base/clock.h"

// The value of the first time key of the line's own object, not of one inside it: a string without its
// quotes, or a number. Empty: there is none. Linear in the line's length, and looks at 64 KiB of it at most.
struct span linetime_json(struct span line);

// The value of the first time key of a line that begins with KEY=; of "msg=audit(1795417450.123:456)" the
// number. Empty: there is none.
struct span linetime_logfmt(struct span line);

// A number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by how many digits
// stand before the point (10, 13, 16 or 19: the years 2001 to 2286); an exponent is taken into account.
usec_t linetime_epoch(struct span s);

#endif
