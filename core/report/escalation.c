// One row a kind of condition: the words that name it, and the claims that show it.
#include "core/report/escalation.h"

#include "core/base/mem.h"

static bool is_shown(const struct claim *c)
{
    return (c->kind == CLAIM_CAUSE || c->kind == CLAIM_EFFECT) && c->on_path != TRI_NO &&
           c->in_window != TRI_NO;
}

// CoreDNS cannot be brought back by a restart: it is down for a reason that a restart keeps.
static bool coredns_crashes(const struct report_input *in, uint32_t *ret, size_t *ret_n)
{
    for (size_t i = 0; i < in->claims->n; i++) {
        const struct claim *c = &in->claims->items[i];
        bool crash = c->diagnosis == DIAGNOSIS_COREFILE_ERROR || c->diagnosis == DIAGNOSIS_COREDNS_OOM;
        if (crash && c->kind == CLAIM_CAUSE && is_shown(c))
            ret[(*ret_n)++] = (uint32_t)i;
    }
    return *ret_n > 0;
}

// Throttling on every node that was read, and on more than one.
static bool all_nodes_throttled(const struct report_input *in, uint32_t *ret, size_t *ret_n)
{
    for (size_t i = 0; i < in->claims->n; i++) {
        const struct claim *c = &in->claims->items[i];
        if (c->diagnosis == DIAGNOSIS_LINKLOCAL_THROTTLE && c->kind == CLAIM_CAUSE && is_shown(c) &&
            c->object)
            ret[(*ret_n)++] = (uint32_t)i;
    }
    return *ret_n > 1 && *ret_n >= in->facts->n_nodes;
}

// Applications fail with it: the cause is a fault, and lookups of pods of at least two namespaces or three
// pods fail.
static bool applications_fail(const struct report_input *in, uint32_t *ret, size_t *ret_n)
{
    const struct lookups *all = &in->facts->lookups;
    const char *seen[3] = {0};
    size_t n = 0;
    for (size_t i = 0; i < all->n && n < ARRAY_LEN(seen); i++) {
        const struct lookup *l = &all->items[i];
        if (l->vantage != LOOKUP_FROM_POD || !l->pod || !lookup_failed(l->outcome) ||
            clock_in_window(l->time, in->facts->target.window) != TRI_YES)
            continue;
        bool known = false;
        for (size_t k = 0; k < n; k++)
            known |= strcmp(seen[k], l->pod) == 0;
        if (!known)
            seen[n++] = l->pod;
    }
    if (n < ARRAY_LEN(seen) || diagnosis_is_normal(in->cause->diagnosis))
        return false;
    for (size_t i = 0; i < in->claims->n; i++) {
        if (in->claims->items[i].subject == SUBJECT_SYMPTOM)
            ret[(*ret_n)++] = (uint32_t)i;
    }
    return true;
}

bool escalation_holds(const char *condition, const struct report_input *in, uint32_t *ret, size_t *ret_n)
{
    static const struct {
        const char *words[3]; // all must stand in the sentence, in any case
        bool (*holds)(const struct report_input *in, uint32_t *ret, size_t *ret_n);
    } rows[] = {
        {{"coredns", "crashloop", ""}, coredns_crashes},
        {{"throttl", "all nodes", ""}, all_nodes_throttled},
        {{"dns", "cascading", "application"}, applications_fail},
    };
    struct span text = span_of(condition);
    *ret_n = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool named = true;
        for (size_t k = 0; k < ARRAY_LEN(rows[i].words); k++)
            named &= span_contains_caseless(text, rows[i].words[k]);
        if (named && rows[i].holds(in, ret, ret_n))
            return true;
    }
    return false;
}
