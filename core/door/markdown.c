// The door to cmark: its block nodes are copied into an arena, with their positions and nothing else.
#include "core/door/markdown.h"

#include <cmark.h>

enum { MAX_DEPTH = 64 };

static enum markdown_kind kind_of(cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_DOCUMENT:
        return MARKDOWN_DOCUMENT;
    case CMARK_NODE_HEADING:
        return MARKDOWN_HEADING;
    case CMARK_NODE_PARAGRAPH:
        return MARKDOWN_PARAGRAPH;
    case CMARK_NODE_LIST:
        return MARKDOWN_LIST;
    case CMARK_NODE_ITEM:
        return MARKDOWN_ITEM;
    case CMARK_NODE_CODE_BLOCK:
        return MARKDOWN_CODE;
    default:
        return MARKDOWN_OTHER;
    }
}

static bool holds_blocks(enum markdown_kind kind)
{
    return kind == MARKDOWN_DOCUMENT || kind == MARKDOWN_LIST || kind == MARKDOWN_ITEM;
}

static struct markdown_node *copy(struct arena *arena, cmark_node *from, unsigned depth)
{
    struct markdown_node *node = arena_alloc(arena, sizeof *node);
    node->kind = kind_of(from);
    node->line = (uint32_t)cmark_node_get_start_line(from);
    node->last = (uint32_t)cmark_node_get_end_line(from);
    node->column = (uint32_t)cmark_node_get_start_column(from);
    if (node->kind == MARKDOWN_HEADING)
        node->level = (uint8_t)cmark_node_get_heading_level(from);
    const struct markdown_node **link = &node->first;
    cmark_node *child = holds_blocks(node->kind) && depth < MAX_DEPTH ? cmark_node_first_child(from) : NULL;
    for (; child; child = cmark_node_next(child)) {
        struct markdown_node *block = copy(arena, child, depth + 1);
        *link = block;
        link = &block->next;
    }
    return node;
}

const struct markdown_node *markdown_parse(struct arena *arena, struct span text)
{
    cmark_node *root = cmark_parse_document(text.at ? text.at : "", text.len, CMARK_OPT_DEFAULT);
    const struct markdown_node *node = copy(arena, root, 0);
    cmark_node_free(root);
    return node;
}
