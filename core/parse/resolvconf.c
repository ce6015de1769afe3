// resolv.conf, read as glibc's __resolv_conf_load does (resolv/res_init.c): a keyword in the first column,
// '#' or ';' in the first column for a comment, everything else ignored. The limits are kept as marks
// (`used`, `old`) and nothing is thrown away, because what a resolver ignores is what a judge wants to point
// at.
#include "core/parse/resolvconf.h"

#include <ctype.h>

enum { MAX_NDOTS = 15, MAX_TIMEOUT = 30, MAX_ATTEMPTS = 5, MAX_ITEMS = 4096 };

struct reader {
    struct arena *arena;
    struct resolvconf *conf;
    uint32_t file, line;
    const char *line_start;
    size_t cap_servers, cap_search, n_used, search_bytes;
};

static struct place place_of(const struct reader *r, struct span word)
{
    struct place place = place_at(r->file, r->line);
    place.column = (uint32_t)(word.at - r->line_start);
    return place;
}

static struct span without_zone(struct span address)
{
    return span_first(address, span_find_char(address, '%'));
}

static void read_server(struct reader *r, struct span rest)
{
    struct span word;
    if (!span_cut_word(&rest, &word) || r->conf->n_servers >= MAX_ITEMS)
        return;
    struct resolvconf *conf = r->conf;
    struct resolv_server *server = ARENA_PUSH(r->arena, conf->servers, conf->n_servers, r->cap_servers);
    *server = (struct resolv_server){.text = arena_span(r->arena, word), .place = place_of(r, word)};
    server->used = ip_parse(without_zone(word), &server->ip) && r->n_used < RESOLV_MAX_SERVERS;
    r->n_used += server->used;
}

static struct span without_last_dot(struct span name)
{
    return span_ends(name, ".") ? span_first(name, name.len - 1) : name;
}

static void add_domain(struct reader *r, struct span word)
{
    struct resolvconf *conf = r->conf;
    if (conf->n_search >= MAX_ITEMS)
        return;
    r->search_bytes += word.len + 1;
    bool old = conf->n_search < RESOLV_OLD_DOMAINS && r->search_bytes <= RESOLV_OLD_SEARCH_BYTES;
    struct resolv_domain *domain = ARENA_PUSH(r->arena, conf->search, conf->n_search, r->cap_search);
    *domain = (struct resolv_domain){
        .name = arena_span(r->arena, without_last_dot(word)),
        .old = old,
        .place = place_of(r, word),
    };
}

// `domain` and `search` replace what an earlier line of either said; `domain` takes one name.
static void read_search(struct reader *r, struct span rest, size_t most)
{
    r->conf->n_search = 0;
    r->search_bytes = 0;
    struct span word;
    while (r->conf->n_search < most && span_cut_word(&rest, &word))
        add_domain(r, word);
}

static unsigned clip(uint64_t value, unsigned most)
{
    return value > most ? most : (unsigned)value;
}

static bool read_number(struct span option, const char *name, unsigned most, unsigned *ret)
{
    uint64_t value = 0;
    if (!span_skip(&option, name))
        return false;
    if (span_to_u64(option, &value))
        *ret = clip(value, most);
    return true;
}

static void read_flag(struct resolvconf *conf, struct span option)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"rotate", &conf->rotate},
        {"use-vc", &conf->use_vc},
        {"single-request", &conf->single_request},
        {"single-request-reopen", &conf->single_request_reopen},
        {"edns0", &conf->edns0},
        {"trust-ad", &conf->trust_ad},
        {"no-aaaa", &conf->no_aaaa},
        {"inet6", &conf->inet6},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (span_is(option, flags[i].name))
            *flags[i].flag = true;
    }
}

static void read_options(struct reader *r, struct span rest)
{
    struct resolvconf *conf = r->conf;
    struct span word;
    while (span_cut_word(&rest, &word)) {
        if (read_number(word, "ndots:", MAX_NDOTS, &conf->ndots))
            conf->ndots_place = place_of(r, word);
        else if (!read_number(word, "timeout:", MAX_TIMEOUT, &conf->timeout) &&
                 !read_number(word, "attempts:", MAX_ATTEMPTS, &conf->attempts))
            read_flag(conf, word);
    }
}

static void read_comment(struct reader *r, struct span line)
{
    struct span text = span_trim(span_from(line, 1));
    if (!r->conf->comment && text.len)
        r->conf->comment = arena_span(r->arena, text);
}

static bool take_keyword(struct span *line, const char *keyword)
{
    struct span rest = *line;
    if (!span_skip(&rest, keyword) || !rest.len || !isspace((unsigned char)rest.at[0]))
        return false;
    *line = rest;
    return true;
}

static void read_line(struct reader *r, struct span line)
{
    if (line.len && (line.at[0] == '#' || line.at[0] == ';'))
        read_comment(r, line);
    else if (take_keyword(&line, "nameserver"))
        read_server(r, line);
    else if (take_keyword(&line, "search"))
        read_search(r, line, MAX_ITEMS);
    else if (take_keyword(&line, "domain"))
        read_search(r, line, 1);
    else if (take_keyword(&line, "options"))
        read_options(r, line);
}

const struct resolvconf *resolvconf_parse(struct arena *arena, struct text text)
{
    struct resolvconf *conf = arena_alloc(arena, sizeof *conf);
    conf->place = place_at(text.file, 1);
    conf->ndots = RESOLV_DEFAULT_NDOTS;
    conf->timeout = RESOLV_DEFAULT_TIMEOUT;
    conf->attempts = RESOLV_DEFAULT_ATTEMPTS;
    struct reader r = {.arena = arena, .conf = conf, .file = text.file};
    struct span rest = text.bytes;
    struct span line;
    while (span_cut_line(&rest, &line)) {
        r.line++;
        r.line_start = line.at;
        read_line(&r, line);
    }
    if (conf->n_servers) {
        struct resolv_server *server = &conf->servers[conf->n_servers - 1];
        server->last = span_ends(text.bytes, server->text);
    }
    return conf;
}

bool resolvconf_asks(const struct resolvconf *conf, struct ip ip)
{
    for (size_t i = 0; i < conf->n_servers; i++) {
        if (conf->servers[i].used && ip_eq(conf->servers[i].ip, ip))
            return true;
    }
    return false;
}
