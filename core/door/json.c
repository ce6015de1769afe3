// The reader, on yajl's stream of events. Values that are not yet closed lie on one stack; when a list or map
// closes, its children move into the arena in one piece, so that a tree costs no list pointers and no second
// pass. No JSON token crosses a line, so yajl is given one line at a time, without its indentation: of what
// kubectl prints that is half, and yajl goes over it byte by byte. yajl does not say where a token stands,
// only how much of the line it has eaten: a token's beginning follows from its end and length. Nesting and
// the number of values are bounded, so that a hostile document costs at most a fixed multiple of its own
// size.
#include "core/door/json.h"

#include <stdlib.h>

#include <yajl/yajl_parse.h>

#include "core/base/bytes.h"
#include "core/base/mem.h"

enum { JSON_DEPTH_MAX = 256, JSON_VALUES_MAX = 1 << 22 };

struct json_frame { // a list or map that is still open
    bool is_map;
    uint32_t line, column;
    size_t begin;           // its first child on the stack
    struct json_member key; // the name that waits for its value
};

struct json_reader {
    yajl_handle yajl;
    struct span text; // the line at hand
    uint32_t line;    // its number
    size_t begin;     // where in it yajl began
    size_t at;        // where in it the last token ends
    bool keeps;       // what items say may lie in a stretch that is gone, so it is copied

    struct arena *arena;
    struct json_frame frames[JSON_DEPTH_MAX];
    size_t depth;
    struct json_member *stack;
    size_t n, cap;
    size_t values; // in the tree being built

    json_item_fn *each; // NULL: the whole document is one tree
    void *context;
    size_t list_depth; // depth of the open list whose items are given one by one; 0: none
    bool gave_list;    // the document held such a list, so it is no item itself
    bool stopped;      // `each` has seen enough
    const char *limit; // which bound was hit

    const struct json_value *root; // without `each`
};

// ------------------------------------------------------------------ places

// Moves to the end of the token that yajl has just eaten. In the last step, where yajl eats a byte of its
// own, the end of the text stands.
static void json_advance(struct json_reader *r)
{
    size_t end = r->begin + yajl_get_bytes_consumed(r->yajl);
    r->at = end < r->at || end > r->text.len ? r->text.len : end;
}

static bool json_is_inside(const struct json_reader *r, const char *at)
{
    return (uintptr_t)at >= (uintptr_t)r->text.at && (uintptr_t)at < (uintptr_t)(r->text.at + r->text.len);
}

static bool json_is_between(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':';
}

// The column of a token that ends at r->at; `before` is where the one in front of it ended. A token of known
// length is counted back; an escaped string has another length than its text and is looked for.
static uint32_t json_column(const struct json_reader *r, size_t before, size_t len)
{
    size_t begin = before;
    if (len && r->at >= begin + len)
        begin = r->at - len;
    else
        while (begin < r->at && json_is_between(r->text.at[begin]))
            begin++;
    return (uint32_t)begin;
}

// ------------------------------------------------------------------ building

static int json_refuse(struct json_reader *r, const char *limit)
{
    r->limit = limit;
    return 0;
}

static int json_give(struct json_reader *r, const struct json_value *item)
{
    r->stopped = !r->each(item, r->context);
    arena_clear(r->arena);
    r->values = 0;
    return r->stopped ? 0 : 1;
}

// A finished value goes to its parent, to the caller, or becomes the root.
static int json_add(struct json_reader *r, const struct json_value *value)
{
    if (++r->values > JSON_VALUES_MAX)
        return json_refuse(r, "more than 4194304 values in one piece");
    if (r->each && r->depth == r->list_depth)
        return json_give(r, value);
    if (r->depth == 0) {
        r->root = arena_dup(r->arena, value, sizeof *value);
        return 1;
    }
    struct json_frame *frame = &r->frames[r->depth - 1];
    struct json_member *to = MEM_PUSH(r->stack, r->n, r->cap);
    *to = frame->key;
    to->value = *value;
    return 1;
}

static int json_scalar(struct json_reader *r, enum json_kind kind, struct span text, size_t len)
{
    size_t before = r->at;
    json_advance(r);
    return json_add(r,
                    &(struct json_value){
                        .kind = kind, .line = r->line, .column = json_column(r, before, len), .text = text});
}

// Items are given one by one from a list at the top, or from the member "items" of an object at the top.
// What the object held beside it is let go.
static void json_look_for_list(struct json_reader *r, struct json_frame *frame)
{
    if (!r->each || frame->is_map || r->list_depth > 0)
        return;
    if (r->depth == 1 || (r->depth == 2 && span_is(r->frames[0].key.name, "items") && r->frames[0].is_map)) {
        r->list_depth = r->depth;
        r->gave_list = true;
        r->n = frame->begin = 0;
        arena_clear(r->arena);
    }
}

static int json_open_frame(struct json_reader *r, bool is_map)
{
    if (r->depth == JSON_DEPTH_MAX)
        return json_refuse(r, "more than 256 levels");
    size_t before = r->at;
    json_advance(r);
    struct json_frame *frame = &r->frames[r->depth++];
    *frame = (struct json_frame){
        .is_map = is_map, .line = r->line, .column = json_column(r, before, 1), .begin = r->n};
    json_look_for_list(r, frame);
    return 1;
}

static struct json_value json_close_frame(struct json_reader *r)
{
    struct json_frame *frame = &r->frames[--r->depth];
    struct json_value ret = {.kind = frame->is_map ? JSON_MAP : JSON_LIST,
                             .line = frame->line,
                             .column = frame->column,
                             .n = r->n - frame->begin};
    if (ret.n == 0)
        return ret;
    const struct json_member *from = r->stack + frame->begin;
    if (frame->is_map) {
        ret.members = arena_dup(r->arena, from, ret.n * sizeof *from);
    } else {
        ret.items = arena_alloc(r->arena, ret.n * sizeof *ret.items);
        for (size_t i = 0; i < ret.n; i++)
            ret.items[i] = from[i].value;
    }
    r->n = frame->begin;
    return ret;
}

// ------------------------------------------------------------------ yajl's events

static int json_on_null(void *reader)
{
    return json_scalar(reader, JSON_NULL, (struct span){0}, 4);
}

static int json_on_bool(void *reader, int value)
{
    return json_scalar(reader, JSON_BOOL, span_of(value ? "true" : "false"), value ? 4 : 5);
}

// Text that lies in the document as it is, is borrowed by items, which die with the call, where the document
// is at hand; else, and for a whole tree, which may outlive the document, it is copied.
static struct span json_keep(struct json_reader *r, const char *at, size_t len)
{
    if (!r->keeps && json_is_inside(r, at))
        return span_make(at, len);
    return span_make(arena_span(r->arena, span_make(at, len)), len);
}

static int json_on_number(void *reader, const char *at, size_t len)
{
    return json_scalar(reader, JSON_NUMBER, json_keep(reader, at, len), len);
}

static int json_on_string(void *reader, const unsigned char *at, size_t len)
{
    const char *text = (const char *)at;
    size_t quoted = json_is_inside(reader, text) ? len + 2 : 0;
    return json_scalar(reader, JSON_STRING, json_keep(reader, text, len), quoted);
}

static int json_on_key(void *reader, const unsigned char *at, size_t len)
{
    struct json_reader *r = reader;
    const char *text = (const char *)at;
    size_t before = r->at;
    json_advance(r);
    size_t quoted = json_is_inside(r, text) ? len + 2 : 0;
    r->frames[r->depth - 1].key = (struct json_member){
        .name = json_keep(r, text, len), .line = r->line, .column = json_column(r, before, quoted)};
    return 1;
}

static int json_on_open_map(void *reader)
{
    return json_open_frame(reader, true);
}

static int json_on_open_list(void *reader)
{
    return json_open_frame(reader, false);
}

static int json_on_close(void *reader)
{
    struct json_reader *r = reader;
    json_advance(r);
    struct json_value value = json_close_frame(r);
    bool ends_list = r->depth < r->list_depth;
    if (ends_list)
        r->list_depth = 0;
    bool is_item = !ends_list && (r->depth > 0 || !r->gave_list);
    if (r->depth == 0)
        r->gave_list = false;
    return is_item ? json_add(r, &value) : 1;
}

static const yajl_callbacks json_callbacks = {
    .yajl_null = json_on_null,
    .yajl_boolean = json_on_bool,
    .yajl_number = json_on_number,
    .yajl_string = json_on_string,
    .yajl_start_map = json_on_open_map,
    .yajl_map_key = json_on_key,
    .yajl_end_map = json_on_close,
    .yajl_start_array = json_on_open_list,
    .yajl_end_array = json_on_close,
};

// ------------------------------------------------------------------ running it

// yajl's own words ("lexical error: invalid char in json text."), with the line where it stopped. That the
// text ends too early is said plainly, because it means that a file is broken off.
static bool json_fail(const struct json_reader *r, bool at_end, struct error *err)
{
    if (r->limit)
        return error_set(err, "line %u: too much JSON: %s", r->line, r->limit);
    if (at_end)
        return error_set(err, "line %u: the JSON breaks off here", r->line);
    unsigned char *words = yajl_get_error(r->yajl, 0, NULL, 0);
    size_t len = strcspn((const char *)words, "\n");
    error_set(err, "line %u: not JSON: %.*s", r->line, (int)len, (const char *)words);
    yajl_free_error(r->yajl, words);
    return false;
}

static void json_begin(struct json_reader *r)
{
    r->yajl = yajl_alloc(&json_callbacks, NULL, r);
    if (!r->yajl)
        abort();
    yajl_config(r->yajl, yajl_dont_validate_strings, 1); // one bad byte must not hide a listing
    yajl_config(r->yajl, yajl_allow_multiple_values, r->each ? 1 : 0);
    r->line = 1;
}

// Whether the line at hand has been told to its end: nothing is open that its newline would end (a number) or
// make wrong (a string).
static bool json_has_told(const struct json_reader *r)
{
    return r->at == r->text.len || (r->at + 1 == r->text.len && r->text.at[r->at] == ',');
}

static yajl_status json_eat_line(struct json_reader *r)
{
    r->at = r->begin = bytes_span(r->text, ' ');
    struct span rest = span_from(r->text, r->begin);
    return yajl_parse(r->yajl, (const unsigned char *)rest.at, rest.len);
}

static yajl_status json_eat_newline(struct json_reader *r)
{
    r->begin = r->text.len;
    return yajl_parse(r->yajl, (const unsigned char *)"\n", 1);
}

static yajl_status json_eat(struct json_reader *r, struct span lines)
{
    yajl_status status = yajl_status_ok;
    while (status == yajl_status_ok && lines.len > 0) {
        size_t newline = span_find_char(lines, '\n');
        r->text = span_first(lines, newline);
        status = json_eat_line(r);
        if (newline == SIZE_MAX)
            break;
        if (status == yajl_status_ok && !json_has_told(r))
            status = json_eat_newline(r);
        if (status == yajl_status_ok)
            r->line++;
        lines = span_from(lines, newline + 1);
    }
    return status;
}

static bool json_end(struct json_reader *r, yajl_status status, struct error *err)
{
    bool at_end = status == yajl_status_ok;
    if (at_end)
        status = yajl_complete_parse(r->yajl);
    bool good = status == yajl_status_ok || r->stopped || json_fail(r, at_end, err);
    yajl_free(r->yajl);
    free(r->stack);
    return good;
}

// A byte order mark, as PowerShell's redirection writes it, is passed over.
static struct span json_without_mark(struct span text)
{
    return span_starts(text, "\xEF\xBB\xBF") ? span_from(text, 3) : text;
}

const struct json_value *json_parse(struct arena *arena, struct span text, struct error *err)
{
    struct json_reader r = {.arena = arena, .keeps = true};
    text = json_without_mark(text);
    if (span_trim(text).len == 0) {
        error_set(err, "line 1: the JSON text is empty");
        return NULL;
    }
    json_begin(&r);
    return json_end(&r, json_eat(&r, text), err) ? r.root : NULL;
}

static bool json_run_fed(struct json_reader *r, struct feed *feed, struct error *err)
{
    yajl_status status = yajl_status_ok;
    bool blank = true;
    struct span lines;
    feed_need(feed, 3);
    feed_skip(feed, feed->bytes.len - json_without_mark(feed->bytes).len);
    while (status == yajl_status_ok && (lines = feed_lines(feed)).len > 0) {
        r->keeps |= !feed->whole;
        blank = blank && span_trim(lines).len == 0;
        status = json_eat(r, lines);
        feed_skip(feed, lines.len);
    }
    bool good = json_end(r, status, err);
    if (feed_failed(feed))
        return error_set(err, "%s", feed->why.text);
    return !blank ? good : error_set(err, "line 1: the JSON text is empty");
}

bool json_each_fed(struct feed *feed, json_item_fn *each, void *context, struct error *err)
{
    struct arena arena = {0};
    struct json_reader r = {.arena = &arena, .each = each, .context = context};
    json_begin(&r);
    bool good = json_run_fed(&r, feed, err);
    arena_done(&arena);
    return good;
}

bool json_each_item(struct span text, json_item_fn *each, void *context, struct error *err)
{
    struct feed feed;
    feed_init_text(&feed, text);
    return json_each_fed(&feed, each, context, err);
}
