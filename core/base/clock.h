// Points in time: microseconds since 1970-01-01T00:00:00Z, always UTC.
#ifndef D5_BASE_CLOCK_H
#define D5_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"
#include "core/base/tri.h"

typedef int64_t usec_t;

#define TIME_UNKNOWN INT64_MIN
#define USEC_MSEC    ((usec_t)1000)
#define USEC_SEC     ((usec_t)1000000)
#define USEC_MIN     (60 * USEC_SEC)
#define USEC_HOUR    (60 * USEC_MIN)
#define USEC_DAY     (24 * USEC_HOUR)

struct window { // when it hurts; either end may be TIME_UNKNOWN
    usec_t from, to;
};

usec_t clock_now(void);       // wall clock
usec_t clock_monotonic(void); // for durations only

// 2026-11-23T07:04:10Z, with a fraction where there is one; offsets (+02:00) are taken into account; a space
// may stand for T. The whole span must be the time. RFC 3339.
bool clock_parse_rfc3339(struct span s, usec_t *ret);

// What a person types (contract, section 2): RFC 3339, HH:MM (that day of `now`, UTC), -30m, -2h, -90s, -1d.
bool clock_parse_human(struct span s, usec_t now, usec_t *ret);

// From parts of the Gregorian calendar: year, month 1–12, day, hour, minute, second. False when there is no
// such day or hour.
bool clock_from_parts(const int parts[static 6], usec_t *ret);

// "2026-11-23T07:04:10Z"; fractions of a second are left out. `ret` holds at least 32 bytes. Returns ret.
char *clock_format(usec_t t, char ret[static 32]);

// The calendar's parts of t, UTC; ret: year, month 1–12, day, hour, minute, second.
void clock_to_parts(usec_t t, int ret[static 6]);

// Whether t lies in w. An open or unknown end does not exclude; an unknown t is unknown (TRI_UNKNOWN).
enum tri clock_in_window(usec_t t, struct window w);

#endif
