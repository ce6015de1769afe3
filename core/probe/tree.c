// Names are taken one folder after the other by descriptor (door/unpackdir.h), so that a link in the tree, be
// it from an imported case, leads nowhere. A reading is never written over: it moves, and its lines in
// probes.jsonl are written anew with the place where it is now, so that a record tells of one file for ever.
#include "core/probe/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/door/json.h"
#include "core/door/unpackdir.h"

enum { COPY_BYTES = 64 * 1024, SAME_SECOND_MAX = 100 };

static const char records_name[] = "probes.jsonl", new_records_name[] = "probes.jsonl.new";

struct tree_shared {
    char *path;
    unsigned generation;
    int fd;
    uint32_t lines;
};

// ------------------------------------------------------------------ writing

static bool write_failed(int why, struct error *err)
{
    if (why == ENOSPC || why == EDQUOT)
        return error_set(err, "the disk is full");
    return error_set_errno(err, why, "it cannot be written");
}

bool tree_write(int fd, struct span bytes, struct error *err)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno != EINTR)
            return write_failed(errno, err);
        bytes = span_from(bytes, n > 0 ? (size_t)n : 0);
    }
    return true;
}

static int open_read(const struct tree *tree, const char *name)
{
    return openat(tree->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

bool tree_open(struct tree *tree, const char *path, struct error *err)
{
    *tree = (struct tree){.dir = -1, .records = -1};
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return error_set_errno(err, errno, "%s: the evidence cannot be written", path);
    tree->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->dir < 0)
        return error_set_errno(err, errno, "%s: the evidence cannot be written", path);
    if (faccessat(tree->dir, ".", W_OK, AT_EACCESS) < 0) {
        error_set_errno(err, errno, "%s: the evidence cannot be written", path);
        tree_close(tree);
        return false;
    }
    tree->path = mem_strdup(path);
    return true;
}

void tree_close(struct tree *tree)
{
    for (size_t i = 0; i < tree->n; i++) {
        close(tree->shared[i].fd);
        free(tree->shared[i].path);
    }
    free(tree->shared);
    str_done(&tree->waiting);
    if (tree->records >= 0)
        close(tree->records);
    if (tree->dir >= 0)
        close(tree->dir);
    free(tree->path);
    *tree = (struct tree){.dir = -1, .records = -1};
}

// ------------------------------------------------------------------ records that name another place

// A line with `from` as its file gets `to` instead; any other stays as it is, byte for byte.
static void add_moved(struct str *out, struct span line, const char *from, const char *to)
{
    struct arena arena = {0};
    const struct json_value *item = json_parse(&arena, line, NULL);
    const struct json_value *file = item && item->kind == JSON_MAP ? json_get(item, "file") : NULL;
    if (!file || !span_is(json_text(file), from)) {
        str_add_span(out, line);
    } else {
        size_t end = file->column + 1;
        while (end < line.len && line.at[end] != '"')
            end += line.at[end] == '\\' ? 2 : 1;
        str_add_span(out, span_first(line, file->column));
        json_add_string(out, span_of(to));
        str_add_span(out, span_from(line, end + 1));
    }
    str_add_char(out, '\n');
    arena_done(&arena);
}

bool tree_read_records(const struct tree *tree, struct str *ret)
{
    int fd = open_read(tree, records_name);
    char buffer[4096];
    ssize_t n = fd < 0 ? 0 : 1;
    while (n > 0 && (n = read(fd, buffer, sizeof buffer)) > 0)
        str_add_span(ret, span_make(buffer, (size_t)n));
    bool good = n == 0 && (fd >= 0 || errno == ENOENT);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool replace_records(struct tree *tree, struct span text, struct error *err)
{
    unlinkat(tree->dir, new_records_name, 0);
    int fd;
    if (!unpackdir_file(tree->dir, span_of(new_records_name), &fd, err))
        return error_prefix(err, "%s", new_records_name);
    if (!tree_write(fd, text, err) ||
        (renameat(tree->dir, new_records_name, tree->dir, records_name) < 0 && write_failed(errno, err))) {
        close(fd);
        unlinkat(tree->dir, new_records_name, 0);
        return error_prefix(err, "%s", records_name);
    }
    if (tree->records >= 0)
        close(tree->records);
    tree->records = fd;
    return true;
}

static bool move_records(struct tree *tree, const char *from, const char *to, struct error *err)
{
    struct str old = {0}, moved = {0};
    bool good = tree_read_records(tree, &old) || error_set_errno(err, errno, "%s", records_name);
    struct span rest = str_span(&old), line;
    while (good && span_cut_line(&rest, &line))
        add_moved(&moved, line, from, to);
    bool same = old.len == moved.len && span_eq(str_span(&old), str_span(&moved));
    good = good && (same || replace_records(tree, str_span(&moved), err));
    str_done(&old);
    str_done(&moved);
    return good;
}

// ------------------------------------------------------------------ files

static char *earlier_path(const char *path, unsigned again)
{
    int t[6];
    clock_to_parts(clock_now(), t);
    char *suffix = again ? mem_printf("-%u", again + 1) : mem_strdup("");
    char *ret = mem_printf("earlier/%04d%02d%02dT%02d%02d%02dZ%s/%s", t[0], t[1], t[2], t[3], t[4], t[5],
                           suffix, path);
    free(suffix);
    return ret;
}

bool tree_move_earlier(struct tree *tree, const char *path, struct error *err)
{
    enum unpackdir_moved moved = tree_is_free(tree, path) ? UNPACKDIR_NOTHING_THERE : UNPACKDIR_TAKEN;
    for (unsigned i = 0; moved == UNPACKDIR_TAKEN && i < SAME_SECOND_MAX; i++) {
        char *to = earlier_path(path, i);
        moved = unpackdir_move(tree->dir, span_of(path), span_of(to), err);
        if (moved == UNPACKDIR_MOVED && !move_records(tree, path, to, err))
            moved = UNPACKDIR_FAILED;
        free(to);
    }
    if (moved == UNPACKDIR_TAKEN)
        return error_set(err, "too many earlier readings of this second");
    return moved != UNPACKDIR_FAILED;
}

static bool name_is_good(const char *path, struct error *err)
{
    struct span name;
    return unpackdir_check_name(span_of(path), &name, err) &&
           (span_is(name, path) || error_set(err, "its name is not as the tree writes it"));
}

int tree_file(struct tree *tree, const char *path, struct error *err)
{
    int fd = -1;
    if (name_is_good(path, err) && tree_move_earlier(tree, path, err) &&
        unpackdir_file(tree->dir, span_of(path), &fd, err))
        return fd;
    error_prefix(err, "%s", path);
    return -1;
}

bool tree_is_free(const struct tree *tree, const char *path)
{
    return name_is_good(path, NULL) && faccessat(tree->dir, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

int tree_scratch(struct tree *tree, struct error *err)
{
    static const char name[] = ".piece";
    int fd = openat(tree->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST && unlinkat(tree->dir, name, 0) == 0) // of one that was killed just here
        fd = openat(tree->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        write_failed(errno, err);
    else
        unlinkat(tree->dir, name, 0);
    return fd;
}

// ------------------------------------------------------------------ pieces

static struct tree_shared *find_shared(struct tree *tree, const char *path)
{
    for (size_t i = 0; i < tree->n; i++) {
        if (strcmp(tree->shared[i].path, path) == 0)
            return &tree->shared[i];
    }
    return NULL;
}

static struct tree_shared *open_shared(struct tree *tree, const struct tree_piece *piece, struct error *err)
{
    struct tree_shared *s = find_shared(tree, piece->path);
    if (s && s->generation == piece->generation)
        return s;
    int fd = tree_file(tree, piece->path, err);
    if (fd < 0)
        return NULL;
    if (s) {
        close(s->fd);
    } else {
        s = MEM_PUSH(tree->shared, tree->n, tree->cap);
        s->path = mem_strdup(piece->path);
    }
    s->generation = piece->generation;
    s->fd = fd;
    s->lines = 0;
    return s;
}

// Copies, counts lines, and ends the last one.
static bool copy_piece(int from, int to, uint32_t *lines, struct error *err)
{
    char *buffer = mem_alloc(COPY_BYTES);
    off_t at = 0;
    char last = '\n';
    bool good = true;
    for (ssize_t n; good && (n = pread(from, buffer, COPY_BYTES, at)) > 0; at += n) {
        for (ssize_t i = 0; i < n; i++)
            *lines += buffer[i] == '\n';
        last = buffer[n - 1];
        good = tree_write(to, span_make(buffer, (size_t)n), err);
    }
    if (good && last != '\n') {
        *lines += 1;
        good = tree_write(to, span_of("\n"), err);
    }
    free(buffer);
    return good;
}

static bool add_heading(int fd, const char *heading, uint32_t *lines, struct error *err)
{
    if (!heading)
        return true;
    *lines += 1;
    return tree_write(fd, span_of(heading), err) && tree_write(fd, span_of("\n"), err);
}

// Goes back to where it was, so that what follows does not stand in the middle of it.
static void take_back(int fd, off_t size)
{
    if (ftruncate(fd, size) == 0)
        lseek(fd, size, SEEK_SET);
}

bool tree_append(struct tree *tree, const struct tree_piece *piece, struct tree_lines *ret, struct error *err)
{
    struct tree_shared *s = open_shared(tree, piece, err);
    *ret = (struct tree_lines){0};
    if (!s)
        return false;
    off_t size = lseek(s->fd, 0, SEEK_CUR);
    uint32_t lines = 0;
    if (!add_heading(s->fd, piece->heading, &lines, err) ||
        (piece->scratch >= 0 && !copy_piece(piece->scratch, s->fd, &lines, err))) {
        take_back(s->fd, size);
        return error_prefix(err, "%s", piece->path);
    }
    if (lines)
        *ret = (struct tree_lines){s->lines + 1, s->lines + lines};
    s->lines += lines;
    return true;
}

// ------------------------------------------------------------------ records

// A last line that was cut off by a crash, or by whoever made the tree, must not swallow the next one.
static void end_last_line(int fd)
{
    char last;
    off_t size = lseek(fd, 0, SEEK_END);
    if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
        tree_write(fd, span_of("\n"), NULL);
}

static bool open_records(struct tree *tree, struct error *err)
{
    if (tree->records >= 0)
        return true;
    tree->records =
        openat(tree->dir, records_name, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (tree->records < 0)
        return error_set_errno(err, errno, "%s", records_name);
    end_last_line(tree->records);
    return true;
}

static bool flush_records(struct tree *tree, struct error *err)
{
    if (tree->waiting.len == 0)
        return true;
    if (!open_records(tree, err))
        return false;
    off_t size = lseek(tree->records, 0, SEEK_END);
    if (!tree_write(tree->records, str_span(&tree->waiting), err)) {
        take_back(tree->records, size);
        return error_prefix(err, "%s", records_name);
    }
    str_clear(&tree->waiting);
    return true;
}

bool tree_record(struct tree *tree, struct span line, struct error *err)
{
    str_add_span(&tree->waiting, line);
    str_add_char(&tree->waiting, '\n');
    return flush_records(tree, err);
}

void tree_sync(struct tree *tree)
{
    flush_records(tree, NULL);
    for (size_t i = 0; i < tree->n; i++)
        fdatasync(tree->shared[i].fd);
    if (tree->records >= 0)
        fdatasync(tree->records);
}
