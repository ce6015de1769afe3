// Copies, damages and judges a tree. Quotes are checked against the files on the disk, by a reader of lines
// that shares nothing with the program's.
#include "tests/kit/damage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/session.h"
#include "tests/kit/scratch.h"

// ------------------------------------------------------------------ files

static void write_file(const struct damage *d, const char *path, struct span bytes)
{
    char *full = mem_printf("%s/%s", d->dir, path);
    for (char *slash = strchr(full + strlen(d->dir) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "wb");
    if (!file || fwrite(bytes.at, 1, bytes.len, file) != bytes.len || fclose(file) != 0)
        abort();
    free(full);
}

static struct span read_file(struct arena *arena, const char *path)
{
    struct str text = {0};
    char part[4096];
    FILE *file = fopen(path, "rb");
    for (size_t n = 1; file && n > 0;) {
        n = fread(part, 1, sizeof part, file);
        str_add_span(&text, span_make(part, n));
    }
    if (!file)
        abort();
    fclose(file);
    struct span ret = span_make(arena_dup(arena, str_text(&text), text.len + 1), text.len);
    str_done(&text);
    return ret;
}

// Files below `folder` ("" or "cluster/") of the tree, each written into the copy.
static void copy_below(struct damage *d, const char *tree, const char *folder, bool records);

static void copy_entry(struct damage *d, const char *tree, const char *path, bool records)
{
    struct stat st;
    const char *full = arena_printf(&d->arena, "%s/%s", tree, path);
    if (stat(full, &st) < 0)
        abort();
    if (S_ISDIR(st.st_mode)) {
        copy_below(d, tree, arena_printf(&d->arena, "%s/", path), records);
    } else if (records || strcmp(path, "probes.jsonl") != 0) {
        struct damage_file file = {.path = path, .bytes = read_file(&d->arena, full)};
        *MEM_PUSH(d->files, d->n, d->cap) = file;
        damage_mend(d, d->n - 1);
    }
}

static void copy_below(struct damage *d, const char *tree, const char *folder, bool records)
{
    struct dirent **names;
    int n = scandir(arena_printf(&d->arena, "%s/%s", tree, folder), &names, NULL, alphasort);
    if (n < 0)
        abort();
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.')
            copy_entry(d, tree, arena_printf(&d->arena, "%s%s", folder, names[i]->d_name), records);
        free(names[i]);
    }
    free(names);
}

void damage_init(struct damage *d, const char *tree, bool records)
{
    *d = (struct damage){.dir = scratch_make()};
    copy_below(d, tree, "", records);
}

void damage_done(struct damage *d)
{
    scratch_remove(d->dir);
    free(d->dir);
    free(d->files);
    arena_done(&d->arena);
}

void damage_cut(struct damage *d, size_t file, size_t at)
{
    write_file(d, d->files[file].path, span_first(d->files[file].bytes, at));
}

void damage_change(struct damage *d, size_t file, size_t at, char byte)
{
    struct span bytes = d->files[file].bytes;
    char *copy = mem_dup(bytes.at, bytes.len);
    copy[at] = byte;
    write_file(d, d->files[file].path, span_make(copy, bytes.len));
    free(copy);
}

void damage_mend(struct damage *d, size_t file)
{
    write_file(d, d->files[file].path, d->files[file].bytes);
}

// ------------------------------------------------------------------ quotes

// Whether each line of `content` stands in the file from line `first` on.
static bool stands_there(struct span bytes, uint32_t first, struct span content)
{
    struct span line = {0}, quoted;
    for (uint32_t n = 1; n < first; n++) {
        if (!span_cut(&bytes, '\n', &line))
            return false;
    }
    while (span_cut(&content, '\n', &quoted)) {
        if (!bytes.at)
            return false;
        span_cut(&bytes, '\n', &line);
        if (quoted.len && memmem(line.at, line.len, quoted.at, quoted.len) == NULL)
            return false;
    }
    return true;
}

static bool is_packets(const char *source)
{
    return strstr(source, ".pcap:") || strstr(source, ".pcapng:");
}

static char *quote_fault(const struct damage *d, const struct report_evidence *e)
{
    struct arena arena = {0};
    const char *colon = strrchr(e->source, ':');
    char *fault = NULL;
    if (!colon)
        fault = mem_printf("\"%s\" names no line", e->source);
    else if (!is_packets(e->source)) {
        const char *path = arena_printf(&arena, "%s/%.*s", d->dir, (int)(colon - e->source), e->source);
        uint32_t first = (uint32_t)strtoul(colon + 1, NULL, 10);
        if (!stands_there(read_file(&arena, path), first, span_of(e->content)))
            fault = mem_printf("not verbatim at %s: %s", e->source, e->content);
    }
    arena_done(&arena);
    return fault;
}

// ------------------------------------------------------------------ judging

static char *report_fault(const struct damage *d, const struct report *r)
{
    if ((r->diagnosis == DIAGNOSIS_INCONCLUSIVE) != (r->verdict == VERDICT_INCONCLUSIVE))
        return mem_printf("%s and %s", diagnosis_info(r->diagnosis)->id, verdict_name(r->verdict));
    if (r->diagnosis == DIAGNOSIS_INCONCLUSIVE && r->n_unknown == 0)
        return mem_strdup("inconclusive, and nothing is unknown");
    char *fault = NULL;
    for (size_t i = 0; i < r->n_evidence && !fault; i++)
        fault = quote_fault(d, &r->evidence[i]);
    return fault;
}

static void take_outcome(struct session *s, struct outcome *ret)
{
    const struct cause *cause = session_analysis(s)->cause;
    *ret = (struct outcome){.diagnosis = cause->diagnosis, .verdict = cause->verdict};
    for (size_t i = 0; i < cause->n_candidates; i++)
        ret->of[cause->candidates[i].diagnosis] = cause->candidates[i].verdict;
}

bool damage_judge(const struct damage *d, struct outcome *ret, char **ret_fault)
{
    struct error err = {{0}};
    const char *from[] = {d->dir};
    struct session *s =
        session_new(&(struct session_config){.from = from, .n_from = 1, .sop = "sops/D5.md"}, &err);
    *ret = (struct outcome){.refused = false};
    *ret_fault = NULL;
    if (!s || !session_analyse(s, &err) || !session_run_all(s, &err)) {
        ret->refused = strstr(err.text, "/target.yaml: ") != NULL;
        *ret_fault = ret->refused ? NULL : mem_strdup(err.text);
    } else {
        take_outcome(s, ret);
        *ret_fault = report_fault(d, session_report(s));
    }
    session_free(s);
    return !*ret_fault;
}

bool damage_made_surer(const struct damage *d, size_t file, const struct outcome *whole,
                       const struct outcome *damaged)
{
    if (strcmp(d->files[file].path, "target.yaml") == 0 && damaged->verdict < VERDICT_CONFIRMED)
        return false;
    return damaged->verdict > whole->of[damaged->diagnosis];
}
