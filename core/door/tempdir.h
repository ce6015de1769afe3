// Private folders that are gone at the end, whatever ends the program.
#ifndef D5_DOOR_TEMPDIR_H
#define D5_DOOR_TEMPDIR_H

#include "core/base/error.h"

struct tempdir;

// A new folder, mode 0700, below `below`, or below $TMPDIR (else /tmp) where that is NULL. A child of its own
// keeps watch and removes it also when this process is killed.
struct tempdir *tempdir_new(const char *below, struct error *err);
const char *tempdir_path(const struct tempdir *dir);
void tempdir_free(struct tempdir *dir); // removes it with all that is in it; takes NULL

// Removes a folder and all below it, following no link. What cannot be removed stays.
void tempdir_remove_tree(const char *path);
// The same, but the folder itself stays.
void tempdir_empty(const char *path);

#endif
