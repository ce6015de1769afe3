// Where procedures lie, and how one is found: by its id or by its file.
#ifndef D5_PROBE_PROCEDURES_H
#define D5_PROBE_PROCEDURES_H

#include "core/base/error.h"
#include "core/model/problem.h"
#include "core/model/sop.h"

// The folders, first one wins: the person's ($XDG_CONFIG_HOME/d5tui/sops), those beside the program (a build
// in the checkout: sops/; an installation: ../share/d5tui/sops), and $PREFIX/share/d5tui/sops.

struct procedure_file {
    char *path;
    char *id; // NULL: the file cannot be read as a procedure
    char *title;
    char *severity;
    char *why; // what is wrong where id is NULL: "path:line: …"
};

struct procedures {
    struct procedure_file *items; // by id, then by title; of files with the same id and title only the first
    size_t n, cap;
};

void procedures_list(struct procedures *ret);
void procedures_done(struct procedures *list);

// Reads a procedure's file, at most 1 MiB. Gives NULL with an error where it cannot be read; what is wrong in
// it stands in `ret` (errors, too: for lint). Free with sop_free.
struct sop *procedures_read(const char *path, struct problems *ret, struct error *err);

// The procedure of a file (a path with '/' or ending in ".md"), of an id ("D5"; case does not matter), or of
// a whole title where two files share one id. NULL with an error: "sops/D5.md:14: …", or near ids.
struct sop *procedures_load(const char *id_or_file, struct error *err);

// The first trigger of the procedure that a reported symptom matches, in any case; NULL: none does. One that
// matches everything says nothing, and does not count.
const char *procedures_trigger(const struct sop *sop, struct span symptom);

#endif
