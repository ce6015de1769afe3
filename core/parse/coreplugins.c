// Plug-ins by name, and what a `forward` line says. A build of one's own may have further plug-ins; a judge
// asks the pod's log or image before it calls one unknown for certain.
#include "core/parse/coreplugins.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/parse/corefile.h"

static const char *const names[] = {
    "acl",        "any",          "auto",        "autopath",    "azure",      "bind",   "bufsize",
    "cache",      "cancel",       "chaos",       "clouddns",    "debug",      "dns64",  "dnssec",
    "dnstap",     "erratic",      "errors",      "etcd",        "federation", "file",   "forward",
    "geoip",      "grpc",         "grpc_server", "header",      "health",     "hosts",  "https",
    "https3",     "k8s_external", "kubernetes",  "loadbalance", "local",      "log",    "loop",
    "metadata",   "minimal",      "multisocket", "nomad",       "nsid",       "on",     "pprof",
    "prometheus", "proxy",        "proxyproto",  "quic",        "ready",      "reload", "reverse",
    "rewrite",    "root",         "route53",     "secondary",   "shutdown",   "sign",   "startup",
    "template",   "timeouts",     "tls",         "trace",       "transfer",   "tsig",   "view",
    "whoami",
};

enum tri core_plugin_is_known(const char *name)
{
    if (strstr(name, "{$") || strstr(name, "{%") || strstr(name, "__PILLAR__"))
        return TRI_UNKNOWN;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i], name) == 0)
            return TRI_YES;
    }
    return TRI_NO;
}

enum { MAX_WORD = 24 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

// Edits between two short words: a letter more, less, another, or two swapped (optimal string alignment).
static unsigned edits(const char *a, const char *b)
{
    unsigned d[MAX_WORD + 1][MAX_WORD + 1];
    size_t n = strlen(a);
    size_t m = strlen(b);
    if (n > MAX_WORD || m > MAX_WORD)
        return MAX_WORD;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (!i || !j) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = least(change, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n][m];
}

const char *core_plugin_nearest(const char *name)
{
    const char *best = NULL;
    unsigned fewest = strlen(name) > 3 ? 3 : 2;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        unsigned n = edits(name, names[i]);
        if (n < fewest) {
            fewest = n;
            best = names[i];
        }
    }
    return best;
}

// ------------------------------------------------------------------ forward
static bool skip_transport(struct span *s, bool *ret_tls)
{
    *ret_tls = span_skip(s, "tls://");
    return *ret_tls || span_skip(s, "dns://") || span_skip(s, "https://") || span_skip(s, "grpc://");
}

// "10.0.0.2", "10.0.0.2:5353", "fd00::2", "[fd00::2]:53", "tls://9.9.9.9%dns.quad9.net", "/etc/resolv.conf".
static struct core_target read_target(const char *text)
{
    struct core_target target = {.text = text};
    struct span s = span_of(text);
    target.file = span_starts(s, "/");
    skip_transport(&s, &target.tls);
    target.port = target.tls ? 853 : 53;
    s = span_first(s, span_find_char(s, '%'));
    if (ip_parse(s, &target.ip))
        return target;
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < s.len; i++)
        colon = s.at[i] == ':' ? i : colon;
    if (colon == SIZE_MAX || !span_to_u16(span_from(s, colon + 1), &target.port))
        return target;
    s = span_first(s, colon);
    if (span_skip(&s, "[") && span_ends(s, "]"))
        s = span_first(s, s.len - 1);
    ip_parse(s, &target.ip);
    return target;
}

bool core_forward_parse(struct arena *arena, const struct core_plugin *plugin, struct core_forward *ret)
{
    bool forward = plugin && (strcmp(plugin->name, "forward") == 0 || strcmp(plugin->name, "proxy") == 0);
    *ret = (struct core_forward){.max_place = {.file = FILE_NONE}};
    if (!forward || plugin->args.n < 2)
        return false;
    ret->from = plugin->args.items[0];
    ret->place = plugin->place;
    ret->n_targets = plugin->args.n - 1;
    ret->targets = arena_alloc(arena, ret->n_targets * sizeof *ret->targets);
    for (size_t i = 0; i < ret->n_targets; i++)
        ret->targets[i] = read_target(plugin->args.items[i + 1]);
    const struct core_option *most = core_option(plugin, "max_concurrent");
    if (most && most->args.n && span_to_i64(span_of(most->args.items[0]), &ret->max_concurrent))
        ret->max_place = most->place;
    ret->force_tcp = core_option(plugin, "force_tcp") != NULL;
    ret->prefer_udp = core_option(plugin, "prefer_udp") != NULL;
    return true;
}

bool corefile_forward_for(struct arena *arena, const struct corefile *file, struct span name,
                          struct core_forward *ret)
{
    const struct core_server *server = file ? corefile_server_for(file, name) : NULL;
    return core_forward_parse(arena, core_plugin(server, "forward"), ret);
}
