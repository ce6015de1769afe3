// Reads `name = value` lines.
#include "core/parse/sysctl.h"

static void turn_slashes(char *name)
{
    for (char *c = name; *c; c++) {
        if (*c == '/')
            *c = '.';
    }
}

const struct sysctls *sysctl_parse(struct arena *arena, struct text text)
{
    struct sysctls *s = arena_alloc(arena, sizeof *s);
    struct span rest = text.bytes, line;
    for (uint32_t number = 1; span_cut_line(&rest, &line); number++) {
        size_t at = span_find_char(line, '=');
        if (at == SIZE_MAX)
            continue;
        struct span name = span_trim(span_first(line, at));
        if (name.len == 0 || span_find_char(name, ' ') != SIZE_MAX)
            continue;
        char *owned = arena_span(arena, name);
        turn_slashes(owned);
        *ARENA_PUSH(arena, s->items, s->n, s->cap) = (struct sysctl){
            .name = owned,
            .value = arena_span(arena, span_trim(span_from(line, at + 1))),
            .place = place_at(text.file, number),
        };
    }
    return s;
}

const struct sysctl *sysctl_find(const struct sysctls *s, const char *name)
{
    for (size_t i = s ? s->n : 0; i > 0; i--) {
        if (strcmp(s->items[i - 1].name, name) == 0)
            return &s->items[i - 1];
    }
    return NULL;
}

bool sysctl_u64(const struct sysctls *s, const char *name, uint64_t *ret, struct place *ret_place)
{
    const struct sysctl *item = sysctl_find(s, name);
    if (!item || !span_to_u64(span_of(item->value), ret))
        return false;
    *ret_place = item->place;
    return true;
}
