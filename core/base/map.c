// Open addressing with linear probing; never more than two thirds full; nothing is ever removed.
#include "core/base/map.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/mem.h"

struct map_slot {
    char *key; // NULL: free
    size_t len;
    const void *value;
};

static struct map_slot *map_find(struct map_slot *slots, size_t cap, struct span key)
{
    size_t i = span_hash(key) & (cap - 1);
    while (slots[i].key && !span_eq(span_make(slots[i].key, slots[i].len), key))
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static void map_widen(struct map *map)
{
    size_t cap = map->cap ? map->cap * 2 : 16;
    struct map_slot *slots = mem_calloc(cap, sizeof *slots);
    for (size_t i = 0; i < map->cap; i++) {
        if (map->slots[i].key)
            *map_find(slots, cap, span_make(map->slots[i].key, map->slots[i].len)) = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->cap = cap;
}

void map_done(struct map *map)
{
    for (size_t i = 0; i < map->cap; i++)
        free(map->slots[i].key);
    free(map->slots);
    *map = (struct map){0};
}

void *map_get(const struct map *map, struct span key)
{
    return map->cap ? (void *)map_find(map->slots, map->cap, key)->value : NULL;
}

void map_put(struct map *map, struct span key, const void *value)
{
    assert(value);
    if ((map->n + 1) * 3 > map->cap * 2)
        map_widen(map);
    struct map_slot *slot = map_find(map->slots, map->cap, key);
    if (!slot->key) {
        slot->key = mem_dup(key.at, key.len);
        slot->len = key.len;
        map->n++;
    }
    slot->value = value;
}
