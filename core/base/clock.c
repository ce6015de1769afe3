// Times, without the C library's zones: every zone that d5tui reads is written in the text, or is UTC.
#include "core/base/clock.h"

#include <stdio.h>
#include <time.h>

static usec_t clock_read(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return ts.tv_sec * USEC_SEC + ts.tv_nsec / 1000;
}

usec_t clock_now(void)
{
    return clock_read(CLOCK_REALTIME);
}

usec_t clock_monotonic(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

// Days since 1970-01-01 of a proleptic Gregorian date. The year begins in March, so that the leap day is its
// last.
static int64_t days_from_date(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

bool clock_from_parts(const int parts[static 6], usec_t *ret)
{
    const int year = parts[0], month = parts[1], day = parts[2];
    const int hour = parts[3], minute = parts[4], second = parts[5];
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > length[month - 1] + (month == 2 && leap))
        return false;
    *ret = ((days_from_date(year, month, day) * 24 + hour) * 60 + minute) * USEC_MIN + second * USEC_SEC;
    return true;
}

// Takes exactly n digits off the front.
static bool take_digits(struct span *s, size_t n, int *ret)
{
    if (s->len < n)
        return false;
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->at[i] < '0' || s->at[i] > '9')
            return false;
        value = value * 10 + (s->at[i] - '0');
    }
    *s = span_from(*s, n);
    *ret = value;
    return true;
}

// ".123456" into microseconds; more digits are dropped. Nothing there is 0.
static bool take_fraction(struct span *s, usec_t *ret)
{
    *ret = 0;
    if (!span_skip(s, ".") && !span_skip(s, ","))
        return true;
    usec_t unit = USEC_SEC / 10;
    size_t i = 0;
    for (; i < s->len && s->at[i] >= '0' && s->at[i] <= '9'; i++, unit /= 10)
        *ret += (s->at[i] - '0') * unit;
    *s = span_from(*s, i);
    return i > 0;
}

// "Z", "+02:00", "-0700": what must be subtracted to come to UTC.
static bool take_zone(struct span *s, usec_t *ret)
{
    *ret = 0;
    if (span_skip(s, "Z") || span_skip(s, "z"))
        return true;
    bool west = span_skip(s, "-");
    if (!west && !span_skip(s, "+"))
        return false;
    int hours, minutes;
    if (!take_digits(s, 2, &hours))
        return false;
    span_skip(s, ":");
    if (!take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret = (hours * USEC_HOUR + minutes * USEC_MIN) * (west ? -1 : 1);
    return true;
}

bool clock_parse_rfc3339(struct span s, usec_t *ret)
{
    int p[6];
    usec_t base, fraction, zone;
    if (!take_digits(&s, 4, &p[0]) || !span_skip(&s, "-") || !take_digits(&s, 2, &p[1]) ||
        !span_skip(&s, "-") || !take_digits(&s, 2, &p[2]))
        return false;
    if (!span_skip(&s, "T") && !span_skip(&s, "t") && !span_skip(&s, " "))
        return false;
    if (!take_digits(&s, 2, &p[3]) || !span_skip(&s, ":") || !take_digits(&s, 2, &p[4]) ||
        !span_skip(&s, ":") || !take_digits(&s, 2, &p[5]))
        return false;
    if (!take_fraction(&s, &fraction) || !take_zone(&s, &zone) || s.len != 0)
        return false;
    if (!clock_from_parts(p, &base))
        return false;
    *ret = base + fraction - zone;
    return true;
}

bool clock_parse_human(struct span s, usec_t now, usec_t *ret)
{
    if (clock_parse_rfc3339(s, ret))
        return true;
    if (s.len > 2 && s.at[0] == '-') {
        static const struct {
            char name;
            usec_t length;
        } units[] = {{'s', USEC_SEC}, {'m', USEC_MIN}, {'h', USEC_HOUR}, {'d', USEC_DAY}};
        uint64_t n;
        if (!span_to_u64(span_make(s.at + 1, s.len - 2), &n) || n > 1000000)
            return false;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            if (s.at[s.len - 1] == units[i].name) {
                *ret = now - (usec_t)n * units[i].length;
                return true;
            }
        }
        return false;
    }
    int hour, minute;
    if (!take_digits(&s, 2, &hour) || !span_skip(&s, ":") || !take_digits(&s, 2, &minute) || s.len != 0 ||
        hour > 23 || minute > 59)
        return false;
    int parts[6];
    clock_to_parts(now, parts);
    parts[3] = hour;
    parts[4] = minute;
    parts[5] = 0;
    return clock_from_parts(parts, ret);
}

void clock_to_parts(usec_t t, int ret[static 6])
{
    int64_t seconds = t / USEC_SEC - (t % USEC_SEC < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int rest = (int)(seconds - days * 86400);
    date_from_days(days, &ret[0], &ret[1], &ret[2]);
    ret[3] = rest / 3600;
    ret[4] = rest / 60 % 60;
    ret[5] = rest % 60;
}

char *clock_format(usec_t t, char ret[static 32])
{
    int p[6] = {0};
    if (t == TIME_UNKNOWN)
        snprintf(ret, 32, "unknown");
    else {
        clock_to_parts(t, p);
        snprintf(ret, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", p[0] % 10000, p[1], p[2], p[3], p[4], p[5]);
    }
    return ret;
}

enum tri clock_in_window(usec_t t, struct window w)
{
    if (t == TIME_UNKNOWN)
        return TRI_UNKNOWN;
    if (w.from != TIME_UNKNOWN && t < w.from)
        return TRI_NO;
    if (w.to != TIME_UNKNOWN && t > w.to)
        return TRI_NO;
    return TRI_YES;
}
