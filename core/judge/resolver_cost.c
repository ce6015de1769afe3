// What one name costs: the questions that the pod's search list makes of it (judge/searchlist.h), so that
// denials of expanded names are seen as what they are, and as the load that they are. Which library the pod
// uses is not known: where they differ, that is said.
#include "core/judge/resolver.h"
#include "core/judge/searchlist.h"

static void make(struct bench *b, const struct resolvconf *conf, enum search_libc libc, const char *name,
                 struct search_list *ret)
{
    struct search_rules rules;
    search_rules_init(&rules, &b->arena, conf, libc);
    search_list_make(&b->arena, &rules, name, ret);
}

static const struct search_item *first_expansion(const struct search_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].expansion)
            return &list->items[i];
    }
    return NULL;
}

static unsigned questions(const struct search_item *item)
{
    return (unsigned)item->a + (unsigned)item->aaaa;
}

static const char *tell_name(struct bench *b, const struct resolvconf *conf, const char *name)
{
    struct search_list glibc, musl;
    make(b, conf, SEARCH_GLIBC, name, &glibc);
    make(b, conf, SEARCH_MUSL, name, &musl);
    const struct search_item *expanded = first_expansion(&glibc);
    if (!expanded)
        return arena_printf(&b->arena, "%s is asked as it is: %u queries a lookup", name, glibc.queries);
    if (expanded != &glibc.items[0])
        return arena_printf(
            &b->arena,
            "%s has ndots:%u dots or more and is asked as it is first, %u queries a lookup; where that "
            "is denied, %u with glibc and Go, which then append the search domains, and %u with musl",
            name, conf->ndots, questions(&glibc.items[0]), glibc.queries, musl.queries);
    return arena_printf(
        &b->arena,
        "%s has fewer dots than ndots:%u: the pod asks for it with each of %zu search domains first, as "
        "%s, up to %u queries a lookup; NXDOMAIN to those is no fault, and %s. costs %u",
        name, conf->ndots, conf->n_search, expanded->name, glibc.queries, name, questions(expanded));
}

static const char *tell_any(struct bench *b, const struct resolvconf *conf)
{
    return arena_printf(
        &b->arena,
        "a name of fewer than ndots:%u dots is asked for with each of %zu search domains before it is "
        "asked for as it is: up to %zu queries a lookup",
        conf->ndots, conf->n_search, (conf->n_search + 1) * 2);
}

void resolver_say_cost(struct bench *b, const struct resolvconf *conf)
{
    const char *query = b->facts->target.query;
    if (query && b->facts->query_absolute)
        query = arena_printf(&b->arena, "%s.", query);
    struct cites cites = {0};
    cite(&cites, conf->ndots_place);
    cite(&cites, conf->n_search ? conf->search[0].place : conf->place);
    bench_say(b,
              &(struct claim){
                  .kind = CLAIM_NOTE,
                  .subject = SUBJECT_SEARCH_LIST,
                  .on_path = TRI_YES,
                  .in_window = TRI_YES,
                  .text = query && *query ? tell_name(b, conf, query) : tell_any(b, conf),
                  .time = TIME_UNKNOWN,
              },
              &cites);
}
