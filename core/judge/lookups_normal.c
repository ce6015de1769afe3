// search_expansion and no_fault: nothing fails in the window, and what was complained of is how resolvers
// work, or was over before. Both need answers that were seen; silence proves nothing.
#include <ctype.h>

#include "core/base/mem.h"
#include "core/judge/lookups.h"

static void say(struct bench *b, enum diagnosis d, struct claim claim, const struct cites *cites)
{
    claim.diagnosis = d;
    claim.subject = SUBJECT_SYMPTOM;
    bench_say(b, &claim, cites);
}

static bool is_doubled(struct span text)
{
    size_t at = span_find(text, ".svc.");
    return at != SIZE_MAX && span_find(span_from(text, at + 5), ".svc.") != SIZE_MAX &&
           span_find_char(span_first(span_from(text, at), span_find(span_from(text, at + 5), ".svc.") + 5),
                          ' ') == SIZE_MAX;
}

// Whether the complaint is about NXDOMAIN lines and doubled names, not about something that does not work.
static bool complains_of_denials(const struct bench *b)
{
    static const char *const words[] = {"nxdomain",      "nx domain", "suffix",  "ndots",
                                        "search domain", "doubled",   "repeated"};
    struct span symptom = span_of(b->facts->target.symptom), query = span_of(b->facts->target.query);
    for (size_t i = 0; symptom.at && i < sizeof words / sizeof *words; i++) {
        if (span_contains_caseless(symptom, words[i]))
            return true;
    }
    return (symptom.at && is_doubled(symptom)) || (query.at && is_doubled(query));
}

static bool is_letter_at(struct span text, size_t i)
{
    return i < text.len && isalpha((unsigned char)text.at[i]);
}

// Whether that word stands in the text, or with `stem` one that begins so: "hang" is in "it hangs" and not in
// "since the change".
static bool has_word(struct span text, const char *word, bool stem)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.len; i++) {
        bool begins = i == 0 || !is_letter_at(text, i - 1);
        if (begins && (stem || !is_letter_at(text, i + n)) &&
            span_is_caseless(span_first(span_from(text, i), n), word))
            return true;
    }
    return false;
}

// "a second nameserver" is the next one; "a second", "a second or more", "5 second delays" and "every second
// lookup" are not.
static bool is_ordinal(struct span text, size_t at)
{
    static const char *const behind[] = {"or",   "and",    "to",    "each",   "per",
                                         "late", "longer", "long",  "before", "after",
                                         "when", "until",  "delay", "pause",  "timeout"};
    struct span before = span_first(text, at), next = span_from(text, at + strlen("second"));
    bool counted = span_ends(before, "every ") || (at > 1 && isdigit((unsigned char)text.at[at - 2]));
    if (counted || !span_skip(&next, " ") || !is_letter_at(next, 0))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(behind); i++) {
        if (span_starts(next, behind[i]))
            return false;
    }
    return true;
}

static bool has_second(struct span text)
{
    for (size_t at; (at = span_find(text, "second")) != SIZE_MAX; text = span_from(text, at + 1)) {
        bool whole = (at == 0 || !is_letter_at(text, at - 1)) && !is_letter_at(text, at + strlen("second"));
        if (whole && !is_ordinal(text, at))
            return true;
    }
    return false;
}

// Whether the complaint is about something that comes and goes: then some good lookups prove nothing.
static bool complains_of_some(const struct bench *b)
{
    static const char *const words[] = {"seconds", "some", "ms", "hung"};
    static const char *const stems[] = {
        "slow", "sometimes", "intermittent", "now and then", "random",  "hang", "latenc", "from time to time",
        "flak", "sporadic",  "occasional",   "every few",    "at times"};
    struct span symptom = span_of(b->facts->target.symptom);
    bool some = has_second(symptom);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        some |= has_word(symptom, words[i], false);
    for (size_t i = 0; i < ARRAY_LEN(stems); i++)
        some |= has_word(symptom, stems[i], true);
    return some;
}

// The name that the expansion was made from, answered for the same client.
static const struct lookup *find_answer(const struct bench *b, const struct lookup *expanded)
{
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        size_t n = l->name ? strlen(l->name) : 0;
        if (n && l->outcome == LOOKUP_ANSWERED && strncmp(expanded->name, l->name, n) == 0 &&
            expanded->name[n] == '.' && (!l->client.family || ip_eq(l->client, expanded->client)) &&
            bench_time_in_window(b, l->time) == TRI_YES)
            return l;
    }
    return NULL;
}

// What shows that a denial is no fault: of a name with a search domain appended the name itself, of a name
// that is asked as it is first one of those.
static const struct lookup *find_end(const struct bench *b, const struct lookup *denied)
{
    return denied->expansion ? find_answer(b, denied) : lookups_found_later(b, denied);
}

// A denial that the search list makes; one of the complaining pod before others', one that doubles the
// cluster's suffix before others.
static const struct lookup *find_denial(const struct bench *b)
{
    const struct lookup *best = NULL;
    int best_rate = -1;
    size_t tried = 0; // of names that are asked as they are: most of those are denied for good
    for (size_t i = 0; i < b->facts->lookups.n; i++) {
        const struct lookup *l = &b->facts->lookups.items[i];
        if (!l->name || l->outcome != LOOKUP_NXDOMAIN || (!l->expansion && tried >= LOOKUPS_ENOUGH) ||
            bench_time_in_window(b, l->time) != TRI_YES)
            continue;
        int rate = l->target_pod * 4 + is_doubled(span_of(l->name)) * 2 + (l->origin == LOOKUP_CAPTURE);
        tried += rate > best_rate && !l->expansion;
        if (rate > best_rate && find_end(b, l)) {
            best = l;
            best_rate = rate;
        }
    }
    return best;
}

static const char *tell_denial(struct bench *b, const struct lookup *l)
{
    if (!l->expansion)
        return arena_printf(&b->arena,
                            "%s is the search list at work: a name of ndots dots or more is asked as it is "
                            "first, NXDOMAIN is its answer",
                            l->name);
    return arena_printf(&b->arena,
                        "%s is the search list at work: a search domain was appended, NXDOMAIN is its answer",
                        l->name);
}

void lookups_judge_expansion(struct bench *b, const struct tally *tally)
{
    const struct lookup *l = find_denial(b);
    if (!l || tally->denied)
        return;
    const struct lookup *answer = find_end(b, l);
    struct cites denied = {.n = 0}, answered = {.n = 0};
    cite(&denied, l->asked);
    cite(&denied, l->place);
    cite(&answered, answer->place);
    struct claim claim = {
        .kind = CLAIM_CAUSE,
        .on_path = tri_of(!tally->failed && complains_of_denials(b)),
        .in_window = TRI_YES,
        .text = tell_denial(b, l),
        .time = l->time,
    };
    if (claim.on_path == TRI_NO) { // it stands beside something else, and explains nothing
        claim.kind = CLAIM_NOTE;
        say(b, DIAGNOSIS_NONE, claim, &denied);
        return;
    }
    say(b, DIAGNOSIS_SEARCH_EXPANSION, claim, &denied);
    claim.kind = CLAIM_EFFECT;
    claim.time = answer->time;
    claim.text = arena_printf(&b->arena, "%s is answered right after it", answer->name);
    say(b, DIAGNOSIS_SEARCH_EXPANSION, claim, &answered);
}

// Captures count more lookups than are kept.
static bool captures_are_quiet(const struct bench *b)
{
    for (size_t i = 0; i < b->facts->n_captures; i++) {
        if (b->facts->captures[i].failed_in_window)
            return false;
    }
    return true;
}

// Whether somebody was there who would have told of a lookup that failed: what the pod itself logs, or its
// packets. Some lookups by hand that were answered say nothing of the others.
static bool somebody_watched(struct bench *b)
{
    const struct target *t = &b->facts->target;
    uint32_t at = 0;
    if (evidence_next(b->facts->evidence, "captures/**", &at) || !t->pod)
        return true;
    const char *ns = t->namespace_ ? t->namespace_ : "*";
    const char *const logs[] = {arena_printf(&b->arena, "pods/%s/%s/*.log*", ns, t->pod),
                                arena_printf(&b->arena, "cluster/logs/%s/%s/*", ns, t->pod)};
    for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
        at = 0;
        if (evidence_next(b->facts->evidence, logs[i], &at))
            return true;
    }
    return false;
}

// That nothing failed is told by what is not there. It counts for a window that is known, and where no log or
// capture that could show a failure breaks off.
static enum tri silence_counts(const struct bench *b)
{
    static const char *const sources[] = {"captures/**", "pods/**"};
    const struct window *window = &b->facts->target.window;
    if (window->from == TIME_UNKNOWN && window->to == TIME_UNKNOWN)
        return TRI_UNKNOWN;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const struct evidence_file *f;
        for (uint32_t at = 0; (f = evidence_next(b->facts->evidence, sources[i], &at));) {
            if (f->state == EVIDENCE_PARTIAL)
                return TRI_UNKNOWN;
        }
    }
    return TRI_YES;
}

// The pod's own log tells of that name in words that nobody here knows: it may be what is complained of.
static void say_unread(struct bench *b)
{
    struct cites cites = {.n = 0};
    cite(&cites, b->facts->unread_failure);
    bench_say(
        b,
        &(struct claim){
            .kind = CLAIM_GAP,
            .diagnosis = DIAGNOSIS_NO_FAULT,
            .subject = SUBJECT_SYMPTOM,
            .text = arena_printf(&b->arena,
                                 "whether the pod's log tells of a failed lookup of %s, in words that are "
                                 "not known here",
                                 b->facts->target.query),
            .command = bench_pod_command(b, "logs", "--timestamps"),
            .time = TIME_UNKNOWN,
        },
        &cites);
}

void lookups_judge_no_fault(struct bench *b, const struct tally *tally)
{
    bool quiet = !tally->failed && !tally->denied && !tally->slow && captures_are_quiet(b);
    if (!quiet || !tally->own_answered || complains_of_denials(b) || !somebody_watched(b) ||
        claims_have(b->claims, CLAIM_CAUSE, DIAGNOSIS_POD_NOT_RUNNING))
        return;
    struct cites other = {.n = 0};
    bool some = complains_of_some(b);
    struct claim claim = {
        .kind = some ? CLAIM_NOTE : CLAIM_CAUSE,
        .on_path = TRI_YES,
        .in_window = place_is_set(b->facts->unread_failure) ? TRI_UNKNOWN : silence_counts(b),
        .text = arena_printf(&b->arena, "all %zu lookups that were seen in the window were answered%s",
                             tally->answered,
                             tally->last_before ? "; the failures that were seen lie before it" : ""),
        .time = TIME_UNKNOWN,
    };
    say(b, some ? DIAGNOSIS_NONE : DIAGNOSIS_NO_FAULT, claim, &tally->own);
    if (place_is_set(b->facts->unread_failure))
        say_unread(b);
    if (some || !tally->other)
        return;
    cite(&other, tally->other->place);
    if (tally->last_before)
        cite(&other, tally->last_before->place);
    claim.kind = CLAIM_EFFECT;
    claim.text = tally->last_before
                     ? "lookups of the pod are answered, and the last that failed was before the window"
                     : "other lookups of the pod in the window were answered, too";
    say(b, DIAGNOSIS_NO_FAULT, claim, &other);
}
