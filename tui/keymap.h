// Commands: one const record each. Keys, the key line, the help page and the palette all come from the one
// table.
#ifndef D5_TUI_KEYMAP_H
#define D5_TUI_KEYMAP_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/str.h"
#include "tui/key.h"

struct command {
    const char *name;  // "run-step": what the palette completes
    const char *help;  // one sentence without a full stop
    const char *label; // a word or two for the key line; NULL: not there
    const char *keys;  // "j Down": names of key.h, separated by blanks
    unsigned scope;    // where its keys hold: bits, the caller's
    unsigned needs;    // what must be there: bits, the caller's
    void (*run)(void *context);
};

struct keymap_key {
    struct key key;
    const struct command *command;
};

struct keymap {
    const struct command *commands; // earlier ones win
    size_t n;
    struct keymap_key *keys; // of all of them in their order; NULL until keymap_read_keys
    size_t n_keys, cap_keys;
};

// Reads the names of all keys, so that looking one up compares numbers. Frame and key ask often.
void keymap_read_keys(struct keymap *map);
void keymap_done(struct keymap *map);

struct keymap_change {          // a person's own keys for a command
    const char *command, *keys; // as in the table
    unsigned line;              // of the file that says so
};

// Puts a person's keys into a copy of the table; the changes' texts are borrowed. A change to an unknown
// command or key, or to a key that another command has where both hold, is left out. False when any was: the
// first with its line.
bool keymap_change(struct command *commands, size_t n, const struct keymap_change *changes, size_t n_changes,
                   struct error *err);

// The first command of that scope that has that key, or NULL. Only of keys that were read.
const struct command *keymap_find(const struct keymap *map, struct key key, unsigned scope);
const struct command *keymap_named(const struct keymap *map, struct span name);

// The first key of a command as people read it: "Enter", "PgDn".
struct span command_key(const struct command *command);

// The first one that no field takes for text: "F1"; empty: there is none.
struct span command_key_beside_text(const struct command *command);

// How well `typed` fits `name` as letters in order (the palette): 0 not at all; more is better. Starts of
// words and runs of letters count for more.
int fuzzy_score(struct span typed, struct span name);

#endif
