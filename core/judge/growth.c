// Differences between readings. The bundle's own reading has no time; it was made when the incident was
// collected, so that the step from it to the next reading counts if that one lies in the window.
#include "core/judge/growth.h"

static bool step_in_window(const struct bench *b, usec_t from, usec_t to)
{
    enum tri begin = clock_in_window(from, b->facts->target.window);
    enum tri end = clock_in_window(to, b->facts->target.window);
    if (begin == TRI_UNKNOWN && end == TRI_UNKNOWN)
        return true;
    return begin == TRI_YES || end == TRI_YES;
}

void growth_add(struct growth *g, const struct bench *b, uint64_t value, struct place place, usec_t time)
{
    if (g->readings++ == 0) {
        g->first = value;
        g->first_place = place;
        g->grown_at = TIME_UNKNOWN;
    } else {
        uint64_t step = value >= g->last ? value - g->last : value;
        g->grown += step;
        if (step && step_in_window(b, g->last_time, time)) {
            if (!g->grown_in_window)
                g->grown_at = time;
            g->grown_in_window += step;
            g->grown_place = place;
        }
    }
    g->last = value;
    g->last_place = place;
    g->last_time = time;
}

const char *growth_tell(struct bench *b, const struct growth *g)
{
    return arena_printf(&b->arena, "%llu → %llu", (unsigned long long)g->first, (unsigned long long)g->last);
}
