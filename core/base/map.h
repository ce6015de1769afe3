// A hash table from text to pointer. Keys are copied; values are borrowed.
#ifndef D5_BASE_MAP_H
#define D5_BASE_MAP_H

#include <stddef.h>

#include "core/base/span.h"

struct map_slot;

struct map { // zero-initialized is empty and valid
    struct map_slot *slots;
    size_t n, cap;
};

void map_done(struct map *map);
void *map_get(const struct map *map, struct span key);             // NULL when absent
void map_put(struct map *map, struct span key, const void *value); // replaces; value must not be NULL

#endif
