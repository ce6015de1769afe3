// The timeline around the onset: what happened shortly before the first failed lookup, from all sources, in
// order. Being earlier is not being the cause; it is where to look.
#include "core/judge/bench.h"
#include "core/judge/judge.h"
#include "core/judge/moments.h"

enum { TOLD = 6 };
static const usec_t LOOK_BACK = 30 * USEC_MIN;

static const struct lookup *first_failure(const struct facts *facts)
{
    const struct lookup *first = NULL;
    for (size_t i = 0; i < facts->lookups.n; i++) {
        const struct lookup *l = &facts->lookups.items[i];
        if (lookup_failed(l->outcome) && l->time != TIME_UNKNOWN &&
            clock_in_window(l->time, facts->target.window) == TRI_YES && (!first || l->time < first->time))
            first = l;
    }
    return first;
}

static bool is_told(const char *const *told, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(told[i], text) == 0)
            return true;
    }
    return false;
}

// The same thing is told once, at its latest time.
static void tell(struct bench *b, const struct moment *moments, size_t n_moments,
                 const struct lookup *failure)
{
    struct str text = {0};
    struct cites cites = {0};
    char time[32];
    cite(&cites, failure->place);
    str_printf(&text, "the first failed lookup was seen at %s", clock_format(failure->time, time));
    const char *told[TOLD];
    size_t n = 0;
    for (size_t i = n_moments; i-- > 0 && n < TOLD;) {
        const struct moment *m = &moments[i];
        if (m->time > failure->time || m->time < failure->time - LOOK_BACK || is_told(told, n, m->text))
            continue;
        str_printf(&text, "%s %s %s", n ? "," : "; before it, latest first:", clock_format(m->time, time),
                   m->text);
        cite(&cites, m->place);
        told[n++] = m->text;
    }
    if (n == 0)
        str_add(&text, "; nothing was seen in the half hour before it");
    bench_say(b,
              &(struct claim){.kind = CLAIM_NOTE,
                              .subject = SUBJECT_TIMELINE,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text = str_text(&text),
                              .time = failure->time},
              &cites);
    str_done(&text);
}

void judge_timeline(const struct facts *facts, struct claims *claims)
{
    const struct lookup *failure = first_failure(facts);
    if (!failure)
        return;
    struct bench b;
    bench_init(&b, facts, claims);
    size_t n; // not the lookups: they are what is to be explained
    const struct moment *moments =
        moments_find(&b.arena, facts, NULL, 1 << MOMENT_EVENT | 1 << MOMENT_NODE | 1 << MOMENT_LINE, &n);
    tell(&b, moments, n, failure);
    bench_done(&b);
}
