// Blocks double from 4 KiB to a huge page; what is larger gets a block of its own, put behind the current one
// so that the current one's rest is not lost.
#include "core/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"

#include <stdlib.h>

enum { ARENA_FIRST = 4096, ARENA_SMALL = 1 << 18, ARENA_LARGEST = 2 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

void arena_done(struct arena *arena)
{
    for (struct arena_block *b = arena->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    arena_init(arena);
}

void arena_clear(struct arena *arena)
{
    struct arena_block *keep = arena->blocks;
    if (!keep)
        return;
    for (struct arena_block *b = keep->next, *next; b; b = next) {
        next = b->next;
        arena->total -= b->size;
        free(b);
    }
    keep->next = NULL;
    memset(keep->bytes, 0, keep->used);
    keep->used = 0;
    arena->used = 0;
}

static struct arena_block *arena_new_block(size_t size)
{
    if (size <= ARENA_SMALL)
        return mem_alloc(sizeof(struct arena_block) + size);
    struct arena_block *b = mem_big(sizeof *b + size);
    memset(b, 0, sizeof *b + size);
    return b;
}

static struct arena_block *arena_add_block(struct arena *arena, size_t n)
{
    const size_t largest = ARENA_LARGEST - sizeof(struct arena_block);
    size_t size = arena->blocks ? arena->blocks->size * 2 : ARENA_FIRST;
    if (size > ARENA_SMALL)
        size = largest;
    bool own = n > size;
    struct arena_block *b = arena_new_block(own ? n : size);
    b->size = own ? n : size;
    arena->total += b->size;
    if (own && arena->blocks) {
        b->next = arena->blocks->next;
        arena->blocks->next = b;
    } else {
        b->next = arena->blocks;
        arena->blocks = b;
    }
    return b;
}

// `align` is a power of two.
static void *arena_take(struct arena *arena, size_t n, size_t align)
{
    struct arena_block *b = arena->blocks;
    size_t gap = b ? -b->used & (align - 1) : 0;
    if (!b || b->size - b->used < gap || b->size - b->used - gap < n) {
        b = arena_add_block(arena, n);
        gap = 0;
    }
    void *ret = b->bytes + b->used + gap;
    b->used += gap + n;
    arena->used += gap + n;
    return ret;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    return arena_take(arena, n, _Alignof(max_align_t));
}

void *arena_dup(struct arena *arena, const void *at, size_t n)
{
    void *ret = arena_alloc(arena, n ? n : 1);
    if (n)
        memcpy(ret, at, n);
    return ret;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return arena_dup(arena, s, strlen(s) + 1);
}

char *arena_span(struct arena *arena, struct span s)
{
    char *ret = arena_take(arena, s.len + 1, 1); // texts lie side by side
    if (s.len)
        memcpy(ret, s.at, s.len);
    return ret;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *ret = arena_alloc(arena, (size_t)(n < 0 ? 0 : n) + 1);
    vsnprintf(ret, (size_t)(n < 0 ? 0 : n) + 1, format, again);
    va_end(again);
    return ret;
}

void *arena_grow(struct arena *arena, void *at, size_t *cap, size_t want, size_t size)
{
    if (at && want <= *cap)
        return at;
    size_t n = *cap ? *cap * 2 : 4;
    if (n < want)
        n = want;
    void *ret = arena_alloc(arena, n * size);
    if (at)
        memcpy(ret, at, *cap * size);
    *cap = n;
    return ret;
}
