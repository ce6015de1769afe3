// Markdown (cmark): the structure of a text, with positions. Text itself is never taken from here: readers
// cut it from the source lines, since rendering changes `<chain>`, entities and `*` in a pattern.
#ifndef D5_DOOR_MARKDOWN_H
#define D5_DOOR_MARKDOWN_H

#include <stdint.h>

#include "core/base/arena.h"

enum markdown_kind {
    MARKDOWN_DOCUMENT,
    MARKDOWN_HEADING,
    MARKDOWN_PARAGRAPH,
    MARKDOWN_LIST,
    MARKDOWN_ITEM,
    MARKDOWN_CODE,  // fenced or indented
    MARKDOWN_OTHER, // quotes, HTML, rules
};

struct markdown_node {
    enum markdown_kind kind;
    uint32_t line, last; // of the given text, from 1; a list's last line may be an empty one
    uint32_t column;     // the byte of `line` where it begins, from 1
    uint8_t level;       // MARKDOWN_HEADING: 1–6
    const struct markdown_node *first, *next; // first block inside, next one beside; inlines are left out
};

// Block structure by CommonMark 0.30; never fails (any bytes are Markdown). Blocks nested deeper than 64
// levels are left out. The nodes live in the arena.
const struct markdown_node *markdown_parse(struct arena *arena, struct span text);

#endif
