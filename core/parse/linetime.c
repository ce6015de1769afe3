// A log line's own time. Every form has a small function that takes it off the front of a span and answers
// whether it was there; linetime_parse tries those that the first byte allows. What stands later in a line
// (a certificate's end, a time inside the message) must never be taken for the line's own, so nothing is
// searched for but the keys of a JSON object or a logfmt line, and httpd's bracket.
#include "core/parse/linetime.h"

#include "core/base/mem.h"
#include "core/parse/linetime_keys.h"

struct stamp { // what a form gave
    int parts[6];
    usec_t fraction, zone;
    bool has_year, has_zone;
};

struct linetime_context linetime_near(usec_t t)
{
    usec_t latest = t == TIME_UNKNOWN ? t : t + 183 * USEC_DAY;
    return (struct linetime_context){.latest = latest, .boot = TIME_UNKNOWN};
}

struct linetime_context linetime_until(usec_t t)
{
    usec_t latest = t == TIME_UNKNOWN ? t : t + USEC_DAY;
    return (struct linetime_context){.latest = latest, .boot = TIME_UNKNOWN};
}

static bool is_digit(struct span s, size_t i)
{
    return i < s.len && s.at[i] >= '0' && s.at[i] <= '9';
}

static bool is_one_of(struct span s, size_t i, const char *set)
{
    return i < s.len && s.at[i] != '\0' && strchr(set, s.at[i]);
}

// Takes `least` to `most` digits off the front.
static bool take_number(struct span *s, size_t least, size_t most, int *ret)
{
    int value = 0;
    size_t n = 0;
    for (; n < most && is_digit(*s, n); n++)
        value = value * 10 + (s->at[n] - '0');
    if (n < least)
        return false;
    *s = span_from(*s, n);
    *ret = value;
    return true;
}

static void skip_spaces(struct span *s)
{
    while (is_one_of(*s, 0, " \t"))
        *s = span_from(*s, 1);
}

// One of the names, each three letters long, to its index.
static bool take_name(struct span *s, const char *names, int *ret)
{
    for (int i = 0; names[(size_t)i * 3]; i++) {
        if (s->len >= 3 && memcmp(s->at, names + (size_t)i * 3, 3) == 0) {
            *s = span_from(*s, 3);
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool take_month(struct span *s, int *ret)
{
    if (!take_name(s, "JanFebMarAprMayJunJulAugSepOctNovDec", ret))
        return false;
    (*ret)++;
    return true;
}

// "Mon ", "Mon, "
static bool skip_weekday(struct span *s)
{
    int day;
    struct span rest = *s;
    if (!take_name(&rest, "MonTueWedThuFriSatSun", &day))
        return false;
    span_skip(&rest, ",");
    if (!span_skip(&rest, " "))
        return false;
    skip_spaces(&rest);
    *s = rest;
    return true;
}

static void take_fraction(struct span *s, usec_t *ret)
{
    *ret = 0;
    if (!is_one_of(*s, 0, ".,") || !is_digit(*s, 1))
        return;
    *s = span_from(*s, 1);
    for (usec_t unit = USEC_SEC / 10; is_digit(*s, 0); unit /= 10, *s = span_from(*s, 1))
        *ret += (s->at[0] - '0') * unit;
}

// "07:04:10.123", "7:04:10 AM"
static bool take_clock(struct span *s, struct stamp *ret)
{
    if (!take_number(s, 1, 2, &ret->parts[3]) || !span_skip(s, ":") ||
        !take_number(s, 2, 2, &ret->parts[4]) || !span_skip(s, ":") || !take_number(s, 2, 2, &ret->parts[5]))
        return false;
    take_fraction(s, &ret->fraction);
    if (ret->parts[3] <= 12 && (span_starts(*s, " AM") || span_starts(*s, " PM")))
        ret->parts[3] = ret->parts[3] % 12 + (s->at[1] == 'P' ? 12 : 0);
    return !is_digit(*s, 0);
}

// "Z", "+02:00", "-0700", " UTC", " +0000"
static void take_zone(struct span *s, struct stamp *ret)
{
    struct span rest = *s;
    int hours, minutes;
    if (span_skip(&rest, "Z") || span_skip(&rest, " UTC") || span_skip(&rest, " GMT")) {
        ret->has_zone = true;
        *s = rest;
        return;
    }
    span_skip(&rest, " ");
    bool west = span_skip(&rest, "-");
    if ((!west && !span_skip(&rest, "+")) || !take_number(&rest, 2, 2, &hours))
        return;
    span_skip(&rest, ":");
    if (!take_number(&rest, 2, 2, &minutes) || is_digit(rest, 0) || hours > 23 || minutes > 59)
        return;
    ret->zone = (hours * USEC_HOUR + minutes * USEC_MIN) * (west ? -1 : 1);
    ret->has_zone = true;
    *s = rest;
}

// "2026-11-23T07:04:10.123Z", "2026/11/23 07:04:10"
static bool take_iso(struct span s, struct stamp *ret)
{
    if (s.len < 19 || (s.at[4] != '-' && s.at[4] != '/') || s.at[7] != s.at[4])
        return false;
    if (s.at[10] != 'T' && s.at[10] != ' ' && s.at[10] != 't')
        return false;
    struct span year = span_first(s, 4), month = span_first(span_from(s, 5), 2);
    struct span day = span_first(span_from(s, 8), 2);
    if (!take_number(&year, 4, 4, &ret->parts[0]) || !take_number(&month, 2, 2, &ret->parts[1]) ||
        !take_number(&day, 2, 2, &ret->parts[2]))
        return false;
    s = span_from(s, 11);
    if (!take_clock(&s, ret))
        return false;
    ret->has_year = true;
    take_zone(&s, ret);
    return true;
}

// "23 Nov 2026 07:04:10", "23/Nov/2026:07:04:10 +0000", "23-Nov-2026 07:04:10"
static bool take_day_first(struct span s, struct stamp *ret)
{
    if (!take_number(&s, 1, 2, &ret->parts[2]) || !is_one_of(s, 0, " /-"))
        return false;
    const char sep[2] = {s.at[0]};
    if (!span_skip(&s, sep) || !take_month(&s, &ret->parts[1]) || !span_skip(&s, sep) ||
        !take_number(&s, 4, 4, &ret->parts[0]))
        return false;
    if ((!span_skip(&s, " ") && !span_skip(&s, ":")) || !take_clock(&s, ret))
        return false;
    ret->has_year = true;
    take_zone(&s, ret);
    return true;
}

// "Nov 23 07:04:10", "Nov 23, 2026 7:04:10 AM"; behind a weekday also "Nov 23 07:04:10 2026" and
// "Nov 23 07:04:10 UTC 2026".
static bool take_month_first(struct span s, bool weekday, struct stamp *ret)
{
    if (!take_month(&s, &ret->parts[1]) || !span_skip(&s, " "))
        return false;
    skip_spaces(&s);
    if (!take_number(&s, 1, 2, &ret->parts[2]))
        return false;
    span_skip(&s, ",");
    if (!span_skip(&s, " "))
        return false;
    struct span rest = s;
    if (take_number(&rest, 4, 4, &ret->parts[0]) && span_skip(&rest, " ")) {
        s = rest;
        ret->has_year = true;
    }
    if (!take_clock(&s, ret))
        return false;
    take_zone(&s, ret);
    if (weekday && span_skip(&s, " ") && take_number(&s, 4, 4, &ret->parts[0]))
        ret->has_year = true;
    return true;
}

// "I1123 07:04:10.123456"
static bool take_klog(struct span s, struct stamp *ret)
{
    if (s.len < 14 || !is_one_of(s, 0, "IWEFD"))
        return false;
    s = span_from(s, 1);
    return take_number(&s, 2, 2, &ret->parts[1]) && take_number(&s, 2, 2, &ret->parts[2]) &&
           span_skip(&s, " ") && take_clock(&s, ret);
}

// The last year in which the time is not later than the context's latest one.
static usec_t guess_year(struct stamp *stamp, const struct linetime_context *context)
{
    if (context->latest == TIME_UNKNOWN)
        return TIME_UNKNOWN;
    int parts[6];
    clock_to_parts(context->latest, parts);
    for (int back = 0; back <= 8; back++) { // 29 February may be eight years away
        usec_t t;
        stamp->parts[0] = parts[0] - back;
        if (clock_from_parts(stamp->parts, &t) && t - stamp->zone <= context->latest)
            return t;
    }
    return TIME_UNKNOWN;
}

static usec_t stamp_time(struct stamp *stamp, const struct linetime_context *context)
{
    usec_t t;
    if (!stamp->has_zone)
        stamp->zone = context->zone;
    if (!stamp->has_year) {
        t = guess_year(stamp, context);
        if (t == TIME_UNKNOWN)
            return t;
    } else if (stamp->parts[0] < 1970 || !clock_from_parts(stamp->parts, &t)) {
        return TIME_UNKNOWN;
    }
    return t + stamp->fraction - stamp->zone;
}

// A time in one of the written forms at the very front.
static usec_t parse_written(struct span s, const struct linetime_context *context)
{
    struct stamp stamp = {0};
    if (s.len < 14)
        return TIME_UNKNOWN;
    bool weekday = skip_weekday(&s);
    bool found = is_digit(s, 0) ? take_iso(s, &stamp) || take_day_first(s, &stamp)
                                : take_klog(s, &stamp) || take_month_first(s, weekday, &stamp);
    return found ? stamp_time(&stamp, context) : TIME_UNKNOWN;
}

// "1795417450.123456 host …" (journalctl -o short-unix)
static usec_t parse_epoch_front(struct span s)
{
    size_t n = 0;
    while (is_digit(s, n))
        n++;
    if (n != 10 || n >= s.len || s.at[n] != '.')
        return TIME_UNKNOWN;
    for (n++; is_digit(s, n);)
        n++;
    return n > 11 && (n == s.len || is_one_of(s, n, " ]")) ? linetime_epoch(span_first(s, n)) : TIME_UNKNOWN;
}

// "   12.345678]": seconds since boot, behind dmesg's bracket.
static usec_t parse_boot(struct span s, const struct linetime_context *context)
{
    uint64_t seconds;
    usec_t fraction;
    skip_spaces(&s);
    size_t dot = span_find_char(span_first(s, 12), '.');
    if (dot == SIZE_MAX || !span_to_u64(span_first(s, dot), &seconds) || seconds > UINT32_MAX)
        return TIME_UNKNOWN;
    s = span_from(s, dot);
    take_fraction(&s, &fraction);
    if (!span_starts(s, "]") || context->boot == TIME_UNKNOWN)
        return TIME_UNKNOWN;
    return context->boot + (usec_t)seconds * USEC_SEC + fraction;
}

// A syslog priority ("<34>", "<34>1 "), or a word that says how bad it is, with what parts it from the rest.
static bool skip_prefix(struct span *s)
{
    static const char *const words[] = {
        "TRACE", "DEBUG",  "INFO", "NOTICE", "WARNING", "WARN", "ERROR", "ERR", "FATAL", "CRITICAL", "CRIT",
        "ALERT", "SEVERE", "kern", "user",   "daemon",  "auth", "I",     "W",   "E",     "D",        "F",
    };
    int number;
    struct span rest = *s;
    if (span_skip(&rest, "<") && take_number(&rest, 1, 3, &number) && span_skip(&rest, ">")) {
        span_skip(&rest, "1 ");
        *s = rest;
        return true;
    }
    size_t n = 0;
    while (n < s->len && n < 9 && ((s->at[n] | 0x20) >= 'a' && (s->at[n] | 0x20) <= 'z'))
        n++;
    if (n == 0 || !is_one_of(*s, n, " :,|])\t"))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!span_is_caseless(span_first(*s, n), words[i]))
            continue;
        *s = span_from(*s, n);
        while (is_one_of(*s, 0, " :,|])\t"))
            *s = span_from(*s, 1);
        return true;
    }
    return false;
}

// Fronts: brackets and prefixes are taken off one by one, and what stands behind each is tried.
static usec_t parse_front(struct span s, const struct linetime_context *context)
{
    for (int depth = 0; depth < 5; depth++) {
        skip_spaces(&s);
        usec_t t = parse_written(s, context);
        if (t == TIME_UNKNOWN)
            t = parse_epoch_front(s);
        if (t != TIME_UNKNOWN)
            return t;
        if (span_skip(&s, "[")) {
            t = parse_boot(s, context);
            if (t != TIME_UNKNOWN)
                return t;
        } else if (!span_skip(&s, "(") && !skip_prefix(&s)) {
            break;
        }
    }
    return TIME_UNKNOWN;
}

// httpd and its kin: `10.0.0.1 - - [23/Nov/2026:07:04:10 +0000] "GET …`
static usec_t parse_httpd(struct span line, const struct linetime_context *context)
{
    struct stamp stamp = {0};
    size_t at = span_find_char(span_first(line, 128), '[');
    if (at == SIZE_MAX)
        return TIME_UNKNOWN;
    struct span s = span_from(line, at + 1);
    if (s.len < 20 || s.at[2] != '/' || s.at[6] != '/' || !take_day_first(s, &stamp))
        return TIME_UNKNOWN;
    return stamp_time(&stamp, context);
}

usec_t linetime_parse(struct span line, const struct linetime_context *context)
{
    if (line.len && line.at[0] == '{') {
        struct span value = linetime_json(line);
        usec_t t = linetime_epoch(value);
        return t != TIME_UNKNOWN ? t : parse_written(value, context);
    }
    usec_t t = parse_front(line, context);
    if (t == TIME_UNKNOWN) {
        struct span value = linetime_logfmt(line);
        t = linetime_epoch(value);
        if (t == TIME_UNKNOWN)
            t = parse_written(value, context);
    }
    return t != TIME_UNKNOWN ? t : parse_httpd(line, context);
}
