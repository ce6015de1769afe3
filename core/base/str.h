// A growing string: owned, always NUL-terminated once something was added.
#ifndef D5_BASE_STR_H
#define D5_BASE_STR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/span.h"

struct str { // zero-initialized is empty and valid
    char *at;
    size_t len, cap;
};

void str_done(struct str *s);  // frees; empty and valid again
void str_clear(struct str *s); // empty, keeps its room
void str_add(struct str *s, const char *text);
void str_add_span(struct str *s, struct span text);
void str_add_char(struct str *s, char c);
void str_add_repeat(struct str *s, char c, size_t n);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_add_size(struct str *s, uint64_t bytes); // "512 B", "30.2 kB", "1.4 MB"
void str_vprintf(struct str *s, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void str_cut(struct str *s, size_t len); // down to len bytes, where it is longer

// The text, borrowed; "" when empty.
const char *str_text(const struct str *s);
struct span str_span(const struct str *s);

// The text, given away; the string is empty afterwards. Never NULL.
char *str_take(struct str *s);

// The last part of a path, borrowed.
const char *str_base_name(const char *path);

// Whether both texts are there, and equal.
bool str_same(const char *a, const char *b);

#endif
