// Near-miss names: the optimal string alignment distance, two letters at most, one in short names.
#include "core/judge/nearname.h"

enum { LONGEST = 63 }; // a label, RFC 1035

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned nearname_distance(struct span a, struct span b, unsigned most)
{
    unsigned rows[3][LONGEST + 1];
    size_t apart = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (a.len > LONGEST || b.len > LONGEST || apart > most)
        return most + 1;
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        before[j] = last[j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned same = a.at[i - 1] == b.at[j - 1];
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + !same);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.len] <= most ? last[b.len] : most + 1;
}

const struct kube_service *nearname_service(const struct cluster *cluster, struct span name, struct span ns)
{
    const struct kube_service *best = NULL;
    unsigned most = name.len <= 4 ? 1 : 2, best_distance = most + 1;
    for (size_t i = 0; i < cluster->services.n; i++) {
        const struct kube_service *s = &cluster->services.items[i];
        if (!s->meta.name || !s->meta.namespace_)
            continue;
        bool here = span_is(ns, s->meta.namespace_), same = span_is(name, s->meta.name);
        unsigned distance = here   ? nearname_distance(name, span_of(s->meta.name), most)
                            : same ? most
                                   : most + 1;
        if (distance < best_distance) {
            best = s;
            best_distance = distance;
        }
    }
    return best;
}
