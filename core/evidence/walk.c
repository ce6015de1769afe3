// Walks a folder where it lies. Nothing outside it is ever read: a link is followed only where it ends at a
// file inside the same folder, and folders are entered by descriptor, so that swapping one for a link while
// the walk goes on leads nowhere. What is left out is remembered with the reason.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/evidence/inside.h"

enum { WALK_DEPTH_MAX = 64 };

struct walk {
    struct evidence *ev;
    const char *source;
    const char *root; // resolved, for links
    struct str real;  // of the folder being read, with a '/' at its end
    struct str path;  // in the tree
    unsigned depth;
};

void evidence_leave_out(struct evidence *ev, const char *path, const char *why)
{
    *MEM_PUSH(ev->left_out, ev->n_left_out, ev->cap_left_out) = (struct evidence_left_out){
        .path = arena_strdup(&ev->arena, path), .why = arena_strdup(&ev->arena, why)};
}

void walk_add_file(struct evidence *ev, const char *source, const char *real, const char *path,
                   const struct stat *st)
{
    struct evidence_file *f = MEM_PUSH(ev->files, ev->n, ev->cap);
    *f = (struct evidence_file){
        .path = arena_strdup(&ev->arena, path),
        .real = arena_strdup(&ev->arena, real),
        .source = source,
        .size = (uint64_t)st->st_size,
        .mtime = st->st_mtim.tv_sec * USEC_SEC + st->st_mtim.tv_nsec / 1000,
    };
}

static void walk_read(struct walk *w, int fd);

static void walk_enter(struct walk *w, int parent, const char *name)
{
    if (w->depth == WALK_DEPTH_MAX) {
        evidence_leave_out(w->ev, str_text(&w->path), "more than 64 folders deep");
        return;
    }
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        evidence_leave_out(w->ev, str_text(&w->path), strerror(errno));
        return;
    }
    str_add_char(&w->real, '/');
    str_add_char(&w->path, '/');
    w->depth++;
    walk_read(w, fd);
    w->depth--;
}

static void walk_follow_link(struct walk *w)
{
    char *to = realpath(str_text(&w->real), NULL);
    size_t n = strlen(w->root);
    struct stat st;
    if (!to)
        evidence_leave_out(w->ev, str_text(&w->path), "a link that leads nowhere");
    else if (strncmp(to, w->root, n) != 0 || (to[n] != '/' && n > 1))
        evidence_leave_out(w->ev, str_text(&w->path), "a link out of the tree");
    else if (stat(to, &st) < 0 || !S_ISREG(st.st_mode))
        evidence_leave_out(w->ev, str_text(&w->path), "a link to something other than a file");
    else
        walk_add_file(w->ev, w->source, to, str_text(&w->path), &st);
    free(to);
}

static void walk_entry(struct walk *w, int parent, const char *name)
{
    struct stat st;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        evidence_leave_out(w->ev, str_text(&w->path), strerror(errno));
    else if (S_ISDIR(st.st_mode))
        walk_enter(w, parent, name);
    else if (S_ISREG(st.st_mode))
        walk_add_file(w->ev, w->source, str_text(&w->real), str_text(&w->path), &st);
    else if (S_ISLNK(st.st_mode))
        walk_follow_link(w);
    else
        evidence_leave_out(w->ev, str_text(&w->path), "neither a file nor a folder");
}

static void walk_read(struct walk *w, int fd)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        evidence_leave_out(w->ev, str_text(&w->path), strerror(errno));
        close(fd);
        return;
    }
    size_t real = w->real.len, path = w->path.len;
    struct dirent *e;
    while ((e = readdir(dir))) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        str_add(&w->real, e->d_name);
        str_add(&w->path, e->d_name);
        walk_entry(w, dirfd(dir), e->d_name);
        str_cut(&w->real, real);
        str_cut(&w->path, path);
    }
    closedir(dir);
}

bool walk_folder(struct evidence *ev, const char *source, const char *dir, const char *prefix,
                 struct error *err)
{
    char *root = realpath(dir, NULL);
    int fd = root ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0) {
        free(root);
        return error_set_errno(err, errno, "%s", dir);
    }
    struct walk w = {.ev = ev, .source = source, .root = root};
    str_printf(&w.real, "%s/", strcmp(root, "/") == 0 ? "" : root);
    str_add(&w.path, prefix);
    walk_read(&w, fd);
    str_done(&w.real);
    str_done(&w.path);
    free(root);
    return true;
}
