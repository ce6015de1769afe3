// Folders and log files that are gone at the end of a test.
#ifndef D5_TESTS_KIT_SCRATCH_H
#define D5_TESTS_KIT_SCRATCH_H

#include <stdio.h>

#include "core/base/span.h"
#include "core/evidence/evidence.h"
#include "core/evidence/logfile.h"

// A new folder below $TMPDIR, its path yours; the program ends where it cannot be made.
char *scratch_make(void);
void scratch_remove(const char *folder); // and all that is in it

// In a folder: a path, yours; a file of these bytes, with the folders above it, its path yours; an empty
// folder "room", new each time, its path yours; how many entries it has.
char *scratch_path(const char *folder, const char *name);
char *scratch_put(const char *folder, const char *name, struct span bytes);
char *scratch_room(const char *folder);
size_t scratch_count(const char *folder);

// A text file there, and what stands below `below` ("": all) as evidence; the test fails where it cannot be
// opened.
void scratch_write(const char *folder, const char *path, const char *text);
struct evidence *scratch_open(const char *folder, const char *below);

// A folder of a test's own: *state is its path.
int scratch_start(void **state);
int scratch_stop(void **state);
#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_start, scratch_stop)

// A log file of a test's own: what is written to `f` and flushed, `log` reads.
struct scratch_log {
    char *path;
    FILE *f;
    struct logfile *log;
};
int scratch_log_start(void **state);
int scratch_log_stop(void **state);

#endif
