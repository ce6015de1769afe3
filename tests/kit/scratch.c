#include "tests/kit/scratch.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"

char *scratch_make(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path = mem_printf("%s/d5tui-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(path))
        abort();
    return path;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void scratch_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

char *scratch_path(const char *folder, const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static void make_folders(char *path)
{
    for (char *at = path + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
}

char *scratch_put(const char *folder, const char *name, struct span bytes)
{
    char *path = scratch_path(folder, name);
    make_folders(path);
    FILE *f = fopen(path, "w");
    if (!f)
        abort();
    fwrite(bytes.at, 1, bytes.len, f);
    fclose(f);
    return path;
}

void scratch_write(const char *folder, const char *path, const char *text)
{
    free(scratch_put(folder, path, span_of(text)));
}

struct evidence *scratch_open(const char *folder, const char *below)
{
    struct error err = {0};
    char *path = scratch_path(folder, below);
    struct evidence *ev = evidence_open((const char *const[]){path}, 1, NULL, &err);
    free(path);
    if (!ev)
        fail_msg("%s", err.text);
    return ev;
}

char *scratch_room(const char *folder)
{
    char *room = scratch_path(folder, "room");
    scratch_remove(room);
    if (mkdir(room, 0700) < 0)
        abort();
    return room;
}

size_t scratch_count(const char *folder)
{
    DIR *d = opendir(folder);
    size_t n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n < 2 ? 0 : n - 2; // without "." and ".."
}

int scratch_start(void **state)
{
    *state = scratch_make();
    return 0;
}

int scratch_stop(void **state)
{
    scratch_remove(*state);
    free(*state);
    return 0;
}

int scratch_log_start(void **state)
{
    const char *tmp = getenv("TMPDIR");
    struct scratch_log *s = mem_alloc(sizeof *s);
    s->path = mem_printf("%s/d5tui-test-XXXXXX", tmp ? tmp : "/tmp");
    int fd = mkstemp(s->path);
    s->f = fd < 0 ? NULL : fdopen(fd, "w");
    s->log = s->f ? logfile_open(s->path, NULL) : NULL;
    *state = s;
    return s->log ? 0 : -1;
}

int scratch_log_stop(void **state)
{
    struct scratch_log *s = *state;
    logfile_close(s->log);
    fclose(s->f);
    unlink(s->path);
    free(s->path);
    free(s);
    return 0;
}
