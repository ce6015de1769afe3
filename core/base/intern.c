// A slot holds whatever of its hash was kept last: what is older is forgotten, and kept again when it comes
// again.
#include "core/base/intern.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { INTERN_SLOTS = 1 << 14 };

struct intern_slot {
    const char *at; // NULL: free
    uint32_t len, hash;
};

void intern_init(struct intern *intern, struct arena *arena)
{
    *intern = (struct intern){arena, mem_calloc(INTERN_SLOTS, sizeof *intern->slots)};
}

void intern_done(struct intern *intern)
{
    free(intern->slots);
    intern->slots = NULL;
}

static bool intern_holds(const struct intern_slot *slot, uint32_t hash, struct span bytes)
{
    return slot->at && slot->hash == hash && span_eq(span_make(slot->at, slot->len), bytes);
}

typedef char *intern_copy_fn(struct arena *arena, struct span bytes);

static const char *intern_keep(struct intern *intern, struct span bytes, uint32_t hash, intern_copy_fn *copy)
{
    struct intern_slot *slot = &intern->slots[hash % INTERN_SLOTS];
    if (!intern_holds(slot, hash, bytes))
        *slot = (struct intern_slot){copy(intern->arena, bytes), (uint32_t)bytes.len, hash};
    return slot->at;
}

const char *intern_text(struct intern *intern, struct span text)
{
    return intern_keep(intern, text, (uint32_t)span_hash(text), arena_span);
}

static char *copy_array(struct arena *arena, struct span bytes)
{
    return arena_dup(arena, bytes.at, bytes.len);
}

const void *intern_array(struct intern *intern, const void *items, size_t n)
{
    struct span bytes = span_make(items, n);
    return intern_keep(intern, bytes, ~(uint32_t)span_hash(bytes), copy_array);
}
