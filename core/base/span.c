// Views of text: comparing, cutting, numbers.
#include "core/base/span.h"

#include <ctype.h>
#include <strings.h>

bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool span_is(struct span a, const char *b)
{
    return span_eq(a, span_of(b));
}

bool span_is_caseless(struct span a, const char *b)
{
    return a.len == strlen(b) && (a.len == 0 || strncasecmp(a.at, b, a.len) == 0);
}

int span_compare(struct span a, struct span b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.at, b.at, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool span_starts(struct span s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.len >= n && (n == 0 || memcmp(s.at, prefix, n) == 0);
}

bool span_ends(struct span s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.len >= n && (n == 0 || memcmp(s.at + s.len - n, suffix, n) == 0);
}

bool span_contains(struct span s, const char *needle)
{
    return span_find(s, needle) != SIZE_MAX;
}

bool span_contains_caseless(struct span s, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t i = 0; i + n <= s.len; i++) {
        if (strncasecmp(s.at + i, needle, n) == 0)
            return true;
    }
    return false;
}

size_t span_find(struct span s, const char *needle)
{
    size_t n = strlen(needle);
    if (n == 0)
        return 0;
    const char *at = s.len ? memmem(s.at, s.len, needle, n) : NULL;
    return at ? (size_t)(at - s.at) : SIZE_MAX;
}

size_t span_find_char(struct span s, char c)
{
    const char *at = s.len ? memchr(s.at, c, s.len) : NULL;
    return at ? (size_t)(at - s.at) : SIZE_MAX;
}

struct span span_trim(struct span s)
{
    while (s.len && isspace((unsigned char)s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len && isspace((unsigned char)s.at[s.len - 1]))
        s.len--;
    return s;
}

bool span_cut(struct span *rest, char sep, struct span *ret_part)
{
    if (!rest->at)
        return false;
    size_t i = span_find_char(*rest, sep);
    if (i == SIZE_MAX) { // the last part; NULL says that nothing is left, not even an empty part
        *ret_part = *rest;
        *rest = (struct span){NULL, 0};
        return true;
    }
    *ret_part = span_first(*rest, i);
    *rest = span_make(rest->at + i + 1, rest->len - i - 1);
    return true;
}

bool span_cut_word(struct span *rest, struct span *ret_word)
{
    size_t i = 0;
    while (i < rest->len && isspace((unsigned char)rest->at[i]))
        i++;
    size_t j = i;
    while (j < rest->len && !isspace((unsigned char)rest->at[j]))
        j++;
    *ret_word = j > i ? span_make(rest->at + i, j - i) : span_make(rest->at, 0);
    *rest = span_from(*rest, j);
    return ret_word->len > 0;
}

bool span_cut_line(struct span *rest, struct span *ret_line)
{
    if (rest->len == 0)
        return false;
    size_t i = span_find_char(*rest, '\n');
    if (i == SIZE_MAX) {
        *ret_line = *rest;
        *rest = span_make(rest->at + rest->len, 0);
    } else {
        *ret_line = span_first(*rest, i);
        *rest = span_make(rest->at + i + 1, rest->len - i - 1);
    }
    if (ret_line->len && ret_line->at[ret_line->len - 1] == '\r')
        ret_line->len--;
    return true;
}

bool span_skip(struct span *s, const char *prefix)
{
    if (!span_starts(*s, prefix))
        return false;
    *s = span_from(*s, strlen(prefix));
    return true;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

bool span_to_u64(struct span s, uint64_t *ret)
{
    unsigned base = 10;
    if (s.len > 2 && s.at[0] == '0' && (s.at[1] == 'x' || s.at[1] == 'X')) {
        base = 16;
        s = span_from(s, 2);
    }
    uint64_t value = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)digit_value(s.at[i]);
        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *ret = value;
    return true;
}

bool span_to_i64(struct span s, int64_t *ret)
{
    bool negative = span_skip(&s, "-");
    uint64_t value;
    if (!span_to_u64(s, &value) || value > (uint64_t)INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool span_to_u16(struct span s, uint16_t *ret)
{
    uint64_t value;
    if (!span_to_u64(s, &value) || value > UINT16_MAX)
        return false;
    *ret = (uint16_t)value;
    return true;
}

uint64_t span_hash(struct span s)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = s.len, w = 0;
    for (; s.len >= 8; s = span_from(s, 8)) {
        memcpy(&w, s.at, 8);
        h = (h ^ w) * factor;
        h ^= h >> 32;
    }
    w = 0;
    if (s.len > 0)
        memcpy(&w, s.at, s.len);
    h = (h ^ w) * factor;
    return h ^ h >> 32;
}
