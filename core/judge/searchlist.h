// The questions that one name becomes: what a resolver library asks, in order, for a name under a search list
// and ndots, until one is answered with data. Rules: glibc res_query.c (__res_context_search), musl
// src/network/lookup_name.c (name_from_dns_search), Go net/dnsclient_unix.go (nameList). dig asks the name as
// it is (no search without +search).
#ifndef D5_JUDGE_SEARCHLIST_H
#define D5_JUDGE_SEARCHLIST_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/parse/resolvconf.h"

enum search_libc { SEARCH_GLIBC, SEARCH_MUSL, SEARCH_GO, SEARCH_DIG };

struct search_item {
    const char *name; // without the last dot, lower case
    bool expansion;   // a search domain was appended
    bool a, aaaa;     // which types are asked; most ask both, in the same instant
};

struct search_list {
    struct search_item *items; // in order; the resolver stops at the first that has data
    size_t n;
    unsigned queries; // packets at most: each item by its types, one server, no retry
};

struct search_rules {
    enum search_libc libc;
    unsigned ndots;
    const char *const *domains;
    size_t n_domains;
    bool a, aaaa; // families wanted: getaddrinfo without hints asks both
};

// From resolv.conf: ndots and domains. `conf` NULL: kubelet's defaults are not guessed, the list is the name.
void search_rules_init(struct search_rules *rules, struct arena *arena, const struct resolvconf *conf,
                       enum search_libc libc);

void search_list_make(struct arena *arena, const struct search_rules *rules, const char *name,
                      struct search_list *ret);

#endif
