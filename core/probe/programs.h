// Where programs lie, and what they are given of the environment: nothing that is not named here.
#ifndef D5_PROBE_PROGRAMS_H
#define D5_PROBE_PROGRAMS_H

#include "core/base/arena.h"
#include "core/base/map.h"

struct programs {
    struct arena arena;
    const char **folders; // absolute
    size_t n, cap;
    struct map found;       // name → path, "" for one that is nowhere
    const char *const *env; // "NAME=value", NULL ends it
};

// `path`: the administrator's folders, NULL ends them; NULL: $PATH's. Entries that are not absolute are left
// out: a program of the current folder is nobody's choice.
void programs_init(struct programs *programs, const char *const *path);
void programs_done(struct programs *programs);

// The path of a program, looked up once; NULL when none of the folders has it.
const char *programs_find(struct programs *programs, const char *name);

#endif
