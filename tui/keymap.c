// Looking up commands by key and by name. The table is small, so it is walked.
#include "tui/keymap.h"

static bool has_key(const struct command *command, struct key key)
{
    struct span rest = span_of(command->keys), name;
    struct key own;
    while (span_cut_word(&rest, &name)) {
        if (key_parse(name, &own) && key_eq(own, key))
            return true;
    }
    return false;
}

const struct command *keymap_find(const struct keymap *map, struct key key, unsigned scope)
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->commands[i].scope & scope && has_key(&map->commands[i], key))
            return &map->commands[i];
    }
    return NULL;
}

const struct command *keymap_named(const struct keymap *map, struct span name)
{
    for (size_t i = 0; i < map->n; i++) {
        if (span_is(name, map->commands[i].name))
            return &map->commands[i];
    }
    return NULL;
}

struct span command_key(const struct command *command)
{
    struct span rest = span_of(command->keys), name = {0};
    span_cut_word(&rest, &name);
    return name;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int fuzzy_score(struct span typed, struct span name)
{
    int score = 1;
    size_t at = 0, last = SIZE_MAX;
    for (size_t i = 0; i < typed.len; i++) {
        while (at < name.len && lower(name.at[at]) != lower(typed.at[i]))
            at++;
        if (at == name.len)
            return 0;
        bool starts_word = at == 0 || name.at[at - 1] == '-' || name.at[at - 1] == ' ';
        score += 1 + (starts_word ? 8 : 0) + (last != SIZE_MAX && at == last + 1 ? 4 : 0);
        last = at++;
    }
    return score;
}
