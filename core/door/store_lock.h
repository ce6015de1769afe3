// Who writes a case: an advisory lock (flock) on FILE-lock, with its owner written into it. The kernel takes
// it back when the owner ends, however it ends. Not for anyone but store.c.
#ifndef D5_DOOR_STORE_LOCK_H
#define D5_DOOR_STORE_LOCK_H

#include "core/door/store.h"

struct store_lock {
    int fd; // -1: not held
};

// False where somebody else holds it (*ret_owner says who, may be NULL) or it cannot be made.
bool store_lock_take(struct store_lock *lock, const char *path, struct store_owner *ret_owner,
                     struct error *err);
void store_lock_release(struct store_lock *lock);

#endif
