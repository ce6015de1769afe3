// ssh, by the node's address, since names may not resolve now; its key is looked for under its name. Nothing
// is asked of a person, no key is taken unseen but where the policy says so, and then into the case's own
// file: ssh by itself would write down further keys of a known host, too (UpdateHostKeys), and in former
// times its address (CheckHostIP). The person's ssh_config(5) says who logs in and through which hosts; what
// would run or open more than the one command, or keep more of it than that, is turned off. The other side
// joins the words and gives them to a shell: only plain ones go.
#include "core/probe/argv.h"
#include "core/probe/reach.h"

enum { MAX_OPTIONS = 48 };

struct options {
    const char *words[MAX_OPTIONS + 1];
    size_t n;
};

static void add(struct options *o, const char *name, const char *value, struct arena *arena)
{
    o->words[o->n++] = "-o";
    o->words[o->n++] = arena_printf(arena, "%s=%s", name, value);
}

// New keys are written to the first file, known ones found in any of them (ssh_config(5),
// UserKnownHostsFile).
static void add_host_keys(struct options *o, const struct way *way)
{
    const char *file = way->in->host_keys;
    add(o, "StrictHostKeyChecking", file ? "accept-new" : "yes", way->arena);
    add(o, "HostKeyAlias", way->node, way->arena);
    if (file)
        add(o, "UserKnownHostsFile",
            arena_printf(way->arena, "\"%s\" ~/.ssh/known_hosts ~/.ssh/known_hosts2", file), way->arena);
}

static void add_common(struct options *o, const struct way *way)
{
    static const char *const fixed[][2] = {
        {"BatchMode", "yes"},      {"ConnectTimeout", "10"},     {"RequestTTY", "no"},
        {"RemoteCommand", "none"}, {"PermitLocalCommand", "no"}, {"ClearAllForwardings", "yes"},
        {"ForwardAgent", "no"},    {"ForwardX11", "no"},         {"ServerAliveInterval", "5"},
        {"UpdateHostKeys", "no"},  {"CheckHostIP", "no"},        {"AddKeysToAgent", "no"},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        add(o, fixed[i][0], fixed[i][1], way->arena);
    add_host_keys(o, way);
}

// A socket's path has room for 107 bytes, and ssh adds 17 of its own while it makes one.
static const char *socket_of(const struct way *way)
{
    const char *folder = way->in->control_folder;
    if (!folder || strlen(folder) > 70)
        return NULL;
    return arena_printf(way->arena, "%s/%016llx", folder, (unsigned long long)span_hash(span_of(way->node)));
}

static const char *const *call(const struct way *way, const char *socket, bool connects)
{
    struct options o = {.words = {"ssh"}, .n = 1};
    add_common(&o, way);
    add(&o, "ControlMaster", connects ? "yes" : "no", way->arena);
    add(&o, "ControlPersist", "no", way->arena);
    add(&o, "ControlPath", socket ? socket : "none", way->arena);
    if (connects)
        o.words[o.n++] = "-N";
    o.words[o.n++] = "--";
    o.words[o.n++] = way->address;
    static const char *const nothing[] = {NULL};
    return argv_join(way->arena, o.words, nothing);
}

// Where the API server did not give the address, the name may still do.
static void find_ssh(struct way *way)
{
    struct ip ip = way->kube ? way->kube->internal_ip : (struct ip){0};
    char text[IP_TEXT];
    way->address = ip.family ? arena_strdup(way->arena, ip_format(ip, text)) : way->node;
}

static bool wrap_ssh(const struct way *way, const char *const *words, struct planned *ret, struct error *err)
{
    if (!argv_is_plain(words, err))
        return false;
    ret->socket = socket_of(way);
    ret->connect = ret->socket ? call(way, ret->socket, true) : NULL;
    ret->argv = argv_join(way->arena, call(way, ret->socket, false), words);
    return true;
}

const struct reach_way reach_ssh = {.find = find_ssh, .wrap = wrap_ssh, .logs_in = true};
