// The door to libyaml: its events become a tree in an arena, under limits that hostile input cannot pass, and
// scalars are written so that no reader can take them for anything else. Writing needs no library: a scalar
// is either plainly a word or it is double-quoted.
#include "core/door/yaml.h"

#include <stdlib.h>

#include <yaml.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

enum { MAX_DEPTH = 64, MAX_NODES = 1000000 };

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; // the current one; freed before the next is fetched
    bool has_event;
    struct arena *arena;
    struct error *err;
    size_t n_nodes;
};

static bool fail(struct reader *r, size_t line, const char *what)
{
    return error_set(r->err, "line %zu: %s", line + 1, what);
}

static const struct yaml_node *refuse(struct reader *r, size_t line, const char *what)
{
    fail(r, line, what);
    return NULL;
}

// A broken encoding is reported by its byte, all else by its line.
static bool fail_in_parser(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "not YAML";
    if (p->error == YAML_READER_ERROR)
        return error_set(r->err, "line %zu: %s (byte %zu)", p->mark.line + 1, problem, p->problem_offset);
    if (!p->context)
        return fail(r, p->problem_mark.line, problem);
    return error_set(r->err, "line %zu: %s %s", p->problem_mark.line + 1, problem, p->context);
}

static bool next_event(struct reader *r)
{
    if (r->has_event)
        yaml_event_delete(&r->event);
    r->has_event = yaml_parser_parse(&r->parser, &r->event) != 0;
    return r->has_event || fail_in_parser(r);
}

static struct yaml_node *add_node(struct reader *r, enum yaml_kind kind)
{
    const yaml_mark_t *mark = &r->event.start_mark;
    struct yaml_node *node = arena_alloc(r->arena, sizeof *node);
    node->kind = kind;
    node->line = (uint32_t)mark->line + 1;
    node->column = (uint32_t)mark->column + 1;
    return node;
}

static struct yaml_node *read_scalar(struct reader *r)
{
    struct yaml_node *node = add_node(r, YAML_SCALAR);
    const char *value = (const char *)r->event.data.scalar.value;
    node->len = r->event.data.scalar.length;
    node->text = arena_span(r->arena, span_make(value, node->len));
    node->quoted =
        r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !r->event.data.scalar.plain_implicit;
    return node;
}

static const struct yaml_node *read_node(struct reader *r, unsigned depth);

// Children are gathered on the heap and moved into the arena when their number is known.
struct children {
    const struct yaml_node **at;
    size_t n, cap;
};

static const struct yaml_node *const *keep(struct reader *r, struct children *c)
{
    const struct yaml_node *const *kept = c->n ? arena_dup(r->arena, c->at, c->n * sizeof *c->at) : NULL;
    free(c->at);
    return kept;
}

static const struct yaml_node *read_list(struct reader *r, unsigned depth)
{
    struct yaml_node *list = add_node(r, YAML_LIST);
    struct children items = {0};
    bool ok;
    while ((ok = next_event(r)) && r->event.type != YAML_SEQUENCE_END_EVENT) {
        const struct yaml_node *item = read_node(r, depth + 1);
        if (!item) {
            ok = false;
            break;
        }
        *MEM_PUSH(items.at, items.n, items.cap) = item;
    }
    list->n = items.n;
    list->items = keep(r, &items);
    return ok ? list : NULL;
}

static bool read_member(struct reader *r, unsigned depth, struct children *keys, struct children *values)
{
    const struct yaml_node *key = read_node(r, depth + 1);
    if (!key)
        return false;
    if (key->kind != YAML_SCALAR)
        return fail(r, key->line - 1, "a key that is a list or a map");
    if (!next_event(r))
        return false;
    const struct yaml_node *value = read_node(r, depth + 1);
    if (!value)
        return false;
    *MEM_PUSH(keys->at, keys->n, keys->cap) = key;
    *MEM_PUSH(values->at, values->n, values->cap) = value;
    return true;
}

static const struct yaml_node *read_map(struct reader *r, unsigned depth)
{
    struct yaml_node *map = add_node(r, YAML_MAP);
    struct children keys = {0}, values = {0};
    bool ok;
    while ((ok = next_event(r)) && r->event.type != YAML_MAPPING_END_EVENT) {
        if (!read_member(r, depth, &keys, &values)) {
            ok = false;
            break;
        }
    }
    map->n = keys.n;
    map->keys = keep(r, &keys);
    map->items = keep(r, &values);
    return ok ? map : NULL;
}

// The node that the current event begins; NULL with an error. Recursion ends at MAX_DEPTH.
static const struct yaml_node *read_node(struct reader *r, unsigned depth)
{
    size_t line = r->event.start_mark.line;
    if (depth > MAX_DEPTH)
        return refuse(r, line, "nested too deeply (64 levels are the limit)");
    if (++r->n_nodes > MAX_NODES)
        return refuse(r, line, "too large (a million values are the limit)");
    switch (r->event.type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(r);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(r, depth);
    case YAML_MAPPING_START_EVENT:
        return read_map(r, depth);
    case YAML_ALIAS_EVENT:
        return refuse(r, line, "an alias (*name); write the value out");
    default:
        return refuse(r, line, "a value is missing");
    }
}

static bool skip_event(struct reader *r, yaml_event_type_t type)
{
    return next_event(r) && r->event.type == type && next_event(r);
}

static const struct yaml_node *read_document(struct reader *r)
{
    if (!skip_event(r, YAML_STREAM_START_EVENT))
        return NULL;
    if (r->event.type == YAML_STREAM_END_EVENT || !next_event(r))
        return NULL;
    const struct yaml_node *root = read_node(r, 1);
    if (!root || !skip_event(r, YAML_DOCUMENT_END_EVENT))
        return NULL;
    if (r->event.type != YAML_STREAM_END_EVENT)
        return refuse(r, r->event.start_mark.line, "a second document begins; one is read");
    return root;
}

const struct yaml_node *yaml_parse(struct arena *arena, struct span text, struct error *err)
{
    struct reader r = {.arena = arena, .err = err};
    if (err)
        err->text[0] = '\0';
    if (!yaml_parser_initialize(&r.parser)) {
        error_set(err, "no memory for reading YAML");
        return NULL;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.at ? text.at : ""), text.len);
    const struct yaml_node *root = read_document(&r);
    if (r.has_event)
        yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return root;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == YAML_MAP && i < map->n; i++) {
        if (span_is(span_make(map->keys[i]->text, map->keys[i]->len), key))
            return map->items[i];
    }
    return NULL;
}

static bool is_null(const struct yaml_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; !node->quoted && i < ARRAY_LEN(words); i++) {
        if (strcmp(node->text, words[i]) == 0)
            return true;
    }
    return false;
}

const char *yaml_text(const struct yaml_node *node)
{
    return node && node->kind == YAML_SCALAR && !is_null(node) ? node->text : NULL;
}

// ------------------------------------------------------------------ writing

// Words that YAML 1.1 or some reader takes for a truth value, null or a number.
static bool is_reserved_word(struct span s)
{
    static const char *const words[] = {"y",   "n",    "yes", "no",  "true",     "false", "on",
                                        "off", "null", "nan", "inf", "infinity", "none"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is_caseless(s, words[i]))
            return true;
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Words of ASCII letters, digits and _ - . / with single spaces between them, a letter first: nothing of
// this can be an indicator, a number, a time or a document's mark, in block or flow.
static bool is_plain(struct span s)
{
    if (s.len == 0 || s.len > 128 || !is_letter(s.at[0]) || s.at[s.len - 1] == ' ' || is_reserved_word(s))
        return false;
    for (size_t i = 1; i < s.len; i++) {
        char c = s.at[i];
        bool word = is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
        if (!word && !(c == ' ' && s.at[i - 1] != ' '))
            return false;
    }
    return true;
}

static void add_escaped(struct str *out, uint32_t c)
{
    static const struct {
        uint32_t c;
        const char *as;
    } named[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"},
                 {'\r', "\\r"}, {0, "\\0"},     {0x1b, "\\e"}};
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        if (named[i].c == c) {
            str_add(out, named[i].as);
            return;
        }
    }
    str_printf(out, c < 0x100 ? "\\x%02X" : c < 0x10000 ? "\\u%04X" : "\\U%08X", (unsigned)c);
}

static void add_quoted(struct str *out, struct span s)
{
    str_add_char(out, '"');
    while (s.len > 0) {
        uint32_t c;
        unsigned n = utf8_decode(s, &c);
        if (c & UTF8_BAD)
            str_add(out, "\xEF\xBF\xBD");
        else if (c == '"' || c == '\\' || utf8_is_unsafe(c))
            add_escaped(out, c);
        else
            str_add_span(out, span_first(s, n));
        s = span_from(s, n);
    }
    str_add_char(out, '"');
}

void yaml_add_scalar(struct str *out, struct span s, bool always)
{
    if (!always && is_plain(s))
        str_add_span(out, s);
    else
        add_quoted(out, s);
}
