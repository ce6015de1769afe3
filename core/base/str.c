// Growing strings.
#include "core/base/str.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

static char *str_room(struct str *s, size_t n)
{
    s->at = mem_grow(s->at, &s->cap, s->len + n + 1, 1);
    return s->at + s->len;
}

void str_done(struct str *s)
{
    free(s->at);
    *s = (struct str){0};
}

void str_clear(struct str *s)
{
    str_cut(s, 0);
}

void str_add(struct str *s, const char *text)
{
    str_add_span(s, span_of(text));
}

void str_add_span(struct str *s, struct span text)
{
    char *to = str_room(s, text.len);
    if (text.len)
        memcpy(to, text.at, text.len);
    s->len += text.len;
    s->at[s->len] = '\0';
}

void str_add_char(struct str *s, char c)
{
    str_add_span(s, span_make(&c, 1));
}

void str_add_repeat(struct str *s, char c, size_t n)
{
    memset(str_room(s, n), c, n);
    s->len += n;
    s->at[s->len] = '\0';
}

void str_add_size(struct str *s, uint64_t bytes)
{
    if (bytes < 1000)
        str_printf(s, "%u B", (unsigned)bytes);
    else if (bytes < 1000000)
        str_printf(s, "%.1f kB", (double)bytes / 1e3);
    else
        str_printf(s, "%.1f MB", (double)bytes / 1e6);
}

void str_printf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vprintf(s, format, args);
    va_end(args);
}

void str_vprintf(struct str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0);
    vsnprintf(str_room(s, (size_t)n), (size_t)n + 1, format, again);
    va_end(again);
    s->len += (size_t)n;
}

void str_cut(struct str *s, size_t len)
{
    if (s->at && len <= s->len) {
        s->len = len;
        s->at[len] = '\0';
    }
}

const char *str_text(const struct str *s)
{
    return s->at ? s->at : "";
}

struct span str_span(const struct str *s)
{
    return span_make(str_text(s), s->len);
}

char *str_take(struct str *s)
{
    char *ret = s->at ? s->at : mem_strdup("");
    *s = (struct str){0};
    return ret;
}

const char *str_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool str_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}
