// The store (SQLite): one case's events on disk. Appending never waits for the disk: one thread of the
// store's own takes what has gathered and commits it at once (WAL, synchronous=FULL); an event is *saved*
// when its commit has returned. A process that is killed at any moment loses nothing that was called saved.
//
// One d5tui writes a case: a lock on FILE-lock, which ends with its process, says who. Others open it to
// read.
#ifndef D5_DOOR_STORE_H
#define D5_DOOR_STORE_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/model/event.h"

struct store;

enum store_mode {
    STORE_CREATE, // a new file, 0600; its folder must exist
    STORE_WRITE,  // an existing one, for reading and appending
    STORE_READ,   // an existing one, whoever writes it; nothing is changed
};

struct store_owner { // who has the case open for writing
    int64_t pid;     // 0: nobody
    char user[64], host[64];
    usec_t since;
};

// Called by the store's thread after each commit, and after each failure to commit; for waking a loop.
typedef void store_saved_fn(void *context);

struct store_config {
    const char *path; // …/case.db
    enum store_mode mode;
    store_saved_fn *on_saved; // or NULL
    void *context;
};

// NULL with an error that says what and where: not a case, damaged (page or row), of a newer d5tui, no
// permission, or being written by somebody else (who: pid, user, since when), in which case *ret_owner says
// so, too, for the caller to open it with STORE_READ. `ret_owner` may be NULL.
struct store *store_open(const struct store_config *config, struct store_owner *ret_owner, struct error *err);

// Waits until everything is saved (but not for ever where the disk refuses), ends the thread, gives the lock
// back.
void store_close(struct store *store); // takes NULL

// Calls `each` for every event in order; what it gets dies with the call. `each` returns false to stop with
// an error of its own making. Gaps in the numbers, unknown kinds and damaged rows are errors; what came
// before them was given.
typedef bool store_event_fn(const struct event *event, void *context, struct error *err);
bool store_read(struct store *store, store_event_fn *each, void *context, struct error *err);

// Hands a copy of the event over. Its seq must be the one that follows. Not for STORE_READ.
void store_append(struct store *store, const struct event *event);

// The number of the last event that is durable.
uint64_t store_saved(struct store *store);

// Waits until `seq` is durable, for at most `wait` microseconds. False when it is not: still busy, or the
// disk said no (then the error says why, and the events are kept and tried again with the next call or
// event).
bool store_wait(struct store *store, uint64_t seq, usec_t wait, struct error *err);

// Whether somebody has the case at `path` open for writing, and who.
bool store_is_written(const char *path, struct store_owner *ret);

// "d5tui with pid 4711 of ann@bastion since 2026-11-23T07:41:00Z"
void store_owner_text(const struct store_owner *owner, struct str *ret);

#endif
