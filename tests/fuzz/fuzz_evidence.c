// A whole tree whose one file, under each name that is judged by its content, holds the bytes.
#include "tests/fuzz/fuzz.h"

#include "core/door/tempdir.h"
#include "core/evidence/evidence.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[] = {"target.yaml", "probes.jsonl", "nftables.txt", "a.log", "pods.json"};

static const char *folder(void)
{
    static struct tempdir *dir; // goes with the process
    if (!dir && !(dir = tempdir_new(NULL, NULL)))
        abort();
    return tempdir_path(dir);
}

void fuzz_one(struct arena *arena, struct text text)
{
    if (text.bytes.len < 2)
        return;
    const char *name = names[(unsigned char)text.bytes.at[0] % 5];
    char *path = arena_printf(arena, "%s/%s", folder(), name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, text.bytes.at + 1, text.bytes.len - 1) < 0)
        abort();
    close(fd);
    struct evidence *ev = evidence_open((const char *const[]){folder()}, 1, NULL, NULL);
    struct str line = {0};
    uint32_t n = 0;
    if (ev && evidence_line_count(ev, 0, &n, NULL) && n)
        evidence_line(ev, 0, n, &line, NULL);
    str_done(&line);
    evidence_close(ev);
    tempdir_empty(folder());
}
