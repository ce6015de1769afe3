// The tree of a recheck. Whatever is not read again stands in it by a second name for the same file
// (link(2)), so that judges find all that they need and the disk holds it once; nobody writes into files of a
// tree. The records of what is read again stay behind.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/session/recheck_inside.h"

#define RECORDS "probes.jsonl"

bool file_set_has(const struct file_set *set, const char *file)
{
    for (size_t i = 0; file && i < set->n; i++) {
        if (strcmp(set->items[i], file) == 0)
            return true;
    }
    return false;
}

// Makes the folders above a file.
static bool make_above(const char *path, size_t fixed, struct error *err)
{
    char *folder = mem_strdup(path);
    bool ok = true;
    for (size_t i = fixed; ok && folder[i]; i++) {
        if (folder[i] != '/')
            continue;
        folder[i] = '\0';
        ok = mkdir(folder, 0700) == 0 || errno == EEXIST || error_set_errno(err, errno, "%s", folder);
        folder[i] = '/';
    }
    free(folder);
    return ok;
}

// Later readings and earlier ones belong to the file that they are of.
static bool is_read_again(const struct recheck *r, const char *path)
{
    return file_set_has(&r->again, path) || strstr(path, "/samples/") || strncmp(path, "earlier/", 8) == 0;
}

static bool link_file(const struct recheck *r, const struct evidence_file *file, struct error *err)
{
    if (is_read_again(r, file->path) || strcmp(file->path, RECORDS) == 0 ||
        strcmp(file->path, "target.yaml") == 0)
        return true;
    char *to = mem_printf("%s/%s", r->tree, file->path);
    bool ok = make_above(to, strlen(r->tree) + 1, err) &&
              (link(file->real, to) == 0 || error_set_errno(err, errno, "%s", to));
    free(to);
    return ok;
}

static bool copy_records(const struct recheck *r, struct span records, FILE *out)
{
    struct arena arena = {0};
    struct span line;
    while (span_cut_line(&records, &line)) {
        const struct json_value *item = json_parse(&arena, line, NULL);
        const char *file = arena_span(&arena, json_text(json_get(item, "file")));
        if (item && !is_read_again(r, file))
            fprintf(out, SPAN_FMT "\n", SPAN_ARG(line));
        arena_clear(&arena);
    }
    arena_done(&arena);
    return fflush(out) == 0;
}

static bool write_records(struct recheck *r, struct error *err)
{
    struct evidence *ev = r->s->looked->evidence;
    const struct evidence_file *records = evidence_find(ev, RECORDS);
    struct text text;
    if (!records)
        return true;
    if (!evidence_text(ev, records->id, &text, err))
        return false;
    char *path = mem_printf("%s/" RECORDS, r->tree);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = out && copy_records(r, text.bytes, out);
    int wrong = errno;
    if (out && fclose(out) != 0)
        ok = false;
    if (!ok)
        error_set_errno(err, wrong, "%s", path);
    free(path);
    return ok;
}

bool recheck_make_tree(struct recheck *r, struct error *err)
{
    char at[32];
    int parts[6];
    clock_to_parts(r->begun, parts);
    snprintf(at, sizeof at, "%04d%02d%02dT%02d%02d%02dZ", parts[0] % 10000, parts[1] % 100, parts[2] % 100,
             parts[3] % 100, parts[4] % 100, parts[5] % 100);
    r->tree = mem_printf("%s/recheck/%s", r->s->path.dir, at);
    char *inside = mem_printf("%s/x", r->tree);
    bool ok = make_above(inside, strlen(r->s->path.dir) + 1, err);
    free(inside);
    const struct evidence *ev = r->s->looked->evidence;
    for (uint32_t i = 0; ok && i < evidence_count(ev); i++)
        ok = link_file(r, evidence_file(ev, i), err);
    return ok && write_records(r, err);
}
