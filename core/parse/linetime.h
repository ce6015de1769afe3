// The time that a log line carries itself, whatever wrote it.
//
// Known forms, at the front of the line (behind brackets, a syslog priority or a level word, too):
//   RFC 3339, also with a space, '/', a comma before the fraction, or without a zone (CRI, kubectl logs
//   --timestamps, journalctl -o short-iso, Java, Python, Go, envoy, tcpdump -tttt)
//   klog `I1123 07:04:10.123456`, syslog `Nov 23 07:04:10`, ctime `Mon Nov 23 07:04:10 2026` (dmesg --ctime)
//   day first `23 Nov 2026 07:04:10`, `[23/Nov/2026:07:04:10 +0000]` (httpd; up to 128 bytes into the line)
//   seconds since 1970 `1795417450.123456` and since boot `[   12.345678]` (dmesg)
// and by key: JSON `"ts"`, `"time"`, `"timestamp"`, `"@timestamp"` (text or a number of s, ms, us or ns since
// 1970) of the line's own object, logfmt `time="…"`, `ts=…`, and the audit log's
// `msg=audit(1795417450.123:4)`.
#ifndef D5_PARSE_LINETIME_H
#define D5_PARSE_LINETIME_H

#include "core/base/clock.h"

struct linetime_context {
    usec_t latest; // no line is later: a form without a year gets the last year that fits. TIME_UNKNOWN: such
                   // times stay unknown
    usec_t zone;   // how far clocks without a written zone are ahead of UTC; 0: they are UTC
    usec_t boot;   // when the kernel's seconds began, or TIME_UNKNOWN: they stay unknown
};

// Contexts, UTC and without a boot time. `near`: lines lie within half a year of t, before or after (a
// window). `until`: no line is later than t but for a day's grace (the file's last change).
struct linetime_context linetime_near(usec_t t);
struct linetime_context linetime_until(usec_t t);

// UTC, or TIME_UNKNOWN: the line has none of its own (or one that the context does not complete). Any bytes.
usec_t linetime_parse(struct span line, const struct linetime_context *context);

#endif
