// Weighs claims. Three steps: what each diagnosis has for it and against it (weigh_one), which of those that
// stand is the consequence of another (explain), and in what order they are told (rank).
//
// Nothing here knows what a rule, a pod or a counter is. What must be known of the world is one table: which
// fault brings which other fault with it.
#include "core/judge/cause.h"

#include <stdlib.h>

#include "core/base/mem.h"

// `from` brings `to` with it: where both are seen, `to` is a consequence. Only direct steps; chains are
// followed.
static const struct {
    enum diagnosis from, to;
} consequences[] = {
    {DIAGNOSIS_NODE_OOM, DIAGNOSIS_POD_NOT_RUNNING},
    {DIAGNOSIS_NODE_OOM, DIAGNOSIS_COREDNS_DOWN},
    {DIAGNOSIS_NODE_OOM, DIAGNOSIS_COREDNS_OVERLOAD},
    {DIAGNOSIS_NODE_OOM, DIAGNOSIS_SERVICE_PATH},
    {DIAGNOSIS_APP_OOM, DIAGNOSIS_POD_NOT_RUNNING},
    {DIAGNOSIS_COREDNS_OOM, DIAGNOSIS_COREDNS_DOWN},
    {DIAGNOSIS_COREDNS_OOM, DIAGNOSIS_COREDNS_OVERLOAD},
    {DIAGNOSIS_COREDNS_OOM, DIAGNOSIS_TRANSIENT_SERVFAIL},
    {DIAGNOSIS_COREFILE_ERROR, DIAGNOSIS_COREDNS_DOWN},
    {DIAGNOSIS_COREFILE_ERROR, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_COREFILE_ERROR, DIAGNOSIS_COREDNS_OOM}, // a forwarding loop eats memory
    {DIAGNOSIS_COREDNS_DOWN, DIAGNOSIS_SERVICE_PATH},
    {DIAGNOSIS_COREDNS_DOWN, DIAGNOSIS_TRANSIENT_SERVFAIL},
    {DIAGNOSIS_COREDNS_OVERLOAD, DIAGNOSIS_TRANSIENT_SERVFAIL},
    {DIAGNOSIS_COREDNS_OVERLOAD, DIAGNOSIS_CONNTRACK_RACE},
    {DIAGNOSIS_LINKLOCAL_THROTTLE, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_LINKLOCAL_THROTTLE, DIAGNOSIS_COREDNS_OVERLOAD},
    {DIAGNOSIS_IPV6_UPSTREAM, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_UPSTREAM_UNREACHABLE, DIAGNOSIS_COREDNS_OVERLOAD},
    {DIAGNOSIS_UPSTREAM_UNREACHABLE, DIAGNOSIS_TRANSIENT_SERVFAIL},
    {DIAGNOSIS_CONNTRACK_FULL, DIAGNOSIS_CONNTRACK_RACE},
    {DIAGNOSIS_CONNTRACK_FULL, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_CONNTRACK_FULL, DIAGNOSIS_COREDNS_OVERLOAD},
    {DIAGNOSIS_HOST_FIREWALL, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_NETWORK_POLICY_DENY, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_SECURITY_GROUP_BLOCK, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_MTU, DIAGNOSIS_UPSTREAM_UNREACHABLE},
    {DIAGNOSIS_DNS_POLICY, DIAGNOSIS_WRONG_NAMESERVER},
    {DIAGNOSIS_DNS_POLICY, DIAGNOSIS_NAME_DOES_NOT_EXIST},
    {DIAGNOSIS_WRONG_NAMESERVER, DIAGNOSIS_NAME_DOES_NOT_EXIST},
    {DIAGNOSIS_NODELOCALDNS_BIND, DIAGNOSIS_NAME_DOES_NOT_EXIST}, // what holds the port answers in its place
    {DIAGNOSIS_NODELOCALDNS_IPVS, DIAGNOSIS_WRONG_NAMESERVER},
};

// ------------------------------------------------------------------ one diagnosis

struct weighing {
    const struct claims *claims;
    bool has_window;
    struct arena *arena;
};

// Whether the claim holds while it hurt. Without a window, what happened at a point in time cannot say.
static enum tri held_then(const struct weighing *w, const struct claim *c)
{
    if (!w->has_window && c->kind == CLAIM_EFFECT && c->time != TIME_UNKNOWN)
        return TRI_UNKNOWN;
    return c->in_window;
}

static bool is_sure(const struct weighing *w, const struct claim *c)
{
    return c->on_path == TRI_YES && held_then(w, c) == TRI_YES;
}

static bool is_possible(const struct weighing *w, const struct claim *c)
{
    return c->on_path != TRI_NO && held_then(w, c) != TRI_NO;
}

// Cause and effect belong together when neither names an object, or both name the same.
static bool same_object(const struct claim *a, const struct claim *b)
{
    return !a->object || !b->object || strcmp(a->object, b->object) == 0;
}

static void list_add(struct arena *arena, const uint32_t **list, size_t *n, size_t i)
{
    uint32_t *copy = arena_alloc(arena, (*n + 1) * sizeof *copy);
    if (*n)
        memcpy(copy, *list, *n * sizeof *copy);
    copy[(*n)++] = (uint32_t)i;
    *list = copy;
}

// Sorts the claims on one diagnosis into for, against and gaps.
static void sort_claims(const struct weighing *w, struct candidate *c)
{
    for (size_t i = 0; i < w->claims->n; i++) {
        const struct claim *claim = &w->claims->items[i];
        if (claim->diagnosis != c->diagnosis)
            continue;
        if (claim->kind == CLAIM_GAP)
            list_add(w->arena, &c->gaps, &c->n_gaps, i);
        else if (claim->kind == CLAIM_AGAINST || claim->kind == CLAIM_INNOCENT)
            list_add(w->arena, &c->against, &c->n_against, i);
        else if ((claim->kind == CLAIM_CAUSE || claim->kind == CLAIM_EFFECT) && is_possible(w, claim))
            list_add(w->arena, &c->for_, &c->n_for, i);
        else if (claim->kind == CLAIM_CAUSE)
            list_add(w->arena, &c->elsewhere, &c->n_elsewhere, i);
    }
}

static bool is_refuted(const struct weighing *w, const struct candidate *c)
{
    for (size_t i = 0; i < c->n_against; i++) {
        const struct claim *claim = &w->claims->items[c->against[i]];
        if (claim->kind == CLAIM_AGAINST && is_sure(w, claim))
            return true;
    }
    return false;
}

// Whether some effect of the candidate was surely seen where `cause` is.
static bool has_effect(const struct weighing *w, const struct candidate *c, const struct claim *cause)
{
    for (size_t i = 0; i < c->n_for; i++) {
        const struct claim *claim = &w->claims->items[c->for_[i]];
        if (claim->kind == CLAIM_EFFECT && is_sure(w, claim) && same_object(cause, claim))
            return true;
    }
    return false;
}

// How well a cause is shown: 0 not a cause, then possible, sure, sure with its effect.
static int cause_strength(const struct weighing *w, const struct candidate *c, const struct claim *claim)
{
    if (claim->kind != CLAIM_CAUSE)
        return 0;
    if (!is_sure(w, claim))
        return 1;
    return has_effect(w, c, claim) ? 3 : 2;
}

static void put_first(struct candidate *c, struct arena *arena, size_t at)
{
    uint32_t *list = arena_dup(arena, c->for_, c->n_for * sizeof *list);
    uint32_t deciding = list[at];
    memmove(list + 1, list, at * sizeof *list);
    list[0] = deciding;
    c->for_ = list;
}

static void weigh_one(const struct weighing *w, struct candidate *c)
{
    sort_claims(w, c);
    int best = 0;
    size_t at = 0;
    bool effect = false;
    for (size_t i = 0; i < c->n_for; i++) {
        const struct claim *claim = &w->claims->items[c->for_[i]];
        int strength = cause_strength(w, c, claim);
        effect |= claim->kind == CLAIM_EFFECT && is_sure(w, claim);
        if (strength > best) {
            best = strength;
            at = i;
        }
    }
    // its mechanism was seen, and at another time or place alone: the harm is somebody else's
    bool refuted = is_refuted(w, c) || (best == 0 && c->n_elsewhere);
    if (best > 0) {
        put_first(c, w->arena, at);
        c->cause = &w->claims->items[c->for_[0]];
    }
    if (best == 3)
        c->verdict = refuted ? VERDICT_LIKELY : VERDICT_CONFIRMED;
    else if ((best > 0 || effect) && !refuted)
        c->verdict = VERDICT_LIKELY;
    if (c->n_for)
        c->detail = w->claims->items[c->for_[0]].text;
}

// ------------------------------------------------------------------ consequences

static struct candidate *find_candidate(struct cause *cause, enum diagnosis d)
{
    for (size_t i = 0; i < cause->n_candidates; i++) {
        if (cause->candidates[i].diagnosis == d)
            return &cause->candidates[i];
    }
    return NULL;
}

// A cause explains its consequence only where it is shown at least as well, or its mechanism itself was seen.
static bool can_explain(const struct candidate *from, const struct candidate *to)
{
    return from && from->verdict != VERDICT_INCONCLUSIVE && (from->verdict >= to->verdict || from->cause);
}

static void explain(struct cause *cause)
{
    for (size_t i = 0; i < ARRAY_LEN(consequences); i++) {
        struct candidate *to = find_candidate(cause, consequences[i].to);
        struct candidate *from = find_candidate(cause, consequences[i].from);
        if (to && to->verdict != VERDICT_INCONCLUSIVE && !to->explained_by && can_explain(from, to))
            to->explained_by = from->diagnosis;
    }
}

// ------------------------------------------------------------------ order

// The best candidate first: not explained, better shown, a fault before a normal thing, more for it.
static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    bool a_stands = a->verdict != VERDICT_INCONCLUSIVE && !a->explained_by;
    bool b_stands = b->verdict != VERDICT_INCONCLUSIVE && !b->explained_by;
    if (a_stands != b_stands)
        return a_stands ? -1 : 1;
    if (a->verdict != b->verdict)
        return a->verdict > b->verdict ? -1 : 1;
    bool a_normal = diagnosis_is_normal(a->diagnosis), b_normal = diagnosis_is_normal(b->diagnosis);
    if (a_normal != b_normal)
        return a_normal ? 1 : -1;
    if (!a->cause != !b->cause)
        return a->cause ? -1 : 1;
    if (a->n_for != b->n_for)
        return a->n_for > b->n_for ? -1 : 1;
    return a->diagnosis < b->diagnosis ? -1 : a->diagnosis > b->diagnosis;
}

// A further cause of its own: its mechanism is surely there, on this path; a normal thing beside a fault is
// not one. Where the answer is that all is normal, only what is shown to do harm stands beside it.
static bool is_also(const struct weighing *w, const struct candidate *c, enum diagnosis chosen)
{
    if (c->verdict == VERDICT_INCONCLUSIVE || c->explained_by || diagnosis_is_normal(c->diagnosis))
        return false;
    if (diagnosis_is_normal(chosen))
        return c->verdict == VERDICT_CONFIRMED;
    return c->cause && is_sure(w, c->cause);
}

static const struct claim *first_of(const struct weighing *w, const uint32_t *list, size_t n)
{
    return n && w->claims->items ? &w->claims->items[list[0]] : NULL;
}

// Why a candidate is not the cause; NULL when nothing was ever held against anybody: then it was not
// considered.
static const char *reason_against(const struct weighing *w, const struct candidate *c, enum diagnosis chosen)
{
    const struct claim *against = first_of(w, c->against, c->n_against);
    const struct claim *elsewhere = first_of(w, c->elsewhere, c->n_elsewhere);
    if (c->explained_by)
        return arena_printf(w->arena, "a consequence of %s: %s", diagnosis_info(c->explained_by)->id,
                            c->detail);
    if (against)
        return against->text;
    if (elsewhere)
        return arena_printf(w->arena, "seen, but not on this path in the window: %s", elsewhere->text);
    if (c->n_for == 0)
        return NULL;
    if (diagnosis_is_normal(c->diagnosis) && chosen != DIAGNOSIS_INCONCLUSIVE)
        return arena_printf(w->arena, "seen beside %s, and normal: %s", diagnosis_info(chosen)->id,
                            c->detail);
    return arena_printf(w->arena, "seen, but nothing shows that it did harm here: %s", c->detail);
}

// Moves the candidate at `i` forward to `at`, the others between them back by one.
static void move_forward(struct cause *cause, size_t i, size_t at)
{
    struct candidate c = cause->candidates[i];
    memmove(&cause->candidates[at + 1], &cause->candidates[at], (i - at) * sizeof c);
    cause->candidates[at] = c;
}

// Puts the `also` behind the chosen one, then the rejected; what is neither stays at the end.
static void part_candidates(const struct weighing *w, struct cause *cause)
{
    bool chosen = cause->diagnosis != DIAGNOSIS_INCONCLUSIVE;
    size_t at = chosen;
    for (size_t i = at; chosen && i < cause->n_candidates; i++) {
        if (is_also(w, &cause->candidates[i], cause->diagnosis)) {
            move_forward(cause, i, at++);
            cause->n_also++;
        }
    }
    for (size_t i = at; i < cause->n_candidates; i++) {
        cause->candidates[i].reason = reason_against(w, &cause->candidates[i], cause->diagnosis);
        if (cause->candidates[i].reason) {
            move_forward(cause, i, at++);
            cause->n_rejected++;
        }
    }
}

// ------------------------------------------------------------------

static void collect_candidates(const struct weighing *w, struct cause *cause)
{
    cause->candidates = arena_alloc(w->arena, DIAGNOSIS_COUNT * sizeof *cause->candidates);
    for (enum diagnosis d = DIAGNOSIS_HOST_FIREWALL; d < DIAGNOSIS_INCONCLUSIVE; d++) {
        struct candidate c = {.diagnosis = d};
        weigh_one(w, &c);
        if (c.n_for || c.n_against || c.n_elsewhere || c.n_gaps)
            cause->candidates[cause->n_candidates++] = c;
    }
}

struct cause *cause_weigh(const struct claims *claims, const struct target *target)
{
    struct cause *cause = mem_alloc(sizeof *cause);
    const struct weighing w = {
        .claims = claims,
        .has_window = target->window.from != TIME_UNKNOWN || target->window.to != TIME_UNKNOWN,
        .arena = &cause->arena,
    };
    collect_candidates(&w, cause);
    explain(cause);
    qsort(cause->candidates, cause->n_candidates, sizeof *cause->candidates, compare_candidates);
    cause->diagnosis = DIAGNOSIS_INCONCLUSIVE;
    if (cause->n_candidates && cause->candidates[0].verdict != VERDICT_INCONCLUSIVE) {
        cause->diagnosis = cause->candidates[0].diagnosis;
        cause->verdict = cause->candidates[0].verdict;
    }
    part_candidates(&w, cause);
    return cause;
}

void cause_free(struct cause *cause)
{
    if (!cause)
        return;
    arena_done(&cause->arena);
    free(cause);
}
