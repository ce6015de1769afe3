// JSON (yajl): documents in, one list item at a time, with lines; values out.
#ifndef D5_DOOR_JSON_H
#define D5_DOOR_JSON_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/feed.h"
#include "core/base/str.h"

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_MAP };

struct json_member;

struct json_value {
    enum json_kind kind;
    uint32_t line, column; // line from 1, byte in it from 0, where the value begins
    struct span
        text; // JSON_STRING: unescaped, may hold NUL; JSON_NUMBER: as written; JSON_BOOL: true or false
    struct json_value *items;    // JSON_LIST; n of them
    struct json_member *members; // JSON_MAP; n of them
    size_t n;
};

struct json_member {
    struct span name;
    uint32_t line, column; // where the name begins
    struct json_value value;
};

// A whole (small) document as a tree in the arena, which needs the text no longer. NULL with "line N: …".
// Limits for both readers: 256 levels, 4 million values in one tree; beyond is an error.
const struct json_value *json_parse(struct arena *arena, struct span text, struct error *err);

// Big lists (kubectl's `{"kind": "List", "items": […]}`, or a list at the top): calls `each` with one item's
// tree at a time; what it gets dies with the call, so memory holds one item. A top-level object without a
// list "items" is given as one item; so is each of several documents in a row (one object a line). `each`
// returns false to stop early (then json_each_item returns true). False with "line N: …" when the text is
// empty, broken off or wrong; the items before that were given.
typedef bool json_item_fn(const struct json_value *item, void *context);
bool json_each_fed(struct feed *feed, json_item_fn *each, void *context, struct error *err);

// The same of a text in memory.
bool json_each_item(struct span text, json_item_fn *each, void *context, struct error *err);

// Walking: every function takes NULL and gives NULL (or an empty span, or false) where the thing is not
// there.
const struct json_value *json_get(const struct json_value *map, const char *name);
const struct json_member *json_find(const struct json_value *map, const char *name);
const struct json_value *json_path(const struct json_value *map,
                                   const char *dotted); // "metadata.labels"; no escapes
struct span json_text(const struct json_value *v);      // a string's; empty with at == NULL for anything else
bool json_is_true(const struct json_value *v);
bool json_to_i64(const struct json_value *v, int64_t *ret); // numbers, and strings that are one

// Writing: appends a quoted string; bytes that are not UTF-8 become U+FFFD.
void json_add_string(struct str *out, struct span s);

// A writer that minds commas and indentation (two spaces; compact with pretty = false).
struct json_writer {
    struct str *out;
    bool pretty;
    uint32_t depth;
    bool fresh[32]; // per level: nothing written yet
};
void json_writer_init(struct json_writer *w, struct str *out, bool pretty);
void json_open(struct json_writer *w, const char *name,
               char bracket);                         // '{' or '['; name NULL in lists and at the top
void json_close(struct json_writer *w, char bracket); // '}' or ']'
void json_write(struct json_writer *w, const char *name, const char *text); // a string, or null for NULL
void json_write_span(struct json_writer *w, const char *name, struct span text);
void json_write_i64(struct json_writer *w, const char *name, int64_t value);
void json_write_bool(struct json_writer *w, const char *name, bool value);

#endif
