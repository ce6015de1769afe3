// Work on data that nobody vouches for, in a child of its own (the kernel: fork, Landlock, resource limits).
#ifndef D5_DOOR_SANDBOX_H
#define D5_DOOR_SANDBOX_H

#include <stdint.h>

#include "core/base/error.h"

struct sandbox {
    int read_fd;         // stays open in the child
    int write_dir;       // an open folder: only below it may files and folders be made; stays open, too
    uint64_t file_bytes; // no file may grow beyond it
    uint64_t memory;     // bytes more than this process has now
    unsigned seconds;    // of processor time
};

// Whether the kernel has Landlock.
bool sandbox_has_landlock(void);

// Runs work(context) in a child that sees no other open file, can open nothing, make nothing but below
// write_dir, reach no network and signal nobody, and that dies with this process. What `work` returns and
// says is handed back; a child that was killed is an error that says by what. Where the kernel has no
// Landlock, the rest still holds. What `work` changes in memory is lost.
typedef bool sandbox_fn(void *context, struct error *err);
bool sandbox_run(const struct sandbox *box, sandbox_fn *work, void *context, struct error *err);

#endif
