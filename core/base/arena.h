// Arenas, for things that die together: a parsed ruleset, a report, a frame.
#ifndef D5_BASE_ARENA_H
#define D5_BASE_ARENA_H

#include <stddef.h>

#include "core/base/span.h"

struct arena_block;

struct arena { // zero-initialized is empty and valid
    struct arena_block *blocks;
    size_t used, total; // bytes handed out, bytes held
};

void arena_init(struct arena *arena);
void arena_done(struct arena *arena); // frees everything; the arena is empty and valid again

// Forgets everything but keeps the newest block, so that an arena that is used again and again costs no
// allocation.
void arena_clear(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t n)
    __attribute__((returns_nonnull)); // zeroed, aligned for any type
void *arena_dup(struct arena *arena, const void *at, size_t n) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *s) __attribute__((returns_nonnull));
char *arena_span(struct arena *arena, struct span s)
    __attribute__((returns_nonnull)); // a copy with '\0' at its end
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));

// A growing array inside an arena: the old copy stays until the arena dies, so use it for small things.
void *arena_grow(struct arena *arena, void *at, size_t *cap, size_t want, size_t size)
    __attribute__((returns_nonnull));
#define ARENA_PUSH(arena, array, n, cap)                                                                     \
    ((array) = arena_grow((arena), (array), &(cap), (n) + 1, sizeof *(array)), &(array)[(n)++])

#endif
