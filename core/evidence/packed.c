// Archives: unpacked into a private folder that goes with the evidence, or below the caller's, where a
// bundle's folder becomes nodes/<node>/ and a tree's parts take their places, so that the caller's folder is
// an evidence tree again.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/door/archive.h"
#include "core/door/tempdir.h"
#include "core/evidence/inside.h"

// An empty folder to unpack into; the caller frees the name.
static char *packed_make_room(struct evidence *ev, struct error *err)
{
    if (!ev->unpack_to && !ev->tempdir && !(ev->tempdir = tempdir_new(NULL, err)))
        return NULL;
    char *dir = ev->unpack_to ? mem_printf("%s/.unpacking-%u", ev->unpack_to, ++ev->n_archives)
                              : mem_printf("%s/%u", tempdir_path(ev->tempdir), ++ev->n_archives);
    if (mkdir(dir, 0700) == 0)
        return dir;
    error_set_errno(err, errno, "%s", dir);
    free(dir);
    return NULL;
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

typedef bool child_fn(const char *from, const char *to); // false stops

static bool is_free(const char *from, const char *to)
{
    (void)from;
    struct stat st;
    return lstat(to, &st) < 0;
}

static bool move(const char *from, const char *to)
{
    return rename(from, to) == 0;
}

// Calls `each` for what is in `from`, with the name that it would have in `to`.
static bool each_child(const char *from, const char *to, child_fn *each)
{
    DIR *d = opendir(from);
    bool good = d != NULL;
    for (struct dirent *e; good && (e = readdir(d));) {
        if (is_dot(e->d_name))
            continue;
        char *old = mem_printf("%s/%s", from, e->d_name), *new = mem_printf("%s/%s", to, e->d_name);
        good = each(old, new);
        free(old);
        free(new);
    }
    if (d)
        closedir(d);
    return good;
}

// The files from number `first` on lie in another folder now.
static void packed_point_to(struct evidence *ev, size_t first, const char *place, const char *prefix)
{
    for (size_t i = first; i < ev->n; i++)
        ev->files[i].real = arena_printf(&ev->arena, "%s/%s", place, ev->files[i].path + strlen(prefix));
}

// Moves what was found to its place in the caller's tree; where something stands there already, all of it
// stays where it was unpacked.
static bool packed_settle(struct evidence *ev, const char *found, const char *prefix, size_t first,
                          struct error *err)
{
    char *nodes = mem_printf("%s/nodes", ev->unpack_to);
    char *place = mem_printf("%s/%.*s", ev->unpack_to, (int)strlen(prefix), prefix);
    if (*prefix) {
        mkdir(nodes, 0700);
        mkdir(place, 0700);
    }
    bool good = true;
    if (each_child(found, place, is_free)) {
        good = each_child(found, place, move) || error_set_errno(err, errno, "%s", place);
        packed_point_to(ev, first, place, prefix);
    }
    free(nodes);
    free(place);
    return good;
}

static bool packed_take(struct evidence *ev, const char *source, const char *room, struct error *err)
{
    size_t first = ev->n;
    char *bundle = evidence_find_bundle(room);
    char *found = bundle ? bundle : source_find_tree(room);
    const char *prefix = bundle ? arena_printf(&ev->arena, "nodes/%s/", bundle_node(ev, bundle)) : "";
    bool good = walk_folder(ev, source, found, prefix, err) &&
                (!ev->unpack_to || packed_settle(ev, found, prefix, first, err));
    free(found);
    return good;
}

bool packed_add(struct evidence *ev, const char *source, struct error *err)
{
    char *room = packed_make_room(ev, err);
    if (!room)
        return false;
    size_t before = ev->n;
    bool good = archive_unpack(source, room, NULL, err) && packed_take(ev, source, room, err);
    if (!good || (ev->n > before && !span_starts(span_of(ev->files[before].real), room)))
        tempdir_remove_tree(room); // refused, or moved to its place
    free(room);
    return good;
}
