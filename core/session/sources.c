// Where a case's evidence lies: in the case itself, when it was brought in by an import; else where it was
// read from.
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/session/inside.h"

char *session_source_stamp(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? mem_printf("%lld %lld", (long long)st.st_size, (long long)st.st_mtime)
                                : mem_strdup("");
}

static bool is_own(const struct incident *in)
{
    for (size_t i = 0; i < in->n_sources; i++) {
        if (strcmp(in->sources[i].path, SESSION_OWN_SOURCE) == 0)
            return true;
    }
    return false;
}

void session_sources(const struct session *s, struct arena *arena, struct sources *ret)
{
    const struct incident *in = s->incident;
    bool own = is_own(in);
    size_t n = own ? 1 : in->n_sources > 0 ? in->n_sources : s->n_from;
    ret->paths = arena_alloc(arena, (n + 1) * sizeof *ret->paths);
    for (size_t i = 0; i < n && !own; i++)
        ret->paths[i] = arena_strdup(arena, in->n_sources > 0 ? in->sources[i].path : s->from[i]);
    if (own)
        ret->paths[0] = arena_printf(arena, "%s/" SESSION_OWN_SOURCE, s->path.dir);
    ret->n = n;
}

bool session_sources_unchanged(const struct session *s, struct error *err)
{
    const struct incident *in = s->incident;
    for (size_t i = 0; i < in->n_sources && !is_own(in); i++) {
        const struct incident_source *source = &in->sources[i];
        char *now = session_source_stamp(source->path);
        bool same = strcmp(now, source->stamp ? source->stamp : "") == 0, gone = !now[0];
        free(now);
        if (!same)
            return error_set(err, "%s: %s since the case was made; the report would no longer rest on it",
                             source->path, gone ? "is gone" : "has changed");
    }
    return true;
}

struct evidence *session_open_evidence(const struct session *s, struct error *err)
{
    struct arena arena = {0};
    struct sources from;
    session_sources(s, &arena, &from);
    struct evidence *evidence = evidence_open(from.paths, from.n, NULL, err);
    arena_done(&arena);
    return evidence;
}
