// A span: bytes that somebody else owns, with their length. Not NUL-terminated, and may hold NUL bytes.
// All parsers take and cut spans, so that no text is copied to be looked at.
#ifndef D5_BASE_SPAN_H
#define D5_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *at; // may be NULL where len is 0
    size_t len;
};

#define SPAN_FMT    "%.*s" // printf("… " SPAN_FMT, SPAN_ARG(s))
#define SPAN_ARG(s) (int)(s).len, ((s).at ? (s).at : "")

static inline struct span span_of(const char *s)
{
    return (struct span){s, s ? strlen(s) : 0};
}

static inline struct span span_make(const char *at, size_t len)
{
    return (struct span){at, len};
}

// The rest from `from` on (empty when there is no such byte).
static inline struct span span_from(struct span s, size_t from)
{
    return from < s.len ? span_make(s.at + from, s.len - from) : span_make(s.at, 0);
}

static inline struct span span_first(struct span s, size_t n)
{
    return span_make(s.at, n < s.len ? n : s.len);
}

bool span_eq(struct span a, struct span b);
bool span_is(struct span a, const char *b);
bool span_is_caseless(struct span a, const char *b); // ASCII only
int span_compare(struct span a, struct span b);      // as memcmp, the shorter first
bool span_starts(struct span s, const char *prefix);
bool span_ends(struct span s, const char *suffix);
bool span_contains(struct span s, const char *needle);
bool span_contains_caseless(struct span s, const char *needle); // ASCII only
size_t span_find(struct span s, const char *needle);            // index, or SIZE_MAX
size_t span_find_char(struct span s, char c);                   // index, or SIZE_MAX
struct span span_trim(struct span s);                           // without white space at both ends

// Takes what stands before `sep` off the front of *rest (all of it where there is no `sep`) into *ret_part.
// False when *rest is used up (its `at` is NULL): "a,,b" gives "a", "", "b"; "" gives one empty part, as does
// a last ','.
bool span_cut(struct span *rest, char sep, struct span *ret_part);

// The same by runs of white space: "  a  b " gives "a", "b".
bool span_cut_word(struct span *rest, struct span *ret_word);

// The next line without its '\n' (and without a '\r' before it). False at the end of the text.
bool span_cut_line(struct span *rest, struct span *ret_line);

// If s begins with prefix, *s goes behind it and true is returned.
bool span_skip(struct span *s, const char *prefix);

// Numbers: the whole span must be one. Hex with 0x is taken by both. False leaves *ret as it was.
bool span_to_u64(struct span s, uint64_t *ret);
bool span_to_i64(struct span s, int64_t *ret);
bool span_to_u16(struct span s, uint16_t *ret);

// For hash tables. Eight bytes a step.
uint64_t span_hash(struct span s);

#endif
