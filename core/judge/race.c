// Looks for halves of pairs in the captures, and for lookups that took as long as the resolver waits.
#include "core/judge/race.h"

enum { TWIN_WITHIN_MS = 20 };

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

// The other question of the pair: the same name, the other type, from the same client in the same instant.
static const struct lookup *find_twin(const struct lookups *all, size_t at)
{
    const struct lookup *l = &all->items[at];
    for (size_t back = 0; back < 2; back++) {
        for (size_t step = 1; step <= 8; step++) {
            size_t i = back ? at - step : at + step;
            if (back ? step > at : i >= all->n)
                break;
            const struct lookup *other = &all->items[i];
            usec_t apart = other->time - l->time;
            if (other->origin == LOOKUP_CAPTURE && ip_eq(other->client, l->client) &&
                same_text(other->name, l->name) && !same_text(other->type, l->type) &&
                apart < TWIN_WITHIN_MS * USEC_MSEC && apart > -TWIN_WITHIN_MS * USEC_MSEC)
                return other;
        }
    }
    return NULL;
}

void race_find(const struct bench *b, struct race *ret)
{
    const struct lookups *all = &b->facts->lookups;
    size_t answered = 0;
    *ret = (struct race){.first = TIME_UNKNOWN};
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        bool own = l->vantage == LOOKUP_FROM_POD && bench_time_in_window(b, l->time) == TRI_YES;
        if (!own || (l->origin != LOOKUP_CAPTURE && l->origin != LOOKUP_DIG))
            continue;
        answered += !lookup_failed(l->outcome);
        if (l->outcome != LOOKUP_TIMEOUT)
            continue;
        ret->n_lost++;
        const struct lookup *twin = l->origin == LOOKUP_CAPTURE ? find_twin(all, i) : NULL;
        if (!twin || lookup_failed(twin->outcome))
            continue;
        if (ret->n_pairs++ < 4)
            cite(&ret->cites, l->asked);
        if (ret->first == TIME_UNKNOWN)
            ret->first = l->time;
    }
    ret->all_lost = ret->n_lost > 0 && answered == 0;
}

void race_say(struct bench *b, const struct race *race, const char *node)
{
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_EFFECT,
                  .diagnosis = DIAGNOSIS_CONNTRACK_RACE,
                  .subject = SUBJECT_CONNTRACK,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = arena_printf(
                      &b->arena,
                      "of %zu pair%s of A and AAAA questions sent in one instant one was answered and "
                      "the other lost",
                      race->n_pairs, race->n_pairs == 1 ? "" : "s"),
                  .object = node,
                  .time = race->first,
              },
              &race->cites);
}
