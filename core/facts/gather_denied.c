// What was not allowed, by a person, a policy or the other side: known not to be known, each with the command
// that would tell whoever may run it, where that only reads: a record is as trustworthy as its tree. Of many
// such calls at one place the first stands for all.
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/facts/gather.h"

// "nodes" of "nodes/n1/networking/ss.txt"; empty where it was for no file.
static struct span top_folder(const struct evidence_probe *p)
{
    struct span rest = span_of(p->meant), folder = {0};
    span_cut(&rest, '/', &folder);
    return folder;
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_like(const struct evidence_probe *a, const struct evidence_probe *b)
{
    return span_eq(top_folder(a), top_folder(b)) && is_same(a->where, b->where) && is_same(a->why, b->why);
}

// Who reads that file has said so already, by its name, or a listing's by the same reason.
static bool is_told(const struct facts *facts, const struct evidence_probe *p)
{
    bool listing = span_is(top_folder(p), "cluster");
    for (size_t i = 0; p->meant && i < facts->n_gaps; i++) {
        struct span what = span_of(facts->gaps[i].what);
        if ((listing && p->why && span_ends(what, p->why)) ||
            (span_skip(&what, p->meant) && (span_starts(what, ":") || span_starts(what, " "))))
            return true;
    }
    return false;
}

// `left`: which of them are still to be told.
static void add_denied(struct facts *facts, const struct evidence_probe *probes, size_t n, const bool *left,
                       size_t index)
{
    const struct evidence_probe *p = &probes[index];
    size_t more = 0;
    for (size_t i = 0; i < n; i++) {
        if (i != index && left[i] && is_like(p, &probes[i])) {
            if (i < index)
                return;
            more++;
        }
    }
    char others[32] = "";
    if (more)
        snprintf(others, sizeof others, " and %zu more", more);
    facts_add_gap(facts,
                  arena_printf(&facts->arena, "%s%s: %s", p->meant ? p->meant : "a probe", others, p->why),
                  p->command);
}

// Allowed later on, and answered.
static bool was_mended(const struct evidence_probe *probes, size_t n, size_t index)
{
    for (size_t i = index + 1; i < n; i++) {
        if (probes[i].answered && probes[i].file && is_same(probes[i].file, probes[index].meant))
            return true;
    }
    return false;
}

void gather_denied(struct facts *facts)
{
    size_t n;
    const struct evidence_probe *probes = evidence_probes(facts->evidence, &n);
    bool *left = mem_calloc(n + 1, sizeof *left);
    for (size_t i = 0; i < n; i++)
        left[i] = probes[i].state == PROBE_DENIED && !was_mended(probes, n, i) && !is_told(facts, &probes[i]);
    for (size_t i = 0; i < n; i++) {
        if (left[i])
            add_denied(facts, probes, n, left, i);
    }
    free(left);
}
