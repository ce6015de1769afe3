// Looking up commands by key and by name, and changing their keys.
#include "tui/keymap.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/near.h"

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

void keymap_read_keys(struct keymap *map)
{
    map->n_keys = 0;
    for (size_t i = 0; i < map->n; i++) {
        struct span rest = span_of(map->commands[i].keys), name;
        struct key key;
        while (span_cut_word(&rest, &name)) {
            if (key_parse(name, &key))
                *MEM_PUSH(map->keys, map->n_keys, map->cap_keys) =
                    (struct keymap_key){key, &map->commands[i]};
        }
    }
}

void keymap_done(struct keymap *map)
{
    free(map->keys);
    *map = (struct keymap){0};
}

const struct command *keymap_find(const struct keymap *map, struct key key, unsigned scope)
{
    for (size_t i = 0; i < map->n_keys; i++) {
        const struct keymap_key *k = &map->keys[i];
        if (key_eq(k->key, key) && k->command->scope & scope)
            return k->command;
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

// ---- a person's own keys

static bool are_keys(struct span rest, unsigned line, struct error *err)
{
    struct span name;
    struct key key;
    size_t n = 0;
    for (; span_cut_word(&rest, &name); n++) {
        if (!key_parse(name, &key))
            return error_set(err, "line %u: \"" SPAN_FMT "\" is no key (x, Enter, PgDn, F5, Ctrl-X, Alt-x)",
                             line, SPAN_ARG(name));
    }
    return n > 0 || error_set(err, "line %u: a command needs a key", line);
}

static bool no_command(const struct command *commands, size_t n, const struct keymap_change *change,
                       struct error *err)
{
    const char **names = mem_calloc(n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = commands[i].name;
    const char *near = near_word(span_of(change->command), names);
    free(names);
    return near ? error_set(err, "line %u: there is no command \"%s\" (did you mean \"%s\"?)", change->line,
                            change->command, near)
                : error_set(err, "line %u: there is no command \"%s\" (? lists them)", change->line,
                            change->command);
}

// Another command that has one of its keys where both hold; NULL: none.
static const struct command *rival_of(const struct command *commands, size_t n, const struct command *own,
                                      struct span *ret_key)
{
    struct span rest = span_of(own->keys);
    struct key key;
    while (span_cut_word(&rest, ret_key)) {
        for (size_t i = 0; i < n; i++) {
            bool meets = &commands[i] != own && commands[i].scope & own->scope;
            if (meets && key_parse(*ret_key, &key) && has_key(&commands[i], key))
                return &commands[i];
        }
    }
    return NULL;
}

struct changed { // a command, and what its keys were
    struct command *command;
    const char *keys;
    unsigned line;
};

// Takes one change back whose key another command has. False: there is none left.
static bool take_rival_back(struct command *commands, size_t n, struct changed *changed, size_t n_changed,
                            struct error *err)
{
    for (size_t i = n_changed; i-- > 0;) {
        struct span key;
        struct changed *c = &changed[i];
        const struct command *rival = c->keys ? rival_of(commands, n, c->command, &key) : NULL;
        if (!rival)
            continue;
        error_set(err, "line %u: \"" SPAN_FMT "\" is taken by %s: give that another key, too", c->line,
                  SPAN_ARG(key), rival->name);
        c->command->keys = c->keys;
        c->keys = NULL;
        return true;
    }
    return false;
}

bool keymap_change(struct command *commands, size_t n, const struct keymap_change *changes, size_t n_changes,
                   struct error *err)
{
    struct changed *changed = mem_calloc(n_changes + 1, sizeof *changed);
    size_t n_changed = 0;
    bool ok = true;
    for (size_t i = 0; i < n_changes; i++) {
        const struct keymap map = {.commands = commands, .n = n};
        const struct command *named = keymap_named(&map, span_of(changes[i].command));
        struct error *why = ok ? err : NULL;
        if (!named || !are_keys(span_of(changes[i].keys), changes[i].line, why)) {
            ok = named ? false : no_command(commands, n, &changes[i], why);
            continue;
        }
        struct command *own = &commands[named - commands];
        changed[n_changed++] = (struct changed){own, own->keys, changes[i].line};
        own->keys = changes[i].keys;
    }
    while (take_rival_back(commands, n, changed, n_changed, ok ? err : NULL))
        ok = false;
    free(changed);
    return ok;
}

struct span command_key(const struct command *command)
{
    struct span rest = span_of(command->keys), name = {0};
    span_cut_word(&rest, &name);
    return name;
}

struct span command_key_beside_text(const struct command *command)
{
    struct span rest = span_of(command->keys), name;
    struct key key;
    while (span_cut_word(&rest, &name)) {
        if (key_parse(name, &key) && !key_is_text(key))
            return name;
    }
    return span_of("");
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
