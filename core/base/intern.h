// Keeping equal bytes once. What was kept lately is remembered in a table that never grows: the neighbours in
// a listing say much the same, and no listing can make it large. So most equal texts have one address, not
// all: compare them as texts.
#ifndef D5_BASE_INTERN_H
#define D5_BASE_INTERN_H

#include "core/base/arena.h"

struct intern_slot;

struct intern {
    struct arena *arena; // where what is kept lies
    struct intern_slot *slots;
};

void intern_init(struct intern *intern, struct arena *arena); // borrowed
void intern_done(struct intern *intern);                      // what was kept stays

// A copy with '\0' at its end, or one that is there already.
const char *intern_text(struct intern *intern, struct span text) __attribute__((returns_nonnull));

// The same for n bytes of an array, aligned for any type. To be found equal, its items must point to what was
// interned before, and their padding be zero.
const void *intern_array(struct intern *intern, const void *items, size_t n) __attribute__((returns_nonnull));

#endif
