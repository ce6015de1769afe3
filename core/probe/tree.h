// The evidence tree, to be written into: beneath its folder only, through no link, nothing written over. Used
// by the writer's thread (writer.c) alone.
#ifndef D5_PROBE_TREE_H
#define D5_PROBE_TREE_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/span.h"
#include "core/base/str.h"

struct tree_shared;

struct tree {
    int dir;
    char *path;
    int records;                // probes.jsonl, at its end; -1 before the first one
    struct str waiting;         // records that found no room yet
    struct tree_shared *shared; // files that several probes share, as long as this run writes into them
    size_t n, cap;
};

// Opens the folder, which is made where it is not there.
bool tree_open(struct tree *tree, const char *path, struct error *err);
void tree_close(struct tree *tree);

// A new file. A reading that stands there is moved below earlier/<UTC>/, and its records say so. -1 with an
// error.
int tree_file(struct tree *tree, const char *path, struct error *err);

// Takes an archive of the log collector apart, which stands in the tree as `path`: its files take their
// places below the archive's folder, and the archive goes. A file that a probe of its own brought stays,
// since it was asked for as it is (with counters), and the bundle's lies below "bundle/" beside it; any other
// that stands there moves as one does for a new reading. An archive that is hostile, broken or no bundle
// stays as it is. (tree_unpack.c)
bool tree_unpack(struct tree *tree, const char *path, struct error *err);

// For tree_unpack.c: moves a reading out of the way, with its records; the records' text.
bool tree_move_earlier(struct tree *tree, const char *path, struct error *err);
bool tree_read_records(const struct tree *tree, struct str *ret);

// Whether a path is one of the tree's and nothing stands there: a record of what brought no file may name it.
bool tree_is_free(const struct tree *tree, const char *path);

// A file without a name, for a piece that is not whole yet.
int tree_scratch(struct tree *tree, struct error *err);

// Appends a piece from a scratch file to a shared one, below its heading (or NULL), as a whole or not at all.
// A shared file of another generation than the one that stands there is begun anew.
struct tree_piece {
    const char *path, *heading;
    unsigned generation;
    int scratch;
};
struct tree_lines { // 0: none
    uint32_t from, to;
};
bool tree_append(struct tree *tree, const struct tree_piece *piece, struct tree_lines *ret,
                 struct error *err);

// Appends a line to probes.jsonl. Where there is no room it waits for the next one, or for tree_sync.
bool tree_record(struct tree *tree, struct span line, struct error *err);

// Makes records and shared files durable.
void tree_sync(struct tree *tree);

// Writes all of it. On a full disk the error says so.
bool tree_write(int fd, struct span bytes, struct error *err);

#endif
