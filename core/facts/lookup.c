// Questions to the list of lookups.
#include "core/facts/lookup.h"

#include <string.h>

const char *lookup_outcome_name(enum lookup_outcome o)
{
    static const char *const names[] = {
        [LOOKUP_ANSWERED] = "answered",       [LOOKUP_NODATA] = "no data",
        [LOOKUP_NXDOMAIN] = "NXDOMAIN",       [LOOKUP_SERVFAIL] = "SERVFAIL",
        [LOOKUP_REFUSED] = "REFUSED",         [LOOKUP_TIMEOUT] = "timeout",
        [LOOKUP_UNREACHABLE] = "unreachable", [LOOKUP_TRUNCATED] = "truncated",
        [LOOKUP_FAILED_UNKNOWN] = "failed",
    };
    return names[o];
}

bool lookup_name_is_doubled(struct span name, const char *domain)
{
    struct span rest = name;
    size_t n = strlen(domain), at;
    while ((at = span_find(rest, domain)) != SIZE_MAX) {
        struct span behind = span_from(rest, at + n);
        bool begins = at > 0 && rest.at[at - 1] == '.', goes_on = behind.len > 1 && behind.at[0] == '.';
        bool service = at >= 5 && span_ends(span_first(rest, at), ".svc.");
        if (begins && goes_on && (service || span_ends(behind, domain)))
            return true;
        rest = behind;
    }
    return false;
}

bool lookup_failed(enum lookup_outcome o)
{
    return o != LOOKUP_ANSWERED && o != LOOKUP_NODATA && o != LOOKUP_NXDOMAIN;
}

static bool matches(const struct lookup *l, const struct lookup_query *q)
{
    unsigned f = q->fields;
    return (!(f & LOOKUP_BY_VANTAGE) || l->vantage == q->vantage) &&
           (!(f & LOOKUP_BY_AT) || l->at == q->at) && (!(f & LOOKUP_BY_PROTO) || l->proto == q->proto) &&
           (!(f & LOOKUP_BY_NAME_CLASS) || l->name_class == q->name_class) &&
           (!(f & LOOKUP_BY_OUTCOME) || l->outcome == q->outcome) &&
           (!(f & LOOKUP_BY_SERVER) || ip_eq(l->server, q->server)) &&
           (!(f & LOOKUP_BY_NODE) || (l->node && q->node && strcmp(l->node, q->node) == 0)) &&
           (!(f & LOOKUP_BY_WINDOW) || clock_in_window(l->time, q->window) != TRI_NO) &&
           (!(f & LOOKUP_BY_TARGET_POD) || l->target_pod) &&
           (!(f & LOOKUP_BY_FAILED) || lookup_failed(l->outcome)) &&
           (!(f & LOOKUP_BY_ANSWERED) || !lookup_failed(l->outcome));
}

size_t lookups_count(const struct lookups *all, const struct lookup_query *q)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += matches(&all->items[i], q);
    return n;
}

const struct lookup *lookups_first(const struct lookups *all, const struct lookup_query *q)
{
    for (size_t i = 0; i < all->n; i++) {
        if (matches(&all->items[i], q))
            return &all->items[i];
    }
    return NULL;
}
