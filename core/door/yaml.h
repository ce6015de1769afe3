// YAML (libyaml): small documents in as trees with line numbers, scalars out safely quoted.
#ifndef D5_DOOR_YAML_H
#define D5_DOOR_YAML_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/str.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line, column; // from 1
    const char *text;      // YAML_SCALAR: its value; else NULL
    size_t len;            // bytes of text before its '\0'; more than strlen where it holds NUL
    bool quoted;           // YAML_SCALAR: was quoted or a block, so never null, number or bool
    const struct yaml_node *const *items; // YAML_LIST: items; YAML_MAP: values
    const struct yaml_node *const *keys;  // YAML_MAP
    size_t n;
};

// Parses one document into the arena. An empty document gives NULL with err->text empty. Errors say "line N:
// …". Limits against hostile input: 64 levels, 1 million nodes, no aliases that expand (an alias is an
// error).
const struct yaml_node *yaml_parse(struct arena *arena, struct span text, struct error *err);

// The value of a key, or NULL (also when `map` is NULL or not a map).
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

// A scalar's text; NULL for a missing node, a list or map, and plain null or ~ or nothing.
const char *yaml_text(const struct yaml_node *node);

// Appends `s` as a YAML 1.1 and 1.2 scalar that every reader takes back byte for byte: plain where that is
// safe, else double-quoted with escapes; bytes that are not UTF-8 become U+FFFD. `always` quotes in any case.
void yaml_add_scalar(struct str *out, struct span s, bool always);

#endif
