// What the lookups themselves say: the symptom, what the captures count, and the three answers that are no
// fault (lookups_name.c, lookups_normal.c).
#include "core/judge/lookups.h"

#include <string.h>

#include "core/judge/judge.h"

static bool same_name(const char *a, const char *b)
{
    return a && b && span_is_caseless(span_of(a), b);
}

// ------------------------------------------------------------------ counting

static bool counts(const struct lookup *l)
{
    return l->vantage != LOOKUP_FROM_BASTION; // outside, the ClusterIP never answers
}

bool lookups_as_pod_asks(const struct lookup *l)
{
    return l->origin == LOOKUP_DIG && l->proto == LOOKUP_UDP && l->at != LOOKUP_AT_ENDPOINT;
}

static bool is_own(const struct bench *b, const struct lookup *l)
{
    const char *query = b->facts->target.query;
    return l->target_pod && (!query || same_name(l->name, query)) && l->outcome == LOOKUP_ANSWERED &&
           bench_time_in_window(b, l->time) == TRI_YES;
}

static void find_own(const struct bench *b, struct tally *t)
{
    const struct lookups *all = &b->facts->lookups;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < all->n && t->own.n < 4; i++) {
            const struct lookup *l = &all->items[i];
            if (is_own(b, l) && (lookups_as_pod_asks(l) || round))
                cite(&t->own, l->place);
        }
    }
    for (size_t i = 0; i < all->n && !t->other; i++) {
        const struct lookup *l = &all->items[i];
        bool witness = l->origin == LOOKUP_CAPTURE || l->origin == LOOKUP_SERVER_LOG;
        if (witness && l->target_pod && l->outcome == LOOKUP_ANSWERED &&
            bench_time_in_window(b, l->time) == TRI_YES)
            t->other = l;
    }
}

static bool same_asker(const struct lookup *a, const struct lookup *b)
{
    return a->client.family && ip_eq(a->client, b->client);
}

const struct lookup *lookups_found_later(const struct bench *b, const struct lookup *denied)
{
    static const usec_t one_lookup = 10 * USEC_SEC; // of questions that are all answered
    size_t length = denied->name ? strlen(denied->name) : 0;
    for (size_t i = 0; length && denied->time != TIME_UNKNOWN && i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->outcome == LOOKUP_ANSWERED && l->expansion && l->time != TIME_UNKNOWN &&
            l->time >= denied->time && l->time - denied->time <= one_lookup &&
            strncmp(l->name, denied->name, length) == 0 && l->name[length] == '.' && same_asker(l, denied))
            return l;
    }
    return NULL;
}

static bool is_denied(const struct bench *b, const struct lookup *l)
{
    bool app = l->origin == LOOKUP_APP_LOG; // an application only tells of the end of the list
    bool named = same_name(l->name, b->facts->target.query) && !l->expansion;
    return l->outcome == LOOKUP_NXDOMAIN && (app || named);
}

// Denied for good: where many are, it is not asked of each whether the search list found it later.
static bool is_end(const struct bench *b, const struct lookup *l, size_t before)
{
    return is_denied(b, l) &&
           (l->origin == LOOKUP_APP_LOG || before >= LOOKUPS_ENOUGH || !lookups_found_later(b, l));
}

static bool is_late(const struct bench *b, const struct lookup *l)
{
    return !lookup_failed(l->outcome) && !is_denied(b, l) && l->latency != TIME_UNKNOWN &&
           l->latency >= USEC_SEC;
}

static void take_tally(const struct bench *b, struct tally *ret)
{
    *ret = (struct tally){.answered = 0};
    const struct lookups *all = &b->facts->lookups;
    for (size_t i = 0; i < all->n; i++) {
        const struct lookup *l = &all->items[i];
        if (!counts(l))
            continue;
        bool denied = is_end(b, l, ret->denied), bad = lookup_failed(l->outcome) || denied;
        if (bench_time_in_window(b, l->time) == TRI_YES) {
            ret->failed += lookup_failed(l->outcome);
            ret->denied += denied;
            ret->answered += !bad;
            ret->own_answered += is_own(b, l);
            ret->slow += is_late(b, l);
        } else if (bad && l->time != TIME_UNKNOWN && l->time < b->facts->target.window.from &&
                   (!ret->last_before || l->time > ret->last_before->time)) {
            ret->last_before = l;
        }
    }
    find_own(b, ret);
}

// ------------------------------------------------------------------ the symptom

static const char *tell_counts(struct bench *b, const size_t *by_outcome)
{
    const char *text = NULL;
    for (enum lookup_outcome o = LOOKUP_ANSWERED; o <= LOOKUP_FAILED_UNKNOWN; o++) {
        if (!by_outcome[o] || !lookup_failed(o))
            continue;
        text = arena_printf(&b->arena, "%s%s%zu %s", text ? text : "", text ? ", " : "", by_outcome[o],
                            lookup_outcome_name(o));
    }
    return text;
}

static void say_seen(struct bench *b, const char *text, usec_t first, const struct cites *cites)
{
    bench_say(b,
              &(struct claim){.kind = CLAIM_NOTE,
                              .subject = SUBJECT_SYMPTOM,
                              .on_path = TRI_YES,
                              .in_window = TRI_YES,
                              .text = text,
                              .time = first},
              cites);
}

typedef bool meant_fn(const struct bench *b, const struct lookup *l);

static bool is_answer(const struct bench *b, const struct lookup *l, meant_fn *is_meant)
{
    return counts(l) && is_meant(b, l) && bench_time_in_window(b, l->time) == TRI_YES;
}

// Those first that are asked as the pod asks.
static void cite_answers(const struct bench *b, meant_fn *is_meant, struct cites *cites)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < b->facts->lookups.n && cites->n < 4; i++) {
            const struct lookup *l = &b->facts->lookups.items[i];
            if ((pass || lookups_as_pod_asks(l)) && is_answer(b, l, is_meant))
                cite(cites, l->place);
        }
    }
}

// Where none failed, what was complained of may be answers all the same: denials, or late ones.
static void say_answers(struct bench *b, meant_fn *is_meant, const char *words)
{
    struct cites cites = {.n = 0};
    size_t n = 0;
    usec_t first = TIME_UNKNOWN;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!is_answer(b, l, is_meant))
            continue;
        n++;
        if (l->time != TIME_UNKNOWN && (first == TIME_UNKNOWN || l->time < first))
            first = l->time;
    }
    cite_answers(b, is_meant, &cites);
    say_seen(b, arena_printf(&b->arena, "%s in the window: %zu", words, n), first, &cites);
}

// Which lookups fail, and how: what an inconclusive report still has to show.
static void say_symptom(struct bench *b)
{
    size_t by_outcome[LOOKUP_FAILED_UNKNOWN + 1] = {0}, n = 0;
    usec_t first = TIME_UNKNOWN;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!counts(l) || !lookup_failed(l->outcome) || bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        by_outcome[l->outcome]++;
        n++;
        if (l->time != TIME_UNKNOWN && (first == TIME_UNKNOWN || l->time < first))
            first = l->time;
    }
    if (!n) {
        say_answers(b, is_denied, "lookups answered NXDOMAIN");
        say_answers(b, is_late, "lookups answered after a second and more");
        return;
    }
    struct cites cites = {.n = 0};
    bench_cite_failures(b, LOOKUP_NAME_UNKNOWN, 4, &cites);
    say_seen(b,
             arena_printf(&b->arena, "%zu failed lookups were seen in the window: %s", n,
                          tell_counts(b, by_outcome)),
             first, &cites);
}

// ------------------------------------------------------------------ captures

static const char *tell_capture(struct bench *b, const struct capture *c)
{
    const char *lost = c->undelivered
                           ? arena_printf(&b->arena, ", %llu of them came back and did not reach the client",
                                          (unsigned long long)c->undelivered)
                           : "";
    return arena_printf(&b->arena, "%llu of %llu queries unanswered in %s%s%s",
                        (unsigned long long)c->unanswered, (unsigned long long)c->questions, c->path, lost,
                        c->date_assumed ? " (its times have no date: the window's day was taken)" : "");
}

static void say_capture(struct bench *b, const struct capture *c)
{
    struct cites cites = {.n = 0};
    cite(&cites, place_is_set(c->unanswered_place) ? c->unanswered_place : place_at(c->file, 1));
    if (c->questions)
        bench_say(b,
                  &(struct claim){
                      .kind = CLAIM_NOTE,
                      .subject = SUBJECT_CAPTURE,
                      .on_path = TRI_UNKNOWN,
                      .in_window = bench_time_in_window(b, c->first),
                      .text = tell_capture(b, c),
                      .object = c->path,
                      .time = c->first,
                  },
                  &cites);
}

// Questions that came in and never left the node again, and the lines that show it.
static void say_never_left(struct bench *b)
{
    struct cites cites = {.n = 0};
    size_t n = 0;
    usec_t first = TIME_UNKNOWN;
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (l->origin != LOOKUP_CAPTURE || l->outcome != LOOKUP_TIMEOUT || l->forwarded != TRI_NO ||
            bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        if (n++ < 2)
            cite(&cites, l->asked);
        first = first == TIME_UNKNOWN ? l->time : first;
    }
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_NOTE,
            .subject = SUBJECT_CAPTURE,
            .on_path = TRI_YES,
            .in_window = TRI_YES,
            .text = arena_printf(
                &b->arena, "%zu queries came in from pods and were not seen to leave the node again", n),
            .time = first,
        },
        &cites);
}

void judge_lookups(const struct facts *facts, struct claims *claims)
{
    struct bench b;
    struct tally tally;
    bench_init(&b, facts, claims);
    say_symptom(&b);
    for (size_t i = 0; i < facts->n_captures; i++)
        say_capture(&b, &facts->captures[i]);
    say_never_left(&b);
    take_tally(&b, &tally);
    lookups_judge_name(&b);
    lookups_judge_expansion(&b, &tally);
    lookups_judge_no_fault(&b, &tally);
    bench_done(&b);
}
