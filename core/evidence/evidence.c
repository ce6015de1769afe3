// The tree as a whole: sources are added, files put in order and numbered, then judged; after that nothing of
// it changes but the cached contents, so every reader may be on a thread of its own.
#include "core/evidence/evidence.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/tempdir.h"
#include "core/evidence/inside.h"

// ------------------------------------------------------------------ order

// By path; of equal ones by the order in which they were found, which is that of the sources.
static int compare_files(const void *a, const void *b)
{
    const struct evidence_file *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->id > y->id) - (x->id < y->id);
}

// "cluster/pods.json" of a second source becomes "cluster/pods~2.json".
static const char *evidence_rename(struct evidence *ev, const char *path, unsigned n)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strchr(slash ? slash + 1 : path, '.');
    size_t stem = dot && dot > path && dot[-1] != '/' ? (size_t)(dot - path) : strlen(path);
    return arena_printf(&ev->arena, "%.*s~%u%s", (int)stem, path, n, path + stem);
}

static bool evidence_part_equals(struct evidence *ev)
{
    bool renamed = false;
    for (size_t i = 0; i < ev->n;) {
        const char *path = ev->files[i].path;
        unsigned copies = 1;
        for (i++; i < ev->n && strcmp(ev->files[i].path, path) == 0; i++) {
            ev->files[i].path = evidence_rename(ev, path, ++copies);
            renamed = true;
        }
    }
    return renamed;
}

static void evidence_number(struct evidence *ev)
{
    do {
        for (size_t i = 0; i < ev->n; i++)
            ev->files[i].id = (uint32_t)i;
        if (ev->n)
            qsort(ev->files, ev->n, sizeof *ev->files, compare_files);
    } while (evidence_part_equals(ev));
    for (size_t i = 0; i < ev->n; i++) {
        ev->files[i].id = (uint32_t)i;
        map_put(&ev->by_path, span_of(ev->files[i].path), &ev->files[i]);
    }
    ev->contents = mem_calloc(ev->n, sizeof *ev->contents);
}

static void evidence_list_nodes(struct evidence *ev)
{
    struct span last = {0};
    for (size_t i = 0; i < ev->n; i++) {
        struct span rest = span_of(ev->files[i].path), name;
        if (!span_skip(&rest, "nodes/") || !span_cut(&rest, '/', &name) || !rest.at || span_eq(name, last))
            continue;
        last = name;
        *MEM_PUSH(ev->nodes, ev->n_nodes, ev->cap_nodes) = arena_span(&ev->arena, name);
    }
}

// ------------------------------------------------------------------ opening

// "target.yaml", or "target~2.yaml" of a second source: NAME at the top of a tree.
static bool is_top_file(const char *path, const char *stem, const char *suffix)
{
    struct span s = span_of(path);
    return span_skip(&s, stem) && (s.at[0] == '.' || s.at[0] == '~') && span_ends(s, suffix) &&
           span_find_char(s, '/') == SIZE_MAX;
}

static bool evidence_read_records(struct evidence *ev, struct error *err)
{
    for (uint32_t i = 0; i < ev->n; i++) {
        const struct evidence_file *f = &ev->files[i];
        if (f->size == 0)
            continue;
        if (is_top_file(f->path, "target", ".yaml") && !targetfile_read(ev, i, err))
            return false;
        if (is_top_file(f->path, "probes", ".jsonl") && !probes_read(ev, i, err))
            return false;
    }
    return true;
}

static bool evidence_fill(struct evidence *ev, const char *const *paths, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!source_add(ev, paths[i], err))
            return false;
    }
    evidence_number(ev);
    for (size_t i = 0; i < ev->n; i++)
        quality_judge(ev, &ev->files[i]);
    if (!evidence_read_records(ev, err))
        return false;
    probes_apply(ev);
    quality_doubt_empty_lists(ev);
    evidence_list_nodes(ev);
    return true;
}

struct evidence *evidence_open(const char *const *paths, size_t n, const char *unpack_to, struct error *err)
{
    struct evidence *ev = mem_alloc(sizeof *ev);
    ev->unpack_to = unpack_to;
    ev->target.window = (struct window){TIME_UNKNOWN, TIME_UNKNOWN};
    for (size_t i = 0; i < EVIDENCE_LOCKS; i++)
        pthread_mutex_init(&ev->locks[i], NULL);
    bool good = evidence_fill(ev, paths, n, err);
    ev->unpack_to = NULL;
    if (good)
        return ev;
    evidence_close(ev);
    return NULL;
}

void evidence_close(struct evidence *ev)
{
    if (!ev)
        return;
    for (size_t i = 0; ev->contents && i < ev->n; i++)
        content_free(&ev->contents[i]);
    for (size_t i = 0; i < EVIDENCE_LOCKS; i++)
        pthread_mutex_destroy(&ev->locks[i]);
    tempdir_free(ev->tempdir);
    free(ev->contents);
    free(ev->files);
    free(ev->probes);
    free(ev->left_out);
    free(ev->nodes);
    map_done(&ev->by_path);
    arena_done(&ev->arena);
    free(ev);
}

// ------------------------------------------------------------------ looking

size_t evidence_count(const struct evidence *ev)
{
    return ev->n;
}

const struct evidence_file *evidence_file(const struct evidence *ev, uint32_t id)
{
    return id < ev->n ? &ev->files[id] : NULL;
}

const struct evidence_file *evidence_find(const struct evidence *ev, const char *path)
{
    return map_get(&ev->by_path, span_of(path));
}

// The first file whose path is not below the first `n` bytes of `prefix`.
static uint32_t evidence_lower_bound(const struct evidence *ev, const char *prefix, size_t n)
{
    size_t low = 0, high = ev->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strncmp(ev->files[middle].path, prefix, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

bool evidence_matches(const char *pattern, const char *path)
{
    return glob_matches(pattern, path);
}

const struct evidence_file *evidence_next(const struct evidence *ev, const char *pattern, uint32_t *cursor)
{
    size_t fixed = glob_fixed_part(pattern);
    uint32_t i = evidence_lower_bound(ev, pattern, fixed);
    for (i = i > *cursor ? i : *cursor; i < ev->n; i++) {
        const char *path = ev->files[i].path;
        if (strncmp(path, pattern, fixed) != 0)
            break;
        if (glob_matches(pattern, path)) {
            *cursor = i + 1;
            return &ev->files[i];
        }
    }
    *cursor = (uint32_t)ev->n;
    return NULL;
}

void evidence_source(const struct evidence *ev, struct place place, struct str *ret)
{
    const struct evidence_file *f = evidence_file(ev, place.file);
    str_add(ret, f ? f->path : "?");
    if (place.line)
        str_printf(ret, ":%u", place.line);
    if (place.last > place.line)
        str_printf(ret, "-%u", place.last);
}

const struct target *evidence_target(const struct evidence *ev)
{
    return &ev->target;
}

const char *const *evidence_nodes(const struct evidence *ev, size_t *ret_n)
{
    *ret_n = ev->n_nodes;
    return ev->nodes;
}

const struct evidence_left_out *evidence_left_out(const struct evidence *ev, size_t *ret_n)
{
    *ret_n = ev->n_left_out;
    return ev->left_out;
}
