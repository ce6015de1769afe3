// Differences between readings. The bundle's own reading has no time; it was made when the incident was
// collected, so that the step from it to the next reading counts if that one lies in the window.
#include "core/judge/growth.h"

// A window's ends are somebody's memory, rounded: a reading so close to it is as good as one within.
#define ROUNDING (5 * USEC_MIN)

static struct window with_its_edges(struct window w)
{
    return (struct window){
        .from = w.from == TIME_UNKNOWN ? TIME_UNKNOWN : w.from - ROUNDING,
        .to = w.to == TIME_UNKNOWN ? TIME_UNKNOWN : w.to + ROUNDING,
    };
}

// What grew from long before the window into it, out of it or across it may have done so outside.
static enum tri is_step_inside(struct window window, usec_t from, usec_t to)
{
    struct window w = with_its_edges(window);
    bool before = to != TIME_UNKNOWN && w.from != TIME_UNKNOWN && to < w.from;
    bool after = from != TIME_UNKNOWN && w.to != TIME_UNKNOWN && from > w.to;
    if (before || after)
        return TRI_NO;
    bool reaches_out = clock_in_window(from, w) == TRI_NO || clock_in_window(to, w) == TRI_NO;
    return reaches_out ? TRI_UNKNOWN : TRI_YES;
}

static void take_step(struct growth *g, enum tri inside, uint64_t step, struct place place, usec_t time)
{
    g->grown += step;
    g->still_since = step ? time : g->still_since;
    if (!step || inside == TRI_NO)
        return;
    if (growth_in_window(g) == TRI_NO)
        g->grown_at = time;
    g->grown_place = place;
    if (inside == TRI_YES)
        g->grown_in_window += step;
    else
        g->grown_perhaps += step;
}

void growth_add(struct growth *g, const struct bench *b, uint64_t value, struct place place, usec_t time)
{
    if (g->readings++ == 0) {
        g->first = value;
        g->first_place = place;
        g->grown_at = TIME_UNKNOWN;
        g->still_since = time;
    } else {
        uint64_t step = value >= g->last ? value - g->last : value;
        take_step(g, is_step_inside(b->facts->target.window, g->last_time, time), step, place, time);
    }
    g->last = value;
    g->last_place = place;
    g->last_time = time;
}

enum tri growth_in_window(const struct growth *g)
{
    return g->grown_in_window ? TRI_YES : g->grown_perhaps ? TRI_UNKNOWN : TRI_NO;
}

const char *growth_doubt(const struct growth *g)
{
    return growth_in_window(g) == TRI_UNKNOWN ? ", perhaps before or after the window" : "";
}

const char *growth_tell(struct bench *b, const struct growth *g)
{
    return arena_printf(&b->arena, "%llu → %llu", (unsigned long long)g->first, (unsigned long long)g->last);
}
