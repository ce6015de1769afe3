#include "tests/kit/scratch.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

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
