// The time of a sample stands in its folder's name and nowhere else.
#include "core/facts/sample.h"

static bool read_digits(struct span *rest, size_t n, int *ret)
{
    uint64_t value;
    if (rest->len < n || !span_to_u64(span_first(*rest, n), &value))
        return false;
    *ret = (int)value;
    *rest = span_from(*rest, n);
    return true;
}

usec_t sample_time(const char *path)
{
    struct span rest = span_of(path);
    size_t at = span_find(rest, "/samples/");
    if (at == SIZE_MAX)
        return TIME_UNKNOWN;
    rest = span_from(rest, at + strlen("/samples/"));
    static const size_t widths[6] = {4, 2, 2, 2, 2, 2};
    int parts[6];
    for (size_t i = 0; i < 6; i++) {
        if ((i == 3 && !span_skip(&rest, "T")) || !read_digits(&rest, widths[i], &parts[i]))
            return TIME_UNKNOWN;
    }
    usec_t t;
    return span_starts(rest, "Z/") && clock_from_parts(parts, &t) ? t : TIME_UNKNOWN;
}

bool sample_is_too_late(usec_t time, struct window window)
{
    return time != TIME_UNKNOWN && window.to != TIME_UNKNOWN && time > window.to;
}
