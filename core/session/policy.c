// Reads policy.yaml by a table of its keys. Every doubt ends in guided mode, with the reason kept for the
// screen.
#include "core/session/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/door/yaml.h"

enum { POLICY_MOST = 64 << 10 }; // bytes of the file

const char policy_file[] = D5_SYSCONFDIR "/d5tui/policy.yaml";

// ------------------------------------------------------------------ values

typedef bool read_fn(struct policy *policy, const struct yaml_node *node, struct error *err);

static bool bad_value(const struct yaml_node *node, const char *want, struct error *err)
{
    return error_set(err, "line %u: %s%s%s is not %s", node->line, node->text ? "\"" : "",
                     node->text ? node->text : "this", node->text ? "\"" : "", want);
}

// The index of a scalar among `words`, or -1.
static int word_index(const struct yaml_node *node, const char *const *words, int n)
{
    const char *text = yaml_text(node);
    for (int i = 0; text && i < n; i++) {
        if (strcmp(text, words[i]) == 0)
            return i;
    }
    return -1;
}

static bool read_mode(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    static const char *const words[] = {"choose", "guided", "standard"};
    int i = word_index(node, words, ARRAY_LEN(words));
    if (i < 0)
        return bad_value(node, "guided, standard or choose", err);
    policy->mode = (enum policy_mode)i;
    return true;
}

static bool read_texts(struct policy *policy, const struct yaml_node *node, struct policy_texts *ret,
                       struct error *err)
{
    if (node->kind != YAML_LIST)
        return bad_value(node, "a list", err);
    const char **items = arena_alloc(&policy->arena, (node->n + 1) * sizeof *items);
    for (size_t i = 0; i < node->n; i++) {
        const char *text = yaml_text(node->items[i]);
        if (!text)
            return bad_value(node->items[i], "a name", err);
        items[i] = arena_strdup(&policy->arena, text);
    }
    *ret = (struct policy_texts){items, node->n};
    return true;
}

static bool read_guided_groups(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    return read_texts(policy, node, &policy->guided_groups, err);
}

static bool read_standard_groups(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    return read_texts(policy, node, &policy->standard_groups, err);
}

static bool read_path(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    if (!read_texts(policy, node, &policy->path, err))
        return false;
    for (size_t i = 0; i < policy->path.n; i++) {
        if (policy->path.items[i][0] != '/')
            return bad_value(node->items[i], "an absolute folder", err);
    }
    return true;
}

static bool read_allow(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    if (node->kind != YAML_LIST)
        return bad_value(node, "a list", err);
    policy->allow = 0;
    for (size_t i = 0; i < node->n; i++) {
        unsigned bit;
        if (!consent_parse(span_of(yaml_text(node->items[i])), &bit))
            return bad_value(node->items[i], "one of exec, capture, bundle, ssm", err);
        policy->allow |= bit;
    }
    return true;
}

static bool read_host_keys(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    static const char *const words[] = {"strict", "accept-new"};
    int i = word_index(node, words, ARRAY_LEN(words));
    policy->accept_new_host_keys = i == 1;
    return i >= 0 || bad_value(node, "strict or accept-new", err);
}

static bool read_disconnect(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    static const char *const words[] = {"stop", "continue"};
    int i = word_index(node, words, ARRAY_LEN(words));
    policy->go_on_when_disconnected = i == 1;
    return i >= 0 || bad_value(node, "continue or stop", err);
}

static bool read_limit(const struct yaml_node *node, int64_t *ret, struct error *err)
{
    const char *text = yaml_text(node);
    return (text && span_to_i64(span_of(text), ret) && *ret > 0) || bad_value(node, "a number above 0", err);
}

static bool read_probes(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    return read_limit(node, &policy->max_probes, err);
}

static bool read_per_host(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    return read_limit(node, &policy->max_per_host, err);
}

static bool read_capture_seconds(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    return read_limit(node, &policy->max_capture_seconds, err);
}

// ------------------------------------------------------------------ keys

struct key {
    const char *name;
    read_fn *read;
};

static bool read_keys(struct policy *policy, const struct yaml_node *map, const struct key *keys,
                      struct error *err)
{
    if (map->kind != YAML_MAP)
        return bad_value(map, "a map of keys", err);
    for (size_t i = 0; i < map->n; i++) {
        const char *name = yaml_text(map->keys[i]);
        const struct key *key = keys;
        while (key->name && (!name || strcmp(key->name, name) != 0))
            key++;
        if (!key->name)
            return error_set(err, "line %u: unknown key \"%s\"", map->keys[i]->line, name ? name : "");
        if (!key->read(policy, map->items[i], err))
            return false;
    }
    return true;
}

static bool read_limits(struct policy *policy, const struct yaml_node *node, struct error *err)
{
    static const struct key keys[] = {
        {"probes", read_probes},
        {"per_host", read_per_host},
        {"capture_seconds", read_capture_seconds},
        {NULL, NULL},
    };
    return read_keys(policy, node, keys, err);
}

static bool read_policy(struct policy *policy, struct span text, struct error *err)
{
    static const struct key keys[] = {
        {"mode", read_mode},
        {"guided_groups", read_guided_groups},
        {"standard_groups", read_standard_groups},
        {"allow", read_allow},
        {"path", read_path},
        {"ssh_host_keys", read_host_keys},
        {"disconnect", read_disconnect},
        {"limits", read_limits},
        {NULL, NULL},
    };
    struct arena tree = {0};
    const struct yaml_node *root = yaml_parse(&tree, text, err);
    bool ok = root ? read_keys(policy, root, keys, err) : !err->text[0];
    arena_done(&tree);
    return ok;
}

// ------------------------------------------------------------------ the file

static bool is_trusted(int fd, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_set_errno(err, errno, "cannot be looked at");
    if (!S_ISREG(st.st_mode))
        return error_set(err, "is not a file");
    if (st.st_uid != 0)
        return error_set(err, "does not belong to root");
    return !(st.st_mode & (S_IWGRP | S_IWOTH)) || error_set(err, "can be written by others than root");
}

static bool read_file(int fd, struct str *ret, struct error *err)
{
    char buffer[4096];
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0 && ret->len <= POLICY_MOST)
        str_add_span(ret, span_make(buffer, (size_t)n));
    if (n < 0)
        return error_set_errno(err, errno, "cannot be read");
    return ret->len <= POLICY_MOST || error_set(err, "is larger than %d KiB", POLICY_MOST >> 10);
}

static void set_defaults(struct policy *policy)
{
    *policy = (struct policy){.allow = CONSENT_ALL};
}

static void distrust(struct policy *policy, const char *path, const struct error *err)
{
    policy_done(policy);
    set_defaults(policy);
    policy->mode = POLICY_GUIDED;
    policy->allow = 0;
    policy->trouble = mem_printf("%s: %s", path, err->text);
}

void policy_load(struct policy *ret, const char *path)
{
    struct error err = {{0}};
    struct str text = {0};
    set_defaults(ret);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return;
    bool ok = fd >= 0 || error_set_errno(&err, errno, "cannot be read");
    if (!ok || !is_trusted(fd, &err) || !read_file(fd, &text, &err) ||
        !read_policy(ret, str_span(&text), &err))
        distrust(ret, path, &err);
    if (fd >= 0)
        close(fd);
    str_done(&text);
}

void policy_done(struct policy *policy)
{
    arena_done(&policy->arena);
    free(policy->trouble);
    policy->trouble = NULL;
}

// Where Debian, Amazon Linux and a person's `make install` put programs.
static const char *const usual_places[] = {
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL,
};

const char *const *policy_program_path(const struct policy *policy, struct arena *arena)
{
    size_t n = policy->path.n;
    if (n == 0)
        return usual_places;
    const char **path = arena_alloc(arena, (n + 1) * sizeof *path);
    for (size_t i = 0; i < n; i++)
        path[i] = arena_strdup(arena, policy->path.items[i]);
    return path;
}

// ------------------------------------------------------------------ who

static bool any_of(const struct policy_texts *listed, const char *const *groups, size_t n)
{
    for (size_t i = 0; i < listed->n; i++) {
        for (size_t k = 0; k < n; k++) {
            if (strcmp(listed->items[i], groups[k]) == 0)
                return true;
        }
    }
    return false;
}

enum policy_mode policy_mode_of(const struct policy *policy, const char *const *groups, size_t n)
{
    if (policy->trouble || any_of(&policy->guided_groups, groups, n))
        return POLICY_GUIDED;
    return any_of(&policy->standard_groups, groups, n) ? POLICY_STANDARD : policy->mode;
}

static const char *group_name(gid_t gid, struct arena *arena)
{
    struct group entry, *found = NULL;
    char room[16384];
    if (getgrgid_r(gid, &entry, room, sizeof room, &found) == 0 && found)
        return arena_strdup(arena, found->gr_name);
    return arena_printf(arena, "%lu", (unsigned long)gid);
}

enum policy_mode policy_mode_of_me(const struct policy *policy)
{
    struct arena arena = {0};
    int n = getgroups(0, NULL);
    size_t count = n > 0 ? (size_t)n : 0;
    gid_t *gids = arena_alloc(&arena, (count + 1) * sizeof *gids);
    n = getgroups((int)count, gids);
    count = n > 0 ? (size_t)n : 0;
    gids[count++] = getegid();
    const char **names = arena_alloc(&arena, count * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = group_name(gids[i], &arena);
    enum policy_mode mode = policy_mode_of(policy, names, count);
    arena_done(&arena);
    return mode;
}
