// What probes print, on its way into the evidence tree: a thread of its own writes, so that a disk that
// stands still holds no key. All calls are for the loop's thread.
#ifndef D5_PROBE_WRITER_H
#define D5_PROBE_WRITER_H

#include "core/base/error.h"
#include "core/base/span.h"
#include "core/base/str.h"
#include "core/door/loop.h"
#include "core/probe/tree.h"

struct writer;
struct writer_file;

struct writer_result {       // of a file that was closed
    bool there;              // it stands in the tree, …
    bool free;               // … or nothing does, where it would
    struct tree_lines lines; // of a piece
    struct error err;        // what kept it, or its end, from being written; empty: nothing
};

// `moved` is called on the loop's thread after something was written, closed, or failed.
struct writer *writer_new(struct loop *loop, const char *tree, loop_fn *moved, void *context,
                          struct error *err);

// Waits until everything is written and durable; writer_next gives what is closed by then.
void writer_finish(struct writer *writer);
void writer_free(struct writer *writer); // after writer_finish; takes NULL

// A file that comes to be with its first byte, or a piece of a shared one (generation above 0) that is
// appended when it is closed. `path` and `heading` are borrowed until it has come back from writer_next.
struct writer_file *writer_open(struct writer *writer, const char *path, const char *heading,
                                unsigned generation);

// Copies. Returns how many bytes wait by now.
size_t writer_add(struct writer_file *file, struct span bytes);
size_t writer_waiting(struct writer_file *file);
bool writer_failed(struct writer_file *file);

// No more is to come. `make`: there is to be a file, be it an empty one. `record` is called on the writer's
// thread when the file is whole, and says what line of probes.jsonl is to tell of it; until the file has come
// back from writer_next, what `context` points to is the writer's. `unpack`: it is an archive of the log
// collector, whose files take their places before that (tree_unpack).
typedef void writer_record_fn(void *context, const struct writer_result *result, struct str *ret_line);
struct writer_close {
    bool make, unpack;
    writer_record_fn *record;
    void *context;
};
void writer_close(struct writer_file *file, struct writer_close how);

// The context of a file that is closed and recorded, which is freed; NULL: none (any more).
void *writer_next(struct writer *writer, struct writer_result *ret);

#endif
