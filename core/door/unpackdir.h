// Putting an archive's entries below one folder: names are checked, no link is followed, nothing that is
// there is written over.
#ifndef D5_DOOR_UNPACKDIR_H
#define D5_DOOR_UNPACKDIR_H

#include "core/base/error.h"
#include "core/base/span.h"

// Checks an entry's name and gives it without "./" in front and '/' behind; empty for the top folder itself.
// Refused, with the reason but without the name: absolute names, "..", "." and empty parts, parts over 255
// bytes, names over 1,024 bytes or 32 folders deep, and whatever is not plain printable UTF-8.
bool unpackdir_check_name(struct span name, struct span *ret, struct error *err);

// Makes a folder and those above it; one that is there already is fine. `name` is a checked one.
bool unpackdir_folder(int dir, struct span name, struct error *err);

// Makes a new file, mode 0600, and the folders above it. The caller closes *ret_fd.
bool unpackdir_file(int dir, struct span name, int *ret_fd, struct error *err);

// Moves what stands at `from` to `to`, where nothing may stand yet, and makes the folders above both.
enum unpackdir_moved { UNPACKDIR_MOVED, UNPACKDIR_NOTHING_THERE, UNPACKDIR_TAKEN, UNPACKDIR_FAILED };
enum unpackdir_moved unpackdir_move(int dir, struct span from, struct span to, struct error *err);

#endif
