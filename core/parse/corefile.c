// The parser: server blocks, their zones, their plug-ins, as coredns/caddy caddyfile/parse.go walks the
// words. CoreDNS stops at the first fault; this goes on behind it, so that everything around the fault is
// known, too.
#include "core/parse/corefile.h"

#include <fnmatch.h>
#include <string.h>

#include "core/parse/corelex.h"
#include "core/parse/coreplugins.h"

enum { MAX_DEPTH = 8, MAX_FAULTS = 64, MAX_COPIES = 4096, MAX_READS = 64 };

struct parser {
    struct arena *arena;
    struct corefile *file;
    struct core_tokens tokens; // of the file that is read just now
    size_t at;
    const char *name; // of that file; NULL: the Corefile itself
    unsigned depth;   // of imports
    unsigned reads;   // of imported files: one may import itself
    struct corefile_parts parts;
    struct core_server *snippets; // (name) { … }
    size_t n_snippets, cap_snippets, cap_servers, cap_faults;
    size_t copies; // plug-ins that imports brought: snippets may import snippets
};

static const struct core_token *here(const struct parser *p)
{
    return p->at < p->tokens.n ? &p->tokens.items[p->at] : NULL;
}

static bool is_word(const struct core_token *token, const char *word)
{
    return token && !token->quoted && strcmp(token->text, word) == 0;
}

static void add_fault(struct parser *p, const struct core_token *token, const char *text)
{
    const struct core_token *last = p->tokens.n ? &p->tokens.items[p->tokens.n - 1] : NULL;
    const struct core_token *at = token ? token : last;
    if (p->file->n_faults >= MAX_FAULTS)
        return;
    struct core_fault *fault = ARENA_PUSH(p->arena, p->file->faults, p->file->n_faults, p->cap_faults);
    *fault = (struct core_fault){
        .text = p->name ? arena_printf(p->arena, "in %s: %s", p->name, text) : text,
        .line = at ? at->line : 1,
        .place = at ? at->place : p->file->place,
    };
}

// ------------------------------------------------------------------ plug-ins
struct word_list {
    const char **items;
    size_t n, cap;
};

// The words that follow on the same line, up to a brace.
static struct core_args read_args(struct parser *p)
{
    struct word_list words = {0};
    for (const struct core_token *t = here(p); t && !t->first && !is_word(t, "{") && !is_word(t, "}");
         t = here(p)) {
        *ARENA_PUSH(p->arena, words.items, words.n, words.cap) = t->text;
        p->at++;
    }
    return (struct core_args){words.items, words.n};
}

static void add_option(struct parser *p, struct core_plugin *plugin, size_t *cap)
{
    const struct core_token *name = here(p);
    p->at++;
    struct core_args args = read_args(p);
    struct core_option *option = ARENA_PUSH(p->arena, plugin->options, plugin->n_options, *cap);
    *option = (struct core_option){.name = name->text, .args = args, .place = name->place};
}

// What stands between a plug-in's braces; `here` is the opening one.
static void read_options(struct parser *p, struct core_plugin *plugin)
{
    size_t cap = 0;
    unsigned depth = 0;
    const struct core_token *open = here(p);
    do {
        const struct core_token *token = here(p);
        if (!token) {
            add_fault(p, NULL, arena_printf(p->arena, "the brace of '%s' is never closed", plugin->name));
            return;
        }
        if (is_word(token, "{") || is_word(token, "}")) {
            depth = is_word(token, "{") ? depth + 1 : depth - 1;
            p->at++;
        } else {
            add_option(p, plugin, &cap);
        }
        if (depth > MAX_DEPTH) {
            add_fault(p, open, "the braces are nested too deep");
            return;
        }
    } while (depth);
}

static void check_name(struct parser *p, struct core_plugin *plugin, const struct core_token *token)
{
    plugin->known = core_plugin_is_known(plugin->name);
    if (plugin->known != TRI_NO || p->file->n_faults >= MAX_FAULTS)
        return;
    plugin->near = core_plugin_nearest(plugin->name);
    add_fault(p, token,
              plugin->near ? arena_printf(p->arena, "Unknown directive '%s' (meant is perhaps '%s')",
                                          plugin->name, plugin->near)
                           : arena_printf(p->arena, "Unknown directive '%s'", plugin->name));
}

struct plugin_list {
    struct core_plugin *items;
    size_t n, cap;
};

static void read_plugin(struct parser *p, struct plugin_list *list)
{
    const struct core_token *token = here(p);
    struct core_plugin plugin = {.name = token->text, .line = token->line, .place = token->place};
    p->at++;
    check_name(p, &plugin, token);
    plugin.args = read_args(p);
    if (is_word(here(p), "{"))
        read_options(p, &plugin);
    *ARENA_PUSH(p->arena, list->items, list->n, list->cap) = plugin;
}

// ------------------------------------------------------------------ imports
static const struct core_server *find_snippet(const struct parser *p, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < p->n_snippets; i++) {
        const char *zone = p->snippets[i].zones[0]; // "(name)"
        if (strlen(zone) == length + 2 && strncmp(zone + 1, name, length) == 0)
            return &p->snippets[i];
    }
    return NULL;
}

static void read_block(struct parser *p, bool braced, struct plugin_list *list);
static void read_servers(struct parser *p);

static void read_part(struct parser *p, const struct corefile_part *part, struct plugin_list *list)
{
    const struct core_tokens tokens = p->tokens;
    const size_t at = p->at;
    const char *name = p->name;
    p->tokens = (struct core_tokens){0};
    p->at = 0;
    p->name = part->name;
    p->depth++;
    core_lex(p->arena, &part->text, &p->tokens);
    if (list)
        read_block(p, false, list);
    else
        read_servers(p);
    p->depth--;
    p->name = name;
    p->at = at;
    p->tokens = tokens;
}

// "custom/*.server": by the name alone, for where a ConfigMap is mounted is the Deployment's to say.
static bool read_parts(struct parser *p, const char *pattern, struct plugin_list *list)
{
    const char *slash = strrchr(pattern, '/');
    bool found = false;
    for (size_t i = 0; p->depth < MAX_DEPTH && p->reads < MAX_READS && i < p->parts.n; i++) {
        if (fnmatch(slash ? slash + 1 : pattern, p->parts.items[i].name, 0) != 0)
            continue;
        found = true;
        p->reads++;
        read_part(p, &p->parts.items[i], list);
    }
    return found;
}

// What a snippet or a file holds stands in the place of the import; of a file that was not given it cannot be
// known.
static void read_import(struct parser *p, struct plugin_list *list)
{
    p->at++;
    struct core_args args = read_args(p);
    const struct core_server *snippet = args.n ? find_snippet(p, args.items[0]) : NULL;
    if (!snippet && !(args.n && read_parts(p, args.items[0], list)))
        p->file->imports = true;
    for (size_t i = 0; list && snippet && i < snippet->n_plugins && p->copies < MAX_COPIES; i++, p->copies++)
        *ARENA_PUSH(p->arena, list->items, list->n, list->cap) = snippet->plugins[i];
}

// ------------------------------------------------------------------ server blocks
// The zones in front of a block. A comma at the end of a line promises one more on the next.
static struct core_args read_zones(struct parser *p)
{
    struct word_list words = {0};
    bool more = true;
    for (const struct core_token *t = here(p); t && !is_word(t, "{") && (more || !t->first); t = here(p)) {
        size_t length = strlen(t->text);
        more = length && t->text[length - 1] == ',';
        if (length > more)
            *ARENA_PUSH(p->arena, words.items, words.n, words.cap) =
                arena_span(p->arena, span_make(t->text, length - more));
        p->at++;
    }
    return (struct core_args){words.items, words.n};
}

// The directives of a block, until its brace closes or, without one, the text ends.
static void read_block(struct parser *p, bool braced, struct plugin_list *list)
{
    const struct core_token *token;
    while ((token = here(p)) && !is_word(token, "}")) {
        if (is_word(token, "import")) {
            read_import(p, list);
        } else if (is_word(token, "{")) {
            add_fault(p, token, "Unexpected '{'");
            p->at++;
        } else {
            read_plugin(p, list);
        }
    }
    if (braced && !token)
        add_fault(p, NULL, "Unexpected EOF: the brace of the server block is never closed");
    if (!braced && token)
        add_fault(p, token, "Unexpected '}' because no matching opening brace");
    if (token)
        p->at++;
}

static bool is_snippet(struct core_args zones)
{
    return zones.n == 1 && zones.items[0][0] == '(' && span_ends(span_of(zones.items[0]), ")");
}

static void read_server(struct parser *p)
{
    const struct core_token *start = here(p);
    struct core_args zones = read_zones(p);
    bool braced = is_word(here(p), "{");
    p->at += braced;
    if (!zones.n)
        add_fault(p, start, "a server block without a zone");
    struct plugin_list list = {0};
    read_block(p, braced, &list);
    struct core_server server = {zones.items, zones.n, list.items, list.n, start->place};
    if (is_snippet(zones))
        *ARENA_PUSH(p->arena, p->snippets, p->n_snippets, p->cap_snippets) = server;
    else
        *ARENA_PUSH(p->arena, p->file->servers, p->file->n_servers, p->cap_servers) = server;
}

static void read_servers(struct parser *p)
{
    while (here(p)) {
        if (is_word(here(p), "import")) {
            read_import(p, NULL);
        } else if (is_word(here(p), "}")) {
            add_fault(p, here(p), "Unexpected '}' because no matching opening brace");
            p->at++;
        } else {
            read_server(p);
        }
    }
}

const struct corefile *corefile_parse_with(struct arena *arena, const struct corefile_text *text,
                                           const struct corefile_parts *parts)
{
    struct parser p = {.arena = arena, .file = arena_alloc(arena, sizeof *p.file), .parts = *parts};
    p.file->place = text->place;
    core_lex(arena, text, &p.tokens);
    read_servers(&p);
    if (p.tokens.unclosed)
        add_fault(&p, NULL, "a quotation mark is never closed");
    if (p.tokens.cut)
        add_fault(&p, NULL, "the Corefile is too long to be read");
    return p.file;
}

const struct corefile *corefile_parse(struct arena *arena, const struct corefile_text *text)
{
    return corefile_parse_with(arena, text, &(struct corefile_parts){NULL, 0});
}

// ------------------------------------------------------------------ finding
const struct core_plugin *core_plugin(const struct core_server *server, const char *name)
{
    for (size_t i = 0; server && i < server->n_plugins; i++) {
        if (strcmp(server->plugins[i].name, name) == 0)
            return &server->plugins[i];
    }
    return NULL;
}

const struct core_option *core_option(const struct core_plugin *plugin, const char *name)
{
    for (size_t i = 0; plugin && i < plugin->n_options; i++) {
        if (strcmp(plugin->options[i].name, name) == 0)
            return &plugin->options[i];
    }
    return NULL;
}

// "dns://example.org:1053" without its transport and port; "." is the root.
static struct span zone_name(const char *zone)
{
    struct span s = span_of(zone);
    size_t scheme = span_find(s, "://");
    if (scheme != SIZE_MAX)
        s = span_from(s, scheme + 3);
    s = span_first(s, span_find_char(s, ':'));
    return s.len > 1 && span_ends(s, ".") ? span_first(s, s.len - 1) : s;
}

static bool zone_has(struct span zone, struct span name)
{
    if (!zone.len || span_is(zone, "."))
        return true;
    if (name.len < zone.len)
        return false;
    struct span tail = span_from(name, name.len - zone.len);
    bool whole = name.len == zone.len || name.at[name.len - zone.len - 1] == '.';
    return whole && strncasecmp(tail.at, zone.at, zone.len) == 0;
}

bool corefile_zone_has(const char *zone, struct span name)
{
    return zone_has(zone_name(zone), span_ends(name, ".") ? span_first(name, name.len - 1) : name);
}

const struct core_server *corefile_server_for(const struct corefile *file, struct span name)
{
    const struct core_server *best = NULL;
    size_t longest = 0;
    if (span_ends(name, "."))
        name = span_first(name, name.len - 1);
    for (size_t i = 0; i < file->n_servers; i++) {
        for (size_t j = 0; j < file->servers[i].n_zones; j++) {
            struct span zone = zone_name(file->servers[i].zones[j]);
            size_t length = span_is(zone, ".") ? 1 : zone.len + 1;
            if (zone_has(zone, name) && length > longest) {
                longest = length;
                best = &file->servers[i];
            }
        }
    }
    return best;
}

static const char *forward_zone(struct arena *arena, const char *const *zones, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct span zone = zone_name(zones[i]);
        if (zone.len && !span_is(zone, ".") && !span_ends(zone, "in-addr.arpa") &&
            !span_ends(zone, "ip6.arpa") && span_find_char(zone, '/') == SIZE_MAX &&
            span_find_char(zone, '{') == SIZE_MAX)
            return arena_span(arena, zone);
    }
    return NULL;
}

const char *corefile_cluster_domain(struct arena *arena, const struct corefile *file)
{
    for (size_t i = 0; i < file->n_servers; i++) {
        const struct core_server *server = &file->servers[i];
        const struct core_plugin *kubernetes = core_plugin(server, "kubernetes");
        if (!kubernetes)
            continue;
        const char *zone = forward_zone(arena, kubernetes->args.items, kubernetes->args.n);
        if (!kubernetes->args.n)
            zone = forward_zone(arena, server->zones, server->n_zones);
        if (zone)
            return zone;
    }
    return NULL;
}

static enum tri zones_have(const char *const *zones, size_t n, struct span domain)
{
    enum tri have = TRI_NO;
    for (size_t i = 0; i < n && have != TRI_YES; i++) {
        if (span_find_char(span_of(zones[i]), '{') != SIZE_MAX)
            have = TRI_UNKNOWN;
        else if (zone_has(zone_name(zones[i]), domain))
            have = TRI_YES;
    }
    return have;
}

enum tri corefile_serves_cluster(const struct corefile *file, struct span domain)
{
    enum tri serves = file->imports ? TRI_UNKNOWN : TRI_NO;
    if (span_ends(domain, ".")) // as some give it to the kubelet
        domain.len--;
    for (size_t i = 0; i < file->n_servers; i++) {
        const struct core_server *server = &file->servers[i];
        const struct core_plugin *kubernetes = core_plugin(server, "kubernetes");
        if (!kubernetes)
            continue;
        struct core_args zones =
            kubernetes->args.n ? kubernetes->args : (struct core_args){server->zones, server->n_zones};
        serves = tri_or(serves, zones_have(zones.items, zones.n, domain));
    }
    return serves;
}
