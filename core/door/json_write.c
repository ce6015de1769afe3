// Writing JSON: strings quoted as RFC 8259 asks, and a writer that knows when a comma is due.
#include "core/door/json.h"

#include <assert.h>
#include <inttypes.h>

#include "core/base/utf8.h"

static void json_add_escape(struct str *out, unsigned char c)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof names; i += 2) {
        if ((unsigned char)names[i] == c) {
            str_add_char(out, '\\');
            str_add_char(out, names[i + 1]);
            return;
        }
    }
    str_printf(out, "\\u%04x", c);
}

static bool json_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

// DEL and the line separators U+2028 and U+2029 are legal but escaped, too: the first reaches terminals, the
// others end a line for some readers.
static void json_add_character(struct str *out, struct span *s)
{
    uint32_t c;
    unsigned n = utf8_decode(*s, &c);
    if (c & UTF8_BAD)
        str_add(out, "\xEF\xBF\xBD");
    else if (c < 0x80)
        json_add_escape(out, (unsigned char)c);
    else if (c == 0x2028 || c == 0x2029)
        str_printf(out, "\\u%04x", c);
    else
        str_add_span(out, span_first(*s, n));
    *s = span_from(*s, n);
}

void json_add_string(struct str *out, struct span s)
{
    str_add_char(out, '"');
    while (s.len) {
        size_t n = 0;
        while (n < s.len && json_is_plain((unsigned char)s.at[n]))
            n++;
        str_add_span(out, span_first(s, n));
        s = span_from(s, n);
        if (s.len)
            json_add_character(out, &s);
    }
    str_add_char(out, '"');
}

void json_writer_init(struct json_writer *w, struct str *out, bool pretty)
{
    *w = (struct json_writer){.out = out, .pretty = pretty, .fresh = {true}};
}

static void json_new_line(const struct json_writer *w)
{
    if (w->pretty) {
        str_add_char(w->out, '\n');
        str_add_repeat(w->out, ' ', 2 * (size_t)w->depth);
    }
}

// What stands in front of a value: comma, indentation, name.
static void json_begin(struct json_writer *w, const char *name)
{
    if (!w->fresh[w->depth])
        str_add_char(w->out, ',');
    if (w->depth > 0)
        json_new_line(w);
    w->fresh[w->depth] = false;
    if (name) {
        json_add_string(w->out, span_of(name));
        str_add(w->out, w->pretty ? ": " : ":");
    }
}

void json_open(struct json_writer *w, const char *name, char bracket)
{
    json_begin(w, name);
    str_add_char(w->out, bracket);
    w->depth++;
    assert(w->depth < sizeof w->fresh / sizeof *w->fresh);
    w->fresh[w->depth] = true;
}

void json_close(struct json_writer *w, char bracket)
{
    assert(w->depth > 0);
    bool empty = w->fresh[w->depth];
    w->depth--;
    if (!empty)
        json_new_line(w);
    str_add_char(w->out, bracket);
}

void json_write_span(struct json_writer *w, const char *name, struct span text)
{
    json_begin(w, name);
    json_add_string(w->out, text);
}

void json_write(struct json_writer *w, const char *name, const char *text)
{
    if (text) {
        json_write_span(w, name, span_of(text));
        return;
    }
    json_begin(w, name);
    str_add(w->out, "null");
}

void json_write_i64(struct json_writer *w, const char *name, int64_t value)
{
    json_begin(w, name);
    str_printf(w->out, "%" PRId64, value);
}

void json_write_bool(struct json_writer *w, const char *name, bool value)
{
    json_begin(w, name);
    str_add(w->out, value ? "true" : "false");
}
