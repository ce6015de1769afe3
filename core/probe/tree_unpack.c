// A bundle comes as an archive and is read as files. It is unpacked by a child that can write nothing else
// (door/archive.h) into a room inside the tree, so that each file then takes its place by a rename; the room
// is gone at the end, and one that a killed process left goes before the next.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/door/json.h"
#include "core/door/tempdir.h"
#include "core/door/unpackdir.h"
#include "core/evidence/evidence.h"
#include "core/probe/tree.h"

#define ROOM ".unpacking"

struct unpacking {
    struct tree *tree;
    const char *from; // where the bundle begins, in the tree
    const char *to;   // whose folder it becomes: "nodes/NAME"
    struct map asked; // files that a probe of their own brought
    struct arena arena;
    struct error *err;
};

// ------------------------------------------------------------------ what stands there

static void note_asked(struct unpacking *u, struct span line)
{
    const struct json_value *item = json_parse(&u->arena, line, NULL);
    struct span file = json_text(json_get(item, "file"));
    if (item && file.len && span_is(json_text(json_get(item, "state")), "done"))
        map_put(&u->asked, span_make(arena_span(&u->arena, file), file.len), u);
}

static bool read_asked(struct unpacking *u)
{
    struct str records = {0};
    if (!tree_read_records(u->tree, &records)) {
        str_done(&records);
        return error_set_errno(u->err, errno, "probes.jsonl");
    }
    struct span rest = str_span(&records), line;
    while (span_cut_line(&rest, &line))
        note_asked(u, line);
    str_done(&records);
    return true;
}

// ------------------------------------------------------------------ one file

static bool is_folder(const struct tree *tree, const char *path)
{
    struct stat st;
    return fstatat(tree->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static bool put(struct unpacking *u, const char *from, const char *to)
{
    struct tree *tree = u->tree;
    bool room = !is_folder(tree, to) || error_set(u->err, "a folder stands there");
    room = room && tree_move_earlier(tree, to, u->err);
    return (room && unpackdir_move(tree->dir, span_of(from), span_of(to), u->err) == UNPACKDIR_MOVED) ||
           error_prefix(u->err, "%s", to);
}

static bool place(struct unpacking *u, const char *name)
{
    char *from = mem_printf("%s/%s", u->from, name), *to = mem_printf("%s/%s", u->to, name);
    char *beside = mem_printf("%s/bundle/%s", u->to, name);
    bool good = put(u, from, map_get(&u->asked, span_of(to)) ? beside : to);
    free(beside);
    free(to);
    free(from);
    return good;
}

// ------------------------------------------------------------------ all of them

static bool walk(struct unpacking *u, const char *below);

static bool take_entry(struct unpacking *u, const char *name)
{
    struct stat st;
    char *path = mem_printf("%s/%s/%s", u->tree->path, u->from, name);
    bool good = lstat(path, &st) == 0 || error_set_errno(u->err, errno, "%s", name);
    free(path);
    return good && (S_ISDIR(st.st_mode) ? walk(u, name) : place(u, name));
}

static bool walk(struct unpacking *u, const char *below)
{
    char *folder = mem_printf("%s/%s/%s", u->tree->path, u->from, below);
    DIR *d = opendir(folder);
    bool good = d || error_set_errno(u->err, errno, "%s", below);
    for (struct dirent *e; d && good && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        char *name = mem_printf("%s%s%s", below, *below ? "/" : "", e->d_name);
        good = take_entry(u, name);
        free(name);
    }
    if (d)
        closedir(d);
    free(folder);
    return good;
}

static bool take_bundle(struct tree *tree, const char *room, const char *to, struct error *err)
{
    char *found = evidence_find_bundle(room);
    struct unpacking u = {.tree = tree, .to = to, .err = err};
    bool good = found || error_set(err, "the archive holds no bundle of the log collector");
    u.from = good ? found + strlen(tree->path) + 1 : NULL;
    good = good && read_asked(&u) && walk(&u, "");
    map_done(&u.asked);
    arena_done(&u.arena);
    free(found);
    return good;
}

bool tree_unpack(struct tree *tree, const char *path, struct error *err)
{
    char *archive = mem_printf("%s/%s", tree->path, path), *room = mem_printf("%s/" ROOM, tree->path);
    char *to = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
    tempdir_remove_tree(room);
    bool good = mkdir(room, 0700) == 0 || error_set_errno(err, errno, ROOM);
    good = good && archive_unpack(archive, room, NULL, err) && take_bundle(tree, room, to, err);
    if (good)
        unlink(archive);
    tempdir_remove_tree(room);
    free(to);
    free(room);
    free(archive);
    return good || error_prefix(err, "the bundle could not be unpacked");
}
