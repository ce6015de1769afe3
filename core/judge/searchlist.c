// What a resolver library asks for one name. The libraries agree in the outline (a name with enough dots goes
// first as it is, the search domains follow) and differ in the corners that incidents are made of: musl never
// tries the search list for a name with ndots dots, Go asks the bare name last as glibc does but counts a
// name with a trailing dot as one question, and dig does not search at all.
#include "core/judge/searchlist.h"

#include <ctype.h>
#include <string.h>

enum { MAX_NAME = 253 }; // RFC 1035: 255 octets on the wire

void search_rules_init(struct search_rules *rules, struct arena *arena, const struct resolvconf *conf,
                       enum search_libc libc)
{
    *rules = (struct search_rules){.libc = libc, .ndots = RESOLV_DEFAULT_NDOTS, .a = true, .aaaa = true};
    if (!conf)
        return;
    rules->ndots = conf->ndots;
    rules->aaaa = !(conf->no_aaaa && libc == SEARCH_GLIBC);
    const char **domains = arena_alloc(arena, (conf->n_search + 1) * sizeof *domains);
    for (size_t i = 0; i < conf->n_search; i++)
        domains[i] = conf->search[i].name;
    rules->domains = domains;
    rules->n_domains = conf->n_search;
}

static unsigned count_dots(const char *name)
{
    unsigned n = 0;
    for (; *name; name++)
        n += *name == '.';
    return n;
}

static void add_item(struct arena *arena, const struct search_rules *rules, struct search_list *list,
                     struct search_item item)
{
    size_t length = strlen(item.name);
    if (!length || length > MAX_NAME)
        return;
    char *name = arena_strdup(arena, item.name);
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    item.name = name;
    item.a = rules->a;
    item.aaaa = rules->aaaa;
    list->items[list->n++] = item;
    list->queries += (unsigned)item.a + (unsigned)item.aaaa;
}

static void add_domains(struct arena *arena, const struct search_rules *rules, const char *name,
                        struct search_list *list)
{
    for (size_t i = 0; i < rules->n_domains; i++) {
        const char *domain = rules->domains[i];
        if (!*domain) // the root: the name itself, which has its own place in the list
            continue;
        const char *full = arena_printf(arena, "%s.%s", name, domain);
        add_item(arena, rules, list, (struct search_item){.name = full, .expansion = true});
    }
}

void search_list_make(struct arena *arena, const struct search_rules *rules, const char *name,
                      struct search_list *ret)
{
    *ret = (struct search_list){0};
    ret->items = arena_alloc(arena, (rules->n_domains + 1) * sizeof *ret->items);
    size_t length = strlen(name);
    bool absolute = length && name[length - 1] == '.';
    const char *bare = arena_span(arena, span_make(name, length - absolute));
    struct search_item itself = {.name = bare};
    bool enough = count_dots(bare) >= rules->ndots;
    if (!*bare)
        return;
    if (absolute || rules->libc == SEARCH_DIG) {
        add_item(arena, rules, ret, itself);
        return;
    }
    if (enough)
        add_item(arena, rules, ret, itself);
    if (!enough || rules->libc != SEARCH_MUSL)
        add_domains(arena, rules, bare, ret);
    if (!enough)
        add_item(arena, rules, ret, itself);
}
