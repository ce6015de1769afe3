// Keys of structured log lines. The JSON door reads documents; here one value of one line is wanted, a
// million times over, so a walk over the bytes that knows strings and depth is all there is.
#include "core/parse/linetime_keys.h"

#include "core/base/mem.h"

enum { LOOK_AT_MOST = 64 * 1024, KEYS_AT_MOST = 32, SHORTEST = 10 }; // bytes, keys, bytes of a time

static bool is_time_key(struct span key)
{
    static const char *const keys[] = {"ts", "time", "timestamp", "@timestamp", "t", "asctime", "datetime"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (span_is(key, keys[i]))
            return true;
    }
    return false;
}

static bool is_digit(struct span s, size_t i)
{
    return i < s.len && s.at[i] >= '0' && s.at[i] <= '9';
}

static void skip_white(struct span *s)
{
    while (s->len && (s->at[0] == ' ' || s->at[0] == '\t'))
        *s = span_from(*s, 1);
}

// Takes a string off the front, which stands at its quote; ret is what is between the quotes, escapes as they
// are.
static bool take_string(struct span *s, struct span *ret)
{
    for (size_t i = 1; i < s->len; i++) {
        if (s->at[i] == '\\') {
            i++;
        } else if (s->at[i] == '"') {
            *ret = span_make(s->at + 1, i - 1);
            *s = span_from(*s, i + 1);
            return true;
        }
    }
    return false;
}

// Skips one value: a string, or all up to the comma or brace that ends it at this depth.
static bool skip_value(struct span *s)
{
    struct span unused;
    for (size_t depth = 0; s->len;) {
        char c = s->at[0];
        if (c == '"') {
            if (!take_string(s, &unused))
                return false;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}'))
            return true;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        *s = span_from(*s, 1);
    }
    return false;
}

// The value that s stands at, if it is a string or a number.
static struct span value_text(struct span s)
{
    struct span text = span_make(s.at, 0);
    if (s.len && s.at[0] == '"') {
        take_string(&s, &text);
        return text;
    }
    size_t n = 0;
    while (n < s.len && s.at[n] != '\0' && strchr("0123456789+-.eE", s.at[n]))
        n++;
    return span_first(s, n);
}

struct span linetime_json(struct span line)
{
    const struct span none = span_make(line.at, 0);
    struct span s = span_from(span_first(line, LOOK_AT_MOST), 1), key;
    for (;;) {
        skip_white(&s);
        if (!s.len || s.at[0] != '"' || !take_string(&s, &key))
            return none;
        skip_white(&s);
        if (!span_skip(&s, ":"))
            return none;
        skip_white(&s);
        if (is_time_key(key) && value_text(s).len >= SHORTEST)
            return value_text(s);
        if (!skip_value(&s) || !span_skip(&s, ","))
            return none;
    }
}

// KEY= off the front.
static bool take_key(struct span *s, struct span *ret)
{
    size_t n = 0;
    while (n < s->len && n < 64 && s->at[n] != '=' && s->at[n] != ' ' && s->at[n] != '"')
        n++;
    if (n == 0 || n >= s->len || s->at[n] != '=')
        return false;
    *ret = span_first(*s, n);
    *s = span_from(*s, n + 1);
    return true;
}

// The value behind KEY=, quoted or up to the next space.
static bool take_value(struct span *s, struct span *ret)
{
    if (s->len && s->at[0] == '"')
        return take_string(s, ret);
    size_t end = span_find_char(*s, ' ');
    *ret = span_first(*s, end);
    *s = span_from(*s, ret->len);
    return true;
}

struct span linetime_logfmt(struct span line)
{
    struct span s = span_first(line, LOOK_AT_MOST), key, value;
    for (int i = 0; i < KEYS_AT_MOST; i++) {
        if (!take_key(&s, &key) || !take_value(&s, &value))
            break;
        if (is_time_key(key) && value.len >= SHORTEST)
            return value;
        if (span_is(key, "msg") && span_skip(&value, "audit("))
            return span_first(value, span_find_char(value, ':'));
        skip_white(&s);
    }
    return span_make(line.at, 0);
}

struct decimal { // digits × 10^exponent, of which `whole` digits stand before the point
    uint64_t digits;
    int n, exponent, whole;
};

// Digits beyond the 18th are dropped: they are below a nanosecond for all times that can be meant.
static bool take_decimal(struct span s, struct decimal *ret)
{
    bool point = false;
    size_t i = 0;
    for (; i < s.len && (is_digit(s, i) || (s.at[i] == '.' && !point)); i++) {
        if (s.at[i] == '.') {
            point = true;
            continue;
        }
        ret->whole += !point;
        if (ret->n == 18) {
            ret->exponent += !point;
            continue;
        }
        ret->digits = ret->digits * 10 + (uint64_t)(s.at[i] - '0');
        ret->n++;
        ret->exponent -= point;
    }
    if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
        uint64_t power;
        struct span rest = span_from(s, i + 1);
        span_skip(&rest, "+");
        if (!span_to_u64(rest, &power) || power > 18)
            return false;
        ret->exponent += (int)power;
        ret->whole += (int)power;
        i = s.len;
    }
    return i == s.len && ret->n > 0;
}

usec_t linetime_epoch(struct span s)
{
    struct decimal d = {0};
    if (s.len < SHORTEST || s.len > 40 || !is_digit(s, 0) || s.at[0] == '0' || !take_decimal(s, &d))
        return TIME_UNKNOWN;
    if (d.whole != 10 && d.whole != 13 && d.whole != 16 && d.whole != 19)
        return TIME_UNKNOWN;
    int exponent = d.exponent + 6 - (d.whole - 10);
    for (; exponent < 0; exponent++)
        d.digits /= 10;
    for (; exponent > 0; exponent--)
        d.digits *= 10;
    return (usec_t)d.digits;
}
