// Programs are looked up here and not by execvp(3), so that the path that was taken can be recorded, and so
// that an empty entry of PATH, which means the current folder, means nothing.
//
// The environment is an allow-list: what kubectl's plug-ins, ssh's agent and the AWS tools need to know who
// the person is and which way leads out. Proxies are named in capitals or not: kubectl (Go's net/http), aws
// (Python's urllib) and curl read both, and a person whose shell sets the small ones gets out by them. Words
// and times come as parsers expect them, and nobody pages.
#include "core/probe/programs.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

// ------------------------------------------------------------------ environment

static const char *const passed_names[] = {
    "HOME",        "USER",       "LOGNAME",  "KUBECONFIG",    "HTTPS_PROXY",  "HTTP_PROXY",    "NO_PROXY",
    "https_proxy", "http_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK",
};
static const char *const passed_families[] = {"AWS_", "XDG_"};
static const char *const fixed[] = {"LC_ALL=C.UTF-8", "TZ=UTC", "PAGER=cat", "AWS_PAGER="};

static bool is_passed(struct span entry)
{
    struct span name;
    span_cut(&entry, '=', &name);
    for (size_t i = 0; i < ARRAY_LEN(passed_names); i++) {
        if (span_is(name, passed_names[i]))
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(passed_families); i++) {
        if (span_starts(name, passed_families[i]))
            return !span_is(name, "AWS_PAGER");
    }
    return false;
}

// Plug-ins find their own programs in the same folders.
static const char *path_entry(struct programs *programs)
{
    struct str path = {0};
    for (size_t i = 0; i < programs->n; i++)
        str_printf(&path, "%s%s", i ? ":" : "PATH=", programs->folders[i]);
    const char *ret = arena_strdup(&programs->arena, path.len ? str_text(&path) : "PATH=");
    str_done(&path);
    return ret;
}

static void make_env(struct programs *programs)
{
    const char **env = NULL;
    size_t n = 0, cap = 0;
    *ARENA_PUSH(&programs->arena, env, n, cap) = path_entry(programs);
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        *ARENA_PUSH(&programs->arena, env, n, cap) = fixed[i];
    for (char **entry = environ; *entry; entry++) {
        if (is_passed(span_of(*entry)))
            *ARENA_PUSH(&programs->arena, env, n, cap) = arena_strdup(&programs->arena, *entry);
    }
    *ARENA_PUSH(&programs->arena, env, n, cap) = NULL;
    programs->env = env;
}

// ------------------------------------------------------------------ folders

static void add_folder(struct programs *programs, struct span folder)
{
    if (span_starts(folder, "/"))
        *ARENA_PUSH(&programs->arena, programs->folders, programs->n, programs->cap) =
            arena_span(&programs->arena, folder);
}

void programs_init(struct programs *programs, const char *const *path)
{
    *programs = (struct programs){0};
    const char *own = getenv("PATH");
    struct span rest = span_of(path ? NULL : own), folder;
    while (span_cut(&rest, ':', &folder))
        add_folder(programs, folder);
    for (; path && *path; path++)
        add_folder(programs, span_of(*path));
    make_env(programs);
}

void programs_done(struct programs *programs)
{
    map_done(&programs->found);
    arena_done(&programs->arena);
}

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static const char *look_up(struct programs *programs, const char *name)
{
    if (!*name || strchr(name, '/'))
        return "";
    for (size_t i = 0; i < programs->n; i++) {
        const char *path = arena_printf(&programs->arena, "%s/%s", programs->folders[i], name);
        if (is_program(path))
            return path;
    }
    return "";
}

const char *programs_find(struct programs *programs, const char *name)
{
    const char *path = map_get(&programs->found, span_of(name));
    if (!path) {
        path = look_up(programs, name);
        map_put(&programs->found, span_of(name), path);
    }
    return *path ? path : NULL;
}
